package directive

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/plan"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Directive is a directive as its own organisation or an overseer sees it.
type Directive struct {
	ID           enforcement.ID             `json:"id"`
	Organisation enforcement.OrganisationID `json:"organisation"`
	Ground       enforcement.ID             `json:"ground"`
	GroundKind   memoranda.GroundKind       `json:"ground_kind"`
	Version      int16                      `json:"version"`
	Kind         VersionKind                `json:"kind"`
	Step         Step                       `json:"step"`
	Measures     []plan.MeasureName         `json:"measures"`
	ValidUntil   day.Day                    `json:"valid_until,omitzero"`
	// Past is what a department still finds of what ended; nil of what did not.
	Past *Past `json:"past,omitempty"`
}

// directiveRow is a directive in its newest version, as it is read.
type directiveRow struct {
	ID           enforcement.ID             `bun:"id"`
	Organisation enforcement.OrganisationID `bun:"organisation_id"`
	Ground       enforcement.ID             `bun:"ground_id"`
	GroundKind   memoranda.GroundKind       `bun:"ground_kind"`
	Plan         int32                      `bun:"plan_id"` // that made it
	Version      int16                      `bun:"version"`
	Kind         VersionKind                `bun:"kind"`
	Step         Step                       `bun:"step"`
	Set          []int16                    `bun:"measures,array"`
	ValidUntil   day.Day                    `bun:"valid_until"`
}

// told is the directive with a set of measures: its own, or what is left of it.
func (r *Directives) told(d *directiveRow, set []int16) Directive {
	return Directive{
		ID: d.ID, Organisation: d.Organisation, Ground: d.Ground, GroundKind: d.GroundKind, Version: d.Version, Kind: d.Kind.Told(d.GroundKind), Step: d.Step,
		Measures: r.measureNames(set), ValidUntil: d.ValidUntil,
	}
}

// Asked asks for directives and for what the plan of a day still holds of them, together
// with other questions.
type Asked struct {
	r       *Directives
	on      day.Day
	rows    []directiveRow
	planned AskPlanned
	asks    []pg.Ask
}

// ask asks for the directives d that narrow picks, in their newest versions.
func (r *Directives) ask(db bun.IDB, on day.Day, narrow func(*bun.SelectQuery) *bun.SelectQuery) *Asked {
	return r.askNewest(db, on, "TRUE", narrow)
}

// askNewest is ask for the newest of the versions that a condition picks.
func (r *Directives) askNewest(db bun.IDB, on day.Day, which string, narrow func(*bun.SelectQuery) *bun.SelectQuery) *Asked {
	a := &Asked{r: r, on: on}
	a.asks = append(a.planned.Asks(db, db.NewSelect().TableExpr("directive AS d").Column("d.plan_id").Apply(narrow)), pg.All(latestOf(db, which).Apply(narrow), &a.rows))
	return a
}

// latest asks for directives d in their newest versions.
func latest(db bun.IDB) *bun.SelectQuery { return latestOf(db, "TRUE") }

// latestOf asks for directives d in the newest of the versions that a condition on amendment picks.
func latestOf(db bun.IDB, which string) *bun.SelectQuery {
	later := db.NewSelect().Table("amendment").Column("version", "kind", "step", "measures", "valid_until").Where("directive_id = d.id").Where(which).OrderExpr("version DESC").Limit(1)
	return db.NewSelect().TableExpr("directive AS d").Join("LEFT JOIN LATERAL (?) AS a ON true", later).
		Column("d.id", "d.organisation_id", "d.ground_id", "d.ground_kind", "d.plan_id").
		ColumnExpr("coalesce(a.version, 1) AS version, coalesce(a.kind::text, 'impose') AS kind, coalesce(a.step, d.step) AS step").
		ColumnExpr("coalesce(a.measures, d.measures) AS measures, CASE WHEN a.version IS NULL THEN d.valid_until ELSE a.valid_until END AS valid_until")
}

// Asks are the questions.
func (a *Asked) Asks() []pg.Ask { return a.asks }

// List is the answer: the directives without the measures that the plan of the day no
// longer holds, though their withdrawal may not be written yet.
func (a *Asked) List(ctx context.Context) ([]Directive, error) {
	kinds := map[int32]memoranda.GroundKind{}
	for i := range a.rows {
		if d := &a.rows[i]; len(d.Set) > 0 {
			kinds[d.Plan] = d.GroundKind
		}
	}
	planned, err := a.r.Planned(ctx, &a.planned)
	if err != nil {
		return nil, err
	}
	given, err := planned.On(a.on, kinds)
	if err != nil {
		return nil, err
	}
	list := make([]Directive, len(a.rows))
	for i := range a.rows {
		d := &a.rows[i]
		list[i] = a.r.told(d, plan.Common(d.Set, given[d.Plan][d.Organisation]))
	}
	return list, nil
}

