package register_test

import (
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/plan"
)

// keeping is a report of what is kept for a year as it should be; its measure is to be set.
func keeping(b *enforcetest.Bundle) directive.Report {
	return directive.Report{
		Outcome: "kept", Cited: directive.Cited{Title: "演示条例", Article: "第1条"}, KeptUntil: b.Day().AddYears(1),
		Decision: directive.OwnDecision{Number: "演示决字〔2025〕1号", ServedOn: b.Day(), Remedy: "自送达之日起六十日内向演示市人民政府申请行政复议"},
	}
}

// ownBasis is a basis of the catalogue on which a measure may be kept.
func ownBasis(t *testing.T, b *enforcetest.Bundle) (slug string) {
	t.Helper()
	catalogue := b.Plans.Catalogue()
	for i := range catalogue.Bases {
		if catalogue.Keeping(catalogue.Bases[i].Slug, b.Day()) != nil {
			return catalogue.Bases[i].Slug
		}
	}
	t.Fatal("the catalogue has no basis to keep anything on")
	return ""
}

// keeper is a department with a measure that was withdrawn.
type keeper struct {
	*enforcetest.Bundle

	t       *testing.T
	ground  enforcement.ID
	d       directive.Directive
	measure plan.MeasureName
}

// withdrawn publishes a listing, ends it and has one department acknowledge the end.
func withdrawn(t *testing.T) *keeper {
	t.Helper()
	k := &keeper{Bundle: enforcetest.Setup(t), t: t}
	few(t, k.Bundle, 2)
	k.ground = k.Published(k.Subject(k.Company()))
	sendAll(t, k.Bundle, directive.Acknowledged)
	k.d = directives(t, k.Bundle, k.ground)[0]
	k.measure = k.d.Measures[0]
	must(t, k.Listings.Delete(t.Context(), k.Judge(), of(k.ground), k.Ending(1)))
	sendAll(t, k.Bundle, directive.Delivered)
	return k
}

// by reports on the withdrawal as somebody.
func (k *keeper) by(act enforcement.Act, r directive.Report) error {
	r.Measure = k.measure
	return k.Directives.Answer(k.t.Context(), act, []directive.Answer{{Directive: k.d.ID, Version: 2, Step: directive.Acknowledged, Reports: []directive.Report{r}}})
}

// report reports as the department's reviewer.
func (k *keeper) report(r directive.Report) error {
	return k.by(officer(k.Bundle, k.d.Organisation), r)
}

// listed is what an actor sees as kept in a state.
func (k *keeper) listed(act enforcement.Act, state directive.KeptState) []directive.Kept {
	k.t.Helper()
	return value(k.Directives.KeptList(k.t.Context(), act, state, enforcement.ID{}, 10))(k.t)
}

func (k *keeper) overseer() enforcement.Act {
	act := k.System()
	act.Actor = enforcement.Actor{ID: "overseer", Role: enforcement.Overseer}
	return act
}

// tasks counts the open tasks and running clocks of what is kept.
func (k *keeper) tasks() (tasks, clocks int) {
	return k.Count(`SELECT count(*) FROM task WHERE kind = 'kept' AND ground_id = $1 AND closed_on IS NULL`, k.ground),
		k.Count(`SELECT count(*) FROM clock WHERE kind = 'note-kept' AND ground_id = $1 AND done_on IS NULL`, k.ground)
}

