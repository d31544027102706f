package explain

import (
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/hold"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/reward"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// explainer explains measures of one ground on one day.
type explainer struct {
	r             *Explainer
	library       library
	text          *plan.Text
	act           enforcement.Act
	g             explainedGround
	on, today     day.Day
	subject       Subject
	resolution    memoranda.Resolution
	organisations []party.Organisation
	directives    []explainedDirective
	reviews       []Review
	reports       map[reported]*Report
	planned       []plan.Share // on a day of the past
	holds         []hold.Hold
	gaps          []plan.Gap
	// given are, by the plan that made a directive, the sets of the day's plan.
	given map[int32]plan.Sets
}

// explainer explains one of the grounds that were read.
func (t *told) explainer(g explainedGround) (*explainer, error) {
	x := &explainer{
		r: t.r, text: t.ofDay.Text, library: t.library(), act: t.act, g: g, on: t.on, today: t.today, organisations: t.ofDay.Organisations,
		reports: t.reported(), planned: t.plannedFor(g), holds: t.holdsOver(g), reviews: t.reviewsOf(g),
	}
	var err error
	if x.subject, err = t.r.explainedSubject(t.act, g); err != nil {
		return nil, err
	}
	key := g.key(t.on)
	if x.resolution, err = x.text.Resolve(key); err != nil {
		return nil, err
	}
	x.gaps = x.text.Assign(x.resolution, key, x.organisations).Gaps
	plans := map[int32]memoranda.GroundKind{}
	for _, d := range t.directives {
		if d.Ground == g.ID && (seesAll(t.act) || g.Owner == t.act.Actor.Organisation || d.Organisation == t.act.Actor.Organisation) {
			x.directives = append(x.directives, d)
			plans[d.Plan] = g.Kind
		}
	}
	if t.on == t.today {
		x.given, err = t.ofDay.On(t.on, plans)
	}
	return x, err
}

// base is what every explanation of the ground says.
func (x *explainer) base() Explanation {
	decision := x.g.decision(x.on, x.today)
	decision.Circumstances, decision.Reviews = x.library.circumstances(x.g), x.reviews
	return Explanation{
		On: x.on, Subject: x.subject, OwnRecords: !seesAll(x.act), Measures: []Measure{},
		Decision: decision, ListType: x.library.listType(x.g.ListType, x.on), End: x.library.ending(x.g, x.on, x.today, x.r.Rewards.AutomaticEnd(reward.Reward{ListType: x.g.ListType}, x.on)),
	}
}

// ofDirective explains measures of one directive.
func (x *explainer) ofDirective(d explainedDirective, names []plan.MeasureName) Explanation {
	e := x.base()
	x.addressed(&e, d)
	for _, name := range names {
		number, _ := x.r.Plans.MeasureNumber(name)
		code, applied := x.whyNow(d, number)
		m := x.measureAt(name, x.organisation(d.Organisation), code, applied)
		m.Report = x.reports[reported{d.ID, number}]
		e.add(m)
	}
	return e
}

// addressed puts the organisation and the state of a directive in.
func (x *explainer) addressed(e *Explanation, d explainedDirective) {
	e.State = &State{Directive: d.ID, Version: d.Version, Kind: d.Kind.Told(x.g.Kind), Step: d.Step, ValidUntil: d.ValidUntil}
	if o := x.organisation(d.Organisation); o != nil {
		e.Organisation = &Organisation{ID: o.ID, Slug: o.Slug, NameZH: o.NameZH, NameEN: o.NameEN, Kind: o.Kind, Serves: o.Serves}
	}
	if !d.Stopped {
		return
	}
	for _, h := range x.holds {
		if h.Scope != hold.Organisation || h.Organisation == d.Organisation {
			e.State.Holds = append(e.State.Holds, h)
		}
	}
}

// ofMeasure explains one measure on the ground: one explanation for each
// organisation that it reached and for each body that nobody stands for, or one
// that says why it reached nobody.
func (x *explainer) ofMeasure(name plan.MeasureName) []Explanation {
	found := x.reached(name)
	if code, in := judged(x.resolution, name); in && x.g.outOfForce(x.on, x.today) == "" {
		if x.isGap(name) {
			found = append(found, x.unreached(name, unappliedNobody))
		} else if len(found) == 0 {
			found = append(found, x.unreached(name, x.elsewhere()))
		}
	} else if len(found) == 0 {
		found = append(found, x.unreached(name, x.whyNotAtAll(name, code)))
	}
	return found
}

// reached explains the measure at each organisation that its directives name: on
// the present day by what they carry, on a day of the past by the plan of then.
func (x *explainer) reached(name plan.MeasureName) []Explanation {
	number, ok := x.r.Plans.MeasureNumber(name)
	if !ok {
		return nil
	}
	var found []Explanation
	if x.on == x.today {
		for _, d := range x.directives {
			if slices.Contains(d.Ever, number) {
				found = append(found, x.ofDirective(d, []plan.MeasureName{name}))
			}
		}
		return withoutFormer(found)
	}
	for _, line := range x.planned {
		at := slices.IndexFunc(x.directives, func(d explainedDirective) bool { return d.Organisation == line.Organisation })
		if at < 0 || !slices.Contains(line.Measures, number) {
			continue
		}
		e := x.base()
		x.addressed(&e, x.directives[at])
		code, applied := x.g.outOfForce(x.on, x.today), false
		if code == "" {
			code, applied = appliedInForce, true
		}
		e.add(x.measureAt(name, x.organisation(line.Organisation), code, applied))
		found = append(found, e)
	}
	return found
}

// withoutFormer leaves out what a directive that was withdrawn says where a later
// one of the same organisation applies.
func withoutFormer(list []Explanation) []Explanation {
	return slices.DeleteFunc(list, func(e Explanation) bool {
		return !e.Applied && slices.ContainsFunc(list, func(other Explanation) bool {
			return other.Applied && other.Organisation != nil && e.Organisation != nil && other.Organisation.ID == e.Organisation.ID
		})
	})
}

// unreached explains that the measure reached nobody by this ground.
func (x *explainer) unreached(name plan.MeasureName, code string) Explanation {
	e := x.base()
	e.add(x.measureAt(name, nil, code, false))
	return e
}

// whyNow is why a directive does, or does not, carry a measure at present.
func (x *explainer) whyNow(d explainedDirective, number int16) (code string, applied bool) {
	switch out := x.g.outOfForce(x.on, x.today); {
	case out != "":
		return out, false
	case slices.Contains(d.Measures, number) && !slices.Contains(x.given[d.Plan][d.Organisation], number):
		// Out from the moment of the switch, before its withdrawal is written.
		if code, in := judged(x.resolution, x.r.Plans.MeasureName(number)); !in {
			return x.whyNotAtAll(x.r.Plans.MeasureName(number), code), false
		}
		return unappliedMoved, false
	case slices.Contains(d.Measures, number) && d.Stopped:
		return unappliedStopped, false
	case slices.Contains(d.Measures, number) && (d.Step == directive.Delivered || d.Step == directive.Acknowledged || (d.Kind == directive.Amend && d.Gone)):
		return appliedInForce, true
	case slices.Contains(d.Measures, number):
		return appliedOnItsWay, true
	case d.Kind == directive.Permit:
		return unappliedPermitted, false
	case d.Kind == directive.Suspend:
		return unappliedSuspended, false
	}
	name := x.r.Plans.MeasureName(number)
	if code, in := judged(x.resolution, name); !in {
		return x.whyNotAtAll(name, code), false
	}
	return unappliedNotPlanned, false
}

// whyNotAtAll is why the ground carries the measure nowhere: the ground itself,
// the resolution's code, or that the resolution does not know the measure.
func (x *explainer) whyNotAtAll(name plan.MeasureName, code string) string {
	if code != "" {
		if _, in := judged(x.resolution, name); !in {
			return code // what never could apply says more than that nothing stands
		}
	}
	if out := x.g.outOfForce(x.on, x.today); out != "" {
		return out
	}
	return x.library.missing(name, x.on)
}

// elsewhere is why a measure that the law carries is at none of the directives
// that the caller may see.
func (x *explainer) elsewhere() string {
	if !seesAll(x.act) && x.g.Owner != x.act.Actor.Organisation {
		return unappliedElsewhere
	}
	return unappliedNotPlanned
}

func (x *explainer) isGap(name plan.MeasureName) bool {
	return seesAllOf(x) && slices.ContainsFunc(x.gaps, func(g plan.Gap) bool { return g.Measure == name.Slug })
}

// seesAllOf reports whether the caller may know who else carries the ground out.
func seesAllOf(x *explainer) bool {
	return seesAll(x.act) || x.g.Owner == x.act.Actor.Organisation
}

func (x *explainer) organisation(id enforcement.OrganisationID) *party.Organisation {
	at := slices.IndexFunc(x.organisations, func(o party.Organisation) bool { return o.ID == id })
	if at < 0 {
		return nil
	}
	return &x.organisations[at]
}

// measureAt explains a measure at an organisation, or, without one, which of its
// bodies somebody stands for.
func (x *explainer) measureAt(name plan.MeasureName, o *party.Organisation, code string, applied bool) Measure {
	m, ok := x.library.measure(name, x.g.SubjectKind, x.on)
	if !ok {
		m = Measure{Memorandum: name.Memorandum, Slug: name.Slug, Bases: []Basis{}, Attestations: []Statement{}, Bodies: []Body{}}
	}
	m.Applied, m.Reason = applied, explanationReasons[code]
	key := x.g.key(x.on)
	for i := range m.Bodies {
		b := &m.Bodies[i]
		b.Region, _ = x.text.Whereabouts(m.Territory, b.Holder, key)
		if o != nil {
			b.Stands = o.PlaysOn(b.Holder, x.on)
		} else {
			b.Stands = !slices.ContainsFunc(x.gaps, func(g plan.Gap) bool { return g.Measure == name.Slug && g.Body == b.Holder })
		}
	}
	return m
}

// add puts a measure in; the whole is applied if any of its measures is.
func (e *Explanation) add(m Measure) {
	if len(e.Measures) == 0 || (m.Applied && !e.Applied) {
		e.Applied, e.Reason = m.Applied, m.Reason
	}
	e.Measures = append(e.Measures, m)
}
