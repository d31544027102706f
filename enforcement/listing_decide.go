package enforcement

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Decision is what a judge proposes and the court's president signs.
type Decision struct {
	Number  string
	Reasons string
	// TermUntil is the last day of the term; none for ground 1 alone (Art. 2).
	TermUntil day.Day
	// GraceMonths is 0 for none, or 1 to 3 (法发〔2019〕35号 item 15).
	GraceMonths int
}

// Propose lays a decision before the president.
func (r *Register) Propose(ctx context.Context, act Act, c Change, d Decision) error {
	given := Given{"reasons": d.Reasons, "number": d.Number, "term_until": d.TermUntil, "grace_months": d.GraceMonths}
	return r.listings.Do(ctx, act, c, given, func(_ context.Context, _ *pg.Tx, t *Turn[Listing]) error {
		if err := checkTerm(t.Case, d.TermUntil, t.Today); err != nil {
			return err
		}
		sealed, err := t.Seal("reasons", d.Reasons)
		t.Set("decision_number", d.Number, "reasons", sealed, "term_until", d.TermUntil, "grace_months", d.GraceMonths, "proposed_by", act.Actor.ID)
		t.Event.DocumentHash = r.vault.DocumentHash([]byte(d.Reasons))
		return err
	}, MovePropose)
}

// checkTerm holds Art. 2: ground 1 alone has no term, every other listing one of
// at most two years from the decision.
func checkTerm(l Listing, until, decided day.Day) error {
	fixed := !slices.Equal(l.Conducts, []Conduct{AbleButRefuses})
	if fixed == until.IsZero() {
		return refuse("decision.term", "max", decided.AddYears(termYears).String())
	}
	if fixed && (until <= decided || until > decided.AddYears(termYears)) {
		return refuse("decision.term", "max", decided.AddYears(termYears).String())
	}
	return nil
}

// Sign makes the decision: by the president of the court, after the checks of
// age and exclusion on the day of decision (Art. 3–5).
func (r *Register) Sign(ctx context.Context, act Act, c Change) error {
	return r.listings.Do(ctx, act, c, nil, func(ctx context.Context, tx *pg.Tx, t *Turn[Listing]) error {
		l := &t.Case
		if err := checkTerm(*l, l.TermUntil, t.Today); err != nil {
			return err
		}
		if err := r.barred(ctx, tx, l, t.Today); err != nil {
			return err
		}
		t.Set("signed_by", act.Actor.ID, "signer_role", President, "decided_on", t.Today)
		return t.Decide(ctx, tx, l.DecisionNumber, l.TermUntil)
	}, MoveSign)
}

// barred refuses whom no decision may list on a day: by age, and by recorded facts.
func (r *Register) barred(ctx context.Context, tx *pg.Tx, l *Listing, today day.Day) error {
	open, err := openExclusions(ctx, tx, []ID{l.ID})
	if err != nil {
		return err
	}
	return r.mayBeListed(l, open[l.ID], today)
}

func (r *Register) mayBeListed(l *Listing, open []ExclusionKind, today day.Day) error {
	identity, err := r.openIdentity(l.Subject, l.envelope, l.sealed)
	if err != nil {
		return err
	}
	if err := checkAge(identity, today); err != nil {
		return err
	}
	return excluded(l, open)
}

// Serve records service; where the decision grants a period of grace, it begins.
func (r *Register) Serve(ctx context.Context, act Act, c Change, s Service) error {
	decided := func(l *Listing) day.Day { return l.DecidedOn }
	return r.listings.serve(ctx, act, c, s, decided, func(t *Turn[Listing], served day.Day) {
		if months := t.Case.GraceMonths; months > 0 {
			t.Next = t.Move.Or
			t.Set("grace_until", r.calendar.Add(served, calendar.Period{Value: months, Unit: calendar.Months, Source: "法发〔2019〕35号 item 15"}).Day)
		}
	})
}

// ExclusionKind is a fact that forbids a listing while it stands.
type ExclusionKind string

