package enforcement_test

import (
	"errors"
	"fmt"
	"time"

	"concordat/enforcement"
)

// A person's mistake is a refusal: a code, and what the words need. It is compared by
// its code.
func ExampleRefuse() {
	var err error = enforcement.Refuse("decision.term", "max", "2027-09-01")
	err = fmt.Errorf("propose a decision: %w", err)

	fmt.Println(errors.Is(err, enforcement.Refuse("decision.term")))
	if refused, ok := errors.AsType[*enforcement.Refusal](err); ok {
		fmt.Println(refused.Code, refused.Args["max"])
	}
	// Output:
	// true
	// decision.term 2027-09-01
}

// Ids are read in their canonical form and no other.
func ExampleParseID() {
	id, err := enforcement.ParseID("01990000-0000-7000-8000-000000000001")
	fmt.Println(id, id.IsZero(), err)

	_, err = enforcement.ParseID("urn:uuid:01990000-0000-7000-8000-000000000001")
	fmt.Println(err)
	// Output:
	// 01990000-0000-7000-8000-000000000001 false <nil>
	// refused: id.malformed
}

// An act says when, by whom and in which role; a court's officer acts for a court.
func ExampleAct_Check() {
	act := enforcement.Act{
		At:    time.Date(2025, time.September, 1, 2, 0, 0, 0, time.UTC),
		Actor: enforcement.Actor{ID: "04217", Role: enforcement.Clerk, Organisation: 2},
	}
	fmt.Println(act.Check(enforcement.Clerk, enforcement.Judge))
	fmt.Println(act.Check(enforcement.President))

	act.Actor.Organisation = 0
	fmt.Println(act.Check(enforcement.Clerk))
	// Output:
	// <nil>
	// refused: role.forbidden
	// refused: act.actor
}
