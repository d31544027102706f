package listing

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
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

// Performed says that the obligation is performed in full. It bars every ground, and after
// publication it is to be deleted, or may be (法释〔2017〕7号 Art. 10 ¶1 (1), Art. 2 ¶2).
const Performed ExclusionKind = "performed"

// exclusion is a fact as it is kept.
type exclusion struct {
	bun.BaseModel `bun:"table:exclusion_fact,alias:x"`

	ID       enforcement.ID `bun:"id,pk"`
	Listing  enforcement.ID `bun:"listing_id"`
	Kind     ExclusionKind  `bun:"kind"`
	OpenedOn day.Day        `bun:"opened_on"`
	ClosedOn day.Day        `bun:"closed_on"`
	// RecordedBy recorded it; empty: a release before did not keep who.
	RecordedBy string `bun:"recorded_by,nullzero"`
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
	Performed:         {AbleButRefuses, ObstructsByForce, EvadesBySham, BreachesReporting, BreachesOrder, RefusesSettlement},
}

// NewExclusion is a fact that bars a listing.
type NewExclusion struct {
	Kind ExclusionKind
	On   day.Day
	// Paper shows it; the bar does not wait for that.
	Paper paper.Given
}

// OpenExclusion records a fact that forbids the listing until it is closed. Of a listing
// that is published it opens a task, with a clock. It does not wait for its paper.
func (r *Listings) OpenExclusion(ctx context.Context, act enforcement.Act, listing enforcement.ID, x NewExclusion) (enforcement.ID, error) {
	kind, on := x.Kind, x.On
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
		if kind == Performed {
			if err := lockCase(ctx, tx, listing); err != nil {
				return nil, err
			}
		}
		l, err := r.Life.LockOwn(ctx, tx, act, listing)
		if err != nil {
			return nil, err
		}
		tx.Later(tx.NewInsert().Model(&exclusion{ID: id, Listing: listing, Kind: kind, OpenedOn: on, RecordedBy: act.Actor.ID}), "open an exclusion")
		e := &record.Event{Kind: eventExclusionOpened, Subject: l.Subject, Ground: l.ID, RefersTo: id, Reason: string(kind), Day: on, LegalBasis: "法释〔2017〕7号 Art. 3"}
		if kind == Performed {
			e.LegalBasis = clockDelete.Period.Source
			if err := r.Orders.DebtorPerformed(ctx, tx, l.Case, l.Subject, r.Record.Today(act.At)); err != nil {
				return nil, err
			}
		}
		if e.DocumentHash, err = r.Grounds.Owed(ctx, tx, act, l.head(), paper.Exclusion, x.Paper); err != nil {
			return nil, err
		}
		if !l.PublishedOn.IsZero() && l.EndedOn.IsZero() {
			r.signal(tx, &l, kind, on, r.Record.Today(act.At))
		}
		return e, nil
	})
	return d.RefersTo, err
}

// signal opens the task that a fact of a day makes of a published listing, with its clock:
// the law's three working days from the day of performance where there is no term; art. 9's
// from today, on which it was found, where a ground was barred when it was decided; and
// three of our own.
func (r *Listings) signal(tx *pg.Tx, l *Listing, kind ExclusionKind, on, today day.Day) {
	task, clock, from := TaskBarred, clockExamineBar, today
	switch {
	case kind == Performed && l.TermUntil.IsZero():
		task, clock, from = TaskPerformed, clockDelete, on
	case kind == Performed:
		task, clock = TaskEarlyDeletion, clockEarlyDeletion
	case on <= l.DecidedOn && hasConduct(l, excludes[kind]...):
		clock = clockBarred
	}
	docket.OpenTasks(tx, []enforcement.ID{l.ID}, task, today)
	clock.Event = string(eventExclusionOpened)
	r.Docket.StartClock(tx, l.Court, l.ID, from, clock)
}

// closedFact is a fact as it is closed, with its listing.
type closedFact struct {
	Listing    enforcement.ID `bun:"listing_id"`
	Subject    enforcement.ID `bun:"subject_id"`
	Wrapped    []byte         `bun:"envelope"`
	Kind       ExclusionKind  `bun:"kind"`
	RecordedBy string         `bun:"recorded_by"`
	DraftedBy  string         `bun:"drafted_by"`
	// Alike counts the other open facts of which the same task is made.
	Alike int `bun:"alike"`
}

