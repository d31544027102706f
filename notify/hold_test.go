package notify_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/hold"
	"concordat/notify"
	"concordat/notify/wire"
)

// arrivals counts, at the receivers, messages that burden and that lift.
type arrivals struct {
	mu              sync.Mutex
	burden, lifting int
}

func (a *arrivals) read() (burden, lifting int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.burden, a.lifting
}

// watch counts what arrives, answers after a pause, and once closed lets a
// receiver answer only when it is opened again.
func (a *arrivals) watch(b *bench, pause time.Duration) {
	for _, d := range b.receivers {
		d.Answer = func(m wire.Message, answers wire.Answers) wire.Answers {
			a.mu.Lock()
			for _, i := range m.Directives {
				if len(i.Measures) > 0 {
					a.burden++
				} else {
					a.lifting++
				}
			}
			a.mu.Unlock()
			time.Sleep(pause) // a slow department, not a wait for a state
			return answers
		}
	}
}

func act(b *bench, name string) enforcement.Act {
	return enforcement.Act{At: b.At(), Actor: enforcement.Actor{ID: name, Role: enforcement.Operator}}
}

// While two processes deliver and others publish, from the return of the hold
// nothing that burdens arrives anywhere, and withdrawals still do; after its end
// everything goes on and agrees.
func TestHoldUnderLoad(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *notify.Config) { c.BulkBatch = 2 })
	var seen arrivals
	seen.watch(b, 3*time.Millisecond)
	var listings []enforcement.ID
	for range 20 {
		listings = append(listings, b.Published(b.Subject(b.Person())))
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for range 2 {
		d := b.newDrainer(t, b.config)
		running.Go(func() { d.Run(ctx, func(err error) { t.Error(err) }) })
	}
	defer running.Wait()
	defer stop()
	for n, _ := seen.read(); n < 40; n, _ = seen.read() {
		time.Sleep(time.Millisecond)
	}
	id, err := b.Holds.Place(t.Context(), act(b, "first"), hold.NewHold{Scope: hold.Everything, Reason: "演示"})
	if err != nil {
		t.Fatal(err)
	}
	if err := notify.Quiesce(t.Context(), b.DB, nil); err != nil {
		t.Fatal(err)
	}
	before, _ := seen.read()
	if left := b.Count(`SELECT count(*) FROM directive WHERE due`); left == 0 {
		t.Fatal("everything had left before the hold")
	}
	for _, listing := range listings {
		if err := b.Listings.Delete(t.Context(), b.Judge(), enforcetest.Of(listing), b.Ending(1)); err != nil {
			t.Fatal(err)
		}
	}
	left := func() int { return b.Count(`SELECT count(*) FROM amendment WHERE kind = 'withdraw' AND due`) }
	end := time.Now().Add(30 * time.Second)
	for left() > 0 && time.Now().Before(end) {
		time.Sleep(time.Millisecond)
	}
	burden, lifting := seen.read()
	if burden != before {
		t.Errorf("%d versions that burden arrived after the hold's return", burden-before)
	}
	if lifting == 0 || left() > 0 {
		t.Errorf("%d withdrawals arrived, %d are still due", lifting, left())
	}
	listing := b.Decided(b.Subject(b.Company()))
	if err := b.Listings.Serve(t.Context(), b.Clerk(), enforcetest.Of(listing), b.Service()); err != nil {
		t.Fatal(err)
	}
	if err := b.Holds.End(t.Context(), act(b, "second"), id, "演示"); err != nil {
		t.Fatal(err)
	}
	if err := b.Listings.Publish(t.Context(), b.System(), enforcetest.Of(listing)); err != nil {
		t.Fatal(err)
	}
	b.quiet(t, b.drainer)
	if after, _ := seen.read(); after == burden {
		t.Error("nothing that burdens arrived after the hold's end")
	}
	b.agree(t)
}

