package register_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/explain"
	"concordat/enforcement/hold"
	"concordat/enforcement/plan"
	"concordat/internal/i18n"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

var update = flag.Bool("update", false, "write the golden files anew")

var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// golden compares text, its ids aside, with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	got = uuid.ReplaceAllString(got, "<id>")
	path := filepath.Join("testdata", "explain", name)
	if *update {
		must(t, os.MkdirAll(filepath.Dir(path), 0o750))
		must(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-golden +got); if that is meant, run with -update:\n%s", name, diff)
	}
}

// told is an explanation in words.
func told(e explain.Explanation, lang i18n.Language) string {
	return strings.Join(e.Sentences(lang), "\n") + "\n"
}

// measureOf is the first measure that a directive of the ground carries, and the
// directive.
func measureOf(t *testing.T, b *enforcetest.Bundle, ground enforcement.ID) (plan.MeasureName, directive.Directive) {
	t.Helper()
	for _, d := range directives(t, b, ground) {
		if len(d.Measures) > 0 {
			return d.Measures[0], d
		}
	}
	t.Fatal("nothing is carried")
	return plan.MeasureName{}, directive.Directive{}
}

func TestADeliveredDirectiveIsExplainedStepByStep(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	id := b.Published(b.Subject(b.Company()))
	sendAll(t, b, directive.Acknowledged)
	for _, d := range directives(t, b, id) {
		e := value(b.Explainer.Directive(t.Context(), b.As(enforcement.Overseer, 0), d.ID))(t)
		switch {
		case !e.Applied || e.Reason.Code != "applied":
			t.Errorf("applied is %t, %s", e.Applied, e.Reason.Code)
		case e.Decision == nil || e.Decision.Reference == "" || e.Decision.CaseNumber == "" || e.Decision.OwnerZH != "南宁市青秀区人民法院" || e.Decision.ServedOn != b.Day() || e.Decision.PublishedOn != b.Day():
			t.Errorf("decision %+v", e.Decision)
		case e.ListType == nil || e.ListType.Slug != plan.ListType || e.ListType.Footing != memoranda.FootingLawful || len(e.ListType.Bases) == 0:
			t.Errorf("list type %+v", e.ListType)
		case e.Organisation == nil || e.Organisation.ID != d.Organisation || e.Organisation.Serves != "4501":
			t.Errorf("organisation %+v", e.Organisation)
		case e.State == nil || e.State.Directive != d.ID || e.State.Step != directive.Acknowledged:
			t.Errorf("state %+v", e.State)
		case e.End == nil || len(e.End.Ways) != 8 || len(e.End.Remedies) != 2 || e.Subject.Name == "":
			t.Errorf("end %+v", e.End)
		case len(e.Measures) != len(d.Measures):
			t.Errorf("%d measures of %d", len(e.Measures), len(d.Measures))
		}
		for _, m := range e.Measures {
			wantWhole(t, m)
		}
	}
	first := directives(t, b, id)[0]
	e := value(b.Explainer.Directive(t.Context(), b.Clerk(), first.ID))(t)
	golden(t, "delivered.zh-CN.txt", told(e, i18n.Chinese))
	golden(t, "delivered.en.txt", told(e, i18n.English))
}

// wantWhole demands every step of the chain of an applied measure.
func wantWhole(t *testing.T, m explain.Measure) {
	t.Helper()
	if !m.Applied || m.Memorandum == "" || m.MemorandumZH == "" || m.Edition == "" || m.EditionFrom.IsZero() || m.ZH == "" || m.EN == "" || m.Mode == "" {
		t.Errorf("%s: measure %+v", m.Slug, m)
	}
	if !slices.ContainsFunc(m.Bases, func(b explain.Basis) bool { return b.InForce && b.Title != "" && b.Article+b.Clause != "" }) {
		t.Errorf("%s: bases %+v", m.Slug, m.Bases)
	}
	if m.BasicList == nil || m.BasicList.Edition == "" || m.BasicList.Class == "" {
		t.Errorf("%s: basic list %+v", m.Slug, m.BasicList)
	}
	of := map[string]bool{}
	for _, s := range m.Attestations {
		of[s.Of] = s.Demonstration && s.Who != "" && !s.When.IsZero()
	}
	if !m.Attested || !of["measure"] || !of["basis"] || !of["basic-list"] {
		t.Errorf("%s: attestations %+v", m.Slug, m.Attestations)
	}
	if !slices.ContainsFunc(m.Bodies, func(b explain.Body) bool { return b.Stands && b.HolderZH != "" }) {
		t.Errorf("%s: bodies %+v", m.Slug, m.Bodies)
	}
}

