package jobs

import (
	"context"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/register"
)

// LiftEvery is how often a process that delivers looks by itself for what is over.
const LiftEvery = 30 * time.Minute

// Lift does what of the daily round lifts, every so often until ctx ends, beside the queue of
// the round: that can be paused, its jobs removed and its leader lost, by one person or by
// none, and no term runs on for it. The first time is at once. fault is told what went wrong.
func Lift(ctx context.Context, offices *register.Offices, legal func() time.Time, every time.Duration, fault func(error)) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		if _, err := offices.Lift(ctx, enforcement.Daily(legal())); err != nil && ctx.Err() == nil {
			fault(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
