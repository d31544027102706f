package listing

import (
	"context"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/party"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Extension is the reasoned decision that lengthens a term (Art. 2).
type Extension struct {
	Number  string
	Reasons string
	// Cause is serious-violence-or-threat, of a listing on ground 2 alone or beside others,
	// or several-dishonest-acts, which shows at least two Acts.
	Cause string
	Acts  []DishonestAct
	// Years is 1 to 3.
	Years int
	// ServedOn must lie after the publication and before the old end.
	ServedOn day.Day
	// Paper is the decision with what proves its service.
	Paper paper.Given
}

// extension is the decision as it is kept.
type extension struct {
	bun.BaseModel `bun:"table:listing_extension"`

	ID         enforcement.ID   `bun:"id,pk"`
	Listing    enforcement.ID   `bun:"listing_id"`
	Number     string           `bun:"decision_number"`
	Reasons    []byte           `bun:"reasons"`
	Cause      string           `bun:"cause"`
	Acts       int              `bun:"acts"`
	Shown      []byte           `bun:"acts_shown"`
	Rules      ground.Rules     `bun:"rules"`
	SignedBy   string           `bun:"signed_by"`
	SignerRole enforcement.Role `bun:"signer_role"`
	DecidedOn  day.Day          `bun:"decided_on"`
	ServedOn   day.Day          `bun:"served_on"`
	OldEnd     day.Day          `bun:"old_end"`
	NewEnd     day.Day          `bun:"new_end"`
	Paper      enforcement.ID   `bun:"paper"`
}

// Extend lengthens a listing's term; signed by the president and served before
// the old end.
func (r *Listings) Extend(ctx context.Context, act enforcement.Act, c ground.Change, x Extension) error {
	given := ground.Given{"reasons": x.Reasons, "number": x.Number, "years": x.Years, "cause": x.Cause, "acts": len(x.Acts), "served_on": x.ServedOn, ground.FieldDocument: x.Paper}
	return r.Life.Do(ctx, act, c, given, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Listing]) error {
		if err := x.fits(&t.Case, t.Today); err != nil {
			return err
		}
		end := t.Case.TermUntil
		shown, err := sealActs(t, x.Acts)
		if err != nil {
			return err
		}
		sealed, err := t.Seal("extension-reasons", x.Reasons)
		if err != nil {
			return err
		}
		t.Term = end.AddYears(x.Years)
		t.Set("extended_until", t.Term)
		t.Event.Day, t.Event.Reason = t.Term, x.Cause
		tx.Later(tx.NewInsert().Model(&extension{
			ID: enforcement.NewID(), Listing: t.ID, Number: t.Said("number"), Reasons: sealed, Cause: x.Cause, Acts: len(x.Acts), Shown: shown, Rules: ground.RulesProved, SignedBy: act.Actor.ID, SignerRole: act.Actor.Role,
			DecidedOn: x.ServedOn, ServedOn: x.ServedOn, OldEnd: end, NewEnd: t.Term, Paper: t.Kept(ground.FieldDocument).ID,
		}), "enter the extension of listing %s", t.ID)
		return nil
	}, moveExtend)
}

// mayExtend refuses to extend what has no term, or whose term is over.
func mayExtend(l *Listing, today day.Day) error {
	switch {
	case l.TermUntil.IsZero():
		return enforcement.Refuse("extension.no-term")
	case today > l.TermUntil:
		return enforcement.Refuse("extension.late", "end", l.TermUntil.String())
	}
	return nil
}

// Suspend stops the effect of a listing at every recipient until it is resumed
// or ended. The brake (wrong-person) any of the court's people can pull.
func (r *Listings) Suspend(ctx context.Context, act enforcement.Act, c ground.Change, s ground.Suspension) error {
	return r.Life.Suspend(ctx, act, c, s, func(t *ground.Turn[Listing]) {
		if !t.Case.TermUntil.IsZero() {
			t.Spare(clockDelete.Kind, TaskStayed)
		}
	})
}

