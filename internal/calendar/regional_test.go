package calendar

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func guangxi(t testing.TB) *Regional {
	t.Helper()
	r, err := Guangxi()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestGuangxiWinsInBothDirections(t *testing.T) {
	t.Parallel()
	c, r := embedded(t), guangxi(t)
	if diff := cmp.Diff([]int{2017, 2023, 2024, 2025}, r.Years()); diff != "" || r.Region() != "45" {
		t.Error(r.Region(), diff)
	}
	over := c.Over(r)
	for _, v := range []struct {
		day              string
		national, region bool
	}{
		{"2017-03-30", true, false},
		{"2017-04-01", false, false}, // nationally worked; 2017 is not loaded
		{"2017-04-08", false, true},  // a Saturday worked in Guangxi
		{"2023-04-21", true, false},
		{"2023-04-23", true, false}, // a national make-up day
		{"2023-04-24", true, true},
		{"2024-04-11", true, false},
		{"2024-04-12", true, false},
		{"2025-03-31", true, false},
		{"2025-04-01", true, false},
		{"2025-04-02", true, true},
	} {
		national, _ := c.IsWorkingDay(d(t, v.day))
		region, _ := over.IsWorkingDay(d(t, v.day))
		if national != v.national || region != v.region {
			t.Errorf("%s: worked %v nationally, %v in Guangxi; want %v, %v", v.day, national, region, v.national, v.region)
		}
	}
}

func TestWhosePeriodsTheRegionExtends(t *testing.T) {
	t.Parallel()
	c, r := embedded(t), guangxi(t)
	three := Period{Value: 3, Unit: WorkingDays}
	for _, v := range []struct {
		name  string
		owner Owner
		from  string
		p     Period
		r     *Regional
		want  Due
	}{
		{"subject, working days", Subject, "2023-04-20", three, r, Due{d(t, "2023-04-26"), false}},
		{"authority, working days", Authority, "2023-04-20", three, r, Due{d(t, "2023-04-24"), false}},
		{"both configured", Authority, "2023-04-20", three, r.Extending(Subject, Authority), Due{d(t, "2023-04-26"), false}},
		{"nobody configured", Subject, "2023-04-20", three, r.Extending(), Due{d(t, "2023-04-24"), false}},
		{"no region", Subject, "2023-04-20", three, nil, Due{d(t, "2023-04-24"), false}},
		{"roll-over", Subject, "2024-04-01", Period{10, CalendarDays, ""}, r, Due{d(t, "2024-04-15"), false}},
		{"roll-over, authority", Authority, "2024-04-01", Period{10, CalendarDays, ""}, r, Due{d(t, "2024-04-11"), false}},
		// A regional make-up day does not shorten.
		{"make-up", Subject, "2017-04-07", Period{1, WorkingDays, ""}, r, Due{d(t, "2017-04-10"), true}},
		// No notice of the region for 2026 is known.
		{"season, unknown year", Subject, "2026-04-16", three, r, Due{d(t, "2026-04-21"), true}},
		{"season, authority", Authority, "2026-04-16", three, r, Due{d(t, "2026-04-21"), false}},
		{"outside the season", Subject, "2026-06-01", three, r, Due{d(t, "2026-06-04"), false}},
		{"calendar days that only cross the season", Subject, "2026-03-01", Period{90, CalendarDays, ""}, r, Due{d(t, "2026-06-01"), false}},
	} {
		if got := c.For(v.owner, d(t, v.from), v.p, v.r); got != v.want {
			t.Errorf("%s: %v, want %v", v.name, got, v.want)
		}
	}
	if !r.Extends(Subject) || r.Extends(Authority) {
		t.Error("by default the region extends the subject's periods and no others")
	}
}

func TestExtendedNeverShortens(t *testing.T) {
	t.Parallel()
	c, r := embedded(t), guangxi(t)
	rapid.Check(t, func(t *rapid.T) {
		from := anyDay(t)
		p := Period{
			Value: rapid.IntRange(0, 100).Draw(t, "n"),
			Unit:  rapid.SampledFrom([]Unit{CalendarDays, WorkingDays, Months}).Draw(t, "unit"),
		}
		if national, extended := c.Add(from, p), c.Extended(from, p, r); extended.Day < national.Day {
			t.Errorf("%v + %v: %v nationally, %v extended", from, p, national.Day, extended.Day)
		}
	})
}

func TestParseRegionalReportsEveryMistake(t *testing.T) {
	t.Parallel()
	const text = `region: "45"
name: made
basis: made
season: {from: 03-20, to: 02-29}
years:
  - year: 2030
    off: [2030-04-05, 2031-04-06]
    worked: [2030-04-05, 2030-04-06]
    evidence: made
  - year: 2030
    off: []
    worked: []
`
	_, err := ParseRegional("region.yaml", []byte(text))
	if err == nil {
		t.Fatal("read without a mistake")
	}
	want := []string{
		`region.yaml:4:27: "02-29" is not a date of the form MM-DD`,
		`region.yaml:6:5: 2031-04-06 is not in 2030`,
		`region.yaml:8:13: 2030-04-05 is a Friday, not a weekend day`,
		`region.yaml:8:13: 2030-04-05 is off and worked`,
		`region.yaml:10:5: the field "evidence" is missing`,
		`region.yaml:10:5: the year 2030 stands here twice`,
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
}

func TestRegionalIsNotChangedThroughItsYears(t *testing.T) {
	t.Parallel()
	r := guangxi(t)
	y, ok := r.Year(2017)
	if !ok || len(y.Off) != 3 || len(y.Worked) != 1 || y.Evidence == "" || r.Name() == "" || r.Basis() == "" {
		t.Fatalf("%v, %v", y, ok)
	}
	y.Off[0] = 0
	if again, _ := r.Year(2017); again.Off[0].IsZero() {
		t.Error("the days of a year are shared")
	}
	if _, ok := r.Year(2026); ok {
		t.Error("2026 is known; no notice was found")
	}
}
