package administrative_test

import (
	"fmt"

	"concordat/enforcement/administrative"
	"concordat/enforcement/ground"
)

// The life of an entry on a department's list is a table: the subject is heard before a
// second person decides, and while a statement waits nothing is decided.
func ExampleTable() {
	table := administrative.Table()
	fmt.Println(table.Before)

	state := ground.Draft
	for _, move := range []ground.MoveName{"notify", "state", "decide", "answer", "decide"} {
		next, err := table.After(state, move)
		fmt.Println(move, next, err)
		state = next
	}
	fmt.Println(table.Move("decide").Roles, "and not the", table.Move("decide").NotBy)
	// Output:
	// [draft notified stated answered decided served announced]
	// notify notified <nil>
	// state stated <nil>
	// decide stated refused: statement.unanswered
	// answer answered <nil>
	// decide decided <nil>
	// [department-reviewer] and not the [drafter]
}
