// Package replan lets live grounds follow a changed plan: a new edition, a statement made
// or taken back, a body that another succeeds, or a day on which a measure ends.
//
// It asks one question, of plans and not of people: does the plan that live grounds stand
// on still say what today's plan says? Where it does not, a row of plan_switch says which
// plan it gives way to, for good; then [Replanner.Follow] walks the grounds in chunks and
// writes versions: what is lifted first, everywhere and in express, what is added after.
// A killed walk goes on where it was. [Replanner.Adopt] takes a new edition in and
// follows; [Replanner.ResumeAdoptions] does every day what is left of it.
// [Replanner.Impact] tells what would follow from a text, and writes nothing.
//
// It owns plan_switch, and writes versions that name the plan they follow. A plan gives
// way once: what a ground's directives should be follows from its plan, through
// plan_switch, to the plan of the day. An organisation that drops out has its directive
// withdrawn for good, one that comes back gets a new one; of a suspended ground only what
// a resumption will carry changes. One event stands for a chunk of many grounds, and
// [ReadSet] reads what it says.
//
// Package register calls it every day, the commands for editions; audit reads its events. It calls record, plan, directive and hold. Begin with follow.go and
// toward.go (what one directive is told); look.go finds which plans are not the day's and
// remembers why others are, switch.go enters what changed, walk.go does it. How
// an event is read is an example here, a bureau that takes over one in package register.
package replan
