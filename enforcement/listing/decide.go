package listing

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Decision is what a judge proposes and the court's president signs.
type Decision struct {
	Number  string
	Reasons string
	// TermUntil is the last day of the term; none for ground 1 alone (Art. 2).
	TermUntil day.Day
	// EarlyReasons say why it is decided before the period for performance is over, on
	// other grounds than the first.
	EarlyReasons string
	// GraceMonths is 0 for none, or 1 to 3 (法发〔2019〕35号 item 15).
	GraceMonths int
	// OwnMotion is why the court lists of its own motion, where the creditor did not apply
	// (法释〔2017〕7号 Art. 5 ¶2); where he did it is not kept.
	OwnMotion string
	// Paper is the text of the decision, which the president signs.
	Paper paper.Given
}

// Propose lays a decision before the president.
func (r *Listings) Propose(ctx context.Context, act enforcement.Act, c ground.Change, d Decision) error {
	given := ground.Given{"reasons": d.Reasons, "number": d.Number, "term_until": d.TermUntil, "grace_months": d.GraceMonths, "own_motion_reason": d.OwnMotion, "early_reasons": d.EarlyReasons, ground.FieldDocument: d.Paper}
	return r.Life.Do(ctx, act, c, given, func(_ context.Context, _ *pg.Tx, t *ground.Turn[Listing]) error {
		if err := CheckTerm(t.Case, d.TermUntil, t.Today); err != nil {
			return err
		}
		if err := t.Case.performing(t.Today, t.Said("early_reasons") != ""); err != nil {
			return err
		}
		if err := ofOwnMotion(t, d.OwnMotion); err != nil {
			return err
		}
		early, err := t.Seal("early-reasons", d.EarlyReasons)
		if err != nil {
			return err
		}
		sealed, err := t.Seal("reasons", d.Reasons)
		t.Set("early_reasons", early, "decision_number", t.Said("number"), "reasons", sealed, "term_until", d.TermUntil, "grace_months", d.GraceMonths, "proposed_by", act.Actor.ID)
		return err
	}, movePropose)
}

// ofOwnMotion has the court say why it lists where no creditor applied: nobody waits six
// months for an application that the court does not need (Art. 10 ¶4).
func ofOwnMotion(t *ground.Turn[Listing], reason string) error {
	if !t.Case.AppliedOn.IsZero() {
		return nil
	}
	if !ground.Says(reason) {
		return enforcement.Refuse("decision.own-motion")
	}
	sealed, err := t.Seal("own-motion-reason", reason)
	t.Set("own_motion_reason", sealed)
	return err
}

// performing refuses a decision while the debtor may still perform: on ground 1 in any
// case, on the others unless it says why it comes early. What a release before recorded
// states no period.
func (l *Listing) performing(today day.Day, early bool) error {
	switch {
	case today > l.PerformUntil:
		return nil
	case hasConduct(l, AbleButRefuses):
		return enforcement.Refuse("performance.running", "until", l.PerformUntil.String())
	case !early:
		return enforcement.Refuse("performance.early", "until", l.PerformUntil.String())
	}
	return nil
}

// CheckTerm holds Art. 2: ground 1 alone has no term, every other listing one of
// at most two years from the decision.
func CheckTerm(l Listing, until, decided day.Day) error {
	fixed := !slices.Equal(l.Conducts, []Conduct{AbleButRefuses})
	if fixed == until.IsZero() {
		return enforcement.Refuse("decision.term", "max", decided.AddYears(TermYears).String())
	}
	if fixed && (until <= decided || until > decided.AddYears(TermYears)) {
		return enforcement.Refuse("decision.term", "max", decided.AddYears(TermYears).String())
	}
	return nil
}

// Sign makes the decision: by the president of the court, after the checks of
// age and exclusion on the day of decision (Art. 3–5). What is signed is the text that was
// proposed: its paper, whose hash the event names. It freezes the public words, and names
// each mark in them that its signer confirms ([Wording.Doubts]).
func (r *Listings) Sign(ctx context.Context, act enforcement.Act, c ground.Change, confirmed ...string) error {
	return r.Life.Do(ctx, act, c, nil, func(_ context.Context, tx *pg.Tx, t *ground.Turn[Listing]) error {
		l := &t.Case
		if err := CheckTerm(*l, l.TermUntil, t.Today); err != nil {
			return err
		}
		words, err := r.publicWords(l, l.known)
		if err != nil {
			return err
		}
		if err := words.confirm(l.known, confirmed); err != nil {
			return err
		}
		sealed, err := sealWords(t, words)
		if err != nil {
			return err
		}
		t.Set("public_words", sealed, "public_marks", append([]string{}, confirmed...))
		text, _ := t.Filed(paper.Decision, l.decisionPaper) // signable: it is there
		t.Event.DocumentHash = text.Hash
		t.Set("signed_by", act.Actor.ID, "signer_role", enforcement.President, "decided_on", t.Today)
		t.Decide(tx, l.DecisionNumber, l.TermUntil)
		return nil
	}, moveSign)
}

// barred refuses whom no decision may list on a day: by age, and by recorded facts.
func (r *Listings) barred(db bun.IDB, id enforcement.ID) ground.Question[Listing] {
	var open []exclusion
	return ground.Question[Listing]{
		Asks:   []pg.Ask{pg.All(openExclusions(db, []enforcement.ID{id}), &open)},
		Refuse: func(l *Listing, today day.Day) error { return r.mayBeListed(l, open, today) },
	}
}

func (r *Listings) mayBeListed(l *Listing, open []exclusion, today day.Day) error {
	identity, err := r.Parties.OpenIdentity(l.Subject, l.envelope, l.sealed)
	if err != nil {
		return err
	}
	if err := ground.CheckAge(identity, today); err != nil {
		return err
	}
	return excluded(l, open)
}

// Serve records service; where the decision grants a period of grace, it begins.
func (r *Listings) Serve(ctx context.Context, act enforcement.Act, c ground.Change, s ground.Service) error {
	decided := func(l *Listing) day.Day { return l.DecidedOn }
	return r.Life.Serve(ctx, act, c, s, decided, func(t *ground.Turn[Listing], served day.Day) { t.Grace(served, t.Case.GraceMonths) })
}
