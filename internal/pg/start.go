package pg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	// look is the pause between two looks at a state; files tell no one.
	look = 10 * time.Millisecond
	// orphanPatience is how long backends may outlive a killed server: one that
	// computes notices at the end of its query.
	orphanPatience = time.Minute
	// absencePatience is how long a claimed directory may be without a server.
	absencePatience = 30 * time.Second
	socketPort      = 5432
	// longestSocket is the limit of a socket's path on Linux, with its final zero.
	longestSocket = 107
)

// StartCluster starts a private server on cfg.Dir, making the data if there are
// none, and returns when it accepts connections. If a server runs there
// already, started by another process, that one is adopted. Of several
// processes that start at once, one wins and the others adopt.
//
// The server lives until [Cluster.Stop] or the end of this process, however
// that comes. [ErrNoServer] means there is no PostgreSQL on the machine; ctx
// bounds the start, not the life.
func StartCluster(ctx context.Context, cfg ClusterConfig) (*Cluster, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	cluster, err := prepare(&cfg)
	if err != nil {
		return nil, fmt.Errorf("prepare private PostgreSQL: %w", err)
	}
	if err := cluster.startOrAdopt(ctx); err != nil {
		return nil, fmt.Errorf("start private PostgreSQL in %s: %w", cfg.Dir, err)
	}
	return cluster, nil
}

// prepare makes the directory and settles the paths in it.
func prepare(cfg *ClusterConfig) (*Cluster, error) {
	owner, err := serverUser()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Dir, 0o755); err != nil { //nolint:gosec // the server's user passes through; its data are 0700
		return nil, fmt.Errorf("make directory: %w", err)
	}
	// Resolved, so that two names of one directory are one.
	if cfg.Dir, err = filepath.EvalSymlinks(cfg.Dir); err != nil {
		return nil, fmt.Errorf("resolve directory: %w", err)
	}
	if cfg.Dir, err = filepath.Abs(cfg.Dir); err != nil {
		return nil, fmt.Errorf("resolve directory: %w", err)
	}
	if err := reachable(cfg.Dir, owner); err != nil {
		return nil, err
	}
	return &Cluster{cfg: *cfg, owner: owner, data: filepath.Join(cfg.Dir, "data")}, nil
}

// startOrAdopt goes round until the directory has a server and it is known
// whose.
func (c *Cluster) startOrAdopt(ctx context.Context) error {
	absent := time.NewTimer(absencePatience)
	defer absent.Stop()
	for {
		held, err := tryClaim(c.cfg.Dir)
		if err != nil {
			return err
		}
		file, err := readPidFile(c.data)
		if err != nil {
			return errors.Join(err, giveUp(held))
		}
		running := serves(file.pid, c.data)
		switch {
		case running && held != nil && file.pid == held.recorded():
			// Its starter died just now, and the signal is on its way.
		case running && file.status == "ready":
			if err := giveUp(held); err != nil {
				return err
			}
			c.pid, c.socket, c.port = file.pid, file.socketDir, file.port
			return nil
		case !running && held != nil:
			return c.start(ctx, held)
		}
		if err := giveUp(held); err != nil {
			return err
		}
		if running {
			absent.Reset(absencePatience) // starting, stopping or recovering: ctx alone bounds that
		}
		select {
		case <-ctx.Done():
			return ctx.Err() //nolint:wrapcheck // StartCluster says what was being done
		case <-absent.C:
			return errors.New("another process claims it and runs no server")
		case <-time.After(look):
		}
	}
}

// giveUp lets go of a claim that was not used, and keeps what it says.
func giveUp(held *claim) error {
	if held == nil {
		return nil
	}
	return held.file.Close() //nolint:wrapcheck // nothing was written
}

// start makes the data and runs the server under a claim, which it keeps if it
// succeeds.
func (c *Cluster) start(ctx context.Context, held *claim) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, held.release())
		}
	}()
	if err := c.initialise(ctx); err != nil {
		return err
	}
	if c.log, err = c.cfg.openLog(); err != nil {
		return err
	}
	c.claim = held
	if err := c.run(ctx); err != nil {
		c.claim = nil
		return errors.Join(err, c.log.Close())
	}
	return nil
}

// run starts the server of a claimed directory and waits until it is ready.
// After a kill of the server too, its orphaned backends hold the shared memory
// for a moment, and the start is tried again until they have gone.
func (c *Cluster) run(ctx context.Context) error {
	major, err := dataMajor(c.data)
	if err != nil {
		return err
	}
	bin, err := findPrograms(ctx, major)
	if err != nil {
		return err
	}
	if err := c.makeSocketDir(); err != nil {
		return err
	}
	args := append([]string{"-D", c.data, "-c", "unix_socket_directories=" + c.socket, "-p", strconv.Itoa(c.port)},
		c.cfg.arguments()...)
	patience, cancel := context.WithTimeout(ctx, orphanPatience)
	defer cancel()
	for {
		if err := clearRecycled(c.data); err != nil {
			return err
		}
		server, err := launch(bin, c.owner, c.log, args)
		if err != nil {
			return err
		}
		if err := errors.Join(c.claim.record(server.pid), c.awaitReady(ctx, server)); err == nil {
			c.server, c.pid = server, server.pid
			return nil
		} else if !server.metOrphans() || patience.Err() != nil {
			return errors.Join(err, server.stop(StopImmediate))
		}
		if err := sleep(ctx, 10*look); err != nil {
			return err
		}
	}
}

// metOrphans tells whether a server gave up because others hold the data. The
// log's words are untranslated: the environment is in the C locale.
func (p *process) metOrphans() bool {
	select {
	case <-p.done:
	default:
		return false
	}
	text := p.output.String()
	return strings.Contains(text, "pre-existing shared memory block") ||
		strings.Contains(text, `lock file "postmaster.pid" already exists`)
}

func (c *Cluster) awaitReady(ctx context.Context, server *process) error {
	for {
		file, err := readPidFile(c.data)
		if err != nil {
			return err
		}
		if file.pid == server.pid && file.status == "ready" {
			return nil
		}
		select {
		case <-server.done:
			return fmt.Errorf("server gave up: %w\n%s", server.exit, server.output)
		case <-ctx.Done():
			return fmt.Errorf("wait for server: %w", ctx.Err())
		case <-time.After(look):
		}
	}
}

func sleep(ctx context.Context, pause time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // the caller says what it waited for
	case <-time.After(pause):
		return nil
	}
}
