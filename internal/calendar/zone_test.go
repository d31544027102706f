package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"concordat/memoranda/day"
)

func TestDayOf(t *testing.T) {
	t.Parallel()
	for instant, want := range map[string]string{
		"2026-09-30T15:59:59.999999Z": "2026-09-30",
		"2026-09-30T16:00:00Z":        "2026-10-01",
		"2026-10-01T00:00:00+08:00":   "2026-10-01",
		"2026-09-30T08:00:00-12:00":   "2026-10-01",
	} {
		at, err := time.Parse(time.RFC3339Nano, instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := DayOf(at); got != d(t, want) {
			t.Errorf("%s is on %v, want %s", instant, got, want)
		}
	}
}

func TestStartAndEnd(t *testing.T) {
	t.Parallel()
	first, last := day.Of(1900, 1, 1), day.Of(2200, 12, 31)
	rapid.Check(t, func(t *rapid.T) {
		x := day.Day(rapid.Int32Range(int32(first), int32(last)).Draw(t, "day"))
		start, end := Start(x), End(x)
		switch {
		case DayOf(start) != x:
			t.Errorf("%v starts at %v, which is on %v", x, start, DayOf(start))
		case DayOf(end.Add(-time.Microsecond)) != x || DayOf(end) != x.AddDays(1):
			t.Errorf("%v ends at %v", x, end)
		case !end.Equal(Start(x.AddDays(1))):
			t.Errorf("between %v and the next day lies a gap", x)
		case start.Location() != time.UTC:
			t.Errorf("the start is given in %v", start.Location())
		}
	})
	if !Start(0).IsZero() || !End(0).IsZero() {
		t.Error("no day has a start or an end")
	}
}

// Every day of the years with summer time and changes of the zone.
func TestEveryDayStartsOnItself(t *testing.T) {
	t.Parallel()
	for x := day.Of(1900, 1, 1); x < day.Of(2030, 1, 1); x = x.AddDays(1) {
		if DayOf(Start(x)) != x {
			t.Errorf("%v starts at %v, which is on %v", x, Start(x), DayOf(Start(x)))
		}
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		birth, on string
		age       int
		adult     bool
	}{
		{"2008-05-20", "2026-05-19", 17, false},
		{"2008-05-20", "2026-05-20", 17, false}, // the birthday itself
		{"2008-05-20", "2026-05-21", 18, true},
		{"2008-02-29", "2026-02-28", 17, false},
		{"2008-02-29", "2026-03-01", 17, false}, // the birthday of a common year
		{"2008-02-29", "2026-03-02", 18, true},
		{"2008-12-31", "2026-12-31", 17, false},
		{"2008-12-31", "2027-01-01", 18, true},
		{"2010-06-15", "2026-11-22", 16, false},
		{"2004-02-29", "2024-02-29", 19, true},
		{"2004-02-29", "2024-03-01", 20, true},
		{"2026-01-01", "2026-01-01", 0, false},
		{"2027-01-01", "2026-01-01", 0, false},
		{"", "2026-01-01", 0, false},
	} {
		birth, on := d(t, v.birth), d(t, v.on)
		if age, adult := Age(birth, on), Adult(birth, on); age != v.age || adult != v.adult {
			t.Errorf("born %s, on %s: %d years, adult %v; want %d, %v", v.birth, v.on, age, adult, v.age, v.adult)
		}
	}
}

// Majority comes once and stays.
func TestAdultStays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		birth := day.Day(rapid.Int32Range(int32(day.Of(1900, 1, 1)), int32(day.Of(2030, 1, 1))).Draw(t, "birth"))
		on := birth.AddDays(rapid.IntRange(0, 40_000).Draw(t, "days"))
		if Adult(birth, on) && !Adult(birth, on.AddDays(1)) {
			t.Errorf("born %v, adult on %v and not the day after", birth, on)
		}
		if Adult(birth, birth.AddYears(18)) {
			t.Errorf("born %v, adult on the 18th birthday", birth)
		}
		if !Adult(birth, birth.AddYears(18).AddDays(3)) {
			t.Errorf("born %v, not adult three days after the 18th birthday", birth)
		}
	})
}
