package memoranda_test

import (
	"fmt"
	"time"

	"concordat/memoranda"
	"concordat/memoranda/day"
)

// The catalogue answers one question: what reaches this kind of subject, on this list, on
// this day. Every measure is in, with what carries it, or out, with why.
func ExampleCatalogue_Resolve() {
	catalogue, err := memoranda.Embedded()
	if err != nil {
		fmt.Println(err)
		return
	}
	resolution, err := catalogue.Resolve(memoranda.Question{
		ListType: "judgment-debtor", Subject: memoranda.LegalPerson, On: day.Of(2025, time.September, 1), Ground: memoranda.OnListing,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	in := resolution.Included[0]
	fmt.Println(in.Memorandum, in.Measure.Slug)
	fmt.Println(in.Bodies, in.Reason.Code)
	out := resolution.Excluded[0]
	fmt.Println(out.Measure.Slug, out.Code)
	// Output:
	// judgment-debtor-141 securities-futures-fund-setup
	// [securities-regulation] by-listing
	// private-fund-registration unverified
}
