package notify

import (
	"context"
	"net/netip"
	"time"

	"concordat/enforcement/directive"
	"concordat/enforcement/register"
	"concordat/internal/calendar"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Public is public.
func Public(a netip.Addr) bool { return public(a) }

// Encoder gives tests the encoder of message bodies.
func Encoder(r *register.Offices, c *memoranda.Catalogue, on day.Day) func(buf []byte, org string, lane directive.Lane, sentAt time.Time, items []directive.Item) []byte {
	l := newLegend(r, c, on)
	return func(buf []byte, org string, lane directive.Lane, sentAt time.Time, items []directive.Item) []byte {
		return l.encode(buf, message{organisation: org, lane: lane, sentAt: sentAt, demo: true, on: on, items: items})
	}
}

// WorkingDayAgo is the instant before which burdens are late.
func WorkingDayAgo(c *calendar.Calendar, r *register.Offices, at time.Time) time.Time {
	return (&Drainer{c: Config{Calendar: c, Register: r}}).workingDayAgo(at)
}

// Delay is the delay of a probe.
func (p Probes) Delay(lane directive.Lane, n int, asked time.Duration) time.Duration {
	return p.delay(lane, n, asked)
}

// RetryAfter reads the header.
func RetryAfter(text string, now time.Time) time.Duration { return retryAfter(text, now) }

// ForgetLanes has the session that holds a drainer's lanes hold none any more, as if it
// were another one.
func (d *Drainer) ForgetLanes(ctx context.Context) error {
	d.lanes.mu.Lock()
	defer d.lanes.mu.Unlock()
	_, err := d.lanes.conn.Exec(ctx, `SELECT pg_advisory_unlock_all()`)
	return err
}
