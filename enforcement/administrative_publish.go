package enforcement

import (
	"context"
	"fmt"
	"slices"

	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// PublishAdministrative publishes one listing: after service, or, of a batch
// list, when the time to object to its announcement is over.
func (r *Register) PublishAdministrative(ctx context.Context, act Act, c Change) error {
	return r.administrative.publish(ctx, act, c, r.publishAdministrative)
}

// lists that go out by themselves, and batch lists once announced.
const administrativeDue = `((l.state = 'served' AND l.publication <> 'monthly-batch' AND l.served_on <= $1::date)
    OR (l.state = 'announced' AND l.objection_until < $1::date AND (l.objected_on IS NULL OR l.objection_answered_on IS NOT NULL)))`

// PublishAdministrativeDue publishes what is due on the act's day, up to limit
// listings with ids above after, and returns the greatest id it looked at (no id
// when nothing is left) and what had to be refused.
func (r *Register) PublishAdministrativeDue(ctx context.Context, act Act, after ID, limit int) (last ID, published int, refused []NotPublished, err error) {
	return r.administrative.publishDue(ctx, act, administrativeDue, after, limit, r.publishAdministrative)
}

// publishAdministrative checks each listing once more on the day of publication
// and publishes those that pass.
func (r *Register) publishAdministrative(ctx context.Context, tx *pg.Tx, act Act, listings []AdministrativeListing) ([]NotPublished, error) {
	today := r.Today(act.At)
	may := func(l *AdministrativeListing) error {
		if err := mayPublishAdministrative(l, today); err != nil {
			return err
		}
		return r.mayGoOut(l, today)
	}
	return r.administrative.goOut(ctx, tx, act, listings, may, func(out []ID) error { return r.rewardsUnderReview(ctx, tx, act, out) })
}

// mayPublishAdministrative holds what the listing itself says about its day.
func mayPublishAdministrative(l *AdministrativeListing, today day.Day) error {
	switch {
	case l.State == Served && l.Publication == memoranda.MonthlyBatch:
		return refuse("publication.batch")
	case l.ServedOn > today:
		return refuse("service.not-yet", "on", l.ServedOn.String())
	case l.State == Announced && l.ObjectionUntil >= today:
		return refuse("publication.window", "until", l.ObjectionUntil.String())
	case !l.ObjectedOn.IsZero() && l.ObjectionAnsweredOn.IsZero():
		return refuse("statement.unanswered")
	}
	return nil
}

func (r *Register) mayAnnounce(l *AdministrativeListing, today day.Day) error {
	if l.State != Served || l.Publication != memoranda.MonthlyBatch || l.ServedOn > today || r.batchDay(l.ServedOn) > today {
		return refuse("publication.batch")
	}
	return r.mayGoOut(l, today)
}

// mayGoOut holds what must still be true when the public is told.
func (r *Register) mayGoOut(l *AdministrativeListing, today day.Day) error {
	if !l.TermUntil.IsZero() && l.TermUntil < today {
		return refuse("list.term", "max", l.TermUntil.String())
	}
	t, err := r.punishList(l.ListType)
	if err != nil {
		return err
	}
	if r.Catalogue().Footing(t, today) == memoranda.FootingNone {
		return refuse("list.no-footing", "list_type", l.ListType)
	}
	return r.checkAdministrativeAge(l, today)
}

// AnnounceDue announces what a monthly batch takes along: the served listings of
// batch lists, on the first working day of a month on or after service, or the
// first day after that on which this is asked. Each stands open to objections
// from its announcement on. It returns how many it announced and what had to be
// refused.
func (r *Register) AnnounceDue(ctx context.Context, act Act, after ID, limit int) (last ID, announced int, refused []NotPublished, err error) {
	if err := act.check(System); err != nil {
		return last, 0, nil, err
	}
	today := r.Today(act.At)
	ctx, end := under(ctx, "act")
	defer end(&err)
	err = r.db.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		last, announced = ID{}, 0
		due, err := r.administrative.lockWhere(ctx, tx, `l.state = 'served' AND l.publication = 'monthly-batch' AND l.served_on <= $1::date
			AND l.id > $2 ORDER BY l.id LIMIT $3`, today, [16]byte(after), min(limit, Batch))
		if err != nil {
			return fmt.Errorf("look for administrative listings to announce: %w", err)
		}
		if len(due) == 0 {
			return nil
		}
		last = due[len(due)-1].ID
		// Those whose batch is still to come are not refused: they wait.
		due = slices.DeleteFunc(due, func(l AdministrativeListing) bool { return r.batchDay(l.ServedOn) > today })
		pass, no, err := r.administrative.passing(ctx, tx, due, func(l *AdministrativeListing) error { return r.mayAnnounce(l, today) })
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
	return last, announced, refused, asRefusal(err)
}

func (r *Register) announce(ctx context.Context, tx *pg.Tx, act Act, l AdministrativeListing) error {
	list, err := r.punishList(l.ListType)
	if err != nil {
		return err
	}
	today := r.Today(act.At)
	var window *memoranda.Period
	if list.Publication != nil {
		window = list.Publication.Objection
	}
	due, period := r.within(today, window, own(calendar.Period{}, objectionDays))
	t := r.administrative.turn(act, r.administrative.Move(MoveAnnounce), l)
	t.Next = t.Move.To
	t.Within(clockObjected, period)
	t.Set("announced_on", today, "objection_until", due.Day)
	t.Event.Until, t.Event.LegalBasis = due.Day, r.listBasis(l.ListType, today)
	if err := t.Carry(ctx, tx); err != nil {
		return err
	}
	return r.log(ctx, tx, act, t.Event)
}
