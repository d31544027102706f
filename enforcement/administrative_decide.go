package enforcement

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// AdministrativeDecision is what a reviewer of the list owner decides.
type AdministrativeDecision struct {
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
}

// DecideAdministrative makes the decision: by a reviewer who did not draft it,
// when the window is over and everything that was stated is answered; never
// longer than the list type allows.
func (r *Register) DecideAdministrative(ctx context.Context, act Act, c Change, d AdministrativeDecision) error {
	if err := act.check(ofOwners...); err != nil {
		return err
	}
	switch {
	case act.Actor.Role != DepartmentReviewer:
		return refuse("decision.signer", "role", string(act.Actor.Role))
	case d.Reasons == "":
		return refuse("decision.reasons")
	case d.Number == "":
		return refuse("decision.number")
	case d.RemovalConditions == "":
		return refuse("decision.remedies", "missing", "removal-conditions")
	case d.Remedies == "":
		return refuse("decision.remedies", "missing", "remedies")
	}
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		l, err := lockAdministrative(ctx, tx, act, c)
		if err != nil {
			return nil, err
		}
		if l.State == AdministrativeStated {
			return nil, refuse("statement.unanswered")
		}
		next, err := l.State.After(MoveDecide)
		if err != nil {
			return nil, err
		}
		e, err := r.decideAdministrative(ctx, tx, act, l, next, d)
		if err != nil {
			return nil, err
		}
		e.Subject, e.Ground = l.Subject, l.ID
		return e, nil
	})
	return err
}

func (r *Register) decideAdministrative(ctx context.Context, tx *pg.Tx, act Act, l AdministrativeListing, next AdministrativeState, d AdministrativeDecision) (*event, error) {
	today := r.Today(act.At)
	t, err := r.punishList(l.ListType)
	if err != nil {
		return nil, err
	}
	switch {
	case act.Actor.ID == l.draftedBy:
		return nil, refuse("decision.second-person")
	case today <= l.WindowUntil:
		return nil, refuse("window.running", "until", l.WindowUntil.String())
	}
	if err := r.checkPowers(ctx, tx, t, l.Organisation, l.subjectKind, today); err != nil {
		return nil, err
	}
	if err := r.checkAdministrativeAge(l, today); err != nil {
		return nil, err
	}
	basis, err := r.citedBasis(t, l.Grounds, d.Bases, today)
	if err != nil {
		return nil, err
	}
	rule := r.termOf(t, l.Grounds, today)
	until, limit, err := rule.until(d.TermUntil, today)
	if err != nil {
		return nil, err
	}
	publication := memoranda.NoPublication // what no rule makes public is not shown
	if t.Publication != nil {
		publication = t.Publication.Rule
	}
	sealed, err := r.sealDecision(l, d)
	if err != nil {
		return nil, err
	}
	if err := r.enterAdministrativeDecision(ctx, tx, act, l, d.Number, until); err != nil {
		return nil, err
	}
	return &event{Kind: EventAdministrativeDecided, Day: today, Until: until, LegalBasis: basis, DocumentHash: r.vault.DocumentHash([]byte(d.Reasons))},
		setAdministrative(ctx, tx, l, next, `decision_number = $4, reasons = $5, removal_conditions = $6, remedies = $7, basis = $8, decided_by = $9, signer_role = $10,
			decided_on = $11::date, serious = $12, footing_kind = $13, list_region = $14, publication = $15, open_term = $16, term_until = $17::date, term_limit = $18::date`,
			d.Number, sealed[0], sealed[1], sealed[2], basis, act.Actor.ID, act.Actor.Role,
			today, t.Serious, r.footingKind(t, today), t.Region, publication, rule.open, until, limit)
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
		return 0, 0, refuse("list.term", "max", limit.String())
	}
	return stated, limit, nil
}

// citedBasis writes the bases that a decision cites: each must be one of the list
// type's, or of a ground's, and in force.
func (r *Register) citedBasis(t *memoranda.ListType, grounds, named []string, on day.Day) (string, error) {
	from := slices.Clone(t.Bases)
	for _, g := range grounds {
		if ground := t.ListGround(g); ground != nil && ground.Place != nil {
			from = append(from, *ground.Place)
		}
	}
	var cited []string
	used := map[string]bool{}
	for _, one := range from {
		if citable(r.Catalogue().Basis(one.Basis), on) && (len(named) == 0 || slices.Contains(named, one.Basis)) {
			used[one.Basis] = true
			cited = append(cited, r.cite(one))
		}
	}
	for _, slug := range named {
		if !used[slug] {
			return "", refuse("decision.basis", "basis", slug)
		}
	}
	return strings.Join(slices.Compact(cited), "; "), nil
}

func (r *Register) sealDecision(l AdministrativeListing, d AdministrativeDecision) (sealed [3][]byte, err error) {
	for i, text := range []struct{ field, plain string }{
		{"administrative-reasons", d.Reasons}, {"removal-conditions", d.RemovalConditions}, {"remedies", d.Remedies},
	} {
		if sealed[i], err = r.sealAdministrative(l, text.field, text.plain); err != nil {
			return sealed, err
		}
	}
	return sealed, nil
}

// enterAdministrativeDecision closes what ran before the decision and says it of
// the ground.
func (r *Register) enterAdministrativeDecision(ctx context.Context, tx *pg.Tx, act Act, l AdministrativeListing, number string, until day.Day) error {
	today := r.Today(act.At)
	if err := stopClocks(ctx, tx, l.ID, today); err != nil {
		return err
	}
	if err := r.startClock(ctx, tx, l.Organisation, l.ID, today, termStartService); err != nil {
		return err
	}
	return tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE ground SET reference = $2, decided_on = $3::date, valid_until = $4::date WHERE id = $1`, l.ID, number, today, until)
		if err != nil {
			return fmt.Errorf("enter the decision of ground %s: %w", l.ID, err)
		}
		return nil
	})
}

// ServeAdministrative records service of the decision, with the repair notice
// among its enclosures (国办发〔2025〕22号); without service nothing is published.
func (r *Register) ServeAdministrative(ctx context.Context, act Act, c Change, s Service) error {
	if err := act.check(ofOwners...); err != nil {
		return err
	}
	if !slices.Contains(manners(), s.Manner) {
		return refuse("service.manner")
	}
	for _, needed := range Enclosures() {
		if !slices.Contains(s.Enclosures, needed) {
			return refuse("service.repair-notice", "missing", needed)
		}
	}
	if s.On.IsZero() || s.On > r.Today(act.At) {
		return refuse("service.date")
	}
	return r.changeAdministrative(ctx, act, c, MoveServe, func(ctx context.Context, tx *pg.Tx, l AdministrativeListing, next AdministrativeState) (*event, error) {
		if s.On < l.DecidedOn {
			return nil, refuse("service.date")
		}
		if err := r.stopClock(ctx, tx, l.Organisation, l.ID, termStartService, r.Today(act.At)); err != nil {
			return nil, err
		}
		served := r.effective(s.Manner, s.On)
		return &event{Kind: EventAdministrativeServed, Day: served, Reason: s.Manner, LegalBasis: noticeBasis, DocumentHash: r.vault.DocumentHash(s.Document)},
			setAdministrative(ctx, tx, l, next, `service_manner = $4, served_on = $5::date, enclosures = $6`, s.Manner, served, s.Enclosures)
	})
}
