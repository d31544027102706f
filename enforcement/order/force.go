package order

import (
	"context"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/paper"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Issue has one order hold from today that was served and whose grace is over.
func (r *Orders) Issue(ctx context.Context, act enforcement.Act, c ground.Change) error {
	return r.Life.Do(ctx, act, c, nil, func(_ context.Context, tx *pg.Tx, t *ground.Turn[Order]) error {
		t.Set("published_on", t.Today)
		r.out(tx, []enforcement.ID{t.ID}, t.Today)
		return nil
	}, ground.MovePublish)
}

// out closes the task of the debtor's listing that an order is missing.
func (r *Orders) out(tx *pg.Tx, issued []enforcement.ID, today day.Day) {
	listings := tx.NewSelect().TableExpr("consumption_order AS l").
		Join("JOIN listing AS n ON n.case_id = l.case_id AND n.subject_id = l.debtor_id").
		ColumnExpr("n.id").Where("l.id IN (?) AND l.subject_id = l.debtor_id", bun.List(issued))
	docket.CloseTasksWhere(tx, listings, listing.TaskConsumptionOrder, "ordered", today)
}

// IssueDue has those hold whose day has come.
func (r *Orders) IssueDue() ground.Page {
	return r.Life.PublishDue(ground.ServedDue, func(ctx context.Context, tx *pg.Tx, act enforcement.Act, orders []Order) ([]ground.NotMoved, error) {
		today := r.Record.Today(act.At)
		may := func(o *Order) error { return r.mayHold(o, today) }
		return r.Life.GoOut(ctx, tx, act, orders, may, func(out []enforcement.ID) error {
			r.out(tx, out, today)
			return nil
		})
	})
}

// mayHold holds what must be true on the day from which an order holds.
func (r *Orders) mayHold(o *Order, today day.Day) error {
	if err := ground.OnItsDay(o.ServedOn, o.GraceUntil, today); err != nil {
		return err
	}
	if !o.ValidUntil.IsZero() && o.ValidUntil < today {
		return enforcement.Refuse("order.period")
	}
	return r.mayRestrict(o, today)
}

// publishable refuses to have hold what was taken over without the papers of its steps.
func publishable(o *Order, file []paper.Paper) error {
	return ground.StepsProved(o.rules, file, Table().Steps)
}

// Suspend stops the effect of an order at every recipient until it is resumed or ended.
func (r *Orders) Suspend(ctx context.Context, act enforcement.Act, c ground.Change, s ground.Suspension) error {
	return r.Life.Suspend(ctx, act, c, s, nil)
}

// Resume puts a suspended order back in force at every recipient.
func (r *Orders) Resume(ctx context.Context, act enforcement.Act, c ground.Change, s ground.Resumption) error {
	return r.Life.Resume(ctx, act, c, s, ground.MoveResume)
}

// Confirm confirms one that was signed and did not hold yet before a restoration.
func (r *Orders) Confirm(ctx context.Context, act enforcement.Act, c ground.Change, s ground.Resumption) error {
	return r.Life.Resume(ctx, act, c, s, ground.MoveConfirm)
}

// Reaffirm confirms one that held before a restoration and is unconfirmed since.
func (r *Orders) Reaffirm(ctx context.Context, act enforcement.Act, c ground.Change, s ground.Resumption) error {
	return r.Life.Resume(ctx, act, c, s, ground.MoveReaffirm)
}

// Breach is a report that somebody broke an order.
type Breach struct {
	On   day.Day `json:"breached_on"`
	Text string  `json:"text"`
}

// ReportBreach records a report of a breach, sealed, and opens the task to examine it
// (Art. 10).
func (r *Orders) ReportBreach(ctx context.Context, act enforcement.Act, c ground.Change, b Breach) error {
	return r.Life.Do(ctx, act, c, ground.Given{"breached_on": b.On, "text": b.Text}, func(_ context.Context, tx *pg.Tx, t *ground.Turn[Order]) error {
		if b.On < t.Case.InForceOn {
			return enforcement.Refuse("order.breach")
		}
		sealed, err := t.Seal("order-breach", b.Text)
		if err != nil {
			return err
		}
		tx.Later(tx.NewInsert().Model(&breach{ID: enforcement.NewID(), Order: t.ID, On: b.On, Report: sealed, RecordedBy: act.Actor.ID, RecordedOn: t.Today}), "record a breach of order %s", t.ID)
		t.Since = t.Today
		t.Event.Day = b.On
		return nil
	}, moveBreach)
}
