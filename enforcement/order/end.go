package order

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// The causes for which a court lifts an order.
const (
	CausePerformed  = "performed"        // in full: shall, promptly (Art. 9)
	causeSecurity   = "security"         // sure and effective: may (Art. 9)
	causeConsent    = "creditor-consent" // may (Art. 9)
	causeTerminated = "enforcement-terminated"
	causeRefused    = "enforcement-refused" // by ruling (不予执行)
	causeBasis      = "basis-revoked"
	causeBankruptcy = "bankruptcy"
	causeUnlisted   = "listing-ended"  // which was its only ground
	causeRole       = "role-disproved" // 法发〔2019〕35号 item 17(2)
)

// Causes lists them.
func Causes() []string {
	return []string{CausePerformed, causeSecurity, causeConsent, causeTerminated, causeRefused, causeBasis, causeBankruptcy, causeUnlisted, causeRole}
}

// Ending is the decision that ends an order.
type Ending struct {
	// Cause is one of [Causes]; only of a lifting.
	Cause   string
	EventOn day.Day
	Reasons string
	// Paper is the decision; the end does not wait for it.
	Paper paper.Given
}

// Lift ends an order whose reason is gone, or that the court no longer wants.
func (r *Orders) Lift(ctx context.Context, act enforcement.Act, c ground.Change, e Ending) error {
	return r.end(ctx, act, c, moveLift, e)
}

// Revoke ends an order that should never have been.
func (r *Orders) Revoke(ctx context.Context, act enforcement.Act, c ground.Change, e Ending) error {
	e.Cause = "wrong"
	return r.end(ctx, act, c, ground.MoveRevoke, e)
}

// Expire ends an order whose period is over; nobody needs to decide it.
func (r *Orders) Expire(ctx context.Context, act enforcement.Act, c ground.Change) error {
	return r.end(ctx, act, c, ground.MoveExpire, Ending{Cause: "period-over", Reasons: "period over"})
}

// ExpireDue ends orders whose period is over on the act's day.
func (r *Orders) ExpireDue() ground.Page {
	return r.Life.ExpireDue(`l.state = 'active' AND l.valid_until IS NOT NULL AND l.valid_until < ?0`, r.Expire)
}

// end is one transaction: the order's end, the end of its ground, the queuing of all its
// withdrawals, and the task to tell whoever else was told of it.
func (r *Orders) end(ctx context.Context, act enforcement.Act, c ground.Change, move ground.MoveName, e Ending) error {
	given := ground.Given{"cause": e.Cause, "reasons": e.Reasons, "event_on": e.EventOn, ground.FieldDocument: e.Paper}
	return r.Life.Do(ctx, act, c, given, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Order]) error {
		if move == ground.MoveExpire {
			e.EventOn = t.Until
		}
		sealed, err := t.Seal("order-end-reasons", e.Reasons)
		if err != nil {
			return err
		}
		t.Set("end_event_on", e.EventOn, "end_cause", e.Cause, "end_reasons", sealed)
		t.Event.Day, t.Event.Reason = e.EventOn, e.Cause
		if err := t.Carry(ctx, tx); err != nil {
			return err
		}
		return r.tellLifting(ctx, tx, t.ID, t.Owner, t.Today)
	}, move)
}

// tellLifting opens the task, with its clock, to tell everybody who was told of the order.
func (r *Orders) tellLifting(ctx context.Context, tx *pg.Tx, id enforcement.ID, owner enforcement.OrganisationID, today day.Day) error {
	told, err := tx.NewSelect().Model((*toldRow)(nil)).ColumnExpr("1").Where("order_id = ? AND lifted_on IS NULL", id).Exists(ctx)
	if err != nil {
		return fmt.Errorf("look who was told of order %s: %w", id, err)
	}
	if told {
		docket.OpenTasks(tx, []enforcement.ID{id}, TaskTellLifting, today)
		r.Docket.StartClock(tx, owner, id, today, clockTell)
	}
	return nil
}

// ListingEnded asks the court of each order that rests on a listing which ends to lift it or
// to keep it with reasons.
func (r *Orders) ListingEnded(ctx context.Context, tx *pg.Tx, listing enforcement.ID, today day.Day) error {
	return r.ask(ctx, tx, TaskLiftOrKeep, clockLiftOrKeep, today, "l.listing_id = ? AND l.kept_on IS NULL", listing)
}

// DebtorPerformed asks the court of each order of a case against a debtor who performed in
// full, or one of its people, to lift it: it shall, promptly (Art. 9).
func (r *Orders) DebtorPerformed(ctx context.Context, tx *pg.Tx, execution, debtor enforcement.ID, today day.Day) error {
	return r.ask(ctx, tx, ground.TaskOrderPerformed, clockPerformed, today, "l.case_id = ? AND l.debtor_id = ?", execution, debtor)
}

// ask gives the court of each order that holds and of which a condition is true a task, with
// its clock.
func (r *Orders) ask(ctx context.Context, tx *pg.Tx, task string, clock docket.Deadline, today day.Day, condition string, args ...any) error {
	var orders []struct {
		ID    enforcement.ID             `bun:"id"`
		Court enforcement.OrganisationID `bun:"court_id"`
	}
	err := tx.NewSelect().Model((*row)(nil)).Column("l.id", "l.court_id").Where("l.state = 'active'").Where(condition, args...).Order("l.id").Scan(ctx, &orders)
	if err != nil {
		return fmt.Errorf("look for orders to open the task %s: %w", task, err)
	}
	for _, o := range orders {
		docket.OpenTasks(tx, []enforcement.ID{o.ID}, task, today)
		r.Docket.StartClock(tx, o.Court, o.ID, today, clock)
	}
	return nil
}

// Keeping is why an order stays although its listing has ended.
type Keeping struct {
	Reasons string
	// Paper is what it is kept on, in writing.
	Paper paper.Given
}

// Keep decides that an order stays although the listing on which it rests has ended: with
// reasons, and on a ground of its own under Art. 1 ¶1, which is a duty to pay that is not
// performed.
func (r *Orders) Keep(ctx context.Context, act enforcement.Act, c ground.Change, k Keeping) error {
	return r.Life.Do(ctx, act, c, ground.Given{"reasons": k.Reasons, ground.FieldDocument: k.Paper}, func(_ context.Context, tx *pg.Tx, t *ground.Turn[Order]) error {
		sealed, err := t.Seal("order-keep-reasons", k.Reasons)
		if err != nil {
			return err
		}
		t.Set("kept_on", t.Today, "keep_reasons", sealed)
		docket.CloseKinds(tx, t.ID, []string{TaskLiftOrKeep}, "kept", t.Today)
		return nil
	}, moveKeep)
}

// keepable refuses to keep what performance ended, what rests on no ended listing or on one
// that was revoked or ended with the execution itself, and what has no ground of its own.
func (o *Order) keepable(day.Day) error {
	switch {
	case o.performed:
		return enforcement.Refuse("listing.performed")
	case o.Listing.IsZero() || !o.listingOver || o.unkeepable || !o.KeptOn.IsZero():
		return enforcement.Refuse("order.keep")
	case o.Duty != Payment:
		return enforcement.Refuse("order.duty")
	}
	return nil
}
