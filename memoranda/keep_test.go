package memoranda_test

import (
	"testing"

	"concordat/memoranda"
	"concordat/memoranda/day"
)

// A measure is kept on what carries a burden alone: of sufficient rank, with its place, and
// in force on the day.
func TestKeeping(t *testing.T) {
	t.Parallel()
	c, err := memoranda.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	on := day.Of(2025, 9, 1)
	for i := range c.Bases {
		b := &c.Bases[i]
		lawful := b.Kind == memoranda.Law || b.Kind == memoranda.Regulation || b.Kind == memoranda.JudicialInterpretation
		want := lawful && b.Article != "" || b.Kind.IsPolicy() && b.Clause != ""
		want = want && b.From <= on && (b.Until.IsZero() || on <= b.Until)
		if got := c.Keeping(b.Slug, on) == b; got != want {
			t.Errorf("%s (%s %s%s): %v, want %v", b.Slug, b.Kind, b.Article, b.Clause, got, want)
		}
	}
	if c.Keeping("none", on) != nil || c.Keeping("", on) != nil {
		t.Error("a measure is kept on what is no basis")
	}
	for title, want := range map[string]bool{
		"演示条例": true, "中华人民共和国民事诉讼法": true, "《中华人民共和国 民事诉讼法》": true,
	} {
		if got := c.MayCite(title, on); got != want {
			t.Errorf("cite %s: %v", title, got)
		}
	}
	for i := range c.Bases {
		if b := &c.Bases[i]; b.Kind == memoranda.Departmental && c.MayCite("《"+b.Title+"》", on) {
			t.Errorf("%s, a departmental document, is cited by its title", b.Slug)
		}
	}
}

func TestLastDayOfWhatIsKept(t *testing.T) {
	t.Parallel()
	ended := day.Of(2025, 9, 1)
	for _, row := range []struct {
		basis memoranda.LegalBasis
		want  day.Day
	}{
		{memoranda.LegalBasis{}, day.Of(2027, 9, 1)},
		{memoranda.LegalBasis{KeepsMonths: 6}, day.Of(2026, 3, 1)},
		{memoranda.LegalBasis{KeepsMonths: 36}, day.Of(2028, 9, 1)},
		{memoranda.LegalBasis{KeepsMonths: 36, Until: day.Of(2026, 1, 1)}, day.Of(2026, 1, 1)},
		{memoranda.LegalBasis{Until: day.Of(2026, 1, 1)}, day.Of(2026, 1, 1)},
	} {
		if got := row.basis.Last(ended, 2); got != row.want {
			t.Errorf("%+v: %s, want %s", row.basis, got, row.want)
		}
	}
	named := memoranda.LegalBasis{Title: "演示法", Article: "第1条"}
	if named.Words() != "演示法 第1条" {
		t.Error(named.Words())
	}
}
