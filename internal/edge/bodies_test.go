package edge_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"concordat/enforcement"
	"concordat/internal/edge"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Large bodies of one human, or of many, take no more room than there is; nobody takes the
// others', and what lifts waits for nobody else.
func TestLargeBodiesTakeNoMoreRoomThanThereIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b edge.Bodies
		who := func(name string) enforcement.Actor {
			return enforcement.Actor{ID: name, Role: enforcement.Clerk, Organisation: 3}
		}
		var leave []func()
		enter := func(name string, lifts bool) error {
			t.Helper()
			done, err := b.Enter(t.Context(), who(name), lifts)
			if err == nil {
				leave = append(leave, done)
			}
			return err
		}
		crowded := func(what string, err error) {
			t.Helper()
			if refused, ok := errors.AsType[*enforcement.Refusal](err); !ok || refused.Code != "unavailable" {
				t.Errorf("%s: %v", what, err)
			}
		}
		begin := time.Now()
		for range 2 {
			must(t, enter("a", false))
		}
		crowded("a third of one human", enter("a", false))
		if took := time.Since(begin); took != 10*time.Second {
			t.Errorf("waited %s", took)
		}
		for _, name := range []string{"b", "c", "d"} {
			must(t, enter(name, false))
			must(t, enter(name, false))
		}
		crowded("a ninth of all", enter("e", false))
		must(t, enter("e", true))
		must(t, enter("a", true))
		must(t, enter("a", true))
		crowded("a third lifting of one human", enter("a", true))
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := b.Enter(gone, who("e"), false); !errors.Is(err, context.Canceled) {
			t.Errorf("who has gone: %v", err)
		}
		go func() { time.Sleep(time.Second); leave[0]() }()
		must(t, enter("e", false)) // as soon as there is room
		for _, done := range leave[1:] {
			done()
		}
		for range 2 {
			must(t, enter("a", false))
		}
	})
}
