package enforcement

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// NotPublished names a listing that could not be published, and why.
type NotPublished struct {
	Listing ID
	Because *Refusal
}

// Publish publishes one listing that was served and whose grace is over. Its
// publication, its directives, their event and the wake-ups are one transaction.
func (r *Register) Publish(ctx context.Context, act Act, c Change) error {
	if err := act.check(Clerk, Judge, President, System); err != nil {
		return err
	}
	return r.performs(ctx, act, func(ctx context.Context, tx *pg.Tx, act Act) error {
		l, err := lockChange(ctx, tx, act, c)
		if err != nil {
			return err
		}
		if l.State == Decided {
			return refuse("service.missing")
		}
		if _, err := l.State.After(MovePublish); err != nil {
			return err
		}
		refused, err := r.publish(ctx, tx, act, []Listing{l})
		if err == nil && len(refused) > 0 {
			return refused[0].Because
		}
		return err
	})
}

// PublishDue publishes what is due on the act's day, up to limit listings with
// ids above after, in one transaction, and returns the greatest id it looked at
// (no id when nothing is left) and what had to be refused.
func (r *Register) PublishDue(ctx context.Context, act Act, after ID, limit int) (last ID, published int, refused []NotPublished, err error) {
	if err := act.check(System); err != nil {
		return last, 0, nil, err
	}
	today := r.Today(act.At)
	ctx, end := under(ctx, "act")
	defer end(&err)
	err = r.db.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		last, published = ID{}, 0
		var due []Listing
		err := tx.Pgx(func(p pgx.Tx) error {
			rows, err := p.Query(ctx, selectListing+` WHERE l.state IN ('served', 'grace') AND l.served_on <= $1::date AND (l.grace_until IS NULL OR l.grace_until < $1::date)
				AND l.id > $2 ORDER BY l.id LIMIT $3 FOR NO KEY UPDATE OF l`, today, [16]byte(after), min(limit, Batch))
			if err != nil {
				return err
			}
			due, err = pgx.CollectRows(rows, scanListing)
			return err
		})
		if err != nil {
			return fmt.Errorf("look for listings to publish: %w", err)
		}
		if len(due) == 0 {
			return nil
		}
		last = due[len(due)-1].ID
		refused, err = r.publish(ctx, tx, act, due)
		published = len(due) - len(refused)
		return err
	})
	return last, published, refused, asRefusal(err)
}

// publish checks each listing once more on the day of publication (age, facts
// that forbid it, service, grace, a restoration, a hold) and publishes those that pass.
func (r *Register) publish(ctx context.Context, tx *pg.Tx, act Act, listings []Listing) ([]NotPublished, error) {
	today := r.Today(act.At)
	var refused []NotPublished
	var pass []ID
	ids := make([]ID, 0, len(listings))
	for _, l := range listings {
		ids = append(ids, l.ID)
	}
	open, err := openExclusions(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var held func(OrganisationID) bool
	err = tx.Pgx(func(p pgx.Tx) (err error) {
		held, err = courtsHeld(ctx, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	doubtful, err := inDoubt(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for _, l := range listings {
		err := r.mayPublish(l, open[l.ID], today)
		if err == nil && doubtful[l.ID] {
			err = refuse("listing.restored")
		}
		if err == nil && held(l.Court) {
			err = refuse("hold.standing")
		}
		var because *Refusal
		switch {
		case err == nil:
			pass = append(pass, l.ID)
		case errors.As(err, &because):
			refused = append(refused, NotPublished{l.ID, because})
		default:
			return nil, err
		}
	}
	if len(pass) == 0 {
		return refused, nil
	}
	err = tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE listing SET state = 'active', version = version + 1, published_on = $2::date WHERE id = ANY($1)`, pass, today)
		if err != nil {
			return fmt.Errorf("publish %d listings: %w", len(pass), err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := openOrderTasks(ctx, tx, pass, today); err != nil {
		return nil, err
	}
	if err := r.rewardsUnderReview(ctx, tx, act, pass); err != nil {
		return nil, err
	}
	return refused, r.putInForce(ctx, tx, act, EventPublished, pass)
}

// openOrderTasks opens a task for each listing: a listed debtor must have a
// consumption-restriction order (法释〔2015〕17号 Art. 1 ¶2), and until it is
// issued, or a reason against it is recorded, the court sees the task.
func openOrderTasks(ctx context.Context, tx *pg.Tx, listings []ID, on day.Day) error {
	return tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `INSERT INTO task (id, kind, organisation_id, ground_id, opened_on)
			SELECT ($2::uuid[])[u.n], $3, g.organisation_id, g.id, $4::date FROM unnest($1::uuid[]) WITH ORDINALITY u (id, n) JOIN ground g ON g.id = u.id`,
			listings, newIDs(len(listings)), TaskConsumptionOrder, on)
		if err != nil {
			return fmt.Errorf("open the tasks of %d listings: %w", len(listings), err)
		}
		return nil
	})
}

func (r *Register) mayPublish(l Listing, open []ExclusionKind, today day.Day) error {
	if l.ServedOn.IsZero() {
		return refuse("service.missing")
	}
	if l.ServedOn > today {
		return refuse("service.not-yet", "on", l.ServedOn.String())
	}
	if !l.GraceUntil.IsZero() && today <= l.GraceUntil {
		return refuse("grace.running", "until", l.GraceUntil.String())
	}
	if !l.TermUntil.IsZero() && l.TermUntil < today {
		return refuse("decision.term", "max", l.TermUntil.String())
	}
	identity, err := r.openIdentity(l.Subject, l.envelope, l.sealed)
	if err != nil {
		return err
	}
	if err := r.checkAge(identity, today); err != nil {
		return err
	}
	return excluded(l, open)
}

// PublicEntry is what the public sees of a listing: the items of Art. 6 and
// nothing else, the number masked.
type PublicEntry struct {
	Listing    ID      `json:"listing"`
	Name       string  `json:"name"`
	Number     string  `json:"number"`
	Head       string  `json:"head,omitempty"`
	Sex        string  `json:"sex,omitempty"`
	Age        int     `json:"age,omitempty"`
	Court      string  `json:"court"`
	CaseNumber string  `json:"case_number"`
	FiledOn    day.Day `json:"filed_on"`
	Basis      string  `json:"basis_document"`
	BasisUnit  string  `json:"basis_unit"`
	Facts      Facts   `json:"facts"`
	Published  day.Day `json:"published_on"`
	Until      day.Day `json:"until,omitzero"`
	child      bool
}
