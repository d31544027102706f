package pg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
)

// Later queues a statement of which nothing is read. It travels with the next one of
// the transaction, in order, or with the COMMIT: what it costs is no round trip of its
// own. A mistake in it shows there, in the words of doing ("log %s").
func (tx *Tx) Later(statement schema.QueryAppender, doing string, args ...any) {
	tx.queue(queued{doing: func() string { return fmt.Sprintf(doing, args...) }}, statement)
}

// LaterOne is [Tx.Later] for a statement that must touch exactly one row, or fail with
// otherwise. What travels with it is done before that is known: a statement that must
// stop what follows it divides by zero.
func (tx *Tx) LaterOne(statement schema.QueryAppender, otherwise error, doing string, args ...any) {
	tx.queue(queued{rows: 1, otherwise: otherwise, doing: func() string { return fmt.Sprintf(doing, args...) }}, statement)
}

func (tx *Tx) queue(q queued, statement schema.QueryAppender) {
	text, err := statement.AppendQuery(tx.db.QueryGen(), nil)
	q.text, q.mistake = string(text), err
	if c := tx.under.conn; c != nil {
		c.queue = append(c.queue, q)
	}
}

// Flush sends what is queued now.
func (tx *Tx) Flush(ctx context.Context) error { return tx.under.ready(ctx) }

// Ask is a question of [DB.Together], and where its answer goes.
type Ask struct {
	query schema.QueryAppender
	take  func(ctx context.Context, db *bun.DB, rows *sql.Rows) (int, error)
	// one says that there is exactly one row.
	one bool
}

// All asks for rows, each of which is a T, as bun scans it.
func All[T any](query schema.QueryAppender, into *[]T) Ask {
	*into = nil
	return Ask{query: query, take: func(ctx context.Context, db *bun.DB, rows *sql.Rows) (int, error) {
		return db.NewSelect().Model(into).GetModel().ScanRows(ctx, rows)
	}}
}

// Made is [All] for rows R of which values T are made.
func Made[R, T any](query schema.QueryAppender, made func(*R) T, into *[]T) Ask {
	*into = nil
	return Ask{query: query, take: func(ctx context.Context, db *bun.DB, rows *sql.Rows) (int, error) {
		var list []R
		n, err := db.NewSelect().Model(&list).GetModel().ScanRows(ctx, rows)
		if err != nil {
			return n, err // of the row that could not be read there is a part in the list
		}
		for i := range list {
			*into = append(*into, made(&list[i]))
		}
		return n, nil
	}}
}

// Just asks nothing of the answer, as of a lock.
func Just(query schema.QueryAppender) Ask {
	return Ask{query: query, take: func(_ context.Context, _ *bun.DB, rows *sql.Rows) (n int, err error) {
		for rows.Next() {
			n++
		}
		return n, rows.Err()
	}}
}

// One asks for one row, of these columns; [sql.ErrNoRows] if there is none.
func One(query schema.QueryAppender, dest ...any) Ask {
	return Ask{query: query, one: true, take: func(ctx context.Context, db *bun.DB, rows *sql.Rows) (n int, err error) {
		for ; rows.Next() && err == nil; n++ {
			err = db.ScanRow(ctx, rows, dest...)
		}
		return n, err
	}}
}

// Asker is what can be asked: a database, or a transaction.
type Asker interface {
	bun.IDB
	Together(ctx context.Context, asks ...Ask) error
}

var (
	_ Asker = (*DB)(nil)
	_ Asker = (*Tx)(nil)
)

// Together asks several questions in one round trip, in turn: each sees what was
// committed before it began.
func (db *DB) Together(ctx context.Context, asks ...Ask) error {
	return together(ctx, db.DB, db.DB, asks)
}

// Together is [DB.Together] within the transaction; what is queued goes before it.
func (tx *Tx) Together(ctx context.Context, asks ...Ask) error {
	return together(ctx, tx.db, tx.Tx, asks)
}

func together(ctx context.Context, db *bun.DB, on bun.IConn, asks []Ask) (err error) {
	text := make([]byte, 0, 1024*len(asks))
	for i := range asks {
		if i > 0 {
			text = append(text, nextAsk)
		}
		if text, err = asks[i].query.AppendQuery(db.QueryGen(), text); err != nil {
			return fmt.Errorf("write question %d: %w", i+1, err)
		}
	}
	rows, err := on.QueryContext(ctx, string(text))
	if err != nil {
		return err //nolint:wrapcheck // the caller says what it asked for
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for i := range asks {
		if i > 0 && !rows.NextResultSet() {
			return errors.Join(rows.Err(), sql.ErrNoRows)
		}
		if err := asks[i].read(ctx, db, rows); err != nil {
			return err
		}
	}
	return rows.Err() //nolint:wrapcheck // the caller says what it asked for
}

func (a *Ask) read(ctx context.Context, db *bun.DB, rows *sql.Rows) error {
	n, err := a.take(ctx, db, rows)
	if err != nil {
		return fmt.Errorf("read an answer: %w", err)
	}
	if err := rows.Err(); err != nil {
		return err //nolint:wrapcheck // the caller says what it asked for
	}
	if a.one && n != 1 {
		return sql.ErrNoRows
	}
	return nil
}