func TestWhyAMeasureIsNotApplied(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	var carried enforcement.ID // the directive whose explanation is wanted, where there are several
	explained := func(ground enforcement.ID, name plan.MeasureName, on day.Day) explain.Explanation {
		t.Helper()
		list := value(b.Explainer.Explain(ctx, b.Clerk(), state(t, b, ground).Subject, name, on))(t)
		if len(list) == 0 {
			t.Fatal("nothing was said")
		}
		if i := slices.IndexFunc(list, func(e explain.Explanation) bool { return e.State != nil && e.State.Directive == carried }); i > 0 {
			return list[i]
		}
		return list[0]
	}
	wantReason := func(what string, e explain.Explanation, code string) {
		t.Helper()
		if e.Reason.Code != code || e.Applied != strings.HasPrefix(code, "applied") || e.Reason.EN == "" || e.Reason.ZH == "" {
			t.Errorf("%s: %s (applied %t), want %s", what, e.Reason.Code, e.Applied, code)
		}
	}
	id := b.Published(b.Subject(b.Person()))
	name, d := measureOf(t, b, id)
	carried = d.ID
	wantReason("published", explained(id, name, 0), "applied-on-its-way")
	sendAll(t, b, directive.Delivered)
	wantReason("delivered", explained(id, name, 0), "applied")
	published := b.Day()

	decided := b.Decided(b.Subject(b.Person()))
	wantReason("decided", explained(decided, name, 0), "decision-not-in-force")
	unlisted := b.Subject(b.Company())
	wantReason("on no list", value(b.Explainer.Explain(ctx, b.Clerk(), unlisted, name, 0))(t)[0], "not-listed")

	b.Advance(5)
	must(t, b.Listings.Suspend(ctx, b.Judge(), of(id), enforcetest.Brake()))
	wantReason("suspended", explained(id, name, 0), "suspended")
	suspended := b.Day()
	b.Advance(5)
	must(t, b.Listings.Resume(ctx, b.President(), of(id), enforcetest.Resumption()))
	hold := value(b.Holds.Place(ctx, b.As(enforcement.Operator, 0), hold.NewHold{Scope: hold.Everything, Reason: "演示"}))(t)
	held := explained(id, name, 0)
	wantReason("held", held, "held")
	if len(held.State.Holds) != 1 || held.State.Holds[0].Reason != "演示" {
		t.Errorf("holds %+v", held.State.Holds)
	}
	golden(t, "held.en.txt", told(held, i18n.English))
	second := b.As(enforcement.Operator, 0)
	second.Actor.ID = "another"
	must(t, b.Holds.End(ctx, second, hold, "演示"))
	wantReason("resumed", explained(id, name, 0), "applied-on-its-way")

	// A permit leaves the rest in force; no act of this release makes one.
	_, err := b.DB.Pool.Exec(ctx, `INSERT INTO amendment (directive_id, version, organisation_id, kind, lane, step, burdens, due, measures)
		SELECT directive_id, 9, organisation_id, 'permit', 'express', 'delivered', false, false, ARRAY[32767]::smallint[] FROM amendment WHERE directive_id = $1 AND kind = 'resume'`, d.ID)
	must(t, err)
	wantReason("permitted", explained(id, name, 0), "permitted")

	b.Advance(5)
	must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)))
	ended := explained(id, name, 0)
	wantReason("ended", ended, "decision-ended")
	golden(t, "ended.zh-CN.txt", told(ended, i18n.Chinese))

	// Days of the past are explained as they were.
	wantReason("before", explained(id, name, published.AddDays(-1)), "decision-not-in-force")
	wantReason("then", explained(id, name, published), "applied")
	wantReason("while it was suspended", explained(id, name, suspended), "suspended")
	wantReason("after the suspension", explained(id, name, suspended.AddDays(5)), "applied")
	_, err = b.Explainer.Explain(ctx, b.Clerk(), unlisted, name, b.Day().AddDays(1))
	wantCode(t, "a day to come", err, "explain.day")
	_, err = b.Explainer.Explain(ctx, b.Clerk(), unlisted, plan.MeasureName{Memorandum: name.Memorandum, Slug: "no-such"}, 0)
	wantCode(t, "no measure", err, "explain.measure")
}

