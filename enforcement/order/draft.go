package order

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda"
)

// NewOrder is what a judge or clerk drafts, against one person.
type NewOrder struct {
	Case    enforcement.ID
	Subject enforcement.ID
	// Debtor is the unit whose person the subject is, with its Role; none: the subject is the
	// debtor.
	Debtor enforcement.ID
	Role   Role
	Duty   Duty
	// Listing is the debtor's listing in force on which it rests (Art. 1 ¶2); none: the period
	// of the execution notice (Art. 1 ¶1), for a duty to pay only.
	Listing enforcement.ID
	// Papers come with the draft, such as the proof of the role.
	Papers []ground.Brought
}

// Draft enters a draft: it restrains nobody.
func (r *Orders) Draft(ctx context.Context, act enforcement.Act, n NewOrder) (enforcement.ID, error) {
	if err := act.Check(enforcement.Clerk, enforcement.Judge); err != nil {
		return enforcement.ID{}, err
	}
	if n.Debtor.IsZero() {
		n.Debtor = n.Subject
	}
	switch {
	case n.Duty != Payment && n.Duty != Act, n.Duty == Act && n.Listing.IsZero():
		return enforcement.ID{}, enforcement.Refuse("order.duty")
	case (n.Role == "") != (n.Debtor == n.Subject), n.Role != "" && !slices.Contains(Roles(), n.Role):
		return enforcement.ID{}, enforcement.Refuse("order.role")
	}
	id := enforcement.NewID()
	d, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		o := Order{ID: id, Case: n.Case, Subject: n.Subject, Debtor: n.Debtor, Role: n.Role, Listing: n.Listing}
		identity, err := r.draftParties(ctx, tx, act, &o)
		if err != nil {
			return nil, err
		}
		today := r.Record.Today(act.At)
		if err := ground.CheckAge(identity, today); err != nil {
			return nil, err
		}
		if o.performed {
			return nil, enforcement.Refuse("listing.performed")
		}
		ground.EnterGround(tx, ground.NewGround{ID: id, Kind: memoranda.OnOrder, ListType: plan.ListType, Subject: o.Subject, Owner: o.Court, ExecutionCase: o.Case})
		tx.Later(tx.NewInsert().Model(&row{
			ID: id, Court: o.Court, Case: o.Case, Subject: o.Subject, Debtor: o.Debtor, State: ground.Draft, Rules: ground.RulesProved, Duty: n.Duty, Listing: o.Listing, Role: o.Role, DraftedBy: act.Actor.ID,
		}).Column(drafted...), "draft order %s", id)
		if err := r.Grounds.Bring(tx, act, paper.Holder{Ground: id, Subject: o.Subject, Owner: o.Court, Envelope: o.envelope}, n.Papers); err != nil {
			return nil, err
		}
		return &record.Event{Kind: eventDrafted, Subject: o.Subject, Ground: id, Day: today, LegalBasis: rule + "Art. 1"}, nil
	})
	return d.Ground, err
}

// draftParties fills in the court of the case, opens the subject, and holds what the draft
// says of the debtor and its listing to the record.
func (r *Orders) draftParties(ctx context.Context, tx *pg.Tx, act enforcement.Act, o *Order) (identity party.Identity, err error) {
	var unit bool
	q := tx.NewSelect().TableExpr("execution_case AS c, subject AS s, subject AS d").ColumnExpr("c.court_id, s.kind, s.envelope, "+party.SealedOf("c.court_id")).
		ColumnExpr("d.kind <> ?", memoranda.NaturalPerson).
		ColumnExpr(performedIn("c.id", "d.id")).
		ColumnExpr(`EXISTS (SELECT FROM listing n WHERE n.id = ? AND n.case_id = c.id AND n.subject_id = d.id
			AND n.state IN ('active', 'extended'))`, bun.NullZero(o.Listing)).
		Where("c.id = ? AND s.id = ? AND d.id = ?", o.Case, o.Subject, o.Debtor)
	if err := q.Scan(ctx, &o.Court, &o.subjectKind, &o.envelope, &o.sealed, &unit, &o.performed, &o.listed); err != nil {
		return identity, enforcement.NotFound(err, "read the parties of a draft")
	}
	if err := act.OfOwner(o.Court); err != nil {
		return identity, err
	}
	if o.Role != "" && (!unit || o.subjectKind != memoranda.NaturalPerson) {
		return identity, enforcement.Refuse("order.role")
	}
	if !o.Listing.IsZero() && !o.listed {
		return identity, enforcement.Refuse("order.listing")
	}
	return r.Parties.OpenIdentity(o.Subject, o.envelope, o.sealed)
}

// Notice records the execution notice on whose period the order rests.
func (r *Orders) Notice(ctx context.Context, act enforcement.Act, c ground.Change, n ground.ExecutionNotice) error {
	return r.Life.Do(ctx, act, c, n.Given(), func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Order]) error {
		return t.Notice(ctx, tx, n, party.Noticed{Case: t.Case.Case, FiledOn: t.Case.filedOn})
	}, moveNotice)
}

// Abandon gives an order up before it holds; any state before that allows it.
func (r *Orders) Abandon(ctx context.Context, act enforcement.Act, c ground.Change, reason ground.AbandonReason) error {
	return r.Life.Do(ctx, act, c, ground.Given{"reason": string(reason)}, func(_ context.Context, _ *pg.Tx, t *ground.Turn[Order]) error {
		t.Set("end_cause", string(reason))
		t.Event.Reason = string(reason)
		return nil
	}, ground.MoveAbandon)
}