// Resume puts a suspended listing back in force at every recipient; one that a
// restoration put in doubt goes by [Listings.ResumeRestored].
func (r *Listings) Resume(ctx context.Context, act enforcement.Act, c ground.Change, s ground.Resumption) error {
	return r.Life.Resume(ctx, act, c, s, ground.MoveResume)
}

// mayResume refuses what comes back by another door, or by none.
func (r *Listings) mayResume(l *Listing, today day.Day) error {
	switch {
	case l.SuspendedFor == ground.SuspendedRestored:
		return enforcement.Refuse("resumption.reasons")
	case l.SuspendedFor == ground.CourtStay && l.TermUntil.IsZero():
		return enforcement.Refuse("resumption.stayed")
	}
	return r.noMinor(l, today)
}

func (r *Listings) mayResumeRestored(l *Listing, today day.Day) error {
	if l.SuspendedFor != ground.SuspendedRestored {
		return enforcement.Refuse("listing.suspension")
	}
	return r.noMinor(l, today)
}

// noMinor refuses whom the record says to be a minor, or to have been one on the day of
// decision: no check of an identity gives that back but a corrected record.
func (r *Listings) noMinor(l *Listing, today day.Day) error {
	if l.subjectKind != memoranda.NaturalPerson {
		return nil
	}
	identity, err := r.Parties.OpenIdentity(l.Subject, l.envelope, l.sealed)
	if err != nil {
		return err
	}
	return ground.CheckAge(identity, min(l.DecidedOn, today))
}

// ResumeRestored puts a listing that a restoration had put in doubt back in force
// at every recipient that did not withdraw it; one that was to be published is
// published on its day. The court says why: that the lost time held neither an end
// nor a suspension of it.
func (r *Listings) ResumeRestored(ctx context.Context, act enforcement.Act, c ground.Change, s ground.Resumption) error {
	return r.Life.Resume(ctx, act, c, s, moveResumeRestored, ground.MoveConfirm)
}

// Reaffirm confirms one listing in force that was decided before a restoration and is
// unconfirmed since: it is shown again when the hold has ended. The court says why: that
// the lost time held no end of it. Many are confirmed in one act by package restore.
func (r *Listings) Reaffirm(ctx context.Context, act enforcement.Act, c ground.Change, s ground.Resumption) error {
	return r.Life.Resume(ctx, act, c, s, ground.MoveReaffirm)
}

// OpenCorrection records that data of a listing were found inaccurate; three
// working days to correct them begin (Art. 9).
func (r *Listings) OpenCorrection(ctx context.Context, act enforcement.Act, c ground.Change, foundOn day.Day) error {
	return r.Life.Do(ctx, act, c, ground.Given{"found_on": foundOn}, func(_ context.Context, _ *pg.Tx, t *ground.Turn[Listing]) error {
		t.Set("correcting_since", foundOn)
		t.Event.Day = foundOn
		return nil
	}, moveOpenCorrection)
}

// Correct replaces inaccurate data of the subject for the actor's court and sends the
// corrected copy to every holder; other owners who have cases of the subject are asked. A
// correction never changes identity: kind, number, or a name beyond spelling, by what was
// decided ([party.Identity.Corrects]), is a revocation and a new draft. A birth day that makes
// a minor of the subject is taken, and suspends in the same act everything that burdens the
// subject.
func (r *Listings) Correct(ctx context.Context, act enforcement.Act, c ground.Change, corrected party.Identity) error {
	return r.Life.Do(ctx, act, c, nil, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Listing]) error {
		t.Set("correcting_since", nil)
		old, err := r.Parties.OpenIdentity(t.Subject, t.Case.envelope, t.Case.sealed)
		if err != nil {
			return err
		}
		corrected.OverrideBy = old.OverrideBy
		checked, _, err := corrected.Check(act)
		if err != nil {
			return err
		}
		t.Event.RefersTo = enforcement.NewID()
		if err := t.CarryFirst(ctx, tx); err != nil {
			return err
		}
		if err := r.Grounds.Correct(ctx, tx, act, t.Event.RefersTo, t.Subject, checked, t.ID); err != nil {
			return err
		}
		return r.Grounds.SuspendIfMinor(ctx, tx, act, t.Subject, checked)
	}, moveCorrect)
}
