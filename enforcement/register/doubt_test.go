package register_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/paper"
	"concordat/internal/pg"
)

// doubts is an answer by which an organisation refuses a measure, for it cannot tell whose
// identity it is.
func doubts(d directive.Directive, version int16) []directive.Answer {
	return []directive.Answer{{Directive: d.ID, Version: version, Step: directive.Acknowledged, Reports: []directive.Report{
		{Measure: d.Measures[0], Outcome: directive.RefusedReport, Reason: "identity-doubtful"},
	}}}
}

// another is somebody else in the same role.
func another(act enforcement.Act) enforcement.Act {
	act.Actor.ID += "-2"
	return act
}

// newestOf is a directive as it stands.
func newestOf(t testing.TB, b *enforcetest.Bundle, d directive.Directive) directive.Directive {
	t.Helper()
	list := directives(t, b, d.Ground)
	return list[slices.IndexFunc(list, func(one directive.Directive) bool { return one.ID == d.ID })]
}

// wantNewest demands of which kind and number the newest version of a directive is.
func wantNewest(t testing.TB, b *enforcetest.Bundle, what string, d directive.Directive, kind directive.VersionKind, version int16) {
	t.Helper()
	if now := newestOf(t, b, d); now.Kind != kind || now.Version != version || (len(now.Measures) == 0) != (kind == directive.Suspend || kind == directive.Withdraw) {
		t.Errorf("%s: it stands at version %d, %s, with %d measures; want %d, %s", what, now.Version, now.Kind, len(now.Measures), version, kind)
	}
}