// A measure is kept on a basis that can be looked up and on an own decision that was served
// with its remedy, and on nothing less.
func TestNothingIsKeptWithoutProof(t *testing.T) {
	t.Parallel()
	k := withdrawn(t)
	before := fingerprint(t, k.Bundle)
	for what, row := range map[string]struct {
		change func(*directive.Report)
		code   string
	}{
		"no basis":                 {func(r *directive.Report) { r.Cited = directive.Cited{} }, "report.kept"},
		"two bases":                {func(r *directive.Report) { r.Basis = ownBasis(t, k.Bundle) }, "report.kept"},
		"an unknown slug":          {func(r *directive.Report) { r.Basis, r.Cited = "no-such-law", directive.Cited{} }, "report.kept-basis"},
		"a blank slug":             {func(r *directive.Report) { r.Basis, r.Cited = " ", directive.Cited{} }, "report.kept-basis"},
		"a basis without article":  {func(r *directive.Report) { r.Basis, r.Cited = "dishonest-list-rules", directive.Cited{} }, "report.kept-basis"},
		"a departmental document":  {func(r *directive.Report) { r.Basis, r.Cited = departmental(t, k.Bundle).slug, directive.Cited{} }, "report.kept-basis"},
		"the same by its title":    {func(r *directive.Report) { r.Cited.Title = "《" + departmental(t, k.Bundle).title + "》" }, "report.kept-basis"},
		"a blank title":            {func(r *directive.Report) { r.Cited.Title = " \u3000" }, "report.kept-basis"},
		"no title":                 {func(r *directive.Report) { r.Cited.Title = "" }, "report.kept-basis"},
		"a title of numbers":       {func(r *directive.Report) { r.Cited.Title = "2025 1" }, "report.kept-basis"},
		"no article":               {func(r *directive.Report) { r.Cited.Article = "" }, "report.kept-basis"},
		"an article of numbers":    {func(r *directive.Report) { r.Cited.Article = "1" }, "report.kept-basis"},
		"markup":                   {func(r *directive.Report) { r.Cited.Title = "演示法<script>" }, "report.kept-basis"},
		"a formula":                {func(r *directive.Report) { r.Cited.Title = "=HYPERLINK(演示法)" }, "report.kept-basis"},
		"a formula, wide":          {func(r *directive.Report) { r.Cited.Article = " ＋第1条" }, "report.kept-basis"},
		"a control character":      {func(r *directive.Report) { r.Cited.Title = "演示法\x1b[2J" }, "report.kept-basis"},
		"a mark that turns text":   {func(r *directive.Report) { r.Cited.Title = "演示法\u202e" }, "report.kept-basis"},
		"too long a title":         {func(r *directive.Report) { r.Cited.Title = strings.Repeat("法", directive.MaxBasis+1) }, "report.kept-basis"},
		"no decision":              {func(r *directive.Report) { r.Decision = directive.OwnDecision{} }, "report.kept-decision"},
		"no number":                {func(r *directive.Report) { r.Decision.Number = "" }, "report.kept-decision"},
		"not served":               {func(r *directive.Report) { r.Decision.ServedOn = 0 }, "report.kept-decision"},
		"served tomorrow":          {func(r *directive.Report) { r.Decision.ServedOn = k.Day().AddDays(1) }, "report.kept-decision"},
		"no remedy":                {func(r *directive.Report) { r.Decision.Remedy = "" }, "report.kept-decision"},
		"a blank remedy":           {func(r *directive.Report) { r.Decision.Remedy = "……" }, "report.kept-decision"},
		"markup in the remedy":     {func(r *directive.Report) { r.Decision.Remedy = "<b>复议</b>" }, "report.kept-decision"},
		"no last day":              {func(r *directive.Report) { r.KeptUntil = 0 }, "report.kept"},
		"until yesterday":          {func(r *directive.Report) { r.KeptUntil = k.Day().AddDays(-1) }, "report.kept-term"},
		"a day beyond two years":   {func(r *directive.Report) { r.KeptUntil = k.Day().AddYears(2).AddDays(1) }, "report.kept-term"},
		"a decision of no outcome": {func(r *directive.Report) { r.Outcome, r.KeptUntil, r.Cited = directive.Lifted, 0, directive.Cited{} }, "report.kept"},
	} {
		r := keeping(k.Bundle)
		row.change(&r)
		wantCode(t, what, k.report(r), row.code)
	}
	r := keeping(k.Bundle)
	wantCode(t, "a clerk", k.by(k.As(enforcement.DepartmentClerk, k.d.Organisation), r), "role.forbidden")
	other := directives(t, k.Bundle, k.ground)[1].Organisation
	wantCode(t, "another department", k.by(officer(k.Bundle, other), r), "answer.directive")
	wantCode(t, "the court", k.by(k.President(), r), "role.forbidden")
	if fingerprint(t, k.Bundle) != before {
		t.Error("a refused report left something")
	}
	r.Basis, r.Cited = ownBasis(t, k.Bundle), directive.Cited{}
	must(t, k.report(r))
	if list := k.listed(k.overseer(), ""); len(list) != 1 || list[0].Slug != r.Basis || !strings.Contains(list[0].Basis, "第") || list[0].Decision != r.Decision {
		t.Errorf("kept: %+v", list)
	}
	wantAudit(t, k.Bundle)
}