// ExclusionEnd is that a fact no longer stands, or never stood, on which paper.
type ExclusionEnd struct {
	On      day.Day
	Reasons string
	Paper   paper.Given
}

// CloseExclusion records that the fact no longer stands, or never stood: with reasons, and
// by somebody who neither recorded it nor drafted the listing.
func (r *Listings) CloseExclusion(ctx context.Context, act enforcement.Act, id enforcement.ID, closing ExclusionEnd) error {
	on, reasons := closing.On, closing.Reasons
	if err := act.Check(enforcement.Judge, enforcement.President); err != nil {
		return err
	}
	if on.IsZero() || on > r.Record.Today(act.At) {
		return enforcement.Refuse("exclusion.period")
	}
	if !ground.Says(reasons) {
		return enforcement.Refuse("exclusion.reasons")
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		var f closedFact
		err := tx.NewSelect().Model((*exclusion)(nil)).Join("JOIN listing AS l ON l.id = x.listing_id").
			Join("JOIN subject AS s ON s.id = l.subject_id").
			ColumnExpr("x.listing_id, x.kind, x.recorded_by, l.subject_id, l.drafted_by, s.envelope").
			ColumnExpr(`(SELECT count(*) FROM exclusion_fact o WHERE o.listing_id = l.id AND o.id <> x.id AND o.closed_on IS NULL
				AND (o.kind = 'performed') = (x.kind = 'performed')) AS alike`).
			Where("x.id = ? AND x.closed_on IS NULL AND l.court_id = ?", id, pg.Number(act.Actor.Organisation)).For("NO KEY UPDATE OF x").Scan(ctx, &f)
		switch {
		case err != nil:
			return nil, enforcement.NotFound(err, "close an exclusion")
		case act.Actor.ID == f.RecordedBy || act.Actor.ID == f.DraftedBy:
			return nil, enforcement.Refuse("exclusion.second-person")
		}
		shown, err := r.Grounds.Given(ctx, tx, act, ground.Head{ID: f.Listing, Subject: f.Subject, Owner: act.Actor.Organisation, Envelope: f.Wrapped}, paper.BarClosed, closing.Paper)
		if err != nil {
			return nil, err
		}
		sealed, err := r.Record.SealUnder(f.Subject, f.Wrapped, "closing-reasons", []byte(enforcement.Say(reasons)))
		if err != nil {
			return nil, err
		}
		tx.Later(tx.NewUpdate().Model((*exclusion)(nil)).Set("closed_on = ?, closed_by = ?, closing_reasons = ?, closing_paper = ?", on, act.Actor.ID, sealed, shown.ID).Where("id = ?", id), "close an exclusion")
		e := &record.Event{
			Kind: eventExclusionClosed, RefersTo: id, Ground: f.Listing, Subject: f.Subject, Day: on, Reason: string(f.Kind),
			LegalBasis: "法释〔2017〕7号 Art. 3", DocumentHash: shown.Hash,
		}
		if f.Alike > 0 {
			return e, nil
		}
		return e, laidBeside(ctx, tx, f.Listing, f.Kind, "closed", r.Record.Today(act.At))
	})
	return err
}

// laidBeside closes the tasks that facts like one made, and stops their clocks.
func laidBeside(ctx context.Context, tx *pg.Tx, listing enforcement.ID, kind ExclusionKind, because string, today day.Day) error {
	tasks, clocks := []string{TaskBarred}, []string{clockBarred.Kind, clockExamineBar.Kind}
	if kind == Performed {
		tasks, clocks = []string{TaskPerformed, TaskEarlyDeletion}, []string{clockDelete.Kind, clockEarlyDeletion.Kind}
	}
	for _, task := range tasks {
		if _, err := docket.CloseTasks(ctx, tx, listing, task, because, today); err != nil {
			return err
		}
	}
	docket.StopClock(tx, listing, clocks, today)
	return nil
}

