// pgx: the lines of many plans are read every day.

package replan

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// The two passes of a switch: what is lifted goes first, everywhere.
const (
	passLifting = 1
	passAdding  = 2
)

// switching is a change of plan that live grounds have to follow.
type switching struct {
	from, to int32
	// births are the plans under which the grounds concerned were put in force,
	// ascending.
	births []int32
	lines  []plan.Share // of the plan it leads to
	target plan.Sets
	// place is where in the plan an organisation's line stands, from 1.
	place map[enforcement.OrganisationID]int16
	// concerned are, by pass, the organisations with another set than before, sorted.
	concerned [passAdding + 1][]enforcement.OrganisationID
	// joins are those among them that had nothing to share with their new set.
	joins map[enforcement.OrganisationID]bool
}

// compare finds out whom a change concerns. A ground stands on one of the plans
// before: on several, where an earlier change was overtaken on its way. Then any
// directive may have been withdrawn on the way and its successor not made yet, so
// that every organisation of the plan may have to join.
func (s *switching) compare(before []plan.Sets) {
	s.joins = map[enforcement.OrganisationID]bool{}
	all := map[enforcement.OrganisationID]bool{}
	for _, sets := range append(slices.Clone(before), s.target) {
		for org := range sets {
			all[org] = true
		}
	}
	for _, org := range slices.Sorted(maps.Keys(all)) {
		set, lifts, differs := s.target[org], false, false
		for _, sets := range before {
			lifts = lifts || !plan.Within(sets[org], set)
			differs = differs || !slices.Equal(sets[org], set)
			if len(set) > 0 && (len(before) > 1 || len(plan.Common(sets[org], set)) == 0) {
				s.joins[org] = true
			}
		}
		if lifts {
			s.concerned[passLifting] = append(s.concerned[passLifting], org)
		}
		if (differs && !lifts) || s.joins[org] {
			s.concerned[passAdding] = append(s.concerned[passAdding], org)
		}
	}
}

// changes reports whether anybody is concerned.
func (s *switching) changes() bool {
	return len(s.concerned[passLifting])+len(s.concerned[passAdding]) > 0
}

// Where the grounds of a plan may stand: on it, and where they were overtaken on
// their way to it. And under which plans they were put in force.
const (
	selectBefore = `WITH RECURSIVE p (id) AS (SELECT $1::integer
		UNION SELECT s.from_plan FROM p JOIN plan_switch s ON s.to_plan = p.id AND s.superseded)
	SELECT id FROM p ORDER BY id`
	selectBirths = `WITH RECURSIVE p (id) AS (SELECT $1::integer
		UNION SELECT s.from_plan FROM p JOIN plan_switch s ON s.to_plan = p.id)
	SELECT id FROM p ORDER BY id`
)

// readSwitch reads what a change from one plan to another concerns.
func readSwitch(ctx context.Context, tx *pg.Tx, from, to int32) (*switching, error) {
	s := &switching{from: from, to: to, place: map[enforcement.OrganisationID]int16{}}
	ids, err := planIDs(ctx, tx, selectBefore, from)
	if err != nil {
		return nil, err
	}
	if s.births, err = planIDs(ctx, tx, selectBirths, from); err != nil {
		return nil, err
	}
	lines, err := readLines(ctx, tx, append(ids, to))
	if err != nil {
		return nil, err
	}
	s.lines = lines[to]
	s.target = plan.Plan{Shares: s.lines}.Sets()
	for i, line := range s.lines {
		s.place[line.Organisation] = int16(i + 1)
	}
	before := make([]plan.Sets, len(ids))
	for i, id := range ids {
		before[i] = plan.Plan{Shares: lines[id]}.Sets()
	}
	s.compare(before)
	return s, nil
}

func planIDs(ctx context.Context, tx *pg.Tx, sql string, of int32) ([]int32, error) {
	rows, err := tx.Pgx().Query(ctx, sql, of)
	if err != nil {
		return nil, fmt.Errorf("follow plan %d back: %w", of, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int32])
	if err != nil {
		return nil, fmt.Errorf("follow plan %d back: %w", of, err)
	}
	return ids, nil
}

