package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"concordat/enforcement"
	"concordat/enforcement/intake"
	"concordat/enforcement/register"
)

const (
	// intakeEvery is how often somebody looks for uploads that a killed process
	// left half read.
	intakeEvery = 30 * time.Second
	// intakeSlice is how long one job reads before it lets others have their turn,
	// well within intakeTimeout, after which River would take it for lost.
	intakeSlice   = 2 * time.Minute
	intakeTimeout = 5 * time.Minute
)

// intakeWorker reads the uploads that wait, oldest first.
type intakeWorker struct {
	river.WorkerDefaults[intake.Work]

	register *register.Offices
	legal    func() time.Time
}

// Timeout is longer than a slice, and than what is under way when it is over.
func (w *intakeWorker) Timeout(*river.Job[intake.Work]) time.Duration {
	return intakeTimeout
}

func (w *intakeWorker) Work(ctx context.Context, _ *river.Job[intake.Work]) error {
	if err := w.register.Intake.ForgetUploads(ctx); err != nil {
		return err
	}
	runs, err := w.register.Intake.Waiting(ctx)
	if err != nil {
		return err
	}
	slice, cancel := context.WithTimeout(ctx, intakeSlice)
	defer cancel()
	var errs []error
	for _, run := range runs {
		if slice.Err() != nil {
			break
		}
		// One file that cannot be read is no reason to leave the others.
		if err := w.read(ctx, slice, run); err != nil {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("read uploads: %w", err)
	}
	if slice.Err() != nil {
		return river.JobSnooze(time.Second)
	}
	return nil
}

// read reads one upload until the slice is over.
func (w *intakeWorker) read(ctx, slice context.Context, run intake.Run) error {
	file, err := w.register.Intake.OpenUpload(ctx, run)
	if err != nil {
		return err
	}
	reading := Reading{Register: w.register, Legal: w.legal, Stop: func() bool { return slice.Err() != nil }}
	_, err = reading.Run(ctx, run, file)
	if refused, ok := errors.AsType[*enforcement.Refusal](err); ok && refused.Code == "import.elsewhere" {
		return nil // another process reads it
	}
	return err
}

// addIntake has uploads read, one at a time in each process.
func addIntake(config *river.Config, c Config) error {
	if c.Register == nil {
		return nil
	}
	if err := river.AddWorkerSafely(config.Workers, &intakeWorker{register: c.Register, legal: c.Legal}); err != nil {
		return fmt.Errorf("register intake: %w", err)
	}
	config.Queues[intake.Queue] = river.QueueConfig{MaxWorkers: 1}
	config.PeriodicJobs = append(config.PeriodicJobs, river.NewPeriodicJob(
		river.PeriodicInterval(intakeEvery),
		func() (river.JobArgs, *river.InsertOpts) {
			return intake.Work{}, &river.InsertOpts{Queue: intake.Queue, MaxAttempts: 3}
		},
		&river.PeriodicJobOpts{RunOnStart: true},
	))
	return nil
}
