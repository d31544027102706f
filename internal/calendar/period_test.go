package calendar

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"concordat/memoranda/day"
)

// anyDay draws from the loaded years and some on both sides.
func anyDay(t *rapid.T) day.Day {
	return day.Day(rapid.Int32Range(int32(day.Of(2021, 1, 1)), int32(day.Of(2029, 12, 31))).Draw(t, "day"))
}

func TestCountingProperties(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	rapid.Check(t, func(t *rapid.T) {
		from := anyDay(t)
		n := rapid.IntRange(0, 300).Draw(t, "n")
		unit := rapid.SampledFrom([]Unit{CalendarDays, WorkingDays, Months}).Draw(t, "unit")
		if unit == Months {
			n %= 37
		}
		due := c.Add(from, Period{Value: n, Unit: unit})
		next := c.Add(from, Period{Value: n + 1, Unit: unit})
		later := c.Add(from.AddDays(1), Period{Value: n, Unit: unit})
		working, _ := c.IsWorkingDay(due.Day)
		switch {
		case !working:
			t.Errorf("%v + %d %s ends on %v, a day off", from, n, unit, due.Day)
		case due.Day < from:
			t.Errorf("%v + %d %s ends before it starts, on %v", from, n, unit, due.Day)
		case next.Day < due.Day:
			t.Errorf("%v: %d %s end on %v, one more on %v", from, n, unit, due.Day, next.Day)
		case unit == WorkingDays && n > 0 && next.Day == due.Day:
			t.Errorf("%v: %d and %d working days end on the same %v", from, n, n+1, due.Day)
		case later.Day < due.Day:
			t.Errorf("%d %s end on %v from %v and earlier from the day after", n, unit, due.Day, from)
		}
	})
}

// What Add answers for working days is what counting one by one finds.
func TestWorkingDaysAreCounted(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	rapid.Check(t, func(t *rapid.T) {
		from := anyDay(t)
		n := rapid.IntRange(1, 300).Draw(t, "n")
		due := c.AddWorkingDays(from, n)
		counted, settled := 0, true
		for x := from.AddDays(1); x <= due.Day; x = x.AddDays(1) {
			working, loaded := c.IsWorkingDay(x)
			if working {
				counted++
			}
			settled = settled && loaded
		}
		if counted != n || settled == due.Provisional {
			t.Errorf("%v + %d working days = %v, but %d lie between and settled is %v", from, n, due, counted, settled)
		}
	})
}

func TestProvisional(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	for _, v := range []struct {
		from string
		n    int
		unit Unit
		want Due
	}{
		// Without the statutory New Year's Day it would be the 4th.
		{"2026-12-30", 3, WorkingDays, Due{d(t, "2027-01-05"), true}},
		{"2026-12-23", 1, WorkingDays, Due{d(t, "2026-12-24"), false}},
		// The notice for 2027 may still move the last days of December.
		{"2026-12-24", 3, WorkingDays, Due{d(t, "2026-12-29"), true}},
		{"2026-12-16", 15, CalendarDays, Due{d(t, "2026-12-31"), true}},
		{"2025-12-16", 15, CalendarDays, Due{d(t, "2025-12-31"), false}},
		// Spring Festival, statutory days only, and National Day.
		{"2027-02-04", 1, WorkingDays, Due{d(t, "2027-02-09"), true}},
		{"2027-09-30", 1, CalendarDays, Due{d(t, "2027-10-04"), true}},
		// Only the end of calendar days depends on the calendar.
		{"2022-12-20", 15, CalendarDays, Due{d(t, "2023-01-04"), false}},
		{"2022-12-20", 15, WorkingDays, Due{d(t, "2023-01-11"), true}},
	} {
		if got := c.Add(d(t, v.from), Period{Value: v.n, Unit: v.unit}); got != v.want {
			t.Errorf("%s + %d %s = %v, want %v", v.from, v.n, v.unit, got, v.want)
		}
	}
	if due := (&Calendar{}).AddWorkingDays(d(t, "2026-03-02"), 1); due != (Due{d(t, "2026-03-03"), true}) {
		t.Errorf("an empty calendar answers %v", due)
	}
}

// Loading the next notice settles what was provisional.
func TestWithNextYear(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	n, err := ParseNotice("2027.yaml", []byte(madeNotice2027))
	if err != nil {
		t.Fatal(err)
	}
	with, err := c.With(n)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		c    *Calendar
		want Due
	}{
		{c, Due{d(t, "2027-01-05"), true}},
		{with, Due{d(t, "2027-01-06"), false}},
	} {
		if got := v.c.AddWorkingDays(d(t, "2026-12-30"), 3); got != v.want {
			t.Errorf("2026-12-30 + 3 working days = %v, want %v", got, v.want)
		}
	}
	if working, loaded := with.IsWorkingDay(d(t, "2026-12-31")); working || !loaded {
		t.Error("the notice for 2027 does not reach back into December 2026")
	}
	if working, _ := c.IsWorkingDay(d(t, "2026-12-31")); !working {
		t.Error("With changed the calendar it was called on")
	}
	n.Off[0].To = n.Off[0].From
	if kept, _ := with.Notice(2027); kept.Off[0].To == n.Off[0].To {
		t.Error("a calendar shares memory with the notice it was given")
	}
}

func TestPeriodValidate(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	from := d(t, "2026-03-02")
	for _, p := range []Period{
		{Value: 1},
		{Value: 1, Unit: "days"},
		{Value: -1, Unit: WorkingDays},
		{Value: math.MaxInt, Unit: WorkingDays},
		{Value: math.MinInt, Unit: CalendarDays},
		{Value: 1201, Unit: Months},
	} {
		if err := p.Validate(); !errors.Is(err, ErrPeriod) {
			t.Errorf("%v: %v, want ErrPeriod", p, err)
		}
		if due := c.Add(from, p); due != (Due{Provisional: true}) {
			t.Errorf("%v has the last day %v", p, due)
		}
	}
	if due := c.AddWorkingDays(0, 3); !due.Day.IsZero() {
		t.Errorf("a period without a start ends on %v", due.Day)
	}
}
