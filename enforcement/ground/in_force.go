// pgx: grounds come in force by the thousand.

package ground

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// PutInForce fans grounds out: for each, one directive to each organisation that
// the plan of its list type, subject kind and territory names, one event, and
// one wake-up per organisation and transaction. Up to 1,000 grounds commit
// together. The grounds must be decided, pending and not unconfirmed after a restoration;
// one that is not is refused and its batch is not written.
func (r *Grounds) PutInForce(ctx context.Context, act enforcement.Act, grounds []enforcement.ID) error {
	if err := act.Check(enforcement.System); err != nil {
		return err
	}
	for batch := range slices.Chunk(grounds, directive.Batch) {
		err := r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
			r.Record.SameClock(tx)
			return r.PutInForceIn(ctx, tx, act, EventInForce, batch)
		})
		if refused := enforcement.AsRefusal(err); refused != nil {
			// Asked again under its key, the act finds its grounds in force.
			done := act
			if len(batch) > 1 && act.Key != "" {
				done.Key = act.Key + "/" + batch[0].String()
			}
			if _, err := r.Record.Overtaken(ctx, done, refused); err != nil {
				return err
			}
		}
	}
	return nil
}

// inForce writes that grounds are in force under a plan.
func inForce(tx *pg.Tx, ids []enforcement.ID, plan int32, on day.Day) {
	tx.Later(tx.NewUpdate().Model((*row)(nil)).Set("state = 'in-force', plan_id = ?, in_force_on = ?", pg.Number(plan), on).Where("id = ANY (?)", pg.Array(ids)), "put %d grounds in force", len(ids))
}

// PutInForceIn is [Grounds.PutInForce] within the caller's transaction.
func (r *Grounds) PutInForceIn(ctx context.Context, tx *pg.Tx, act enforcement.Act, kind record.EventKind, grounds []enforcement.ID) error {
	return r.PutInForceFrom(ctx, tx, act, kind, grounds, directive.Origin{})
}

// PutInForceFrom is the one place where grounds come in force and get their directives;
// only a changed plan adds others later (package replan).
func (r *Grounds) PutInForceFrom(ctx context.Context, tx *pg.Tx, act enforcement.Act, kind record.EventKind, grounds []enforcement.ID, from directive.Origin) error {
	text, organisations, err := r.Plans.HoldText(ctx, tx)
	if err != nil {
		return err
	}
	groups, err := r.groupByPlan(ctx, tx, act, grounds)
	if err != nil {
		return err
	}
	touched := map[enforcement.OrganisationID]bool{}
	var outs []directive.FanOut
	var told []record.Event
	for _, key := range slices.SortedFunc(maps.Keys(groups), comparePlans) {
		p, err := r.Plans.PlanFor(ctx, tx, text, key, organisations)
		if err != nil {
			return err
		}
		out := directive.FanOut{Act: act, Kind: kind, From: from, Plan: p, Key: key, Grounds: groups[key], Single: len(grounds) == 1}
		e, err := r.Directives.FanOut(ctx, tx, out)
		if err != nil {
			return err
		}
		outs, told = append(outs, out), append(told, e)
		for _, line := range p.Shares {
			touched[line.Organisation] = true
		}
	}
	if err := r.Directives.WakeIn(ctx, tx, wakeUps(touched)); err != nil {
		return err
	}
	for i, out := range outs {
		inForce(tx, told[i].Grounds, out.Plan.ID, out.Key.On)
		if err := r.Directives.Tell(ctx, tx, out, told[i]); err != nil {
			return err
		}
	}
	return nil
}

func comparePlans(a, b plan.Key) int {
	if a.OtherConduct != b.OtherConduct {
		return map[bool]int{false: -1, true: 1}[a.OtherConduct]
	}
	return slices.Compare([]string{a.ListType, string(a.Subject), a.Territory, a.Region, string(a.Ground)}, []string{b.ListType, string(b.Subject), b.Territory, b.Region, string(b.Ground)})
}

// wakeUps are for the bulk lane of organisations, in their order.
func wakeUps(touched map[enforcement.OrganisationID]bool) []directive.WakeUp {
	wakes := make([]directive.WakeUp, 0, len(touched))
	for _, id := range slices.Sorted(maps.Keys(touched)) {
		wakes = append(wakes, directive.WakeUp{Organisation: id, Lane: directive.Bulk})
	}
	return wakes
}

// groupByPlan locks the grounds and sorts them by the plan they fall under.
func (r *Grounds) groupByPlan(ctx context.Context, tx *pg.Tx, act enforcement.Act, grounds []enforcement.ID) (map[plan.Key][]directive.InForce, error) {
	groups := map[plan.Key][]directive.InForce{}
	n := 0
	rows, err := tx.Pgx().Query(ctx, `SELECT g.id, g.subject_id, g.valid_until, g.kind::text, g.list_type,
			s.kind::text, o.serves, coalesce(g.region, s.region, ''), other_conduct(g)
		FROM ground g JOIN subject s ON s.id = g.subject_id JOIN organisation o ON o.id = g.organisation_id
		WHERE g.id = ANY($1) AND g.state = 'pending' AND g.decided_on IS NOT NULL AND NOT unconfirmed(g) ORDER BY g.id FOR NO KEY UPDATE OF g`, grounds)
	if err != nil {
		return nil, fmt.Errorf("lock %d grounds: %w", len(grounds), err)
	}
	var g directive.InForce
	key := plan.Key{On: r.Record.Today(act.At)}
	_, err = pgx.ForEachRow(rows, []any{&g.ID, &g.Subject, &g.Until, &key.Ground, &key.ListType, &key.Subject, &key.Territory, &key.Region, &key.OtherConduct}, func() error {
		groups[key] = append(groups[key], g)
		n++
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("lock %d grounds: %w", len(grounds), err)
	}
	if n != len(grounds) {
		return nil, enforcement.Refuse("state.forbidden", "state", "pending")
	}
	return groups, nil
}