func readLines(ctx context.Context, tx *pg.Tx, plans []int32) (map[int32][]plan.Share, error) {
	rows, err := tx.Pgx().Query(ctx, `SELECT plan_id, organisation_id, measures FROM plan_line
		WHERE plan_id = ANY ($1)
		ORDER BY plan_id, position`, plans)
	if err != nil {
		return nil, fmt.Errorf("read the lines of %d plans: %w", len(plans), err)
	}
	lines := map[int32][]plan.Share{}
	var id int32
	var line plan.Share
	_, err = pgx.ForEachRow(rows, []any{&id, &line.Organisation, &line.Measures}, func() error {
		line.Measures = slices.Clone(line.Measures)
		lines[id] = append(lines[id], line)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the lines of %d plans: %w", len(plans), err)
	}
	return lines, nil
}

// The plans that live grounds were put in force under, without those given, and the
// plans they stand on now, with what their keys were. A plan without a kind of ground
// is an older release's, which planned everything in the owner's region: it stays so,
// and no listing loses a measure by an upgrade. That somebody lives under a plan is
// asked of the index, plan by plan: there are few plans and many grounds.
var selectStandingPlans = `WITH b (id) AS (SELECT p.id FROM plan p WHERE p.id NOT IN (SELECT unnest($1::integer[]))
    AND (SELECT true FROM ground g WHERE g.plan_id = p.id AND g.state IN ('in-force', 'suspended') LIMIT 1))
  SELECT p.id, s.births, p.ground_kind IS NULL,
    coalesce(p.ground_kind, (SELECT g.kind FROM ground g
      WHERE g.plan_id = p.id AND g.state IN ('in-force', 'suspended') LIMIT 1))::text,
    p.list_type, p.subject_kind, p.territory, CASE WHEN p.ground_kind IS NULL THEN p.territory ELSE coalesce(p.region, '') END,
    p.other_conduct,
    ARRAY(SELECT edition_id FROM plan_edition e WHERE e.plan_id = p.id UNION SELECT p.edition_id WHERE p.edition_id IS NOT NULL ORDER BY 1)
  FROM (SELECT ` + plan.Now("b.id") + ` AS id,
      array_agg(b.id) AS births
    FROM b GROUP BY 1) s
  JOIN plan p ON p.id = s.id ORDER BY p.id`

// standingPlan is a plan that live grounds stand on, and its key on a day.
type standingPlan struct {
	id int32
	// births are the plans that those grounds were put in force under.
	births []int32
	// old: an older release's plan, which does not say of which kind its grounds are.
	old      bool
	key      plan.Key
	editions []int32
}

// oneReplanning keeps two processes from planning at once.
const oneReplanning = `SELECT pg_advisory_xact_lock` + record.ReplanLock

const holdEditionsOf = `SELECT FROM edition WHERE id IN (
    SELECT edition_id FROM plan_edition WHERE plan_id = ANY (?0)
    UNION SELECT edition_id FROM plan WHERE id = ANY (?0))
  ORDER BY id FOR NO KEY UPDATE`

// enterSwitches finds every plan that live grounds stand on and that is not the
// day's, and enters what it gives way to. It returns the changes that grounds still
// have to follow, older ones too, and how many were entered. stuck is the refusal of
// a plan that cannot be made; it does not stand in the way of others.
func (r *Replanner) enterSwitches(ctx context.Context, act enforcement.Act) (open []*switching, entered int, stuck, err error) {
	err = r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		// Now, not with the next question: that is asked by who holds the memory, for which
		// the one that replans would wait in turn.
		if err := tx.Together(ctx, pg.Just(tx.NewRaw(oneReplanning))); err != nil {
			return fmt.Errorf("replan alone: %w", err)
		}
		var stands, days []int32
		if stands, days, stuck, err = r.outdated(ctx, tx, act); err != nil {
			return err
		}
		if len(stands) > 0 {
			// Publications hold their editions: those under way are waited for, and what
			// they wrote is seen; later ones find the plan replaced.
			tx.Later(tx.NewRaw(holdEditionsOf, pg.Array(stands)), "hold the editions of %d plans", len(stands))
			if stands, days, stuck, err = r.outdated(ctx, tx, act); err != nil {
				return err
			}
		}
		entered = len(stands)
		for i, from := range stands {
			if err := r.enterSwitch(ctx, tx, act, from, days[i]); err != nil {
				return err
			}
		}
		open, err = openSwitches(ctx, tx)
		return err
	})
	return open, entered, stuck, err
}

