// pgx: River's migrator works over a pgx pool.

package migrations

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// RiverSchema is the schema that holds River's tables. Every River client is
// configured with it.
const RiverSchema = "river"

// RiverVersion is the River migration that step 1 stops at: the newest of
// River v0.51.1. It stays as it is when River grows: see the package comment.
const RiverVersion = 8

const riverStepVersion = 1

// riverStep creates River's tables through the pool, not inside goose's
// transaction: River needs some of its migrations committed one by one (an enum
// value cannot be used in the transaction that adds it). So every statement
// here can be repeated after a step that broke off half way.
func riverStep(pool *pgxpool.Pool) *goose.Migration {
	return goose.NewGoMigration(riverStepVersion, &goose.GoFunc{
		RunDB: func(ctx context.Context, _ *sql.DB) error { return migrateRiver(ctx, pool) },
	}, nil)
}

func migrateRiver(ctx context.Context, pool *pgxpool.Pool) error {
	if _, err := pool.Exec(ctx, `CREATE SCHEMA IF NOT EXISTS `+RiverSchema); err != nil {
		return fmt.Errorf("create schema %s: %w", RiverSchema, err)
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{
		Schema: RiverSchema,
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return fmt.Errorf("make River's migrator: %w", err)
	}
	opts := &rivermigrate.MigrateOpts{TargetVersion: RiverVersion}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, opts); err != nil {
		return fmt.Errorf("bring River's schema to version %d: %w", RiverVersion, err)
	}
	// Every job leaves two dead row versions, none of them heap-only, as the
	// state is indexed. The default scale factor of a fifth lets the table grow
	// threefold under load before a vacuum comes.
	if _, err := pool.Exec(ctx, `ALTER TABLE `+RiverSchema+`.river_job SET (
		autovacuum_vacuum_scale_factor = 0.02,
		autovacuum_vacuum_cost_delay = 0)`); err != nil {
		return fmt.Errorf("set vacuum of %s.river_job: %w", RiverSchema, err)
	}
	return nil
}
