package notify

import (
	"context"

	"github.com/riverqueue/river"

	"concordat/enforcement"
)

// WakeUpWorker works the wake-ups of both lanes: it drains what they name.
type WakeUpWorker struct {
	river.WorkerDefaults[enforcement.WakeUp]
	Drainer *Drainer
}

// Work drains the lane. An error is our own fault (a lost database); River tries
// once more, and the sweep finds whatever is left.
func (w *WakeUpWorker) Work(ctx context.Context, job *river.Job[enforcement.WakeUp]) error {
	return w.Drainer.Drain(ctx, job.Args)
}
