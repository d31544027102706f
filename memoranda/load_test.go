package memoranda

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// sound is a small catalogue without mistakes, to plant mistakes in.
func sound() map[string]string {
	return map[string]string{
		"bodies.yaml": `bodies:
  - {slug: tax, zh: 税务, en: Tax, evidence: seen}
  - {slug: old-bank, zh: 旧, en: Old, evidence: seen, successions: [{to: [new-bank], from: 2018-03-17, evidence: known}]}
  - {slug: new-bank, zh: 新, en: New, evidence: known}
`,
		"legal-bases.yaml": `legal_bases:
  - {slug: some-law, title: 某法, kind: law, article: 第12条, evidence: known}
  - {slug: some-policy, title: 某意见, kind: central-policy, evidence: known}
  - {slug: some-rule, title: 某办法, kind: departmental, article: 第3条, evidence: known}
`,
		"list-types.yaml": `list_types:
  - {slug: some-list, zh: 某名单, en: Some list, kind: punish, authority: court, bases: [{basis: some-law}], subjects: [natural-person, legal-person], evidence: known}
`,
		"basic-list.yaml": `items:
  - {slug: entry-ban, title: 禁入, class: I, title_verified: false, evidence: known}
  - {slug: other-ban, title: 限制, class: I, title_verified: false, evidence: known}
editions:
  - {name: "2024", from: 2024-02-18, items: [entry-ban], evidence: seen}
`,
		"memo.yaml": `memorandum:
  slug: some-memo
  zh: 某备忘录
  en: Some memorandum
  list_type: some-list
  edition: "2016"
  from: 2016-01-20
  status: in-force
  signatories: [tax, old-bank]
  groups: [{slug: first, zh: 一, en: One, evidence: seen}]
  evidence: seen
measures:
  - slug: one
    group: first
    clause: 第一条
    zh: 限制
    en: Limits
    mode: restrict
    bodies: [tax]
    reaches: [natural-person]
    territory: court
    bases: [{basis: some-policy, clause: (一)1}]
    basic_list_item: entry-ban
    status: in-force
    evidence: seen
  - slug: two
    zh: 审查
    en: Review
    mode: strict-review
    bodies: [old-bank]
    reaches: [legal-person, directors-supervisors-executives]
    territory: nation
    bases: [{basis: some-law}]
    basic_list_item: entry-ban
    status: moved
    evidence: known
`,
	}
}

