package register_test

import (
	"testing"

	"concordat/enforcement/directive"
	"concordat/enforcement/plan"
	"concordat/memoranda/day"
)

// TestADayIsExplainedByItsEdition: an edition takes measures away and brings others;
// what is out is out from its day, before any withdrawal is written, and days before
// are explained by the edition of then.
func TestADayIsExplainedByItsEdition(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, firstEdition)
	ctx := t.Context()
	ground := w.Published(w.Subject(w.Person()))
	sendAll(t, w.Bundle, directive.Acknowledged)
	subject := state(t, w.Bundle, ground).Subject
	first := w.Day()
	want := func(what, measure string, on day.Day, code, edition string) {
		t.Helper()
		e := value(w.Explainer.Explain(ctx, w.Clerk(), subject, plan.MeasureName{Memorandum: "made", Slug: measure}, on))(t)[0]
		if e.Reason.Code != code || e.Measures[0].Edition != edition {
			t.Errorf("%s: %s by edition %s, want %s by %s", what, e.Reason.Code, e.Measures[0].Edition, code, edition)
		}
	}
	text := w.next(secondEdition, w.Day().AddDays(3))
	w.attest(text)
	w.adopted(text)
	want("before its day", "measure-02", 0, "applied", "0")
	want("not before its day", "measure-07", 0, "repealed", "1")
	w.Advance(3)
	want("what it kept", "measure-01", 0, "applied", "1")
	want("what it took away, before anybody is told", "measure-02", 0, "repealed", "0")
	want("what it brought, before anybody is told", "measure-07", 0, "not-planned", "1")
	_, _, _, err := w.Daily(ctx, w.System(), nil)
	must(t, err)
	sendAll(t, w.Bundle, directive.Acknowledged)
	want("what it took away", "measure-02", 0, "repealed", "0")
	want("what it brought", "measure-07", 0, "applied", "1")
	want("what it brought to a body", "measure-06", 0, "applied", "1")
	w.Advance(2)
	want("a day of the first edition", "measure-02", first, "applied", "0")
	want("a day before the second", "measure-07", first, "repealed", "1")
	want("the first day of the second", "measure-02", first.AddDays(3), "repealed", "0")
	want("the first day of what it brought", "measure-07", first.AddDays(3), "applied", "1")
	want("before any edition", "measure-01", day.Of(2015, 1, 1), "decision-not-in-force", "0")
}
