package plan

import (
	"slices"

	"concordat/enforcement"
)

// Sets are the sets of a plan by organisation; an organisation that it does
// not name has none.
type Sets map[enforcement.OrganisationID][]int16

// Sets are the plan's lines by organisation.
func (p Plan) Sets() Sets {
	s := make(Sets, len(p.Shares))
	for _, line := range p.Shares {
		s[line.Organisation] = line.Measures
	}
	return s
}

// Common returns what two sorted sets share.
func Common(a, b []int16) []int16 {
	shared := make([]int16, 0, min(len(a), len(b)))
	for _, m := range a {
		if _, found := slices.BinarySearch(b, m); found {
			shared = append(shared, m)
		}
	}
	return shared
}

// Within reports whether a sorted set is part of another.
func Within(part, whole []int16) bool { return len(Common(part, whole)) == len(part) }
