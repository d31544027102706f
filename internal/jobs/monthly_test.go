package jobs_test

import (
	"context"
	"testing"
	"time"

	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/internal/jobs"
	"concordat/memoranda/day"
)

// The job alone, without anybody's act: a batch list's entry is announced on the
// first working day of the month, and published when the time to object is over.
func TestTheMonthlyBatchIsAJob(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	id := l.ServedOn(enforcetest.ListBatch, l.Subject(l.Person()))
	batch := day.Of(2025, time.October, 9) // the first to the eighth are days off
	l.AdvanceTo(batch)
	work := func(want ground.State) {
		t.Helper()
		working, err := jobs.Work(l.DB.Pool, jobs.Config{Register: l.Offices, Legal: l.At})
		if err != nil {
			t.Fatal(err)
		}
		if err := working.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := working.Stop(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		}()
		for end := time.Now().Add(bound); ; {
			have, err := l.Administrative.Get(t.Context(), l.OwnersClerk(), id)
			if err != nil {
				t.Fatal(err)
			}
			if have.State == want {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("still %s after %s, want %s", have.State, bound, want)
			}
		}
	}
	work("announced")
	have, err := l.Administrative.Get(t.Context(), l.OwnersClerk(), id)
	if err != nil || have.AnnouncedOn != batch {
		t.Fatalf("announced on %s, want %s: %v", have.AnnouncedOn, batch, err)
	}
	l.AdvanceTo(have.ObjectionUntil.AddDays(1))
	work(ground.Active)
}
