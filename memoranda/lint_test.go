package memoranda

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestLint plants what a text may say that no memorandum, rule or body can have said. «
// marks the place; an empty code is what must still pass.
func TestLint(t *testing.T) {
	t.Parallel()
	head, some := "from: 2016-01-20", "{slug: some-law, title: 某法, kind: law, article: 第12条,"
	list := "subjects: [natural-person, legal-person],"
	for _, row := range []struct{ name, file, old, new, code string }{
		{"a basis that ended before", "legal-bases.yaml", some, some + " until: 2016-01-19,", "memoranda.basis-ended"},
		{"a basis that ends on its first day", "legal-bases.yaml", some, some + " until: 2016-01-20,", ""},
		{"a basis that ended before the measure", "memo.yaml", "  - slug: two", "  - slug: two\n    from: 2019-01-01", ""},
		{"a basis that begins after its end", "memo.yaml", head, head + "\n  until: 2016-12-31", ""},
		{"no measures", "memo.yaml", "x", "x", "memoranda.no-measures"},
		{"no measures, with the reason", "memo.yaml", "x", "x", ""},
		{"fewer measures than counted", "memo.yaml", "  evidence: seen\nmeasures:", "  counted: {measures: 3, evidence: seen}\n  evidence: seen\nmeasures:", "memoranda.fewer-measures"},
		{"as many as counted", "memo.yaml", "  evidence: seen\nmeasures:", "  counted: {measures: 2, evidence: seen}\n  evidence: seen\nmeasures:", ""},
		{"fewer, with the reason", "memo.yaml", "  evidence: seen\nmeasures:", "  counted: {measures: 3, evidence: seen}\n  not_encoded: [{zh: 第三项, en: number 3}]\n  evidence: seen\nmeasures:", ""},
		{"a term of 900 years", "list-types.yaml", list, list + " terms: [«{value: 900, unit: years, evidence: seen}],", "memoranda.beyond-any-rule"},
		{"a term of ten years", "list-types.yaml", list, list + " terms: [{value: 10, unit: years, evidence: seen}],", ""},
		{"a term of 900 years in months", "list-types.yaml", list, list + " terms: [«{value: 9999, unit: months, evidence: seen}],", "memoranda.beyond-any-rule"},
		{"a term of 27 years in days", "list-types.yaml", list, list + " terms: [«{value: 9999, unit: calendar-days, evidence: seen}],", "memoranda.beyond-any-rule"},
		{"a notice of 40 years", "list-types.yaml", list, list + " notice: «{value: 9999, unit: working-days, evidence: seen},", "memoranda.beyond-any-rule"},
		{"an objection of 40 years", "list-types.yaml", list, list + " publication: {rule: monthly-batch, objection: «{value: 9999, unit: working-days, evidence: seen}, evidence: seen},", "memoranda.beyond-any-rule"},
		{"no repair before 900 years", "list-types.yaml", list, list + " repair: {rule: owner, after: «{value: 900, unit: years, evidence: seen}, evidence: seen},", "memoranda.beyond-any-rule"},
		{"what may be kept for 800 years", "legal-bases.yaml", some, some + " keeps_months: «9999,", "memoranda.beyond-any-rule"},
		{"what may be kept for two years", "legal-bases.yaml", some, some + " keeps_months: 24,", ""},
		{"a succession of 1918", "bodies.yaml", "{to: [new-bank], from: 2018-03-17, evidence: known}", "«{to: [new-bank], from: 1918-03-17, evidence: known}", "memoranda.before-body"},
		{"a succession before the body that gives", "bodies.yaml", "zh: 旧, en: Old, evidence: seen, successions: [{", "zh: 旧, en: Old, evidence: seen, from: 2018-03-18, successions: [«{", "memoranda.before-body"},
		{"a succession before the body that gets", "bodies.yaml", "zh: 新, en: New,", "zh: 新, en: New, from: 2018-03-18,", "memoranda.before-body"},
		{"a succession on the first day", "bodies.yaml", "zh: 新, en: New,", "zh: 新, en: New, from: 2018-03-17,", ""},
		{"to a body that had given its role away", "bodies.yaml", "en: New, evidence: known}", "en: New, evidence: known, successions: [{to: [tax], from: 2018-03-16, evidence: known}]}", "memoranda.given-up-before"},
		{"to a body that hands on at once", "bodies.yaml", "en: New, evidence: known}", "en: New, evidence: known, successions: [{to: [tax], from: 2018-03-17, evidence: known}]}", ""},
		{"only the year is known", "bodies.yaml", "from: 2018-03-17, evidence: known}]}\n  - {slug: new-bank, zh: 新, en: New, evidence: known}", "from: 2018-12-31, precision: year, evidence: known}]}\n  - {slug: new-bank, zh: 新, en: New, evidence: known, successions: [{to: [tax], from: 2018-03-17, evidence: known}]}", ""},
		{"signed by a body that was no more", "memo.yaml", head, "signed: 2018-03-18\n  from: 2018-03-18", "memoranda.signed-too-late"},
		{"signed on the last day", "memo.yaml", head, "signed: 2018-03-17\n  from: 2018-03-17", ""},
		{"signed in a year that tells nothing", "memo.yaml", head, "dated: \"2018\"\n  from: 2018-12-31", ""},
		{"signed in a later year", "memo.yaml", head, "dated: \"2019\"\n  from: 2019-12-31", "memoranda.signed-too-late"},
		{"a slug of 500 characters", "memo.yaml", "slug: two", "slug: «t" + strings.Repeat("o", 499), "memoranda.long-name"},
		{"a slug of 64", "memo.yaml", "slug: two", "slug: t" + strings.Repeat("o", 63), ""},
		{"an edition of 500 characters", "memo.yaml", `edition: "2016"`, "edition: «" + strings.Repeat("版", 500), "memoranda.long-name"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			files := sound()
			switch row.name {
			case "no measures", "no measures, with the reason":
				files["memo.yaml"], _, _ = strings.Cut(files["memo.yaml"], "measures:")
				if row.code == "" {
					plantIn(t, files, "memo.yaml", "  evidence: seen\n", "  not_encoded: [{zh: 各项措施, en: its measures}]\n  evidence: seen\n")
				}
			case "a basis that ended before the measure":
				plantIn(t, files, "legal-bases.yaml", some, some+" until: 2018-12-31,")
				row.code = "memoranda.basis-ended"
			case "a basis that begins after its end":
				plantIn(t, files, "legal-bases.yaml", some, some+" from: 2017-01-01,")
				row.code = "memoranda.basis-not-begun"
			}
			marked := row.new
			if row.old != row.new {
				plantIn(t, files, row.file, row.old, row.new)
				marked = files[row.file]
				files[row.file] = strings.Replace(marked, "«", "", 1)
			}
			told(t, mistakesOf(t, files), marked, row.code)
		})
	}
}

