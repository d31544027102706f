package enforcement

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// PublishAdministrative publishes one listing: after service, or, of a batch
// list, when the time to object to its announcement is over. Publication,
// directives, their event and the wake-ups are one transaction.
func (r *Register) PublishAdministrative(ctx context.Context, act Act, c Change) error {
	if err := act.check(DepartmentClerk, DepartmentReviewer, System); err != nil {
		return err
	}
	return r.performs(ctx, act, func(ctx context.Context, tx *pg.Tx, act Act) error {
		l, err := lockAdministrative(ctx, tx, act, c)
		if err != nil {
			return err
		}
		if l.State == AdministrativeDecided {
			return refuse("service.missing")
		}
		if _, err := l.State.After(MovePublish); err != nil {
			return err
		}
		refused, err := r.publishAdministrative(ctx, tx, act, []AdministrativeListing{l})
		if err == nil && len(refused) > 0 {
			return refused[0].Because
		}
		return err
	})
}

// lists that go out by themselves, and batch lists once announced.
const administrativeDue = ` WHERE ((l.state = 'served' AND l.publication <> 'monthly-batch' AND l.served_on <= $1::date)
    OR (l.state = 'announced' AND l.objection_until < $1::date AND (l.objected_on IS NULL OR l.objection_answered_on IS NOT NULL))) AND l.id > $2 ORDER BY l.id LIMIT $3`

// PublishAdministrativeDue publishes what is due on the act's day, up to limit
// listings with ids above after, and returns the greatest id it looked at (no id
// when nothing is left) and what had to be refused. Each list type is a
// transaction of its own: a list that cannot be published holds up no other.
func (r *Register) PublishAdministrativeDue(ctx context.Context, act Act, after ID, limit int) (last ID, published int, refused []NotPublished, err error) {
	if err := act.check(System); err != nil {
		return last, 0, nil, err
	}
	rows, err := r.db.Pool.Query(ctx, selectAdministrative+administrativeDue, r.Today(act.At), [16]byte(after), min(limit, Batch))
	if err != nil {
		return last, 0, nil, fmt.Errorf("look for administrative listings to publish: %w", err)
	}
	due, err := pgx.CollectRows(rows, scanAdministrative)
	if err != nil || len(due) == 0 {
		return last, 0, nil, err
	}
	byType := map[string][]ID{}
	for _, l := range due {
		byType[l.ListType] = append(byType[l.ListType], l.ID)
	}
	for _, l := range due { // in the order of ids, each list type at its first
		ids := byType[l.ListType]
		if ids == nil {
			continue
		}
		delete(byType, l.ListType)
		n, no, err := r.publishAdministrativeType(ctx, act, ids)
		if err != nil {
			return last, published, refused, err
		}
		published += n
		refused = append(refused, no...)
	}
	return due[len(due)-1].ID, published, refused, nil
}

// publishAdministrativeType publishes those of one list type that are still due.
func (r *Register) publishAdministrativeType(ctx context.Context, act Act, ids []ID) (published int, refused []NotPublished, err error) {
	ctx, end := under(ctx, "act")
	defer end(&err)
	err = r.db.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		list, err := lockAdministrativeList(ctx, tx, ids, AdministrativeServed, AdministrativeAnnounced)
		if err != nil || len(list) == 0 {
			return err
		}
		refused, err = r.publishAdministrative(ctx, tx, act, list)
		published = len(list) - len(refused)
		return err
	})
	if because, ok := errors.AsType[*Refusal](asRefusal(err)); ok { // all of them, as where no memorandum stands on the list
		refused = refused[:0]
		for _, id := range ids {
			refused = append(refused, NotPublished{id, because})
		}
		return 0, refused, nil
	}
	return published, refused, err
}

// lockAdministrativeList locks the listings that still stand in one of the states.
func lockAdministrativeList(ctx context.Context, tx *pg.Tx, ids []ID, states ...AdministrativeState) (list []AdministrativeListing, err error) {
	err = tx.Pgx(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, selectAdministrative+` WHERE l.id = ANY ($1) AND l.state::text = ANY ($2) ORDER BY l.id FOR NO KEY UPDATE OF l`, ids, states)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, scanAdministrative)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("lock %d administrative listings: %w", len(ids), err)
	}
	return list, nil
}

