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
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/register"
	"concordat/enforcement/replan"
	"concordat/internal/pg/pgtest"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// madeBodies are the bodies of the made memorandum, each played by one organisation.
const madeBodies = 4

// needsAble is the first number of measures that nothing carries but a clause on who can
// perform and refuses.
const needsAble = 90

// madeEdition is an edition of the made memorandum: of each body, its measures, by
// number. Equal numbers are one measure of several bodies.
type madeEdition [madeBodies][]int

// editions makes a catalogue of one memorandum whose editions begin on successive
// days from a day on, and statements that attest all of it.
func editions(t testing.TB, from day.Day, list []madeEdition) (*memoranda.Catalogue, *memoranda.Attestations) {
	t.Helper()
	c, err := memoranda.Load(editionFiles(from, list, "演示法"))
	must(t, err)
	var statements strings.Builder
	for i, e := range list {
		s := memoranda.Attestation{Demonstration: true, Memorandum: "made", Edition: fmt.Sprint(i), BasicList: []string{"2024"}, Bases: []string{"made-law", "made-policy"}}
		for _, m := range e.measures() {
			s.Measures = append(s.Measures, fmt.Sprintf("measure-%02d", m))
		}
		fmt.Fprintf(&statements, "  - who: {name: 演示核定, role: 仅供演示}\n    when: 2025-01-01\n    source: made\n    demonstration: true\n    memorandum: made\n    edition: \"%d\"\n    basic_list: [\"2024\"]\n    bases: [made-law, made-policy]\n    hash: \"%x\"\n    measures: [%s]\n",
			i, c.AttestedHash(s), strings.Join(s.Measures, ", "))
	}
	a, err := memoranda.LoadAttestations("made", []byte("attestations:\n"+statements.String()), c)
	must(t, err)
	return c, a
}

// editionFiles are the files of such a catalogue; law is the title of its one basis.
func editionFiles(from day.Day, list []madeEdition, law string) fstest.MapFS {
	var bodies strings.Builder
	for b := range madeBodies {
		fmt.Fprintf(&bodies, "  - {slug: body-%d, zh: 演示成员单位, en: Made body %d, evidence: known}\n", b, b)
	}
	files := fstest.MapFS{
		"bodies.yaml": {Data: []byte("bodies:\n" + bodies.String())},
		"legal-bases.yaml": {Data: []byte("legal_bases:\n  - {slug: made-law, title: " + law + ", kind: law, article: 第1条, article_verified: false, evidence: known}\n" +
			"  - {slug: made-policy, title: 演示意见, kind: central-policy, clause: (十一), able_clause: (十一), article_verified: false, evidence: known}\n")},
		"list-types.yaml": {Data: []byte("list_types:\n  - slug: " + plan.ListType + "\n    zh: 演示名单\n    en: Made list\n    kind: punish\n    authority: court\n    bases: [{basis: made-law}]\n    subjects: [natural-person, legal-person, sole-trader]\n    evidence: known\n")},
		"basic-list.yaml": {Data: []byte("items:\n  - {slug: entry-ban, title: 演示, class: I, title_verified: false, evidence: known}\neditions:\n  - {name: \"2024\", from: 2024-02-18, items: [entry-ban], evidence: known}\n")},
	}
	for i, e := range list {
		files[fmt.Sprintf("made-%03d.yaml", i)] = &fstest.MapFile{Data: []byte(e.text(i, from, i+1 == len(list)))}
	}
	return files
}

// measures are the numbers of all measures, sorted, each once. Measure 0 is always
// there, reaches nobody who is listed here, and keeps an edition from being empty.
func (e madeEdition) measures() []int {
	return slices.Compact(slices.Sorted(slices.Values(append(slices.Concat(e[:]...), 0))))
}

func (e madeEdition) text(n int, from day.Day, last bool) string {
	var s strings.Builder
	fmt.Fprintf(&s, "memorandum:\n  slug: made\n  zh: 演示备忘录\n  en: Made memorandum\n  list_type: %s\n  edition: \"%d\"\n", plan.ListType, n)
	if n == 0 {
		s.WriteString("  from: 2016-01-20\n")
	} else {
		fmt.Fprintf(&s, "  from: %s\n", from.AddDays(n))
	}
	if !last {
		fmt.Fprintf(&s, "  until: %s\n", from.AddDays(n))
	}
	s.WriteString("  status: in-force\n  signatories:\n")
	for b := range madeBodies {
		fmt.Fprintf(&s, "    - body-%d\n", b)
	}
	s.WriteString("  evidence: known\nmeasures:\n")
	for _, m := range e.measures() {
		var bodies []string
		for b, set := range e {
			if slices.Contains(set, m) {
				bodies = append(bodies, fmt.Sprintf("body-%d", b))
			}
		}
		reaches := "natural-person, legal-person"
		if m == 0 {
			bodies, reaches = []string{"body-0"}, "sole-trader"
		}
		basis := "made-law"
		if m >= needsAble {
			basis = "made-policy"
		}
		fmt.Fprintf(&s, "  - slug: measure-%02d\n    zh: 演示措施\n    en: Made measure\n    mode: prohibit\n    bodies: [%s]\n    reaches: [%s]\n    territory: court\n    bases: [{basis: %s}]\n    basic_list_item: entry-ban\n    status: in-force\n    evidence: known\n",
			m, strings.Join(bodies, ", "), reaches, basis)
	}
	return s.String()
}

