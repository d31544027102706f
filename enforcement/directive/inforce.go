package directive

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/plan"
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

// What the directives of grounds in force carry that day.
const selectCarried = `SELECT d.id, d.organisation_id, d.ground_id, d.ground_kind::text, g.list_type, d.plan_id, g.in_force_on, g.valid_until, coalesce(a.measures, d.measures)
  FROM ground g JOIN directive d ON d.subject_id = g.subject_id AND d.ground_id = g.id
  LEFT JOIN LATERAL (SELECT measures FROM amendment WHERE directive_id = d.id ORDER BY version DESC LIMIT 1) a ON true
  WHERE g.subject_id = $1 AND g.state = 'in-force' AND (g.valid_until IS NULL OR g.valid_until >= $2::date) ORDER BY d.organisation_id, d.id`

// MeasuresInForce lists what is in force for a subject on a day, by organisation: a
// measure that a directive of a ground in force carries and that the plan of the
// day holds. What an edition no longer holds is out of it from the moment of the
// switch, before its withdrawal is written or delivered. The day is today or near
// it: what directives carried in the past the events tell. While a restored record
// is not reconciled it is refused, for an end may be lost.
func (r *Directives) MeasuresInForce(ctx context.Context, subject enforcement.ID, on day.Day) ([]MeasureInForce, error) {
	if err := r.Holds.RefuseRestoring(ctx); err != nil {
		return nil, err
	}
	rows, err := r.Record.DB.Pool.Query(ctx, selectCarried, subject, on)
	if err != nil {
		return nil, fmt.Errorf("read what is carried for subject %s: %w", subject, err)
	}
	type carried struct {
		MeasureInForce
		plan int32
		set  []int16
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c carried, err error) {
		err = row.Scan(&c.Directive, &c.Organisation, &c.Ground, &c.GroundKind, &c.ListType, &c.plan, &c.Since, &c.Until, &c.set)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("read what is carried for subject %s: %w", subject, err)
	}
	kinds := map[int32]memoranda.GroundKind{}
	for i := range list {
		kinds[list[i].plan] = list[i].GroundKind
	}
	holds, err := r.Upheld(ctx, kinds, on)
	if err != nil {
		return nil, err
	}
	var out []MeasureInForce
	for _, c := range list {
		for _, m := range plan.Common(c.set, holds[c.plan][c.Organisation]) {
			c.Measure = r.Plans.MeasureName(m)
			out = append(out, c.MeasureInForce)
		}
	}
	return out, nil
}

// Plans by which directives were made, and the keys of those that stand in their
// place now.
const selectPlansNow = `SELECT b.id, p.id, coalesce(p.ground_kind::text, ''), p.list_type, p.subject_kind, p.territory, coalesce(p.region, '')
  FROM unnest($1::integer[]) b (id) JOIN plan p ON p.id = plan_now(b.id)`

// Upheld tells what each of some plans holds on a day: the sets of the plan that the
// day gives for the same key. kinds gives of each plan the kind of its grounds.
func (r *Directives) Upheld(ctx context.Context, kinds map[int32]memoranda.GroundKind, on day.Day) (map[int32]plan.Sets, error) {
	if len(kinds) == 0 {
		return nil, nil
	}
	rows, err := r.Record.DB.Pool.Query(ctx, selectPlansNow, slices.Sorted(maps.Keys(kinds)))
	if err != nil {
		return nil, fmt.Errorf("follow %d plans: %w", len(kinds), err)
	}
	keys, now := map[int32]plan.Key{}, map[int32]int32{}
	var birth, current int32
	key := plan.Key{On: on}
	_, err = pgx.ForEachRow(rows, []any{&birth, &current, &key.Ground, &key.ListType, &key.Subject, &key.Territory, &key.Region}, func() error {
		if key.Ground == "" {
			key.Ground = kinds[birth]
		}
		keys[current], now[birth] = key, current
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("follow %d plans: %w", len(kinds), err)
	}
	sets, err := r.setsOfDay(ctx, keys, on)
	if err != nil {
		return nil, err
	}
	held := make(map[int32]plan.Sets, len(now))
	for birth, current := range now {
		held[birth] = sets[current]
	}
	return held, nil
}

// setsOfDay resolves keys under what is in force on a day.
func (r *Directives) setsOfDay(ctx context.Context, keys map[int32]plan.Key, on day.Day) (map[int32]plan.Sets, error) {
	if err := r.Plans.Refresh(ctx); err != nil {
		return nil, err
	}
	known := r.Plans.Text()
	organisations, err := r.Parties.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	sets := make(map[int32]plan.Sets, len(keys))
	for id, key := range keys {
		if m := known.Unreadable(key.ListType, on); m != "" {
			return nil, enforcement.Refuse("plan.edition-unknown", "memorandum", m)
		}
		resolution, err := known.Resolve(key)
		if err != nil {
			return nil, err
		}
		sets[id] = known.Assign(resolution, key, organisations).Sets()
	}
	return sets, nil
}

// uphold takes out of directives what the plan of a day no longer holds.
func (r *Directives) uphold(ctx context.Context, list []Directive, on day.Day) ([]Directive, error) {
	kinds := map[int32]memoranda.GroundKind{}
	for i := range list {
		if len(list[i].Measures) > 0 {
			kinds[list[i].plan] = list[i].GroundKind
		}
	}
	holds, err := r.Upheld(ctx, kinds, on)
	if err != nil {
		return nil, err
	}
	for i := range list {
		d := &list[i]
		d.Measures = r.measureNames(plan.Common(d.set, holds[d.plan][d.Organisation]))
	}
	return list, nil
}