// A hold waits for the send that is on its way, and not for ever for the attempt
// of a process that died.
func TestHoldWaitsForWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	reached, answer := make(chan struct{}), make(chan struct{})
	var once sync.Once
	org := b.Departments[0]
	b.receivers[org].intercept(func(http.ResponseWriter, *http.Request) {
		once.Do(func() { close(reached) })
		<-answer
	})
	b.Published(b.Subject(b.Person()))
	var sending sync.WaitGroup
	w := directive.WakeUp{Organisation: org, Lane: directive.Bulk}
	sending.Go(func() { _ = b.drainer.Drain(t.Context(), w) }) // its outcome is looked at below
	<-reached
	if _, err := b.Holds.Place(t.Context(), act(b, "first"), hold.NewHold{Scope: hold.Organisation, Organisation: org, Reason: "演示"}); err != nil {
		t.Fatal(err)
	}
	impatient, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := notify.Quiesce(impatient, b.DB, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the wait ended with a send on its way: %v", err)
	}
	close(answer)
	if err := notify.Quiesce(t.Context(), b.DB, nil); err != nil {
		t.Error(err)
	}
	sending.Wait()
	if n := b.Count(`SELECT count(*) FROM attempt WHERE settled_at IS NULL`); n != 0 {
		t.Errorf("%d attempts are open after the wait", n)
	}
}

// An attempt that a crash left open holds the command up for three seconds, no more.
func TestHoldDoesNotWaitForTheDead(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	w := directive.WakeUp{Organisation: b.Departments[0], Lane: directive.Bulk}
	b.Published(b.Subject(b.Person()))
	items, err := b.Directives.Due(t.Context(), w.Organisation, w.Lane, b.Day(), enforcement.ID{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Directives.Open(t.Context(), b.System(), w, "webhook", items, []byte("h")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Holds.Place(t.Context(), act(b, "first"), hold.NewHold{Scope: hold.Everything, Reason: "演示"}); err != nil {
		t.Fatal(err)
	}
	bound, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := notify.Quiesce(bound, b.DB, nil); err != nil {
		t.Error(err)
	}
}

// What lies unopened in an inbox is not shown under a hold; liftings are.
func TestHoldClosesTheInbox(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	org := b.Departments[0]
	officer := b.As(enforcement.DepartmentClerk, org)
	listing := b.Published(b.Subject(b.Person()))
	items, err := b.Directives.Due(t.Context(), org, directive.Bulk, b.Day(), enforcement.ID{}, 10)
	if err != nil || len(items) != 1 {
		t.Fatalf("%d items, %v", len(items), err)
	}
	lay := func(items []directive.Item) {
		t.Helper()
		if _, err := b.inbox.Send(t.Context(), notify.Delivery{Organisation: org, Lane: directive.Bulk, Items: items}); err != nil {
			t.Fatal(err)
		}
	}
	lay(items)
	holdID, err := b.Holds.Place(t.Context(), act(b, "first"), hold.NewHold{Scope: hold.Court, Organisation: b.Court, Reason: "演示"})
	if err != nil {
		t.Fatal(err)
	}
	if list, err := b.inbox.List(t.Context(), officer, "", enforcement.ID{}, 10); err != nil || len(list) != 0 {
		t.Errorf("the inbox shows %d items under a hold, %v", len(list), err)
	}
	ids := []enforcement.ID{items[0].Directive}
	if _, err := b.inbox.Open(t.Context(), officer, ids); !errors.Is(err, &enforcement.Refusal{Code: "not-found"}) {
		t.Errorf("opened under a hold: %v", err)
	}
	if err := b.Holds.End(t.Context(), act(b, "second"), holdID, "演示"); err != nil {
		t.Fatal(err)
	}
	if opened, err := b.inbox.Open(t.Context(), officer, ids); err != nil || len(opened) != 1 {
		t.Fatalf("after its end %d were opened, %v", len(opened), err)
	}
	if _, err := b.Holds.Place(t.Context(), act(b, "first"), hold.NewHold{Scope: hold.Everything, Reason: "演示"}); err != nil {
		t.Fatal(err)
	}
	if err := b.Listings.Delete(t.Context(), b.Judge(), enforcetest.Of(listing), b.Ending(1)); err != nil {
		t.Fatal(err)
	}
	if items, err = b.Directives.Due(t.Context(), org, directive.Express, b.Day(), enforcement.ID{}, 10); err != nil || len(items) != 1 {
		t.Fatalf("%d liftings are due, %v", len(items), err)
	}
	lay(items)
	if opened, err := b.inbox.Open(t.Context(), officer, ids); err != nil || len(opened) != 1 || opened[0].Kind != directive.Withdraw {
		t.Errorf("the lifting was not opened under a hold: %v, %v", opened, err)
	}
}
