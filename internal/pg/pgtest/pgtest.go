package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"concordat/internal/pg"
	"concordat/migrations"
)

const (
	prefix   = "concordat-pgtest"
	template = "migrated"
	// A test's pool is small, and its idle connections go soon: a parent of
	// parallel subtests keeps its database while others run. The server takes 200.
	maxConns      = 10
	maxConnIdle   = 2 * time.Second
	closePatience = 20 * time.Second
	// abandonedAfter spares the directories of processes that are starting.
	abandonedAfter = 10 * time.Minute
)

// server is what the process's tests share. It exists from Main to its end and
// starts PostgreSQL when it is first asked.
type server struct {
	once      sync.Once
	cluster   *pg.Cluster
	err       error
	databases atomic.Int64
}

// running is the one exception to the rule that no package holds state: the
// testing package has no other place for what tests of a process share. Main
// sets it before any test runs.
var running *server

// Main runs the tests and ends the process, with the server if there was need
// of one. It is called from TestMain and does not return.
func Main(m *testing.M) {
	running = &server{}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupts
		if err := running.remove(); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest:", err)
		}
		os.Exit(130)
	}()
	code := m.Run()
	signal.Stop(interrupts)
	if err := running.remove(); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// New returns a migrated database that only this test uses. It is closed and
// dropped at the end of the test.
func New(t testing.TB) *pg.DB {
	t.Helper()
	return open(t, database(t))
}

// database makes one from the template, and returns its URL.
func database(t testing.TB) string {
	t.Helper()
	cluster := Cluster(t)
	name := fmt.Sprintf("test_%d", running.databases.Add(1))
	if err := cluster.CreateDatabase(t.Context(), name, template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.DropDatabase(context.WithoutCancel(t.Context()), name); err != nil {
			t.Error(err)
		}
	})
	return cluster.URL(name)
}

// open connects to a database, and closes it at the end of the test.
func open(t testing.TB, url string) *pg.DB {
	t.Helper()
	db, err := pg.Open(t.Context(), pg.Config{
		URL: url, MaxConns: maxConns, MaxConnIdle: maxConnIdle, ApplicationName: t.Name(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeSoon(t, db) })
	return db
}

// closeSoon closes the pool, which waits for the connections in use: one that
// a test forgot (rows, a listener) is an error, and no stand-still.
func closeSoon(t testing.TB, db *pg.DB) {
	closed := make(chan error, 1)
	go func() { closed <- db.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(closePatience):
		t.Errorf("pgtest: %d connections were not given back", db.Pool.Stat().AcquiredConns())
	}
}

// Cluster returns the server that the tests of this process share. A test that
// stops or restarts it disturbs the others: such tests start one of their own.
func Cluster(t testing.TB) *pg.Cluster {
	t.Helper()
	if running == nil {
		t.Fatal("pgtest: the package has no TestMain that calls pgtest.Main")
	}
	running.once.Do(func() {
		running.cluster, running.err = start(context.WithoutCancel(t.Context())) // outlives the test that asks first
	})
	if running.err != nil {
		t.Fatal(running.err)
	}
	return running.cluster
}

func start(ctx context.Context) (*pg.Cluster, error) {
	// Of no concern to these tests: another process may be at it.
	_ = pg.RemoveAbandoned(prefix, time.Now().Add(-abandonedAfter))

	dir, err := pg.FreshDir(prefix)
	if err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	cluster, err := pg.StartCluster(ctx, pg.ClusterConfig{Dir: dir, Profile: pg.ProfileTest, Temporary: true})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("pgtest: %w", err), os.RemoveAll(dir))
	}
	if err := makeTemplate(ctx, cluster); err != nil {
		return nil, errors.Join(fmt.Errorf("pgtest: %w", err), cluster.Remove())
	}
	return cluster, nil
}

func makeTemplate(ctx context.Context, cluster *pg.Cluster) error {
	if err := cluster.CreateDatabase(ctx, template, ""); err != nil {
		return err
	}
	db, err := pg.Open(ctx, pg.Config{URL: cluster.URL(template), MaxConns: 4})
	if err != nil {
		return err
	}
	return errors.Join(migrations.Up(ctx, db.Pool), db.Close())
}

// remove stops the server and deletes its directory. If a start is under way
// it waits for it; none begins afterwards.
func (s *server) remove() error {
	s.once.Do(func() { s.err = errors.New("pgtest: the process is ending") })
	if s.cluster == nil {
		return nil
	}
	return s.cluster.Remove()
}
