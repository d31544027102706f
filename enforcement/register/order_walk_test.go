//go:build !race

package register_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
)

// Every state, alone and with what can be under way in it, meets every move, in every role and
// from another court, by the real methods on the real database.
func TestEveryStateOfAnOrderMeetsEveryMove(t *testing.T) {
	t.Parallel()
	for _, h := range halts() {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			w := errand{enforcetest.Setup(t), t}
			id := w.enter(h)
			may := map[ground.MoveName][]enforcement.Role{}
			for _, m := range orderTable.Moves {
				may[m.Name] = tryEverybody(t, w.Bundle, &m, w.Court, w.OtherCourt, h.refusal(m.Name), func(as func(enforcement.Act) enforcement.Act) error {
					return w.move(h, id, m.Name, as)
				})
			}
			for _, m := range orderTable.Moves {
				for _, role := range may[m.Name] {
					again := w.enter(h)
					was := ordered(t, w.Bundle, again)
					if err := w.move(h, again, m.Name, func(act enforcement.Act) enforcement.Act { return inRole(act, role, w.Court) }); err != nil {
						t.Fatalf("%s by a %s: %v", m.Name, role, err)
					}
					want, _ := orderTable.After(h.state, m.Name)
					now := ordered(t, w.Bundle, again)
					if now.State != want || now.Version != was.Version+1 {
						t.Errorf("%s by a %s: %s at version %d, want %s at %d", m.Name, role, now.State, now.Version, want, was.Version+1)
					}
					if orderTable.IsEnded(now.State) && (now.SuspendedFor != "" || now.EndedOn.IsZero() || now.EndCause == "") {
						t.Errorf("%s won over what was under way, and it goes on: %+v", m.Name, now)
					}
				}
			}
			wantAudit(t, w.Bundle)
		})
	}
}