func asFS(files map[string]string) fs.FS {
	out := make(fstest.MapFS, len(files))
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func mistakesOf(t *testing.T, files map[string]string) Mistakes {
	t.Helper()
	_, err := Load(asFS(files))
	return mistakesIn(t, err)
}

func mistakesIn(t *testing.T, err error) Mistakes {
	t.Helper()
	var ms Mistakes
	if err != nil && !errors.As(err, &ms) {
		t.Fatalf("Load: %v, want mistakes", err)
	}
	return ms
}

func TestSoundCatalogueLoads(t *testing.T) {
	t.Parallel()
	if ms := mistakesOf(t, sound()); len(ms) != 0 {
		t.Fatalf("mistakes in a sound catalogue:\n%v", ms)
	}
}

// planted replaces one text by another in one file and must be found with this
// code. The place is where «» marks it in the new text.
type planted struct{ file, old, new, code, suggestion string }

func plantings() []planted {
	return []planted{
		{"bodies.yaml", "zh: 税务", "«zhh: 税务", "memoranda.unknown-field", "zh"},
		{"bodies.yaml", "{slug: tax, zh: 税务, en: Tax, evidence: seen}", "«{slug: tax, zh: 税务, evidence: seen}", "memoranda.missing-field", ""},
		{"bodies.yaml", "en: Tax", "en: Tax, «en: Tax", "memoranda.duplicate-field", ""},
		{"bodies.yaml", "slug: new-bank", "slug: «New_Bank", "memoranda.bad-slug", ""},
		{"bodies.yaml", "slug: new-bank", "slug: «tax", "memoranda.duplicate-slug", ""},
		{"bodies.yaml", "to: [new-bank]", "to: [«new-bnak]", "memoranda.unknown-body", "new-bank"},
		{"bodies.yaml", "to: [new-bank]", "to: [new-bank, «new-bank]", "memoranda.duplicate-entry", ""},
		{"bodies.yaml", "from: 2018-03-17", "from: «2018-02-30", "memoranda.bad-date", ""},
		{"bodies.yaml", "{to: [new-bank], from: 2018-03-17, evidence: known}", "«{to: [new-bank], from: 2018-03-17, precision: year, evidence: known}", "memoranda.bad-precision", ""},
		{"bodies.yaml", "from: 2018-03-17", "measures: [«onne], from: 2018-03-17", "memoranda.unknown-measure", "one"},
		{"bodies.yaml", "evidence: known}\n", "evidence: known, successions: [{to: [old-bank], from: 2019-01-01, evidence: known}]}\n", "memoranda.succession-cycle", ""},
		{"legal-bases.yaml", "kind: law", "kind: «lawe", "memoranda.unknown-word", "law"},
		{"legal-bases.yaml", "article: 第12条", "article: «十二条", "memoranda.bad-article", ""},
		{"legal-bases.yaml", "article: 第12条, evidence: known", "article: 第12条, article_verified: «maybe, evidence: known", "memoranda.bad-bool", ""},
		{"legal-bases.yaml", "{slug: some-policy, title: 某意见,", "«{slug: some-policy, title: 某意见, article: 第1条,", "memoranda.wrong-place", ""},
		{"legal-bases.yaml", "title: 某法", `title: «"某\u202e法"`, "memoranda.invisible", ""},
		{"legal-bases.yaml", "title: 某法", "title: «[某法]", "memoranda.wrong-type", ""},
		{"legal-bases.yaml", "title: 某法", "title: «&x 某法", "memoranda.alias", ""},
		{"legal-bases.yaml", "title: 某法", "«title: null", "memoranda.empty", ""},
		{"list-types.yaml", "subjects: [natural-person, legal-person]", "subjects: [«natural-persn, legal-person]", "memoranda.unknown-word", "natural-person"},
		{"basic-list.yaml", "items: [entry-ban]", "items: [«entry-bans]", "memoranda.unknown-item", "entry-ban"},
		{"basic-list.yaml", "{name: \"2024\", from: 2024-02-18,", "«{name: \"2024\", from: 2024-02-18, until: 2024-02-17,", "memoranda.until-before-from", ""},
		{"basic-list.yaml", "editions:\n", "editions:\n  - {name: \"2023\", from: 2023-01-01, until: 2024-02-18, items: [entry-ban], evidence: seen}\n", "memoranda.overlap", ""},
		{"memo.yaml", "list_type: some-list", "list_type: «some-lists", "memoranda.unknown-list-type", "some-list"},
		{"memo.yaml", "    group: first", "    group: «frist", "memoranda.unknown-group", "first"},
		{"memo.yaml", "clause: 第一条", "clause: «第1条", "memoranda.bad-memorandum-clause", ""},
		{"memo.yaml", "clause: (一)1", "clause: «一、1", "memoranda.bad-clause", ""},
		{"memo.yaml", "bases: [{basis: some-law}]", "bases: [{basis: «some-lwa}]", "memoranda.unknown-basis", "some-law"},
		{"memo.yaml", "bases: [{basis: some-law}]", "bases: [«{basis: some-law, clause: (一)1}]", "memoranda.wrong-place", ""},
		{"memo.yaml", "mode: restrict", "mode: «restrikt", "memoranda.unknown-word", "restrict"},
		{"memo.yaml", "status: moved", "status: «mooved", "memoranda.unknown-word", "moved"},
		{"memo.yaml", "territory: nation", "territory: «world", "memoranda.unknown-word", ""},
		{"memo.yaml", "reaches: [natural-person]", "reaches: [natural-person, «natural-person]", "memoranda.duplicate-entry", ""},
		{"memo.yaml", "bodies: [old-bank]", "bodies: [«new-bank]", "memoranda.not-signatory", ""},
		{"memo.yaml", "  - slug: one", "  - «slug: one\n    until: 2015-01-01\n    from: 2016-02-01", "memoranda.until-before-from", ""},
		{"memo.yaml", "  - slug: one", "  - «slug: one\n    from: 2015-01-01", "memoranda.outside-edition", ""},
		{"memo.yaml", "bodies: [tax]", "bodies: []", "memoranda.no-body", ""},
		{"memo.yaml", "status: in-force\n    evidence: seen", "status: moved\n    evidence: seen", "memoranda.no-successor", ""},
		{"memo.yaml", "slug: two", "slug: «one", "memoranda.duplicate-slug", ""},
		{"memo.yaml", "    zh: 审查", "    «credit_score: 600\n    zh: 审查", "memoranda.score", ""},
		{"memo.yaml", "    zh: 审查", "    condition: {«minScore: 600}\n    zh: 审查", "memoranda.score", ""},
		{"memo.yaml", "zh: 审查", "zh: «信用分低于六百的", "memoranda.score", ""},
	}
}

// TestEachPlantedMistakeIsFound plants one mistake at a time and holds code,
// suggestion and, where marked, line and column.
func TestEachPlantedMistakeIsFound(t *testing.T) {
	t.Parallel()
	for _, p := range plantings() {
		t.Run(p.code+" "+p.new, func(t *testing.T) {
			t.Parallel()
			files := sound()
			marked := strings.Replace(files[p.file], p.old, p.new, 1)
			if marked == files[p.file] {
				t.Fatalf("%q is not in %s", p.old, p.file)
			}
			files[p.file] = strings.Replace(marked, "«", "", 1)
			ms := mistakesOf(t, files)
			at := slices.IndexFunc(ms, func(m Mistake) bool {
				return m.Code == p.code && m.File == p.file && placed(marked, m)
			})
			if at < 0 {
				t.Fatalf("no %s in its place, but\n%v", p.code, ms)
			}
			if ms[at].Suggestion != p.suggestion {
				t.Errorf("suggestion %q, want %q", ms[at].Suggestion, p.suggestion)
			}
		})
	}
}

// placed compares a mistake's line and column with the mark.
func placed(marked string, m Mistake) bool {
	before, _, found := strings.Cut(marked, "«")
	if !found {
		return m.Line > 0 && m.Column > 0
	}
	line := 1 + strings.Count(before, "\n")
	column := 1 + len([]rune(before[strings.LastIndex(before, "\n")+1:]))
	return m.Line == line && m.Column == column
}

// manyMistakes is one catalogue with mistakes of many kinds in every file.
func manyMistakes() map[string]string {
	return map[string]string{
		"bodies.yaml": `bodies:
  - {slug: tax, zhh: 税务, zh: 税务, en: Tax, evidence: sean}
  - {slug: tax, zh: 税务, evidence: seen}
  - {slug: Bad Slug, zh: 坏, en: Bad, evidence: seen}
  - {slug: a, zh: 甲, en: A, evidence: seen, successions: [{to: [b], from: 2018-13-01, evidence: known}]}
  - {slug: b, zh: 乙, en: B, evidence: seen, successions: [{to: [a, a], from: 2018-01-01, precision: year, evidence: known}]}
  - {slug: c, zh: 丙, en: C, evidence: seen, successions: [{to: [nobody], from: 2018-01-01, measures: [nothing], evidence: known}]}
`,
		"legal-bases.yaml": `legal_bases:
  - {slug: some-law, title: &x 某法, kind: law, article: 十二, evidence: known}
  - {slug: law-by-clause, title: 某法, kind: law, clause: (一), evidence: known, article_verified: perhaps}
  - {slug: law-without-title, title: [], kind: law, evidence: known, evidence: known}
  - {slug: law-from-nothing, title: "某\u202e法", kind: law, evidence: known, from: 2020-01-02, until: 2020-01-01}
`,
		"list-types.yaml": "list_types: [unclosed\n",
		"basic-list.yaml": `items:
  - {slug: entry-ban, title: , class: IV, title_verified: false, evidence: known}
editions:
  - {name: "2021", from: 2021-12-16, until: 2023-01-01, items: [entry-bans], evidence: seen}
  - {name: "2022", from: 2022-12-28, items: [entry-ban], evidence: seen}
`,
		"memo.yaml": `memorandum:
  slug: some-memo
  zh: 某备忘录
  en: Some memorandum
  list_type: some-list
  edition: "2016"
  from: 2016-01-20
  status: in-force
  signatories: [tax, a]
  groups: [{slug: first, zh: 一, en: One, evidence: seen}]
  evidence: seen
measures:
  - {slug: one, group: second, clause: 1, zh: 限制, en: Limits, mode: restrikt, bodies: [tx], reaches: [everybody], territory: world,
     bases: [{basis: some-lawe}], basic_list_item: entry-bam, status: mooved, evidence: seen}
  - {slug: two, zh: 限制, en: Limits, mode: restrict, bodies: [c], reaches: [natural-person], territory: court,
     bases: [{basis: some-law, clause: (一)1}], status: in-force, evidence: seen, credit_score: 3}
  - {slug: three, zh: 限制, en: Limits, mode: restrict, bodies: [], reaches: [], territory: court, bases: [], status: moved, evidence: seen, from: 2010-01-01}
`,
	}
}

var code = regexp.MustCompile(`memoranda\.[a-z-]+`)

// TestManyMistakesInOneRun: one reading reports them all, each with its place,
// and the file with the syntax error is reported alone.
func TestManyMistakesInOneRun(t *testing.T) {
	t.Parallel()
	ms := mistakesOf(t, manyMistakes())
	kinds := make(map[string]bool)
	for _, m := range ms {
		kinds[m.Code] = true
		if m.Line < 1 || m.Column < 1 {
			t.Errorf("no place: %v", m)
		}
		if m.ZH == "" || m.EN == "" || strings.Contains(m.ZH+m.EN, "%!") {
			t.Errorf("no words: %+v", m)
		}
		if m.File == "list-types.yaml" && m.Code != "memoranda.syntax" {
			t.Errorf("more than the syntax error: %v", m)
		}
	}
	if len(kinds) < 25 {
		t.Errorf("%d kinds of mistake, want at least 25: %v", len(kinds), slices.Sorted(maps.Keys(kinds)))
	}
	if kinds["memoranda.unknown-list-type"] {
		t.Error("a name of the unreadable file was reported as unknown")
	}
	golden(t, "testdata/mistakes.golden", ms.Error()+"\n")
}

// TestEveryCodeHasWords reads the loader's own files for the codes they use.
func TestEveryCodeHasWords(t *testing.T) {
	t.Parallel()
	used := make(map[string]bool)
	for _, name := range []string{"reader.go", "load.go", "load_reference.go", "load_memorandum.go", "load_attestation.go", "load_listtype.go", "bytes.go", "check.go", "check_edition.go", "check_lint.go", "check_measure.go", "values.go"} {
		for _, found := range code.FindAllString(source(t, name), -1) {
			used[found] = true
		}
	}
	delete(used, "memoranda.unknown-") // its end is the kind of name
	for _, kind := range []string{kindBody, kindBasis, kindItem, kindListType, kindMeasure, "group"} {
		used["memoranda.unknown-"+kind] = true
	}
	for _, one := range slices.Sorted(maps.Keys(used)) {
		if w := mistakeWords[one]; w.zh == "" || w.en == "" {
			t.Errorf("%s has no words", one)
		}
		delete(used, one)
	}
	for one := range mistakeWords {
		if !strings.HasPrefix(one, "memoranda.") {
			t.Errorf("%s is not a code", one)
		}
	}
}

func TestMissingFilesAndReadErrors(t *testing.T) {
	t.Parallel()
	ms := mistakesOf(t, map[string]string{"memo.yaml": sound()["memo.yaml"]})
	got := make([]string, len(ms))
	for i, m := range ms {
		got[i] = m.File + " " + m.Code
	}
	want := []string{
		"basic-list.yaml memoranda.no-file", "bodies.yaml memoranda.no-file",
		"legal-bases.yaml memoranda.no-file", "list-types.yaml memoranda.no-file",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
	files := sound()
	files["memo.yaml"] = "a: 1\n---\nb: 2\n"
	files["bodies.yaml"] = "bodies: " + strings.Repeat("\xff", mostWrong+1) + "\n"
	files["legal-bases.yaml"] = "legal_bases: " + strings.Repeat("#", maxFile)
	files["list-types.yaml"] = "list_types: " + strings.Repeat("[", maxDepth+1)
	kinds := fmt.Sprint(mistakesOf(t, files))
	for _, code := range []string{"memoranda.several-documents", "memoranda.encoding", "memoranda.too-large", "memoranda.too-deep"} {
		if !strings.Contains(kinds, code) {
			t.Errorf("no %s among\n%s", code, kinds)
		}
	}
	if _, err := Load(fstest.MapFS{"bodies.yaml": {Mode: fs.ModeDir}}); err == nil {
		t.Error("a directory in place of a file is no mistake")
	}
}
