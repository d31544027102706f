package pg

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// claim is the right to run a server on a directory: a lock on a file in it,
// held for as long as the server is meant to live. The kernel takes it back
// when the process ends, however it does.
type claim struct {
	file *os.File
}

const claimName = "owner"

// tryClaim returns nil without error if another process holds the claim.
func tryClaim(dir string) (*claim, error) {
	file, err := os.OpenFile(filepath.Join(dir, claimName), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the cluster's own
	if err != nil {
		return nil, fmt.Errorf("open claim: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, file.Close()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", file.Name(), err), file.Close())
	}
	return &claim{file: file}, nil
}

// record notes the pid of the server started under the claim.
func (c *claim) record(pid int) error {
	if err := c.file.Truncate(0); err != nil {
		return fmt.Errorf("clear claim: %w", err)
	}
	if _, err := c.file.WriteAt([]byte(strconv.Itoa(pid)), 0); err != nil {
		return fmt.Errorf("write claim: %w", err)
	}
	return nil
}

// recorded is the pid noted last, perhaps by a process that died since. 0: none.
func (c *claim) recorded() int {
	text := make([]byte, 20)
	n, _ := c.file.ReadAt(text, 0) // shorter than the buffer, always
	pid, err := strconv.Atoi(strings.TrimSpace(string(text[:n])))
	if err != nil {
		return 0
	}
	return pid
}

// release gives the directory up. The file stays: removing it would let two
// processes lock two files of one name.
func (c *claim) release() error {
	if err := errors.Join(c.file.Truncate(0), c.file.Close()); err != nil {
		return fmt.Errorf("release claim: %w", err)
	}
	return nil
}
