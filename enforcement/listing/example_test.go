package listing_test

import (
	"fmt"

	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
)

// The life of an entry on the courts' list is a table: who signs, by which article, where
// it leads.
func ExampleTable() {
	table := listing.Table()
	fmt.Println(table.Before)
	fmt.Println(table.Live)

	sign := table.Move("sign")
	fmt.Println(sign.Roles, sign.From, sign.To, sign.Source.Text)

	_, err := table.After(ground.Decided, ground.MovePublish)
	fmt.Println(err)
	// Output:
	// [draft warned applied decided served grace]
	// [active extended]
	// [president] [warned applied] decided 法释〔2017〕7号 Art. 5 ¶3
	// refused: service.missing
}
