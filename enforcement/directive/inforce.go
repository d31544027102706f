package directive

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/plan"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// MeasureInForce is a measure that is in force for a subject at an organisation,
// under one directive.
type MeasureInForce struct {
	Measure      plan.MeasureName           `json:"measure"`
	Organisation enforcement.OrganisationID `json:"organisation"`
	Directive    enforcement.ID             `json:"directive"`
	Ground       enforcement.ID             `json:"ground"`
	GroundKind   memoranda.GroundKind       `json:"ground_kind"`
	ListType     string                     `json:"list_type"`
	// Since is the day from which the ground is in force, Until its last day; no
	// until means until the ground ends.
	Since day.Day `json:"since"`
	Until day.Day `json:"until,omitzero"`
}

// carriedRow is a directive of a ground in force, and what it carries.
type carriedRow struct {
	Directive    enforcement.ID             `bun:"id"`
	Organisation enforcement.OrganisationID `bun:"organisation_id"`
	Ground       enforcement.ID             `bun:"ground_id"`
	GroundKind   memoranda.GroundKind       `bun:"ground_kind"`
	ListType     string                     `bun:"list_type"`
	Plan         int32                      `bun:"plan_id"`
	Since        day.Day                    `bun:"in_force_on"`
	Until        day.Day                    `bun:"valid_until"`
	Set          []int16                    `bun:"measures,array"`
}

// MeasuresInForce lists what is in force for a subject on a day, by organisation: a
// measure that a directive of a ground in force carries and that the plan of the
// day holds. What an edition no longer holds is out of it from the moment of the
// switch, before its withdrawal is written or delivered. The day is today or near
// it: what directives carried in the past the events tell. While a restored record
// is not reconciled it is refused, for an end may be lost; what its owner has not confirmed
// since is not in it.
func (r *Directives) MeasuresInForce(ctx context.Context, subject enforcement.ID, on day.Day) ([]MeasureInForce, error) {
	if err := r.Holds.RefuseRestoring(ctx); err != nil {
		return nil, err
	}
	var list []carriedRow
	var of AskPlanned
	db := r.Record.DB
	carried := db.NewSelect().TableExpr("ground AS g").Join("JOIN directive AS d ON d.subject_id = g.subject_id AND d.ground_id = g.id").
		Where("g.subject_id IN (SELECT same_person(?)) AND g.state = 'in-force' AND NOT unconfirmed(g)", subject).Where("g.valid_until IS NULL OR g.valid_until >= ?", on)
	newest := db.NewSelect().Table("amendment").Column("measures").Where("directive_id = d.id").OrderExpr("version DESC").Limit(1)
	asks := append(of.Asks(db, carried.Clone().Column("d.plan_id")), pg.All(carried.Join("LEFT JOIN LATERAL (?) AS a ON true", newest).
		Column("d.id", "d.organisation_id", "d.ground_id", "d.ground_kind", "g.list_type", "d.plan_id", "g.in_force_on", "g.valid_until").
		ColumnExpr("coalesce(a.measures, d.measures) AS measures").Order("d.organisation_id", "d.id"), &list))
	if err := db.Together(ctx, asks...); err != nil {
		return nil, fmt.Errorf("read what is carried for subject %s: %w", subject, err)
	}
	kinds := map[int32]memoranda.GroundKind{}
	for i := range list {
		kinds[list[i].Plan] = list[i].GroundKind
	}
	planned, err := r.Planned(ctx, &of)
	if err != nil {
		return nil, err
	}
	given, err := planned.On(on, kinds)
	if err != nil {
		return nil, err
	}
	var out []MeasureInForce
	for i := range list {
		c := &list[i]
		for _, m := range plan.Common(c.Set, given[c.Plan][c.Organisation]) {
			out = append(out, MeasureInForce{
				Measure: r.Plans.MeasureName(m), Organisation: c.Organisation, Directive: c.Directive, Ground: c.Ground, GroundKind: c.GroundKind, ListType: c.ListType,
				Since: c.Since, Until: c.Until,
			})
		}
	}
	return out, nil
}
