package pg_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"concordat/internal/pg"
)

var errRefused = errors.New("refused")

func TestCommitKeepsRowAndJob(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error { return b.write(ctx, tx, 1) }); err != nil {
		t.Fatal(err)
	}
	b.wantCounts(t, 1, 1)
}

func TestRollbackLeavesNeitherRowNorJob(t *testing.T) {
	t.Parallel()
	b := setup(t)
	err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
		if err := b.write(ctx, tx, 1); err != nil {
			return err
		}
		return errRefused
	})
	if !errors.Is(err, errRefused) {
		t.Errorf("got %v", err)
	}
	b.wantCounts(t, 0, 0)
}

func TestSavepointTakesBoth(t *testing.T) {
	t.Parallel()
	b := setup(t)
	err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
		if err := b.write(ctx, tx, 1); err != nil {
			return err
		}
		err := tx.Savepoint(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if err := b.write(ctx, tx, 2); err != nil {
				return err
			}
			_, err := tx.NewInsert().Model(&note{ID: 1, Words: "again"}).Exec(ctx)
			return err
		})
		if name, ok := pg.Constraint(err); !ok || name != "note_pkey" {
			return fmt.Errorf("second insert: %w", err)
		}
		return tx.Savepoint(ctx, func(ctx context.Context, tx *pg.Tx) error { return b.write(ctx, tx, 3) })
	})
	if err != nil {
		t.Fatal(err)
	}
	b.wantCounts(t, 2, 2)
}

func TestOnlyInTxEndsTheTransaction(t *testing.T) {
	t.Parallel()
	b := setup(t)
	err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
		ends := []error{tx.Commit(), tx.Rollback(), lend(tx, func(view pgx.Tx) error { return view.Commit(ctx) })}
		ends = append(ends, lend(tx, func(view pgx.Tx) error { return view.Rollback(ctx) }))
		for i, err := range ends {
			if !errors.Is(err, pg.ErrNotYours) {
				t.Errorf("end %d: %v", i, err)
			}
		}
		return b.write(ctx, tx, 1)
	})
	if err != nil {
		t.Fatal(err)
	}
	b.wantCounts(t, 1, 1)
}

func TestPanicOutsidePgxRollsBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	func() {
		defer func() {
			if value := recover(); !isRefused(value) {
				t.Errorf("recovered %v", value)
			}
		}()
		_ = b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
			return tx.Savepoint(ctx, func(ctx context.Context, tx *pg.Tx) error {
				if err := b.write(ctx, tx, 1); err != nil {
					t.Error(err)
				}
				panic(errRefused)
			})
		})
	}()
	b.wantCounts(t, 0, 0)
}

func TestCancelledContext(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, then := range map[string]func(ctx context.Context, tx *pg.Tx) error{
		"and nothing more": func(context.Context, *pg.Tx) error { return nil },
		"then bun": func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.NewInsert().Model(&note{ID: 2, Words: "late"}).Exec(ctx)
			return err
		},
		"then River": func(ctx context.Context, tx *pg.Tx) error {
			return lend(tx, func(view pgx.Tx) error {
				_, err := b.jobs.InsertTx(ctx, view, wakeUp{}, nil)
				return err
			})
		},
		"then a statement with another context": func(_ context.Context, tx *pg.Tx) error {
			return lend(tx, func(view pgx.Tx) error { return execute(t.Context(), view, `SELECT 1`) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			within(t, func() {
				err := b.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
					if err := b.write(ctx, tx, 1); err != nil {
						t.Error(err)
					}
					cancel()
					return then(ctx, tx)
				})
				if !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
			})
			b.wantCounts(t, 0, 0)
		})
	}
}

func TestCancelledInTheMiddleOfAStatement(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	within(t, func() {
		err := b.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if err := b.write(ctx, tx, 1); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `SELECT pg_sleep(60)`)
			return err
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
	b.wantCounts(t, 0, 0)
}

func TestKilledBackendIsNotRepeated(t *testing.T) {
	t.Parallel()
	b := setup(t)
	runs := 0
	within(t, func() {
		err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
			runs++
			if err := b.write(ctx, tx, 1); err != nil {
				return err
			}
			var backend int
			if err := tx.QueryRowContext(ctx, `SELECT pg_backend_pid()`).Scan(&backend); err != nil {
				return err
			}
			if _, err := b.Pool.Exec(ctx, `SELECT pg_terminate_backend($1, 10000)`, backend); err != nil {
				return err
			}
			return b.write(ctx, tx, 2)
		})
		if err == nil || pg.IsRetryable(err) {
			t.Errorf("got %v", err)
		}
	})
	if runs != 1 {
		t.Errorf("ran %d times", runs)
	}
	b.wantCounts(t, 0, 0)
}

func TestManyTransactionsAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const writers = 100
	var group sync.WaitGroup
	for id := range writers {
		group.Go(func() {
			err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
				if err := b.write(ctx, tx, id); err != nil {
					return err
				}
				if id%2 == 1 {
					return errRefused
				}
				return nil
			})
			if id%2 == 0 && err != nil || id%2 == 1 && !errors.Is(err, errRefused) {
				t.Errorf("writer %d: %v", id, err)
			}
		})
	}
	within(t, group.Wait)
	b.wantCounts(t, writers/2, writers/2)
}

func TestDeadlockIsRepeated(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if _, err := b.Pool.Exec(t.Context(), `INSERT INTO note VALUES (1, '-'), (2, '-')`); err != nil {
		t.Fatal(err)
	}
	var runs atomic.Int32
	var both sync.WaitGroup // each holds its first row before it asks for its second
	both.Add(2)
	cross := func(first, second int) {
		met := false
		err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
			runs.Add(1)
			if err := append1(ctx, tx, first); err != nil {
				return err
			}
			if !met {
				met = true
				both.Done()
				both.Wait()
			}
			if err := append1(ctx, tx, second); err != nil {
				return fmt.Errorf("wrapped: %w", err)
			}
			return lend(tx, func(view pgx.Tx) error {
				_, err := b.jobs.InsertTx(ctx, view, wakeUp{}, nil)
				return err
			})
		})
		if err != nil {
			t.Error(err)
		}
	}
	var group sync.WaitGroup
	group.Go(func() { cross(1, 2) })
	group.Go(func() { cross(2, 1) })
	within(t, group.Wait)

	if runs.Load() < 3 {
		t.Error("there was no deadlock")
	}
	var words []string
	if err := b.NewSelect().Model((*note)(nil)).Column("words").OrderExpr("id").Scan(t.Context(), &words); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"-xx", "-xx"}, words); diff != "" {
		t.Error(diff)
	}
	b.wantCounts(t, 2, 2)
}

func append1(ctx context.Context, tx *pg.Tx, id int) error {
	_, err := tx.NewUpdate().Model((*note)(nil)).Set("words = words || 'x'").Where("id = ?", id).Exec(ctx)
	return err
}

func TestRepeatsAreCounted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, row := range []struct {
		code string
		want int
	}{{"40001", 5}, {"40P01", 5}, {"23505", 1}, {"57P01", 1}, {"08006", 1}} {
		runs := 0
		err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
			runs++
			_, err := tx.ExecContext(ctx, `DO $$ BEGIN RAISE SQLSTATE '`+row.code+`'; END $$`)
			return err
		})
		answer, ok := errors.AsType[*pgconn.PgError](err)
		if !ok || answer.Code != row.code || runs != row.want {
			t.Errorf("%s: ran %d times, want %d; %v", row.code, runs, row.want, err)
		}
	}
	b.wantCounts(t, 0, 0)
}

func TestConstraint(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for query, want := range map[string]string{
		`INSERT INTO note VALUES (1, 'a'), (1, 'b')`:   "note_pkey",
		`INSERT INTO note VALUES (1, '')`:              "note_says_something",
		`INSERT INTO note VALUES (1, NULL)`:            "note.words",
		`INSERT INTO answer VALUES (7)`:                "answer_note_fk",
		`INSERT INTO stay VALUES ('[1,5]'), ('[3,8]')`: "stay_alone",
		`SELECT 1/0`: "",
	} {
		err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.ExecContext(ctx, `
				CREATE TABLE answer (note int CONSTRAINT answer_note_fk REFERENCES note);
				CREATE TABLE stay (days int4range, CONSTRAINT stay_alone EXCLUDE USING gist (days WITH &&));
				`+query)
			return err
		})
		name, ok := pg.Constraint(err)
		if err == nil || name != want || ok != (want != "") {
			t.Errorf("%s: %q, %t; %v", query, name, ok, err)
		}
	}
	if _, ok := pg.Constraint(nil); ok {
		t.Error("a constraint refused nothing")
	}
}
