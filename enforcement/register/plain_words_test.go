package register_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/hold"
)

// What everybody or another organisation reads is refused while it holds a number that
// identifies somebody, however it is written.
func TestTextsOfOperatorsHoldNoNumbers(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	operator := b.As(enforcement.Operator, 0)
	for _, reason := range []string{"核查450102199001010017", "核查 ４５０１０２ １９９００１０１ ００１７", "致电一三八零零一三八零零零", "账号6222021001112345678"} {
		_, err := b.Holds.Place(ctx, operator, hold.NewHold{Scope: hold.Everything, Reason: reason})
		wantCode(t, "hold for "+reason, err, "words.number")
	}
	id := value(b.Holds.Place(ctx, operator, hold.NewHold{Scope: hold.Everything, Reason: "演示：核查2025-03-01的一批文书，涉及标的1234567元"}))(t)
	another := operator
	another.Actor.ID = "another"
	wantCode(t, "end", b.Holds.End(ctx, another, id, "电话13800138000已核实"), "words.number")
	must(t, b.Holds.End(ctx, another, id, "演示：已核实"))
}

// The head of a unit is an item of the public list, so it is a name and nothing else.
func TestAHeadIsAName(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	company := b.Company()
	company.Head = "演示丙某，电话13800138000"
	_, err := b.Parties.EnterSubject(t.Context(), b.Clerk(), company)
	wantCode(t, "a head with a telephone", err, "name.several")
	company.Head = "演示丙某13800138000"
	_, err = b.Parties.EnterSubject(t.Context(), b.Clerk(), company)
	wantCode(t, "a head with a number", err, "name.number")
}
