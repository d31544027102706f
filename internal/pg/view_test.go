package pg_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"concordat/internal/pg"
)

func TestEveryWayOfRiverIsInTheTransaction(t *testing.T) {
	t.Parallel()
	b := setup(t)
	many := []river.InsertManyParams{{Args: wakeUp{Note: 2}}, {Args: wakeUp{Note: 3}}}
	for _, end := range []error{errRefused, nil} {
		err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
			return errors.Join(end, lend(tx, func(view pgx.Tx) error {
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

func TestSavepointOfAView(t *testing.T) {
	t.Parallel()
	b := setup(t)
	insert := func(ctx context.Context, tx pgx.Tx, id int) {
		if _, err := tx.Exec(ctx, `INSERT INTO note VALUES ($1, 'lent')`, id); err != nil {
			t.Error(err)
		}
	}
	err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
		return lend(tx, func(view pgx.Tx) error {
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

func TestMisuseOfAViewIsAnError(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, fn := range map[string]func(ctx context.Context, tx *pg.Tx, view pgx.Tx) error{
		"ended by a statement": func(ctx context.Context, _ *pg.Tx, view pgx.Tx) error { return execute(ctx, view, `COMMIT`) },
		"conn busy":            func(ctx context.Context, _ *pg.Tx, view pgx.Tx) error { return leaveOpen(ctx, view) },
		"InTx inside InTx":     func(ctx context.Context, _ *pg.Tx, _ pgx.Tx) error { return b.InTx(ctx, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func() {
				err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
					return lend(tx, func(view pgx.Tx) error { return fn(ctx, tx, view) })
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

// Whatever is written then would be committed by itself, statement by statement.
func TestNothingIsSaidAfterTheEnd(t *testing.T) {
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
	b.wantCounts(t, 0, 0)
}

func TestAViewThatIsKeptIsClosed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	var kept, point pgx.Tx
	if err := b.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return lend(tx, func(view pgx.Tx) (err error) {
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
					if value := recover(); value != nil && !isRefused(value) {
						t.Errorf("another panic: %v", value)
					}
				}()
				err := b.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
					if err := b.write(ctx, tx, 1); err != nil {
						t.Error(err)
					}
					return lend(tx, func(view pgx.Tx) error { return escape(ctx, view) })
				})
				if err == nil {
					t.Error("no error")
				}
			})
			b.wantCounts(t, 0, 0)
		})
	}
}

func isRefused(recovered any) bool {
	err, ok := recovered.(error)
	return ok && errors.Is(err, errRefused)
}
