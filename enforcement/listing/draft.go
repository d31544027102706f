package listing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Capacity is in which capacity somebody stands in an execution case.
type Capacity string

// Only a debtor may be listed; the others of a unit never are for its debt
// (法发〔2019〕35号 item 16).
const (
	Debtor              Capacity = "debtor"
	legalRepresentative Capacity = "legal-representative"
	principal           Capacity = "principal"
	responsiblePerson   Capacity = "responsible-person"
	controller          Capacity = "controller"
)

// NewListing is what a judge or clerk drafts.
type NewListing struct {
	Case     enforcement.ID
	Subject  enforcement.ID
	Capacity Capacity
	Conducts []Conduct
	Facts    Facts
	// Papers are those of the facts, where they come with the draft.
	Papers []ground.Brought
}

// Draft enters a draft: it restrains nobody.
func (r *Listings) Draft(ctx context.Context, act enforcement.Act, n NewListing) (enforcement.ID, error) {
	if err := act.Check(enforcement.Clerk, enforcement.Judge, enforcement.System); err != nil {
		return enforcement.ID{}, err
	}
	if n.Capacity != Debtor {
		return enforcement.ID{}, enforcement.Refuse("listing.functionary", "capacity", string(n.Capacity))
	}
	if n.Facts.Performed == PerformedAll {
		return enforcement.ID{}, enforcement.Refuse("listing.performed")
	}
	if !n.Facts.say() {
		return enforcement.ID{}, enforcement.Refuse("listing.facts")
	}
	conducts := slices.Compact(slices.Sorted(slices.Values(n.Conducts)))
	if len(conducts) == 0 || conducts[0] < AbleButRefuses || conducts[len(conducts)-1] > RefusesSettlement {
		return enforcement.ID{}, enforcement.Refuse("listing.conduct")
	}
	facts, err := json.Marshal(n.Facts)
	if err != nil {
		return enforcement.ID{}, fmt.Errorf("write the facts of a listing: %w", err)
	}
	id := enforcement.NewID()
	d, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		l := Listing{ID: id, Case: n.Case, Subject: n.Subject}
		identity, err := r.draftParties(ctx, tx, act, &l)
		if err != nil {
			return nil, err
		}
		if err := ground.CheckAge(identity, r.Record.Today(act.At)); err != nil {
			return nil, err
		}
		if err := undone(ctx, tx, l.Case, l.Subject); err != nil {
			return nil, err
		}
		sealed, err := r.Record.SealUnder(l.Subject, l.envelope, "facts", facts)
		if err != nil {
			return nil, err
		}
		ground.EnterGround(tx, ground.NewGround{ID: id, Kind: memoranda.OnListing, ListType: plan.ListType, Subject: l.Subject, Owner: l.Court, ExecutionCase: l.Case})
		tx.Later(tx.NewInsert().Model(&row{
			ID: id, Court: l.Court, Case: l.Case, Subject: l.Subject, State: ground.Draft, Conducts: conducts, Facts: sealed, DraftedBy: act.Actor.ID, Rules: ground.RulesProved,
		}).Column(drafted...), "draft listing %s", id)
		if err := r.Grounds.Bring(tx, act, paper.Holder{Ground: id, Subject: l.Subject, Owner: l.Court, Envelope: l.envelope}, n.Papers); err != nil {
			return nil, err
		}
		return &record.Event{Kind: record.EventDrafted, Subject: l.Subject, Ground: id, Day: r.Record.Today(act.At), LegalBasis: "法释〔2017〕7号 Art. 1"}, nil
	})
	return d.Ground, err
}

// draftParties fills in the court of the case and opens the subject.
func (r *Listings) draftParties(ctx context.Context, tx *pg.Tx, act enforcement.Act, l *Listing) (party.Identity, error) {
	err := tx.NewSelect().TableExpr("execution_case AS c, subject AS s").ColumnExpr("c.court_id, s.kind, s.envelope, "+party.SealedOf("c.court_id")).
		Where("c.id = ? AND s.id = ?", l.Case, l.Subject).Scan(ctx, &l.Court, &l.subjectKind, &l.envelope, &l.sealed)
	if err != nil {
		return party.Identity{}, enforcement.NotFound(err, "read the parties of a draft")
	}
	if err := act.OfOwner(l.Court); err != nil {
		return party.Identity{}, err
	}
	return r.Parties.OpenIdentity(l.Subject, l.envelope, l.sealed)
}

