package enforcement

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// SuspendedRestored is the reason of a suspension of what a restored record may have lost
// the end of. The court resumes it with reasons, or enters the lost end.
const SuspendedRestored = "restored"

// TaskRestored is the court's task to say what became of such a ground.
const TaskRestored = "restored"

// suspend stops a ground in doubt at every recipient, and gives its owner the
// task. What is suspended for this already gets no further versions, unless a
// recipient holds a newer one.
func (w *comparison) suspend(ctx context.Context, tx *pg.Tx, ground ID) error {
	var subject ID
	var owner OrganisationID
	var state string
	var until day.Day
	err := tx.Pgx(func(p pgx.Tx) error {
		return p.QueryRow(ctx, `SELECT subject_id, organisation_id, state::text, valid_until FROM ground WHERE id = $1 FOR NO KEY UPDATE`, ground).Scan(&subject, &owner, &state, &until)
	})
	if err != nil {
		return fmt.Errorf("lock ground %s: %w", ground, err)
	}
	if state == "ended" {
		return nil // all its directives are withdrawn
	}
	today := w.r.Today(w.act.At)
	done, err := w.suspendListing(ctx, tx, ground, today)
	if err != nil {
		return err
	}
	newer := w.doubtful[ground]
	if done && len(newer) == 0 {
		return nil
	}
	if err := moveGround(ctx, tx, ground, "suspended"); err != nil {
		return err
	}
	e, err := w.r.appendAbove(ctx, tx, Suspend, []ID{ground}, until, newer)
	if err != nil {
		return err
	}
	e.Kind, e.Reason, e.Subject, e.Ground, e.RefersTo, e.Day = EventSuspended, SuspendedRestored, subject, ground, w.standing.id, today
	if err := w.r.log(ctx, tx, w.act, *e); err != nil {
		return err
	}
	return tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `INSERT INTO task (id, kind, organisation_id, ground_id, opened_on) VALUES ($1, $2, $3, $4, $5::date)
			ON CONFLICT (kind, ground_id) WHERE closed_on IS NULL DO NOTHING`, NewID(), TaskRestored, owner, ground, today)
		if err != nil {
			return fmt.Errorf("give the task of ground %s: %w", ground, err)
		}
		return nil
	})
}

// suspendListing marks the ground's listing, if it is one; done says that it was
// marked before.
func (w *comparison) suspendListing(ctx context.Context, tx *pg.Tx, ground ID, today day.Day) (done bool, err error) {
	l, err := lockAnyListing(ctx, tx, ground)
	if errors.Is(err, pgx.ErrNoRows) {
		return suspendAdministrative(ctx, tx, ground, today)
	}
	if err != nil {
		return false, err
	}
	if l.SuspendedFor == SuspendedRestored {
		return true, nil
	}
	return false, set(ctx, tx, l, l.State, `suspended_for = $4, suspended_on = $5::date`, SuspendedRestored, today)
}

// ResumeRestored puts a listing that a restoration had put in doubt back in force
// at every recipient that did not withdraw it; one that was to be published is
// published on its day. The court says why: that the lost time held neither an end
// nor a suspension of it.
func (r *Register) ResumeRestored(ctx context.Context, act Act, c Change, reasons string) error {
	if err := act.check(Judge, President); err != nil {
		return err
	}
	if reasons == "" {
		return refuse("resumption.reasons")
	}
	l, err := r.Listing(ctx, act, c.Listing)
	if err != nil {
		return err
	}
	if l.State == Served || l.State == Grace {
		return r.confirmRestored(ctx, act, c, reasons)
	}
	return r.change(ctx, act, c, MoveResume, func(ctx context.Context, tx *pg.Tx, l Listing, next ListingState) (*event, error) {
		if l.SuspendedFor != SuspendedRestored {
			return nil, refuse("listing.suspension")
		}
		sealed, err := r.sealFor(l, "resumption-reasons", []byte(reasons))
		if err != nil {
			return nil, err
		}
		if err := set(ctx, tx, l, next, `suspended_for = NULL, suspended_on = NULL, resumption_reasons = $4`, sealed); err != nil {
			return nil, err
		}
		if err := moveGround(ctx, tx, l.ID, "in-force"); err != nil {
			return nil, err
		}
		if _, err := closeRestored(ctx, tx, l.ID, r.Today(act.At)); err != nil {
			return nil, err
		}
		e, err := r.appendVersions(ctx, tx, Resume, []ID{l.ID}, l.Until())
		if err != nil {
			return nil, err
		}
		e.Kind, e.Reason, e.DocumentHash = EventResumed, SuspendedRestored, r.vault.DocumentHash([]byte(reasons))
		return e, nil
	})
}

// confirmRestored takes the doubt from a listing that is not published yet.
func (r *Register) confirmRestored(ctx context.Context, act Act, c Change, reasons string) error {
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		l, err := lockChange(ctx, tx, act, c)
		if err != nil {
			return nil, err
		}
		if l.State != Served && l.State != Grace {
			return nil, refuse("state.forbidden", "state", string(l.State), "move", string(MoveResume))
		}
		today := r.Today(act.At)
		waited, err := closeRestored(ctx, tx, l.ID, today)
		if err != nil {
			return nil, err
		}
		if !waited {
			return nil, refuse("listing.suspension")
		}
		sealed, err := r.sealFor(l, "resumption-reasons", []byte(reasons))
		if err != nil {
			return nil, err
		}
		return &event{
			Kind: EventTaskClosed, Subject: l.Subject, Ground: l.ID, Day: today, Reason: SuspendedRestored, DocumentHash: r.vault.DocumentHash([]byte(reasons)),
		}, set(ctx, tx, l, l.State, `resumption_reasons = $4`, sealed)
	})
	return err
}

// closeRestored closes the court's task; waited says that it was open.
func closeRestored(ctx context.Context, tx *pg.Tx, ground ID, on day.Day) (waited bool, err error) {
	err = tx.Pgx(func(p pgx.Tx) error {
		tag, err := p.Exec(ctx, `UPDATE task SET closed_on = $2::date, closed_because = 'resumed' WHERE ground_id = $1 AND kind = $3 AND closed_on IS NULL`, ground, on, TaskRestored)
		waited = tag.RowsAffected() > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("close the task of ground %s: %w", ground, err)
	}
	return waited, nil
}
