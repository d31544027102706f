package register_test

import (
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/memoranda/day"
)

// A withdrawal that is not acknowledged within three working days is escalated
// once; the acknowledgement stops the clock.
func TestWithdrawalsAreEscalated(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Person()))
	w := directive.WakeUp{Organisation: b.Departments[0], Lane: directive.Bulk}
	deliver := func() {
		t.Helper()
		items, err := b.Directives.Due(ctx, w.Organisation, w.Lane, b.Day(), enforcement.ID{}, 10)
		if err != nil || len(items) != 1 {
			t.Fatalf("%d items due, %v", len(items), err)
		}
		attempt, err := b.Directives.Open(ctx, b.System(), w, "test", items, []byte("hash"))
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Directives.Settle(ctx, b.System(), attempt, []directive.Result{{Step: directive.Acknowledged}}); err != nil {
			t.Fatal(err)
		}
	}
	deliver()
	// The Monday before the long holiday: three working days end on 2025-10-10.
	b.AdvanceTo(day.Of(2025, time.September, 29))
	if err := b.Listings.Delete(ctx, b.Judge(), enforcetest.Of(id), b.Ending(1)); err != nil {
		t.Fatal(err)
	}
	if got := b.Count(`SELECT count(*) FROM clock WHERE kind = 'acknowledge-withdrawals' AND due_on = '2025-10-10'`); got != 1 {
		t.Errorf("%d clocks run for the one organisation that holds something", got)
	}
	for _, step := range []struct {
		on      day.Day
		overdue int
	}{{day.Of(2025, time.October, 10), 0}, {day.Of(2025, time.October, 11), 1}, {day.Of(2025, time.October, 12), 1}} {
		b.AdvanceTo(step.on)
		overdue, err := b.Directives.CheckLiftings(ctx, b.System())
		if err != nil || overdue != step.overdue {
			t.Errorf("%s: %d overdue, %v; want %d", step.on, overdue, err, step.overdue)
		}
	}
	if got := b.Count(`SELECT count(*) FROM incident WHERE kind = $1`, "withdrawals-overdue"); got != 1 {
		t.Errorf("%d incidents for one escalation", got)
	}
	w.Lane = directive.Express
	deliver()
	if overdue, err := b.Directives.CheckLiftings(ctx, b.System()); err != nil || overdue != 0 {
		t.Errorf("after the acknowledgement: %d overdue, %v", overdue, err)
	}
	if got := b.Count(`SELECT count(*) FROM clock WHERE kind = 'acknowledge-withdrawals' AND done_on = '2025-10-12'`); got != 1 {
		t.Errorf("the clock does not say when it was done")
	}
}
