// pgx: goose works over the pool's connections, and so does River's own migrator.

package migrations

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// Waiting for another process that is migrating: every second, for ten minutes.
const (
	lockPeriodSeconds = 1
	lockAttempts      = 600
)

// Up brings the database to [Latest]. It needs two connections of the pool at
// once, one of them for the lock. What is applied already is left alone; a step
// that breaks off leaves the earlier ones applied and can be run again.
func Up(ctx context.Context, pool *pgxpool.Pool) error {
	return up(ctx, pool, files)
}

// Version is the number of the newest migration applied to the database; 0 for
// a database that was never migrated, or that has no such table.
func Version(ctx context.Context, pool *pgxpool.Pool) (int64, error) {
	var version int64
	err := pool.QueryRow(ctx,
		`SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version)
	if missing, ok := errors.AsType[*pgconn.PgError](err); ok && missing.Code == "42P01" {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	return version, nil
}

// Latest is the version this binary brings a database to.
func Latest() (int64, error) {
	return latest(files)
}

func up(ctx context.Context, pool *pgxpool.Pool, from fs.FS) error {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(lockPeriodSeconds, lockAttempts))
	if err != nil {
		return fmt.Errorf("make migration lock: %w", err)
	}
	db := stdlib.OpenDBFromPool(pool)
	defer func() { _ = db.Close() }() // hands connections back; the pool stays open

	provider, err := goose.NewProvider(goose.DialectPostgres, db, from,
		goose.WithGoMigrations(riverStep(pool)),
		goose.WithDisableGlobalRegistry(true),
		goose.WithLogger(goose.NopLogger()),
		goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	_, err = provider.Up(ctx)
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		return fmt.Errorf("apply migration %d %s: %w", partial.Failed.Source.Version, partial.Failed.Source.Path, partial.Err)
	}
	if err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	return nil
}

func latest(from fs.FS) (int64, error) {
	names, err := fs.Glob(from, "*.sql")
	if err != nil {
		return 0, fmt.Errorf("list migrations: %w", err)
	}
	newest := int64(riverStepVersion)
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("read number of migration %s: %w", name, err)
		}
		newest = max(newest, version)
	}
	return newest, nil
}
