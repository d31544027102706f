package memoranda

import (
	"slices"
	"testing"
)

// TestHeadsAgainstThemselves plants what only the head of a memorandum can show.
func TestHeadsAgainstThemselves(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ old, new, code string }{
		{"from: 2016-01-20", "signed: 2016-01-20\n  from: 2016-01-20", ""},
		{"from: 2016-01-20", "signed: 2016-01-21\n  from: 2016-01-20", "memoranda.before-date"},
		{"from: 2016-01-20", "dated: \"2016\"\n  from: 2016-12-31", ""},
		{"from: 2016-01-20", "dated: \"2016\"\n  from: 2016-12-30", "memoranda.before-date"},
		{"from: 2016-01-20", "dated: \"2016-02\"\n  from: 2016-02-29", ""},
		{"from: 2016-01-20", "dated: \"2016-02\"\n  from: 2016-02-28", "memoranda.before-date"},
		{"from: 2016-01-20", "dated: \"2016-01-20\"\n  from: 2016-01-20", ""},
		{"from: 2016-01-20", "dated: \"2016\"\n  signed: 2016-01-20\n  from: 2016-12-31", "memoranda.two-fields"},
		{"  signatories: [tax, old-bank]", "  lead: [tax]\n  signatories: [tax, old-bank]", ""},
		{"  signatories: [tax, old-bank]", "  lead: [new-bank]\n  signatories: [tax, old-bank]", "memoranda.not-signatory"},
		{"  signatories: [tax, old-bank]", "  lead: [new-bank]", ""},
	} {
		files := sound()
		plantIn(t, files, "memo.yaml", row.old, row.new)
		ms := mistakesOf(t, files)
		if row.code == "" && len(ms) > 0 {
			t.Errorf("%s: %v", row.new, ms)
		}
		if row.code != "" && !slices.ContainsFunc(ms, func(m Mistake) bool { return m.Code == row.code && m.Line == 2 }) {
			t.Errorf("%s: no %s among\n%v", row.new, row.code, ms)
		}
	}
}

// TestGapsOfTheBasicList are no mistake: on such days nothing stands.
func TestGapsOfTheBasicList(t *testing.T) {
	t.Parallel()
	files := sound()
	plantIn(t, files, "basic-list.yaml", "editions:\n", "editions:\n  - {name: \"2022\", from: 2022-01-01, until: 2022-12-31, items: [entry-ban], evidence: seen}\n")
	if ms := mistakesOf(t, files); len(ms) > 0 {
		t.Errorf("%v", ms)
	}
}
