package enforcement

import (
	"slices"

	"concordat/memoranda/day"
)

// followed is one directive of a live ground that a plan's change may concern.
type followed struct {
	id           ID
	organisation OrganisationID
	// version and kind are the newest version's, until its last day.
	version int16
	kind    VersionKind
	until   day.Day
	// carried is the set that is in force when nothing is suspended; held what the
	// newest version that may have left carries, nil if none has; gone says that one
	// may have.
	carried, held []int16
	gone          bool
	// pending: some version of it is still to be sent.
	pending bool
	// suspended is the ground's.
	suspended bool
}

// told is a version that a plan's change writes.
type told struct {
	kind    VersionKind
	set     []int16
	lane    Lane
	burdens bool
	step    Step
}

// toward returns the versions, one or two, that bring a directive to the set of
// its line in another plan; none if it is there. What takes away goes first and in
// express, and burdens nobody; where something is added too, that is the second
// version. A directive that keeps nothing is withdrawn, and of a suspended one only
// what it would carry again changes. Sets are sorted.
func (f *followed) toward(set []int16) []told {
	keeps := common(f.carried, set)
	lifted := Queued
	if !f.gone {
		lifted = Cancelled // its recipient never heard of the subject
	}
	whole := told{Amend, set, Bulk, true, Queued}
	switch {
	case slices.Equal(f.carried, set):
		return nil
	case len(keeps) == 0:
		return []told{{Withdraw, []int16{}, Express, false, lifted}}
	case f.suspended:
		whole.step = Cancelled // it says what a resumption will carry
		return []told{whole, {Suspend, []int16{}, Express, false, lifted}}
	}
	light := common(keeps, f.held)
	switch {
	case len(light) == len(set): // the recipient had all of it before
		whole.lane, whole.burdens = Express, false
		return []told{whole}
	case len(common(f.held, set)) == len(f.held): // nothing the recipient had goes
		return []told{whole}
	case len(light) == 0:
		return []told{{Suspend, []int16{}, Express, false, Queued}, whole}
	default:
		return []told{{Amend, light, Express, false, Queued}, whole}
	}
}

// common returns what two sorted sets share.
func common(a, b []int16) []int16 {
	shared := make([]int16, 0, min(len(a), len(b)))
	for _, m := range a {
		if _, found := slices.BinarySearch(b, m); found {
			shared = append(shared, m)
		}
	}
	return shared
}

// within reports whether a sorted set is part of another.
func within(part, whole []int16) bool { return len(common(part, whole)) == len(part) }