// undone refuses a draft against whoever performed in full in the same case.
func undone(ctx context.Context, tx *pg.Tx, execCase, subject enforcement.ID) error {
	done, err := tx.NewSelect().Model((*exclusion)(nil)).ColumnExpr("1").Join("JOIN listing AS o ON o.id = x.listing_id").
		Where("o.case_id = ? AND o.subject_id = ? AND x.kind = ? AND x.closed_on IS NULL", execCase, subject, Performed).Exists(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("look for a performance in case %s: %w", execCase, err)
	case done:
		return enforcement.Refuse("listing.performed")
	}
	return nil
}

// Notice is the execution notice of the case.
type Notice struct {
	ground.ExecutionNotice

	// RiskWarning says that the notice carries the warning about listing.
	RiskWarning bool
}

// Warn records the execution notice; without the risk warning it is refused
// (Art. 5 ¶1), and without the period for performance that it states.
func (r *Listings) Warn(ctx context.Context, act enforcement.Act, c ground.Change, n Notice) error {
	given := n.Given()
	given["risk_warning"] = n.RiskWarning
	return r.Life.Do(ctx, act, c, given, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Listing]) error {
		t.Set("risk_warning", true)
		return t.Notice(ctx, tx, n.ExecutionNotice, party.Noticed{Case: t.Case.Case, FiledOn: t.Case.filedOn})
	}, moveWarn)
}

// Application is the creditor's application.
type Application struct {
	ReceivedOn day.Day
	// Paper is the application itself.
	Paper paper.Given
}

// Apply records the creditor's written application and starts the court's 15
// calendar days (Art. 5 ¶2). Within six months of a deletion that the creditor
// asked for it is refused (Art. 10 ¶4), in whichever case of the chain it was.
func (r *Listings) Apply(ctx context.Context, act enforcement.Act, c ground.Change, a Application) error {
	receivedOn := a.ReceivedOn
	return r.Life.Do(ctx, act, c, ground.Given{"received_on": receivedOn, ground.FieldDocument: a.Paper}, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Listing]) error {
		if receivedOn < t.Case.NoticeServedOn {
			return enforcement.Refuse("application.before-notice", "served", t.Case.NoticeServedOn.String())
		}
		t.Set("applied_on", receivedOn)
		t.Event.Day = receivedOn
		return r.checkRelistBar(ctx, tx, t.Case, receivedOn)
	}, moveApply)
}

func (r *Listings) checkRelistBar(ctx context.Context, tx *pg.Tx, l Listing, receivedOn day.Day) error {
	var deleted day.Day
	chain, err := casesOfChain(ctx, tx, l)
	if err != nil {
		return err
	}
	err = tx.NewSelect().Model((*row)(nil)).ColumnExpr("max(ended_on)").Where("case_id IN (?) AND subject_id = ? AND creditor_withdrew", bun.List(chain), l.Subject).Scan(ctx, &deleted)
	if err != nil {
		return fmt.Errorf("look for a deletion at the creditor's request: %w", err)
	}
	if deleted.IsZero() {
		return nil
	}
	bar := r.Record.Calendar.Add(deleted, calendar.Period{Value: relistBarMonths, Unit: calendar.Months, Source: "法释〔2017〕7号 Art. 10 ¶4"})
	if receivedOn <= bar.Day {
		return enforcement.Refuse("listing.relist-bar", "until", bar.Day.String())
	}
	return nil
}

// RefuseApplication refuses the creditor's application, with reasons; it does not wait for
// the paper of that decision.
func (r *Listings) RefuseApplication(ctx context.Context, act enforcement.Act, c ground.Change, reasons string, decision paper.Given) error {
	return r.Life.Do(ctx, act, c, ground.Given{"reasons": reasons, ground.FieldDocument: decision}, func(_ context.Context, _ *pg.Tx, t *ground.Turn[Listing]) error {
		sealed, err := t.Seal("reasons", reasons)
		t.Set("end_reasons", sealed)
		return err
	}, moveRefuse)
}

// Abandon gives a listing up before publication; any state before it allows it.
func (r *Listings) Abandon(ctx context.Context, act enforcement.Act, c ground.Change, reason ground.AbandonReason) error {
	return r.Life.Do(ctx, act, c, ground.Given{"reason": string(reason)}, func(_ context.Context, tx *pg.Tx, t *ground.Turn[Listing]) error {
		t.Event.Reason = string(reason)
		if reason == ground.Performed {
			performedNow(tx, act, t.ID, t.Today)
		}
		return nil
	}, ground.MoveAbandon)
}
