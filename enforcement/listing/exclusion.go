package listing

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

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
		err = tx.Lend(func(p pgx.Tx) error {
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
		err := tx.Lend(func(p pgx.Tx) error {
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
	err := tx.Lend(func(p pgx.Tx) error {
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