// TestEveryExclusionOfTheCatalogueIsExplained asks about every measure of every
// memorandum that stands on the listing's list.
func TestEveryExclusionOfTheCatalogueIsExplained(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	id := b.Published(b.Subject(b.Person()))
	listing := state(t, b, id)
	question := memoranda.Question{
		ListType: plan.ListType, Subject: memoranda.NaturalPerson, On: b.Day(), Ground: memoranda.OnListing, Attested: b.Config.Attestations, RequireAttestation: true,
	}
	r := value(b.Config.Catalogue.Resolve(question))(t)
	codes := map[string]bool{}
	for _, x := range r.Excluded {
		name := plan.MeasureName{Memorandum: x.Memorandum, Slug: x.Measure.Slug}
		list := value(b.Explainer.Explain(t.Context(), b.Clerk(), listing.Subject, name, 0))(t)
		if len(list) != 1 || list[0].Applied || list[0].Reason != x.Reason {
			t.Errorf("%s: %+v, want %s", x.Measure.Slug, list[0].Reason, x.Code)
		}
		codes[x.Code] = true
	}
	for _, in := range r.Included {
		name := plan.MeasureName{Memorandum: in.Memorandum, Slug: in.Measure.Slug}
		if list := value(b.Explainer.Explain(t.Context(), b.Clerk(), listing.Subject, name, 0))(t); !list[0].Applied {
			t.Errorf("%s: %+v", in.Measure.Slug, list[0].Reason)
		}
	}
	if len(codes) < 5 {
		t.Errorf("only %v occurred", codes)
	}
}

// TestEveryReasonHasWords says each code in both languages.
func TestEveryReasonHasWords(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, reason := range explain.Reasons() {
		if reason.Code == "" || reason.ZH == "" || reason.EN == "" || seen[reason.Code] {
			t.Errorf("%+v", reason)
		}
		seen[reason.Code] = true
		e := explain.Explanation{Reason: reason, Measures: []explain.Measure{{Slug: "m", ZH: "措施", EN: "Measure", Reason: reason}}}
		if text := told(e, i18n.Chinese); !strings.Contains(text, reason.ZH) {
			t.Errorf("%s: %s", reason.Code, text)
		}
		if text := told(e, i18n.English); strings.Count(text, reason.EN) != 2 {
			t.Errorf("%s: %s", reason.Code, text)
		}
	}
}

// TestABodyThatNobodyStandsForIsExplained takes one organisation's role away.
func TestABodyThatNobodyStandsForIsExplained(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	first := b.Published(b.Subject(b.Company()))
	name, d := measureOf(t, b, first)
	_, err := b.DB.Pool.Exec(t.Context(), `UPDATE organisation_role SET valid_until = $2::date WHERE organisation_id = $1`, d.Organisation, b.Day().AddDays(-1))
	must(t, err)
	later := b.Published(b.Subject(b.Company()))
	list := value(b.Explainer.Explain(t.Context(), b.Clerk(), state(t, b, later).Subject, name, 0))(t)
	last := list[len(list)-1]
	if last.Reason.Code != "nobody-stands-for-body" || last.Organisation != nil || !slices.ContainsFunc(last.Measures[0].Bodies, func(x explain.Body) bool { return !x.Stands }) {
		t.Errorf("%s: %+v", last.Reason.Code, last.Measures[0].Bodies)
	}
	if text := told(last, i18n.English); !strings.Contains(text, "no organisation stands for it") {
		t.Error(text)
	}
}

