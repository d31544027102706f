package pg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
)

const (
	// maxAttempts counts the first run of a transaction's function too.
	maxAttempts = 5
	// retryPause is doubled with every attempt; the wait is a random part of it.
	retryPause = 5 * time.Millisecond
	// endGrace is how long a transaction whose context has ended may take to
	// come back; a commit under way gets it to arrive, and its answer.
	endGrace = 10 * time.Second
)

var (
	// ErrNotYours refuses a commit or rollback inside [DB.InTx], which alone
	// ends its transaction: return nil or an error instead.
	ErrNotYours = errors.New("pg: the transaction is ended by InTx alone")
	// ErrNested refuses [DB.InTx] inside the function of another: it would
	// wait for a second connection while holding the first, and a pool of such
	// waiters never moves again. Hand the [Tx] down, or use [Tx.Savepoint].
	ErrNested = errors.New("pg: InTx inside InTx of the same database")
)

// Tx is a transaction under way. It is a bun.IDB, and [Tx.Pgx] is the same transaction
// for River. Like every transaction it serves one goroutine at a time, and only until
// the function it was given to returns.
type Tx struct {
	bun.Tx

	under *view // shared with savepoints
	db    *bun.DB
}

// Pgx is the transaction as a pgx.Tx, for River, COPY and prepared statements. Rows that
// it opened are closed before anything else is asked.
func (tx *Tx) Pgx() pgx.Tx { return tx.under }

// Commit refuses: see [ErrNotYours].
func (tx *Tx) Commit() error { return ErrNotYours }

// Rollback refuses: see [ErrNotYours].
func (tx *Tx) Rollback() error { return ErrNotYours }

// InTx runs fn in a READ COMMITTED transaction and commits it if fn returns
// nil. On an error or a panic of fn (or Goexit) the transaction is rolled back,
// and the error returned or the panic left to go on.
//
// If PostgreSQL chose the transaction to end a deadlock (40P01), or could not
// serialise it (40001), fn runs again in a new one, five times in all, after a
// short random pause. So fn must be repeatable: it sends nothing and keeps
// nothing from a run that failed. It runs a second time in a new session where the
// first one took no writes ([IsReadOnly]): the database may by now. Nothing else is
// repeated, above all not a lost connection.
//
// The ctx given to fn ends with the caller's. A transaction that has begun to
// commit is not broken off by it: its outcome is waited for, up to ten seconds.
func (db *DB) InTx(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if ctx.Value(inside{db}) != nil {
		return ErrNested
	}
	ctx = context.WithValue(ctx, inside{db}, true)
	for attempt := 1; ; attempt++ {
		err := db.runTx(ctx, nil, fn)
		if err == nil {
			db.writes.committed()
			return nil
		}
		if IsReadOnly(err) && attempt == 1 {
			continue // the session was too old, perhaps: the next one is new
		}
		if !IsRetryable(err) {
			return err
		}
		if attempt == maxAttempts {
			return fmt.Errorf("transaction given up after %d attempts: %w", attempt, err)
		}
		if ctxErr := pause(ctx, attempt); ctxErr != nil {
			return errors.Join(err, ctxErr)
		}
	}
}

// Snapshot runs fn in a transaction that only reads, and sees one moment throughout.
func (db *DB) Snapshot(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return db.runTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, fn)
}

// Savepoint runs fn in a part of the transaction that can fail alone: if fn
// returns an error or panics, what it did, jobs included, is undone and the
// rest stands. The tx given to fn is the one to use inside.
//
// An error for which [IsRetryable] holds must be handed on, so that InTx runs
// the whole again.
func (tx *Tx) Savepoint(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) (err error) {
	part, err := tx.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("set savepoint: %w", err)
	}
	done := false
	defer func() {
		if done {
			return
		}
		if tx.under.conn != nil {
			tx.under.conn.queue = nil // it was said since
		}
		if undoErr := part.Rollback(); undoErr != nil {
			err = errors.Join(err, fmt.Errorf("return to savepoint: %w", undoErr))
		}
	}()
	inside := &Tx{Tx: part, under: tx.under, db: tx.db}
	if err := fn(ctx, inside); err != nil {
		return err
	}
	if err := inside.Flush(ctx); err != nil {
		return err
	}
	done = true
	if err := part.Commit(); err != nil {
		return fmt.Errorf("release savepoint: %w", err)
	}
	return nil
}

// inside marks the context of a transaction's function.
type inside struct{ db *DB }

// runTx is one attempt. The transaction does not hang on ctx directly, for
// database/sql would roll it back beneath fn, from another goroutine, and a
// commit broken off half way has no known outcome.
func (db *DB) runTx(ctx context.Context, opts *sql.TxOptions, fn func(ctx context.Context, tx *Tx) error) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("take connection: %w", err)
	}
	defer func() { _ = conn.Close() }() // gives it back; a broken one is known to the pool

	held, err := under(conn)
	if err != nil {
		return err
	}
	life, release := outlive(ctx, endGrace)
	defer release()
	begun, err := conn.BeginTx(life, opts)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	done := false
	defer func() {
		if done {
			return
		}
		// It fails only with the connection, whose end undoes as much.
		_ = begun.Rollback()
	}()
	tx := &Tx{Tx: begun, under: &view{conn: held}, db: db.DB}
	defer func() { tx.under.conn = nil }()
	if err := fn(ctx, tx); err != nil {
		if held.broken != nil {
			err = fmt.Errorf("%w (before: %w)", err, held.broken)
		}
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	done = true
	if err := tx.commit(life); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// Last asks questions as the last of the transaction: they travel with its COMMIT, and see
// all that it wrote. They are answered when [DB.InTx] has returned nil.
func (tx *Tx) Last(asks ...Ask) { tx.under.last = append(tx.under.last, asks...) }

// commit commits, with what is asked last.
func (tx *Tx) commit(ctx context.Context) error {
	last, c := tx.under.last, tx.under.conn
	if len(last) > 0 {
		if slices.ContainsFunc(c.queue, func(q queued) bool { return q.otherwise != nil }) {
			if err := c.flush(ctx); err != nil {
				return errors.Join(err, tx.Tx.Rollback())
			}
		}
		if err := together(ctx, tx.db, tx.Tx, append(last, Just(tx.db.NewRaw("COMMIT")))); err != nil {
			return errors.Join(err, tx.Tx.Rollback())
		}
		c.over = true
	}
	return tx.Tx.Commit()
}

// under is the driver's side of a connection, which the transaction's function has for
// itself: one goroutine, until it ends.
func under(pinned bun.Conn) (held *conn, err error) {
	err = pinned.Raw(func(driverConn any) (err error) {
		var ok bool
		if held, ok = driverConn.(*conn); !ok {
			err = fmt.Errorf("driver's connection is a %T", driverConn)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reach the connection: %w", err)
	}
	return held, nil
}

// outlive gives a context that ends grace after ctx does, or at release.
func outlive(ctx context.Context, grace time.Duration) (context.Context, func()) {
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-life.Done():
		}
	})
	return life, func() { stop(); cancel() }
}

// pause waits a random time that grows with the attempts, so that two
// transactions that met once do not meet again in step.
func pause(ctx context.Context, attempt int) error {
	longest := retryPause << attempt
	timer := time.NewTimer(rand.N(longest)) //nolint:gosec // spreads load, protects nothing
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // the caller joins it to the database's error
	}
}

// Querier reads: the pool, or a transaction under way.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}