// told holds mistakes to one code, at the mark; to none where there is no code.
func told(t *testing.T, ms Mistakes, marked, code string) {
	t.Helper()
	switch {
	case code == "" && len(ms) > 0:
		t.Errorf("%v", ms)
	case code != "" && len(ms) == 0:
		t.Errorf("no %s", code)
	}
	for _, m := range ms {
		if m.Code != code || strings.Contains(m.ZH+m.EN, "%!") || (strings.Contains(marked, "«") && !placed(marked, m)) {
			t.Errorf("%v, want %s", m, code)
		}
	}
}

// TestBytes: what no editor shows is told as what it is, and where; what is not YAML's
// fault is not called so.
func TestBytes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, file, old, new, code string }{
		{"a mark at the beginning", "bodies.yaml", "bodies:", "«\ufeffbodies:", "memoranda.byte-order-mark"},
		{"a mark in the middle", "memo.yaml", "zh: 限制", "zh: 限«\ufeff制", "memoranda.byte-order-mark"},
		{"NUL", "memo.yaml", "    zh: 限制", "    «\x00zh: 限制", "memoranda.nul"},
		{"NUL in a comment", "memo.yaml", "zh: 限制", "zh: 限制 # «\x00", "memoranda.nul"},
		{"a tab before a key", "memo.yaml", "  slug: some-memo", "«\tslug: some-memo", "memoranda.tab"},
		{"a tab in a text", "memo.yaml", "zh: 限制", "zh: 限«\t制", "memoranda.tab"},
		{"a tab on an empty line", "memo.yaml", "measures:\n", "«\t\nmeasures:\n", "memoranda.tab"},
		{"a wrong byte", "memo.yaml", "zh: 限制", "zh: 限«\xff制", "memoranda.wrong-byte"},
		{"half a character", "memo.yaml", "zh: 限制", "zh: 限«\xe9", "memoranda.wrong-byte"},
		{"UTF-16", "bodies.yaml", "bodies", "«\xff\xfeb\x00o\x00", "memoranda.encoding"},
		{"GB 18030", "memo.yaml", "zh: 限制", "zh: «\xcf\xde\xd6\xc6\xcf\xde\xd6\xc6\xcf\xde", "memoranda.encoding"},
		{"CR LF", "memo.yaml", "zh: 限制", "zh: 限制\r", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			files := sound()
			plantIn(t, files, row.file, row.old, row.new)
			marked := files[row.file]
			files[row.file] = strings.Replace(marked, "«", "", 1)
			told(t, mistakesOf(t, files), marked, row.code)
		})
	}
	files := sound()
	files["bodies.yaml"] = "bodies:\r" + strings.Repeat("\t\r", 2*mostStray)
	ms := mistakesOf(t, files)
	if len(ms) != mostStray || ms[0].Line != 2 || ms[19].Line != 21 {
		t.Errorf("lines that end in CR alone: %d mistakes\n%v", len(ms), ms)
	}
}

