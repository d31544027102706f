package enforcement

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// SuspendAdministrative stops the effect of a listing at every recipient until it
// is resumed or ended. The brake (wrong-person) any of the owner's people can
// pull; a court's stay a reviewer enters.
func (r *Register) SuspendAdministrative(ctx context.Context, act Act, c Change, reason string) error {
	roles := []Role{DepartmentReviewer}
	if reason == WrongPersonClaim {
		roles = append(roles, DepartmentClerk)
	} else if reason != CourtStay {
		return refuse("listing.suspension")
	}
	if err := act.check(roles...); err != nil {
		return err
	}
	return r.changeAdministrative(ctx, act, c, MoveSuspend, func(ctx context.Context, tx *pg.Tx, l AdministrativeListing, next AdministrativeState) (*event, error) {
		if l.SuspendedFor != "" {
			return nil, refuse("listing.suspended")
		}
		if err := setAdministrative(ctx, tx, l, next, `suspended_for = $4, suspended_on = $5::date`, reason, r.Today(act.At)); err != nil {
			return nil, err
		}
		if err := moveGround(ctx, tx, l.ID, "suspended"); err != nil {
			return nil, err
		}
		e, err := r.appendVersions(ctx, tx, Suspend, []ID{l.ID}, l.TermUntil)
		if err != nil {
			return nil, err
		}
		e.Kind, e.Reason = EventSuspended, reason
		return e, nil
	})
}

// ResumeAdministrative puts a suspended listing back in force at every recipient.
// What a restoration put in doubt needs reasons: that the lost time held no end of
// it; so does one that waits to be published and was put in doubt.
func (r *Register) ResumeAdministrative(ctx context.Context, act Act, c Change, reasons string) error {
	if err := act.check(DepartmentReviewer); err != nil {
		return err
	}
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		l, err := lockAdministrative(ctx, tx, act, c)
		if err != nil {
			return nil, err
		}
		var e *event
		if l.State == AdministrativeServed || l.State == AdministrativeAnnounced {
			e, err = r.confirmAdministrative(ctx, tx, act, l, reasons)
		} else {
			e, err = r.resumeAdministrative(ctx, tx, act, l, reasons)
		}
		if err != nil {
			return nil, err
		}
		e.Subject, e.Ground, e.Day = l.Subject, l.ID, r.Today(act.At)
		return e, nil
	})
	return err
}

func (r *Register) resumeAdministrative(ctx context.Context, tx *pg.Tx, act Act, l AdministrativeListing, reasons string) (*event, error) {
	next, err := l.State.After(MoveResume)
	switch {
	case err != nil:
		return nil, err
	case l.SuspendedFor == "":
		return nil, refuse("listing.suspension")
	case l.SuspendedFor == SuspendedRestored && reasons == "":
		return nil, refuse("resumption.reasons")
	}
	var sealed []byte
	if reasons != "" {
		if sealed, err = r.sealAdministrative(l, "resumption-reasons", reasons); err != nil {
			return nil, err
		}
	}
	if err := setAdministrative(ctx, tx, l, next, `suspended_for = NULL, suspended_on = NULL, resumption_reasons = $4`, sealed); err != nil {
		return nil, err
	}
	if err := moveGround(ctx, tx, l.ID, "in-force"); err != nil {
		return nil, err
	}
	if _, err := closeRestored(ctx, tx, l.ID, r.Today(act.At)); err != nil {
		return nil, err
	}
	e, err := r.appendVersions(ctx, tx, Resume, []ID{l.ID}, l.TermUntil)
	if err != nil {
		return nil, err
	}
	e.Kind, e.Reason, e.DocumentHash = EventResumed, l.SuspendedFor, r.vault.DocumentHash([]byte(reasons))
	return e, nil
}

// confirmAdministrative takes the doubt from a listing that is not published yet.
func (r *Register) confirmAdministrative(ctx context.Context, tx *pg.Tx, act Act, l AdministrativeListing, reasons string) (*event, error) {
	if reasons == "" {
		return nil, refuse("resumption.reasons")
	}
	waited, err := closeRestored(ctx, tx, l.ID, r.Today(act.At))
	if err != nil {
		return nil, err
	}
	if !waited {
		return nil, refuse("listing.suspension")
	}
	sealed, err := r.sealAdministrative(l, "resumption-reasons", reasons)
	if err != nil {
		return nil, err
	}
	return &event{Kind: EventTaskClosed, Reason: SuspendedRestored, DocumentHash: r.vault.DocumentHash([]byte(reasons))},
		setAdministrative(ctx, tx, l, l.State, `resumption_reasons = $4`, sealed)
}

// suspendAdministrative marks the ground's administrative listing, if it is one,
// as put in doubt by a restoration; done says that it was marked before.
func suspendAdministrative(ctx context.Context, tx *pg.Tx, ground ID, today day.Day) (done bool, err error) {
	err = tx.Pgx(func(p pgx.Tx) error {
		var listing bool
		err := p.QueryRow(ctx, `SELECT EXISTS (SELECT FROM administrative_listing WHERE id = $1 AND suspended_for = $2)`, ground, SuspendedRestored).Scan(&listing)
		if done = listing; err != nil || done {
			return err
		}
		_, err = p.Exec(ctx, `UPDATE administrative_listing SET suspended_for = $2, suspended_on = $3::date, version = version + 1 WHERE id = $1`, ground, SuspendedRestored, today)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("mark administrative listing %s as in doubt: %w", ground, err)
	}
	return done, nil
}
