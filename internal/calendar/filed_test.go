package calendar

import (
	"strings"
	"testing"
)

const (
	madeAmendment2026 = `year: 2026
reference: made amendment
published: 2026-01-20
evidence: invented
amends: 国办发明电〔2025〕7号
off:
  - {name: 元旦, from: 2026-01-01, to: 2026-01-03}
  - {name: 春节, from: 2026-02-15, to: 2026-02-28}
  - {name: 劳动节, from: 2026-05-01, to: 2026-05-05}
  - {name: 国庆节, from: 2026-10-01, to: 2026-10-07}
worked: [2026-01-04]
`
	madeRegional2027 = `region: "45"
name: 壮族三月三
basis: 自治区人民政府令第98号
season: {from: 03-20, to: 04-30}
year: 2027
reference: made for this test
published: 2027-03-01
evidence: invented
off: [2027-04-08, 2027-04-09]
worked: [2027-04-10]
`
)

func shelf(t testing.TB) Shelf {
	t.Helper()
	s, err := NewShelf(embedded(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// filed reads a notice that fits what is known.
func filed(t testing.TB, text string, known Shelf) Filed {
	t.Helper()
	f, err := ParseFiled("n", []byte(text), &known)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A notice that is loaded is counted by at once, by whoever holds the calendar.
func TestALoadedNoticeIsCountedBy(t *testing.T) {
	t.Parallel()
	known := shelf(t)
	current := NewCurrent(known, "45")
	before := current.Mark()
	count := func(o Owner, from string, p Period, want string, provisional bool) {
		t.Helper()
		if got, due := current.For(o, d(t, from), p), (Due{d(t, want), provisional}); got != due {
			t.Errorf("%s + %d %s is %v, want %v", from, p.Value, p.Unit, got, due)
		}
	}
	three := Period{Value: 3, Unit: WorkingDays}
	count(Authority, "2026-12-30", three, "2027-01-05", true)
	for _, text := range []string{madeNotice2027, madeAmendment2026, madeRegional2027} {
		f := filed(t, text, known)
		next, err := known.With(f)
		if err != nil {
			t.Fatal(err)
		}
		known = next
		mark := current.Mark()
		current.Put(known)
		if current.Mark() == mark || !strings.Contains(f.Told(), f.Reference()) {
			t.Errorf("after %s the mark is the same", f.Told())
		}
		if _, err := ParseFiled("n", []byte(text), &known); err == nil || !strings.Contains(err.Error(), "says the same") {
			t.Errorf("%s again: %v", f.Told(), err)
		}
	}
	count(Authority, "2026-12-30", three, "2027-01-06", false) // 12-31 to 01-03 are off
	count(Authority, "2026-02-13", three, "2026-03-04", false) // 02-14 is a Saturday like any other now
	count(Authority, "2027-04-07", three, "2027-04-12", false)
	count(Subject, "2027-04-07", three, "2027-04-13", false) // 04-10 is worked there
	if NewCurrent(shelf(t), "45").Mark() != before || NewCurrent(shelf(t), "").Mark() == before {
		t.Error("the mark is not that of the days")
	}
}

// What is filed is held against what is known, and every mistake is told by its line.
func TestAFiledNoticeIsChecked(t *testing.T) {
	t.Parallel()
	known := shelf(t)
	later, err := known.With(filed(t, madeNotice2027, known))
	if err != nil {
		t.Fatal(err)
	}
	// What is known of 2024 is not from the notice: that comes in its place, and amends nothing.
	hearsay := strings.NewReplacer("2027-", "2024-", "year: 2027", "year: 2024", "[2024-04-10]", "[]", "[2027-04-10]", "[]").Replace(madeRegional2027)
	if f := filed(t, hearsay, known); f.Region() != "45" || f.Year() != 2024 {
		t.Errorf("%+v", f)
	}
	national := strings.Replace(madeAmendment2026, "amends: 国办发明电〔2025〕7号\n", "", 1)
	for name, c := range map[string]struct {
		text, old, with string
		known           Shelf
		want            []string
	}{
		"another notice of a known year":        {national, "", "", known, []string{"n:1:7: 2026 is known by 国办发明电〔2025〕7号"}},
		"the same notice with other days":       {national, "made amendment", "国办发明电〔2025〕7号", known, []string{"n:1:7: 2026 is known", "same notice, with other days"}},
		"in place of one that is not in force":  {madeAmendment2026, "〔2025〕7号", "〔2024〕7号", known, []string{"n:1:7: 2026 is known"}},
		"in place of nothing":                   {madeNotice2027, "off:", "amends: x\noff:", known, []string{"n:5:9: nothing is known of 2027"}},
		"a day off that the next year works":    {madeAmendment2026, "worked:", "  - {name: x, from: 2026-12-27, to: 2026-12-27}\nworked:", later, []string{"n:11:5: 2026-12-27 is off here and worked by made for this test"}},
		"worked on a weekday, twice, off, wild": {madeNotice2027, "  - 2027-02-14", "  - 2027-02-15\n  - 2027-02-21\n  - 2027-02-21\n  - 2027-02-06\n  - 2029-02-03", known, []string{"n:14:5: 2027-02-15 is a Monday", "n:16:5: 2027-02-21 is worked twice", "n:17:5: 2027-02-06 is off and worked", "n:18:5: 2029-02-03 does not belong"}},
		"the year does not match":               {madeNotice2027, "year: 2027", "year: 2028", known, []string{"the date of publication", "does not belong to the notice of 2028", "the statutory holiday 2028-01-01 is not off"}},
		"an unknown field":                      {madeNotice2027, "evidence: invented", "evidence: invented\nremark: x", known, []string{`n:5:1: "remark" is not a field here`}},
		"a region's without source":             {madeRegional2027, "evidence: invented\n", "", known, []string{`the field "evidence" is missing`}},
		"a region's day of another year":        {madeRegional2027, "2027-04-09]", "2028-04-09, 2027-04-08]", known, []string{"2028-04-09 is not in 2027", "n:9:6: 2027-04-08 stands here twice"}},
		"a region's make-up day on a weekday":   {madeRegional2027, "worked: [2027-04-10]", "worked: [2027-04-12]", known, []string{"n:10:9: 2027-04-12 is a Monday"}},
		"a region that is none":                 {madeRegional2027, `"45"`, `"Guangxi"`, known, []string{`n:1:9: "Guangxi" is no GB/T 2260 code`}},
		"a region's of hearsay amended":         {hearsay, "year: 2024", "year: 2024\namends: y", known, []string{"n:5:7: 2024 is known by"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseFiled("n", []byte(strings.Replace(c.text, c.old, c.with, 1)), &c.known)
			if err == nil {
				t.Fatal("it is taken")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %s", err, want)
				}
			}
		})
	}
}