// Art. 3 of 法释〔2017〕7号, and item 16 of 法发〔2019〕35号.
const (
	SecurityGiven     ExclusionKind = "security-given"
	AssetsSuffice     ExclusionKind = "assets-suffice"
	NotYetLiable      ExclusionKind = "not-yet-liable"
	NotAble           ExclusionKind = "not-able"
	CreditorAsksNot   ExclusionKind = "creditor-asks-not-to"
	CampusLoanStudent ExclusionKind = "campus-loan-student"
)

// excludes maps each fact to the grounds it bars. That a student's case bars
// every ground is our reading of "as a rule neither" (docs/open-questions.md).
var excludes = map[ExclusionKind][]Conduct{
	SecurityGiven:     {AbleButRefuses},
	AssetsSuffice:     {AbleButRefuses, RefusesSettlement},
	NotYetLiable:      {AbleButRefuses},
	NotAble:           {AbleButRefuses},
	CreditorAsksNot:   {AbleButRefuses, RefusesSettlement},
	CampusLoanStudent: {AbleButRefuses, ObstructsByForce, EvadesBySham, BreachesReporting, BreachesOrder, RefusesSettlement},
}

// OpenExclusion records a fact that forbids the listing until it is closed.
func (r *Register) OpenExclusion(ctx context.Context, act Act, listing ID, kind ExclusionKind, on day.Day) (ID, error) {
	if err := act.check(Clerk, Judge, President); err != nil {
		return ID{}, err
	}
	if _, ok := excludes[kind]; !ok {
		return ID{}, refuse("exclusion.kind")
	}
	if on.IsZero() || on > r.Today(act.At) {
		return ID{}, refuse("exclusion.period")
	}
	id := NewID()
	d, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		l, err := r.listings.lockOwn(ctx, tx, act, Change{Ground: listing})
		if err != nil {
			return nil, err
		}
		err = tx.Pgx(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `INSERT INTO exclusion_fact (id, listing_id, kind, opened_on) VALUES ($1, $2, $3::text::exclusion_kind, $4::date)`, id, listing, kind, on)
			return err
		})
		return &event{Kind: EventExclusionOpened, Subject: l.Subject, Ground: l.ID, RefersTo: id, Reason: string(kind), Day: on, LegalBasis: "法释〔2017〕7号 Art. 3"}, err
	})
	return d.refersTo, err
}

// CloseExclusion records that the fact no longer stands.
func (r *Register) CloseExclusion(ctx context.Context, act Act, id ID, on day.Day) error {
	if err := act.check(Judge, President); err != nil {
		return err
	}
	if on.IsZero() || on > r.Today(act.At) {
		return refuse("exclusion.period")
	}
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		e := &event{Kind: EventExclusionClosed, RefersTo: id, Day: on, LegalBasis: "法释〔2017〕7号 Art. 3"}
		err := tx.Pgx(func(p pgx.Tx) error {
			return p.QueryRow(ctx, `UPDATE exclusion_fact SET closed_on = $2::date FROM listing l
				WHERE exclusion_fact.id = $1 AND closed_on IS NULL AND l.id = listing_id AND l.court_id = $3 RETURNING l.id, l.subject_id`,
				id, on, act.Actor.Organisation).Scan(&e.Ground, &e.Subject)
		})
		return e, notFound(err, "close an exclusion")
	})
	return err
}

// excluded refuses while a recorded fact bars a ground of the listing.
func excluded(l *Listing, open []ExclusionKind) error {
	for _, k := range open {
		if hasConduct(l, excludes[k]...) {
			return refuse("listing.excluded", "because", string(k))
		}
	}
	return nil
}

func openExclusions(ctx context.Context, tx *pg.Tx, listings []ID) (map[ID][]ExclusionKind, error) {
	open := map[ID][]ExclusionKind{}
	err := tx.Pgx(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, `SELECT listing_id, kind::text FROM exclusion_fact WHERE listing_id = ANY($1) AND closed_on IS NULL ORDER BY kind`, listings)
		if err != nil {
			return err
		}
		var id ID
		var kind ExclusionKind
		_, err = pgx.ForEachRow(rows, []any{&id, &kind}, func() error {
			open[id] = append(open[id], kind)
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the exclusions of %d listings: %w", len(listings), err)
	}
	return open, nil
}
