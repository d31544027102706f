package register_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/hold"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/internal/pg/pgtest"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// twoMemoranda is a made catalogue in which two memoranda stand on one list type
// at a time: body alpha does something under both, beta under the second alone.
func twoMemoranda(t *testing.T) (*memoranda.Catalogue, *memoranda.Attestations) {
	t.Helper()
	memorandum := func(slug string, measures ...string) *fstest.MapFile {
		var text strings.Builder
		text.WriteString("memorandum:\n  slug: " + slug + "\n  zh: 演示备忘录\n  en: Made memorandum\n  list_type: " + plan.ListType +
			"\n  edition: \"2016\"\n  from: 2016-01-20\n  status: in-force\n  signatories: [alpha, beta]\n  evidence: known\nmeasures:\n")
		for _, m := range measures {
			name, body, _ := strings.Cut(m, " of ")
			text.WriteString("  - {slug: " + name + ", zh: 演示措施, en: Made measure, mode: prohibit, bodies: [" + body + "], reaches: [natural-person], territory: court, " +
				"bases: [{basis: made-law}], basic_list_item: entry-ban, status: in-force, evidence: known}\n")
		}
		return &fstest.MapFile{Data: []byte(text.String())}
	}
	c, err := memoranda.Load(fstest.MapFS{
		"bodies.yaml":      {Data: []byte("bodies:\n  - {slug: alpha, zh: 甲, en: Alpha, climbs: city, evidence: known}\n  - {slug: beta, zh: 乙, en: Beta, climbs: city, evidence: known}\n")},
		"legal-bases.yaml": {Data: []byte("legal_bases:\n  - {slug: made-law, title: 演示法, kind: law, article: 第1条, article_verified: false, evidence: known}\n")},
		"list-types.yaml":  {Data: []byte("list_types:\n  - {slug: " + plan.ListType + ", zh: 演示名单, en: Made list, kind: punish, authority: court, bases: [{basis: made-law}], subjects: [natural-person], evidence: known}\n")},
		"basic-list.yaml":  {Data: []byte("items:\n  - {slug: entry-ban, title: 演示, class: I, title_verified: false, evidence: known}\neditions:\n  - {name: \"2024\", from: 2024-02-18, items: [entry-ban], evidence: known}\n")},
		"second.yaml":      memorandum("second", "third of alpha", "fourth of beta"),
		"first.yaml":       memorandum("first", "one of alpha"),
	})
	must(t, err)
	var statements strings.Builder
	for memorandum, measures := range map[string][]string{"first": {"one"}, "second": {"third", "fourth"}} {
		s := memoranda.Attestation{Demonstration: true, Memorandum: memorandum, Edition: "2016", BasicList: []string{"2024"}, Bases: []string{"made-law"}, Measures: measures}
		fmt.Fprintf(&statements, "  - {who: {name: 演示核定, role: 仅供演示}, when: 2025-01-01, source: made, demonstration: true, memorandum: %s, edition: \"2016\", basic_list: [\"2024\"], bases: [made-law], hash: \"%x\", measures: [%s]}\n",
			memorandum, c.AttestedHash(s), strings.Join(measures, ", "))
	}
	a, err := memoranda.LoadAttestations("made", []byte("attestations:\n"+statements.String()), c)
	must(t, err)
	return c, a
}

// A list type under two memoranda: each organisation gets one directive with the
// measures of both, the plan says which editions it rests on, and a hold on one
// memorandum stops what carries any of its measures and nothing else.
func TestAPlanOfTwoMemoranda(t *testing.T) {
	t.Parallel()
	catalogue, attested := twoMemoranda(t)
	b := enforcetest.SetupWithout(t, pgtest.New(t), catalogue, attested)
	ctx := t.Context()
	organisation := func(slug string, bodies ...string) enforcement.OrganisationID {
		o := party.Organisation{Slug: slug, NameZH: "演示", NameEN: "Made", Kind: party.Authority, Serves: "4501"}
		for _, body := range bodies {
			o.Bodies = append(o.Bodies, party.Part{Body: body, From: day.Of(2016, 1, 1)})
		}
		return value(b.Parties.AddOrganisation(ctx, b.System(), o))(t)
	}
	alpha, beta := organisation("alpha", "alpha"), organisation("beta", "beta")
	id := b.Published(b.Subject(b.Person()))
	got := map[enforcement.OrganisationID][]string{}
	for _, d := range directives(t, b, id) {
		for _, m := range d.Measures {
			got[d.Organisation] = append(got[d.Organisation], m.Memorandum+"/"+m.Slug)
		}
		slices.Sort(got[d.Organisation])
	}
	if len(got) != 2 || !slices.Equal(got[alpha], []string{"first/one", "second/third"}) || !slices.Equal(got[beta], []string{"second/fourth"}) {
		t.Errorf("the organisations were told %v", got)
	}
	if n := b.Count(`SELECT count(*) FROM plan_edition x JOIN edition e ON e.id = x.edition_id WHERE x.plan_id = (SELECT plan_id FROM ground WHERE id = $1) AND e.memorandum IN ('first', 'second')`, id); n != 2 {
		t.Errorf("the plan rests on %d editions", n)
	}
	due := func(org enforcement.OrganisationID) bool {
		return value(b.Directives.IsDue(ctx, directive.WakeUp{Organisation: org, Lane: directive.Bulk}, b.Day()))(t)
	}
	for memorandum, held := range map[string][2]bool{"first": {true, false}, "second": {true, true}} {
		hold := value(b.Holds.Place(ctx, operator(b, "first-operator"), hold.NewHold{Scope: hold.Memorandum, Memorandum: memorandum, Reason: "演示"}))(t)
		if due(alpha) == held[0] || due(beta) == held[1] {
			t.Errorf("a hold on %s: alpha is due %v, beta %v", memorandum, due(alpha), due(beta))
		}
		if shown := value(b.Holds.On(ctx, id))(t); len(shown) != 1 {
			t.Errorf("the listing shows %d holds", len(shown))
		}
		must(t, b.Holds.End(ctx, operator(b, "second-operator"), hold, "演示"))
	}
	audit := value(b.Auditor.Directives(ctx, nil))(t)
	if len(audit.Findings) != 0 {
		t.Errorf("%v", audit.Findings)
	}
}