// Drop takes from a listing the grounds that recorded facts bar, where another carries it;
// where none does, an end is due. The listing is told anew, with what is left.
func (r *Listings) Drop(ctx context.Context, act enforcement.Act, c ground.Change, reasons string) error {
	return r.Life.Do(ctx, act, c, ground.Given{"reasons": reasons}, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Listing]) error {
		var open []exclusion
		if err := openExclusions(tx, []enforcement.ID{t.ID}).Scan(ctx, &open); err != nil {
			return fmt.Errorf("read the exclusions of listing %s: %w", t.ID, err)
		}
		left := carrying(&t.Case, open)
		t.Set("conducts", pg.Array(left))
		sealed, err := t.Seal("correction-reasons", reasons)
		if err != nil {
			return err
		}
		t.Set("drop_reasons", sealed)
		t.Then = func(ctx context.Context, tx *pg.Tx) error { return r.Replanner.FollowConduct(ctx, tx, act, t.ID) }
		return laidBeside(ctx, tx, t.ID, open[0].Kind, "dropped", t.Today)
	}, moveDrop)
}

// droppable refuses to drop grounds where none is barred, or none carries.
func (r *Listings) droppable(db bun.IDB, id enforcement.ID) ground.Question[Listing] {
	var open []exclusion
	return ground.Question[Listing]{
		Asks: []pg.Ask{pg.All(openExclusions(db, []enforcement.ID{id}), &open)},
		Refuse: func(l *Listing, _ day.Day) error {
			switch left := carrying(l, open); len(left) {
			case len(l.Conducts):
				return enforcement.Refuse("exclusion.none")
			case 0:
				return enforcement.Refuse("exclusion.every")
			}
			return nil
		},
	}
}

// carrying are the grounds of a listing that no recorded fact bars.
func carrying(l *Listing, open []exclusion) []Conduct {
	return slices.DeleteFunc(slices.Clone(l.Conducts), func(c Conduct) bool {
		return slices.ContainsFunc(open, func(x exclusion) bool { return x.Listing == l.ID && slices.Contains(excludes[x.Kind], c) })
	})
}

// lockCase locks every listing of the case and debtor of one: a performance bars them all,
// and whoever publishes one at the same time waits for it.
func lockCase(ctx context.Context, tx *pg.Tx, listing enforcement.ID) error {
	all := tx.NewSelect().Model((*row)(nil)).ColumnExpr("1").
		Where("(l.case_id, l.subject_id) = (SELECT case_id, subject_id FROM listing WHERE id = ?)", listing).
		OrderExpr("l.id").For("NO KEY UPDATE OF l")
	if err := tx.Together(ctx, pg.Just(all)); err != nil {
		return fmt.Errorf("lock the listings of the case of %s: %w", listing, err)
	}
	return nil
}

// unperformed refuses every move forward of whoever performed in full.
func (r *Listings) unperformed(db bun.IDB, id enforcement.ID) ground.Question[Listing] {
	var open []exclusion
	return ground.Question[Listing]{
		Asks:   []pg.Ask{pg.All(openExclusions(db, []enforcement.ID{id}).Where("x.kind = ?", Performed), &open)},
		Refuse: func(l *Listing, _ day.Day) error { return excluded(l, open) },
	}
}

// performedNow records, with an end that says so, that the obligation is performed.
func performedNow(tx *pg.Tx, act enforcement.Act, listing enforcement.ID, on day.Day) {
	already := tx.NewSelect().Model((*exclusion)(nil)).ColumnExpr("1").Where("x.listing_id = ? AND x.kind = ? AND x.closed_on IS NULL", listing, Performed)
	tx.Later(tx.NewRaw(`INSERT INTO exclusion_fact (id, listing_id, kind, opened_on, recorded_by) SELECT ?, ?, ?, ?, ? WHERE NOT EXISTS (?)`,
		enforcement.NewID(), listing, Performed, on, act.Actor.ID, already), "record the performance that ended listing %s", listing)
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

// openExclusions asks for the facts that stand against listings: their own, and that the
// debtor performed in full, whichever listing of the same case says so.
func openExclusions(db bun.IDB, listings []enforcement.ID) *bun.SelectQuery {
	return db.NewSelect().Model((*exclusion)(nil)).ColumnExpr("l.id AS listing_id").Column("x.id", "x.kind", "x.opened_on", "x.closed_on", "x.recorded_by").
		Join("JOIN listing AS o ON o.id = x.listing_id").
		Join("JOIN listing AS l ON l.case_id = o.case_id AND l.subject_id = o.subject_id AND (l.id = o.id OR x.kind = ?)", Performed).
		Where("l.id IN (?) AND x.closed_on IS NULL", bun.List(listings)).Order("x.kind")
}
