package register_test

import (
	"sync"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/hold"
)

// Under a hold what a change of plan lifts leaves, and what it adds waits.
func TestReplanUnderAHold(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, madeEdition{{1, 2}, {3}, {4}, {}})
	ctx := t.Context()
	w.Published(w.Subject(w.Person()))
	sendAll(t, w.Bundle, directive.Acknowledged)
	must(t, second(w.Holds.Place(ctx, operatorOf(w.Bundle, "op-1"), hold.NewHold{Scope: hold.Memorandum, Memorandum: "made", Reason: "演示"})))
	w.adopt(madeEdition{{1, 5}, {}, {4, 6}, {7}})
	w.replan()
	got := map[directive.VersionKind]int{}
	for _, item := range sendAll(t, w.Bundle, directive.Acknowledged) {
		got[item.Kind]++
		if len(item.Measures) > 1 || (len(item.Measures) == 1 && w.Plans.MeasureName(item.Measures[0]).Slug != "measure-01") {
			t.Errorf("under the hold %s leaves with %v", item.Kind, item.Measures)
		}
	}
	if got[directive.Amend] != 1 || got[directive.Withdraw] != 1 {
		t.Errorf("left: %v", got)
	}
	if n := w.Count(`SELECT (SELECT count(*) FROM directive WHERE due) + (SELECT count(*) FROM amendment WHERE due)`); n != 3 {
		t.Errorf("%d versions wait for the end of the hold, want 3", n)
	}
	w.clean()
}

func second[T any](_ T, err error) error { return err }

// In a restored record the versions of a change of plan jump as all others do, and
// nobody knows what left.
func TestReplanAfterARestore(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, madeEdition{{1, 2}, {3}, {4}, {}})
	ground := w.Published(w.Subject(w.Person()))
	sendAll(t, w.Bundle, directive.Acknowledged)
	queued := w.Published(w.Subject(w.Person()))
	restored(t, w.Bundle)
	next := madeEdition{{1, 5}, {}, {4}, {}}
	w.adopt(next)
	w.replan()
	w.wants("after", ground, next)
	w.wants("after", queued, next)
	if n := w.Count(`SELECT count(*) FROM amendment WHERE version NOT IN (1001, 1002)`); n != 0 {
		t.Errorf("%d versions did not jump", n)
	}
	if n := w.Count(`SELECT count(*) FROM amendment WHERE kind = 'withdraw' AND step = 'cancelled'`); n != 0 {
		t.Errorf("%d withdrawals are not sent, and what they lift may have left", n)
	}
	w.clean()
}

// Two replannings, publications, suspensions, ends and deliveries at once: nobody
// waits for ever, and when all is quiet one more replanning leaves what the edition
// says.
func TestReplanBesideEverything(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, madeEdition{{1, 2}, {3}, {4, 5}, {}})
	ctx := t.Context()
	grounds := make([]enforcement.ID, 12)
	for i := range grounds {
		grounds[i] = w.Published(w.Subject(w.Person()))
	}
	sendAll(t, w.Bundle, directive.Delivered)
	decided := make([]enforcement.ID, 6)
	for i := range decided {
		decided[i] = w.Decided(w.Subject(w.Person()))
		must(t, w.Listings.Serve(ctx, w.Clerk(), of(decided[i]), w.Service()))
	}
	next := madeEdition{{1}, {3, 6}, {}, {7}}
	w.adopt(next)
	var all sync.WaitGroup
	errs := make(chan error, 100)
	for range 2 {
		all.Go(func() { errs <- second(w.Replanner.Follow(ctx, w.System(), nil)) })
	}
	for i, id := range grounds {
		all.Go(func() {
			switch i % 3 {
			case 0:
				errs <- w.Listings.Delete(ctx, w.Judge(), of(id), w.Ending(1))
			case 1:
				errs <- w.Listings.Suspend(ctx, w.Judge(), of(id), enforcetest.Brake())
				errs <- w.Listings.Resume(ctx, w.President(), of(id), enforcetest.Resumption())
			}
		})
	}
	for _, id := range decided {
		all.Go(func() { errs <- w.Listings.Publish(ctx, w.System(), of(id)) })
	}
	all.Go(func() { sendAll(t, w.Bundle, directive.Acknowledged) })
	all.Wait()
	close(errs)
	for err := range errs {
		must(t, err)
	}
	w.replan()
	for i, id := range grounds {
		if i%3 == 0 {
			w.wants("ended", id, madeEdition{})
		} else {
			w.wants("live", id, next)
		}
	}
	for _, id := range decided {
		w.wants("published meanwhile", id, next)
	}
	w.clean()
}
