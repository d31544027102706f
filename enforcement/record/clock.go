// pgx: a drain asks for the clock in its batch of prepared statements.

package record

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/internal/pg"
)

// MaxSkew is how far machine time and the database's may lie apart.
const MaxSkew = 5 * time.Second

// The two clocks are compared and never legal time, which an installation may move.
var errSkew = enforcement.Refuse("clock.skew")

// SameClock refuses the transaction (clock.skew) where machine time and the database's
// lie further apart than [MaxSkew]: whoever would publish or end somebody's time by a
// wrong clock does not. It travels with the next question.
func (r *Record) SameClock(tx *pg.Tx) {
	tx.LaterOne(tx.NewRaw(sameClock(`?::timestamptz`, `?::bigint`), r.Machine().UTC(), pg.Number(MaxSkew.Milliseconds())), errSkew, "compare the clocks")
}

// sameClock divides by zero where the clocks differ.
func sameClock(machine, milliseconds string) string {
	return `SELECT 1 / (abs(extract(epoch FROM clock_timestamp() - ` + machine + `)) * 1000 <= ` + milliseconds + `)::integer`
}

// Ahead is how far the database's clock is ahead of machine time; negative: behind.
func (r *Record) Ahead(ctx context.Context) (time.Duration, error) {
	var now time.Time
	if err := r.DB.NewRaw(`SELECT clock_timestamp()`).Scan(ctx, &now); err != nil {
		return 0, fmt.Errorf("ask the database what time it is: %w", err)
	}
	return now.Sub(r.Machine()), nil
}

// RightClock refuses (clock.skew) where the two clocks lie further apart than [MaxSkew].
func (r *Record) RightClock(ctx context.Context) error {
	ahead, err := r.Ahead(ctx)
	if err != nil {
		return err
	}
	if ahead.Abs() > MaxSkew {
		return errSkew
	}
	return nil
}

// LookAtClock queues the question of [Record.RightClock] with others; once the batch was
// read as far as the next statement, skewed tells whether the two clocks lie further apart
// than [MaxSkew].
func (r *Record) LookAtClock(b *pgx.Batch) (skewed func() bool) {
	var ahead time.Duration
	b.Queue(`SELECT clock_timestamp()`).QueryRow(func(row pgx.Row) error {
		var now time.Time
		if err := row.Scan(&now); err != nil {
			return fmt.Errorf("ask the database what time it is: %w", err)
		}
		ahead = now.Sub(r.Machine())
		return nil
	})
	return func() bool { return ahead.Abs() > MaxSkew }
}
