package pg_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/uptrace/bun"

	"concordat/internal/pg"
	"concordat/internal/pg/pgtest"
	"concordat/migrations"
)

func TestMain(m *testing.M) {
	asParent() // the copy of this binary that a test kills never gets further
	pgtest.Main(m)
}

// deadlock is how long a test waits before it calls a stand-still by its name.
const deadlock = time.Minute

// note is the table of these tests.
type note struct {
	bun.BaseModel `bun:"table:note"`

	ID    int    `bun:"id,pk"`
	Words string `bun:"words"`
}

type wakeUp struct {
	Note int `json:"note"`
}

func (wakeUp) Kind() string { return "wake-up" }

type bundle struct {
	*pg.DB
	jobs *river.Client[pgx.Tx]
}

func setup(t *testing.T) *bundle {
	t.Helper()
	db := pgtest.New(t)
	if _, err := db.Pool.Exec(t.Context(), `CREATE TABLE note (
		id    int PRIMARY KEY,
		words text NOT NULL CONSTRAINT note_says_something CHECK (words <> ''))`); err != nil {
		t.Fatal(err)
	}
	jobs, err := river.NewClient(riverpgxv5.New(db.Pool), &river.Config{Schema: migrations.RiverSchema})
	if err != nil {
		t.Fatal(err)
	}
	return &bundle{DB: db, jobs: jobs}
}

// lend gives the transaction, as pgx knows it, to fn.
func lend(tx *pg.Tx, fn func(view pgx.Tx) error) error { return fn(tx.Pgx()) }

// write puts a row through bun and a job through River into one transaction.
func (b *bundle) write(ctx context.Context, tx *pg.Tx, id int) error {
	if _, err := tx.NewInsert().Model(&note{ID: id, Words: "written"}).Exec(ctx); err != nil {
		return err
	}
	return lend(tx, func(view pgx.Tx) error {
		_, err := b.jobs.InsertManyFastTx(ctx, view, []river.InsertManyParams{{Args: wakeUp{Note: id}}})
		return err
	})
}

// wantCounts checks how many rows and jobs there are, and that no connection
// was left taken.
func (b *bundle) wantCounts(t *testing.T, rows, jobs int) {
	t.Helper()
	var gotRows, gotJobs int
	if err := b.Pool.QueryRow(context.WithoutCancel(t.Context()),
		`SELECT (SELECT count(*) FROM note), (SELECT count(*) FROM river.river_job)`).Scan(&gotRows, &gotJobs); err != nil {
		t.Fatal(err)
	}
	if gotRows != rows || gotJobs != jobs {
		t.Errorf("%d rows and %d jobs, want %d and %d", gotRows, gotJobs, rows, jobs)
	}
	until(t, func() bool { return b.Pool.Stat().AcquiredConns() == 0 }, "connections given back")
}

// until waits for a state.
func until(t *testing.T, reached func() bool, what string) {
	t.Helper()
	for end := time.Now().Add(deadlock); !reached(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for: %s", what)
		}
	}
}

// within fails the test, and does not hang it, if fn does not return.
func within(t *testing.T, fn func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done) // after a Goexit of fn too
		fn()
	}()
	select {
	case <-done:
	case <-time.After(deadlock):
		t.Fatal("stand-still")
	}
}
