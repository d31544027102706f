package pg

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// environment is all that the server's programs get of one: nothing of the
// parent's, which may hold secrets.
var environment = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}

// process is a postmaster that this process started.
type process struct {
	pid    int
	done   chan struct{} // closed when it has exited
	exit   error         // how, once done is closed
	output *tail
}

// launch starts a program of the cluster and stays with it. The server is told
// SIGQUIT when its parent dies, PostgreSQL's immediate shutdown: it is gone at
// once, with its backends and without a checkpoint, so that the next start
// need not wait for a server that is still writing. Nothing committed is lost,
// it is in the log, and the next start reads it.
//
// Linux sends the signal when the *thread* dies that forked, so the goroutine
// keeps its thread for as long as the server lives.
func launch(bin programs, owner account, log io.Writer, args []string) (*process, error) {
	started := &process{done: make(chan struct{}), output: &tail{}}
	cmd := exec.Command(filepath.Join(bin.dir, "postgres"), args...) //nolint:gosec,noctx // lives on; Stop ends it
	cmd.Dir = "/"
	cmd.Env = environment
	cmd.SysProcAttr = owner.attributes(syscall.SIGQUIT)
	cmd.Stdout = io.MultiWriter(started.output, log)
	cmd.Stderr = cmd.Stdout
	cmd.WaitDelay = 5 * time.Second // a backend that lingers holds the pipe open

	begun := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		begun <- err
		if err != nil {
			return
		}
		started.exit = cmd.Wait()
		close(started.done)
	}()
	if err := <-begun; err != nil {
		return nil, fmt.Errorf("run postgres: %w", err)
	}
	started.pid = cmd.Process.Pid
	return started, nil
}

// StopMode is how a server is asked to stop.
type StopMode int

// The modes of PostgreSQL.
const (
	// StopFast disconnects everybody, rolls back what is open and writes all
	// data out.
	StopFast StopMode = iota
	// StopImmediate breaks off as in a crash: the next start recovers from the log.
	StopImmediate
	// StopSmart waits for everybody to leave.
	StopSmart
)

func (m StopMode) signal() syscall.Signal {
	switch m {
	case StopImmediate:
		return syscall.SIGQUIT
	case StopSmart:
		return syscall.SIGTERM
	case StopFast:
	}
	return syscall.SIGINT
}

// Stops that do not come about are made more pressing.
const (
	patienceSmart     = 5 * time.Minute
	patienceFast      = time.Minute // a checkpoint of all buffers on a slow disk
	patienceImmediate = 10 * time.Second
)

// stop asks, insists and at last kills.
func (p *process) stop(mode StopMode) error {
	steps := []struct {
		signal   syscall.Signal
		patience time.Duration
	}{
		{StopSmart.signal(), patienceSmart},
		{StopFast.signal(), patienceFast},
		{StopImmediate.signal(), patienceImmediate},
		{syscall.SIGKILL, patienceImmediate},
	}
	for _, step := range steps {
		if mode == StopFast && step.signal == syscall.SIGTERM ||
			mode == StopImmediate && (step.signal == syscall.SIGTERM || step.signal == syscall.SIGINT) {
			continue
		}
		select {
		case <-p.done:
			return nil // its pid may be somebody else's by now
		default:
		}
		if err := syscall.Kill(p.pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("signal server %d: %w", p.pid, err)
		}
		timer := time.NewTimer(step.patience)
		select {
		case <-p.done:
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
	return fmt.Errorf("stop server %d: it does not go", p.pid)
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 4096

// Write never errs.
func (t *tail) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, text...)
	t.text = t.text[max(0, len(t.text)-tailSize):]
	return len(text), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.text))
}
