//go:build !race

// One thing after the other, over much: of data races nothing is asked here (make plain).

package register_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/replan"
)

// randomEdition draws what the bodies of an edition do, out of seven measures.
func randomEdition() *rapid.Generator[madeEdition] {
	return rapid.Custom(func(r *rapid.T) (e madeEdition) {
		for b := range e {
			for m := 1; m <= 7; m++ {
				if rapid.IntRange(0, 2).Draw(r, "takes") == 0 {
					e[b] = append(e[b], m)
				}
			}
		}
		return e
	})
}

// Whatever is published, sent, suspended, resumed, extended or ended between random
// editions, and wherever replannings break off: when one came to its end, every
// ground carries what the day's edition says, no organisation has two directives of
// it, the receivers hold the same once all is delivered, and the events alone tell
// it. An edition followed by its reverse leaves what was.
func TestRandomEditions(t *testing.T) {
	t.Parallel()
	var w *planned
	var held map[enforcement.OrganisationID]*ledger
	led := 0
	check := func(r *rapid.T) {
		if w == nil || led == 15 {
			w, led = newPlanned(t, madeEdition{{1, 2, 3}, {2, 4}, {5}, {}}), 0
			held = map[enforcement.OrganisationID]*ledger{}
			for _, org := range w.Departments {
				held[org] = &ledger{}
			}
		}
		led++
		bad := w
		w = nil // what a failure leaves is no place for another life
		l := randomLife{planned: bad, r: r, held: held}
		before := l.now()
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			l.step()
		}
		l.converged()
		changed := l.now()
		l.foreseen(before)
		l.agree("after the reverse", before)
		l.foreseen(randomEdition().Draw(r, "foreseen"))
		l.adopt(changed)
		l.interrupted(rapid.IntRange(0, 3).Draw(r, "chunks"))
		l.converged()
		l.over()
		if t.Failed() {
			r.Fatal("see above")
		}
		w = bad
	}
	rapid.Check(t, fewTimes(t, check))
}

// randomLife is what happens between and during editions.
type randomLife struct {
	*planned
	r     *rapid.T
	held  map[enforcement.OrganisationID]*ledger
	live  []enforcement.ID
	stays []enforcement.ID // suspended
}

func (l *randomLife) now() madeEdition { return l.list[len(l.list)-1] }

func (l *randomLife) step() {
	ctx := l.t.Context()
	pick := func(list []enforcement.ID) (enforcement.ID, int) {
		i := rapid.IntRange(0, len(list)-1).Draw(l.r, "which")
		return list[i], i
	}
	switch do := rapid.IntRange(0, 9).Draw(l.r, "do"); {
	case do <= 1 || len(l.live)+len(l.stays) == 0:
		l.live = append(l.live, l.Published(l.Subject(l.Person())))
	case do == 2 && len(l.live) > 0:
		id, i := pick(l.live)
		must(l.t, l.Listings.Suspend(ctx, l.Judge(), of(id), enforcetest.Brake()))
		l.live, l.stays = slices.Delete(l.live, i, i+1), append(l.stays, id)
	case do == 3 && len(l.stays) > 0:
		id, i := pick(l.stays)
		must(l.t, l.Listings.Resume(ctx, l.President(), of(id), enforcetest.Resumption()))
		l.stays, l.live = slices.Delete(l.stays, i, i+1), append(l.live, id)
	case do == 4 && len(l.live) > 0:
		id, i := pick(l.live)
		must(l.t, l.Listings.Delete(ctx, l.Judge(), of(id), l.Ending(1)))
		l.live = slices.Delete(l.live, i, i+1)
		l.wants("ended", id, madeEdition{})
	case do <= 6:
		l.travel(rapid.IntRange(1, 6).Draw(l.r, "limit"))
	case do == 7:
		l.interrupted(rapid.IntRange(0, 4).Draw(l.r, "chunks"))
	default:
		l.adopt(randomEdition().Draw(l.r, "edition"))
		if rapid.Bool().Draw(l.r, "follow") {
			l.interrupted(rapid.IntRange(0, 4).Draw(l.r, "chunks"))
		}
	}
}

// travel sends something of each lane, of which some is in doubt.
func (l *randomLife) travel(limit int) {
	ctx := l.t.Context()
	for _, lane := range value(l.Directives.Lanes(ctx, l.Day()))(l.t) {
		items := value(l.Directives.Due(ctx, lane.Organisation, lane.Lane, l.Day(), enforcement.ID{}, limit))(l.t)
		if len(items) == 0 {
			continue
		}
		attempt := value(l.Directives.Open(ctx, l.System(), lane, "webhook", items, []byte("h")))(l.t)
		step := rapid.SampledFrom([]directive.Step{directive.Acknowledged, directive.Delivered, directive.Left}).Draw(l.r, "answer")
		if step != directive.Left || rapid.Bool().Draw(l.r, "arrives") {
			l.held[lane.Organisation].apply(items...)
		}
		if rapid.IntRange(0, 3).Draw(l.r, "meanwhile") == 0 {
			l.interrupted(rapid.IntRange(0, 2).Draw(l.r, "chunks"))
		}
		must(l.t, l.Directives.Settle(ctx, l.System(), attempt, all(len(items), step)))
	}
}