// departmental is a basis of the catalogue that carries no burden alone.
func departmental(t *testing.T, b *enforcetest.Bundle) (found struct{ slug, title string }) {
	t.Helper()
	catalogue := b.Plans.Catalogue()
	for i := range catalogue.Bases {
		if one := &catalogue.Bases[i]; !catalogue.MayCite(one.Title, b.Day()) {
			return struct{ slug, title string }{one.Slug, one.Title}
		}
	}
	t.Fatal("every basis of the catalogue carries a burden alone")
	return found
}

// The period runs from the end, however late it is reported.
func TestTheTermOfWhatIsKeptRunsFromTheEnd(t *testing.T) {
	t.Parallel()
	k := withdrawn(t)
	ended := k.Day()
	k.Advance(100)
	r := keeping(k.Bundle)
	r.KeptUntil = ended.AddYears(2).AddDays(1)
	wantCode(t, "longer", k.report(r), "report.kept-term")
	r.KeptUntil = ended.AddYears(2)
	must(t, k.report(r))
}

// What is kept is kept once: no other basis and no later day is put under it, what was
// lifted or never applied is not kept, and it leaves the lists by being lifted alone.
func TestAMeasureIsKeptOnce(t *testing.T) {
	t.Parallel()
	k := withdrawn(t)
	r := keeping(k.Bundle)
	must(t, k.report(r))
	must(t, k.report(r)) // again, the same
	for what, change := range map[string]func(*directive.Report){
		"another basis":    func(r *directive.Report) { r.Cited.Title = "演示办法" },
		"the catalogue's":  func(r *directive.Report) { r.Basis, r.Cited = ownBasis(t, k.Bundle), directive.Cited{} },
		"a later day":      func(r *directive.Report) { r.KeptUntil = r.KeptUntil.AddDays(1) },
		"another decision": func(r *directive.Report) { r.Decision.Number = "演示决字〔2025〕2号" },
		"never applied":    func(r *directive.Report) { *r = directive.Report{Outcome: directive.NotApplicable} },
	} {
		again := r
		change(&again)
		wantCode(t, what, k.report(again), "report.kept-again")
	}
	must(t, k.report(directive.Report{Outcome: directive.Lifted}))
	if tasks, clocks := k.tasks(); tasks+clocks+len(k.listed(k.overseer(), "")) != 0 {
		t.Errorf("%d tasks, %d clocks of what was lifted", tasks, clocks)
	}
	wantCode(t, "what was lifted", k.report(r), "report.kept-again")
	wantAudit(t, k.Bundle)
}

