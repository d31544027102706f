package pg_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"concordat/internal/pg"
)

// What is queued goes in order, with whatever is asked next, and is undone with it.
func TestLater(t *testing.T) {
	t.Parallel()
	b := setup(t)
	insert := func(tx *pg.Tx, id int) {
		tx.Later(tx.NewInsert().Model(&note{ID: id, Words: "later"}), "write note %d", id)
	}
	count := func(ctx context.Context, tx *pg.Tx) (n int, err error) {
		err = tx.NewSelect().Model((*note)(nil)).ColumnExpr("count(*)").Scan(ctx, &n)
		return n, err
	}
	for name, ask := range map[string]func(ctx context.Context, tx *pg.Tx) (int, error){
		"bun": count,
		"pgx": func(ctx context.Context, tx *pg.Tx) (n int, err error) {
			err = tx.Pgx().QueryRow(ctx, `SELECT count(*) FROM note`).Scan(&n)
			return n, err
		},
		"a savepoint": func(ctx context.Context, tx *pg.Tx) (n int, err error) {
			err = tx.Savepoint(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
				n, err = count(ctx, tx)
				return errors.Join(errRefused, err)
			})
			if errors.Is(err, errRefused) {
				err = nil
			}
			return n, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
				insert(tx, 1)
				insert(tx, 2)
				n, err := ask(ctx, tx)
				if n != 2 || err != nil {
					t.Errorf("%d notes, %v", n, err)
				}
				insert(tx, 3)
				return errRefused
			})
			if !errors.Is(err, errRefused) {
				t.Error(err)
			}
			b.wantCounts(t, 0, 0)
		})
	}
	if err := b.InTx(t.Context(), func(_ context.Context, tx *pg.Tx) error { insert(tx, 1); return nil }); err != nil {
		t.Error(err)
	}
	b.wantCounts(t, 1, 0)
}

// A mistake in what is queued shows with what follows it, and nothing stays.
func TestLaterFails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	wrong := map[string]func(tx *pg.Tx){
		"write note 1 twice: ": func(tx *pg.Tx) {
			for range 2 {
				tx.Later(tx.NewInsert().Model(&note{ID: 1, Words: "again"}), "write note %d twice", 1)
			}
		},
		"refused": func(tx *pg.Tx) {
			tx.LaterOne(tx.NewUpdate().Model((*note)(nil)).Set("words = 'none'").Where("id = 7"), errRefused, "change a note")
		},
		"write nothing: ": func(tx *pg.Tx) { tx.Later(tx.NewInsert(), "write nothing") },
	}
	then := map[string]func(ctx context.Context, tx *pg.Tx) error{
		"commit": func(context.Context, *pg.Tx) error { return nil },
		"flush":  func(ctx context.Context, tx *pg.Tx) error { return tx.Flush(ctx) },
		"bun":    func(ctx context.Context, tx *pg.Tx) error { return tx.NewSelect().ColumnExpr("1").Scan(ctx, new(int)) },
		"pgx":    func(ctx context.Context, tx *pg.Tx) error { return execute(ctx, tx.Pgx(), `SELECT $1::int`) },
	}
	for words, queue := range wrong {
		for name, next := range then {
			t.Run(words+name, func(t *testing.T) {
				err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
					tx.Later(tx.NewInsert().Model(&note{ID: 9, Words: "first"}), "write a note")
					queue(tx)
					return next(ctx, tx)
				})
				if err == nil || !strings.Contains(err.Error(), words) {
					t.Errorf("got %v", err)
				}
				b.wantCounts(t, 0, 0)
			})
		}
	}
}

