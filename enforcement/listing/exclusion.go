package listing

import (
	"context"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/docket"
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

// exclusion is a fact as it is kept.
type exclusion struct {
	bun.BaseModel `bun:"table:exclusion_fact,alias:x"`

	ID       enforcement.ID `bun:"id,pk"`
	Listing  enforcement.ID `bun:"listing_id"`
	Kind     ExclusionKind  `bun:"kind"`
	OpenedOn day.Day        `bun:"opened_on"`
	ClosedOn day.Day        `bun:"closed_on"`
}

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
		l, err := r.Life.LockOwn(ctx, tx, act, listing)
		if err != nil {
			return nil, err
		}
		tx.Later(tx.NewInsert().Model(&exclusion{ID: id, Listing: listing, Kind: kind, OpenedOn: on}), "open an exclusion")
		if !l.PublishedOn.IsZero() && l.EndedOn.IsZero() {
			docket.OpenTasks(tx, []enforcement.ID{l.ID}, TaskBarred, r.Record.Today(act.At))
		}
		return &record.Event{Kind: eventExclusionOpened, Subject: l.Subject, Ground: l.ID, RefersTo: id, Reason: string(kind), Day: on, LegalBasis: "法释〔2017〕7号 Art. 3"}, nil
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
		err := tx.NewUpdate().Model((*exclusion)(nil)).TableExpr("listing AS l").Set("closed_on = ?", on).Where("x.id = ? AND x.closed_on IS NULL", id).
			Where("l.id = x.listing_id AND l.court_id = ?", pg.Number(act.Actor.Organisation)).Returning("l.id, l.subject_id").Scan(ctx, &e.Ground, &e.Subject)
		return e, enforcement.NotFound(err, "close an exclusion")
	})
	return err
}

// excluded refuses while a recorded fact bars a ground of the listing.
func excluded(l *Listing, open []exclusion) error {
	for _, x := range open {
		if x.Listing == l.ID && hasConduct(l, excludes[x.Kind]...) {
			return enforcement.Refuse("listing.excluded", "because", string(x.Kind))
		}
	}
	return nil
}

// openExclusions asks for the facts that stand against listings.
func openExclusions(db bun.IDB, listings []enforcement.ID) *bun.SelectQuery {
	return db.NewSelect().Model((*exclusion)(nil)).Where("listing_id IN (?) AND closed_on IS NULL", bun.List(listings)).Order("kind")
}
