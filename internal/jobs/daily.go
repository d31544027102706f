package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"concordat/enforcement"
	"concordat/enforcement/register"
)

// dailyEvery is how often the round is asked for. What a day makes due is found
// within this time of its midnight; asking more often changes nothing.
const dailyEvery = 10 * time.Minute

// dailyQueue is worked by one job at a time, apart from deliveries.
const dailyQueue = "daily"

// DailyArgs asks for the round of the legal day on which it is worked.
type DailyArgs struct{}

// Kind names the job in River.
func (DailyArgs) Kind() string { return "daily-round" }

// dailyWorker ends what is over and publishes what is due.
type dailyWorker struct {
	river.WorkerDefaults[DailyArgs]

	register *register.Offices
	legal    func() time.Time
}

// Timeout is longer than a delivery's: a court may publish a month's listings on
// one day.
func (w *dailyWorker) Timeout(*river.Job[DailyArgs]) time.Duration { return 10 * time.Minute }

func (w *dailyWorker) Work(ctx context.Context, _ *river.Job[DailyArgs]) error {
	if _, _, _, err := w.register.Daily(ctx, enforcement.Daily(w.legal()), nil); err != nil {
		return fmt.Errorf("daily round: %w", err)
	}
	return nil
}

// addDaily has the elected leader among all processes ask for the round.
func addDaily(config *river.Config, c Config) error {
	if c.Register == nil {
		return nil
	}
	if err := river.AddWorkerSafely(config.Workers, &dailyWorker{register: c.Register, legal: c.Legal}); err != nil {
		return fmt.Errorf("register the daily round: %w", err)
	}
	config.Queues[dailyQueue] = river.QueueConfig{MaxWorkers: 1}
	config.PeriodicJobs = append(config.PeriodicJobs, river.NewPeriodicJob(
		river.PeriodicInterval(dailyEvery),
		func() (river.JobArgs, *river.InsertOpts) {
			return DailyArgs{}, &river.InsertOpts{Queue: dailyQueue, MaxAttempts: 3}
		},
		&river.PeriodicJobOpts{RunOnStart: true},
	))
	return nil
}
