package replan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// mostExamples is how many grounds stand as examples.
const mostExamples = 3

// Impact is what a replanning under another catalogue would do to the directives of
// live grounds. Withdrawn, Shrunk, Grown and Added count directives as
// [Progress] does.
type Impact struct {
	Day day.Day `json:"day"`
	// Grounds counts those that are live, Concerned those of them of which a
	// directive changes.
	Grounds   int64  `json:"grounds"`
	Concerned int64  `json:"concerned"`
	Counts    Counts `json:"directives"`
	// Organisations and Measures are those of which something changes, by slug and by
	// name.
	Organisations []OrganisationImpact `json:"organisations"`
	Measures      []MeasureImpact      `json:"measures"`
	// Unattested are the measures that would reach somebody who is listed now and that
	// no statement attests in that catalogue: they are not sent, and are withdrawn
	// where they were.
	Unattested []plan.MeasureName `json:"unattested"`
}

// Counts are numbers of directives by what becomes of them.
type Counts struct {
	Withdrawn int64 `json:"withdrawn"`
	Shrunk    int64 `json:"shrunk"`
	Grown     int64 `json:"grown"`
	Added     int64 `json:"added"`
}

func (c *Counts) add(more Counts) {
	c.Withdrawn += more.Withdrawn
	c.Shrunk += more.Shrunk
	c.Grown += more.Grown
	c.Added += more.Added
}

// OrganisationImpact is what becomes of the directives of one organisation.
type OrganisationImpact struct {
	Organisation enforcement.OrganisationID `json:"organisation"`
	Slug         string                     `json:"slug"`
	NameZH       string                     `json:"name_zh"`
	NameEN       string                     `json:"name_en"`
	Counts
	// Examples are up to three of the grounds.
	Examples []enforcement.ID `json:"examples"`
}

// MeasureImpact is how many directives lose or gain a measure.
type MeasureImpact struct {
	plan.MeasureName
	Lifted   int64            `json:"lifted"`
	Imposed  int64            `json:"imposed"`
	Examples []enforcement.ID `json:"examples"`
}

// standingCount is a plan that live grounds stand on, how many do, and some of them.
type standingCount struct {
	standingPlan
	grounds  int64
	examples []enforcement.ID
}

// How many live grounds were put in force under each plan, and the first of them.
var selectCounts = `SELECT ` + plan.Now("b.plan_id") + ` AS plan_id, b.n AS grounds,
    ARRAY(SELECT g.id FROM ground g WHERE g.plan_id = b.plan_id AND g.state IN ('in-force', 'suspended')
      ORDER BY g.plan_id, g.id LIMIT 3) AS examples
  FROM (SELECT plan_id, count(*) AS n FROM ground WHERE state IN ('in-force', 'suspended') GROUP BY plan_id) b ORDER BY b.plan_id`

// Impact tells what [Replanner.Follow] would do on the act's day if a catalogue were
// in force, from the plans that live grounds stand on and their numbers: a dry run
// that costs the same whether a plan has ten grounds or a million, and writes
// nothing. Statements that fit the catalogue count; what nobody attests there is
// not sent. While an earlier replanning is under way it tells what comes after it.
//
// more are statements that count beside those of the register, to tell what would
// be sent once they are made.
func (r *Replanner) Impact(ctx context.Context, act enforcement.Act, next *memoranda.Catalogue, more ...memoranda.Attestation) (Impact, error) {
	if err := act.Check(enforcement.System, enforcement.Operator, enforcement.Overseer); err != nil {
		return Impact{}, err
	}
	var i Impact
	err := r.Record.DB.Snapshot(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		i, err = r.foresee(ctx, tx, r.Record.Today(act.At), next, more)
		return err
	})
	return i, err
}

// foresee is [Replanner.Impact] within a snapshot.
func (r *Replanner) foresee(ctx context.Context, tx *pg.Tx, on day.Day, next *memoranda.Catalogue, more []memoranda.Attestation) (Impact, error) {
	i := Impact{Day: on, Organisations: []OrganisationImpact{}, Measures: []MeasureImpact{}, Unattested: []plan.MeasureName{}}
	plans, err := countStanding(ctx, tx, i.Day)
	if err != nil {
		return i, err
	}
	organisations, err := r.Plans.Parties.OrganisationsIn(ctx, tx)
	if err != nil {
		return i, err
	}
	ids := make([]int32, len(plans))
	for n, p := range plans {
		ids[n] = p.id
	}
	lines, err := readLines(ctx, tx, ids)
	if err != nil {
		return i, err
	}
	text, err := r.Plans.Learn(ctx, tx)
	if err != nil {
		return i, err
	}
	under := r.Plans.With(text, next, more)
	sum := impactSum{impact: &i, measuresOf: under.Measures, organisations: map[enforcement.OrganisationID]*OrganisationImpact{}, measures: map[int16]*MeasureImpact{}, unattested: map[plan.MeasureName]bool{}}
	for _, p := range plans {
		resolution, err := under.Resolve(p.key)
		if err != nil && !errors.Is(err, memoranda.ErrUnknownListType) {
			return i, err
		}
		sum.plan(p, plan.Plan{Shares: lines[p.id]}.Sets(), under.Assign(resolution, p.key, organisations).Sets())
		sum.held(resolution)
	}
	sum.close(organisations)
	return i, nil
}

