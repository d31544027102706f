package restore_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement/restore"
)

// Reconciliations that were logged must be read for ever: a number may be added,
// and none may change.
func TestNumbersInEvents(t *testing.T) {
	t.Parallel()
	want := map[restore.Finding]int16{restore.FoundWithdrawn: 1, restore.FoundAgain: 2, restore.FoundDelivered: 3, restore.FoundOrphan: 4}
	got := map[restore.Finding]int16{}
	for finding := range want {
		got[finding] = int16(finding)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings are written otherwise (-want +got):\n%s", diff)
	}
}
