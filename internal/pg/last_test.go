package pg_test

import (
	"context"
	"errors"
	"testing"

	"concordat/internal/pg"
)

// What is asked last sees all that was written, and is answered when it is committed; where
// anything of the message fails, nothing is.
func TestLast(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if _, err := b.NewRaw(`ALTER TABLE note ADD CONSTRAINT late UNIQUE (words) DEFERRABLE INITIALLY DEFERRED`).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	var found []note
	write := func(tx *pg.Tx, id int, words string) {
		tx.Later(tx.NewInsert().Model(&note{ID: id, Words: words}), "write note %d", id)
		tx.Last(pg.All(tx.NewSelect().Model((*note)(nil)).Order("id"), &found))
	}
	for _, row := range []struct {
		name string
		do   func(ctx context.Context, tx *pg.Tx) error
		kept int
		bad  bool
	}{
		{"one", func(_ context.Context, tx *pg.Tx) error { write(tx, 1, "a"); return nil }, 1, false},
		{"one that is refused", func(_ context.Context, tx *pg.Tx) error { write(tx, 2, "b"); return errRefused }, 1, true},
		{"the same number", func(_ context.Context, tx *pg.Tx) error { write(tx, 1, "c"); return nil }, 1, true},
		{"words that the COMMIT finds twice", func(_ context.Context, tx *pg.Tx) error { write(tx, 3, "a"); return nil }, 1, true},
		{"a statement that touches no row", func(_ context.Context, tx *pg.Tx) error {
			write(tx, 4, "d")
			tx.LaterOne(tx.NewRaw(`UPDATE note SET words = 'e' WHERE id = 99`), errRefused, "touch a note")
			return nil
		}, 1, true},
		{"a question that is none", func(_ context.Context, tx *pg.Tx) error {
			write(tx, 5, "f")
			tx.Last(pg.Just(tx.NewRaw(`SELECT 1 / 0`)))
			return nil
		}, 1, true},
		{"another", func(_ context.Context, tx *pg.Tx) error { write(tx, 6, "g"); return nil }, 2, false},
	} {
		err := b.InTx(t.Context(), row.do)
		if (err != nil) != row.bad {
			t.Errorf("%s: %v", row.name, err)
		}
		n, err := b.NewSelect().Model((*note)(nil)).Count(t.Context())
		if err != nil || n != int64(row.kept) || !row.bad && len(found) != row.kept {
			t.Errorf("%s: %d notes stand, %d were read: %v", row.name, n, len(found), err)
		}
	}
	err := b.InTx(t.Context(), func(_ context.Context, tx *pg.Tx) error { write(tx, 7, "a"); return nil })
	if name, ok := pg.Constraint(err); !ok || name != "late" {
		t.Errorf("the constraint is not told: %v", err)
	}
	if err := b.InTx(t.Context(), func(_ context.Context, tx *pg.Tx) error {
		write(tx, 8, "h")
		tx.LaterOne(tx.NewRaw(`UPDATE note SET words = 'e' WHERE id = 99`), errRefused, "touch a note")
		return nil
	}); !errors.Is(err, errRefused) {
		t.Errorf("whose refusal it is: %v", err)
	}
}
