package order

import (
	"context"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Decision is the order as a judge proposes it and the president signs it.
type Decision struct {
	Number  string
	Reasons string
	// Items are what it bans, of [Items]; OtherItems the words of [OtherItem].
	Items      []string
	OtherItems string
	// Consequences are those of a breach, as the order states them (Art. 5).
	Consequences string
	// Factors, of [Factors], and Ability are what was weighed (Art. 2).
	Factors []string
	Ability string
	// ValidUntil is the last day of its period; none: until the duty is performed.
	ValidUntil day.Day
	// AppliedOn is when the creditor's written application came in, which Application proves;
	// none: OwnMotion says why it is necessary without one (Art. 4).
	AppliedOn   day.Day
	Application paper.Given
	OwnMotion   string
	// GraceMonths is 0 for none, or 1 to 3 (法发〔2019〕35号 item 15).
	GraceMonths int
	// Paper is the text of the order; Role proves the role of a unit's person.
	Paper, Role paper.Given
}

// Propose lays an order before the president.
func (r *Orders) Propose(ctx context.Context, act enforcement.Act, c ground.Change, d Decision) error {
	given := ground.Given{
		"reasons": d.Reasons, "number": d.Number, "items": d.Items, "other_items": d.OtherItems, "consequences": d.Consequences, "factors": d.Factors, "ability": d.Ability,
		"valid_until": d.ValidUntil, "received_on": d.AppliedOn, "own_motion_reason": d.OwnMotion, "grace_months": d.GraceMonths,
		ground.FieldDocument: d.Paper, "application": d.Application, "role_document": d.Role,
	}
	return r.Life.Do(ctx, act, c, given, func(_ context.Context, _ *pg.Tx, t *ground.Turn[Order]) error {
		if err := d.fits(&t.Case, t.Today); err != nil {
			return err
		}
		for i, text := range []string{d.OwnMotion, d.Ability, d.OtherItems, d.Consequences, d.Reasons} {
			sealed, err := t.Seal(sealedTexts[i].field, text)
			if err != nil {
				return err
			}
			t.Set(sealedTexts[i].column, sealed)
		}
		t.Set("decision_number", t.Said("number"), "items", d.Items, "factors", d.Factors, "valid_until", d.ValidUntil, "applied_on", d.AppliedOn,
			"grace_months", d.GraceMonths, "proposed_by", act.Actor.ID)
		return nil
	}, movePropose)
}

// fits refuses an order whose content the rule does not know, or that says less than it must.
func (d *Decision) fits(o *Order, today day.Day) error {
	known := func(list, of []string) bool {
		return len(list) > 0 && !slices.ContainsFunc(list, func(one string) bool { return !slices.Contains(of, one) })
	}
	switch {
	case !known(d.Items, Items()), slices.Contains(d.Items, OtherItem) != enforcement.Say(d.OtherItems).Says(1):
		return enforcement.Refuse("order.items")
	case !known(d.Factors, Factors()):
		return enforcement.Refuse("order.factors")
	case !d.ValidUntil.IsZero() && d.ValidUntil <= today:
		return enforcement.Refuse("order.period")
	case d.AppliedOn.IsZero() && !ground.Says(d.OwnMotion):
		return enforcement.Refuse("decision.own-motion")
	case !d.AppliedOn.IsZero() && !ground.Named(d.Application):
		return ground.MissingPaper("application_paper", paper.Application)
	case o.Role != "" && !ground.Named(d.Role):
		return ground.MissingPaper("role_paper", paper.Role)
	}
	return nil
}

// unlisted refuses to record the notice of an order that rests on a listing.
func (o *Order) unlisted(day.Day) error {
	if !o.Listing.IsZero() {
		return enforcement.Refuse("order.listing")
	}
	return nil
}

// unperformed refuses what goes forward against whoever performed.
func (o *Order) unperformed(day.Day) error {
	if o.performed {
		return enforcement.Refuse("listing.performed")
	}
	return nil
}

// grounded refuses an order without what it rests on: the debtor's listing in force, unless
// the court kept the order after it, or the notice's period, which is over (Art. 1).
func (o *Order) grounded(today day.Day) error {
	switch {
	case o.performed:
		return enforcement.Refuse("listing.performed")
	case !o.Listing.IsZero() && !o.listed && o.KeptOn.IsZero():
		return enforcement.Refuse("order.listing")
	case o.Listing.IsZero() && o.Duty != Payment:
		return enforcement.Refuse("order.duty")
	case o.Listing.IsZero() && o.NoticeServedOn.IsZero():
		return enforcement.Refuse("order.notice")
	case o.Listing.IsZero() && today <= o.PerformUntil:
		return enforcement.Refuse("performance.running", "until", o.PerformUntil.String())
	}
	return nil
}

func (r *Orders) signable(o *Order, today day.Day) error {
	if !o.hasReasons || o.proposedBy == "" {
		return enforcement.Refuse("decision.not-proposed")
	}
	return r.mayRestrict(o, today)
}

// mayRestrict refuses whom no order may restrict on a day: without its ground, or a minor.
func (r *Orders) mayRestrict(o *Order, today day.Day) error {
	if err := o.grounded(today); err != nil {
		return err
	}
	identity, err := r.Parties.OpenIdentity(o.Subject, o.envelope, o.sealed)
	if err != nil {
		return err
	}
	return ground.CheckAge(identity, today)
}

// proved refuses to sign what was proposed without the text of the order.
func proved(o *Order, file []paper.Paper) error {
	if _, ok := ground.Filed(file, paper.Decision, o.decisionPaper); !ok {
		return ground.MissingPaper("decision_paper", paper.Decision)
	}
	return nil
}

// Sign makes the order: by the president of the court, over the text that was proposed.
func (r *Orders) Sign(ctx context.Context, act enforcement.Act, c ground.Change) error {
	return r.Life.Do(ctx, act, c, nil, func(_ context.Context, tx *pg.Tx, t *ground.Turn[Order]) error {
		o := &t.Case
		if !o.ValidUntil.IsZero() && o.ValidUntil <= t.Today {
			return enforcement.Refuse("order.period")
		}
		text, _ := t.Filed(paper.Decision, o.decisionPaper) // proved: it is there
		t.Event.DocumentHash = text.Hash
		t.Set("signed_by", act.Actor.ID, "signer_role", enforcement.President, "decided_on", t.Today)
		t.Decide(tx, o.DecisionNumber, o.ValidUntil)
		return nil
	}, moveSign)
}

// Serve records service on the person; where the order grants a period of grace, it begins.
func (r *Orders) Serve(ctx context.Context, act enforcement.Act, c ground.Change, s ground.Service) error {
	decided := func(o *Order) day.Day { return o.DecidedOn }
	return r.Life.Serve(ctx, act, c, s, decided, func(t *ground.Turn[Order], served day.Day) { t.Grace(served, t.Case.GraceMonths) })
}
