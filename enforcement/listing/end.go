package listing

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Ending is the decision that ends a listing.
type Ending struct {
	// Item is 1 to 7: which event of Art. 10 ¶1; only for deleted.
	Item int
	// EventOn is the day the event occurred or the wrong was found: the three
	// working days run from it, not from the entry.
	EventOn day.Day
	Reasons string
	// Paper is the decision; the end does not wait for it.
	Paper paper.Given
}

// itemPerformed says that the obligation is performed, or executed in full. itemSearches is the event of Art. 10 ¶1 that needs searches, itemCreditor the one
// after which the creditor must wait.
const (
	itemPerformed = 1
	itemCreditor  = 3
	itemSearches  = 4
)

// Delete ends a listing without a term because its reason ended (Art. 10 ¶1).
func (r *Listings) Delete(ctx context.Context, act enforcement.Act, c ground.Change, e Ending) error {
	return r.endListing(ctx, act, c, ground.MoveDelete, e)
}

// DeleteEarly ends a listing with a term at the court's discretion (Art. 2 ¶2).
func (r *Listings) DeleteEarly(ctx context.Context, act enforcement.Act, c ground.Change, e Ending) error {
	e.Item = 0
	return r.endListing(ctx, act, c, ground.MoveEarly, e)
}

// Revoke ends a listing that should never have been (Art. 9).
func (r *Listings) Revoke(ctx context.Context, act enforcement.Act, c ground.Change, e Ending) error {
	e.Item = 0
	return r.endListing(ctx, act, c, ground.MoveRevoke, e)
}

// Expire ends a listing whose term is over; nobody needs to decide it.
func (r *Listings) Expire(ctx context.Context, act enforcement.Act, c ground.Change) error {
	return r.endListing(ctx, act, c, ground.MoveExpire, Ending{Reasons: "term over"})
}

// ExpireDue ends listings whose term is over on the act's day.
func (r *Listings) ExpireDue() ground.Page {
	return r.Life.ExpireDue(`l.state IN ('active', 'extended') AND l.term_until IS NOT NULL AND coalesce(l.extended_until, l.term_until) < ?0`, r.Expire)
}

// endListing is one transaction: the listing's end, the end of its ground, the
// queuing of all its withdrawals, the cancellations, the event and the wake-ups.
func (r *Listings) endListing(ctx context.Context, act enforcement.Act, c ground.Change, move ground.MoveName, e Ending) error {
	given := ground.Given{"item": e.Item, "reasons": e.Reasons, "event_on": e.EventOn, ground.FieldDocument: e.Paper}
	return r.Life.Do(ctx, act, c, given, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Listing]) error {
		if e.EventOn.IsZero() {
			e.EventOn = t.Until
		}
		if e.Item == itemSearches {
			if err := checkSearches(ctx, tx, t.ID); err != nil {
				return err
			}
		}
		sealed, err := t.Seal("end-reasons", e.Reasons)
		if err != nil {
			return err
		}
		t.Set("end_event_on", e.EventOn, "end_reasons", sealed, "creditor_withdrew", e.Item == itemCreditor, "correcting_since", nil)
		t.Event.Day = e.EventOn
		if err := r.Orders.ListingEnded(ctx, tx, t.ID, t.Today); err != nil {
			return err
		}
		if e.Item == itemPerformed {
			performedNow(tx, act, t.ID, e.EventOn)
			if err := r.Orders.DebtorPerformed(ctx, tx, t.Case.Case, t.Subject, t.Today); err != nil {
				return err
			}
		}
		if e.Item > 0 {
			t.Set("end_item", e.Item)
			t.Event.Reason = fmt.Sprintf("art-10-item-%d", e.Item)
		}
		if move != ground.MoveRevoke {
			return nil
		}
		if err := t.Carry(ctx, tx); err != nil {
			return err
		}
		return r.Rewards.Reinstate(ctx, tx, act, []enforcement.ID{t.ID})
	}, move)
}

// search is a network asset search as it is kept.
type search struct {
	bun.BaseModel `bun:"table:network_search,alias:n"`

	Listing enforcement.ID `bun:"listing_id,pk"`
	On      day.Day        `bun:"searched_on,pk"`
	Ruling  day.Day        `bun:"after_ruling"`
	Found   bool           `bun:"found"`
}

// RecordSearch records a network asset search after the ruling that ended this
// round of execution (终结本次执行程序). Of several on one day a hit counts.
func (r *Listings) RecordSearch(ctx context.Context, act enforcement.Act, listing enforcement.ID, searchedOn, rulingOn day.Day, found bool) error {
	if err := act.Check(enforcement.Clerk, enforcement.Judge); err != nil {
		return err
	}
	if rulingOn.IsZero() || searchedOn <= rulingOn || searchedOn > r.Record.Today(act.At) {
		return enforcement.Refuse("search.before-ruling")
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		l, err := r.Life.LockOwn(ctx, tx, act, listing)
		if err != nil {
			return nil, err
		}
		found := search{Listing: listing, On: searchedOn, Ruling: rulingOn, Found: found}
		tx.Later(tx.NewInsert().Model(&found).On("CONFLICT ON CONSTRAINT network_search_pkey DO UPDATE").Set("found = n.found OR EXCLUDED.found"), "enter a search")
		return &record.Event{Kind: eventSearched, Subject: l.Subject, Ground: l.ID, Day: searchedOn, LegalBasis: "法释〔2017〕7号 Art. 10 ¶1 (4)"}, nil
	})
	return err
}

// checkSearches holds Art. 10 ¶1 item 4: at least two searches after the ruling,
// and nothing found since.
func checkSearches(ctx context.Context, tx *pg.Tx, listing enforcement.ID) error {
	var ok bool
	err := tx.NewSelect().Model((*search)(nil)).ColumnExpr("count(*) FILTER (WHERE NOT found) >= 2 AND NOT coalesce(bool_or(found), false)").Where("listing_id = ?", listing).Scan(ctx, &ok)
	if err != nil {
		return fmt.Errorf("read the searches of listing %s: %w", listing, err)
	}
	if !ok {
		return enforcement.Refuse("end.searches")
	}
	return nil
}
