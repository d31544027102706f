package notify

import (
	"context"
	"errors"
	"sync"
	"time"

	"concordat/enforcement"
)

// Run sweeps every SweepEvery until ctx ends, each lane for itself, so that a
// long bulk drain holds no lifting up. What goes wrong goes to report, from
// several goroutines, and the next sweep tries again.
func (d *Drainer) Run(ctx context.Context, report func(error)) {
	var both sync.WaitGroup
	for _, lane := range []enforcement.Lane{enforcement.Express, enforcement.Bulk} {
		both.Go(func() {
			ticker := time.NewTicker(d.c.SweepEvery)
			defer ticker.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-ticker.C:
				}
				if err := d.sweep(ctx, lane); err != nil && ctx.Err() == nil {
					report(err)
				}
			}
		})
	}
	both.Wait()
}

// Sweep drains once every lane that has something due, express first. It finds
// what a crash left, what an endpoint's probe has become due for, and what a day
// has made due. Lanes that this process drains already are left alone.
func (d *Drainer) Sweep(ctx context.Context) error {
	return errors.Join(d.sweep(ctx, enforcement.Express), d.sweep(ctx, enforcement.Bulk))
}

func (d *Drainer) sweep(ctx context.Context, lane enforcement.Lane) error {
	lanes, err := d.c.Register.DueLanes(ctx, d.c.Register.Today(d.c.Legal()))
	if err != nil {
		return err
	}
	var (
		workers sync.WaitGroup
		mu      sync.Mutex
		errs    []error
	)
	slots := make(chan struct{}, d.c.SweepWorkers)
	for _, w := range lanes {
		if w.Lane != lane || d.lanes.holds(w) {
			continue
		}
		slots <- struct{}{}
		workers.Go(func() {
			defer func() { <-slots }()
			if err := d.Drain(ctx, w); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			}
		})
	}
	workers.Wait()
	return errors.Join(errs...)
}