func (r *Directives) measureNames(set []int16) []plan.MeasureName {
	names := make([]plan.MeasureName, 0, len(set))
	for _, m := range set {
		names = append(names, r.Plans.MeasureName(m))
	}
	return names
}

// mayHaveLeft is true of a directive d of which some version left, or may have with an
// attempt that is open. A department sees none before: it would carry out what may never
// be sent, and what never left is never lifted.
const mayHaveLeft = `d.step ` + hasLeft + `
    OR EXISTS (SELECT FROM amendment l WHERE l.directive_id = d.id AND l.step ` + hasLeft + `)
    OR EXISTS (SELECT ` + openAttempts + `d.organisation_id AND u.id = d.id)`

// List lists what was sent to an organisation, by id from after on: a department its own
// and nothing else, an overseer all, sent or not. Measures that the plan
// of the act's day no longer holds are left out, though their withdrawal may not be
// written yet.
func (r *Directives) List(ctx context.Context, act enforcement.Act, after enforcement.ID, limit int) ([]Directive, error) {
	if err := act.Check(enforcement.DepartmentClerk, enforcement.DepartmentReviewer, enforcement.Overseer, enforcement.System); err != nil {
		return nil, err
	}
	org := act.Actor.Organisation
	if act.Actor.Role == enforcement.Overseer || act.Actor.Role == enforcement.System {
		org = 0
	}
	which := "TRUE"
	if org != 0 {
		which = toldOf
	}
	asked := r.askNewest(r.Record.DB, r.Record.Today(act.At), which, func(q *bun.SelectQuery) *bun.SelectQuery {
		if org != 0 {
			q.Where("d.organisation_id = ?", pg.Number(org)).Where(mayHaveLeft).Where(remembered, r.rememberedSince(act))
		}
		return q.Where("d.id > ?", after.Cursor()).Order("d.id").Limit(int64(limit))
	})
	if err := r.Record.DB.Together(ctx, asked.Asks()...); err != nil {
		return nil, fmt.Errorf("list directives: %w", err)
	}
	return asked.List(ctx)
}

// AskOn asks for the directives of one ground and what the plan of a day holds of them.
func (r *Directives) AskOn(ground enforcement.ID, on day.Day) *Asked {
	return r.ask(r.Record.DB, on, of(ground))
}

// On is [Directives.Of] without the measures that the plan of a
// day no longer holds, though their withdrawal may not be written yet.
func (r *Directives) On(ctx context.Context, ground enforcement.ID, on day.Day) ([]Directive, error) {
	asked := r.AskOn(ground, on)
	if err := r.Record.DB.Together(ctx, asked.Asks()...); err != nil {
		return nil, fmt.Errorf("list the directives of %s: %w", ground, err)
	}
	return asked.List(ctx)
}

// of picks the directives d of a ground.
func of(ground enforcement.ID) func(*bun.SelectQuery) *bun.SelectQuery {
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Join("JOIN ground AS g ON g.id = d.ground_id AND g.subject_id = d.subject_id").Where("g.id = ?", ground).Order("d.id")
	}
}

// Of lists the directives of one ground with what their newest versions
// carry, for the list owner.
func (r *Directives) Of(ctx context.Context, ground enforcement.ID) ([]Directive, error) {
	var rows []directiveRow
	if err := latest(r.Record.DB).Apply(of(ground)).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("list the directives of %s: %w", ground, err)
	}
	list := make([]Directive, len(rows))
	for i := range rows {
		list[i] = r.told(&rows[i], rows[i].Set)
	}
	return list, nil
}

// Get returns one directive that was sent to the actor's organisation, with what the plan of
// the act's day still holds.
func (r *Directives) Get(ctx context.Context, act enforcement.Act, id enforcement.ID) (Directive, error) {
	if err := act.Check(enforcement.DepartmentClerk, enforcement.DepartmentReviewer, enforcement.Overseer, enforcement.System); err != nil {
		return Directive{}, err
	}
	department := act.Actor.Role == enforcement.DepartmentClerk || act.Actor.Role == enforcement.DepartmentReviewer
	which := "TRUE"
	if department {
		which = toldOf
	}
	asked := r.askNewest(r.Record.DB, r.Record.Today(act.At), which, func(q *bun.SelectQuery) *bun.SelectQuery {
		if department {
			q.Where("d.organisation_id = ?", pg.Number(act.Actor.Organisation)).Where(mayHaveLeft).Where(remembered, r.rememberedSince(act))
		}
		return q.Where("d.id = ?", id)
	})
	if err := r.Record.DB.Together(ctx, asked.Asks()...); err != nil {
		return Directive{}, fmt.Errorf("read directive %s: %w", id, err)
	}
	if len(asked.rows) == 0 {
		return Directive{}, enforcement.Refuse("not-found")
	}
	list, err := asked.List(ctx)
	if err != nil {
		return Directive{}, err
	}
	if department {
		list[0].Past, err = r.past(ctx, act, id)
	}
	return list[0], err
}
