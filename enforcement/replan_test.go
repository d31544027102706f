package enforcement_test

import (
	"testing"

	"concordat/enforcement"
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
	sendAll(t, w.Bundle, enforcement.Acknowledged)
	suspended := w.Published(w.Subject(w.Person()))
	must(t, w.Suspend(ctx, w.Judge(), of(suspended), enforcement.CourtStay))
	ended := w.Published(w.Subject(w.Person()))
	must(t, w.Delete(ctx, w.Judge(), of(ended), w.Ending(1)))
	for _, ground := range []enforcement.ID{live, sent} {
		w.wants("before", ground, first)
	}

	next := madeEdition{{1}, {3, 7}, {4, 8}, {}}
	w.adopt(next)
	done := w.replan()
	if want := (enforcement.ReplanProgress{Plans: 2, Grounds: done.Grounds, Withdrawn: 3, Shrunk: 6, Grown: 3}); done != want {
		t.Errorf("done %+v, want %+v", done, want)
	}
	for _, ground := range []enforcement.ID{live, sent} {
		w.wants("after", ground, next)
	}
	w.clean()
	if again := w.replan(); again != (enforcement.ReplanProgress{}) {
		t.Errorf("asked again: %+v", again)
	}
	if n := w.Count(`SELECT count(*) FROM amendment a JOIN directive d ON d.id = a.directive_id WHERE d.ground_id = $1 AND a.due AND a.burdens`, suspended); n != 0 {
		t.Errorf("%d versions of a suspended ground would burden", n)
	}
	must(t, w.Resume(ctx, w.Judge(), of(suspended)))
	w.wants("resumed", suspended, next)
	w.clean()

	w.adopt(first)
	if done := w.replan(); done.Added != 3 || done.Withdrawn != 0 {
		t.Errorf("back again: %+v", done)
	}
	for _, ground := range []enforcement.ID{live, sent, suspended} {
		w.wants("back again", ground, first)
		must(t, w.Delete(ctx, w.Judge(), of(ground), w.Ending(1)))
		w.wants("ended", ground, madeEdition{})
	}
	w.clean()
}
