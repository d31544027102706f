package enforcement

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

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
	LegalRepresentative Capacity = "legal-representative"
	Principal           Capacity = "principal"
	ResponsiblePerson   Capacity = "responsible-person"
	Controller          Capacity = "controller"
)

// NewListing is what a judge or clerk drafts.
type NewListing struct {
	Case     ID
	Subject  ID
	Capacity Capacity
	Conducts []Conduct
	Facts    Facts
}

// DraftListing enters a draft: it restrains nobody.
func (r *Register) DraftListing(ctx context.Context, act Act, n NewListing) (ID, error) {
	if err := act.check(Clerk, Judge, System); err != nil {
		return ID{}, err
	}
	if n.Capacity != Debtor {
		return ID{}, refuse("listing.functionary", "capacity", string(n.Capacity))
	}
	if n.Facts.Conduct == "" || n.Facts.Obligation == "" {
		return ID{}, refuse("listing.facts")
	}
	conducts := slices.Compact(slices.Sorted(slices.Values(n.Conducts)))
	if len(conducts) == 0 || conducts[0] < AbleButRefuses || conducts[len(conducts)-1] > RefusesSettlement {
		return ID{}, refuse("listing.conduct")
	}
	facts, err := json.Marshal(n.Facts)
	if err != nil {
		return ID{}, fmt.Errorf("write the facts of a listing: %w", err)
	}
	id := NewID()
	d, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		l := Listing{ID: id, Case: n.Case, Subject: n.Subject}
		identity, err := r.draftParties(ctx, tx, act, &l)
		if err != nil {
			return nil, err
		}
		if err := checkAge(identity, r.Today(act.At)); err != nil {
			return nil, err
		}
		sealed, err := r.sealUnder(l.Subject, l.envelope, "facts", facts)
		if err != nil {
			return nil, err
		}
		err = enterGround(ctx, tx, newGround{id: id, kind: memoranda.OnListing, listType: ListType, subject: l.Subject, owner: l.Court, executionCase: l.Case})
		if err != nil {
			return nil, err
		}
		err = tx.Pgx(func(p pgx.Tx) error {
			_, err = p.Exec(ctx, `INSERT INTO listing (id, court_id, case_id, subject_id, state, conducts, facts, drafted_by) VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7)`,
				id, l.Court, l.Case, l.Subject, conducts, sealed, act.Actor.ID)
			if err != nil {
				return fmt.Errorf("draft listing %s: %w", id, err)
			}
			return nil
		})
		return &event{Kind: EventDrafted, Subject: l.Subject, Ground: id, Day: r.Today(act.At), LegalBasis: "法释〔2017〕7号 Art. 1"}, err
	})
	return d.ground, err
}

// draftParties fills in the court of the case and opens the subject.
func (r *Register) draftParties(ctx context.Context, tx *pg.Tx, act Act, l *Listing) (Identity, error) {
	err := tx.Pgx(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, `SELECT c.court_id, s.kind::text, s.envelope, s.sealed FROM execution_case c, subject s WHERE c.id = $1 AND s.id = $2`, l.Case, l.Subject)
		if err != nil {
			return err
		}
		_, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (struct{}, error) {
			return struct{}{}, row.Scan(&l.Court, &l.subjectKind, &l.envelope, &l.sealed)
		})
		return err
	})
	if err != nil {
		return Identity{}, notFound(err, "read the parties of a draft")
	}
	if err := act.ofOwner(l.Court); err != nil {
		return Identity{}, err
	}
	return r.openIdentity(l.Subject, l.envelope, l.sealed)
}

// Notice is the execution notice of the case.
type Notice struct {
	ServedOn day.Day
	// RiskWarning says that the notice carries the warning about listing.
	RiskWarning bool
	// Document is the notice itself; only its keyed hash is kept here.
	Document []byte
}

// Warn records the execution notice; without the risk warning it is refused
// (Art. 5 ¶1).
func (r *Register) Warn(ctx context.Context, act Act, c Change, n Notice) error {
	given := Given{"risk_warning": n.RiskWarning, "served_on": n.ServedOn}
	return r.listings.Do(ctx, act, c, given, func(_ context.Context, _ *pg.Tx, t *Turn[Listing]) error {
		t.Set("risk_warning", true, "notice_served_on", n.ServedOn)
		t.Event.DocumentHash = r.vault.DocumentHash(n.Document)
		return nil
	}, MoveWarn)
}

// Apply records the creditor's written application and starts the court's 15
// calendar days (Art. 5 ¶2). Within six months of a deletion that the creditor
// asked for it is refused (Art. 10 ¶4).
func (r *Register) Apply(ctx context.Context, act Act, c Change, receivedOn day.Day) error {
	return r.listings.Do(ctx, act, c, Given{"received_on": receivedOn}, func(ctx context.Context, tx *pg.Tx, t *Turn[Listing]) error {
		t.Set("applied_on", receivedOn)
		t.Event.Day = receivedOn
		return r.checkRelistBar(ctx, tx, t.Case, receivedOn)
	}, MoveApply)
}

func (r *Register) checkRelistBar(ctx context.Context, tx *pg.Tx, l Listing, receivedOn day.Day) error {
	var deleted day.Day
	err := tx.Pgx(func(p pgx.Tx) error {
		return p.QueryRow(ctx, `SELECT max(ended_on) FROM listing WHERE case_id = $1 AND subject_id = $2 AND creditor_withdrew`, l.Case, l.Subject).Scan(&deleted)
	})
	if err != nil {
		return fmt.Errorf("look for a deletion at the creditor's request: %w", err)
	}
	if deleted.IsZero() {
		return nil
	}
	bar := r.calendar.Add(deleted, calendar.Period{Value: relistBarMonths, Unit: calendar.Months, Source: "法释〔2017〕7号 Art. 10 ¶4"})
	if receivedOn <= bar.Day {
		return refuse("listing.relist-bar", "until", bar.Day.String())
	}
	return nil
}

// RefuseApplication refuses the creditor's application, with reasons.
func (r *Register) RefuseApplication(ctx context.Context, act Act, c Change, reasons string) error {
	return r.listings.Do(ctx, act, c, Given{"reasons": reasons}, func(_ context.Context, _ *pg.Tx, t *Turn[Listing]) error {
		sealed, err := t.Seal("reasons", reasons)
		t.Set("end_reasons", sealed)
		t.Event.DocumentHash = r.vault.DocumentHash([]byte(reasons))
		return err
	}, MoveRefuse)
}

// Abandon gives a listing up before publication; any state before it allows it.
func (r *Register) Abandon(ctx context.Context, act Act, c Change, reason AbandonReason) error {
	return r.listings.Do(ctx, act, c, Given{"reason": string(reason)}, func(_ context.Context, _ *pg.Tx, t *Turn[Listing]) error {
		t.Event.Reason = string(reason)
		return nil
	}, MoveAbandon)
}
