package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"concordat/enforcement/register"
)

const (
	// forgetEvery is how often old requests are looked for. One whose term is over
	// counts no longer, found or not.
	forgetEvery = time.Hour
	forgetBatch = 5000
)

// ForgetArgs asks for the requests whose seven days are over to be deleted.
type ForgetArgs struct{}

// Kind names the job in River.
func (ForgetArgs) Kind() string { return "forget-requests" }

// forgetWorker deletes old requests and the answers kept with them.
type forgetWorker struct {
	river.WorkerDefaults[ForgetArgs]

	register *register.Offices
}

func (w *forgetWorker) Work(ctx context.Context, _ *river.Job[ForgetArgs]) error {
	for {
		n, err := w.register.Record.ForgetRequests(ctx, forgetBatch)
		if err != nil {
			return fmt.Errorf("forget requests: %w", err)
		}
		if n < forgetBatch {
			return nil
		}
	}
}

// addForgetting has the elected leader ask for it.
func addForgetting(config *river.Config, c Config) error {
	if c.Register == nil {
		return nil
	}
	if err := river.AddWorkerSafely(config.Workers, &forgetWorker{register: c.Register}); err != nil {
		return fmt.Errorf("register the forgetting of requests: %w", err)
	}
	config.PeriodicJobs = append(config.PeriodicJobs, river.NewPeriodicJob(
		river.PeriodicInterval(forgetEvery),
		func() (river.JobArgs, *river.InsertOpts) {
			return ForgetArgs{}, &river.InsertOpts{Queue: dailyQueue, MaxAttempts: 3}
		},
		&river.PeriodicJobOpts{RunOnStart: true},
	))
	return nil
}