func (l *randomLife) converged() {
	l.replan()
	l.agree("converged", l.now())
	l.sendAll()
	l.arrived(slices.Concat(l.live, l.stays)...)
	l.clean()
}

// arrived compares what grounds' directives carry with what their receivers hold.
func (l *randomLife) arrived(grounds ...enforcement.ID) {
	for _, one := range recordOf(l.t, l.Bundle, grounds...) {
		if err := l.held[one.organisation].holds(one, one.set, 0); err != nil || one.due {
			l.t.Error(err)
		}
	}
}

// foreseen adopts an edition, and demands that all follow as the dry run said.
func (l *randomLife) foreseen(e madeEdition) {
	before := l.fingerprint()
	next, attested := editions(l.t, l.Day().AddDays(1-len(l.list)), append(slices.Clone(l.list), e))
	act := l.System()
	act.At = act.At.AddDate(0, 0, 1)
	foresees := value(l.Replanner.Impact(l.t.Context(), act, next, attested.Statements...))(l.t)
	if l.fingerprint() != before {
		l.t.Error("a dry run wrote something")
	}
	l.adopt(e)
	done := l.replan()
	if got := (replan.Counts{Withdrawn: done.Withdrawn, Shrunk: done.Shrunk, Grown: done.Grown, Added: done.Added}); got != foresees.Counts {
		l.t.Errorf("done %+v, foreseen %+v", got, foresees.Counts)
	}
	var sum replan.Counts
	for _, o := range foresees.Organisations {
		sum.Withdrawn, sum.Shrunk, sum.Grown, sum.Added = sum.Withdrawn+o.Withdrawn, sum.Shrunk+o.Shrunk, sum.Grown+o.Grown, sum.Added+o.Added
		if len(o.Examples) == 0 || len(o.Examples) > 3 {
			l.t.Errorf("organisation %s: examples %v", o.Slug, o.Examples)
		}
	}
	if sum != foresees.Counts || len(foresees.Unattested) != 0 {
		l.t.Errorf("organisations %+v, all %+v, unattested %v", sum, foresees.Counts, foresees.Unattested)
	}
}

// fingerprint is everything that a dry run must leave as it is.
func (l *randomLife) fingerprint() string {
	var text string
	must(l.t, l.DB.Pool.QueryRow(l.t.Context(), `SELECT concat_ws('|', (SELECT count(*) FROM event), (SELECT count(*) FROM river.river_job), (SELECT count(*) FROM plan), (SELECT count(*) FROM measure),
		(SELECT count(*) FROM incident), (SELECT count(*) FROM edition), (SELECT md5(string_agg(s::text, ';' ORDER BY from_plan)) FROM plan_switch s), (SELECT md5(string_agg(g::text, ';' ORDER BY id)) FROM ground g),
		(SELECT md5(string_agg(d::text, ';' ORDER BY id)) FROM directive d), (SELECT md5(string_agg(a::text, ';' ORDER BY directive_id, version)) FROM amendment a))`).Scan(&text))
	return text
}

func (l *randomLife) agree(what string, e madeEdition) {
	for _, id := range l.live {
		l.wants(what, id, e)
	}
	for _, id := range l.stays {
		l.wants(fmt.Sprint(what, ", suspended"), id, madeEdition{})
	}
}

// over resumes what is suspended, and ends everything.
func (l *randomLife) over() {
	ctx := l.t.Context()
	for _, id := range l.stays {
		must(l.t, l.Listings.Resume(ctx, l.President(), of(id), enforcetest.Resumption()))
		l.wants("resumed", id, l.now())
	}
	for _, id := range slices.Concat(l.live, l.stays) {
		must(l.t, l.Listings.Delete(ctx, l.Judge(), of(id), l.Ending(1)))
		l.wants("ended", id, madeEdition{})
	}
	l.sendAll()
	l.arrived(slices.Concat(l.live, l.stays)...)
	l.clean()
}

// sendAll sends until nothing is due, and all of it arrives.
func (l *randomLife) sendAll() {
	ctx := l.t.Context()
	for range 100 {
		lanes := value(l.Directives.Lanes(ctx, l.Day()))(l.t)
		if len(lanes) == 0 {
			return
		}
		for _, lane := range lanes {
			items := value(l.Directives.Due(ctx, lane.Organisation, lane.Lane, l.Day(), enforcement.ID{}, 1000))(l.t)
			attempt := value(l.Directives.Open(ctx, l.System(), lane, "webhook", items, []byte("h")))(l.t)
			l.held[lane.Organisation].apply(items...)
			must(l.t, l.Directives.Settle(ctx, l.System(), attempt, all(len(items), directive.Acknowledged)))
		}
	}
	l.t.Error("something is due again and again")
}

// TestAnOvertakenChangeStillJoins: a directive is withdrawn on the way to an edition
// that takes all of it away, and before its successor is made the next edition
// comes, which shares something with both.
func TestAnOvertakenChangeStillJoins(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, madeEdition{{1, 2, 3}, {4}})
	ground := w.Published(w.Subject(w.Person()))
	w.adopt(madeEdition{{5}, {4}})
	w.interrupted(1)
	last := madeEdition{{3, 5, 6}, {4}}
	w.adopt(last)
	w.replan()
	w.wants("overtaken", ground, last)
	w.clean()
}
