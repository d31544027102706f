package kinds_test

import (
	"fmt"

	"concordat/enforcement/kinds"
)

// Who goes through every kind of case asks their tables.
func ExampleAll() {
	for _, kind := range kinds.All() {
		fmt.Println(kind.Slug, kind.Collection, kind.Live)
	}
	// Output:
	// listing /v1/listings [active extended]
	// administrative-listing /v1/administrative-listings [active]
	// reward /v1/rewards [in-force under-review]
	// order /v1/orders [active]
}
