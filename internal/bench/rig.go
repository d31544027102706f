package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"concordat/enforcement"
	"concordat/enforcement/register"
	"concordat/internal/calendar"
	"concordat/internal/jobs"
	"concordat/internal/pg"
	"concordat/internal/vault"
	"concordat/memoranda"
	"concordat/migrations"
)

// Options are what every bench takes.
type Options struct {
	// Listings is how many grounds a round puts in force.
	Listings int
	// Rounds is how often ours and the limit are measured in turn.
	Rounds int
	// Naive is how many directives the naive way is measured on; 0 means 10,000,
	// the most allowed. Its rate is scaled.
	Naive int
	// Machine is machine time.
	Machine func() time.Time
	// Progress gets a line per step; io.Discard for none.
	Progress io.Writer
}

// naiveGrounds is how many grounds the naive way is given.
func (o Options) naiveGrounds() int {
	if o.Naive <= 0 {
		return naiveDirectives / Organisations
	}
	return max(min(o.Naive, naiveDirectives)/Organisations, 2)
}

// rig is a private cluster with a migrated template database.
type rig struct {
	cluster   *pg.Cluster
	vault     *vault.Vault
	calendar  *calendar.Calendar
	catalogue *memoranda.Catalogue
	attested  *memoranda.Attestations
	machine   func() time.Time
	databases int
	tracer    pgx.QueryTracer // of the databases opened from now on; nil is nobody
}

const (
	base = "bench_base"
	// directories is how the names of our directories begin.
	directories = "concordat-bench"
)

func newRig(ctx context.Context, machine func() time.Time) (*rig, error) {
	r := &rig{machine: machine}
	var err error
	if r.vault, err = vault.Ephemeral(true); err != nil {
		return nil, fmt.Errorf("make keys: %w", err)
	}
	if r.calendar, err = calendar.Embedded(); err != nil {
		return nil, fmt.Errorf("load calendars: %w", err)
	}
	if r.catalogue, r.attested, err = syntheticCatalogue(); err != nil {
		return nil, fmt.Errorf("make a catalogue: %w", err)
	}
	// A run that was killed left its cluster; nobody misses it.
	_ = pg.RemoveAbandoned(directories, machine().Add(-time.Minute))
	dir, err := pg.FreshDir(directories)
	if err != nil {
		return nil, fmt.Errorf("make a directory: %w", err)
	}
	r.cluster, err = pg.StartCluster(ctx, pg.ClusterConfig{Dir: dir, Profile: pg.ProfileBench, Temporary: true})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start PostgreSQL: %w", err), os.RemoveAll(dir))
	}
	if err := r.template(ctx); err != nil {
		return nil, errors.Join(err, r.cluster.Remove())
	}
	return r, nil
}

func (r *rig) template(ctx context.Context) error {
	if err := r.cluster.CreateDatabase(ctx, base, ""); err != nil {
		return fmt.Errorf("make the template: %w", err)
	}
	db, err := pg.Open(ctx, pg.Config{URL: r.cluster.URL(base)})
	if err != nil {
		return fmt.Errorf("open the template: %w", err)
	}
	return errors.Join(migrations.Up(ctx, db.Pool), db.Close())
}

// Close stops and removes the cluster.
func (r *rig) Close() error { return r.cluster.Remove() }

// copyOf makes a new database from another one, which nobody may be using.
func (r *rig) copyOf(ctx context.Context, template string) (string, error) {
	r.databases++
	name := fmt.Sprintf("bench_%d", r.databases)
	if err := r.cluster.CreateDatabase(ctx, name, template); err != nil {
		return "", fmt.Errorf("copy database %s: %w", template, err)
	}
	return name, nil
}

// world is one database with a register, the made organisations and grounds.
type world struct {
	name     string
	db       *pg.DB
	machine  func() time.Time
	jobs     *river.Client[pgx.Tx]
	register *register.Offices
	act      enforcement.Act
	court    enforcement.OrganisationID
	orgs     []enforcement.OrganisationID
	grounds  []enforcement.ID
}

// open opens a database of the rig; conns is the size of the pool.
func (r *rig) open(ctx context.Context, name string, conns int32) (*world, error) {
	db, err := pg.Open(ctx, pg.Config{URL: r.cluster.URL(name), MaxConns: conns, Tracer: r.tracer})
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", name, err)
	}
	w := &world{name: name, db: db, machine: r.machine, act: enforcement.Daily(calendar.Start(on).Add(10 * time.Hour))}
	if w.jobs, err = jobs.Insert(db.Pool); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	w.register, err = register.Open(ctx, register.Config{
		DB: db, Jobs: w.jobs, Vault: r.vault, Calendar: r.calendar, Catalogue: r.catalogue, Attestations: r.attested, Demonstration: true, Machine: r.machine,
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the register: %w", err), db.Close())
	}
	return w, nil
}

// legal is the legal time of every bench.
func (w *world) legal() time.Time { return w.act.At }

// checkpoint flushes, so that no measurement pays for another's dirty pages.
func checkpoint(ctx context.Context, pool *pgxpool.Pool) error {
	if _, err := pool.Exec(ctx, `CHECKPOINT`); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

// walPosition returns how many bytes of log the cluster has written.
func walPosition(ctx context.Context, pool *pgxpool.Pool) (int64, error) {
	var bytes int64
	err := pool.QueryRow(ctx, `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint`).Scan(&bytes)
	if err != nil {
		return 0, fmt.Errorf("read the log's position: %w", err)
	}
	return bytes, nil
}
