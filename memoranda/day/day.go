// Package day is the civil date: a day in the calendar, comparable and without
// zone or clock. Which instant belongs to which day is known to
// internal/calendar alone.
package day

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// Day counts days from 0001-01-01, which is 1. The zero Day is "no day": it
// reads and writes as the empty text and as SQL NULL. Days compare with < and ==.
type Day int32

// ErrFormat reports a text that is not a date of the form 2006-01-02.
var ErrFormat = errors.New("not a date of the form YYYY-MM-DD")

const secondsADay = 24 * 60 * 60

// origin is the day before 0001-01-01, in Unix seconds.
var origin = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix() - secondsADay

// Of returns the given day; out-of-range months and days carry over as in
// time.Date.
func Of(year int, month time.Month, dayOfMonth int) Day {
	return fromUTC(time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC))
}

func fromUTC(t time.Time) Day { return Day((t.Unix() - origin) / secondsADay) } //nolint:gosec // int32 holds five million years

// Parse reads YYYY-MM-DD, and the empty text as no day. A date that does not
// exist (1985-02-29) is an error that wraps ErrFormat.
func Parse(text string) (Day, error) {
	if text == "" {
		return 0, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("%q: %w", text, ErrFormat)
	}
	if t.Year() < 1 {
		return 0, fmt.Errorf("%q: %w", text, ErrFormat)
	}
	return fromUTC(t), nil
}

// UTC returns midnight UTC of the day, for formatting and for SQL only: it is
// not the instant at which the legal day begins.
func (d Day) UTC() time.Time {
	return time.Unix(origin+int64(d)*secondsADay, 0).UTC()
}

// IsZero reports whether d is no day.
func (d Day) IsZero() bool { return d == 0 }

// Date returns year, month and day of the month.
func (d Day) Date() (year int, month time.Month, dayOfMonth int) { return d.UTC().Date() }

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday { return d.UTC().Weekday() }

// AddDays returns the day n days later; n may be negative.
func (d Day) AddDays(n int) Day { return d + Day(n) } //nolint:gosec // periods of law, not of geology

// AddMonths returns the same day of the month n months later, or the last day
// of that month where it is shorter (01-31 and one month is 02-28).
func (d Day) AddMonths(n int) Day {
	y, m, dom := d.Date()
	first := Of(y, m+time.Month(n), 1)
	fy, fm, _ := first.Date()
	last := Of(fy, fm+1, 0)
	if got := first.AddDays(dom - 1); got < last {
		return got
	}
	return last
}

// AddYears is AddMonths of twelve times n.
func (d Day) AddYears(n int) Day { return d.AddMonths(12 * n) }

// String returns YYYY-MM-DD, or the empty text for no day.
func (d Day) String() string {
	if d == 0 {
		return ""
	}
	return d.UTC().Format(time.DateOnly)
}

// MarshalText is String; JSON and YAML use it.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is Parse.
func (d *Day) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Value writes the day as an SQL date, no day as NULL.
func (d Day) Value() (driver.Value, error) {
	if d == 0 {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads an SQL date; NULL is no day.
func (d *Day) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = 0
		return nil
	case time.Time:
		*d = Of(v.Date())
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	default:
		return fmt.Errorf("a day from %T: %w", src, ErrFormat)
	}
}
