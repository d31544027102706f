package notify

import (
	"context"
	"errors"
	"sync"
	"time"

	"concordat/enforcement/directive"
)

// restBetween is how many times as long as it took to ask what is due a sweep
// rests at least: under a hold on one court or memorandum the question walks over
// everything that is held.
const restBetween = 10

// afterFault is how soon a sweep that failed is tried again: a database that was away
// tells nobody when it is back.
const afterFault = time.Second

// Run sweeps at once and then every SweepEvery until ctx ends, each lane for itself,
// so that a long bulk drain holds no lifting up; beside them it posts notices. What goes wrong goes to report, from
// several goroutines, and a sweep a second later tries again.
func (d *Drainer) Run(ctx context.Context, report func(error)) {
	var both sync.WaitGroup
	for _, lane := range []directive.Lane{directive.Express, directive.Bulk} {
		both.Go(func() {
			pause := time.NewTimer(0) // what was left since the last stop waits for no pause
			defer pause.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-pause.C:
				}
				asked, err := d.sweep(ctx, lane)
				if err != nil && ctx.Err() == nil {
					report(err)
				}
				every := d.c.SweepEvery
				if err != nil {
					every = min(every, afterFault)
				}
				pause.Reset(max(every, restBetween*asked))
			}
		})
	}
	both.Go(func() { d.postNotices(ctx, report) })
	both.Wait()
}

// Sweep drains once every lane that has something due, express first. It finds
// what a crash left, what an endpoint's probe has become due for, and what a day
// has made due. Lanes that this process drains already are left alone.
func (d *Drainer) Sweep(ctx context.Context) error {
	_, express := d.sweep(ctx, directive.Express)
	_, bulk := d.sweep(ctx, directive.Bulk)
	return errors.Join(express, bulk)
}

// sweep also returns how long it took to ask what is due.
func (d *Drainer) sweep(ctx context.Context, lane directive.Lane) (asked time.Duration, err error) {
	begun := d.c.Machine()
	lanes, err := d.c.Register.Directives.Lanes(ctx, d.c.Register.Record.Today(d.c.Legal()))
	asked = d.c.Machine().Sub(begun)
	if err != nil {
		return asked, err
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
	return asked, errors.Join(errs...)
}
