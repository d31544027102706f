package register_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/replan"
)

// An edition takes a measure from one body, gives one to another, exchanges one at
// a third and drops the last: every live ground follows, as new versions.
func TestReplanFollowsAnEdition(t *testing.T) {
	t.Parallel()
	first := madeEdition{{1, 2}, {3}, {4, 5}, {6}}
	w := newPlanned(t, first)
	ctx := t.Context()
	live := w.Published(w.Subject(w.Person()))
	sent := w.Published(w.Subject(w.Company()))
	sendAll(t, w.Bundle, directive.Acknowledged)
	suspended := w.Published(w.Subject(w.Person()))
	must(t, w.Listings.Suspend(ctx, w.Judge(), of(suspended), enforcetest.Brake()))
	ended := w.Published(w.Subject(w.Person()))
	must(t, w.Listings.Delete(ctx, w.Judge(), of(ended), w.Ending(1)))
	for _, ground := range []enforcement.ID{live, sent} {
		w.wants("before", ground, first)
	}

	next := madeEdition{{1}, {3, 7}, {4, 8}, {}}
	w.adopt(next)
	done := w.replan()
	if want := (replan.Progress{Plans: 2, Grounds: done.Grounds, Withdrawn: 3, Shrunk: 6, Grown: 3}); done != want {
		t.Errorf("done %+v, want %+v", done, want)
	}
	for _, ground := range []enforcement.ID{live, sent} {
		w.wants("after", ground, next)
	}
	w.clean()
	log := value(w.Record.Entries(ctx, live))(t)
	if last := log[len(log)-1]; last.Kind != replan.EventReplanned || last.Directives != 4 {
		t.Errorf("the ground's log ends with %+v", last)
	}
	if again := w.replan(); again != (replan.Progress{}) {
		t.Errorf("asked again: %+v", again)
	}
	if n := w.Count(`SELECT count(*) FROM amendment a JOIN directive d ON d.id = a.directive_id WHERE d.ground_id = $1 AND a.due AND a.burdens`, suspended); n != 0 {
		t.Errorf("%d versions of a suspended ground would burden", n)
	}
	must(t, w.Listings.Resume(ctx, w.President(), of(suspended), enforcetest.Resumption()))
	w.wants("resumed", suspended, next)
	w.clean()

	w.adopt(first)
	if done := w.replan(); done.Added != 3 || done.Withdrawn != 0 {
		t.Errorf("back again: %+v", done)
	}
	for _, ground := range []enforcement.ID{live, sent, suspended} {
		w.wants("back again", ground, first)
		must(t, w.Listings.Delete(ctx, w.Judge(), of(ground), w.Ending(1)))
		w.wants("ended", ground, madeEdition{})
	}
	w.clean()
}

// From the moment of the switch no look-up tells of a measure that the edition of
// the day does not hold, although nothing has followed yet.
func TestLookUpsTellTheTruthAtOnce(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, madeEdition{{1, 2}, {3}, {2, 4}, {}})
	ctx := t.Context()
	subject := w.Subject(w.Person())
	live := w.Published(subject)
	stayed := w.Published(subject)
	must(t, w.Listings.Suspend(ctx, w.Judge(), of(stayed), enforcetest.Stay()))
	told := func(what string, want map[int][]string) {
		t.Helper()
		got := map[int][]string{}
		for _, m := range value(w.Directives.MeasuresInForce(ctx, subject, w.Day()))(t) {
			if m.Ground != live {
				t.Errorf("%s: %s under the suspended ground", what, m.Measure.Slug)
			}
			body := slices.Index(w.Departments, m.Organisation)
			got[body] = append(got[body], m.Measure.Slug)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
		views := map[string][]directive.Directive{"a ground's": value(w.Directives.On(ctx, live, w.Day()))(t)}
		for _, org := range w.Departments {
			views["an organisation's"] = append(views["an organisation's"], value(w.Directives.List(ctx, officer(w.Bundle, org), enforcement.ID{}, 100))(t)...)
		}
		for view, list := range views {
			for _, d := range list {
				body := slices.Index(w.Departments, d.Organisation)
				if d.Ground != live {
					continue
				}
				for _, m := range d.Measures {
					if !slices.Contains(want[body], m.Slug) {
						t.Errorf("%s: %s list of directives shows %s at body %d", what, view, m.Slug, body)
					}
				}
			}
		}
	}
	told("before", map[int][]string{0: names(1, 2), 1: names(3), 2: names(2, 4)})
	w.adopt(madeEdition{{1}, {}, {4, 5}, {6}})
	told("after the switch", map[int][]string{0: names(1), 2: names(4)})
	w.replan()
	told("when all have followed", map[int][]string{0: names(1), 2: names(4, 5), 3: names(6)})
}
