package calendar

import (
	"errors"
	"fmt"

	"concordat/memoranda/day"
)

// Unit is what a period is counted in. The values are stored.
type Unit string

// The units of periods.
const (
	// CalendarDays counts every day; the end rolls over to a working day.
	CalendarDays Unit = "calendar-days"
	// WorkingDays counts working days only.
	WorkingDays Unit = "working-days"
	// Months ends on the same day of a later month, or that month's last day;
	// the end rolls over to a working day.
	Months Unit = "months"
)

// maxDays bounds a period (a hundred years), so that a slip in a file of
// configuration cannot keep a machine counting.
const maxDays = 36_525

// ErrPeriod reports a period that cannot be counted.
var ErrPeriod = errors.New("not a period")

// Period is a legal or internal time limit as its source states it.
type Period struct {
	// Value counts Units. Zero is lawful: the day of the event itself, or the
	// next working day after it.
	Value int  `json:"value" yaml:"value"`
	Unit  Unit `json:"unit" yaml:"unit"`
	// Source names the article, or says that it is the product's own rule.
	Source string `json:"source" yaml:"source"`
}

// Validate returns an error that wraps ErrPeriod for an unknown unit, a negative
// value, or more than a hundred years.
func (p Period) Validate() error {
	limit := maxDays
	switch p.Unit {
	case CalendarDays, WorkingDays:
	case Months:
		limit = 1200
	default:
		return fmt.Errorf("unit %q: %w", p.Unit, ErrPeriod)
	}
	if p.Value < 0 || p.Value > limit {
		return fmt.Errorf("%d %s: %w", p.Value, p.Unit, ErrPeriod)
	}
	return nil
}

// Due is the last day of a period; the period ends with End(Day).
type Due struct {
	Day day.Day
	// Provisional: the day depends on a year or region whose notice is not
	// loaded, and is to be counted again when it is.
	Provisional bool
}

// Add returns the last day of a period that starts with an event on the day
// from, which does not count. A period that does not Validate, or no day to
// start from, has no last day: the zero Day, provisional.
func (c *Calendar) Add(from day.Day, p Period) Due {
	if from.IsZero() || p.Validate() != nil {
		return Due{Provisional: true}
	}
	switch p.Unit {
	case CalendarDays:
		return c.rollOver(from.AddDays(p.Value))
	case Months:
		return c.rollOver(from.AddMonths(p.Value))
	case WorkingDays:
		return c.skip(from, p.Value)
	}
	return Due{Provisional: true}
}

// AddWorkingDays is Add of n working days.
func (c *Calendar) AddWorkingDays(from day.Day, n int) Due {
	return c.Add(from, Period{Value: n, Unit: WorkingDays})
}

// AddCalendarDays is Add of n calendar days.
func (c *Calendar) AddCalendarDays(from day.Day, n int) Due {
	return c.Add(from, Period{Value: n, Unit: CalendarDays})
}

// rollOver moves a last day that is a day off to the next working day.
func (c *Calendar) rollOver(last day.Day) Due {
	due := Due{Day: last}
	for {
		working, loaded := c.IsWorkingDay(due.Day)
		due.Provisional = due.Provisional || !loaded
		if working {
			return due
		}
		due.Day = due.Day.AddDays(1)
	}
}

// skip counts n working days after from.
func (c *Calendar) skip(from day.Day, n int) Due {
	if n == 0 {
		return c.rollOver(from)
	}
	due := Due{Day: from}
	for n > 0 {
		due.Day = due.Day.AddDays(1)
		working, loaded := c.IsWorkingDay(due.Day)
		due.Provisional = due.Provisional || !loaded
		if working {
			n--
		}
	}
	return due
}

// WorkingDaysBefore is the n-th working day before a day, the day itself not counted: from it
// on n working days are left, the day among them where it is one. Of no day it is none.
func (c *Calendar) WorkingDaysBefore(to day.Day, n int) day.Day {
	for d := to; n > 0 && !to.IsZero() && n <= maxDays; {
		d = d.AddDays(-1)
		if working, _ := c.IsWorkingDay(d); working {
			if n--; n == 0 {
				return d
			}
		}
	}
	return to
}