// doubtTask is the open task of a doubt.
func doubtTask(t testing.TB, b *enforcetest.Bundle, id enforcement.ID) (task enforcement.ID) {
	t.Helper()
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT id FROM task WHERE ground_id = $1 AND kind = 'identity-doubtful' AND closed_on IS NULL`, id).Scan(&task))
	return task
}

// doubtedCase is a case in force at two organisations, with the acts of its owner.
type doubtedCase struct {
	*enforcetest.Bundle
	id            enforcement.ID
	first, beside directive.Directive
	examiner      enforcement.Act
	resume        func(ground.Resumption) error
	suspendedFor  func() string
	end           func() error
	correct       func() error
}

// ofCourt is a listing of a court, ofDepartment one of a department's list.
func ofCourt(t *testing.T) *doubtedCase {
	b := enforcetest.Setup(t)
	few(t, b, 2)
	identity := b.Company()
	id := b.Published(b.Subject(identity))
	c := &doubtedCase{Bundle: b, id: id, examiner: b.President()}
	ctx := t.Context()
	c.resume = func(s ground.Resumption) error { return b.Listings.Resume(ctx, b.President(), of(id), s) }
	c.suspendedFor = func() string { return state(t, b, id).SuspendedFor }
	c.end = func() error { return b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)) }
	c.correct = func() error {
		must(t, b.Listings.OpenCorrection(ctx, b.Judge(), of(id), b.Day()))
		return b.Listings.Correct(ctx, b.Judge(), of(id), identity)
	}
	return c.sent(t)
}

func ofDepartment(t *testing.T) *doubtedCase {
	l := enforcetest.SetupLists(t)
	id := l.PublishedOn(enforcetest.ListSerious, l.Subject(l.Company()))
	c := &doubtedCase{Bundle: l.Bundle, id: id, examiner: l.SecondReviewer()}
	ctx := t.Context()
	c.resume = func(s ground.Resumption) error { return l.Administrative.Resume(ctx, l.SecondReviewer(), of(id), s) }
	c.suspendedFor = func() string { return value(l.Administrative.Get(ctx, l.System(), id))(t).SuspendedFor }
	c.end = func() error {
		return l.Administrative.Delete(ctx, l.OwnersReviewer(), of(id), l.EndOfIt("subject-ceased"))
	}
	return c.sent(t)
}

func (c *doubtedCase) sent(t *testing.T) *doubtedCase {
	sendAll(t, c.Bundle, directive.Acknowledged)
	list := directives(t, c.Bundle, c.id)
	c.first, c.beside = list[0], list[1]
	return c
}

func (c *doubtedCase) doubt(t *testing.T, version int16) {
	t.Helper()
	must(t, c.Directives.Answer(t.Context(), officer(c.Bundle, c.first.Organisation), doubts(c.first, version)))
}

func bothLists(t *testing.T, test func(t *testing.T, c *doubtedCase)) {
	for name, made := range map[string]func(*testing.T) *doubtedCase{"a court's": ofCourt, "a department's": ofDepartment} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, made(t))
		})
	}
}

// A department that cannot tell whose identity it is restricts nobody from that moment on;
// others go on. Its owner's check of the identity alone gives it back.
func TestADoubtSuspendsAtItsDepartmentAtOnce(t *testing.T) {
	t.Parallel()
	bothLists(t, func(t *testing.T, c *doubtedCase) {
		ctx, check := t.Context(), enforcetest.Resumption().Paper
		c.doubt(t, 1)
		wantNewest(t, c.Bundle, "doubted", c.first, directive.Suspend, 2)
		wantNewest(t, c.Bundle, "beside it", c.beside, directive.Impose, 1)
		if n := c.Count(`SELECT count(*) FROM amendment WHERE directive_id = $1 AND lane = 'express' AND due AND NOT burdens`, c.first.ID); n != 1 || c.suspendedFor() != "" {
			t.Errorf("%d go express, and the case is suspended for %q", n, c.suspendedFor())
		}
		schemaRefuses(t, c.Bundle, "amendment_doubted_is_empty", `INSERT INTO amendment (directive_id, version, organisation_id, kind, lane, step, burdens, due, measures)
			VALUES ($1, 3, $2, 'resume', 'bulk', 'queued', true, true, '{1}')`, c.first.ID, c.first.Organisation)
		if c.correct != nil {
			must(t, c.correct())
			wantNewest(t, c.Bundle, "corrected", c.first, directive.Suspend, 2)
			wantNewest(t, c.Bundle, "corrected, beside it", c.beside, directive.Amend, 2)
		}
		sendAll(t, c.Bundle, directive.Acknowledged)
		task := doubtTask(t, c.Bundle, c.id)
		examined := func(act enforcement.Act, document paper.Given) error {
			return c.Listings.CloseTask(ctx, act, task, "examined", why, document)
		}
		for _, blank := range []paper.Given{{}, enforcetest.Paper(" \n")} {
			wantCode(t, "without the check", examined(c.examiner, blank), "resumption.identity")
		}
		who := c.examiner
		who.Actor.ID = officer(c.Bundle, c.first.Organisation).Actor.ID
		wantCode(t, "who doubted it", examined(who, check), "exclusion.second-person")
		wantNewest(t, c.Bundle, "refused", c.first, directive.Suspend, 2)
		must(t, examined(c.examiner, check))
		wantNewest(t, c.Bundle, "examined", c.first, directive.Resume, 3)
		if now := newestOf(t, c.Bundle, c.first); !slices.Equal(now.Measures, c.first.Measures) || now.Step != directive.Queued {
			t.Errorf("given back: %+v", now)
		}
		wantCode(t, "examined twice", examined(c.examiner, check), "not-found")
		again := doubts(c.first, 1) // the same answer comes again, with a new word on something else
		for _, m := range c.first.Measures[1:] {
			again[0].Reports = append(again[0].Reports, directive.Report{Measure: m, Outcome: directive.Implemented})
		}
		must(t, c.Directives.Answer(ctx, officer(c.Bundle, c.first.Organisation), again))
		wantNewest(t, c.Bundle, "said again", c.first, directive.Resume, 3)
		if got := openTasks(t, c.Bundle, c.id); len(got) != 0 {
			t.Errorf("said again, and the tasks are %v", got)
		}
		sendAll(t, c.Bundle, directive.Acknowledged)
		c.doubt(t, 3)
		wantNewest(t, c.Bundle, "a new doubt", c.first, directive.Suspend, 4)
		must(t, c.end())
		wantNewest(t, c.Bundle, "ended", c.first, directive.Withdraw, 5)
		c.doubt(t, 1)
		if n := c.Count(`SELECT count(*) FROM identity_doubt WHERE closed_on IS NULL`); n != 0 || slices.Contains(openTasks(t, c.Bundle, c.id), directive.TaskIdentityDoubtful) {
			t.Errorf("ended, and %d doubts stand, with the tasks %v", n, openTasks(t, c.Bundle, c.id))
		}
		wantAudit(t, c.Bundle)
	})
}

// A second person of the same department confirms the doubt, and the case is suspended
// everywhere; the check of the identity gives all of it back, by none who doubted.
func TestASecondPersonConfirmsADoubt(t *testing.T) {
	t.Parallel()
	bothLists(t, func(t *testing.T, c *doubtedCase) {
		ctx := t.Context()
		mine := officer(c.Bundle, c.first.Organisation)
		wantCode(t, "before any doubt", c.Grounds.ConfirmDoubt(ctx, another(mine), c.first.ID), "doubt.none")
		c.doubt(t, 1)
		before := fingerprint(t, c.Bundle)
		wantCode(t, "the same reviewer", c.Grounds.ConfirmDoubt(ctx, mine, c.first.ID), "doubt.second-person")
		wantCode(t, "a clerk", c.Grounds.ConfirmDoubt(ctx, c.As(enforcement.DepartmentClerk, c.first.Organisation), c.first.ID), "role.forbidden")
		wantCode(t, "another department", c.Grounds.ConfirmDoubt(ctx, officer(c.Bundle, c.beside.Organisation), c.first.ID), "not-found")
		wantCode(t, "a directive that nobody doubts", c.Grounds.ConfirmDoubt(ctx, officer(c.Bundle, c.beside.Organisation), c.beside.ID), "doubt.none")
		if fingerprint(t, c.Bundle) != before {
			t.Error("a refused confirmation left something")
		}
		schemaRefuses(t, c.Bundle, "doubt_confirmed_by_another", `UPDATE identity_doubt SET confirmed_by = reported_by, confirmed_on = reported_on WHERE ground_id = $1`, c.id)
		var late directive.OpenDoubt
		inTx := func(fn func(tx *pg.Tx) error) error {
			return c.DB.InTx(ctx, func(_ context.Context, tx *pg.Tx) error { return fn(tx) })
		}
		must(t, inTx(func(tx *pg.Tx) (err error) {
			late, err = directive.ToConfirm(ctx, tx, another(mine), c.first.ID)
			return err
		}))
		var all sync.WaitGroup
		errs := make([]error, 2)
		for i, act := range []enforcement.Act{another(mine), another(another(mine))} {
			all.Go(func() { errs[i] = c.Grounds.ConfirmDoubt(ctx, act, c.first.ID) })
		}
		all.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("two at once: %v", errs)
		}
		wantCode(t, "confirmed meanwhile", inTx(func(tx *pg.Tx) error { return late.Confirm(ctx, tx, "somebody", c.Day()) }), "doubt.none")
		if c.suspendedFor() != ground.IdentityDoubtful {
			t.Errorf("confirmed, and suspended for %q", c.suspendedFor())
		}
		wantNewest(t, c.Bundle, "confirmed", c.first, directive.Suspend, 2)
		wantNewest(t, c.Bundle, "confirmed, beside it", c.beside, directive.Suspend, 2)
		wantCode(t, "examined by a word", c.Listings.CloseTask(ctx, c.examiner, doubtTask(t, c.Bundle, c.id), "examined", why, enforcetest.Resumption().Paper), "resumption.identity")
		wantCode(t, "given back without the check", c.resume(ground.Resumption{Reasons: why}), "resumption.identity")
		must(t, c.resume(enforcetest.Resumption()))
		wantNewest(t, c.Bundle, "given back", c.first, directive.Resume, 3)
		wantNewest(t, c.Bundle, "given back, beside it", c.beside, directive.Resume, 3)
		wantCode(t, "after the resumption", c.Grounds.ConfirmDoubt(ctx, another(mine), c.first.ID), "doubt.none")
		if got := openTasks(t, c.Bundle, c.id); len(got) != 0 {
			t.Errorf("given back, and the tasks are %v", got)
		}
		wantAudit(t, c.Bundle)
	})
}

// What was suspended for another reason comes back with a doubt open by the check of the
// identity alone; and an examination gives nothing back of what is suspended as a whole.
func TestADoubtOutlastsAnotherSuspension(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 2)
	ctx := t.Context()
	stayed := b.Published(b.Subject(b.Company()), listing.EvadesBySham)
	examined := b.Published(b.Subject(b.Company()), listing.EvadesBySham)
	sendAll(t, b, directive.Acknowledged)
	for _, id := range []enforcement.ID{stayed, examined} {
		d := directives(t, b, id)[0]
		must(t, b.Directives.Answer(ctx, officer(b, d.Organisation), doubts(d, 1)))
		must(t, b.Listings.Suspend(ctx, b.Judge(), of(id), enforcetest.Stay()))
		wantNewest(t, b, "stayed", d, directive.Suspend, 2)
		wantCode(t, "without the check", b.Listings.Resume(ctx, b.President(), of(id), ground.Resumption{Reasons: why}), "resumption.identity")
		who := b.President()
		who.Actor.ID = officer(b, d.Organisation).Actor.ID
		wantCode(t, "by who doubted it", b.Listings.Resume(ctx, who, of(id), enforcetest.Resumption()), "resumption.second-person")
	}
	d := directives(t, b, examined)[0]
	must(t, b.Listings.CloseTask(ctx, b.President(), doubtTask(t, b, examined), "examined", why, enforcetest.Resumption().Paper))
	wantNewest(t, b, "examined while it is stayed", d, directive.Suspend, 2)
	must(t, b.Listings.Resume(ctx, b.President(), of(examined), enforcetest.Resuming(why)))
	must(t, b.Listings.Resume(ctx, b.President(), of(stayed), enforcetest.Resumption()))
	for _, id := range []enforcement.ID{stayed, examined} {
		for _, d := range directives(t, b, id) {
			if d.Kind != directive.Resume || len(d.Measures) == 0 {
				t.Errorf("given back, and organisation %d stands at %s", d.Organisation, d.Kind)
			}
		}
	}
	wantAudit(t, b)
}

// A restoration ends no doubt: a corrected copy does not reach who doubts, and what an
// examination gives back waits until the owner confirmed the listing.
func TestADoubtOutlastsARestoration(t *testing.T) {
	t.Parallel()
	c := ofCourt(t)
	ctx := t.Context()
	c.doubt(t, 1)
	sendAll(t, c.Bundle, directive.Acknowledged)
	restored(t, c.Bundle)
	must(t, c.correct())
	wantNewest(t, c.Bundle, "corrected", c.first, directive.Suspend, 2)
	must(t, c.Listings.CloseTask(ctx, c.examiner, doubtTask(t, c.Bundle, c.id), "examined", why, enforcetest.Resumption().Paper))
	wantNewest(t, c.Bundle, "examined", c.first, directive.Resume, 1001)
	for _, item := range sendAll(t, c.Bundle, directive.Acknowledged) {
		if len(item.Measures) > 0 {
			t.Errorf("version %d of what is unconfirmed leaves", item.Version)
		}
	}
	wantAudit(t, c.Bundle)
}

// While a doubt stands no change of an agreement restricts anybody there: what the new plan
// says is told with the examination, and not before.
func TestADoubtOutlastsAChangeOfPlan(t *testing.T) {
	t.Parallel()
	first, next := madeEdition{{1, 2}, {3}, {4}, {5}}, madeEdition{{1, 6}, {3, 7}, {8}, {5}}
	w := newPlanned(t, first)
	ctx := t.Context()
	id := w.Published(w.Subject(w.Person()))
	sendAll(t, w.Bundle, directive.Acknowledged)
	for _, d := range directives(t, w.Bundle, id) {
		if d.Organisation != w.Departments[3] {
			must(t, w.Directives.Answer(ctx, officer(w.Bundle, d.Organisation), doubts(d, 1)))
		}
	}
	w.wants("doubted", id, madeEdition{{}, {}, {}, {5}})
	w.adopt(next)
	w.replan()
	w.wants("the plan changed", id, madeEdition{{}, {}, {}, {5}})
	for _, item := range sendAll(t, w.Bundle, directive.Acknowledged) {
		if len(item.Measures) > 0 {
			t.Errorf("organisation is sent version %d, %s, with %d measures", item.Version, item.Kind, len(item.Measures))
		}
	}
	w.clean()
	must(t, w.Listings.CloseTask(ctx, w.President(), doubtTask(t, w.Bundle, id), "examined", why, enforcetest.Resumption().Paper))
	w.wants("examined", id, next)
	w.clean()
}

// A doubt that comes as a webhook's answer is the same doubt; one about what never left is
// none. Of a reward, which burdens nobody, there is the task and nothing else.
func TestWhereADoubtComesFrom(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Company()))
	d := directives(t, b, id)[0]
	wantCode(t, "never sent", b.Directives.Answer(ctx, officer(b, d.Organisation), doubts(d, 1)), "answer.not-sent")
	wantNewest(t, b, "never sent", d, directive.Impose, 1)
	w := directive.WakeUp{Organisation: d.Organisation, Lane: directive.Bulk}
	items := value(b.Directives.Due(ctx, w.Organisation, w.Lane, b.Day(), enforcement.ID{}, directive.Batch))(t)
	attempt := value(b.Directives.Open(ctx, b.System(), w, "webhook", items, []byte("hash")))(t)
	results := all(len(items), directive.Acknowledged)
	results[slices.Index(attempt.Directives, d.ID)].Reports = doubts(d, 1)[0].Reports
	must(t, b.Directives.Settle(ctx, b.System(), attempt, results))
	wantNewest(t, b, "by its webhook", d, directive.Suspend, 2)
	must(t, b.Grounds.ConfirmDoubt(ctx, officer(b, d.Organisation), d.ID)) // a person confirms what a system said
	if l := state(t, b, id); l.SuspendedFor != ground.IdentityDoubtful {
		t.Errorf("confirmed: %+v", l)
	}
	wantAudit(t, b)

	r := enforcetest.SetupRewards(t, false)
	granted := r.Rewarded(enforcetest.GoodTaxpayer, r.Subject(r.Company()))
	sendAll(t, r.Bundle, directive.Acknowledged)
	benefit := directives(t, r.Bundle, granted)[0]
	must(t, r.Directives.Answer(ctx, officer(r.Bundle, benefit.Organisation), doubts(benefit, 1)))
	wantNewest(t, r.Bundle, "a benefit", benefit, directive.VersionKind("grant"), 1)
	if got := openTasks(t, r.Bundle, granted); !slices.Contains(got, directive.TaskIdentityDoubtful) || r.Count(`SELECT count(*) FROM identity_doubt`) != 0 {
		t.Errorf("the tasks of a reward: %v", got)
	}
	wantCode(t, "a second person", r.Grounds.ConfirmDoubt(ctx, another(officer(r.Bundle, benefit.Organisation)), benefit.ID), "doubt.none")
	wantAudit(t, r.Bundle)
}

// A doubt and an end, or an examination and the court's own brake, meet in any order: what
// ended is withdrawn, and nothing carries a measure while the doubt stands.
func TestADoubtMeetsOtherActs(t *testing.T) {
	t.Parallel()
	for round := range 4 {
		c := ofCourt(t)
		ctx := t.Context()
		var both sync.WaitGroup
		both.Go(func() { _ = c.Directives.Answer(ctx, officer(c.Bundle, c.first.Organisation), doubts(c.first, 1)) }) // either may come first
		both.Go(func() {
			if round%2 == 0 {
				must(t, c.end())
			} else {
				must(t, c.correct())
			}
		})
		both.Wait()
		switch now := newestOf(t, c.Bundle, c.first); {
		case round%2 == 0 && now.Kind != directive.Withdraw:
			t.Errorf("ended, and it stands at %s", now.Kind)
		case round%2 == 1 && now.Kind != directive.Suspend:
			t.Errorf("doubted, and it stands at %s", now.Kind)
		}
		if n := c.Count(`SELECT count(*) FROM identity_doubt i JOIN ground g ON g.id = i.ground_id WHERE i.closed_on IS NULL AND g.state = 'ended'`); n != 0 {
			t.Errorf("%d doubts of what ended stand", n)
		}
		wantAudit(t, c.Bundle)
	}
}
