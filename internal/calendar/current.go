package calendar

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"sync/atomic"

	"concordat/memoranda/day"
)

// Shelf is all that is known of working days at one moment: the nation's notices and, by
// the GB/T 2260 code of a region, the regions'. It never changes.
type Shelf struct {
	*Calendar

	Regions map[string]*Regional
}

// NewShelf is a calendar with the regional days that are compiled in. An error means that
// the program was built wrongly.
func NewShelf(c *Calendar) (Shelf, error) {
	guangxi, err := Guangxi()
	if err != nil {
		return Shelf{}, err
	}
	return Shelf{Calendar: c, Regions: map[string]*Regional{guangxi.Region(): guangxi}}, nil
}

// With is the shelf with one notice more; one for a year that is known takes the place of
// what was known.
func (s Shelf) With(f Filed) (Shelf, error) {
	if f.Regional != nil {
		next := Shelf{Calendar: s.Calendar, Regions: maps.Clone(s.Regions)}
		if next.Regions == nil {
			next.Regions = make(map[string]*Regional)
		}
		next.Regions[f.Regional.Region] = s.Regions[f.Regional.Region].with(f.Regional)
		return next, nil
	}
	c, err := s.Calendar.With(*f.National)
	if err != nil {
		return Shelf{}, err
	}
	return Shelf{Calendar: c, Regions: s.Regions}, nil
}

// mark is a number that is another one where any day of any year is, as periods in a region
// are counted ("": of no region).
func (s Shelf) mark(region string) int64 {
	h := fnv.New64a()
	for _, year := range s.Years() {
		n := s.notices[year]
		_, _ = fmt.Fprintln(h, year, n.Off, n.Worked) // a hash never fails
	}
	_, _ = fmt.Fprintln(h, slices.Sorted(maps.Keys(s.estimated)))
	if r := s.Regions[region]; r != nil {
		for _, year := range r.Years() {
			_, _ = fmt.Fprintln(h, year, r.years[year].Off, r.years[year].Worked)
		}
	}
	return int64(h.Sum64() >> 1) // of 63 bits, so that it is none below zero
}

// Current is the calendar that a process goes by. A notice that is loaded while it is in use
// is put in place ([Current.Put]); what is counted from then on is counted by it. It may be
// used by many goroutines.
type Current struct {
	region string
	held   atomic.Pointer[held]
}

type held struct {
	Shelf

	mark int64
}

// NewCurrent is a calendar in use. The days of the region, a GB/T 2260 code, extend whose
// periods they extend by [Regional.Extends]; without one, nobody's.
func NewCurrent(s Shelf, region string) *Current {
	c := &Current{region: region}
	c.Put(s)
	return c
}

// Put has everything counted by another shelf from now on.
func (c *Current) Put(s Shelf) { c.held.Store(&held{s, s.mark(c.region)}) }

// Shelf is what is known now.
func (c *Current) Shelf() Shelf { return c.held.Load().Shelf }

// Mark is a number that changes with the days that are known and never otherwise: two
// processes with one mark count alike.
func (c *Current) Mark() int64 { return c.held.Load().mark }

// Add is [Calendar.Add] by the calendar of the moment.
func (c *Current) Add(from day.Day, p Period) Due { return c.Shelf().Add(from, p) }

// AddWorkingDays is [Calendar.AddWorkingDays] by the calendar of the moment.
func (c *Current) AddWorkingDays(from day.Day, n int) Due { return c.Shelf().AddWorkingDays(from, n) }

// AddCalendarDays is [Calendar.AddCalendarDays] by the calendar of the moment.
func (c *Current) AddCalendarDays(from day.Day, n int) Due {
	return c.Shelf().AddCalendarDays(from, n)
}

// For counts a period of an owner, with the days of the region where they extend it.
func (c *Current) For(o Owner, from day.Day, p Period) Due {
	s := c.Shelf()
	return s.For(o, from, p, s.Regions[c.region])
}
