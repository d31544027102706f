package memoranda

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func loaded(t *testing.T, files map[string]string) *Catalogue {
	t.Helper()
	c, err := Load(asFS(files))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func said(differences []Difference) []string {
	var all []string
	for _, d := range differences {
		all = append(all, d.EN)
	}
	return all
}

func TestDiff(t *testing.T) {
	t.Parallel()
	before := loaded(t, sound())
	if found := Diff(before, loaded(t, sound())); len(found) != 0 {
		t.Errorf("the same catalogue differs: %v", said(found))
	}
	for _, row := range []struct {
		file, old, new string
		want           []string
	}{
		{"memo.yaml", "mode: restrict", "mode: prohibit", []string{
			`some-memo, edition 2016, measure one: mode changes from "restrict" to "prohibit"`,
		}},
		{"memo.yaml", "reaches: [natural-person]", "reaches: [legal-person]\n    until: 2030-01-01", []string{
			`some-memo, edition 2016, measure one: reaches loses "natural-person" and gains "legal-person"`,
			`some-memo, edition 2016, measure one: last day is now given: "2030-01-01"`,
		}},
		{"memo.yaml", "    clause: 第一条\n", "", []string{
			`some-memo, edition 2016, measure one: clause is no longer given, was "第一条"`,
		}},
		{"memo.yaml", "bases: [{basis: some-law}]", "bases: [{basis: some-law, article: 第13条}]", []string{
			`some-memo, edition 2016, measure two: bases loses "some-law 第12条" and gains "some-law 第13条"`,
		}},
		{"memo.yaml", "signatories: [tax, old-bank]", "signatories: [old-bank, tax]", []string{
			`some-memo, edition 2016: signatories changes from "tax, old-bank" to "old-bank, tax"`,
		}},
		{"memo.yaml", "slug: two", "slug: three", []string{
			"some-memo, edition 2016, measure three: is added", "some-memo, edition 2016, measure two: is removed",
		}},
		{"memo.yaml", `edition: "2016"`, `edition: "2017"`, []string{
			"some-memo, edition 2016: is removed", "some-memo, edition 2017: is added",
		}},
		{"bodies.yaml", "from: 2018-03-17", "from: 2018-03-18", []string{
			`body old-bank: successions loses "to: new-bank; from: 2018-03-17; evidence: known" and gains "to: new-bank; from: 2018-03-18; evidence: known"`,
		}},
		{"list-types.yaml", "evidence: known", "notice: {value: 7, unit: working-days, evidence: seen}, evidence: known", []string{
			`list type some-list: window to state and defend is now given: "value: 7; unit: working-days; evidence: seen"`,
		}},
		{"basic-list.yaml", "items: [entry-ban]", "items: [entry-ban, other-ban]", []string{
			`basic-list edition 2024: items gains "other-ban"`,
		}},
	} {
		files := sound()
		plantIn(t, files, row.file, row.old, row.new)
		after := loaded(t, files)
		if diff := cmp.Diff(row.want, said(Diff(before, after))); diff != "" {
			t.Errorf("%s → %s (-want +got):\n%s", row.old, row.new, diff)
		}
		if there, back := Diff(before, after), Diff(after, before); len(there) != len(back) {
			t.Errorf("%s: %d differences there, %d back", row.old, len(there), len(back))
		}
	}
}

func plantIn(t *testing.T, files map[string]string, file, old, change string) {
	t.Helper()
	if !strings.Contains(files[file], old) {
		t.Fatalf("%q is not in %s", old, file)
	}
	files[file] = strings.Replace(files[file], old, change, 1)
}

// TestDiffOfALaterEdition is told against the edition that it follows.
func TestDiffOfALaterEdition(t *testing.T) {
	t.Parallel()
	before := loaded(t, sound())
	source := strings.NewReplacer(`edition: "2016"`, `edition: "2025"`, "from: 2016-01-20", "from: 2025-01-01", "mode: restrict", "mode: prohibit").
		Replace(sound()["memo.yaml"])
	after, m, err := before.With("memo.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	if m.Edition != "2025" || len(after.Memoranda) != 2 {
		t.Fatalf("%s of %d editions", m.Edition, len(after.Memoranda))
	}
	want := []string{
		`some-memo, edition 2016: last day is now given: "2024-12-31"`,
		`some-memo, edition 2025: is added`,
		`some-memo, edition 2025, measure one: mode changes from "restrict" to "prohibit"`,
	}
	if diff := cmp.Diff(want, said(Diff(before, after))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	again, _, err := after.With("another.yaml", []byte(source)) // in place of itself
	if err != nil {
		t.Fatal(err)
	}
	if found := Diff(after, again); len(found) != 0 {
		t.Errorf("the same file differs: %v", said(found))
	}
	want = []string{
		`some-memo, edition 2025: edition changes from "2016" to "2025"`,
		`some-memo, edition 2025: first day changes from "2016-01-20" to "2025-01-01"`,
		`some-memo, edition 2025, measure one: mode changes from "restrict" to "prohibit"`,
	}
	if diff := cmp.Diff(want, said(DiffEditions(before.Memorandum("some-memo", "2016"), m))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var mistakes Mistakes
	if _, _, err := before.With("memo.yaml", []byte("memorandum: [\n")); !errors.As(err, &mistakes) || mistakes[0].File != "memo.yaml" {
		t.Errorf("a broken file: %v", err)
	}
}

// TestEveryFieldHasWords: every field that a file can have is named in both
// languages, so that none can change unsaid.
func TestEveryFieldHasWords(t *testing.T) {
	t.Parallel()
	for _, kind := range []any{Memorandum{}, Measure{}, ListType{}, Body{}, LegalBasis{}, BasicListItem{}, BasicListEdition{}} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(kind)) {
			name := fieldName(f)
			if w := fieldWords[name]; name != "" && name != "measures" && (w.zh == "" || w.en == "") {
				t.Errorf("%T: %q has no words", kind, name)
			}
		}
	}
	for _, kind := range DifferenceKinds() {
		if w := kindWords[kind]; w.zh == "" || w.en == "" {
			t.Errorf("%s has no words", kind)
		}
	}
	found := Diff(embedded(t), city(t))
	if !slices.ContainsFunc(found, func(d Difference) bool { return d.Kind == diffBasis && d.Change == Removed }) {
		t.Error("nothing was removed")
	}
	for _, d := range found {
		if d.ZH == "" || d.EN == "" || strings.Contains(d.ZH+d.EN, "%!") {
			t.Errorf("no words: %+v", d)
		}
	}
}
