package demo

import (
	"sync"
	"time"

	"concordat/internal/calendar"
	"concordat/memoranda/day"
)

// Clock is the legal time of a demonstration: it stands, is moved forward by the
// year that is played, and afterwards runs on with machine time.
type Clock struct {
	mu      sync.Mutex
	at      time.Time
	since   time.Time // machine time when it began to run; zero while it stands
	machine func() time.Time
}

// NewClock returns a clock that stands at the beginning of the year played.
func NewClock(machine func() time.Time) *Clock {
	return &Clock{at: calendar.Start(firstDay), machine: machine}
}

// Now returns legal time, UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since.IsZero() {
		return c.at
	}
	return c.at.Add(c.machine().Sub(c.since))
}

// set moves a standing clock; never back.
func (c *Clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.at) {
		c.at = at
	}
}

// Run lets the clock go on with machine time.
func (c *Clock) Run() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since.IsZero() {
		c.since = c.machine()
	}
}

// The hours of a day of the demonstration: the system's daily round, the courts,
// the departments' officers.
func dawn(d day.Day) time.Time      { return calendar.Start(d).Add(time.Hour) }
func morning(d day.Day) time.Time   { return calendar.Start(d).Add(10 * time.Hour) }
func afternoon(d day.Day) time.Time { return calendar.Start(d).Add(15 * time.Hour) }