// What is kept is a task of who keeps the list, and on the overseer's page, after the end of
// the case. A note changes nothing but that.
func TestWhatIsKeptIsATaskOfTheCourt(t *testing.T) {
	t.Parallel()
	k := withdrawn(t)
	ctx := t.Context()
	note := func(act enforcement.Act, what directive.Note, reasons string) error {
		return k.Directives.NoteKept(ctx, act, directive.KeptNote{Directive: k.d.ID, Measure: k.measure, Note: what, Reasons: reasons})
	}
	wantCode(t, "nothing is kept", note(k.President(), directive.Noted, ""), "not-found")
	must(t, k.report(keeping(k.Bundle)))
	if tasks, clocks := k.tasks(); tasks != 1 || clocks != 1 {
		t.Fatalf("%d tasks, %d clocks", tasks, clocks)
	}
	other := directives(t, k.Bundle, k.ground)[1].Organisation
	for what, row := range map[string]struct {
		act  enforcement.Act
		seen int
	}{
		"an overseer": {k.overseer(), 1}, "the court's clerk": {k.Clerk(), 1}, "the department": {officer(k.Bundle, k.d.Organisation), 1},
		"another court": {k.As(enforcement.President, k.OtherCourt), 0}, "another department": {officer(k.Bundle, other), 0},
	} {
		if n := len(k.listed(row.act, directive.KeptOpen)); n != row.seen {
			t.Errorf("%s sees %d", what, n)
		}
	}
	var task enforcement.ID
	must(t, k.DB.Pool.QueryRow(ctx, `SELECT id FROM task WHERE kind = 'kept'`).Scan(&task))
	before := fingerprint(t, k.Bundle)
	wantCode(t, "close the task alone", k.Listings.CloseTask(ctx, k.President(), task, "examined", "", enforcetest.Paper("")), "task.reason")
	wantCode(t, "a clerk", note(k.Clerk(), directive.Noted, ""), "role.forbidden")
	wantCode(t, "a judge", note(k.Judge(), directive.Noted, ""), "role.forbidden")
	wantCode(t, "an overseer", note(k.overseer(), directive.Noted, ""), "role.forbidden")
	wantCode(t, "another court", note(k.As(enforcement.President, k.OtherCourt), directive.Noted, ""), "not-found")
	wantCode(t, "the department itself", note(officer(k.Bundle, k.d.Organisation), directive.Noted, ""), "not-found")
	wantCode(t, "no note", note(k.President(), "seen", ""), "kept.note")
	wantCode(t, "a dispute without reasons", note(k.President(), directive.Disputed, " "), "kept.reasons")
	wantCode(t, "markup", note(k.President(), directive.Disputed, "<i>无依据</i>"), "kept.reasons")
	if fingerprint(t, k.Bundle) != before {
		t.Error("a refused note left something")
	}
	must(t, note(k.President(), directive.Noted, ""))
	if tasks, clocks := k.tasks(); tasks+clocks != 0 {
		t.Errorf("%d tasks, %d clocks of what was noted", tasks, clocks)
	}
	must(t, note(k.President(), directive.Disputed, "该依据不适用于本案"))
	wantCode(t, "a dispute is noted away", note(k.President(), directive.Noted, ""), "kept.disputed")
	if list := k.listed(officer(k.Bundle, k.d.Organisation), directive.KeptDisputed); len(list) != 1 || list[0].Reasons != "该依据不适用于本案" {
		t.Errorf("the department sees %+v", list)
	}
	if n := k.Count(`SELECT count(*) FROM incident WHERE kind = 'kept-disputed' AND organisation_id = $1 AND directive_id = $2`, k.d.Organisation, k.d.ID); n != 1 {
		t.Errorf("%d incidents of a dispute", n)
	}
	if d := directives(t, k.Bundle, k.ground)[0]; d.Version != 2 || len(d.Measures) != 0 || d.Step != directive.Acknowledged {
		t.Errorf("a note changed the directive: %+v", d)
	}
	again := keeping(k.Bundle) // what is disputed may be put on something better
	again.Cited.Title = "演示办法"
	must(t, k.report(again))
	if tasks, clocks := k.tasks(); tasks != 1 || clocks != 1 || len(k.listed(k.overseer(), directive.KeptOpen)) != 1 {
		t.Errorf("%d tasks, %d clocks of what is kept on something else", tasks, clocks)
	}
	wantAudit(t, k.Bundle)
}

// A department that keeps its own list does not note by the same person what it keeps.
func TestNobodyNotesWhatHeKeeps(t *testing.T) {
	t.Parallel()
	k := withdrawn(t)
	must(t, k.report(keeping(k.Bundle)))
	president := k.President()
	if _, err := k.DB.Pool.Exec(t.Context(), `UPDATE report SET kept_by = $1 WHERE outcome = 'kept'`, president.Actor.ID); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "the same person", k.Directives.NoteKept(t.Context(), president, directive.KeptNote{Directive: k.d.ID, Measure: k.measure, Note: directive.Noted}), "kept.second-person")
	schemaRefuses(t, k.Bundle, "report_note_second_person", `UPDATE report SET note = 'noted', noted_on = reported_on, noted_by = kept_by WHERE directive_id = $1`, k.d.ID)
	schemaRefuses(t, k.Bundle, "report_note", `UPDATE report SET note = 'disputed', noted_on = reported_on, noted_by = 'x' WHERE directive_id = $1`, k.d.ID)
	schemaRefuses(t, k.Bundle, "report_kept_plain_text", `UPDATE report SET basis_title = '<b>' WHERE directive_id = $1`, k.d.ID)
}
