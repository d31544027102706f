package notify

import (
	"context"

	"github.com/riverqueue/river"

	"concordat/enforcement/directive"
)

// WakeUpWorker works the wake-ups of both lanes: it drains what they name.
type WakeUpWorker struct {
	river.WorkerDefaults[directive.WakeUp]
	Drainer *Drainer
}

// Work drains the lane. An error is our own fault (a lost database); River tries
// once more, and the sweep finds whatever is left.
func (w *WakeUpWorker) Work(ctx context.Context, job *river.Job[directive.WakeUp]) error {
	return w.Drainer.Drain(ctx, job.Args)
}
