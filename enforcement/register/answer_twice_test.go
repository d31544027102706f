package register_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
)

// Of several words on one measure in one answer the last one stands; what says nothing
// new is not logged again.
func TestTheLastWordOnAMeasureStands(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, madeEdition{{1, 2}, {}, {}, {}})
	ctx := t.Context()
	ground := w.Published(w.Subject(w.Person()))
	sendAll(t, w.Bundle, directive.Delivered)
	d := value(w.Directives.Of(ctx, ground))(t)[0]
	answer := func(reports ...directive.Report) {
		t.Helper()
		must(t, w.Directives.Answer(ctx, w.As(enforcement.DepartmentReviewer, d.Organisation), []directive.Answer{{Directive: d.ID, Version: 1, Step: directive.Acknowledged, Reports: reports}}))
	}
	first, second := d.Measures[0], d.Measures[1]
	refused := directive.Report{Measure: first, Outcome: directive.RefusedReport, Reason: "no-legal-basis", Basis: "演示，\"{},\\\""}
	answer(directive.Report{Measure: first, Outcome: directive.Implemented}, directive.Report{Measure: second, Outcome: directive.NotApplicable}, refused)
	answer(refused, directive.Report{Measure: second, Outcome: directive.NotApplicable})
	if n := w.Count(`SELECT count(*) FROM report WHERE directive_id = $1 AND (outcome, reason, basis) = ('refused', $2, $3)`, d.ID, refused.Reason, refused.Basis); n != 1 {
		t.Errorf("%d reports are the last word", n)
	}
	if n := w.Count(`SELECT count(*) FROM report WHERE directive_id = $1 AND outcome = 'not-applicable' AND kept_until IS NULL`, d.ID); n != 1 {
		t.Errorf("%d reports on the other measure", n)
	}
	if n := w.Count(`SELECT count(*) FROM event WHERE kind = 'reports'`); n != 1 {
		t.Errorf("%d events, want 1: the second answer says nothing new", n)
	}
	w.clean()
}