// publishAdministrative checks each listing once more on the day of publication
// and publishes those that pass.
func (r *Register) publishAdministrative(ctx context.Context, tx *pg.Tx, act Act, listings []AdministrativeListing) ([]NotPublished, error) {
	pass, refused, err := r.passing(ctx, tx, act, listings, r.mayPublishAdministrative)
	if err != nil || len(pass) == 0 {
		return refused, err
	}
	err = tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE administrative_listing SET state = 'active', version = version + 1, published_on = $2::date WHERE id = ANY ($1)`, pass, r.Today(act.At))
		if err != nil {
			return fmt.Errorf("publish %d administrative listings: %w", len(pass), err)
		}
		_, err = p.Exec(ctx, `UPDATE clock SET done_on = $2::date WHERE ground_id = ANY ($1) AND done_on IS NULL`, pass, r.Today(act.At))
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := r.rewardsUnderReview(ctx, tx, act, pass); err != nil {
		return nil, err
	}
	return refused, r.putInForce(ctx, tx, act, EventAdministrativePublished, pass)
}

// passing sorts listings into those that may go out on the day and those that may
// not: each by its own check, and none that a restoration put in doubt or that a
// hold stops.
func (r *Register) passing(ctx context.Context, tx *pg.Tx, act Act, listings []AdministrativeListing,
	may func(AdministrativeListing, day.Day) error,
) (pass []ID, refused []NotPublished, err error) {
	ids := make([]ID, 0, len(listings))
	for _, l := range listings {
		ids = append(ids, l.ID)
	}
	var held func(OrganisationID) bool
	err = tx.Pgx(func(p pgx.Tx) (err error) {
		held, err = courtsHeld(ctx, p)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	doubtful, err := inDoubt(ctx, tx, ids)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range listings {
		err := may(l, r.Today(act.At))
		if err == nil && doubtful[l.ID] {
			err = refuse("listing.restored")
		}
		if err == nil && held(l.Organisation) {
			err = refuse("hold.standing")
		}
		var because *Refusal
		switch {
		case err == nil:
			pass = append(pass, l.ID)
		case errors.As(err, &because):
			refused = append(refused, NotPublished{l.ID, because})
		default:
			return nil, nil, err
		}
	}
	return pass, refused, nil
}

func (r *Register) mayPublishAdministrative(l AdministrativeListing, today day.Day) error {
	switch {
	case l.State == AdministrativeServed && l.Publication == memoranda.MonthlyBatch:
		return refuse("publication.batch")
	case l.ServedOn > today:
		return refuse("service.not-yet", "on", l.ServedOn.String())
	case l.State == AdministrativeAnnounced && l.ObjectionUntil >= today:
		return refuse("publication.window", "until", l.ObjectionUntil.String())
	case !l.ObjectedOn.IsZero() && l.ObjectionAnsweredOn.IsZero():
		return refuse("statement.unanswered")
	}
	return r.mayGoOut(l, today)
}

func (r *Register) mayAnnounce(l AdministrativeListing, today day.Day) error {
	if l.State != AdministrativeServed || l.Publication != memoranda.MonthlyBatch || l.ServedOn > today || r.batchDay(l.ServedOn) > today {
		return refuse("publication.batch")
	}
	return r.mayGoOut(l, today)
}

// mayGoOut holds what must still be true when the public is told.
func (r *Register) mayGoOut(l AdministrativeListing, today day.Day) error {
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
		var due []AdministrativeListing
		err := tx.Pgx(func(p pgx.Tx) error {
			rows, err := p.Query(ctx, selectAdministrative+` WHERE l.state = 'served' AND l.publication = 'monthly-batch' AND l.served_on <= $1::date
				AND l.id > $2 ORDER BY l.id LIMIT $3 FOR NO KEY UPDATE OF l`, today, [16]byte(after), min(limit, Batch))
			if err != nil {
				return err
			}
			due, err = pgx.CollectRows(rows, scanAdministrative)
			return err
		})
		if err != nil {
			return fmt.Errorf("look for administrative listings to announce: %w", err)
		}
		if len(due) == 0 {
			return nil
		}
		last = due[len(due)-1].ID
		// Those whose batch is still to come are not refused: they wait.
		due = slices.DeleteFunc(due, func(l AdministrativeListing) bool { return r.batchDay(l.ServedOn) > today })
		pass, no, err := r.passing(ctx, tx, act, due, r.mayAnnounce)
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
	t, err := r.punishList(l.ListType)
	if err != nil {
		return err
	}
	today := r.Today(act.At)
	var window *memoranda.Period
	if t.Publication != nil {
		window = t.Publication.Objection
	}
	due, period := r.within(today, window, own(calendar.Period{}, objectionDays))
	if err := r.startClock(ctx, tx, l.Organisation, l.ID, today, term{clockObjected, period}); err != nil {
		return err
	}
	if err := setAdministrative(ctx, tx, l, AdministrativeAnnounced, `announced_on = $4::date, objection_until = $5::date`, today, due.Day); err != nil {
		return err
	}
	return r.log(ctx, tx, act, event{Kind: EventAdministrativeAnnounced, Subject: l.Subject, Ground: l.ID, Day: today, Until: due.Day, LegalBasis: r.listBasis(l.ListType, today)})
}
