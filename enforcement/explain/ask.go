package explain

import (
	"context"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/plan"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// explainers are the roles that may ask why: courts and departments of what
// concerns their organisation, overseers of everything.
var explainers = []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.DepartmentClerk, enforcement.DepartmentReviewer, enforcement.Overseer, enforcement.System}

// Directive explains, for the act's day, each measure that a directive
// carries or ever carried. A court may ask about what rests on its own decisions,
// a department about what was sent to it or rests on its own; anything else is
// not found.
func (r *Explainer) Directive(ctx context.Context, act enforcement.Act, id enforcement.ID) (Explanation, error) {
	if err := act.Check(explainers...); err != nil {
		return Explanation{}, err
	}
	t, err := r.read(ctx, act, r.Record.Today(act.At), ofDirective(id))
	if err != nil {
		return Explanation{}, err
	}
	if len(t.grounds) == 0 {
		return Explanation{}, enforcement.Refuse("not-found")
	}
	x, err := t.explainer(t.grounds[0])
	if err != nil {
		return Explanation{}, err
	}
	at := slices.IndexFunc(x.directives, func(d explainedDirective) bool { return d.ID == id })
	if at < 0 {
		return Explanation{}, enforcement.Refuse("not-found")
	}
	d := x.directives[at]
	names := make([]plan.MeasureName, 0, len(d.Ever))
	for _, number := range d.Ever {
		names = append(names, r.Plans.MeasureName(number))
	}
	return x.ofDirective(d, names), nil
}

// Explain says of one measure and one subject why it is, or is not, applied on a
// day: one explanation for each organisation that carries it out or that it
// reached, or, where it applies nowhere, one for each decision that could carry
// it. A zero day is the act's; a day to come is refused. Who may ask what is said
// at [Explainer.Directive]; to others the subject is not found.
func (r *Explainer) Explain(ctx context.Context, act enforcement.Act, subject enforcement.ID, measure plan.MeasureName, on day.Day) ([]Explanation, error) {
	if err := act.Check(explainers...); err != nil {
		return nil, err
	}
	today := r.Record.Today(act.At)
	if on.IsZero() {
		on = today
	}
	if on > today {
		return nil, enforcement.Refuse("explain.day")
	}
	var kinds []memoranda.SubjectKind
	t, err := r.read(ctx, act, on, ofSubject(subject), pg.All(r.Record.DB.NewSelect().Table("subject").Column("kind").Where("id = ?", subject), &kinds))
	if err != nil {
		return nil, err
	}
	l := t.library()
	if m, _, _ := l.locate(measure, on); m == nil {
		return nil, enforcement.Refuse("explain.measure")
	}
	lists := l.belongs(measure)
	var applied, unapplied []Explanation
	for _, g := range t.grounds {
		if !lists[g.ListType] {
			continue
		}
		x, err := t.explainer(g)
		if err != nil {
			return nil, err
		}
		found := x.ofMeasure(measure)
		if slices.ContainsFunc(found, func(e Explanation) bool { return e.Applied }) {
			applied = append(applied, found...)
		} else {
			unapplied = append(unapplied, found...)
		}
	}
	switch {
	case len(applied) > 0: // what else could have carried it does not come into it
		return applied, nil
	case len(unapplied) > 0:
		return unapplied, nil
	}
	return t.notListed(subject, kinds, measure)
}

// notListed explains that nothing the caller may know of could carry the measure.
// A department that nothing concerns is told that there is no such subject.
func (t *told) notListed(subject enforcement.ID, kinds []memoranda.SubjectKind, measure plan.MeasureName) ([]Explanation, error) {
	department := slices.Contains([]enforcement.Role{enforcement.DepartmentClerk, enforcement.DepartmentReviewer}, t.act.Actor.Role)
	if len(kinds) == 0 || (department && len(t.grounds) == 0) {
		return nil, enforcement.Refuse("not-found")
	}
	e := Explanation{On: t.on, Subject: Subject{ID: subject, Kind: kinds[0]}, OwnRecords: !seesAll(t.act), Reason: explanationReasons[unappliedNotListed]}
	l := t.library()
	m, _ := l.measure(measure, kinds[0], t.on)
	m.Reason = e.Reason
	e.Measures = []Measure{m}
	return []Explanation{e}, nil
}
