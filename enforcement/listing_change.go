package enforcement

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/internal/identifier"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Extension is the reasoned decision that lengthens a term (Art. 2).
type Extension struct {
	Number  string
	Reasons string
	// Cause is serious-violence-or-threat or several-dishonest-acts; the latter
	// needs at least two Acts.
	Cause string
	Acts  int
	// Years is 1 to 3.
	Years int
	// ServedOn must lie before the old end.
	ServedOn day.Day
}

// Extend lengthens a listing's term; signed by the president and served before
// the old end.
func (r *Register) Extend(ctx context.Context, act Act, c Change, x Extension) error {
	if err := act.check(); err != nil {
		return err
	}
	switch {
	case act.Actor.Role != President:
		return refuse("decision.signer", "role", string(act.Actor.Role))
	case x.Reasons == "":
		return refuse("decision.reasons")
	case x.Number == "":
		return refuse("decision.number")
	case x.Years < 1 || x.Years > 3:
		return refuse("extension.term")
	case x.Cause != "serious-violence-or-threat" && x.Cause != "several-dishonest-acts",
		x.Cause == "several-dishonest-acts" && x.Acts < 2:
		return refuse("extension.cause")
	}
	return r.change(ctx, act, c, MoveExtend, func(ctx context.Context, tx *pg.Tx, l Listing, next ListingState) (*event, error) {
		today := r.Today(act.At)
		if l.TermUntil.IsZero() {
			return nil, refuse("extension.no-term")
		}
		if x.ServedOn.IsZero() || x.ServedOn > l.TermUntil || x.ServedOn > today || today > l.TermUntil {
			return nil, refuse("extension.late", "end", l.TermUntil.String())
		}
		until := l.TermUntil.AddYears(x.Years)
		sealed, err := r.sealFor(l, "extension-reasons", []byte(x.Reasons))
		if err != nil {
			return nil, err
		}
		err = tx.Pgx(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `INSERT INTO listing_extension (id, listing_id, decision_number, reasons, cause, acts, signed_by, signer_role, decided_on, served_on, old_end, new_end)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::date, $10::date, $11::date, $12::date)`,
				NewID(), l.ID, x.Number, sealed, x.Cause, x.Acts, act.Actor.ID, act.Actor.Role, x.ServedOn, x.ServedOn, l.TermUntil, until)
			if err != nil {
				return fmt.Errorf("enter the extension of listing %s: %w", l.ID, err)
			}
			_, err = p.Exec(ctx, `UPDATE ground SET valid_until = $2::date WHERE id = $1`, l.ID, until)
			return err
		})
		if err != nil {
			return nil, err
		}
		if err := set(ctx, tx, l, next, `extended_until = $4::date`, until); err != nil {
			return nil, err
		}
		e := &event{}
		if l.SuspendedFor == "" {
			if e, err = r.appendVersions(ctx, tx, Amend, []ID{l.ID}, until); err != nil {
				return nil, err
			}
		}
		e.Kind, e.Day, e.Reason, e.LegalBasis = EventExtended, until, x.Cause, "法释〔2017〕7号 Art. 2 ¶1"
		return e, nil
	})
}

// The reasons to suspend a listing at every recipient.
const (
	CourtStay        = "court-stay"
	WrongPersonClaim = "wrong-person" // the brake
)

// Suspend stops the effect of a listing at every recipient until it is resumed
// or ended. The brake (wrong-person) any of the court's people can pull.
func (r *Register) Suspend(ctx context.Context, act Act, c Change, reason string) error {
	roles := []Role{Judge, President}
	if reason == WrongPersonClaim {
		roles = append(roles, Clerk)
	} else if reason != CourtStay {
		return refuse("listing.suspension")
	}
	if err := act.check(roles...); err != nil {
		return err
	}
	return r.change(ctx, act, c, MoveSuspend, func(ctx context.Context, tx *pg.Tx, l Listing, next ListingState) (*event, error) {
		if l.SuspendedFor != "" {
			return nil, refuse("listing.suspended")
		}
		today := r.Today(act.At)
		if err := set(ctx, tx, l, next, `suspended_for = $4, suspended_on = $5::date`, reason, today); err != nil {
			return nil, err
		}
		if err := moveGround(ctx, tx, l.ID, "suspended"); err != nil {
			return nil, err
		}
		e, err := r.appendVersions(ctx, tx, Suspend, []ID{l.ID}, l.Until())
		if err != nil {
			return nil, err
		}
		e.Kind, e.Reason = EventSuspended, reason
		return e, nil
	})
}

