package docket

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
	"concordat/internal/pg"
)

// provisional is a clock that is counted again, locked.
type provisional struct {
	clockRow `bun:",extend"`

	ID int64 `bun:"id"`
}

// recount counts running deadlines again that are provisional and were counted by another
// state of the calendar. The last day is the one that the notice gives; but a subject's time
// becomes no shorter than it was told, and the day of a deadline that passed stays, for it
// has been told.
func (r *Docket) recount(ctx context.Context, act enforcement.Act) (total int, err error) {
	mark := r.Record.Calendar.Mark()
	for {
		var n int
		err := r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			n, err = r.recountSome(ctx, tx, act, mark)
			return err
		})
		if err != nil {
			return total, fmt.Errorf("count deadlines again: %w", err)
		}
		total += n
		if n < tickBatch {
			break
		}
	}
	if total == 0 {
		return 0, nil
	}
	return total, r.logRecount(ctx, act, mark)
}

const (
	updateRecounted = `UPDATE clock c
  SET due_on = u.due_on::date, provisional = u.provisional, fires_on = nullif(u.fires_on, '')::date, counted_by = ?
  FROM unnest(?::bigint[], ?::text[], ?::boolean[], ?::text[]) u (id, due_on, provisional, fires_on) WHERE c.id = u.id`
	insertRecounted = `INSERT INTO clock_recount (clock_id, counted_by, counted_on, was_due, due_on)
  SELECT u.id, ?, ?::date, u.was_due::date, u.due_on::date FROM unnest(?::bigint[], ?::text[], ?::text[]) u (id, was_due, due_on)
  ON CONFLICT (clock_id, counted_by) DO NOTHING`
)

func (r *Docket) recountSome(ctx context.Context, tx *pg.Tx, act enforcement.Act, mark int64) (int, error) {
	var found []provisional
	err := tx.NewSelect().TableExpr("clock AS c").
		ColumnExpr("c.id, c.kind, c.started_on, c.value, c.unit, c.whose, c.due_on, c.fired").
		Where("c.done_on IS NULL AND c.provisional AND (c.counted_by < ? OR c.counted_by > ?)", pg.Number(mark), pg.Number(mark)).
		Limit(tickBatch).For("NO KEY UPDATE SKIP LOCKED").Scan(ctx, &found)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	told := make(map[string]bool)
	for _, kind := range r.told() {
		told[kind] = true
	}
	ids, was, dues, fires := make([]int64, len(found)), make([]string, len(found)), make([]string, len(found)), make([]string, len(found))
	open := make([]bool, len(found))
	for i := range found {
		c := &found[i]
		ids[i], was[i] = c.ID, c.DueOn.String()
		due := r.Record.Calendar.For(c.Whose, c.StartedOn, calendar.Period{Value: c.Value, Unit: c.Unit})
		switch {
		case c.Fired >= StepPassed:
		case c.Whose == calendar.Subject:
			c.DueOn = max(c.DueOn, due.Day)
		default:
			c.DueOn = due.Day
		}
		dues[i], open[i] = c.DueOn.String(), due.Provisional
		if told[c.Kind] {
			fires[i] = r.Schedule.next(r.Record.Calendar.Shelf(), &c.clockRow).String()
		}
	}
	tx.Later(tx.NewRaw(updateRecounted, pg.Number(mark), pg.Array(ids), pg.Array(dues), pg.Array(open), pg.Array(fires)), "move deadlines")
	tx.Later(tx.NewRaw(insertRecounted, pg.Number(mark), r.Record.Today(act.At), pg.Array(ids), pg.Array(was), pg.Array(dues)), "write down which deadlines moved")
	return len(found), nil
}

// logRecount writes one event for one state of the calendar, whoever counted.
func (r *Docket) logRecount(ctx context.Context, act enforcement.Act, mark int64) error {
	act.Key = fmt.Sprintf("deadlines-recounted/%d", mark)
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		var counted, moved int
		err := tx.NewSelect().Table("clock_recount").ColumnExpr("count(*), count(*) FILTER (WHERE due_on <> was_due)").
			Where("counted_by = ?", pg.Number(mark)).Scan(ctx, &counted, &moved)
		if err != nil {
			return nil, fmt.Errorf("ask how many deadlines were counted again: %w", err)
		}
		return &record.Event{
			Kind: record.EventDeadlinesRecounted, Day: r.Record.Today(act.At),
			Reason: fmt.Sprintf("%d deadlines were counted again, %d have another last day", counted, moved),
		}, nil
	})
	return err
}
