package pg

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// connector opens pgx's own database/sql connections over the pool, as conn.
type connector struct {
	pool   *pgxpool.Pool
	tracer pgx.QueryTracer
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
	return &conn{pgxConn: under, tracer: c.tracer}, nil
}

func (c connector) Driver() driver.Driver { return stdlib.GetDefaultDriver() }

// conn is pgx's connection, except that queries without arguments, as bun's are, travel
// in messages of our own: what is queued with [Tx.Later], as the BEGIN of a transaction,
// goes with the next of them, and what bun wrote into their text is taken out again
// (marks.go), so that they are planned once.
type conn struct {
	*pgxConn

	tracer pgx.QueryTracer
	queue  []queued
	// tx says that a transaction is under way, or its BEGIN queued; life bounds it.
	tx   bool
	life context.Context //nolint:containedctx // as pgx's own: database/sql hands no other for the end
	// over: a message that was answered held the COMMIT.
	over bool
	// broken is why what was queued failed where nobody could be told.
	broken error
}

// pgxConn has another name than stdlib's so that its method Conn, which leads
// to the *pgx.Conn beneath, is not hidden by the field.
type pgxConn = stdlib.Conn

// begin is how a transaction begins.
const begin = "BEGIN"

// queued is a statement whose turn comes with the next round trip.
type queued struct {
	text string
	// rows is what it must affect, if otherwise says with which error it fails else.
	rows      int64
	otherwise error
	// doing says what it does, in an error.
	doing func() string
	// mistake is why it could not be written.
	mistake error
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if len(args) == 0 {
		return c.send(ctx, query)
	}
	if err := c.flush(ctx); err != nil {
		return nil, err
	}
	return c.pgxConn.QueryContext(ctx, query, args)
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 0 {
		sent, err := c.send(ctx, query)
		if err != nil {
			return nil, err
		}
		tag, err := sent.finish()
		return driver.RowsAffected(tag.RowsAffected()), err
	}
	if err := c.flush(ctx); err != nil {
		return nil, err
	}
	return c.pgxConn.ExecContext(ctx, query, args)
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.flush(ctx); err != nil {
		return nil, err
	}
	return c.pgxConn.PrepareContext(ctx, query)
}

// BeginTx queues the BEGIN: it goes with the first statement of the transaction.
func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if c.Conn().IsClosed() {
		return nil, driver.ErrBadConn
	}
	text := begin
	switch snapshot := sql.IsolationLevel(opts.Isolation) == sql.LevelRepeatableRead && opts.ReadOnly; {
	case snapshot:
		text += " ISOLATION LEVEL REPEATABLE READ READ ONLY"
	case opts.ReadOnly || sql.IsolationLevel(opts.Isolation) != sql.LevelDefault:
		return nil, fmt.Errorf("pg: a transaction of isolation %v, read only %t", opts.Isolation, opts.ReadOnly)
	}
	c.tx, c.life = true, ctx
	c.queue = append(c.queue, queued{text: text, doing: func() string { return "begin transaction" }})
	return &transaction{c}, nil
}

// begun reports whether the database knows of the transaction.
func (c *conn) begun() bool { return c.Conn().PgConn().TxStatus() != 'I' }

// ended reports whether the transaction under way was ended by a statement: what is
// sent now would commit by itself.
func (c *conn) ended() bool {
	return c.tx && !c.begun() && (len(c.queue) == 0 || !strings.HasPrefix(c.queue[0].text, begin))
}

// flush sends what is queued, in one round trip.
func (c *conn) flush(ctx context.Context) error {
	if len(c.queue) == 0 {
		return nil
	}
	sent, err := c.send(ctx, "")
	if err != nil {
		return err
	}
	_, err = sent.finish()
	return err
}