func countStanding(ctx context.Context, tx *pg.Tx, on day.Day) ([]standingCount, error) {
	plans, err := standingPlans(ctx, tx, on, []int32{})
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Plan     int32            `bun:"plan_id"`
		Grounds  int64            `bun:"grounds"`
		Examples []enforcement.ID `bun:"examples,array"`
	}
	if err := tx.NewRaw(selectCounts).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("count live grounds: %w", err)
	}
	counts := map[int32]standingCount{}
	for _, row := range rows {
		one := counts[row.Plan]
		counts[row.Plan] = standingCount{grounds: one.grounds + row.Grounds, examples: examples(one.examples, row.Examples)}
	}
	list := make([]standingCount, len(plans))
	for i, p := range plans {
		list[i] = standingCount{p, counts[p.id].grounds, counts[p.id].examples}
	}
	return list, nil
}

// impactSum adds plans up.
type impactSum struct {
	impact        *Impact
	measuresOf    *plan.MeasureTable
	organisations map[enforcement.OrganisationID]*OrganisationImpact
	measures      map[int16]*MeasureImpact
	unattested    map[plan.MeasureName]bool
}

// plan adds what becomes of the grounds of one plan.
func (s *impactSum) plan(p standingCount, before, after plan.Sets) {
	s.impact.Grounds += p.grounds
	change := switching{target: after}
	change.compare([]plan.Sets{before})
	if !change.changes() {
		return
	}
	s.impact.Concerned += p.grounds
	concerned := slices.Concat(change.concerned[passLifting], change.concerned[passAdding])
	slices.Sort(concerned)
	for _, org := range slices.Compact(concerned) {
		counts := becomes(before[org], after[org], p.grounds)
		s.impact.Counts.add(counts)
		one := s.organisations[org]
		if one == nil {
			one = &OrganisationImpact{Organisation: org}
			s.organisations[org] = one
		}
		one.add(counts)
		one.Examples = examples(one.Examples, p.examples)
		for _, m := range before[org] {
			if _, stays := slices.BinarySearch(after[org], m); !stays {
				s.measure(m, p).Lifted += p.grounds
			}
		}
		for _, m := range after[org] {
			if _, there := slices.BinarySearch(before[org], m); !there {
				s.measure(m, p).Imposed += p.grounds
			}
		}
	}
}

// becomes is what a change of set does to the directives of n grounds.
func becomes(before, after []int16, n int64) Counts {
	switch shared := len(plan.Common(before, after)); {
	case shared == 0:
		var c Counts
		if len(before) > 0 {
			c.Withdrawn = n
		}
		if len(after) > 0 {
			c.Added = n
		}
		return c
	case shared < len(before):
		return Counts{Shrunk: n}
	default:
		return Counts{Grown: n}
	}
}

func (s *impactSum) measure(number int16, p standingCount) *MeasureImpact {
	one := s.measures[number]
	if one == nil {
		one = &MeasureImpact{MeasureName: s.measuresOf.Name[number]}
		s.measures[number] = one
	}
	one.Examples = examples(one.Examples, p.examples)
	return one
}

func examples(have, more []enforcement.ID) []enforcement.ID {
	for _, id := range more {
		if len(have) < mostExamples && !slices.Contains(have, id) {
			have = append(have, id)
		}
	}
	return have
}

// held notes what only lacks a statement.
func (s *impactSum) held(resolution memoranda.Resolution) {
	for _, out := range resolution.Excluded {
		if out.Code == memoranda.ExcludedNotAttested {
			s.unattested[plan.MeasureName{Memorandum: out.Memorandum, Slug: out.Measure.Slug}] = true
		}
	}
}

func (s *impactSum) close(organisations []party.Organisation) {
	for _, o := range organisations {
		if one := s.organisations[o.ID]; one != nil {
			one.Slug, one.NameZH, one.NameEN = o.Slug, o.NameZH, o.NameEN
			s.impact.Organisations = append(s.impact.Organisations, *one)
		}
	}
	slices.SortFunc(s.impact.Organisations, func(a, b OrganisationImpact) int { return cmp.Compare(a.Slug, b.Slug) })
	for _, one := range s.measures {
		s.impact.Measures = append(s.impact.Measures, *one)
	}
	slices.SortFunc(s.impact.Measures, func(a, b MeasureImpact) int { return compareNames(a.MeasureName, b.MeasureName) })
	s.impact.Unattested = append(s.impact.Unattested, slices.SortedFunc(maps.Keys(s.unattested), compareNames)...)
}

func compareNames(a, b plan.MeasureName) int {
	return cmp.Or(cmp.Compare(a.Memorandum, b.Memorandum), cmp.Compare(a.Slug, b.Slug))
}
