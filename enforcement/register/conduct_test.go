package register_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/explain"
	"concordat/enforcement/listing"
	"concordat/enforcement/plan"
	"concordat/memoranda"
)

// Of the made edition, and what is left of it for who was listed on other conduct alone: body
// 2 is told nothing.
var (
	ableEdition  = madeEdition{{1, 90}, {2, 90, 91}, {91}, {3}}
	otherEdition = madeEdition{{1}, {2}, {}, {3}}
)

// Whoever was listed on conduct 2 to 6 alone gets nothing of what only a clause on who can
// perform carries; with conduct 1 among them they get all of it. Where that is dropped, what
// rests on it is withdrawn everywhere in the same act, also while everything is held.
func TestOnlyWhoCanPerformGetsWhatNeedsIt(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, ableEdition)
	ctx := t.Context()
	for _, conducts := range [][]listing.Conduct{{1}, {2}, {3}, {4}, {5}, {6}, {1, 3}, {2, 4, 6}, {1, 2, 3, 4, 5, 6}} {
		id, want := w.Published(w.Subject(w.Person()), conducts...), otherEdition
		if slices.Contains(conducts, listing.AbleButRefuses) {
			want = ableEdition
		}
		w.wants(fmt.Sprint(conducts), id, want)
	}
	subject := w.Subject(w.Person())
	id := w.Published(subject, listing.AbleButRefuses, listing.EvadesBySham)
	w.wants("both", id, ableEdition)
	must(t, justError(w.Listings.OpenExclusion(ctx, w.Clerk(), id, enforcetest.Fact(listing.SecurityGiven, w.Day()))))
	must(t, w.Listings.Drop(ctx, w.Judge(), enforcetest.Of(id), "演示:其余情形仍足以列入"))
	w.wants("conduct 1 dropped", id, otherEdition)
	w.replan()
	w.wants("and the daily round after it", id, otherEdition)
	told := value(w.Explainer.Explain(ctx, w.Judge(), subject, plan.MeasureName{Memorandum: "made", Slug: "measure-91"}, 0))(t)
	if !slices.ContainsFunc(told, func(e explain.Explanation) bool { return !e.Applied && e.Reason.Code == memoranda.ExcludedNeedsAble }) {
		t.Errorf("it is explained by %+v", told)
	}
	w.adopt(madeEdition{{1, 90, 92}, {2}, {92}, {3, 91}})
	w.replan()
	w.wants("after another edition", id, madeEdition{{1}, {2}, {}, {3}})
	w.clean()
	wantAudit(t, w.Bundle)
}

// A region that is said of a case while conduct 1 is dropped from it waits, and then sees what was
// dropped: what was withdrawn is not imposed again.
func TestARegionSaidMeanwhileGivesBackNothingThatWasDropped(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, ableEdition)
	ctx := t.Context()
	person := w.Person()
	id := w.Published(w.Subject(person), listing.AbleButRefuses, listing.EvadesBySham)
	must(t, justError(w.Listings.OpenExclusion(ctx, w.Clerk(), id, enforcetest.Fact(listing.SecurityGiven, w.Day()))))
	third := value(w.DB.Pool.Begin(ctx))(t)
	defer func() { _ = third.Rollback(context.WithoutCancel(ctx)) }()
	_, err := third.Exec(ctx, `SELECT FROM ground WHERE id = $1 FOR NO KEY UPDATE`, id)
	must(t, err)
	var both sync.WaitGroup
	var dropped, stated error
	both.Go(func() {
		dropped = w.Listings.Drop(ctx, w.Judge(), enforcetest.Of(id), "演示:其余情形仍足以列入")
	})
	waiting(t, w.Bundle, 1)
	both.Go(func() {
		stated = w.Replanner.StateRegion(ctx, w.Judge(), id, person.Region, "演示:经查居住证记载现住此地")
	})
	waiting(t, w.Bundle, 2)
	must(t, third.Rollback(ctx))
	both.Wait()
	must(t, errors.Join(dropped, stated))
	w.wants("conduct 1 dropped, and the region said", id, otherEdition)
	w.clean()
	wantAudit(t, w.Bundle)
}

// A listing that a release before put in force on other conduct, when plans knew no difference,
// follows with the first round of this one, also one that is suspended.
func TestListingsOfBeforeFollowTheirConduct(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, ableEdition)
	ctx := t.Context()
	var ids []enforcement.ID
	for range 4 {
		id := w.Decided(w.Subject(w.Person()), listing.EvadesBySham)
		must(t, w.Listings.Serve(ctx, w.Clerk(), enforcetest.Of(id), w.Service()))
		ids = append(ids, id)
	}
	w.before(func() {
		for _, id := range ids[:3] {
			must(t, w.Listings.Publish(ctx, w.System(), enforcetest.Of(id)))
			w.wants("as the release before planned", id, ableEdition)
		}
	})
	must(t, w.Listings.Suspend(ctx, w.Judge(), enforcetest.Of(ids[1]), enforcetest.Brake()))
	must(t, w.Listings.Revoke(ctx, w.Judge(), enforcetest.Of(ids[2]), w.Ending(0)))
	_, _, _, err := w.Daily(ctx, w.System(), nil)
	must(t, err)
	w.wants("in force", ids[0], otherEdition)
	w.wants("served before, published now", ids[3], otherEdition)
	must(t, w.Listings.Resume(ctx, w.President(), enforcetest.Of(ids[1]), enforcetest.Resumption()))
	w.wants("suspended meanwhile", ids[1], otherEdition)
	if n := value(w.Replanner.FollowConducts(ctx, w.System()))(t); n != 0 {
		t.Errorf("%d followed twice", n)
	}
	w.clean()
	wantAudit(t, w.Bundle)
}

// before does what a release does that knows no difference of conduct.
func (w *planned) before(do func()) {
	w.t.Helper()
	knows := func(answer string) {
		_, err := w.DB.Pool.Exec(w.t.Context(), `CREATE OR REPLACE FUNCTION other_conduct(g ground) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT `+answer+` $$`)
		must(w.t, err)
	}
	knows(`false`)
	do()
	knows(`coalesce((SELECT NOT 1 = ANY (l.conducts) FROM listing l WHERE l.id = g.id), false)`)
}

// The release before, still running beside this one, puts somebody in force after this one has
// looked; or a listing could not follow, for an edition's text was unknown. It follows on the next
// day, and when what is in force is known better, by the process that runs.
func TestWhoeverDidNotFollowIsLookedForAgain(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, ableEdition)
	ctx := t.Context()
	for what, learn := range map[string]func(){
		"on the next day":        func() { w.Advance(1) },
		"with another statement": func() { w.attest(w.next(madeEdition{{1}, {2}, {}, {93}}, w.Day().AddDays(1))) },
	} {
		id := w.Decided(w.Subject(w.Person()), listing.EvadesBySham)
		must(t, w.Listings.Serve(ctx, w.Clerk(), enforcetest.Of(id), w.Service()))
		value(w.Lift(ctx, w.System()))(t)
		w.before(func() { must(t, w.Listings.Publish(ctx, w.System(), enforcetest.Of(id))) })
		w.wants("by the release before", id, ableEdition)
		learn()
		value(w.Lift(ctx, w.System()))(t)
		w.wants(what, id, otherEdition)
	}
	w.clean()
	wantAudit(t, w.Bundle)
}