// Resume puts a suspended listing back in force at every recipient; one that a
// restoration put in doubt needs reasons (ResumeRestored).
func (r *Register) Resume(ctx context.Context, act Act, c Change) error {
	if err := act.check(Judge, President); err != nil {
		return err
	}
	return r.change(ctx, act, c, MoveResume, func(ctx context.Context, tx *pg.Tx, l Listing, next ListingState) (*event, error) {
		if l.SuspendedFor == "" {
			return nil, refuse("listing.suspension")
		}
		if l.SuspendedFor == SuspendedRestored {
			return nil, refuse("resumption.reasons")
		}
		if err := set(ctx, tx, l, next, `suspended_for = NULL, suspended_on = NULL`); err != nil {
			return nil, err
		}
		if err := moveGround(ctx, tx, l.ID, "in-force"); err != nil {
			return nil, err
		}
		e, err := r.appendVersions(ctx, tx, Resume, []ID{l.ID}, l.Until())
		if err != nil {
			return nil, err
		}
		e.Kind, e.Reason = EventResumed, l.SuspendedFor
		return e, nil
	})
}

func moveGround(ctx context.Context, tx *pg.Tx, id ID, state string) error {
	return tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE ground SET state = $2::text::ground_state WHERE id = $1 AND state <> 'ended'`, id, state)
		if err != nil {
			return fmt.Errorf("move ground %s to %s: %w", id, state, err)
		}
		return nil
	})
}

// OpenCorrection records that data of a listing were found inaccurate; three
// working days to correct them begin (Art. 9).
func (r *Register) OpenCorrection(ctx context.Context, act Act, c Change, foundOn day.Day) error {
	if err := act.check(Judge, President); err != nil {
		return err
	}
	return r.change(ctx, act, c, MoveCorrect, func(ctx context.Context, tx *pg.Tx, l Listing, next ListingState) (*event, error) {
		if !l.CorrectingSince.IsZero() {
			return nil, refuse("correction.open")
		}
		if foundOn.IsZero() || foundOn > r.Today(act.At) {
			return nil, refuse("end.event-date")
		}
		if err := r.startClock(ctx, tx, l.Court, l.ID, foundOn, termCorrect); err != nil {
			return nil, err
		}
		return &event{Kind: EventCorrecting, Day: foundOn, LegalBasis: "法释〔2017〕7号 Art. 9"}, set(ctx, tx, l, next, `correcting_since = $4::date`, foundOn)
	})
}

// Correct replaces inaccurate data of the subject and sends the corrected copy
// to every holder. A correction never changes identity: kind, number, or name
// beyond spelling is a revocation and a new draft; so is a birth day that makes
// a minor of the subject.
func (r *Register) Correct(ctx context.Context, act Act, c Change, corrected Identity) error {
	if err := act.check(Judge, President); err != nil {
		return err
	}
	return r.change(ctx, act, c, MoveCorrect, func(ctx context.Context, tx *pg.Tx, l Listing, next ListingState) (*event, error) {
		if l.CorrectingSince.IsZero() {
			return nil, refuse("correction.none")
		}
		if err := r.replaceIdentity(ctx, tx, act, l, corrected); err != nil {
			return nil, err
		}
		if err := set(ctx, tx, l, next, `correcting_since = NULL`); err != nil {
			return nil, err
		}
		if err := r.stopClock(ctx, tx, l.Court, l.ID, termCorrect, r.Today(act.At)); err != nil {
			return nil, err
		}
		e := &event{}
		if l.SuspendedFor == "" { // a resumed listing carries the corrected data
			var err error
			if e, err = r.appendVersions(ctx, tx, Amend, []ID{l.ID}, l.Until()); err != nil {
				return nil, err
			}
		}
		e.Kind, e.LegalBasis = EventCorrected, "法释〔2017〕7号 Art. 9"
		return e, nil
	})
}

func (r *Register) replaceIdentity(ctx context.Context, tx *pg.Tx, act Act, l Listing, corrected Identity) error {
	old, err := r.openIdentity(l.Subject, l.envelope, l.sealed)
	if err != nil {
		return err
	}
	corrected.OverrideBy = old.OverrideBy
	checked, _, err := corrected.check(act)
	if err != nil {
		return err
	}
	if !sameIdentity(old, checked) {
		return refuse("correction.identity")
	}
	// Whoever turns out to have been a minor should never have been listed: that
	// is a revocation.
	if err := r.checkAge(checked, l.DecidedOn); err != nil {
		return err
	}
	envelope, err := r.vault.OpenEnvelope(l.Subject, l.envelope)
	if err != nil {
		return fmt.Errorf("open the envelope of subject %s: %w", l.Subject, err)
	}
	sealed, err := sealIdentity(envelope, checked)
	if err != nil {
		return err
	}
	return tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE subject SET sealed = $2, version = version + 1 WHERE id = $1`, l.Subject, sealed)
		if err != nil {
			return fmt.Errorf("correct subject %s: %w", l.Subject, err)
		}
		return nil
	})
}

// sameIdentity reports whether two identities are one subject: kind and number
// equal, and the names differ in at most one character.
func sameIdentity(a, b Identity) bool {
	if a.Kind != b.Kind || a.NumberKind != b.NumberKind || a.Number != b.Number || a.State != b.State {
		return false
	}
	x, y := []rune(identifier.NormaliseName(a.Name)), []rune(identifier.NormaliseName(b.Name))
	if len(x) != len(y) {
		return false
	}
	differ := 0
	for i := range x {
		if x[i] != y[i] {
			differ++
		}
	}
	return differ == 0 || (differ == 1 && len(x) > 1)
}
