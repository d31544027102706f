package plan_test

import (
	"fmt"
	"time"

	"concordat/enforcement/plan"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// A text answers what reaches a kind of subject on a day: here the catalogue in the binary,
// first attested by nobody, then with the statements made for demonstration. What nobody
// attested is in no plan.
func ExampleText_Resolve() {
	catalogue, err := memoranda.Embedded()
	if err != nil {
		fmt.Println(err)
		return
	}
	attested, err := memoranda.DemonstrationAttestations(catalogue)
	if err != nil {
		fmt.Println(err)
		return
	}
	key := plan.Key{
		Ground: memoranda.OnListing, ListType: plan.ListType, Subject: memoranda.NaturalPerson,
		Territory: "450103", Region: "450105", On: day.Of(2025, time.September, 1),
	}
	for _, text := range []plan.Text{{Catalogue: catalogue}, {Catalogue: catalogue, Attested: attested}} {
		resolution, err := text.Resolve(key)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(len(resolution.Included) > 0, len(resolution.Included)+len(resolution.Excluded) > 50)
	}
	// Output:
	// false true
	// true true
}

// A set of measures is a sorted list of small numbers; what two plans share of an
// organisation stays in force while the one gives way to the other.
func ExampleCommon() {
	before, after := []int16{3, 7, 12}, []int16{7, 12, 15}
	fmt.Println(plan.Common(before, after))
	fmt.Println(plan.Within(before, after), plan.Within([]int16{7}, after))
	// Output:
	// [7 12]
	// false true
}
