package calendar

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/memoranda/day"
)

// embedded returns the calendar compiled in.
func embedded(t testing.TB) *Calendar {
	t.Helper()
	c, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// d reads a date.
func d(t testing.TB, text string) day.Day {
	t.Helper()
	parsed, err := day.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestWorkingDaysOfTheYears(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	for year, want := range map[int]int{2023: 249, 2024: 251, 2025: 248, 2026: 248} {
		if got, loaded := c.WorkingDays(year); got != want || !loaded {
			t.Errorf("%d has %d working days (loaded %v), want %d", year, got, loaded, want)
		}
	}
	if _, loaded := c.WorkingDays(2027); loaded {
		t.Error("2027 is loaded; its notice was not out when this was written")
	}
	if diff := cmp.Diff([]int{2023, 2024, 2025, 2026}, c.Years()); diff != "" {
		t.Error(diff)
	}
}

// The vectors of the project's notes on procedure, §7. The day of the event is
// not counted.
func TestVectors(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	for _, v := range []struct {
		from string
		n    int
		unit Unit
		want string
	}{
		{"2026-09-30", 3, WorkingDays, "2026-10-10"}, // Saturday, made up
		{"2026-09-18", 3, WorkingDays, "2026-09-22"}, // Sunday 09-20 is worked
		{"2026-02-13", 3, WorkingDays, "2026-02-25"}, // 02-14 is worked
		{"2026-02-12", 10, WorkingDays, "2026-03-04"},
		{"2026-04-30", 3, WorkingDays, "2026-05-08"},
		{"2025-09-30", 3, WorkingDays, "2025-10-11"},
		{"2025-01-24", 10, WorkingDays, "2025-02-13"},
		{"2024-02-08", 3, WorkingDays, "2024-02-19"},
		{"2023-09-28", 7, WorkingDays, "2023-10-13"},
		{"2026-09-17", 15, CalendarDays, "2026-10-08"},
		{"2026-09-24", 10, CalendarDays, "2026-10-08"},
		{"2026-02-06", 10, CalendarDays, "2026-02-24"},
		{"2026-11-06", 15, CalendarDays, "2026-11-23"}, // ends on a Saturday
		{"2026-09-05", 15, CalendarDays, "2026-09-20"}, // a Sunday that is worked
		{"2026-01-31", 1, Months, "2026-02-28"},        // a Saturday that is worked
		{"2026-01-15", 1, Months, "2026-02-24"},
		{"2026-08-31", 1, Months, "2026-09-30"},
		{"2026-10-01", 0, WorkingDays, "2026-10-08"},
		{"2026-10-08", 0, CalendarDays, "2026-10-08"},
	} {
		got := c.Add(d(t, v.from), Period{Value: v.n, Unit: v.unit})
		if want := (Due{Day: d(t, v.want)}); got != want {
			t.Errorf("%s + %d %s = %v, want %v", v.from, v.n, v.unit, got, want)
		}
	}
	if got, want := c.AddCalendarDays(d(t, "2026-09-17"), 15), c.Add(d(t, "2026-09-17"), Period{Value: 15, Unit: CalendarDays}); got != want {
		t.Errorf("AddCalendarDays answers %v, Add %v", got, want)
	}
}
