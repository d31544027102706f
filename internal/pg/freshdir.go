package pg

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// FreshDir makes a new, empty directory for a cluster that is thrown away, in
// the first of /var/tmp, the working directory and os.TempDir that PostgreSQL's
// user can reach: if the process runs as root, the server does not, and a
// parent closed to others (a home directory of mode 0700, as a rule) would hide
// its data from it. prefix begins the name. The caller removes the directory,
// or [Cluster.Remove] does.
func FreshDir(prefix string) (string, error) {
	working, err := os.Getwd()
	if err != nil {
		working = "" // a working directory that was removed is no candidate
	}
	return freshDir(prefix, "/var/tmp", working, os.TempDir())
}

func freshDir(prefix string, parents ...string) (string, error) {
	owner, err := serverUser()
	if err != nil {
		return "", err
	}
	var reasons []error
	for _, parent := range parents {
		if parent == "" {
			continue
		}
		if err := reachable(parent, owner); err != nil {
			reasons = append(reasons, err)
			continue
		}
		dir, err := os.MkdirTemp(parent, prefix+"-")
		if err != nil {
			reasons = append(reasons, fmt.Errorf("make directory below %s: %w", parent, err))
			continue
		}
		if err := owner.give(dir); err != nil {
			return "", errors.Join(err, os.Remove(dir))
		}
		return dir, nil
	}
	return "", fmt.Errorf("find a directory that user %s can reach: %w", owner.name, errors.Join(reasons...))
}

// reachable checks that the server's user may pass through dir and all its
// parents, and names the first that stops it. It looks at the modes of files
// alone; access lists may know better.
func reachable(dir string, owner account) error {
	resolved, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return fmt.Errorf("resolve %s: %w", dir, err)
	}
	if resolved, err = filepath.Abs(resolved); err != nil {
		return fmt.Errorf("resolve %s: %w", dir, err)
	}
	for at := resolved; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return fmt.Errorf("look at %s: %w", at, err)
		}
		if !info.IsDir() {
			return fmt.Errorf("%s is not a directory", at)
		}
		if !owner.passes(info) {
			return fmt.Errorf("%s (mode %04o) is closed to user %s", at, info.Mode().Perm(), owner.name)
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

// passes tells whether the mode of a directory lets the account through.
func (a account) passes(info os.FileInfo) bool {
	const search = 0o1
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	switch {
	case a.uid == 0:
		return true
	case stat.Uid == a.uid:
		return info.Mode().Perm()>>6&search != 0
	case a.member(stat.Gid):
		return info.Mode().Perm()>>3&search != 0
	}
	return info.Mode().Perm()&search != 0
}

// RemoveAbandoned deletes what [FreshDir] and [FreshTestDir] made under the prefix before the
// given instant and a cluster ran in, if the process that ran it is gone
// without [Cluster.Remove]: killed, or ended by a panic.
func RemoveAbandoned(prefix string, before time.Time) error {
	var errs []error
	for _, parent := range []string{inMemory, "/var/tmp", os.TempDir()} {
		dirs, err := filepath.Glob(filepath.Join(parent, prefix+"-*"))
		if err != nil {
			return fmt.Errorf("list directories of %s: %w", prefix, err)
		}
		for _, dir := range dirs {
			errs = append(errs, removeAbandoned(dir, before))
		}
	}
	return errors.Join(errs...)
}

func removeAbandoned(dir string, before time.Time) error {
	info, err := os.Stat(filepath.Join(dir, claimName))
	if err != nil || !info.ModTime().Before(before) {
		return nil // no cluster, or somebody else was faster
	}
	held, err := tryClaim(dir)
	if held == nil {
		return err
	}
	defer func() { _ = giveUp(held) }() // the file goes with the directory
	file, err := readPidFile(filepath.Join(dir, "data"))
	if err != nil || serves(file.pid, filepath.Join(dir, "data")) {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove abandoned cluster: %w", err)
	}
	return nil
}
