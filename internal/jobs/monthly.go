package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"concordat/enforcement"
	"concordat/enforcement/register"
)

// MonthlyArgs asks for the monthly batch of the lists that go out so, as of the
// legal day on which it is worked. On most days it finds nothing.
type MonthlyArgs struct{}

// Kind names the job in River.
func (MonthlyArgs) Kind() string { return "monthly-batch" }

// monthlyWorker announces what the batch takes along. What is announced the daily
// round publishes when the time to object is over.
type monthlyWorker struct {
	river.WorkerDefaults[MonthlyArgs]

	register *register.Offices
	legal    func() time.Time
}

// Timeout is that of the daily round: a batch may hold a month's listings.
func (w *monthlyWorker) Timeout(*river.Job[MonthlyArgs]) time.Duration { return 10 * time.Minute }

func (w *monthlyWorker) Work(ctx context.Context, _ *river.Job[MonthlyArgs]) error {
	if _, _, err := w.register.Administrative.MonthlyBatch(ctx, enforcement.Daily(w.legal())); err != nil {
		return fmt.Errorf("monthly batch: %w", err)
	}
	return nil
}

// addMonthly has the elected leader ask for the batch as often as for the daily
// round and in its queue: the first working day of a month is found within this
// time of its midnight, and a day on which nothing ran is made good.
func addMonthly(config *river.Config, c Config) error {
	if c.Register == nil {
		return nil
	}
	if err := river.AddWorkerSafely(config.Workers, &monthlyWorker{register: c.Register, legal: c.Legal}); err != nil {
		return fmt.Errorf("register the monthly batch: %w", err)
	}
	config.PeriodicJobs = append(config.PeriodicJobs, river.NewPeriodicJob(
		river.PeriodicInterval(dailyEvery),
		func() (river.JobArgs, *river.InsertOpts) {
			return MonthlyArgs{}, &river.InsertOpts{Queue: dailyQueue, MaxAttempts: 3}
		},
		&river.PeriodicJobOpts{RunOnStart: true},
	))
	return nil
}
