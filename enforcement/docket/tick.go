package docket

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// tickBatch is how many clocks one transaction of a tick touches.
const tickBatch = 2000

// incidentAbove is opened where a deadline passed so long ago that the court above would be
// told, and there is none, or where it is nobody's case.
const incidentAbove = "deadline-above"

// Ticked is what a tick did.
type Ticked struct {
	Recounted int // clocks that were counted again
	Clocks    int // clocks of which something was due
	Fired     int // steps
}

// dueClock is a clock of which a step is due, locked.
type dueClock struct {
	clockRow `bun:",extend"`

	ID       int64                      `bun:"id"`
	Superior enforcement.OrganisationID `bun:"superior_id"`
}

// Tick counts provisional deadlines again where the calendar knows more, and tells what is
// due to be told of deadlines by the legal day of the act. It may run at any time, in any
// number of processes: a step fires once, also long after its day, and none by a wrong clock
// (clock.skew), for it would stay told. What a clock that is
// being stopped would tell waits for the next tick.
func (r *Docket) Tick(ctx context.Context, act enforcement.Act) (t Ticked, err error) {
	if err := act.Check(enforcement.System); err != nil {
		return t, err
	}
	if err := r.Refresh(ctx); err != nil {
		return t, err
	}
	if t.Recounted, err = r.recount(ctx, act); err != nil {
		return t, err
	}
	for {
		var clocks, fired int
		err := r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			r.Record.SameClock(tx)
			clocks, fired, err = r.fire(ctx, tx, r.Record.Today(act.At))
			return err
		})
		if err != nil {
			return t, enforcement.AsRefusal(fmt.Errorf("tell of deadlines: %w", err))
		}
		t.Clocks, t.Fired = t.Clocks+clocks, t.Fired+fired
		if clocks < tickBatch {
			return t, nil
		}
	}
}

// told are the kinds of deadlines that tell somebody.
func (r *Docket) told() []string {
	var kinds []string
	for i := range r.Kinds {
		if r.Kinds[i].tells() {
			kinds = append(kinds, r.Kinds[i].Kind)
		}
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// fire fires every step that is due of some clocks. Of a kind that this program does not
// know a later release tells.
func (r *Docket) fire(ctx context.Context, tx *pg.Tx, today day.Day) (clocks, fired int, err error) {
	var due []dueClock
	err = tx.NewSelect().TableExpr("clock AS c").Join("JOIN organisation AS o ON o.id = c.organisation_id").
		ColumnExpr("c.id, c.kind, c.organisation_id, c.ground_id, c.started_on, c.value, c.unit, c.due_on, c.fired, coalesce(o.superior_id, 0) AS superior_id").
		Where("c.done_on IS NULL AND c.fires_on <= ? AND c.kind IN (?)", today, bun.List(r.told())).
		OrderExpr("c.fires_on").Limit(tickBatch).For("NO KEY UPDATE OF c SKIP LOCKED").Scan(ctx, &due)
	if err != nil || len(due) == 0 {
		return 0, 0, err
	}
	f := firing{shelf: r.Record.Calendar.Shelf(), schedule: r.Schedule, today: today}
	for i := range due {
		f.add(&due[i])
	}
	f.write(tx)
	for _, l := range f.unheard {
		Report(tx, incidentAbove, l.Organisation, enforcement.ID{}, fmt.Sprintf("%s, %s, since %s", l.Kind, l.Ground, l.DueOn), r.Record.Machine())
	}
	return len(due), len(f.steps), nil
}
