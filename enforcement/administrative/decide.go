package administrative

import (
	"context"
	"slices"
	"strings"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/plan"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Decision is what a reviewer of the list owner decides.
type Decision struct {
	Number  string
	Reasons string
	// Bases are slugs among the bases of the list type and of the listing's grounds;
	// none means all of those in force.
	Bases []string
	// TermUntil is the last day. It may be left out where the list type's own term
	// sets it, or where the listing stands until its reason ends.
	TermUntil day.Day
	// RemovalConditions are conditions and procedure of removal; Remedies what the
	// subject can do against the decision. Both must be there (49号 items 7, 8).
	RemovalConditions string
	Remedies          string
	// Paper is the text of the decision.
	Paper paper.Given
}

// Decide makes the decision: by a reviewer who did not draft it, when the window is
// over and everything that was stated is answered; never longer than the list type
// allows.
func (r *Administrative) Decide(ctx context.Context, act enforcement.Act, c ground.Change, d Decision) error {
	given := ground.Given{"reasons": d.Reasons, "number": d.Number, "removal_conditions": d.RemovalConditions, "remedies": d.Remedies, ground.FieldDocument: d.Paper}
	return r.Life.Do(ctx, act, c, given, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Listing]) error {
		return r.decideAdministrative(ctx, tx, t, d)
	}, moveDecide)
}

func (r *Administrative) decideAdministrative(ctx context.Context, tx *pg.Tx, t *ground.Turn[Listing], d Decision) error {
	l, today := &t.Case, t.Today
	if err := enforcement.Public("number", d.Number); err != nil { // everybody reads it
		return err
	}
	list, err := r.punishList(l.ListType)
	if err != nil {
		return err
	}
	if err := r.checkPowers(ctx, tx, list, l.Organisation, l.subjectKind, today); err != nil {
		return err
	}
	if err := r.checkAdministrativeAge(l, today); err != nil {
		return err
	}
	basis, err := r.citedBasis(list, l.Grounds, d.Bases, today)
	if err != nil {
		return err
	}
	rule := r.termOf(list, l.Grounds, today)
	until, limit, err := rule.until(d.TermUntil, today)
	if err != nil {
		return err
	}
	publication := memoranda.NoPublication // what no rule makes public is not shown
	if list.Publication != nil {
		publication = list.Publication.Rule
	}
	for _, text := range []struct{ column, field, plain string }{
		{"reasons", "administrative-reasons", d.Reasons}, {"removal_conditions", "removal-conditions", d.RemovalConditions}, {"remedies", "remedies", d.Remedies},
	} {
		sealed, err := t.Seal(text.field, text.plain)
		if err != nil {
			return err
		}
		t.Set(text.column, sealed)
	}
	t.Set("decision_number", t.Said("number"), "basis", basis, "decided_by", t.Act.Actor.ID, "signer_role", t.Act.Actor.Role, "decided_on", today,
		"serious", list.Serious, "footing_kind", r.Plans.FootingKind(list, today), "list_region", list.Region, "publication", publication,
		"open_term", rule.open, "term_until", until, "term_limit", limit)
	t.Event.Until, t.Event.LegalBasis = until, basis
	t.Decide(tx, t.Said("number"), until)
	return nil
}

// until returns the last day that a decision states, or that the rule gives, and
// the latest lawful one.
func (rule termRule) until(stated, decided day.Day) (until, limit day.Day, err error) {
	limit = rule.limit
	if stated.IsZero() && rule.known {
		return limit, limit, nil
	}
	if rule.open && limit.IsZero() { // the decision states an end all the same
		limit = stated
	}
	if stated <= decided || stated > limit {
		return 0, 0, enforcement.Refuse("list.term", "max", limit.String())
	}
	return stated, limit, nil
}

// citedBasis writes the bases that a decision cites: each must be one of the list
// type's, or of a ground's, and in force.
func (r *Administrative) citedBasis(t *memoranda.ListType, grounds, named []string, on day.Day) (string, error) {
	from := slices.Clone(t.Bases)
	for _, g := range grounds {
		if circumstance := t.ListGround(g); circumstance != nil && circumstance.Place != nil {
			from = append(from, *circumstance.Place)
		}
	}
	var cited []string
	used := map[string]bool{}
	for _, one := range from {
		if plan.Citable(r.Plans.Catalogue().Basis(one.Basis), on) && (len(named) == 0 || slices.Contains(named, one.Basis)) {
			used[one.Basis] = true
			cited = append(cited, r.Plans.Cite(one))
		}
	}
	for _, slug := range named {
		if !used[slug] {
			return "", enforcement.Refuse("decision.basis", "basis", slug)
		}
	}
	return strings.Join(slices.Compact(cited), "; "), nil
}

// Serve records service of the decision, with the repair notice among its enclosures;
// without service nothing is published.
func (r *Administrative) Serve(ctx context.Context, act enforcement.Act, c ground.Change, s ground.Service) error {
	decided := func(l *Listing) day.Day { return l.DecidedOn }
	return r.Life.Serve(ctx, act, c, s, decided, func(*ground.Turn[Listing], day.Day) {})
}
