// pgx: a drain looks by one batch of prepared statements.

package directive

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/memoranda/day"
)

// Look is what a drain asks first, in one trip: it completes the wake-ups that wait for
// the lane, and then, each statement seeing what was committed before it, reads the
// attempts that were left open and what is due.
type Look struct {
	// Open are for [Directives.RecoverThese]; where there are any, Items are older than
	// what they are settled to.
	Open []Attempt
	// Items are what [Directives.Due] returns, from the beginning. Read is false where
	// they were not read.
	Items []Item
	Read  bool
}

// Look queues the statements; the caller holds the lane and sends the batch. With limit
// 0 what is due is not read.
func (r *Directives) Look(b *pgx.Batch, w WakeUp, on day.Day, limit int) *Look {
	l := &Look{}
	b.Queue(completeWakeUps, w.Organisation, string(w.Lane), r.Record.Machine())
	b.Queue(selectOpenAttempts, w.Organisation, string(w.Lane)).Query(func(rows pgx.Rows) (err error) {
		l.Open, err = readAttempts(rows, w)
		return err
	})
	if limit == 0 {
		return l
	}
	skewed := func() bool { return false }
	if w.Lane != Express { // see [Directives.StandsStill]
		skewed = r.Record.LookAtClock(b)
	}
	args := []any{w.Organisation, string(w.Lane), noCursor, limit}
	b.Queue(selectDue, append(args, on)...).Query(func(rows pgx.Rows) (err error) {
		if columns := rows.FieldDescriptions(); columns[0].Format != pgx.BinaryFormatCode {
			return nil // by a URL that says so: the caller asks again, in binary
		}
		if l.Items, err = r.readItems(rows, make([]Item, 0, min(limit, Batch))); err != nil {
			return fmt.Errorf("read what is due at organisation %d: %w", w.Organisation, err)
		}
		if l.Items, l.Read = inOrder(l.Items), true; skewed() {
			l.Items = nil
		}
		return nil
	})
	if w.Lane == Express {
		b.Queue(selectOrphans, args...).Query(func(rows pgx.Rows) error {
			orphans, err := pgx.CollectRows(rows, scanOrphan)
			if err != nil {
				return fmt.Errorf("read the orphans of organisation %d: %w", w.Organisation, err)
			}
			l.Items = mergeOrphans(l.Items, orphans)
			l.Items = l.Items[:min(len(l.Items), limit)]
			return nil
		})
	}
	return l
}
