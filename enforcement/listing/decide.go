package listing

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/record"
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
func (r *Listings) Propose(ctx context.Context, act enforcement.Act, c ground.Change, d Decision) error {
	given := ground.Given{"reasons": d.Reasons, "number": d.Number, "term_until": d.TermUntil, "grace_months": d.GraceMonths}
	return r.Life.Do(ctx, act, c, given, func(_ context.Context, _ *pg.Tx, t *ground.Turn[Listing]) error {
		if err := CheckTerm(t.Case, d.TermUntil, t.Today); err != nil {
			return err
		}
		sealed, err := t.Seal("reasons", d.Reasons)
		t.Set("decision_number", d.Number, "reasons", sealed, "term_until", d.TermUntil, "grace_months", d.GraceMonths, "proposed_by", act.Actor.ID)
		t.Event.DocumentHash = r.Record.Vault.DocumentHash([]byte(d.Reasons))
		return err
	}, movePropose)
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
// age and exclusion on the day of decision (Art. 3–5).
func (r *Listings) Sign(ctx context.Context, act enforcement.Act, c ground.Change) error {
	return r.Life.Do(ctx, act, c, nil, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Listing]) error {
		l := &t.Case
		if err := CheckTerm(*l, l.TermUntil, t.Today); err != nil {
			return err
		}
		if err := r.barred(ctx, tx, l, t.Today); err != nil {
			return err
		}
		t.Set("signed_by", act.Actor.ID, "signer_role", enforcement.President, "decided_on", t.Today)
		return t.Decide(ctx, tx, l.DecisionNumber, l.TermUntil)
	}, moveSign)
}

// barred refuses whom no decision may list on a day: by age, and by recorded facts.
func (r *Listings) barred(ctx context.Context, tx *pg.Tx, l *Listing, today day.Day) error {
	open, err := openExclusions(ctx, tx, []enforcement.ID{l.ID})
	if err != nil {
		return err
	}
	return r.mayBeListed(l, open[l.ID], today)
}

func (r *Listings) mayBeListed(l *Listing, open []ExclusionKind, today day.Day) error {
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
	return r.Life.Serve(ctx, act, c, s, decided, func(t *ground.Turn[Listing], served day.Day) {
		if months := t.Case.GraceMonths; months > 0 {
			t.Next = t.Move.Or
			t.Set("grace_until", r.Record.Calendar.Add(served, calendar.Period{Value: months, Unit: calendar.Months, Source: "法发〔2019〕35号 item 15"}).Day)
		}
	})
}

// ExclusionKind is a fact that forbids a listing while it stands.
type ExclusionKind string

// Art. 3 of 法释〔2017〕7号, and item 16 of 法发〔2019〕35号.
const (
	SecurityGiven     ExclusionKind = "security-given"
	assetsSuffice     ExclusionKind = "assets-suffice"
	notYetLiable      ExclusionKind = "not-yet-liable"
	notAble           ExclusionKind = "not-able"
	creditorAsksNot   ExclusionKind = "creditor-asks-not-to"
	campusLoanStudent ExclusionKind = "campus-loan-student"
)

// excludes maps each fact to the grounds it bars. That a student's case bars
// every ground is our reading of "as a rule neither" (docs/open-questions.md).
var excludes = map[ExclusionKind][]Conduct{
	SecurityGiven:     {AbleButRefuses},
	assetsSuffice:     {AbleButRefuses, RefusesSettlement},
	notYetLiable:      {AbleButRefuses},
	notAble:           {AbleButRefuses},
	creditorAsksNot:   {AbleButRefuses, RefusesSettlement},
	campusLoanStudent: {AbleButRefuses, ObstructsByForce, EvadesBySham, BreachesReporting, BreachesOrder, RefusesSettlement},
}

// OpenExclusion records a fact that forbids the listing until it is closed.
func (r *Listings) OpenExclusion(ctx context.Context, act enforcement.Act, listing enforcement.ID, kind ExclusionKind, on day.Day) (enforcement.ID, error) {
	if err := act.Check(enforcement.Clerk, enforcement.Judge, enforcement.President); err != nil {
		return enforcement.ID{}, err
	}
	if _, ok := excludes[kind]; !ok {
		return enforcement.ID{}, enforcement.Refuse("exclusion.kind")
	}
	if on.IsZero() || on > r.Record.Today(act.At) {
		return enforcement.ID{}, enforcement.Refuse("exclusion.period")
	}
	id := enforcement.NewID()
	d, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		l, err := r.Life.LockOwn(ctx, tx, act, ground.Change{Ground: listing})
		if err != nil {
			return nil, err
		}
		err = tx.Pgx(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `INSERT INTO exclusion_fact (id, listing_id, kind, opened_on) VALUES ($1, $2, $3::text::exclusion_kind, $4::date)`, id, listing, kind, on)
			return err
		})
		return &record.Event{Kind: eventExclusionOpened, Subject: l.Subject, Ground: l.ID, RefersTo: id, Reason: string(kind), Day: on, LegalBasis: "法释〔2017〕7号 Art. 3"}, err
	})
	return d.RefersTo, err
}

// CloseExclusion records that the fact no longer stands.
func (r *Listings) CloseExclusion(ctx context.Context, act enforcement.Act, id enforcement.ID, on day.Day) error {
	if err := act.Check(enforcement.Judge, enforcement.President); err != nil {
		return err
	}
	if on.IsZero() || on > r.Record.Today(act.At) {
		return enforcement.Refuse("exclusion.period")
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		e := &record.Event{Kind: eventExclusionClosed, RefersTo: id, Day: on, LegalBasis: "法释〔2017〕7号 Art. 3"}
		err := tx.Pgx(func(p pgx.Tx) error {
			return p.QueryRow(ctx, `UPDATE exclusion_fact SET closed_on = $2::date FROM listing l
				WHERE exclusion_fact.id = $1 AND closed_on IS NULL AND l.id = listing_id AND l.court_id = $3 RETURNING l.id, l.subject_id`,
				id, on, act.Actor.Organisation).Scan(&e.Ground, &e.Subject)
		})
		return e, enforcement.NotFound(err, "close an exclusion")
	})
	return err
}

// excluded refuses while a recorded fact bars a ground of the listing.
func excluded(l *Listing, open []ExclusionKind) error {
	for _, k := range open {
		if hasConduct(l, excludes[k]...) {
			return enforcement.Refuse("listing.excluded", "because", string(k))
		}
	}
	return nil
}

func openExclusions(ctx context.Context, tx *pg.Tx, listings []enforcement.ID) (map[enforcement.ID][]ExclusionKind, error) {
	open := map[enforcement.ID][]ExclusionKind{}
	err := tx.Pgx(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, `SELECT listing_id, kind::text FROM exclusion_fact WHERE listing_id = ANY($1) AND closed_on IS NULL ORDER BY kind`, listings)
		if err != nil {
			return err
		}
		var id enforcement.ID
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
