package administrative

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/ground"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Publish publishes one listing: after service, or, of a batch list, when the time to
// object to its announcement is over.
func (r *Administrative) Publish(ctx context.Context, act enforcement.Act, c ground.Change) error {
	return r.Life.Do(ctx, act, c, nil, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Listing]) error {
		if err := r.mayGoOut(&t.Case, t.Today); err != nil {
			return err
		}
		t.Set("published_on", t.Today)
		return r.Rewards.OpenReviews(ctx, tx, act, []enforcement.ID{t.ID})
	}, ground.MovePublish)
}

// administrativeDue are those of lists that go out by themselves, and of batch lists once
// announced.
const administrativeDue = `((l.state = 'served' AND l.publication <> 'monthly-batch' AND l.served_on <= ?0)
    OR (l.state = 'announced' AND l.objection_until < ?0 AND (l.objected_on IS NULL OR l.objection_answered_on IS NOT NULL)))`

// PublishDue publishes what is due on the act's day.
func (r *Administrative) PublishDue() ground.Page {
	return r.Life.PublishDue(administrativeDue, r.publishAdministrative)
}

// publishAdministrative checks each listing once more on the day of publication
// and publishes those that pass.
func (r *Administrative) publishAdministrative(ctx context.Context, tx *pg.Tx, act enforcement.Act, listings []Listing) ([]ground.NotMoved, error) {
	today := r.Record.Today(act.At)
	may := func(l *Listing) error {
		if err := mayPublishAdministrative(l, today); err != nil {
			return err
		}
		return r.mayGoOut(l, today)
	}
	return r.Life.GoOut(ctx, tx, act, listings, may, func(out []enforcement.ID) error { return r.Rewards.OpenReviews(ctx, tx, act, out) })
}

// mayPublishAdministrative holds what the listing itself says about its day.
func mayPublishAdministrative(l *Listing, today day.Day) error {
	switch {
	case l.State == ground.Served && l.Publication == memoranda.MonthlyBatch:
		return enforcement.Refuse("publication.batch")
	case l.ServedOn > today:
		return enforcement.Refuse("service.not-yet", "on", l.ServedOn.String())
	case l.State == announced && l.ObjectionUntil >= today:
		return enforcement.Refuse("publication.window", "until", l.ObjectionUntil.String())
	case !l.ObjectedOn.IsZero() && l.ObjectionAnsweredOn.IsZero():
		return enforcement.Refuse("statement.unanswered")
	}
	return nil
}

func (r *Administrative) mayAnnounce(l *Listing, today day.Day) error {
	if l.State != ground.Served || l.Publication != memoranda.MonthlyBatch || l.ServedOn > today || r.batchDay(l.ServedOn) > today {
		return enforcement.Refuse("publication.batch")
	}
	return r.mayGoOut(l, today)
}

// mayGoOut holds what must still be true when the public is told.
func (r *Administrative) mayGoOut(l *Listing, today day.Day) error {
	if !l.TermUntil.IsZero() && l.TermUntil < today {
		return enforcement.Refuse("list.term", "max", l.TermUntil.String())
	}
	t, err := r.punishList(l.ListType)
	if err != nil {
		return err
	}
	if r.Plans.Catalogue().Footing(t, today) == memoranda.FootingNone {
		return enforcement.Refuse("list.no-footing", "list_type", l.ListType)
	}
	return r.checkAdministrativeAge(l, today)
}

// AnnounceDue is the [ground.Page] that announces what a monthly batch takes along: the served listings of
// batch lists, on the first working day of a month on or after service, or the
// first day after that on which this is asked. Each stands open to objections
// from its announcement on.
func (r *Administrative) AnnounceDue(ctx context.Context, act enforcement.Act, after enforcement.ID, limit int) (last enforcement.ID, announced int, refused []ground.NotMoved, err error) {
	if err := act.Check(enforcement.System); err != nil {
		return last, 0, nil, err
	}
	today := r.Record.Today(act.At)
	ctx, end := record.Span(ctx, "act")
	defer end(&err)
	err = r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		last, announced = enforcement.ID{}, 0
		due, err := r.Life.LockWhere(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("l.state = 'served' AND l.publication = 'monthly-batch'").Where("l.served_on <= ?", today).Where("l.id > ?", after.Cursor()).
				OrderExpr("l.id").Limit(int64(min(limit, directive.Batch)))
		})
		if err != nil {
			return fmt.Errorf("look for administrative listings to announce: %w", err)
		}
		if len(due) == 0 {
			return nil
		}
		last = due[len(due)-1].ID
		// Those whose batch is still to come are not refused: they wait.
		due = slices.DeleteFunc(due, func(l Listing) bool { return r.batchDay(l.ServedOn) > today })
		pass, no, err := r.Life.Passing(ctx, tx, due, func(l *Listing) error { return r.mayAnnounce(l, today) })
		if err != nil {
			return err
		}
		refused, announced = no, len(pass)
		for _, l := range due {
			if !slices.Contains(pass, l.ID) {
				continue
			}
			if err := r.announce(ctx, tx, act, l); err != nil {
				return err
			}
		}
		return nil
	})
	return last, announced, refused, enforcement.AsRefusal(err)
}

func (r *Administrative) announce(ctx context.Context, tx *pg.Tx, act enforcement.Act, l Listing) error {
	list, err := r.punishList(l.ListType)
	if err != nil {
		return err
	}
	today := r.Record.Today(act.At)
	var window *memoranda.Period
	if list.Publication != nil {
		window = list.Publication.Objection
	}
	due, period := r.Plans.Within(today, window, own(calendar.Period{}, objectionDays))
	t := r.Life.NewTurn(act, r.Life.Move(moveAnnounce), l)
	t.Next = t.Move.To
	t.Within(clockObjected, period)
	t.Set("announced_on", today, "objection_until", due.Day)
	t.Event.Until, t.Event.LegalBasis = due.Day, r.Plans.ListBasis(l.ListType, today)
	return t.CarryWithin(ctx, tx)
}
