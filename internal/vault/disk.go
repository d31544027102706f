package vault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// maxFileSize bounds what is read as a key file: some 500 versions.
const maxFileSize = 1 << 20

// readKeyFile reads a key file that nobody but this user can reach. The check
// is made on the opened file, so that it cannot be exchanged in between.
func readKeyFile(path string) ([]byte, error) {
	// O_NONBLOCK: opening a named pipe put there would wait for ever.
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0) //nolint:gosec // the path is the operator's
	if errors.Is(err, unix.ELOOP) {
		return nil, fmt.Errorf("symbolic link: %w", ErrMode)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only: nothing can be lost
	if err := private(f, os.Geteuid()); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFileSize {
		return nil, fmt.Errorf("more than %d bytes: %w", maxFileSize, ErrFormat)
	}
	return data, nil
}

// private refuses what is no regular file, is not owned by uid, or gives group
// or world any permission.
func private(f *os.File, uid int) error {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return fmt.Errorf("look at mode: %w", err)
	}
	switch {
	case st.Mode&unix.S_IFMT != unix.S_IFREG:
		return fmt.Errorf("not a regular file: %w", ErrMode)
	case int64(st.Uid) != int64(uid):
		return fmt.Errorf("owned by user %d, not %d: %w", st.Uid, uid, ErrMode)
	case st.Mode&0o077 != 0:
		return fmt.Errorf("mode %04o, want 0600: %w", st.Mode&0o777, ErrMode)
	}
	return nil
}

// withLock runs act while no other process runs one for the same key file. The
// lock is a file of its own that stays, because the key file itself is replaced.
func withLock(path string, act func() error) error {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600) //nolint:gosec // the path is the operator's
	if err != nil {
		return fmt.Errorf("open lock: %w", err)
	}
	defer func() { _ = f.Close() }() // closing lets go; there is nothing to flush
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX)
		if err == nil {
			return act()
		}
		if !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("take lock: %w", err)
		}
	}
}

// writeKeyFile puts data in place in one step: afterwards, and after a power
// cut, there is the whole old file or the whole new one. With create it never
// replaces: fs.ErrExist says that somebody else was first, lock or no lock.
// The caller holds the lock, so what a crash left under the temporary name is
// nobody's.
func writeKeyFile(path string, data []byte, create bool) error {
	temp := path + ".new"
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clear away: %w", err)
	}
	if err := writeSynced(temp, data); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	move := os.Rename
	if create {
		move = os.Link
	}
	if err := move(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	if create {
		if err := os.Remove(temp); err != nil {
			return fmt.Errorf("clear away: %w", err)
		}
	}
	return syncDir(filepath.Dir(path))
}

func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, 0o600) //nolint:gosec // the path is the operator's
	if err != nil {
		return err
	}
	_, errWrite := f.Write(data)
	return errors.Join(
		f.Chmod(0o600), // whatever the umask took away
		errWrite, f.Sync(), f.Close(),
	)
}

func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the path is the operator's
	if err != nil {
		return fmt.Errorf("open folder to sync: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
