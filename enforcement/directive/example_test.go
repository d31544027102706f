package directive_test

import (
	"fmt"

	"concordat/enforcement/directive"
	"concordat/memoranda"
)

// The record knows one first and one last kind of version. Under a reward people are told
// otherwise: nothing is imposed by it, and its end is no sanction.
func ExampleVersionKind_Told() {
	for _, ground := range []memoranda.GroundKind{memoranda.OnListing, memoranda.OnReward} {
		fmt.Println(ground, directive.Impose.Told(ground), directive.Withdraw.Told(ground))
	}
	// Output:
	// listing impose withdraw
	// reward grant grant-end
}

// Events write steps by number, which a step keeps for ever.
func ExampleStepNumber() {
	for _, step := range directive.Steps {
		fmt.Println(directive.StepNumber(step), step)
	}
	// Output:
	// 0 queued
	// 1 left
	// 2 delivered
	// 3 acknowledged
	// 4 cancelled
}
