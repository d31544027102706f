// pgx: whether a connection is one session is asked of the connection itself.

package pg

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
)

// ErrPooler refuses a database behind a pooler that gives each transaction whichever
// session is free: locks of a session and its settings would be a stranger's, and a
// lane that nobody can let go any more would hold up every lifting in it.
var ErrPooler = errors.New("pg: between us and the database is a pooler of transactions: a session's locks and settings are lost between two statements")

// poolerLooks is how often it is looked: a pooler may give a session back by chance.
const poolerLooks = 8

// RequireSession tells with [ErrPooler] if a connection of the database is not one
// session. It makes two of its own. While one of them is in a transaction the other one
// asks twice for what it has set: a pooler gives it another session, or has given its
// session to the first.
func (db *DB) RequireSession(ctx context.Context) (err error) {
	var ends [2]*pgx.Conn
	var errs [2]error
	var both sync.WaitGroup
	for i := range ends { // at once: each waits for the dead first host of a pair
		both.Go(func() {
			config := db.Pool.Config().ConnConfig
			// Statements are prepared on a session too.
			config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
			ends[i], errs[i] = pgx.ConnectConfig(ctx, config)
		})
	}
	both.Wait()
	for _, end := range ends {
		if end != nil {
			defer func() { _ = end.Close(context.WithoutCancel(ctx)) }()
		}
	}
	if err := errors.Join(errs[:]...); err != nil {
		return fmt.Errorf("connect to look for a pooler: %w", err)
	}
	ours, other := ends[0], ends[1]
	mark := rand.Text()
	if _, err := ours.Exec(ctx, `SELECT set_config('concordat.session', $1, false)`, mark); err != nil {
		return fmt.Errorf("mark a session: %w", err)
	}
	for range poolerLooks {
		if err := lookForPooler(ctx, ours, other, mark); err != nil {
			return err
		}
	}
	return nil
}

func lookForPooler(ctx context.Context, ours, other *pgx.Conn, mark string) error {
	tx, err := other.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin to look for a pooler: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	const selectMark = `SELECT coalesce(current_setting('concordat.session', true), '')`
	var theirs, kept string
	if err := tx.QueryRow(ctx, selectMark).Scan(&theirs); err != nil {
		return fmt.Errorf("look for a pooler: %w", err)
	}
	if theirs == mark {
		return ErrPooler // it has our session, and asking on ours might wait for ever
	}
	if err := ours.QueryRow(ctx, selectMark).Scan(&kept); err != nil {
		return fmt.Errorf("look for a pooler: %w", err)
	}
	if kept != mark {
		return ErrPooler
	}
	return nil
}
