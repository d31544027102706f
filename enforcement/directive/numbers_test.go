package directive_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement/directive"
)

// What was written once must be read for ever: a number here may be added, and
// none may change. The history of a record in service holds them all.
func TestNumbersInEvents(t *testing.T) {
	t.Parallel()
	steps := map[int16]directive.Step{0: "queued", 1: "left", 2: "delivered", 3: "acknowledged", 4: "cancelled"}
	outcomes := map[int16]directive.ReportOutcome{0: "implemented", 1: "not-applicable", 2: "refused", 3: "lifted", 4: "kept"}
	gotSteps, gotOutcomes := map[int16]directive.Step{}, map[int16]directive.ReportOutcome{}
	for number := range outcomes {
		gotOutcomes[number] = directive.NumberedOutcome(number)
	}
	for _, s := range directive.Steps {
		gotSteps[directive.StepNumber(s)] = s
	}
	if diff := cmp.Diff(steps, gotSteps); diff != "" {
		t.Errorf("steps are written otherwise (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(outcomes, gotOutcomes); diff != "" {
		t.Errorf("outcomes are written otherwise (-want +got):\n%s", diff)
	}
	if len(outcomes) != len(directive.ReportOutcomes) {
		t.Errorf("%d outcomes have no number", len(directive.ReportOutcomes)-len(outcomes))
	}
	if directive.Placed != 5 || steps[directive.Placed] != "" {
		t.Errorf("a Left item in an inbox is written as %d", directive.Placed)
	}
	// Read by the same numbers; what no event of ours has written is nothing.
	for number := int16(-1); number < 10; number++ {
		if got := directive.NumberedStep(number); got != steps[number] {
			t.Errorf("%d is read as step %q", number, got)
		}
		if got := directive.NumberedOutcome(number); got != outcomes[number] {
			t.Errorf("%d is read as outcome %q", number, got)
		}
	}
	if directive.StepNumber("no such") != -1 {
		t.Error("what does not exist has a number")
	}
}
