package calendar

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"concordat/memoranda/day"
)

// Owner says whose time runs in a period.
type Owner string

// The owners of periods.
const (
	// Subject: the listed person's or another party's time to act.
	Subject Owner = "subject"
	// Authority: the court's or department's own time to act.
	Authority Owner = "authority"
)

// Regional holds a region's own days off and make-up days, which win over the
// national ones there, in both directions. It never changes.
type Regional struct {
	region, name, basis string
	season              [2]monthDay
	years               map[int]RegionalYear
	extends             []Owner
}

// RegionalYear is what the region's notice of one year says.
type RegionalYear struct {
	Year int
	Off  []day.Day
	// Worked are weekend days worked in the region.
	Worked []day.Day
	// Reference is the notice's document number; empty where the days are known from elsewhere
	// than the notice.
	Reference string
	// Evidence says where the text was read, and how good it is.
	Evidence string
}

type monthDay struct {
	month time.Month
	day   int
}

// Guangxi returns the days of 三月三 in Guangxi for the years whose notices are
// known; they extend subjects' periods only. An error means that the program
// was built wrongly.
func Guangxi() (*Regional, error) {
	const name = "data/guangxi.yaml"
	raw, err := data.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read regional calendar: %w", err)
	}
	r, err := ParseRegional(name, raw)
	if err != nil {
		return nil, fmt.Errorf("parse regional calendar: %w", err)
	}
	return r, nil
}

// Region returns the GB/T 2260 code of the region (45 for Guangxi).
func (r *Regional) Region() string { return r.region }

// Name returns the festival's name.
func (r *Regional) Name() string { return r.name }

// Basis returns the regional rule.
func (r *Regional) Basis() string { return r.basis }

// Years returns the years with known days, in order.
func (r *Regional) Years() []int { return slices.Sorted(maps.Keys(r.years)) }

// Year returns what is known of one year.
func (r *Regional) Year(year int) (RegionalYear, bool) {
	y, ok := r.years[year]
	y.Off, y.Worked = slices.Clone(y.Off), slices.Clone(y.Worked)
	return y, ok
}

// of is what is known of one year; a nil Regional knows nothing.
func (r *Regional) of(year int) (RegionalYear, bool) {
	if r == nil {
		return RegionalYear{}, false
	}
	return r.Year(year)
}

// with is the same days with those of one notice; a nil Regional begins with it.
func (r *Regional) with(n *RegionalNotice) *Regional {
	next := Regional{region: n.Region, name: n.Name, basis: n.Basis, season: n.season, extends: []Owner{Subject}}
	if r != nil {
		next = *r
	}
	next.years = maps.Clone(next.years)
	if next.years == nil {
		next.years = make(map[int]RegionalYear)
	}
	y := n.RegionalYear
	y.Off, y.Worked = slices.Clone(y.Off), slices.Clone(y.Worked)
	next.years[y.Year] = y
	return &next
}

// Extending returns the same days with another answer to whose periods they
// extend; without owners, nobody's.
func (r *Regional) Extending(owners ...Owner) *Regional {
	next := *r
	next.extends = slices.Clone(owners)
	return &next
}

// Extends reports whether the region's days extend an owner's periods. A nil
// Regional extends nobody's.
func (r *Regional) Extends(o Owner) bool { return r != nil && slices.Contains(r.extends, o) }

// unknown reports whether some day from..to lies in the festival's season of a
// year whose regional notice is not known.
func (r *Regional) unknown(from, to day.Day) bool {
	first, _, _ := from.Date()
	last, _, _ := to.Date()
	for year := first; year <= last; year++ {
		if _, ok := r.years[year]; ok {
			continue
		}
		begin := day.Of(year, r.season[0].month, r.season[0].day)
		end := day.Of(year, r.season[1].month, r.season[1].day)
		if begin <= to && from <= end {
			return true
		}
	}
	return false
}

// Over returns the calendar as it is lived in a region: its days win over the
// national ones. For periods use Extended or For, which never shorten.
func (c *Calendar) Over(r *Regional) *Calendar {
	if r == nil {
		return c
	}
	next := *c
	next.regional = make(map[day.Day]bool)
	for _, y := range r.years {
		for _, d := range y.Off {
			next.regional[d] = false
		}
		for _, d := range y.Worked {
			next.regional[d] = true
		}
	}
	return &next
}

// Extended is Add with a region's days counted: the later of the national end
// and the regional one, so that a regional make-up day never shortens a period.
// It is provisional also when the period touches the festival's season of a
// year whose regional notice is not known. A nil region changes nothing.
func (c *Calendar) Extended(from day.Day, p Period, r *Regional) Due {
	national := c.Add(from, p)
	if r == nil || national.Day.IsZero() {
		return national
	}
	regional := c.Over(r).Add(from, p)
	due := national
	if regional.Day > due.Day {
		due.Day = regional.Day
	}
	first := from.AddDays(1)
	if p.Unit != WorkingDays {
		// Only the end of such a period can fall on a day off.
		first = due.Day
	}
	due.Provisional = national.Provisional || regional.Provisional || r.unknown(min(first, due.Day), due.Day)
	return due
}

// For counts a period of the given owner: Extended where the region's days
// extend that owner's periods, else Add.
func (c *Calendar) For(o Owner, from day.Day, p Period, r *Regional) Due {
	if r.Extends(o) {
		return c.Extended(from, p, r)
	}
	return c.Add(from, p)
}
