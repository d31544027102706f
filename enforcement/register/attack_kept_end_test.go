package register_test

import (
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/plan"
	"concordat/internal/i18n"
	"concordat/memoranda/day"
)

// What is kept ends by itself: it is overdue then as a lifting is, and so is a task that
// nobody notes. What an earlier release wrote is a task as well.
func TestWhatIsKeptEnds(t *testing.T) {
	t.Parallel()
	k := withdrawn(t)
	ctx := t.Context()
	incidents := func(kind string, org enforcement.OrganisationID) int {
		return k.Count(`SELECT count(*) FROM incident WHERE kind = $1 AND organisation_id = $2`, kind, org)
	}
	check := func(over int) {
		t.Helper()
		for range 2 {
			if n := value(k.Directives.CheckKept(ctx, enforcement.Daily(k.At())))(t); n != over {
				t.Errorf("%d kept too long on %s, want %d", n, k.Day(), over)
			}
		}
	}
	r := keeping(k.Bundle)
	r.KeptUntil = k.Day().AddDays(20)
	must(t, k.report(r))
	check(0)
	court := k.President().Actor.Organisation
	if incidents("kept-unnoted", court)+incidents("kept-over", k.d.Organisation) != 0 {
		t.Error("escalated at once")
	}
	k.Advance(20)
	check(0)
	if n := incidents("kept-unnoted", court); n != 1 {
		t.Errorf("%d incidents of what nobody noted", n)
	}
	k.Advance(1)
	check(1)
	if n := incidents("kept-over", k.d.Organisation); n != 1 || len(k.listed(k.overseer(), directive.KeptOver)) != 1 {
		t.Errorf("%d incidents of what is kept too long", n)
	}
	if over := value(k.Directives.KeptOverdue(ctx, k.Day()))(t); len(over) != 1 {
		t.Errorf("overdue at %v", over)
	}
	must(t, k.Directives.NoteKept(ctx, k.President(), directive.KeptNote{Directive: k.d.ID, Measure: k.measure, Note: directive.Noted}))
	check(1) // a note ends nothing
	must(t, k.report(directive.Report{Outcome: directive.Lifted}))
	check(0)
	if _, err := k.DB.Pool.Exec(ctx, `UPDATE report SET outcome = 'kept', basis = '演示法第1条', kept_until = reported_on + 9 WHERE directive_id = $1 AND version = 2`, k.d.ID); err != nil {
		t.Fatal(err)
	}
	check(0)
	if tasks, clocks := k.tasks(); tasks != 1 || clocks != 1 {
		t.Errorf("%d tasks, %d clocks of what an earlier release wrote", tasks, clocks)
	}
	if list := k.listed(k.Clerk(), ""); len(list) != 1 || list[0].Decision != (directive.OwnDecision{}) || list[0].Until == day.Day(0) {
		t.Errorf("kept: %+v", list)
	}
	must(t, k.report(keeping(k.Bundle))) // completed
}