func TestWhoMayAskWhy(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	company := b.Company()
	id := b.Published(b.Subject(company))
	subject := state(t, b, id).Subject
	name, d := measureOf(t, b, id)
	sendAll(t, b, directive.Left) // a department sees what left
	other := b.Departments[0]
	if other == d.Organisation {
		other = b.Departments[1]
	}
	for _, c := range []struct {
		what  string
		act   enforcement.Act
		code  string
		named bool
	}{
		{"the court's clerk", b.Clerk(), "", true},
		{"another court's clerk", b.As(enforcement.Clerk, b.OtherCourt), "not-found", false},
		{"the department", officer(b, d.Organisation), "", false},
		{"another department", officer(b, other), "not-found", false},
		{"an overseer", b.As(enforcement.Overseer, 0), "", true},
		{"the system", b.System(), "", false},
		{"an operator", b.As(enforcement.Operator, 0), "role.forbidden", false},
	} {
		e, err := b.Explainer.Directive(ctx, c.act, d.ID)
		wantCode(t, c.what, err, c.code)
		if c.code == "" && (e.Subject.Name == company.Name) != c.named {
			t.Errorf("%s sees the name %q", c.what, e.Subject.Name)
		}
		if text := string(value(json.Marshal(e))(t)); strings.Contains(text, company.Number) || (!c.named && strings.Contains(text, company.Name)) || strings.Contains(text, company.Head) {
			t.Errorf("%s: %s", c.what, text)
		}
	}
	// Who has decided nothing about the subject learns nothing of others' decisions.
	for _, e := range value(b.Explainer.Explain(ctx, b.As(enforcement.Clerk, b.OtherCourt), subject, name, 0))(t) {
		if e.Reason.Code != "not-listed" || !e.OwnRecords || e.Decision != nil {
			t.Errorf("another court: %+v", e)
		}
	}
	for _, e := range value(b.Explainer.Explain(ctx, officer(b, d.Organisation), subject, name, 0))(t) {
		if e.Organisation == nil || e.Organisation.ID != d.Organisation {
			t.Errorf("the department sees %+v", e.Organisation)
		}
	}
	stranger := b.Subject(b.Person())
	_, err := b.Explainer.Explain(ctx, officer(b, d.Organisation), stranger, name, 0)
	wantCode(t, "a department about a stranger", err, "not-found")
	_, err = b.Explainer.Explain(ctx, b.Clerk(), enforcement.NewID(), name, 0)
	wantCode(t, "nobody", err, "not-found")
	_, err = b.Explainer.Directive(ctx, b.Clerk(), enforcement.NewID())
	wantCode(t, "no directive", err, "not-found")
}

// TestHostileNamesStayText names an organisation and a hold so that they would
// steer a terminal.
func TestHostileNamesStayText(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	id := b.Published(b.Subject(b.Company()))
	_, d := measureOf(t, b, id)
	_, err := b.DB.Pool.Exec(t.Context(), `UPDATE organisation SET name_en = E'Tax \x1b[2J\u202e{why} [office]', name_zh = E'税务\x1b]0;x\x07局'`)
	must(t, err)
	e := value(b.Explainer.Directive(t.Context(), b.Clerk(), d.ID))(t)
	for _, lang := range i18n.Languages() {
		text := told(e, lang)
		if strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), func(c rune) bool { return unicode.In(c, unicode.Cc, unicode.Cf) }) {
			t.Errorf("%q", text)
		}
	}
	if text := told(e, i18n.English); !strings.Contains(text, "Tax [2J{why} [office]") {
		t.Error(text)
	}
	var out bytes.Buffer
	must(t, json.NewEncoder(&out).Encode(e))
	if bytes.ContainsRune(out.Bytes(), 0x1b) {
		t.Error("JSON carries an escape")
	}
}