func TestTogether(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if _, err := b.Pool.Exec(t.Context(), `INSERT INTO note VALUES (1, 'a'), (2, 'b')`); err != nil {
		t.Fatal(err)
	}
	type ways interface {
		NewSelect() *bun.SelectQuery
		Together(ctx context.Context, asks ...pg.Ask) error
	}
	ask := func(ctx context.Context, on ways) {
		var notes []note
		var ids, none []int
		var n int
		var words string
		one := on.NewSelect().Model((*note)(nil)).ColumnExpr("count(*), max(words)")
		err := on.Together(ctx, pg.All(on.NewSelect().Model((*note)(nil)).OrderExpr("id"), &notes), pg.All(on.NewSelect().Table("note").Column("id").Where("false"), &none),
			pg.One(one, &n, &words), pg.All(on.NewSelect().Table("note").Column("id").OrderExpr("id DESC"), &ids))
		if err != nil {
			t.Fatal(err)
		}
		want := []note{{ID: 1, Words: "a"}, {ID: 2, Words: "b"}}
		if !slices.Equal(notes, want) || len(none) != 0 || n != 2 || words != "b" || !slices.Equal(ids, []int{2, 1}) {
			t.Errorf("got %v, %v, %d, %q, %v", notes, none, n, words, ids)
		}
		err = on.Together(ctx, pg.One(on.NewSelect().Table("note").Column("id").Where("false"), &n), pg.One(one, &n, &words))
		if !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("no row: %v", err)
		}
	}
	ask(t.Context(), b)
	err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error { ask(ctx, tx); return nil })
	if err != nil {
		t.Fatal(err)
	}
	err = b.Together(t.Context(), pg.One(b.NewSelect().ColumnExpr("1"), new(int)), pg.One(b.NewSelect().ColumnExpr("1 / 0"), new(int)))
	if err == nil || !strings.Contains(err.Error(), "division by zero") {
		t.Errorf("got %v", err)
	}
	type part struct{ ID int }
	var made []int
	of := func(p *part) int { return p.ID }
	for what, fails := range map[string]bool{"1 AS id": false, "nullif(id, 2)::text || CASE id WHEN 2 THEN '' ELSE 'x' END AS id": true, "1 / (2 - id) AS id": true} {
		err = b.Together(t.Context(), pg.Made(b.NewSelect().Table("note").ColumnExpr(what).OrderExpr("note.id"), of, &made))
		if (err != nil) != fails || fails && len(made) > 0 || !fails && !slices.Equal(made, []int{1, 1}) {
			t.Errorf("%s: got %v, %v", what, made, err)
		}
	}
	b.wantCounts(t, 2, 0)
}

// A text that comes again is planned once; many texts push each other out, and a plan
// that no longer fits its table is made anew.
func TestTextsThatComeAgainArePlannedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	conn, err := b.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	plans := func() (n int) {
		t.Helper()
		if err := conn.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'ours%' AND statement NOT LIKE '%pg\_prepared%'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for id := range 5 { // the words are other ones each time, and so is the id
		if _, err := conn.NewInsert().Model(&note{ID: id, Words: "words " + strconv.Itoa(id)}).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := plans(); n != 1 {
		t.Errorf("%d plans of one text", n)
	}
	for id := range 5 {
		var found note
		of := conn.NewSelect().Model(&found).Where("id = ? AND -id = -?", pg.Number(id), pg.Number(int16(id)))
		if err := of.Where("? < 0", pg.Number(int64(-1-id))).Scan(t.Context()); err != nil || found.ID != id {
			t.Errorf("looked for %d, found %d: %v", id, found.ID, err)
		}
	}
	if n := plans(); n != 2 {
		t.Errorf("%d plans of two texts", n)
	}
	for n := range 450 {
		for range 2 {
			var got int
			if err := conn.NewRaw("SELECT "+strconv.Itoa(n)).Scan(t.Context(), &got); err != nil || got != n {
				t.Fatalf("%d: %d, %v", n, got, err)
			}
		}
	}
	if n := plans(); n == 0 || n > 400 {
		t.Errorf("%d plans are kept", n)
	}
	all := func() error {
		var list []note
		return conn.NewRaw("SELECT * FROM note").Scan(t.Context(), &list)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(all())
	must(all())
	if _, err := b.Pool.Exec(t.Context(), `ALTER TABLE note DROP COLUMN words`); err != nil {
		t.Fatal(err)
	}
	if err := all(); err == nil {
		t.Error("a plan was taken for another table's")
	}
	must(all())
}