// A department's system that says it keeps something on no basis that can be looked up has
// not withdrawn it, whatever it acknowledges beside.
func TestAnUnfoundedKeptLeavesTheWithdrawalOpen(t *testing.T) {
	t.Parallel()
	k := &keeper{Bundle: enforcetest.Setup(t), t: t}
	few(t, k.Bundle, 1)
	ctx := t.Context()
	id := k.Published(k.Subject(k.Company()))
	sendAll(t, k.Bundle, directive.Acknowledged)
	d := directives(t, k.Bundle, id)[0]
	must(t, k.Listings.Delete(ctx, k.Judge(), of(id), k.Ending(1)))
	w := directive.WakeUp{Organisation: d.Organisation, Lane: directive.Express}
	items := value(k.Directives.Due(ctx, w.Organisation, w.Lane, k.Day(), enforcement.ID{}, 10))(t)
	attempt := value(k.Directives.Open(ctx, k.System(), w, "webhook", items, []byte("h")))(t)
	late := keeping(k.Bundle)
	late.Measure, late.KeptUntil = d.Measures[0], k.Day().AddYears(5)
	sound := keeping(k.Bundle)
	sound.Measure = d.Measures[1]
	must(t, k.Directives.Settle(ctx, k.System(), attempt, []directive.Result{{Step: directive.Acknowledged, Reports: []directive.Report{late, sound}}}))
	if got := directives(t, k.Bundle, id)[0]; got.Step != directive.Delivered {
		t.Errorf("the withdrawal is %s", got.Step)
	}
	if n := k.Count(`SELECT count(*) FROM report WHERE outcome = 'kept'`); n != 1 {
		t.Errorf("%d reports", n)
	}
	if n := k.Count(`SELECT count(*) FROM incident WHERE kind = 'answer-unusable' AND detail = 'refused: report.kept-term'`); n != 1 {
		t.Errorf("%d incidents", n)
	}
	_, open, err := k.Directives.OverdueLiftings(ctx, k.Day())
	if must(t, err); open != 1 {
		t.Errorf("%d withdrawals are open", open)
	}
	dropped := directive.Result{Step: directive.Acknowledged, Reports: []directive.Report{{Outcome: directive.Implemented}}}
	if dropped.Drop(directive.Express); dropped.Step != directive.Acknowledged || len(dropped.Reports) != 0 {
		t.Errorf("another report costs the acknowledgement: %+v", dropped)
	}
	wantAudit(t, k.Bundle)
}

// The explanation tells the subject on what a measure is kept, where to seek review, and
// what who keeps the list says of it; it never says that it was withdrawn alone.
func TestTheExplanationTellsWhatIsKept(t *testing.T) {
	t.Parallel()
	k := withdrawn(t)
	ctx := t.Context()
	subject := state(t, k.Bundle, k.ground).Subject
	says := func(lang i18n.Language, wanted ...string) {
		t.Helper()
		list := value(k.Explainer.Explain(ctx, k.President(), subject, k.measure, k.Day()))(t)
		var told strings.Builder
		for _, e := range list {
			told.WriteString(strings.Join(e.Sentences(lang), "\n"))
		}
		for _, want := range wanted {
			if !strings.Contains(told.String(), want) {
				t.Errorf("%s: %q is not in\n%s", lang, want, told.String())
			}
		}
	}
	r := keeping(k.Bundle)
	r.KeptUntil = k.Day().AddDays(2)
	must(t, k.report(r))
	says(i18n.Chinese, "演示条例 第1条", "计为“保留”，不计为已撤销", r.Decision.Number, r.Decision.Remedy, "尚未查看")
	says(i18n.English, "counts as kept, not as withdrawn", r.Decision.Remedy, "has not looked at this yet")
	must(t, k.Directives.NoteKept(ctx, k.President(), directive.KeptNote{Directive: k.d.ID, Measure: k.measure, Note: directive.Noted}))
	says(i18n.English, "that confirms nothing")
	must(t, k.Directives.NoteKept(ctx, k.President(), directive.KeptNote{Directive: k.d.ID, Measure: k.measure, Note: directive.Disputed, Reasons: "该依据不适用"}))
	says(i18n.Chinese, "有异议：该依据不适用")
	k.Advance(3)
	says(i18n.English, "it is to be lifted")
}

// What is revoked never stood: what was kept before, after a change of plan, is over at once.
func TestNothingIsKeptOfWhatIsRevoked(t *testing.T) {
	t.Parallel()
	k := withdrawn(t)
	must(t, k.report(keeping(k.Bundle)))
	if _, err := k.DB.Pool.Exec(t.Context(), `UPDATE ground SET case_state = 'revoked' WHERE id = $1`, k.ground); err != nil {
		t.Fatal(err)
	}
	if n := value(k.Directives.CheckKept(t.Context(), k.System()))(t); n != 1 || len(k.listed(k.overseer(), directive.KeptOver)) != 1 {
		t.Errorf("%d kept of what was revoked are over", n)
	}
}

