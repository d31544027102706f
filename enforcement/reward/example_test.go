package reward_test

import (
	"fmt"

	"concordat/enforcement/reward"
)

// The life of a reward is a table. Under review it is in force all the same, and its owner
// cannot go round the review by ending it another way.
func ExampleTable() {
	table := reward.Table()
	fmt.Println(table.Live)
	fmt.Println(table.After("in-force", "review"))
	fmt.Println(table.After("under-review", "end"))
	fmt.Println(table.After("under-review", "keep"))
	// Output:
	// [in-force under-review]
	// under-review <nil>
	// under-review refused: state.forbidden
	// in-force <nil>
}
