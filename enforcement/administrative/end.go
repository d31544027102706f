package administrative

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// The causes for which a listing is deleted: its reason ended, where it stands
// until then; or there is nobody left whom it could reach.
const (
	causeReasonEnded   = "reason-ended"
	causeSubjectCeased = "subject-ceased"
)

// Ending is the decision that ends an administrative listing.
type Ending struct {
	// Cause is reason-ended or subject-ceased, for a deletion only.
	Cause string
	// EventOn is the day the event occurred, the repair was asked for, or the wrong
	// was found.
	EventOn day.Day
	Reasons string
	// Paper is the decision; the end does not wait for it.
	Paper paper.Given
}

// Delete ends a listing whose reason ended; one with a term only where its subject
// ceased to be (repair is [Administrative.DeleteEarly]).
func (r *Administrative) Delete(ctx context.Context, act enforcement.Act, c ground.Change, e Ending) error {
	return r.endAdministrative(ctx, act, c, ground.MoveDelete, e)
}

// DeleteEarly ends a listing by repair (谁认定、谁修复), after the least time that the list
// type sets; at any time where none is known.
func (r *Administrative) DeleteEarly(ctx context.Context, act enforcement.Act, c ground.Change, e Ending) error {
	e.Cause = "repaired"
	return r.endAdministrative(ctx, act, c, ground.MoveEarly, e)
}

// Revoke ends a listing that should never have been.
func (r *Administrative) Revoke(ctx context.Context, act enforcement.Act, c ground.Change, e Ending) error {
	e.Cause = "wrong"
	return r.endAdministrative(ctx, act, c, ground.MoveRevoke, e)
}

// Expire ends a listing whose term is over; nobody needs to decide.
func (r *Administrative) Expire(ctx context.Context, act enforcement.Act, c ground.Change) error {
	return r.endAdministrative(ctx, act, c, ground.MoveExpire, Ending{Cause: "term-over", Reasons: "term over"})
}

// ExpireDue ends administrative listings whose term is over on the act's day.
func (r *Administrative) ExpireDue() ground.Page {
	return r.Life.ExpireDue(`l.state = 'active' AND l.term_until IS NOT NULL AND l.term_until < ?0`, r.Expire)
}

// endAdministrative is one transaction: the listing's end, the end of its ground,
// the queuing of all its withdrawals, the event and the wake-ups.
func (r *Administrative) endAdministrative(ctx context.Context, act enforcement.Act, c ground.Change, move ground.MoveName, e Ending) error {
	given := ground.Given{"cause": e.Cause, "reasons": e.Reasons, "event_on": e.EventOn, ground.FieldDocument: e.Paper}
	return r.Life.Do(ctx, act, c, given, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Listing]) (err error) {
		if move == ground.MoveExpire {
			e.EventOn = t.Until
		}
		if move == ground.MoveDelete && !t.Case.OpenTerm && e.Cause != causeSubjectCeased {
			return enforcement.Refuse("end.fixed-term")
		}
		t.Event.LegalBasis = r.Plans.ListBasis(t.ListType, t.Today)
		if move == ground.MoveEarly {
			if t.Event.LegalBasis, err = r.repairable(&t.Case, t.Today); err != nil {
				return err
			}
		}
		sealed, err := t.Seal("administrative-end-reasons", e.Reasons)
		if err != nil {
			return err
		}
		t.Set("end_event_on", e.EventOn, "end_cause", e.Cause, "end_reasons", sealed)
		t.Event.Day, t.Event.Reason = e.EventOn, e.Cause
		if move != ground.MoveRevoke {
			return nil
		}
		if err := t.Carry(ctx, tx); err != nil {
			return err
		}
		return r.Rewards.Reinstate(ctx, tx, act, []enforcement.ID{t.ID})
	}, move)
}

// repairable refuses a repair that the list type rules out, or that comes before
// its least time, counted from the decision (the earliest of the possible days).
func (r *Administrative) repairable(l *Listing, today day.Day) (basis string, err error) {
	t := r.Plans.Catalogue().ListType(l.ListType)
	var rule *memoranda.Repair
	if t != nil {
		rule = t.Repair
	}
	earliest := l.DecidedOn
	basis = repairBasis
	if rule != nil {
		if rule.Rule == memoranda.NoRepair && rule.Evidence != memoranda.Unverified {
			return "", enforcement.Refuse("repair.none", "list_type", l.ListType)
		}
		if rule.After != nil && rule.After.Evidence != memoranda.Unverified {
			earliest = r.Plans.After(l.DecidedOn, *rule.After)
		}
		if rule.Place != nil {
			basis = r.Plans.Cite(*rule.Place)
		}
	}
	if today < earliest {
		return "", enforcement.Refuse("repair.too-early", "from", earliest.String())
	}
	return basis, nil
}