// planned is a small record under the made memorandum, whose editions follow one
// another.
type planned struct {
	*enforcetest.Bundle
	t    testing.TB
	list []madeEdition
}

func newPlanned(t testing.TB, first madeEdition) *planned {
	t.Helper()
	c, a := editions(t, enforcetest.Start, []madeEdition{first})
	w := &planned{Bundle: enforcetest.SetupWithout(t, pgtest.New(t), c, a), t: t, list: []madeEdition{first}}
	for b := range madeBodies {
		id, err := w.Parties.AddOrganisation(t.Context(), w.System(), party.Organisation{
			Slug: fmt.Sprintf("made-%d", b), NameZH: "演示单位", NameEN: "Made organisation", Kind: party.Authority, Serves: "450103",
			Bodies: []party.Part{{Body: fmt.Sprintf("body-%d", b), From: day.Of(2016, 1, 1)}},
		})
		must(t, err)
		w.Departments = append(w.Departments, id)
	}
	return w
}

// adopt puts another edition in force from the next day on, and goes there. The
// directives follow when they are told to.
func (w *planned) adopt(e madeEdition) {
	w.t.Helper()
	w.Advance(1)
	w.list = append(w.list, e)
	c, a := editions(w.t, w.Day().AddDays(1-len(w.list)), w.list)
	_, err := w.DB.Pool.Exec(w.t.Context(), `UPDATE edition SET valid_until = $1::date WHERE memorandum = 'made' AND valid_until IS NULL`, w.Day().AddDays(-1))
	must(w.t, err)
	last := &c.Memoranda[len(c.Memoranda)-1]
	hash := c.EditionHash(last)
	_, err = w.DB.Pool.Exec(w.t.Context(), `INSERT INTO edition (memorandum, list_type, content_hash, valid_from, adopted_by, adopted_at) VALUES ($1, $2, $3, $4::date, 'made', $5)`,
		last.Slug, last.ListType, hash[:], last.From, w.At())
	must(w.t, err)
	w.Config.Catalogue, w.Config.Attestations = c, a
	w.Offices, err = register.Open(w.t.Context(), w.Config)
	must(w.t, err)
}

// names of the measures with these numbers.
func names(numbers ...int) []string {
	list := make([]string, 0, len(numbers))
	for _, n := range numbers {
		list = append(list, fmt.Sprintf("measure-%02d", n))
	}
	return list
}

// carries is, by organisation, what the un-withdrawn directives of a ground carry.
func (w *planned) carries(ground enforcement.ID) map[enforcement.OrganisationID][]string {
	w.t.Helper()
	sets := map[enforcement.OrganisationID][]string{}
	for _, d := range value(w.Directives.Of(w.t.Context(), ground))(w.t) {
		if d.Kind == directive.Withdraw {
			continue
		}
		if _, twice := sets[d.Organisation]; twice {
			w.t.Errorf("two directives of ground %s at organisation %d", ground, d.Organisation)
		}
		set := []string{}
		for _, m := range d.Measures {
			set = append(set, m.Slug)
		}
		slices.Sort(set)
		sets[d.Organisation] = set
	}
	return sets
}

// wants compares what a ground's directives carry with an edition.
func (w *planned) wants(what string, ground enforcement.ID, e madeEdition) {
	w.t.Helper()
	got := w.carries(ground)
	for b, org := range w.Departments {
		want := slices.Sorted(slices.Values(names(e[b]...)))
		if !slices.Equal(got[org], want) {
			w.t.Errorf("%s: body %d carries %v, want %v", what, b, got[org], want)
		}
	}
}

func (w *planned) replan() replan.Progress {
	w.t.Helper()
	return value(w.Replanner.Follow(w.t.Context(), w.System(), nil))(w.t)
}

func (w *planned) clean() {
	w.t.Helper()
	audit := value(w.Auditor.Directives(w.t.Context(), nil))(w.t)
	for _, f := range audit.Findings {
		w.t.Errorf("audit: %s", f)
	}
}

// interrupted replans until a number of transactions have committed.
func (w *planned) interrupted(after int) {
	defer func() {
		if r := recover(); r != nil && r != (errInterrupted{}) {
			panic(r)
		}
	}()
	_, err := w.Replanner.Follow(w.t.Context(), w.System(), func(replan.Progress) {
		if after--; after < 0 {
			panic(errInterrupted{})
		}
	})
	must(w.t, err)
}

// errInterrupted ends a replanning in its midst, as a killed process does: after a
// transaction.
type errInterrupted struct{}