// The same of a department's own list and of a reward: the owner is told and another
// person notes it; of a reward nothing is kept, and nothing of a revoked listing.
func TestOtherKindsAreKeptAlike(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	company := l.Subject(l.Company())
	kept, revoked := l.PublishedOn(enforcetest.ListSerious, company), l.PublishedOn(enforcetest.ListHidden, l.Subject(l.Company()))
	sendAll(t, l.Bundle, directive.Acknowledged)
	measure := directives(t, l.Bundle, kept)[0].Measures[0]
	must(t, l.Administrative.Delete(ctx, l.OwnersReviewer(), of(kept), l.EndOfIt("subject-ceased")))
	must(t, l.Administrative.Revoke(ctx, l.OwnersReviewer(), of(revoked), l.EndOfIt("")))
	sendAll(t, l.Bundle, directive.Delivered)
	report := func(b *enforcetest.Bundle, ground enforcement.ID, r directive.Report) error {
		d := directives(t, b, ground)[0]
		return b.Directives.Answer(ctx, officer(b, d.Organisation), []directive.Answer{{Directive: d.ID, Version: d.Version, Step: directive.Acknowledged, Reports: []directive.Report{r}}})
	}
	for _, slug := range []string{"made-rule", "made-regional", "made-notice", "made-repealed"} {
		r := keeping(l.Bundle)
		r.Measure, r.Basis, r.Cited = measure, slug, directive.Cited{}
		wantCode(t, slug, report(l.Bundle, kept, r), "report.kept-basis")
	}
	r := keeping(l.Bundle)
	r.Measure, r.Basis, r.Cited = measure, "made-law", directive.Cited{}
	must(t, report(l.Bundle, kept, r))
	if tasks := value(l.Docket.Tasks(ctx, l.OwnersReviewer(), enforcement.ID{}, 10))(t); len(tasks) != 1 || tasks[0].Kind != directive.TaskKept || tasks[0].Ground != kept {
		t.Errorf("the owner has %+v", tasks)
	}
	note := directive.KeptNote{Directive: directives(t, l.Bundle, kept)[0].ID, Measure: measure, Note: directive.Noted}
	wantCode(t, "the owner's clerk", l.Directives.NoteKept(ctx, l.OwnersClerk(), note), "role.forbidden")
	must(t, l.Directives.NoteKept(ctx, l.OwnersReviewer(), note))
	wantAudit(t, l.Bundle)
	r = keeping(l.Bundle)
	r.Measure = measureEver(t, l.Bundle, revoked)
	wantCode(t, "of a revoked listing", report(l.Bundle, revoked, r), "report.not-kept")

	w := enforcetest.SetupRewards(t, false)
	granted := w.Rewarded(enforcetest.GoodTaxpayer, w.Subject(w.Company()))
	sendAll(t, w.Bundle, directive.Acknowledged)
	r = keeping(w.Bundle)
	r.Measure = directives(t, w.Bundle, granted)[0].Measures[0]
	must(t, w.Rewards.End(ctx, w.KeeperReviewer(), of(granted), "演示:经审查,符合规定的理由", "", enforcetest.Paper("演示终止决定书")))
	sendAll(t, w.Bundle, directive.Delivered)
	wantCode(t, "of a reward", report(w.Bundle, granted, r), "report.not-kept")
}

// measureEver is a measure that the first directive of a ground carried once.
func measureEver(t *testing.T, b *enforcetest.Bundle, ground enforcement.ID) (name plan.MeasureName) {
	t.Helper()
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT memorandum, slug FROM measure m JOIN directive d ON m.id = d.measures[1] WHERE d.ground_id = $1 ORDER BY d.id LIMIT 1`, ground).
		Scan(&name.Memorandum, &name.Slug))
	return name
}

// Two reviewers keep and lift, or keep on two bases, at once: one word stands, and the other
// is refused or written after it.
func TestKeptAtOnce(t *testing.T) {
	t.Parallel()
	k := withdrawn(t)
	other := keeping(k.Bundle)
	other.Cited.Title = "演示办法"
	codes := make(chan string, 2)
	for _, r := range []directive.Report{keeping(k.Bundle), other} {
		go func() { codes <- codeOf(k.report(r)) }()
	}
	if one, two := <-codes, <-codes; one+two != "report.kept-again" {
		t.Errorf("at once: %q, %q", one, two)
	}
	wantAudit(t, k.Bundle)
}
