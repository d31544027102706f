package pg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"
)

// Pgx lends the transaction to fn as a pgx.Tx, for River, COPY and prepared
// statements. The view is valid until fn returns and answers [pgx.ErrTxClosed]
// afterwards; its Commit and Rollback refuse with [ErrNotYours], its Begin sets
// a savepoint. Bun must not be used inside fn: its queries would wait for the
// connection that fn holds.
//
// fn must close the rows it opened. The error of fn comes back as it is; a
// panic of fn goes on after the transaction is rolled back.
func (tx *Tx) Pgx(fn func(view pgx.Tx) error) error {
	if *tx.lent {
		return errLentTwice
	}
	*tx.lent = true
	defer func() { *tx.lent = false }()

	var fnErr error
	rawErr := tx.conn.Raw(func(driverConn any) error {
		held, ok := driverConn.(conn)
		if !ok {
			return fmt.Errorf("driver's connection is a %T", driverConn)
		}
		// Raw knows nothing of transactions. If this one ended meanwhile, every
		// statement of fn would commit by itself.
		if held.Conn().PgConn().TxStatus() == 'I' {
			return sql.ErrTxDone
		}
		// While fn is away nobody else can use the connection: Raw holds its
		// lock. A panic (or a Goexit, as of testing.T.FailNow) makes Raw close
		// the sql.Conn, which waits for the transaction to end, which is ended by
		// a caller further up the stack, which is never reached. So it is ended
		// here, by another goroutine: Raw lets go of the lock before it closes.
		returned := false
		defer func() {
			if !returned {
				go abandon(tx.Tx.Tx)
			}
		}()
		lent := &view{conn: held.Conn()}
		defer func() { lent.conn = nil }()
		fnErr = fn(lent)
		returned = true
		if fnErr == nil {
			fnErr = asLent(held.Conn().PgConn())
		}
		return nil // never fn's error: driver.ErrBadConn would close, as above
	})
	if rawErr != nil {
		return fmt.Errorf("lend transaction to pgx: %w", rawErr)
	}
	return fnErr
}

var (
	errLentTwice = errors.New("pg: Pgx inside Pgx: use the view that is at hand")
	errRowsOpen  = errors.New("pg: rows left open at the end of Pgx")
	errEnded     = errors.New("pg: the transaction was ended inside Pgx")
)

// asLent checks that the connection came back as it was given away.
func asLent(conn *pgconn.PgConn) error {
	switch {
	case conn.IsBusy():
		return errRowsOpen
	case conn.TxStatus() == 'I':
		return errEnded
	}
	return nil
}

// abandon rolls back a transaction that nobody will hear of again.
func abandon(tx *sql.Tx) { _ = tx.Rollback() }

// view is a transaction on loan. conn is nil after its return, so that nobody
// keeps a connection that belongs to somebody else by then.
type view struct {
	conn       *pgx.Conn
	savepoints int
}

var (
	_ pgx.Tx  = (*view)(nil)
	_ bun.IDB = (*Tx)(nil)
)

func (v *view) Commit(context.Context) error   { return ErrNotYours }
func (v *view) Rollback(context.Context) error { return ErrNotYours }

// Begin sets a savepoint.
func (v *view) Begin(ctx context.Context) (pgx.Tx, error) {
	if v.conn == nil {
		return nil, pgx.ErrTxClosed
	}
	v.savepoints++
	name := "lent_" + strconv.Itoa(v.savepoints)
	if _, err := v.conn.Exec(ctx, "SAVEPOINT "+name); err != nil {
		return nil, fmt.Errorf("set savepoint: %w", err)
	}
	return &nested{view: v, name: name}, nil
}

func (v *view) Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error) {
	if v.conn == nil {
		return pgconn.CommandTag{}, pgx.ErrTxClosed
	}
	return v.conn.Exec(ctx, query, args...) //nolint:wrapcheck // a view adds nothing
}

func (v *view) Query(ctx context.Context, query string, args ...any) (pgx.Rows, error) {
	if v.conn == nil {
		return closedRows{}, pgx.ErrTxClosed
	}
	return v.conn.Query(ctx, query, args...) //nolint:wrapcheck // a view adds nothing
}

func (v *view) QueryRow(ctx context.Context, query string, args ...any) pgx.Row {
	if v.conn == nil {
		return closedRows{}
	}
	return v.conn.QueryRow(ctx, query, args...)
}

func (v *view) CopyFrom(
	ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource,
) (int64, error) {
	if v.conn == nil {
		return 0, pgx.ErrTxClosed
	}
	return v.conn.CopyFrom(ctx, table, columns, rows) //nolint:wrapcheck // a view adds nothing
}

func (v *view) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	if v.conn == nil {
		return pgx.FailedBatchResults(batch, pgx.ErrTxClosed)
	}
	return v.conn.SendBatch(ctx, batch)
}

func (v *view) Prepare(ctx context.Context, name, query string) (*pgconn.StatementDescription, error) {
	if v.conn == nil {
		return nil, pgx.ErrTxClosed
	}
	return v.conn.Prepare(ctx, name, query) //nolint:wrapcheck // a view adds nothing
}

// LargeObjects panics: pgx makes them from its own transactions only, and
// nothing here stores any.
func (v *view) LargeObjects() pgx.LargeObjects {
	panic("pg: a lent transaction has no large objects")
}

// Conn is the connection while it is lent, nil afterwards. It must not be kept.
func (v *view) Conn() *pgx.Conn { return v.conn }
