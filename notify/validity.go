package notify

import (
	"concordat/enforcement/directive"
	"concordat/internal/calendar"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// minimumAge is the age below which nothing personal leaves the case file
// (invariant 45).
const minimumAge = 14

func underFourteen(i *directive.Item, on day.Day) bool {
	return i.Subject.Kind == memoranda.NaturalPerson && calendar.Age(i.Subject.Birth, on) < minimumAge
}

// bar says why an item must not leave on a day.
type bar string

const (
	barNone    bar = ""
	barChild   bar = "under-fourteen"
	barExpired bar = "expired" // the daily round will end it
)

// barred looks at an item at the moment of its send. A restriction needs a proof
// at every step; a lifting needs none.
func barred(i *directive.Item, on day.Day) bar {
	switch {
	case len(i.Measures) == 0:
		return barNone
	case underFourteen(i, on):
		return barChild
	case !i.ValidUntil.IsZero() && i.ValidUntil < on:
		return barExpired
	default:
		return barNone
	}
}
