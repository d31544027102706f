package calendar

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"concordat/memoranda/day"
)

// ErrNotice reports a notice that contradicts itself or its year.
var ErrNotice = errors.New("not a holiday notice")

// Span is a row of days off, both ends included.
type Span struct {
	Name     string
	From, To day.Day
}

// open: a day is missing, or could not be read.
func (s Span) open() bool { return s.From.IsZero() || s.To.IsZero() }

// Notice is one year's notice of the State Council's office on holidays.
type Notice struct {
	Year int
	// Reference is the notice's document number.
	Reference string
	Published day.Day
	// Evidence says where the text was read.
	Evidence string
	Off      []Span
	// Worked are the make-up days: weekend days that are worked.
	Worked []day.Day
}

// maxSpan is more days than any row of days off ever had; beyond it lies a slip
// in a date.
const maxSpan = 15

// turn is the day of December from which a year belongs to the next year's
// notice as well: 2018-12-29 and 2022-12-31 were settled by the notice of the
// year after.
const turn = 25

// Validate returns nil or every contradiction in the notice, joined; each wraps
// ErrNotice.
func (n Notice) Validate() error {
	var errs []error
	for _, m := range n.mistakes() {
		errs = append(errs, fmt.Errorf("%s: %w", m.text, ErrNotice))
	}
	return errors.Join(errs...)
}

// part names the place of a mistake: a field and, in a list, the item from 0;
// whole is the field itself.
type part struct {
	field string
	item  int
}

const whole = -1

type mistake struct {
	at   part
	text string
}

func (n Notice) mistakes() []mistake {
	var found []mistake
	add := func(at part, format string, args ...any) {
		found = append(found, mistake{at, fmt.Sprintf(format, args...)})
	}
	if n.Year < 1999 || n.Year > 2200 {
		add(part{"year", whole}, "year %d has no such notice", n.Year)
		return found
	}
	if n.Reference == "" {
		add(part{"reference", whole}, "the notice's reference is missing")
	}
	if n.Evidence == "" {
		add(part{"evidence", whole}, "where the text was read is missing")
	}
	if y, _, _ := n.Published.Date(); n.Published.IsZero() || y < n.Year-1 || y > n.Year {
		add(part{"published", whole}, "the date of publication is not in %d or %d", n.Year-1, n.Year)
	}
	off := n.checkOff(add)
	n.checkWorked(off, add)
	for d, end := day.Of(n.Year, time.January, 1), day.Of(n.Year+1, time.January, 1); d < end; d = d.AddDays(1) {
		// Labour Day had one day until 2024.
		_, m, dom := d.Date()
		if fixedHoliday(m, dom) && (m != time.May || dom == 1) && !off[d] {
			add(part{"off", whole}, "the statutory holiday %s is not off", d)
		}
	}
	return found
}

func (n Notice) checkOff(add func(part, string, ...any)) map[day.Day]bool {
	off := make(map[day.Day]bool)
	for i, s := range n.Off {
		at := part{"off", i}
		switch {
		case s.Name == "":
			add(at, "the days off from %s have no name", s.From)
		case s.open():
			add(at, "%s lacks its first or last day", s.Name)
			continue
		}
		if s.To < s.From || s.To-s.From >= maxSpan {
			add(at, "%s to %s is not a row of days off", s.From, s.To)
			continue
		}
		for d := s.From; d <= s.To; d = d.AddDays(1) {
			if off[d] {
				add(at, "%s is off twice", d)
			}
			if !n.covers(d) {
				add(at, "%s does not belong to the notice of %d", d, n.Year)
			}
			off[d] = true
		}
	}
	return off
}

func (n Notice) checkWorked(off map[day.Day]bool, add func(part, string, ...any)) {
	for i, d := range n.Worked {
		at := part{"worked", i}
		switch {
		case d.IsZero():
			add(at, "a make-up day is missing")
		case off[d]:
			add(at, "%s is off and worked", d)
		case slices.Contains(n.Worked[:i], d):
			add(at, "%s is worked twice", d)
		case !n.covers(d):
			add(at, "%s does not belong to the notice of %d", d, n.Year)
		case d.Weekday() != time.Saturday && d.Weekday() != time.Sunday:
			add(at, "%s is a %s, not a weekend day", d, d.Weekday())
		}
	}
}

// covers: a notice speaks of its year and of the turn of the year before it.
func (n Notice) covers(d day.Day) bool {
	y, m, dom := d.Date()
	return y == n.Year || (y == n.Year-1 && m == time.December && dom >= turn)
}

func (n Notice) mark(marks map[day.Day]bool) {
	for _, s := range n.Off {
		for d := s.From; d <= s.To; d = d.AddDays(1) {
			marks[d] = false
		}
	}
	for _, d := range n.Worked {
		marks[d] = true
	}
}

func (n Notice) clone() Notice {
	n.Off, n.Worked = slices.Clone(n.Off), slices.Clone(n.Worked)
	return n
}