// TestWhatIsNotReadIsTold: a file in a folder, or with an ending that is not quite one.
func TestWhatIsNotReadIsTold(t *testing.T) {
	t.Parallel()
	files := make(fstest.MapFS)
	for name, text := range sound() {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for _, name := range []string{"2017/memo.yaml", "2017/more/other.YML", "memo.YAML", "notes/readme.md", "readme.md", ".git/hidden.yaml", "2017/.old/memo.yaml"} {
		files[name] = &fstest.MapFile{Data: []byte("a: b\n")}
	}
	_, err := Load(files)
	want := `2017/memo.yaml, 2017/more/other.YML, memo.YAML`
	var got []string
	for _, m := range mistakesIn(t, err) {
		if m.Code != "memoranda.not-read" {
			t.Errorf("%v", m)
		}
		got = append(got, m.File)
	}
	if diff := cmp.Diff(want, strings.Join(got, ", ")); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	many := make(fstest.MapFS)
	for i := range mostEntries + 1 {
		many[fmt.Sprintf("many/%d", i)] = &fstest.MapFile{}
	}
	_, err = Load(many)
	if !strings.Contains(fmt.Sprint(err), `the file "many" is not read`) {
		t.Error("a folder too large to look into is not told")
	}
}

// TestTheRecordStandsByItsTexts: an edition that an earlier release took goes on being
// read, and the same text is not adopted now.
func TestTheRecordStandsByItsTexts(t *testing.T) {
	t.Parallel()
	seed, err := Load(asFS(sound()))
	if err != nil {
		t.Fatal(err)
	}
	source := "memorandum:\t\n  {slug: other-memo, zh: 又, en: Another, list_type: some-list, edition: e" + strings.Repeat("x", 70) +
		", from: 2020-01-01, status: in-force, signed: 2020-01-01, signatories: [old-bank], counted: {measures: 3, evidence: seen}, evidence: seen}\n"
	c, err := Effective(seed, []Adopted{{Memorandum: "other-memo", From: date(t, "2020-01-01"), Source: []byte(source)}})
	if err != nil || c.beginning("other-memo", date(t, "2020-01-01")) == nil {
		t.Fatalf("an edition of the record is not read: %v", err)
	}
	if _, _, err := Next(c, "again.yaml", []byte(strings.ReplaceAll(source, "2020-", "2021-"))); !strings.Contains(fmt.Sprint(err), "memoranda.tab") {
		t.Errorf("a tab is adopted: %v", err)
	}
	_, _, err = Next(c, "again.yaml", []byte(strings.ReplaceAll(strings.ReplaceAll(source, "2020-", "2021-"), "\t", "")))
	for _, code := range []string{"memoranda.no-measures", "memoranda.long-name", "memoranda.signed-too-late"} {
		if !strings.Contains(fmt.Sprint(err), code) {
			t.Errorf("no %s when it is adopted now: %v", code, err)
		}
	}
}
