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
		if err := r.checkAge(identity, r.Today(act.At)); err != nil {
			return nil, err
		}
		sealed, err := r.sealFor(l, "facts", facts)
		if err != nil {
			return nil, err
		}
		err = tx.Pgx(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `INSERT INTO ground (id, kind, list_type, subject_id, organisation_id, case_id) VALUES ($1, 'listing', $2, $3, $4, $5)`,
				id, ListType, l.Subject, l.Court, l.Case)
			if err != nil {
				return fmt.Errorf("enter ground %s: %w", id, err)
			}
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
	if err := act.ofCourt(l.Court); err != nil {
		return Identity{}, err
	}
	return r.openIdentity(l.Subject, l.envelope, l.sealed)
}

// checkAge refuses a natural person under 18 on the day (Art. 4).
func (r *Register) checkAge(identity Identity, on day.Day) error {
	if identity.Kind == memoranda.NaturalPerson && !calendar.Adult(identity.Birth, on) {
		return refuse("listing.minor", "on", on.String())
	}
	return nil
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
	if err := act.check(Clerk, Judge, System); err != nil {
		return err
	}
	if !n.RiskWarning {
		return refuse("notice.risk-warning")
	}
	if n.ServedOn.IsZero() || n.ServedOn > r.Today(act.At) {
		return refuse("notice.date")
	}
	return r.change(ctx, act, c, MoveWarn, func(ctx context.Context, tx *pg.Tx, l Listing, next ListingState) (*event, error) {
		err := set(ctx, tx, l, next, `risk_warning = true, notice_served_on = $4::date`, n.ServedOn)
		return &event{Kind: EventWarned, DocumentHash: r.vault.DocumentHash(n.Document), LegalBasis: "法释〔2017〕7号 Art. 5 ¶1"}, err
	})
}

// Apply records the creditor's written application and starts the court's 15
// calendar days (Art. 5 ¶2). Within six months of a deletion that the creditor
// asked for it is refused (Art. 10 ¶4).
func (r *Register) Apply(ctx context.Context, act Act, c Change, receivedOn day.Day) error {
	if err := act.check(Clerk, Judge, System); err != nil {
		return err
	}
	if receivedOn.IsZero() || receivedOn > r.Today(act.At) {
		return refuse("application.date")
	}
	return r.change(ctx, act, c, MoveApply, func(ctx context.Context, tx *pg.Tx, l Listing, next ListingState) (*event, error) {
		if err := r.checkRelistBar(ctx, tx, l, receivedOn); err != nil {
			return nil, err
		}
		if err := r.startClock(ctx, tx, l.Court, l.ID, receivedOn, termDecideApplication); err != nil {
			return nil, err
		}
		return &event{Kind: EventApplied, Day: receivedOn, LegalBasis: "法释〔2017〕7号 Art. 5 ¶2"}, set(ctx, tx, l, next, `applied_on = $4::date`, receivedOn)
	})
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
	if err := act.check(Judge, President); err != nil {
		return err
	}
	if reasons == "" {
		return refuse("decision.reasons")
	}
	return r.change(ctx, act, c, MoveRefuse, func(ctx context.Context, tx *pg.Tx, l Listing, next ListingState) (*event, error) {
		sealed, err := r.sealFor(l, "reasons", []byte(reasons))
		if err != nil {
			return nil, err
		}
		if err := endGround(ctx, tx, l.ID, r.Today(act.At)); err != nil {
			return nil, err
		}
		if err := stopClocks(ctx, tx, l.ID, r.Today(act.At)); err != nil {
			return nil, err
		}
		return &event{Kind: EventRefused, LegalBasis: "法释〔2017〕7号 Art. 5 ¶2", DocumentHash: r.vault.DocumentHash([]byte(reasons))},
			set(ctx, tx, l, next, `end_reasons = $4, ended_on = $5::date`, sealed, r.Today(act.At))
	})
}

// AbandonReason is why a listing was given up before publication.
type AbandonReason string

// The reasons to abandon.
const (
	Performed   AbandonReason = "performed"
	Minor       AbandonReason = "minor"
	Dead        AbandonReason = "dead"
	WrongPerson AbandonReason = "wrong-person"
	Excluded    AbandonReason = "excluded"
)

// Abandon gives a listing up before publication; any state before it allows it.
func (r *Register) Abandon(ctx context.Context, act Act, c Change, reason AbandonReason) error {
	if err := act.check(Clerk, Judge, President, System); err != nil {
		return err
	}
	if !slices.Contains([]AbandonReason{Performed, Minor, Dead, WrongPerson, Excluded}, reason) {
		return refuse("abandon.reason")
	}
	return r.change(ctx, act, c, MoveAbandon, func(ctx context.Context, tx *pg.Tx, l Listing, next ListingState) (*event, error) {
		today := r.Today(act.At)
		if err := endGround(ctx, tx, l.ID, today); err != nil {
			return nil, err
		}
		if err := stopClocks(ctx, tx, l.ID, today); err != nil {
			return nil, err
		}
		if err := closeTasks(ctx, tx, l.ID, today); err != nil {
			return nil, err
		}
		return &event{Kind: EventAbandoned, Reason: string(reason), LegalBasis: "法发〔2019〕35号 item 15"},
			set(ctx, tx, l, next, `ended_on = $4::date`, today)
	})
}

func endGround(ctx context.Context, tx *pg.Tx, id ID, on day.Day) error {
	return tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE ground SET state = 'ended', ended_on = $2::date WHERE id = $1 AND state <> 'ended'`, id, on)
		if err != nil {
			return fmt.Errorf("end ground %s: %w", id, err)
		}
		return nil
	})
}
