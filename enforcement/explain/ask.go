package explain

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/plan"
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
	var groundID enforcement.ID
	err := r.Record.DB.Pool.QueryRow(ctx, `SELECT ground_id FROM directive WHERE id = $1`, id).Scan(&groundID)
	if errors.Is(err, pgx.ErrNoRows) {
		return Explanation{}, enforcement.Refuse("not-found")
	}
	if err != nil {
		return Explanation{}, fmt.Errorf("read directive %s: %w", id, err)
	}
	g, err := r.explainedGroundOf(ctx, act, groundID)
	if err != nil {
		return Explanation{}, err
	}
	today := r.Record.Today(act.At)
	x, err := r.explainer(ctx, act, g, today)
	if err != nil {
		return Explanation{}, err
	}
	at := slices.IndexFunc(x.directives, func(d explainedDirective) bool { return d.id == id })
	if at < 0 {
		return Explanation{}, enforcement.Refuse("not-found")
	}
	d := x.directives[at]
	names := make([]plan.MeasureName, 0, len(d.ever))
	for _, number := range d.ever {
		names = append(names, r.Plans.MeasureName(number))
	}
	return x.ofDirective(ctx, d, names)
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
	if err := r.Plans.Refresh(ctx); err != nil {
		return nil, err
	}
	l := r.library()
	if m, _, _ := l.locate(measure, on); m == nil {
		return nil, enforcement.Refuse("explain.measure")
	}
	grounds, err := r.explainable(ctx, act, subject)
	if err != nil {
		return nil, err
	}
	lists := l.belongs(measure)
	var applied, unapplied []Explanation
	for _, g := range grounds {
		if !lists[g.listType] {
			continue
		}
		x, err := r.explainer(ctx, act, g, on)
		if err != nil {
			return nil, err
		}
		found, err := x.ofMeasure(ctx, measure)
		if err != nil {
			return nil, err
		}
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
	return r.notListed(ctx, act, subject, len(grounds) > 0, measure, on)
}

// notListed explains that nothing the caller may know of could carry the measure.
// A department that nothing concerns is told that there is no such subject.
func (r *Explainer) notListed(ctx context.Context, act enforcement.Act, subject enforcement.ID, concerned bool, measure plan.MeasureName, on day.Day) ([]Explanation, error) {
	department := slices.Contains([]enforcement.Role{enforcement.DepartmentClerk, enforcement.DepartmentReviewer}, act.Actor.Role)
	var kind memoranda.SubjectKind
	err := r.Record.DB.Pool.QueryRow(ctx, `SELECT kind::text FROM subject WHERE id = $1`, subject).Scan(&kind)
	if errors.Is(err, pgx.ErrNoRows) || (err == nil && department && !concerned) {
		return nil, enforcement.Refuse("not-found")
	}
	if err != nil {
		return nil, fmt.Errorf("read subject %s: %w", subject, err)
	}
	l := r.library()
	e := Explanation{On: on, Subject: Subject{ID: subject, Kind: kind}, OwnRecords: !seesAll(act), Reason: explanationReasons[unappliedNotListed]}
	m, _ := l.measure(measure, kind, on)
	m.Reason = e.Reason
	e.Measures = []Measure{m}
	return []Explanation{e}, nil
}
