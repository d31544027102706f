package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/hold"
	"concordat/notify"
)

// HoldResult is one line of figures; rates are withdrawals a second from the
// first end of a ground to the last acknowledgement, medians over the rounds.
type HoldResult struct {
	Bench       string  `json:"bench"`
	Backlog     int     `json:"backlog_directives"`
	Withdrawals int     `json:"withdrawals"`
	Rounds      int     `json:"rounds"`
	Free        float64 `json:"liftings_per_s"`
	Held        float64 `json:"liftings_per_s_held"`
	Ratio       float64 `json:"ratio"`
	// Returned is how long the hold took to return, everything on its way awaited.
	Returned float64 `json:"hold_returned_ms"`
	// Before is what had left when the hold returned, After what burdened and
	// arrived later: it must be 0.
	Before int64 `json:"burdens_before_return"`
	After  int64 `json:"burdens_after_return"`
}

// endedShare is which part of the grounds is delivered before and ended while it
// is measured: one in so many.
const endedShare = 20

// Hold measures how fast withdrawals travel beside a backlog of what burdens,
// first while the backlog is sent, then under a hold that is placed in its
// middle. Two senders with lanes of their own stand for two processes.
func Hold(ctx context.Context, o Options) (result HoldResult, err error) {
	r, d, closeAll, err := newRigAndDepartments(ctx, o.Machine)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	ends := max(o.Listings/endedShare, 1)
	template, grounds, err := r.backlog(ctx, d, o.Listings, ends)
	if err != nil {
		return result, err
	}
	result = HoldResult{Bench: "hold", Backlog: (o.Listings - ends) * Organisations, Withdrawals: ends * Organisations, Rounds: o.Rounds}
	var free, held, ratio, returned []float64
	for round := range o.Rounds {
		without, err := r.measureLiftings(ctx, template, d, grounds, nil)
		if err != nil {
			return result, err
		}
		with, err := r.measureLiftings(ctx, template, d, grounds, &result)
		if err != nil {
			return result, err
		}
		free, held, ratio, returned = append(free, without), append(held, with), append(ratio, with/without), append(returned, result.Returned)
		fmt.Fprintf(o.Progress, "round %d: liftings %.0f/s beside the backlog, %.0f/s under the hold, which returned after %.0f ms; %d burdens left before, %d after\n",
			round+1, without, with, result.Returned, result.Before, result.After)
	}
	result.Free, result.Held, result.Ratio, result.Returned = median(free), median(held), median(ratio), median(returned)
	return result, nil
}

// backlog makes a database in which some grounds are delivered, to be ended, and
// the others have just been put in force.
func (r *rig) backlog(ctx context.Context, d *departments, n, ends int) (template string, toEnd []enforcement.ID, err error) {
	w, err := r.fresh(ctx, n)
	if err != nil {
		return "", nil, err
	}
	defer func() { err = errors.Join(err, w.db.Close()) }()
	toEnd = w.grounds[:ends]
	if err := d.connect(ctx, w, r.endpoints(w)); err != nil {
		return "", nil, err
	}
	if err := w.register.Grounds.PutInForce(ctx, w.act, toEnd); err != nil {
		return "", nil, fmt.Errorf("put in force what is to end: %w", err)
	}
	s, err := r.newSender(w, lanesAtOnce)
	if err != nil {
		return "", nil, err
	}
	defer s.close(ctx)
	if err := s.drainer.Sweep(ctx); err != nil {
		return "", nil, fmt.Errorf("deliver what is to end: %w", err)
	}
	if err := w.register.Grounds.PutInForce(ctx, w.act, w.grounds[ends:]); err != nil {
		return "", nil, fmt.Errorf("put the backlog in force: %w", err)
	}
	return w.name, toEnd, nil
}

// measureLiftings ends grounds while two senders work off the backlog, and
// returns the rate of their withdrawals. With a result, a hold is placed first.
func (r *rig) measureLiftings(ctx context.Context, template string, d *departments, grounds []enforcement.ID, result *HoldResult) (perSecond float64, err error) {
	w, err := r.openCopy(ctx, template)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.discard(ctx, w)) }()
	if err := checkpoint(ctx, w.db.Pool); err != nil {
		return 0, err
	}
	d.burdens.Store(0)
	sending, stop := context.WithCancel(ctx)
	var processes sync.WaitGroup
	defer processes.Wait()
	defer stop()
	for range 2 {
		s, err := r.newSenderEvery(w, lanesAtOnce, 10*time.Millisecond)
		if err != nil {
			return 0, err
		}
		processes.Go(func() {
			defer s.close(ctx)
			s.drainer.Run(sending, func(error) {}) // a fault shows as withdrawals that do not arrive
		})
	}
	for d.burdens.Load() == 0 {
		if err := rest(ctx); err != nil {
			return 0, err
		}
	}
	if result != nil {
		if err := w.hold(ctx, r, d, result); err != nil {
			return 0, err
		}
	}
	begin := r.machine()
	for _, id := range grounds {
		if err := w.register.Grounds.End(ctx, w.act, id, "made"); err != nil {
			return 0, fmt.Errorf("end a ground: %w", err)
		}
	}
	for left := 1; left > 0; {
		if err := w.db.Pool.QueryRow(ctx, `SELECT count(*) FROM amendment WHERE step <> 'acknowledged'`).Scan(&left); err != nil {
			return 0, fmt.Errorf("count the withdrawals on their way: %w", err)
		}
		if err := rest(ctx); err != nil {
			return 0, err
		}
	}
	took := r.machine().Sub(begin)
	if result != nil {
		result.After += d.burdens.Load() - result.Before
	}
	return float64(len(grounds)*Organisations) / took.Seconds(), nil
}

// hold places one on everything and waits as the command does.
func (w *world) hold(ctx context.Context, r *rig, d *departments, result *HoldResult) error {
	act := w.act
	act.Actor = enforcement.Actor{ID: "bench", Role: enforcement.Operator}
	begin := r.machine()
	if _, err := w.register.Holds.Place(ctx, act, hold.NewHold{Scope: hold.Everything, Reason: "bench"}); err != nil {
		return fmt.Errorf("place a hold: %w", err)
	}
	if err := notify.Quiesce(ctx, w.db, nil); err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	result.Returned = float64(r.machine().Sub(begin).Microseconds()) / 1000
	result.Before = d.burdens.Load()
	return nil
}

// rest lets the senders work before the record is asked again.
func rest(ctx context.Context) error {
	pause := time.NewTimer(2 * time.Millisecond)
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-pause.C:
		return nil
	}
}
