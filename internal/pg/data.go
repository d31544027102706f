package pg

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// initialise makes the data directory beside its final place and renames it,
// so that it is whole or not there.
func (c *Cluster) initialise(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(c.data, "PG_VERSION")); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look for data: %w", err)
	}
	bin, err := findPrograms(ctx, 0)
	if err != nil {
		return err
	}
	making := c.data + ".new"
	if err := os.RemoveAll(making); err != nil {
		return fmt.Errorf("clear unfinished data: %w", err)
	}
	if err := os.Mkdir(making, 0o700); err != nil {
		return fmt.Errorf("make data directory: %w", err)
	}
	if err := c.owner.give(making); err != nil {
		return err
	}
	args := []string{
		"-D", making, "--username=" + superuser, "--auth=trust",
		"--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums",
	}
	if c.cfg.Profile == ProfileTest {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin.dir, "initdb"), args...) //nolint:gosec // found, not given
	cmd.Dir, cmd.Env = "/", environment
	cmd.SysProcAttr = c.owner.attributes(syscall.SIGKILL)
	cmd.WaitDelay = time.Second
	runtime.LockOSThread() // which must outlive initdb: see launch
	defer runtime.UnlockOSThread()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make data with initdb: %w\n%s", err, out)
	}
	if err := os.Rename(making, c.data); err != nil {
		return fmt.Errorf("put data in place: %w", err)
	}
	return nil
}

func dataMajor(data string) (int, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION")) //nolint:gosec // the cluster's own
	if err != nil {
		return 0, fmt.Errorf("read version of data: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("read version of data: %w", err)
	}
	return major, nil
}

// makeSocketDir makes the directory anew, so that nothing of a killed server is
// left in it. Authentication is its mode: whoever can enter is trusted.
func (c *Cluster) makeSocketDir() error {
	c.port = socketPort
	c.socket = filepath.Join(c.cfg.Dir, "s")
	if len(c.socket)+len("/.s.PGSQL.5432") > longestSocket || strings.ContainsAny(c.socket, `,"' `) {
		sum := sha256.Sum256([]byte(c.cfg.Dir))
		c.socket = filepath.Join("/tmp", "concordat-"+hex.EncodeToString(sum[:8]))
	}
	if err := os.RemoveAll(c.socket); err != nil {
		return fmt.Errorf("clear socket directory: %w", err)
	}
	if err := os.Mkdir(c.socket, 0o700); err != nil {
		return fmt.Errorf("make socket directory: %w", err)
	}
	return c.owner.give(c.socket)
}
