package pg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v5"
)

// ClusterConfig describes a private cluster.
type ClusterConfig struct {
	// Dir holds everything of the cluster: data, socket, log. It is made if it
	// is missing. If the process is root, PostgreSQL's user must be able to
	// pass through all its parents. Required.
	Dir string
	// Profile sizes the server; the zero value is [ProfileDemo].
	Profile Profile
	// Settings are PostgreSQL's, over those of the profile. A cluster that is
	// adopted keeps the settings it was started with.
	Settings map[string]string
	// Log receives the server's log; nil means the file server.log in Dir.
	Log io.Writer
	// Temporary marks a cluster that [Cluster.Remove] may delete.
	Temporary bool
}

// ErrAdopted refuses to stop or remove a server that another process started.
var ErrAdopted = errors.New("pg: the server was started by another process")

// superuser owns everything in a private cluster.
const superuser = "postgres"

// Cluster is a private PostgreSQL server. Its methods may be called from
// several goroutines.
type Cluster struct {
	cfg    ClusterConfig
	data   string
	owner  account
	log    io.WriteCloser
	socket string // directory
	port   int

	mu     sync.Mutex
	server *process // nil if adopted, or stopped
	pid    int
	claim  *claim // nil if adopted, or stopped
}

// Adopted tells whether the server was there already, started by another
// process. It is then left alone: [Cluster.Stop] does nothing.
func (c *Cluster) Adopted() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.claim == nil && c.pid != 0
}

// Dir is the directory of the cluster.
func (c *Cluster) Dir() string { return c.cfg.Dir }

// PID is the process id of the server (the postmaster), 0 after Stop.
func (c *Cluster) PID() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pid
}

// URL leads to a database of the cluster; "postgres" is always there. It stays
// the same through [Cluster.Restart].
func (c *Cluster) URL(database string) string {
	query := url.Values{"host": {c.socket}, "port": {strconv.Itoa(c.port)}}
	address := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + database, RawQuery: query.Encode()}
	return address.String()
}

// CreateDatabase makes a database as a copy of template; empty means
// PostgreSQL's own. Nobody may be connected to the template meanwhile.
func (c *Cluster) CreateDatabase(ctx context.Context, name, template string) error {
	query := "CREATE DATABASE " + pgx.Identifier{name}.Sanitize()
	if template != "" {
		query += " TEMPLATE " + pgx.Identifier{template}.Sanitize()
		if c.cfg.Profile == ProfileTest {
			// File by file, not page by page through the log: a third of the work. The
			// checkpoints that it needs cost nothing without fsync.
			query += " STRATEGY file_copy"
		}
	}
	if err := c.maintain(ctx, query); err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

// DropDatabase removes a database with whoever is connected to it. One that
// does not exist is no error.
func (c *Cluster) DropDatabase(ctx context.Context, name string) error {
	query := "DROP DATABASE IF EXISTS " + pgx.Identifier{name}.Sanitize() + " WITH (FORCE)"
	if err := c.maintain(ctx, query); err != nil {
		return fmt.Errorf("drop database %s: %w", name, err)
	}
	return nil
}

func (c *Cluster) maintain(ctx context.Context, query string) error {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return fmt.Errorf("connect for maintenance: %w", err)
	}
	_, err = conn.Exec(ctx, query)
	return errors.Join(err, conn.Close(ctx))
}

// Stop ends a server that this process started, and waits until it has gone. A
// mode that takes too long is followed by the next harder one. On an adopted
// server, and the second time, it does nothing.
func (c *Cluster) Stop(mode StopMode) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.claim == nil {
		return nil
	}
	if err := c.halt(mode); err != nil {
		return err
	}
	err := errors.Join(os.RemoveAll(c.socket), c.log.Close(), c.claim.release())
	c.claim = nil
	if err != nil {
		return fmt.Errorf("clear up after server: %w", err)
	}
	return nil
}

// Restart stops the server, as in a crash if immediate, and starts it again
// behind the same URLs. It refuses an adopted one with [ErrAdopted].
func (c *Cluster) Restart(ctx context.Context, immediate bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.claim == nil {
		return ErrAdopted
	}
	mode := StopFast
	if immediate {
		mode = StopImmediate
	}
	if err := c.halt(mode); err != nil {
		return err
	}
	return c.run(ctx)
}

// Remove stops a temporary cluster and deletes its directory. It refuses an
// adopted one with [ErrAdopted].
func (c *Cluster) Remove() error {
	if !c.cfg.Temporary {
		return fmt.Errorf("remove cluster %s: it is not marked temporary", c.cfg.Dir)
	}
	if c.Adopted() {
		return ErrAdopted
	}
	if err := c.Stop(StopImmediate); err != nil {
		return err
	}
	if err := os.RemoveAll(c.cfg.Dir); err != nil {
		return fmt.Errorf("remove cluster: %w", err)
	}
	return nil
}

// halt stops the server and keeps the directory claimed. mu is held.
func (c *Cluster) halt(mode StopMode) error {
	if c.server == nil {
		return nil // a restart that failed left none
	}
	if err := c.server.stop(mode); err != nil {
		return err
	}
	c.server, c.pid = nil, 0
	return nil
}

func (cfg ClusterConfig) openLog() (io.WriteCloser, error) {
	if cfg.Log != nil {
		return keepOpen{cfg.Log}, nil
	}
	file, err := os.OpenFile(filepath.Join(cfg.Dir, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open server log: %w", err)
	}
	return file, nil
}

// keepOpen is a writer of the caller's, which is not ours to close.
type keepOpen struct{ io.Writer }

func (keepOpen) Close() error { return nil }
