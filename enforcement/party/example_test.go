package party_test

import (
	"fmt"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/internal/identifier"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// An identity is brought into one form before it is sealed, so that the same number is
// the same subject however it was typed; what a number says of birth is not asked again.
func ExampleIdentity_Check() {
	typed := party.Identity{
		Kind: memoranda.NaturalPerson, Name: " 张三 ", NumberKind: identifier.ResidentID, Number: "110105 19491231 002x",
	}
	identity, _, err := typed.Check(enforcement.Daily(time.Now()))
	fmt.Println(identity.Name, identity.Number, identity.Birth, err)
	fmt.Println(identity.Masked())

	_, _, err = party.Identity{Kind: memoranda.NaturalPerson, Name: "张三"}.Check(enforcement.Daily(time.Now()))
	fmt.Println(err)
	// Output:
	// 张三 11010519491231002X 1949-12-31 <nil>
	// 110105************
	// refused: subject.name-only
}

// An organisation stands for a body from a day until a day.
func ExampleOrganisation_PlaysOn() {
	bureau := party.Organisation{Slug: "nanning-market-bureau", Bodies: []party.Part{
		{Body: "industry-commerce", From: day.Of(2016, time.January, 1), Until: day.Of(2018, time.April, 9)},
		{Body: "market-regulation", From: day.Of(2018, time.April, 10)},
	}}
	for _, on := range []day.Day{day.Of(2018, time.April, 9), day.Of(2018, time.April, 10)} {
		fmt.Println(on, bureau.PlaysOn("industry-commerce", on), bureau.PlaysOn("market-regulation", on))
	}
	// Output:
	// 2018-04-09 true false
	// 2018-04-10 false true
}
