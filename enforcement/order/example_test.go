package order_test

import (
	"fmt"

	"concordat/enforcement/order"
)

// What can happen to an order, its table says.
func ExampleTable() {
	table := order.Table()
	for _, m := range table.Moves {
		if table.Lifts(&m) {
			fmt.Println(m.Name, m.From)
		}
	}
	// Output:
	// abandon [draft noticed decided served grace]
	// suspend [active]
	// brake [active]
	// lift [active]
	// expire [active]
	// revoke [active]
}
