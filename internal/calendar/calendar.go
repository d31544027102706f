package calendar

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"time"

	"concordat/memoranda/day"
)

//go:embed data/*.yaml
var data embed.FS

// embeddedYears are the years whose notices are compiled in.
var embeddedYears = [...]int{2023, 2024, 2025, 2026}

// Calendar knows the working days of some years. It never changes and may be
// used by many goroutines. The zero Calendar knows no year: all it answers is
// provisional.
type Calendar struct {
	notices map[int]Notice
	// marks are the days that are not as their weekday: true is worked. Later
	// years' notices win, since they reach back into December.
	marks map[day.Day]bool
	// regional marks win over marks; they do not make a year loaded.
	regional map[day.Day]bool
	// estimated are days off of years without a notice.
	estimated map[day.Day]bool
}

// Embedded returns the calendar of the notices compiled in, 2023 to 2026. An
// error means that the program was built wrongly.
func Embedded() (*Calendar, error) {
	c := &Calendar{}
	for _, year := range embeddedYears {
		name := fmt.Sprintf("data/%d.yaml", year)
		raw, err := data.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read calendar: %w", err)
		}
		n, err := ParseNotice(name, raw)
		if err != nil {
			return nil, fmt.Errorf("parse calendar: %w", err)
		}
		if c, err = c.With(n); err != nil {
			return nil, fmt.Errorf("build calendar: %w", err)
		}
	}
	estimated, err := embeddedEstimates()
	if err != nil {
		return nil, err
	}
	c.estimated = estimated
	return c, nil
}

// With returns a calendar that also knows n; a notice for a year that is known
// already takes the place of the old one (the State Council has amended
// notices). The error wraps ErrNotice when n contradicts itself.
func (c *Calendar) With(n Notice) (*Calendar, error) {
	if err := n.Validate(); err != nil {
		return nil, fmt.Errorf("add notice of %d: %w", n.Year, err)
	}
	next := *c
	next.notices = maps.Clone(c.notices)
	if next.notices == nil {
		next.notices = make(map[int]Notice)
	}
	next.notices[n.Year] = n.clone()
	next.marks = make(map[day.Day]bool)
	for _, year := range next.Years() {
		next.notices[year].mark(next.marks)
	}
	return &next, nil
}

// Years returns the years whose notices are loaded, in order.
func (c *Calendar) Years() []int { return slices.Sorted(maps.Keys(c.notices)) }

// Notice returns the loaded notice of a year.
func (c *Calendar) Notice(year int) (Notice, bool) {
	n, ok := c.notices[year]
	return n.clone(), ok
}

// IsWorkingDay reports whether d is a working day, and whether that is settled
// by the loaded notices. For a year without one the answer is an estimate by
// weekday and statutory days. From 25 December it is settled only when the next
// year's notice is loaded too, which may move days across the turn of the year.
func (c *Calendar) IsWorkingDay(d day.Day) (working, loaded bool) {
	if worked, ok := c.regional[d]; ok {
		return worked, true
	}
	y, m, dom := d.Date()
	_, loaded = c.notices[y]
	if m == time.December && dom >= turn && loaded {
		_, loaded = c.notices[y+1]
	}
	if worked, ok := c.marks[d]; ok {
		return worked, loaded
	}
	weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
	if _, known := c.notices[y]; !known && (fixedHoliday(m, dom) || c.estimated[d]) {
		return false, false
	}
	return !weekend, loaded
}

// fixedHoliday reports the statutory days that have a date in the solar year:
// New Year, Labour Day (two days) and National Day (three), by the 2024 revision
// of 全国年节及纪念日放假办法.
func fixedHoliday(m time.Month, dom int) bool {
	switch m {
	case time.January:
		return dom == 1
	case time.May:
		return dom <= 2
	case time.October:
		return dom <= 3
	default:
		return false
	}
}

// WorkingDays counts the working days of a year, and reports whether the year's
// notice is loaded; without it the count is an estimate.
func (c *Calendar) WorkingDays(year int) (count int, loaded bool) {
	_, loaded = c.notices[year]
	for d, end := day.Of(year, time.January, 1), day.Of(year+1, time.January, 1); d < end; d = d.AddDays(1) {
		if working, _ := c.IsWorkingDay(d); working {
			count++
		}
	}
	return count, loaded
}
