package hold_test

import (
	"fmt"

	"concordat/enforcement/hold"
)

// Versions of a directive follow one another by one. After a restoration they jump above
// whatever was sent in the time that the record lost: a recipient that holds version 5
// from then takes version 1001, and nothing revives what was lifted.
func ExampleFollowing() {
	fmt.Println(hold.Following(3, 0))
	fmt.Println(hold.Following(3, 1))
	fmt.Println(hold.Following(1001, 1))
	fmt.Println(hold.Following(1002, 2))
	// Output:
	// 4
	// 1001
	// 1002
	// 2001
}
