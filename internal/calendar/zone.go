package calendar

import (
	"time"
	_ "time/tzdata" // the zone must not depend on the machine's files

	"concordat/memoranda/day"
)

// zone is where legal days begin and end.
var zone = mustZone()

func mustZone() *time.Location {
	loc, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic("time/tzdata is compiled in and holds Asia/Shanghai: " + err.Error())
	}
	return loc
}

// DayOf returns the legal day to which an instant belongs.
func DayOf(t time.Time) day.Day { return day.Of(t.In(zone).Date()) }

// Start returns the instant at which the legal day d begins, in UTC. No day
// gives the zero time.
func Start(d day.Day) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	y, m, dom := d.Date()
	return time.Date(y, m, dom, 0, 0, 0, 0, zone).UTC()
}

// End returns the instant at which the legal day d is over (24:00), in UTC. It
// is the first instant that no longer belongs to d: an act is in time if it
// comes before End. No day gives the zero time.
func End(d day.Day) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return Start(d.AddDays(1))
}
