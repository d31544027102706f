package ground_test

import (
	"fmt"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/ground"
)

// permits is the life of a made kind: a draft that another person signs, and what is
// signed can be revoked.
func permits() *ground.Table {
	return &ground.Table{
		Slug: "permit", Before: []ground.State{ground.Draft}, Live: []ground.State{ground.Active}, Ended: []ground.State{ground.Revoked},
		Moves: []ground.Move{
			{
				Name: "sign", From: []ground.State{ground.Draft}, To: ground.Active, Roles: enforcement.Reviewers,
				NotBy: []ground.Person{ground.Drafter}, Second: "decision.second-person",
				Needs:  []ground.Need{{Field: "reasons", Rule: ground.RuleText, Code: "decision.reasons"}},
				Effect: ground.EffectInForce,
			},
			{
				Name: ground.MoveRevoke, From: []ground.State{ground.Active}, To: ground.Revoked, Roles: enforcement.Reviewers,
				Effect: ground.EffectEnds,
			},
		},
	}
}

// A table says where a move leads from a state, or refuses.
func ExampleTable_After() {
	table := permits()
	fmt.Println(table.After(ground.Draft, "sign"))
	fmt.Println(table.After(ground.Draft, ground.MoveRevoke))
	fmt.Println(table.IsLive(ground.Active), table.IsEnded(ground.Revoked))
	// Output:
	// active <nil>
	// draft refused: state.forbidden
	// true true
}

// A row of the table answers whoever asks for its move, in the order in which it is asked:
// the role, what must be given, the state, the second person.
func ExampleMove_Answer() {
	sign := permits().Move("sign")
	draft := ground.Head{State: ground.Draft, DraftedBy: "ann"}
	reasons := ground.Given{"reasons": "as the notice says"}
	by := func(who string, role enforcement.Role) enforcement.Act {
		return enforcement.Act{
			At:    time.Date(2025, time.September, 1, 2, 0, 0, 0, time.UTC),
			Actor: enforcement.Actor{ID: who, Role: role, Organisation: 7},
		}
	}
	for _, try := range []struct {
		act   enforcement.Act
		given ground.Given
	}{
		{by("bob", enforcement.DepartmentClerk), reasons},
		{by("bob", enforcement.DepartmentReviewer), nil},
		{by("ann", enforcement.DepartmentReviewer), reasons},
		{by("bob", enforcement.DepartmentReviewer), reasons},
	} {
		_, err := sign.Answer(try.act, try.given, draft)
		fmt.Println(err)
	}
	// Output:
	// refused: role.forbidden
	// refused: decision.reasons
	// refused: decision.second-person
	// <nil>
}
