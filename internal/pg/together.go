package pg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
)

// Ask is a question of [DB.Together], and where its answer goes.
type Ask struct {
	query schema.QueryAppender
	take  func(scan func(dest ...any) error) error
	// one says that there is exactly one row.
	one bool
}

// All asks for rows, each of which is a T, as bun scans it.
func All[T any](query schema.QueryAppender, into *[]T) Ask {
	*into = nil
	return Ask{query: query, take: func(scan func(dest ...any) error) error {
		var row T
		err := scan(&row)
		*into = append(*into, row)
		return err
	}}
}

// One asks for one row, of these columns; [sql.ErrNoRows] if there is none.
func One(query schema.QueryAppender, dest ...any) Ask {
	return Ask{query: query, one: true, take: func(scan func(dest ...any) error) error { return scan(dest...) }}
}

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
	var text []byte
	for i := range asks {
		if i > 0 {
			text = append(text, ";\n"...)
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
	n := 0
	for ; rows.Next(); n++ {
		err := a.take(func(dest ...any) error { return db.ScanRow(ctx, rows, dest...) })
		if err != nil {
			return fmt.Errorf("read an answer: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return err //nolint:wrapcheck // the caller says what it asked for
	}
	if a.one && n != 1 {
		return sql.ErrNoRows
	}
	return nil
}
