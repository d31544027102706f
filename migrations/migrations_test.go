package migrations

import (
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// plan is a schema of two files; the second one fails until it is repaired.
func plan(second string) fstest.MapFS {
	return fstest.MapFS{
		"00002_first.sql":  {Data: []byte("-- +goose Up\nCREATE TABLE first (id int);\nINSERT INTO first VALUES (1);\n")},
		"00003_second.sql": {Data: []byte("-- +goose Up\nCREATE TABLE second (id int);\n" + second + "\n")},
	}
}

func wantVersion(t *testing.T, pool *pgxpool.Pool, want int64) {
	t.Helper()
	got, err := Version(t.Context(), pool)
	if err != nil || got != want {
		t.Errorf("version %d, want %d; %v", got, want, err)
	}
}

func TestRiverAloneNeedsNoFiles(t *testing.T) {
	t.Parallel()
	pool := empty(t)
	wantVersion(t, pool, 0)
	for range 2 { // the second time there is nothing to do
		if err := up(t.Context(), pool, fstest.MapFS{}); err != nil {
			t.Fatal(err)
		}
		wantVersion(t, pool, riverStepVersion)
	}
	if newest, err := latest(fstest.MapFS{}); err != nil || newest != riverStepVersion {
		t.Errorf("latest %d, %v", newest, err)
	}

	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: RiverSchema})
	if err != nil {
		t.Fatal(err)
	}
	applied, err := migrator.ExistingVersions(t.Context())
	if err != nil || len(applied) == 0 || applied[len(applied)-1].Version != RiverVersion {
		t.Errorf("River's versions: %v, %v", applied, err)
	}
	var options []string
	if err := pool.QueryRow(t.Context(),
		`SELECT reloptions FROM pg_class WHERE oid = 'river.river_job'::regclass`).Scan(&options); err != nil {
		t.Fatal(err)
	}
	want := []string{"autovacuum_vacuum_scale_factor=0.02", "autovacuum_vacuum_cost_delay=0"}
	if diff := cmp.Diff(want, options); diff != "" {
		t.Error(diff)
	}
}

// When this fails, River was updated: write a new Go step that goes from
// RiverVersion to the new one.
func TestPinnedRiverVersionIsTheNewest(t *testing.T) {
	t.Parallel()
	migrator, err := rivermigrate.New(riverpgxv5.New(nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	known := migrator.AllVersions()
	if newest := known[len(known)-1].Version; newest != RiverVersion {
		t.Errorf("River brings migration %d, step 1 stops at %d", newest, RiverVersion)
	}
}

func TestRiverStepCanBeRepeatedAfterABreak(t *testing.T) {
	t.Parallel()
	pool := empty(t)
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: RiverSchema})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `CREATE SCHEMA river`); err != nil {
		t.Fatal(err)
	}
	if _, err := migrator.Migrate(t.Context(), rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: 4}); err != nil {
		t.Fatal(err)
	}
	if err := up(t.Context(), pool, fstest.MapFS{}); err != nil {
		t.Fatal(err)
	}
	wantVersion(t, pool, riverStepVersion)
}

func TestAFileIsAppliedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	pool := empty(t)
	err := up(t.Context(), pool, plan("SELECT 1/0;"))
	if err == nil || !strings.Contains(err.Error(), "00003_second.sql") {
		t.Fatalf("got %v", err)
	}
	wantVersion(t, pool, 2)
	if err := up(t.Context(), pool, plan("SELECT 1;")); err != nil {
		t.Fatal(err)
	}
	wantVersion(t, pool, 3)
}

func TestManyMigrateAtOnce(t *testing.T) {
	t.Parallel()
	pool := empty(t)
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if err := up(t.Context(), pool, plan("")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	wantVersion(t, pool, 3)
	var rows int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM first`).Scan(&rows); err != nil || rows != 1 {
		t.Errorf("%d rows, %v", rows, err)
	}
}

func TestTheSchemaIsApplied(t *testing.T) {
	t.Parallel()
	pool := empty(t)
	if err := Up(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	newest, err := Latest()
	if err != nil {
		t.Fatal(err)
	}
	wantVersion(t, pool, newest)
}

func TestAFileWithoutNumberIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := latest(fstest.MapFS{"tables.sql": {}}); err == nil {
		t.Error("accepted")
	}
}
