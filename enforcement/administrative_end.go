package enforcement

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// The causes for which a listing is deleted: its reason ended, where it stands
// until then; or there is nobody left whom it could reach.
const (
	CauseReasonEnded   = "reason-ended"
	CauseSubjectCeased = "subject-ceased"
)

// AdministrativeEnding is the decision that ends an administrative listing.
type AdministrativeEnding struct {
	// Cause is reason-ended or subject-ceased, for a deletion only.
	Cause string
	// EventOn is the day the event occurred, the repair was asked for, or the wrong
	// was found.
	EventOn day.Day
	Reasons string
}

// DeleteAdministrative ends a listing whose reason ended; one with a term only
// where its subject ceased to be (repair is [Register.DeleteAdministrativeEarly]).
func (r *Register) DeleteAdministrative(ctx context.Context, act Act, c Change, e AdministrativeEnding) error {
	if e.Cause != CauseReasonEnded && e.Cause != CauseSubjectCeased {
		return refuse("end.cause")
	}
	return r.endAdministrative(ctx, act, c, MoveDelete, EventAdministrativeDeleted, e)
}

// DeleteAdministrativeEarly ends a listing by repair (谁认定、谁修复), after the least
// time that the list type sets; at any time where none is known.
func (r *Register) DeleteAdministrativeEarly(ctx context.Context, act Act, c Change, e AdministrativeEnding) error {
	e.Cause = "repaired"
	return r.endAdministrative(ctx, act, c, MoveEarly, EventAdministrativeEarlyDeleted, e)
}

// RevokeAdministrative ends a listing that should never have been.
func (r *Register) RevokeAdministrative(ctx context.Context, act Act, c Change, e AdministrativeEnding) error {
	e.Cause = "wrong"
	return r.endAdministrative(ctx, act, c, MoveRevoke, EventAdministrativeRevoked, e)
}

// ExpireAdministrative ends a listing whose term is over; nobody needs to decide.
func (r *Register) ExpireAdministrative(ctx context.Context, act Act, c Change) error {
	return r.endAdministrative(ctx, act, c, MoveExpire, EventAdministrativeExpired, AdministrativeEnding{Cause: "term-over", Reasons: "term over"})
}

// endAdministrative is one transaction: the listing's end, the end of its ground,
// the queuing of all its withdrawals, the event and the wake-ups.
func (r *Register) endAdministrative(ctx context.Context, act Act, c Change, move ListingMove, kind EventKind, e AdministrativeEnding) error {
	role := DepartmentReviewer
	if move == MoveExpire {
		role = System
	}
	if err := act.check(role); err != nil {
		return err
	}
	if e.Reasons == "" {
		return refuse("end.reasons")
	}
	return r.changeAdministrative(ctx, act, c, move, func(ctx context.Context, tx *pg.Tx, l AdministrativeListing, next AdministrativeState) (*event, error) {
		today := r.Today(act.At)
		if move == MoveExpire {
			e.EventOn = l.TermUntil
		}
		basis, err := r.mayEndAdministrative(l, move, e, today)
		if err != nil {
			return nil, err
		}
		sealed, err := r.sealAdministrative(l, "administrative-end-reasons", e.Reasons)
		if err != nil {
			return nil, err
		}
		err = setAdministrative(ctx, tx, l, next, `ended_on = $4::date, end_event_on = $5::date, end_cause = $6, end_reasons = $7, retain_until = $8::date,
			suspended_for = NULL, suspended_on = NULL`, today, e.EventOn, e.Cause, sealed, today.AddMonths(retentionMonths))
		if err != nil {
			return nil, err
		}
		if err := stopClocks(ctx, tx, l.ID, today); err != nil {
			return nil, err
		}
		if err := closeTasks(ctx, tx, l.ID, today); err != nil {
			return nil, err
		}
		ev, err := r.endGrounds(ctx, tx, act, []ID{l.ID})
		if err != nil {
			return nil, err
		}
		if move == MoveRevoke {
			if err := r.rewardsRestored(ctx, tx, act, []ID{l.ID}); err != nil {
				return nil, err
			}
		}
		ev.Kind, ev.Day, ev.Reason, ev.LegalBasis, ev.DocumentHash = kind, e.EventOn, e.Cause, basis, r.vault.DocumentHash([]byte(e.Reasons))
		return ev, nil
	})
}

// mayEndAdministrative holds the conditions of each end, and says what it rests on.
func (r *Register) mayEndAdministrative(l AdministrativeListing, move ListingMove, e AdministrativeEnding, today day.Day) (basis string, err error) {
	basis = r.listBasis(l.ListType, today)
	switch {
	case move == MoveExpire && l.TermUntil.IsZero():
		return "", refuse("end.no-term")
	case move == MoveExpire && l.TermUntil >= today:
		return "", refuse("end.term-running", "until", l.TermUntil.String())
	case move != MoveExpire && (e.EventOn.IsZero() || e.EventOn > today):
		return "", refuse("end.event-date")
	case move == MoveDelete && !l.OpenTerm && e.Cause != CauseSubjectCeased:
		return "", refuse("end.fixed-term")
	case move == MoveEarly:
		return r.repairable(l, today)
	}
	return basis, nil
}

// repairable refuses a repair that the list type rules out, or that comes before
// its least time, counted from the decision (the earliest of the possible days).
func (r *Register) repairable(l AdministrativeListing, today day.Day) (basis string, err error) {
	t := r.Catalogue().ListType(l.ListType)
	var rule *memoranda.Repair
	if t != nil {
		rule = t.Repair
	}
	earliest := l.DecidedOn
	basis = repairBasis
	if rule != nil {
		if rule.Rule == memoranda.NoRepair && rule.Evidence != memoranda.Unverified {
			return "", refuse("repair.none", "list_type", l.ListType)
		}
		if rule.After != nil && rule.After.Evidence != memoranda.Unverified {
			earliest = r.after(l.DecidedOn, *rule.After)
		}
		if rule.Place != nil {
			basis = r.cite(*rule.Place)
		}
	}
	if today < earliest {
		return "", refuse("repair.too-early", "from", earliest.String())
	}
	return basis, nil
}

// ExpireAdministrativeDue ends up to limit administrative listings whose term is
// over on the act's day and returns how many it ended; 0 means none is left.
func (r *Register) ExpireAdministrativeDue(ctx context.Context, act Act, limit int) (int, error) {
	rows, err := r.db.Pool.Query(ctx, `SELECT id FROM administrative_listing WHERE state = 'active' AND term_until IS NOT NULL AND term_until < $1::date ORDER BY id LIMIT $2`, r.Today(act.At), limit)
	if err != nil {
		return 0, fmt.Errorf("look for administrative listings to expire: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[ID])
	if err != nil {
		return 0, fmt.Errorf("look for administrative listings to expire: %w", err)
	}
	for _, id := range slices.Clone(ids) {
		one := act
		if act.Key != "" {
			one.Key = act.Key + "/" + id.String()
		}
		err := r.ExpireAdministrative(ctx, one, Change{Listing: id})
		if errors.Is(err, refuse("state.forbidden")) {
			continue // somebody ended it since it was read
		}
		if err != nil {
			return 0, fmt.Errorf("expire administrative listing %s: %w", id, err)
		}
	}
	return len(ids), nil
}
