package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"

	"concordat/enforcement/directive"
	"concordat/enforcement/party"
)

// lanesAtOnce is how many lanes ours drains at once, and how many connections
// ours and the limit have.
const lanesAtOnce = 4

// Deliver measures how fast fanned-out directives are sent, acknowledged and
// recorded. The limit is one UPDATE per organisation of the same rows to
// acknowledged, on as many connections, in a copy of the same database; it
// sends nothing.
func Deliver(ctx context.Context, o Options) (result Result, err error) {
	r, d, closeAll, err := newRigAndDepartments(ctx, o.Machine)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	result = Result{Bench: "deliver", Listings: o.Listings, Directives: o.Listings * Organisations, Rounds: o.Rounds, Connections: lanesAtOnce}
	template, err := r.fannedOut(ctx, d, o.Listings)
	if err != nil {
		return result, err
	}
	var ours, limit, ratio, wal []float64
	for round := range o.Rounds {
		updated, err := r.measureUpdate(ctx, template)
		if err != nil {
			return result, err
		}
		mine, err := r.measureDeliver(ctx, template, d)
		if err != nil {
			return result, err
		}
		result.Jobs = mine.jobs
		ours, limit, ratio, wal = append(ours, mine.perSecond), append(limit, updated), append(ratio, mine.perSecond/updated), append(wal, mine.walPerDirective)
		fmt.Fprintf(o.Progress, "round %d: ours %.0f/s, UPDATE %.0f/s, ratio %.2f, %.0f B of log a directive\n", round+1, mine.perSecond, updated, mine.perSecond/updated, mine.walPerDirective)
	}
	result.Ours, result.Limit, result.Ratio, result.WALPerDirective = median(ours), median(limit), median(ratio), median(wal)
	if result.Naive, err = r.naiveDeliver(ctx, d, o.naiveGrounds()); err != nil {
		return result, err
	}
	result.TimesNaive = result.Ours / result.Naive
	fmt.Fprintf(o.Progress, "naive %.0f/s\n", result.Naive)
	return result, nil
}

// fannedOut makes a database in which everything is due, and lets it go so that
// it can be copied.
func (r *rig) fannedOut(ctx context.Context, d *departments, n int) (string, error) {
	w, err := r.fresh(ctx, n)
	if err != nil {
		return "", err
	}
	if err := errors.Join(d.connect(ctx, w, r.endpoints(w)), w.register.Grounds.PutInForce(ctx, w.act, w.grounds)); err != nil {
		return "", errors.Join(fmt.Errorf("fan out: %w", err), w.db.Close())
	}
	return w.name, w.db.Close()
}

// measured is one measurement of ours.
type measured struct {
	perSecond       float64
	walPerDirective float64
	jobs            int
}

// measureDeliver sends everything that is due in a copy of a database, by the
// sweep that production runs in each process.
func (r *rig) measureDeliver(ctx context.Context, template string, d *departments) (m measured, err error) {
	w, err := r.openCopy(ctx, template)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, r.discard(ctx, w)) }()
	s, err := r.newSender(w, lanesAtOnce)
	if err != nil {
		return m, err
	}
	defer s.close(ctx)
	// As a process that has been at work: connections are open and have their
	// plans. The limit gets the same.
	if err := s.warm(ctx, w.orgs); err != nil {
		return m, err
	}
	before, err := checkpointed(ctx, w.db.Pool)
	if err != nil {
		return m, err
	}
	d.taken.Store(0)
	begin := r.machine()
	if err := s.drainer.Sweep(ctx); err != nil {
		return m, fmt.Errorf("deliver: %w", err)
	}
	took := r.machine().Sub(begin)
	after, err := walPosition(ctx, w.db.Pool)
	if err != nil {
		return m, err
	}
	left, err := w.undelivered(ctx)
	if err == nil && left > 0 {
		err = fmt.Errorf("deliver: %d directives are not acknowledged", left)
	}
	directives := float64(d.taken.Load())
	m.perSecond, m.walPerDirective = directives/took.Seconds(), float64(after-before)/directives
	return m, errors.Join(err, w.db.Pool.QueryRow(ctx, `SELECT count(*) FROM river.river_job`).Scan(&m.jobs))
}

// measureUpdate is the limit of delivery.
func (r *rig) measureUpdate(ctx context.Context, template string) (perSecond float64, err error) {
	w, err := r.openCopy(ctx, template)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.discard(ctx, w)) }()
	lanes, err := w.register.Directives.Lanes(ctx, on)
	if err != nil {
		return 0, err //nolint:wrapcheck // says what it was doing
	}
	if _, err := updateAll(ctx, w.db.Pool, make([]directive.WakeUp, len(lanes))); err != nil { // there is no organisation 0
		return 0, err
	}
	if _, err := checkpointed(ctx, w.db.Pool); err != nil {
		return 0, err
	}
	begin := r.machine()
	updated, err := updateAll(ctx, w.db.Pool, lanes)
	return float64(updated) / r.machine().Sub(begin).Seconds(), err
}

// updateAll runs the limit's statements, as many at once as ours has connections.
func updateAll(ctx context.Context, pool *pgxpool.Pool, lanes []directive.WakeUp) (int64, error) {
	var updated atomic.Int64
	err := inTurn(lanes, func(lane directive.WakeUp) error {
		tag, err := pool.Exec(ctx, `UPDATE directive SET step = 'acknowledged', due = false WHERE organisation_id = $1 AND due`, lane.Organisation)
		if err != nil {
			return fmt.Errorf("update the directives of organisation %d: %w", lane.Organisation, err)
		}
		updated.Add(tag.RowsAffected())
		return nil
	})
	return updated.Load(), err
}

// inTurn works lanes, as many at once as there are connections.
func inTurn(lanes []directive.WakeUp, work func(directive.WakeUp) error) (err error) {
	var (
		workers sync.WaitGroup
		mu      sync.Mutex
		next    = make(chan directive.WakeUp, len(lanes))
	)
	for _, lane := range lanes {
		next <- lane
	}
	close(next)
	for range lanesAtOnce {
		workers.Go(func() {
			for lane := range next {
				if failed := work(lane); failed != nil {
					mu.Lock()
					err = errors.Join(err, failed)
					mu.Unlock()
				}
			}
		})
	}
	workers.Wait()
	return err
}

// openCopy opens a copy of a database with as many connections as are measured.
func (r *rig) openCopy(ctx context.Context, template string) (*world, error) {
	name, err := r.copyOf(ctx, template)
	if err != nil {
		return nil, err
	}
	w, err := r.open(ctx, name, lanesAtOnce)
	if err != nil {
		return nil, err
	}
	list, err := w.register.Parties.Organisations(ctx)
	if err != nil {
		return nil, errors.Join(err, w.db.Close())
	}
	for _, o := range list {
		if o.Kind != party.Court {
			w.orgs = append(w.orgs, o.ID)
		}
	}
	return w, nil
}

// discard closes a world and drops its database; after an interrupt the cluster
// goes as a whole.
func (r *rig) discard(ctx context.Context, w *world) error {
	if ctx.Err() != nil {
		return w.db.Close()
	}
	return errors.Join(w.db.Close(), r.cluster.DropDatabase(ctx, w.name))
}

// checkpointed flushes and returns where the log stands.
func checkpointed(ctx context.Context, pool *pgxpool.Pool) (int64, error) {
	if err := checkpoint(ctx, pool); err != nil {
		return 0, err
	}
	return walPosition(ctx, pool)
}
