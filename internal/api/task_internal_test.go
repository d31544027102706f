package api

import (
	"testing"

	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/order"
	"concordat/enforcement/paper"
)

// Who has a task reads what it is, in both languages, of every kind and every paper owed.
func TestEveryTaskHasWords(t *testing.T) {
	t.Parallel()
	kinds := []string{
		listing.TaskConsumptionOrder, listing.TaskTellPresident, listing.TaskTellCreditor, listing.TaskStayed, listing.TaskBarred, listing.TaskPerformed, listing.TaskEarlyDeletion,
		ground.TaskCorrection, ground.TaskRestored, ground.TaskMinor, directive.TaskKept, directive.TaskIdentityDoubtful, "papers-due", "reward-review", "statement-unanswered",
		docket.TaskNear, "deadline-passed", "deadline-deputy", "deadline-head", "deadline-above",
		order.TaskLiftOrKeep, order.TaskTellLifting, ground.TaskOrderBreach, ground.TaskOrderPerformed,
	}
	for _, p := range paper.Purposes() {
		kinds = append(kinds, "paper-due-"+string(p))
	}
	for _, kind := range kinds {
		if v := taskView(docket.Task{Kind: kind}); v.ZH == "" || v.EN == "" || v.ZH == "补交文书：" || v.EN == "a paper is owed: " {
			t.Errorf("%s: %q %q", kind, v.ZH, v.EN)
		}
	}
}
