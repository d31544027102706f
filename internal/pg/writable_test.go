package pg_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/internal/pg/pgtest"
)

// setReadOnly has sessions that begin from now on take no writes, or take them again.
func setReadOnly(t *testing.T, database string, on bool) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), pgtest.Cluster(t).URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	text := " RESET default_transaction_read_only"
	if on {
		text = " SET default_transaction_read_only = on"
	}
	_, err = conn.Exec(t.Context(), "ALTER DATABASE "+pgx.Identifier{database}.Sanitize()+text)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close(t.Context())
}

// The sessions of a time in which the database took no writes keep the setting. They are
// thrown away, and everything goes on when that time is over.
func TestSessionsThatTakeNoWritesAreThrownAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var name string
	if err := b.NewRaw(`SELECT current_database()`).Scan(t.Context(), &name); err != nil {
		t.Fatal(err)
	}
	n := 0
	write := func() error {
		return b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
			n++
			_, err := tx.NewInsert().Model(&note{ID: n, Words: "written"}).Exec(ctx)
			return err
		})
	}
	setReadOnly(t, name, true)
	b.Pool.Reset()
	fill(t, b.DB, 4)
	if err := write(); !pg.IsReadOnly(err) || pg.IsAway(err) {
		t.Fatalf("a write was not refused: %v", err)
	}
	if failed, err := b.LastWrite(); failed == 0 || !pg.IsReadOnly(err) {
		t.Errorf("%d writes failed, the last one with %v", failed, err)
	}
	fill(t, b.DB, 4)
	setReadOnly(t, name, false)
	until(t, func() bool { return write() == nil }, "a write that is taken")
	for range 8 { // by whichever session
		if err := write(); err != nil {
			t.Error(err)
		}
	}
	if _, err := b.LastWrite(); err != nil {
		t.Errorf("a write stands since, and still: %v", err)
	}
}

// fill makes so many sessions.
func fill(t *testing.T, db *pg.DB, n int) {
	t.Helper()
	for range n {
		c, err := db.Pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Release()
	}
}

// Who only looks is let in by a URL that asks for a host that takes writes, and writes
// nothing all the same.
func TestReadOnlyFindsTheHostThatTakesWrites(t *testing.T) {
	t.Parallel()
	folder, port := socketOf(t)
	db, err := pg.Open(t.Context(), pg.Config{
		URL: "host=" + folder + " port=" + port + " user=postgres dbname=postgres target_session_attrs=read-write", ReadOnly: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Pool.Exec(t.Context(), `CREATE TABLE nothing ()`); !pg.IsReadOnly(err) {
		t.Errorf("who only looks wrote: %v", err)
	}
}

// A database that is away is known by what its connections say.
func TestIsAway(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := pg.Open(ctx, pg.Config{URL: "postgres://u@127.0.0.1:1/x?sslmode=disable"})
	if !pg.IsAway(err) {
		t.Errorf("nobody listens, and that is not away: %v", err)
	}
	b := setup(t)
	err = b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
		return tx.NewRaw(`SELECT pg_terminate_backend(pg_backend_pid())`).Scan(ctx, new(bool))
	})
	if !pg.IsAway(err) {
		t.Errorf("the session was ended, and that is not away: %v", err)
	}
	if err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.NewInsert().Model(&note{ID: 1}).Exec(ctx)
		return err
	}); err == nil || pg.IsAway(err) || pg.IsReadOnly(err) {
		t.Errorf("a refused row is no trouble of the database: %v", err)
	}
}
