package register_test

import (
	"context"
	"errors"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
)

// An end that is refused, or that somebody else was quicker with, holds up no other.
func TestOneThatCannotEndHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ids := []enforcement.ID{b.Draft(b.Subject(b.Company())), b.Draft(b.Subject(b.Company())), b.Draft(b.Subject(b.Company())), b.Draft(b.Subject(b.Company()))}
	answers := map[enforcement.ID]error{ids[1]: enforcement.Refuse("end.no-term"), ids[2]: enforcement.Refuse("state.forbidden")}
	asked := 0
	page := b.Listings.Life.ExpireDue(`l.state = 'draft' AND coalesce(l.served_on, ?0) = ?0`, func(_ context.Context, act enforcement.Act, c ground.Change) error {
		asked++
		if want := "night/" + c.Ground.String(); act.Key != want {
			t.Errorf("key %q, want %q", act.Key, want)
		}
		return answers[c.Ground]
	})
	act, ended := b.System(), 0
	act.Key = "night"
	refused, err := page.All(t.Context(), act, func(n int) { ended += n })
	if err != nil || ended != 2 || asked != len(ids) || len(refused) != 1 || refused[0].Case != ids[1] || refused[0].Because.Code != "end.no-term" {
		t.Errorf("%d ended of %d asked, refused %v: %v", ended, asked, refused, err)
	}
	last, n, _, err := page(t.Context(), act, ids[0], 2)
	if last != ids[2] || n != 0 || err != nil {
		t.Errorf("after %s: %d up to %s, %v", ids[0], n, last, err)
	}
	answers[ids[0]] = errors.New("the database is away")
	if _, err := page.All(t.Context(), act, func(int) {}); err == nil || !errors.Is(err, answers[ids[0]]) {
		t.Errorf("what is no refusal was passed over: %v", err)
	}
}
