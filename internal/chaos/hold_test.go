package chaos_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/hold"
	"concordat/notify"
)

// burdens counts what burdens in a message as it came over the wire.
func burdens(body []byte) int64 {
	var message struct {
		Directives []struct {
			Kind directive.VersionKind `json:"kind"`
		} `json:"directives"`
	}
	if json.Unmarshal(body, &message) != nil {
		return 0
	}
	var n int64
	for _, d := range message.Directives {
		if d.Kind == directive.Impose || d.Kind == directive.Resume {
			n++
		}
	}
	return n
}

func (s *scene) burdened() (n int64) {
	for _, d := range s.departments {
		n += d.burdens.Load()
	}
	return n
}

// A worker lives and delivers; another process holds. From the return of the
// hold no department is sent anything that burdens, not by the worker, and not
// by the one that follows it when it is killed; what lifts arrives. After the
// hold's end everything goes on, and nothing is held wrongly.
func TestHoldAcrossProcesses(t *testing.T) {
	t.Parallel()
	const lives = 150
	seed := rand.Uint64N(1_000_000)
	t.Logf("seed %d", seed)
	s := newScene(t, seed)
	first := s.start(t, s.order(seed, lives, nil))
	go first.attend(&death{after: 2500, at: notify.StepAfterAttempt})
	for s.burdened() < 40 {
		time.Sleep(time.Millisecond)
	}
	act := enforcement.Act{At: machine(), Actor: enforcement.Actor{ID: "first-operator", Role: enforcement.Operator}}
	id, err := s.register.Holds.Place(t.Context(), act, hold.NewHold{Scope: hold.Memorandum, Memorandum: "judgment-debtor-141", Reason: "演示"})
	must(t, err)
	bound, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	must(t, notify.Quiesce(bound, s.db, nil))
	before := s.burdened()
	<-first.ended

	second := s.start(t, s.order(seed, lives, s.finished(script(seed, lives))))
	go second.attend(nil)
	s.nothingDue(t, second, patience)
	waiting := s.count(t, `SELECT count(*) FROM directive WHERE due`)
	lifted := s.count(t, `SELECT count(*) FROM amendment WHERE kind = 'withdraw' AND step = 'acknowledged'`)
	if waiting == 0 || lifted == 0 {
		t.Errorf("under the hold %d directives wait and %d withdrawals were acknowledged", waiting, lifted)
	}
	if after := s.burdened(); after != before {
		t.Errorf("%d versions that burden arrived after the hold had returned", after-before)
	}
	act.Actor.ID = "second-operator"
	must(t, s.register.Holds.End(t.Context(), act, id, "演示"))
	s.settle(t, second)
	if f := s.check(t); !f.none() {
		t.Errorf("%v", f)
	}
	t.Logf("%d that burden before the hold, %d waited, %d after its end; %d withdrawals meanwhile", before, waiting, s.burdened()-before, lifted)
}
