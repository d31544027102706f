package pg

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/uptrace/bun"
)

// view is the transaction as pgx knows one: for River, COPY and prepared statements.
// What is queued goes before each of its statements. After [DB.InTx] it answers
// [pgx.ErrTxClosed], so that nobody keeps a connection that is somebody else's by then;
// its Commit and Rollback refuse with [ErrNotYours], its Begin sets a savepoint.
type view struct {
	conn       *conn // nil after the end
	last       []Ask // see [Tx.Last]
	savepoints int
}

var (
	_ pgx.Tx  = (*view)(nil)
	_ bun.IDB = (*Tx)(nil)
)

// ready sees to it that the next statement belongs to the transaction and comes after
// what is queued.
func (v *view) ready(ctx context.Context) error {
	switch {
	case v.conn == nil:
		return pgx.ErrTxClosed
	case v.conn.ended():
		return fmt.Errorf("%w: %w", errEnded, sql.ErrTxDone)
	}
	return v.conn.flush(ctx)
}

func (v *view) Commit(context.Context) error   { return ErrNotYours }
func (v *view) Rollback(context.Context) error { return ErrNotYours }

// Begin sets a savepoint.
func (v *view) Begin(ctx context.Context) (pgx.Tx, error) {
	v.savepoints++
	name := "within_" + strconv.Itoa(v.savepoints)
	if _, err := v.Exec(ctx, "SAVEPOINT "+name); err != nil {
		return nil, fmt.Errorf("set savepoint: %w", err)
	}
	return &nested{view: v, name: name}, nil
}

func (v *view) Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error) {
	if err := v.ready(ctx); err != nil {
		return pgconn.CommandTag{}, err
	}
	return v.conn.Conn().Exec(ctx, query, args...) //nolint:wrapcheck // a view adds nothing
}

func (v *view) Query(ctx context.Context, query string, args ...any) (pgx.Rows, error) {
	if err := v.ready(ctx); err != nil {
		return failed{err}, err
	}
	return v.conn.Conn().Query(ctx, query, args...) //nolint:wrapcheck // a view adds nothing
}

func (v *view) QueryRow(ctx context.Context, query string, args ...any) pgx.Row {
	if err := v.ready(ctx); err != nil {
		return failed{err}
	}
	return v.conn.Conn().QueryRow(ctx, query, args...)
}

func (v *view) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	if err := v.ready(ctx); err != nil {
		return 0, err
	}
	return v.conn.Conn().CopyFrom(ctx, table, columns, rows) //nolint:wrapcheck // a view adds nothing
}

func (v *view) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	if err := v.ready(ctx); err != nil {
		return pgx.FailedBatchResults(batch, err)
	}
	return v.conn.Conn().SendBatch(ctx, batch)
}

func (v *view) Prepare(ctx context.Context, name, query string) (*pgconn.StatementDescription, error) {
	if err := v.ready(ctx); err != nil {
		return nil, err
	}
	return v.conn.Conn().Prepare(ctx, name, query) //nolint:wrapcheck // a view adds nothing
}

// LargeObjects panics: pgx makes them from its own transactions only, and
// nothing here stores any.
func (v *view) LargeObjects() pgx.LargeObjects {
	panic("pg: a view of a transaction has no large objects")
}

// Conn is the connection while the transaction lasts, nil afterwards, with what is
// queued sent. It must not be kept. A mistake in that shows with what follows.
func (v *view) Conn() *pgx.Conn {
	if v.conn == nil {
		return nil
	}
	if err := v.conn.flush(v.conn.life); err != nil && v.conn.broken == nil {
		v.conn.broken = err
	}
	return v.conn.Conn()
}

// nested is a savepoint of a view as a pgx.Tx: what a view is, and can be ended.
type nested struct {
	*view

	name  string
	ended bool
}

// Commit keeps what was done since the savepoint.
func (n *nested) Commit(ctx context.Context) error {
	return n.end(ctx, "RELEASE SAVEPOINT "+n.name)
}

// Rollback undoes what was done since the savepoint, and forgets it.
func (n *nested) Rollback(ctx context.Context) error {
	if n.conn != nil {
		n.conn.queue = nil // it was said since
	}
	return n.end(ctx, "ROLLBACK TO SAVEPOINT "+n.name+"; RELEASE SAVEPOINT "+n.name)
}

// end runs a query once; later calls answer pgx.ErrTxClosed, as pgx's own
// transactions do, so that a deferred Rollback is harmless.
func (n *nested) end(ctx context.Context, query string) error {
	if n.ended {
		return pgx.ErrTxClosed
	}
	n.ended = true
	_, err := n.Exec(ctx, query)
	return err
}

// failed is the answer to a query that was not sent.
type failed struct{ err error }

func (failed) Close()                                       {}
func (f failed) Err() error                                 { return f.err }
func (failed) CommandTag() pgconn.CommandTag                { return pgconn.CommandTag{} }
func (failed) FieldDescriptions() []pgconn.FieldDescription { return nil }
func (failed) Next() bool                                   { return false }
func (f failed) Scan(...any) error                          { return f.err }
func (f failed) Values() ([]any, error)                     { return nil, f.err }
func (failed) RawValues() [][]byte                          { return nil }
func (failed) TypeMap() *pgtype.Map                         { return nil }
func (failed) Conn() *pgx.Conn                              { return nil }
