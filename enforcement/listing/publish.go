package listing

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Publish publishes one listing that was served and whose grace is over.
func (r *Listings) Publish(ctx context.Context, act enforcement.Act, c ground.Change) error {
	return r.Life.Do(ctx, act, c, nil, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Listing]) error {
		t.Set("published_on", t.Today)
		return r.out(ctx, tx, act, []enforcement.ID{t.ID})
	}, ground.MovePublish)
}

// out is what a publication brings beside the directives: the court's task to issue
// an order (法释〔2015〕17号 Art. 1 ¶2), and a review of the subjects' rewards.
func (r *Listings) out(ctx context.Context, tx *pg.Tx, act enforcement.Act, published []enforcement.ID) error {
	docket.OpenTasks(tx, published, TaskConsumptionOrder, r.Record.Today(act.At))
	return r.Rewards.OpenReviews(ctx, tx, act, published)
}

// PublishDue publishes what is due on the act's day.
func (r *Listings) PublishDue() ground.Page {
	return r.Life.PublishDue(ground.ServedDue, r.publishListings)
}

// publishListings checks each listing once more on the day of publication (age,
// facts that forbid it, service, grace) and publishes those that pass.
func (r *Listings) publishListings(ctx context.Context, tx *pg.Tx, act enforcement.Act, listings []Listing) ([]ground.NotMoved, error) {
	today := r.Record.Today(act.At)
	ids := make([]enforcement.ID, 0, len(listings))
	for i := range listings {
		ids = append(ids, listings[i].ID)
	}
	var open []exclusion
	if err := openExclusions(tx, ids).Scan(ctx, &open); err != nil {
		return nil, fmt.Errorf("read the exclusions of %d listings: %w", len(ids), err)
	}
	may := func(l *Listing) error {
		if err := onItsDay(l, today); err != nil {
			return err
		}
		return r.mayBeListed(l, open, today)
	}
	return r.Life.GoOut(ctx, tx, act, listings, may, func(out []enforcement.ID) error { return r.out(ctx, tx, act, out) })
}

// onItsDay holds what the listing itself says about the day of its publication.
func onItsDay(l *Listing, today day.Day) error {
	if err := ground.OnItsDay(l.ServedOn, l.GraceUntil, today); err != nil {
		return err
	}
	if !l.TermUntil.IsZero() && l.TermUntil < today {
		return enforcement.Refuse("decision.term", "max", l.TermUntil.String())
	}
	return nil
}
