package replan_test

import (
	"fmt"

	"concordat/enforcement/plan"
	"concordat/enforcement/replan"
)

// The event of a replanning says of each version which set it carries: that of a line of
// the new plan, by its place; a part of one, written out; or none, for good.
func ExampleReadSet() {
	lines := []plan.Share{{Organisation: 4, Measures: []int16{1, 2}}, {Organisation: 9, Measures: []int16{3}}}
	codes := []int16{2, -2, 1, 1, 0}
	for len(codes) > 0 {
		set, kind, place, rest, ok := replan.ReadSet(lines, codes)
		if !ok {
			fmt.Println("not an event of this plan")
			return
		}
		fmt.Println(kind, set, place)
		codes = rest
	}
	// Output:
	// amend [3] 2
	// amend [1] 0
	// withdraw [] 0
}
