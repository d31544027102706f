package pg

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// connector opens pgx's own database/sql connections over the pool, as conn.
type connector struct {
	pool *pgxpool.Pool
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	made, err := stdlib.GetPoolConnector(c.pool).Connect(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // database/sql compares driver errors
	}
	under, ok := made.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("connect: driver gave a %T", made)
	}
	return conn{under}, nil
}

func (c connector) Driver() driver.Driver { return stdlib.GetDefaultDriver() }

// conn is pgx's connection, except that queries without arguments are not
// prepared. Bun writes its arguments into the text, so hardly two of its
// queries are the same: preparing each costs a second round trip and drives
// the statements worth keeping (River's, the pool's) out of the cache.
type conn struct {
	*pgxConn
}

// pgxConn has another name than stdlib's so that its method Conn, which leads
// to the *pgx.Conn beneath, is not hidden by the field.
type pgxConn = stdlib.Conn

func (c conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if len(args) == 0 {
		args = []driver.NamedValue{{Ordinal: 1, Value: pgx.QueryExecModeExec}}
	}
	return c.pgxConn.QueryContext(ctx, query, args)
}
