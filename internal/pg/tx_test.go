package pg_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"

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

func TestEveryWayOfRiverIsInTheTransaction(t *testing.T) {
	t.Parallel()
	b := setup(t)
	many := []river.InsertManyParams{{Args: wakeUp{Note: 2}}, {Args: wakeUp{Note: 3}}}
	for _, end := range []error{errRefused, nil} {
		err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
			return errors.Join(end, tx.Pgx(func(view pgx.Tx) error {
				one, err := b.jobs.InsertTx(ctx, view, wakeUp{Note: 1}, nil)
				if err != nil {
					return err
				}
				if _, err := b.jobs.InsertManyTx(ctx, view, many); err != nil {
					return err
				}
				if _, err := b.jobs.InsertManyFastTx(ctx, view, many); err != nil {
					return err
				}
				_, err = b.jobs.JobCancelTx(ctx, view, one.Job.ID)
				return err
			}))
		})
		if !errors.Is(err, end) {
			t.Fatal(err)
		}
	}
	b.wantCounts(t, 0, 5)
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

func TestLentSavepoint(t *testing.T) {
	t.Parallel()
	b := setup(t)
	insert := func(ctx context.Context, tx pgx.Tx, id int) {
		if _, err := tx.Exec(ctx, `INSERT INTO note VALUES ($1, 'lent')`, id); err != nil {
			t.Error(err)
		}
	}
	err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
		return tx.Pgx(func(view pgx.Tx) error {
			outer, err := view.Begin(ctx)
			if err != nil {
				return err
			}
			insert(ctx, outer, 1)
			inner, err := outer.Begin(ctx)
			if err != nil {
				return err
			}
			insert(ctx, inner, 2)
			if err := inner.Rollback(ctx); err != nil {
				return err
			}
			if err := inner.Commit(ctx); !errors.Is(err, pgx.ErrTxClosed) {
				t.Errorf("commit after rollback: %v", err)
			}
			insert(ctx, outer, 3)
			return outer.Commit(ctx)
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	b.wantCounts(t, 2, 0)
}

func TestOnlyInTxEndsTheTransaction(t *testing.T) {
	t.Parallel()
	b := setup(t)
	err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
		ends := []error{tx.Commit(), tx.Rollback(), tx.Pgx(func(view pgx.Tx) error { return view.Commit(ctx) })}
		ends = append(ends, tx.Pgx(func(view pgx.Tx) error { return view.Rollback(ctx) }))
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

func TestMisuseOfALoanIsAnError(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, fn := range map[string]func(ctx context.Context, tx *pg.Tx, view pgx.Tx) error{
		"Pgx inside Pgx":   func(_ context.Context, tx *pg.Tx, _ pgx.Tx) error { return tx.Pgx(nil) },
		"ended inside Pgx": func(ctx context.Context, _ *pg.Tx, view pgx.Tx) error { return execute(ctx, view, `COMMIT`) },
		"rows left open":   func(ctx context.Context, _ *pg.Tx, view pgx.Tx) error { return leaveOpen(ctx, view) },
		"InTx inside InTx": func(ctx context.Context, _ *pg.Tx, _ pgx.Tx) error { return b.InTx(ctx, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func() {
				err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
					return tx.Pgx(func(view pgx.Tx) error { return fn(ctx, tx, view) })
				})
				if err == nil || !strings.Contains(err.Error(), name) {
					t.Errorf("got %v", err)
				}
			})
			b.wantCounts(t, 0, 0)
		})
	}
}

func execute(ctx context.Context, view pgx.Tx, query string) error {
	_, err := view.Exec(ctx, query)
	return err
}

func leaveOpen(ctx context.Context, view pgx.Tx) error {
	rows, err := view.Query(ctx, `SELECT generate_series(1, 100000)`)
	if err == nil {
		rows.Next()
	}
	return err
}

// Whatever River wrote would be committed by itself, statement by statement.
func TestNothingIsLentAfterTheEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.ExecContext(ctx, `ROLLBACK`); err != nil {
			return err
		}
		return b.write(ctx, tx, 1)
	})
	if !errors.Is(err, sql.ErrTxDone) {
		t.Errorf("got %v", err)
	}
	b.wantCounts(t, 1, 0) // bun's own statement cannot be helped
}

func TestAViewThatIsKeptIsClosed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	var kept, point pgx.Tx
	if err := b.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Pgx(func(view pgx.Tx) (err error) {
			kept = view
			point, err = view.Begin(ctx)
			return err
		})
	}); err != nil {
		t.Fatal(err)
	}
	for _, view := range []pgx.Tx{kept, point} {
		_, beginErr := view.Begin(ctx)
		_, execErr := view.Exec(ctx, `SELECT 1`)
		rows, queryErr := view.Query(ctx, `SELECT 1`)
		_, copyErr := view.CopyFrom(ctx, pgx.Identifier{"note"}, nil, nil)
		_, prepareErr := view.Prepare(ctx, "", `SELECT 1`)
		for i, err := range []error{
			beginErr, execErr, queryErr, copyErr, prepareErr, rows.Err(),
			view.QueryRow(ctx, `SELECT 1`).Scan(), view.SendBatch(ctx, &pgx.Batch{}).Close(),
		} {
			if !errors.Is(err, pgx.ErrTxClosed) {
				t.Errorf("method %d: %v", i, err)
			}
		}
		if view.Conn() != nil {
			t.Error("the connection is still there")
		}
	}
	if err := point.Commit(ctx); !errors.Is(err, pgx.ErrTxClosed) {
		t.Errorf("commit of the savepoint: %v", err)
	}
}

func TestWhateverEscapesFromPgxRollsBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, escape := range map[string]func(ctx context.Context, view pgx.Tx) error{
		"panic":                 func(context.Context, pgx.Tx) error { panic(errRefused) },
		"panic with rows open":  func(ctx context.Context, view pgx.Tx) error { _ = leaveOpen(ctx, view); panic(errRefused) },
		"Goexit":                func(context.Context, pgx.Tx) error { runtime.Goexit(); return nil },
		"driver.ErrBadConn":     func(context.Context, pgx.Tx) error { return driver.ErrBadConn },
		"connection closed":     func(ctx context.Context, view pgx.Tx) error { return view.Conn().Close(ctx) },
		"panic in a savepoint":  func(ctx context.Context, view pgx.Tx) error { _, _ = view.Begin(ctx); panic(errRefused) },
		"statement that failed": func(ctx context.Context, view pgx.Tx) error { return execute(ctx, view, `SELECT 1/0`) },
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func() {
				defer func() {
					if value := recover(); value != nil && value != errRefused {
						t.Errorf("another panic: %v", value)
					}
				}()
				err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
					if err := b.write(ctx, tx, 1); err != nil {
						t.Error(err)
					}
					return tx.Pgx(func(view pgx.Tx) error { return escape(ctx, view) })
				})
				if err == nil {
					t.Error("no error")
				}
			})
			b.wantCounts(t, 0, 0)
		})
	}
}

func TestPanicOutsidePgxRollsBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	func() {
		defer func() {
			if value := recover(); value != errRefused {
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
			return tx.Pgx(func(view pgx.Tx) error {
				_, err := b.jobs.InsertTx(ctx, view, wakeUp{}, nil)
				return err
			})
		},
		"then a statement with another context": func(_ context.Context, tx *pg.Tx) error {
			return tx.Pgx(func(view pgx.Tx) error { return execute(t.Context(), view, `SELECT 1`) })
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
			return tx.Pgx(func(view pgx.Tx) error {
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