// planOfDay is the plan that a ground of a plan would get on the day. Where no
// edition stands any more it is a plan of nobody, under the editions of before.
func (r *Replanner) planOfDay(ctx context.Context, tx *pg.Tx, text *plan.Text, of standingPlan, organisations []party.Organisation) (plan.Plan, error) {
	p, err := r.Plans.PlanFor(ctx, tx, text, of.key, organisations)
	if !errors.Is(err, enforcement.Refuse("plan.list-type")) {
		return p, err
	}
	p = plan.Plan{Editions: of.editions}
	return p, r.Plans.EnterPlan(ctx, tx, of.key, &p)
}

// enterSwitch enters that a plan gives way to another, and ends the changes that
// led to it. What concerns nobody is over at once.
func (r *Replanner) enterSwitch(ctx context.Context, tx *pg.Tx, act enforcement.Act, from, to int32) error {
	tx.Later(tx.NewUpdate().Model((*row)(nil)).Set("superseded = true").Set("done_at = ?", act.At.UTC()).Where("to_plan = ? AND done_at IS NULL", pg.Number(from)),
		"end the changes to plan %d", from)
	s, err := readSwitch(ctx, tx, from, to)
	if err != nil {
		return err
	}
	made := row{From: from, To: to, Day: r.Record.Today(act.At), BegunAt: act.At.UTC(), BegunBy: act.Actor.ID}
	if !s.changes() {
		made.DoneAt = act.At.UTC()
	}
	tx.Later(tx.NewInsert().Model(&made), "enter that plan %d gives way to %d", from, to)
	return nil
}

// row is the change from one plan to another, as it is kept when it is entered.
type row struct {
	bun.BaseModel `bun:"table:plan_switch"`

	From    int32     `bun:"from_plan,pk"`
	To      int32     `bun:"to_plan"`
	Day     day.Day   `bun:"day"`
	BegunAt time.Time `bun:"begun_at"`
	BegunBy string    `bun:"begun_by"`
	DoneAt  time.Time `bun:"done_at,nullzero"`
}

// openSwitches are the changes that are not over.
func openSwitches(ctx context.Context, tx *pg.Tx) ([]*switching, error) {
	var pairs []row
	if err := tx.NewSelect().Model(&pairs).Column("from_plan", "to_plan").Where("done_at IS NULL").Order("from_plan").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list the open changes of plan: %w", err)
	}
	list := make([]*switching, len(pairs))
	for i, pair := range pairs {
		one, err := readSwitch(ctx, tx, pair.From, pair.To)
		if err != nil {
			return nil, err
		}
		list[i] = one
	}
	return list, nil
}

// standingPlans are all of a day but those that live grounds of some births stand on.
func standingPlans(ctx context.Context, tx *pg.Tx, on day.Day, but []int32) ([]standingPlan, error) {
	rows, err := tx.Pgx().Query(ctx, selectStandingPlans, but)
	if err != nil {
		return nil, fmt.Errorf("list the plans that live grounds stand on: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (standingPlan, error) {
		s := standingPlan{key: plan.Key{On: on}}
		err := row.Scan(&s.id, &s.births, &s.old, &s.key.Ground, &s.key.ListType, &s.key.Subject, &s.key.Territory, &s.key.Region, &s.key.OtherConduct, &s.editions)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the plans that live grounds stand on: %w", err)
	}
	return list, nil
}
