package enforcement

import (
	"context"

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
	return r.endAdministrative(ctx, act, c, MoveDelete, e)
}

// DeleteAdministrativeEarly ends a listing by repair (谁认定、谁修复), after the least
// time that the list type sets; at any time where none is known.
func (r *Register) DeleteAdministrativeEarly(ctx context.Context, act Act, c Change, e AdministrativeEnding) error {
	e.Cause = "repaired"
	return r.endAdministrative(ctx, act, c, MoveEarly, e)
}

// RevokeAdministrative ends a listing that should never have been.
func (r *Register) RevokeAdministrative(ctx context.Context, act Act, c Change, e AdministrativeEnding) error {
	e.Cause = "wrong"
	return r.endAdministrative(ctx, act, c, MoveRevoke, e)
}

// ExpireAdministrative ends a listing whose term is over; nobody needs to decide.
func (r *Register) ExpireAdministrative(ctx context.Context, act Act, c Change) error {
	return r.endAdministrative(ctx, act, c, MoveExpire, AdministrativeEnding{Cause: "term-over", Reasons: "term over"})
}

// ExpireAdministrativeDue ends up to limit administrative listings whose term is
// over on the act's day and returns how many it ended; 0 means none is left.
func (r *Register) ExpireAdministrativeDue(ctx context.Context, act Act, limit int) (int, error) {
	return r.administrative.expireDue(ctx, act, `l.state = 'active' AND l.term_until IS NOT NULL AND l.term_until < $1::date`, limit, r.ExpireAdministrative)
}

// endAdministrative is one transaction: the listing's end, the end of its ground,
// the queuing of all its withdrawals, the event and the wake-ups.
func (r *Register) endAdministrative(ctx context.Context, act Act, c Change, move MoveName, e AdministrativeEnding) error {
	given := Given{"cause": e.Cause, "reasons": e.Reasons, "event_on": e.EventOn}
	return r.administrative.Do(ctx, act, c, given, func(ctx context.Context, tx *pg.Tx, t *Turn[AdministrativeListing]) (err error) {
		if move == MoveExpire {
			e.EventOn = t.Until
		}
		if move == MoveDelete && !t.Case.OpenTerm && e.Cause != CauseSubjectCeased {
			return refuse("end.fixed-term")
		}
		t.Event.LegalBasis = r.listBasis(t.ListType, t.Today)
		if move == MoveEarly {
			if t.Event.LegalBasis, err = r.repairable(&t.Case, t.Today); err != nil {
				return err
			}
		}
		sealed, err := t.Seal("administrative-end-reasons", e.Reasons)
		if err != nil {
			return err
		}
		t.Set("end_event_on", e.EventOn, "end_cause", e.Cause, "end_reasons", sealed)
		t.Event.Day, t.Event.Reason, t.Event.DocumentHash = e.EventOn, e.Cause, r.vault.DocumentHash([]byte(e.Reasons))
		if move != MoveRevoke {
			return nil
		}
		if err := t.Carry(ctx, tx); err != nil {
			return err
		}
		return r.rewardsReinstated(ctx, tx, act, []ID{t.ID})
	}, move)
}

// repairable refuses a repair that the list type rules out, or that comes before
// its least time, counted from the decision (the earliest of the possible days).
func (r *Register) repairable(l *AdministrativeListing, today day.Day) (basis string, err error) {
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
