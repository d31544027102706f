package pg

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

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
	return n.end(ctx, "ROLLBACK TO SAVEPOINT "+n.name+"; RELEASE SAVEPOINT "+n.name)
}

// end runs a query once; later calls answer pgx.ErrTxClosed, as pgx's own
// transactions do, so that a deferred Rollback is harmless.
func (n *nested) end(ctx context.Context, query string) error {
	if n.ended || n.conn == nil {
		return pgx.ErrTxClosed
	}
	n.ended = true
	if _, err := n.conn.Exec(ctx, query); err != nil {
		return fmt.Errorf("end savepoint: %w", err)
	}
	return nil
}

// closedRows answers for a view that was returned.
type closedRows struct{}

func (closedRows) Close()                                       {}
func (closedRows) Err() error                                   { return pgx.ErrTxClosed }
func (closedRows) CommandTag() pgconn.CommandTag                { return pgconn.CommandTag{} }
func (closedRows) FieldDescriptions() []pgconn.FieldDescription { return nil }
func (closedRows) Next() bool                                   { return false }
func (closedRows) Scan(...any) error                            { return pgx.ErrTxClosed }
func (closedRows) Values() ([]any, error)                       { return nil, pgx.ErrTxClosed }
func (closedRows) RawValues() [][]byte                          { return nil }
func (closedRows) TypeMap() *pgtype.Map                         { return nil }
func (closedRows) Conn() *pgx.Conn                              { return nil }
