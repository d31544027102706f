package replan

import (
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/plan"
	"concordat/memoranda/day"
)

// followed is one directive of a live ground that a plan's change may concern.
type followed struct {
	id           enforcement.ID
	organisation enforcement.OrganisationID
	// version and kind are the newest version's, until its last day.
	version int16
	kind    directive.VersionKind
	until   day.Day
	// carried is the set that is in force when nothing is suspended; has what the
	// newest version that may have left carries, nil if none has; gone says that one
	// may have.
	carried, has []int16
	gone         bool
	// pending: some version of it is still to be sent.
	pending bool
	// suspended is the ground's; so is unconfirmed: its end may be lost, and no set but the
	// empty one may be sent as a lifting.
	suspended, unconfirmed bool
}

// told is a version that a plan's change writes.
type told struct {
	kind    directive.VersionKind
	set     []int16
	lane    directive.Lane
	burdens bool
	step    directive.Step
}

// next is a version that a plan's change writes of a directive.
func (f *followed) next(version int16, v told) directive.Version {
	until := f.until
	if v.kind == directive.Withdraw {
		until = 0
	}
	return directive.Version{
		Directive: f.id, Number: version, Organisation: f.organisation, Kind: v.kind, Lane: v.lane, Step: v.step, Until: until, Burdens: v.burdens, Set: v.set,
	}
}

// toward returns the versions, one or two, that bring a directive to the set of
// its line in another plan; none if it is there. What takes away goes first and in
// express, and burdens nobody; where something is added too, that is the second
// version. A directive that keeps nothing is withdrawn, and of a suspended one only
// what it would carry again changes. Of an unconfirmed one all is taken away where
// something is, for a smaller set would restrict again who was lifted in the lost time.
// Sets are sorted.
func (f *followed) toward(set []int16) []told {
	keeps := plan.Common(f.carried, set)
	lifted := directive.Queued
	if !f.gone {
		lifted = directive.Cancelled // its recipient never heard of the subject
	}
	whole := told{directive.Amend, set, directive.Bulk, true, directive.Queued}
	switch {
	case slices.Equal(f.carried, set):
		return nil
	case len(keeps) == 0:
		return []told{{directive.Withdraw, []int16{}, directive.Express, false, lifted}}
	case f.suspended:
		whole.step = directive.Cancelled // it says what a resumption will carry
		return []told{whole, {directive.Suspend, []int16{}, directive.Express, false, lifted}}
	}
	light := plan.Common(keeps, f.has)
	switch {
	case f.unconfirmed && len(keeps) == len(f.carried): // nothing goes
		return []told{whole}
	case f.unconfirmed:
		return []told{{directive.Suspend, []int16{}, directive.Express, false, lifted}, whole}
	case len(light) == len(set): // the recipient had all of it before
		whole.lane, whole.burdens = directive.Express, false
		return []told{whole}
	case len(plan.Common(f.has, set)) == len(f.has): // nothing the recipient had goes
		return []told{whole}
	case len(light) == 0:
		return []told{{directive.Suspend, []int16{}, directive.Express, false, directive.Queued}, whole}
	default:
		return []told{{directive.Amend, light, directive.Express, false, directive.Queued}, whole}
	}
}
