package bench

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
)

// DayResult is one line of figures: the system's daily round on days on which nothing
// happens, while many plans stand.
type DayResult struct {
	Bench string `json:"bench"`
	// Plans is how many live grounds stand on, Lines how many organisations each names.
	Plans int `json:"plans"`
	Lines int `json:"lines_per_plan"`
	Days  int `json:"days"`
	// Seconds and Statements are of one quiet day, medians.
	Seconds    float64 `json:"seconds"`
	Statements int     `json:"statements"`
	// First are those of the first day of a process, which remembers nothing yet.
	FirstSeconds    float64 `json:"first_seconds"`
	FirstStatements int     `json:"first_statements"`
}

// statements counts what a pool sends.
type statements struct{ n atomic.Int64 }

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	s.n.Add(1)
	return ctx
}

func (*statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (*statements) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

func (s *statements) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) { s.n.Add(1) }

func (*statements) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// Day measures quiet days while a number of plans stand, each a made region's.
// Listings of the options is the number of plans, Rounds that of days.
func Day(ctx context.Context, o Options) (result DayResult, err error) {
	r, err := newRig(ctx, o.Machine)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	name, err := r.copyOf(ctx, base)
	if err != nil {
		return result, err
	}
	counted := &statements{}
	r.tracer = counted
	w, err := r.open(ctx, name, 4)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, w.db.Close()) }()
	result = DayResult{Bench: "day", Lines: Organisations, Days: o.Rounds}
	if result.Plans, err = w.regions(ctx, r, o.Listings); err != nil {
		return result, err
	}
	fmt.Fprintf(o.Progress, "%d plans stand\n", result.Plans)
	var seconds, sent []float64
	for n := range o.Rounds + 1 {
		took, count, err := w.quietDay(ctx, counted, n+1)
		if err != nil {
			return result, err
		}
		if n == 0 {
			result.FirstSeconds, result.FirstStatements = took, int(count)
			continue
		}
		seconds, sent = append(seconds, took), append(sent, float64(count))
	}
	result.Seconds, result.Statements = median(seconds), int(median(sent))
	return result, nil
}

// regions puts one ground in force for a subject of each of n made regions, so that as
// many plans stand, and has their directives acknowledged.
func (w *world) regions(ctx context.Context, r *rig, n int) (plans int, err error) {
	if err := w.fill(ctx, r, n); err != nil {
		return 0, err
	}
	_, err = w.db.Pool.Exec(ctx, `UPDATE subject s SET region = (100000 + u.n)::text
		FROM unnest($1::uuid[]) WITH ORDINALITY u (id, n) JOIN ground g ON g.id = u.id
		WHERE s.id = g.subject_id`, w.grounds)
	if err != nil {
		return 0, fmt.Errorf("make %d regions: %w", n, err)
	}
	if err := w.register.Grounds.PutInForce(ctx, w.act, w.grounds); err != nil {
		return 0, fmt.Errorf("put a ground of each region in force: %w", err)
	}
	for _, sql := range []string{`UPDATE directive SET step = 'acknowledged', due = false`, `VACUUM ANALYZE`, `CHECKPOINT`} {
		if _, err := w.db.Pool.Exec(ctx, sql); err != nil {
			return 0, fmt.Errorf("have them acknowledged: %w", err)
		}
	}
	if err := w.db.Pool.QueryRow(ctx, `SELECT count(DISTINCT plan_id) FROM ground WHERE state = 'in-force'`).Scan(&plans); err != nil {
		return 0, fmt.Errorf("count the plans: %w", err)
	}
	return plans, nil
}

// quietDay is the daily round so many days after the first one.
func (w *world) quietDay(ctx context.Context, counted *statements, after int) (seconds float64, sent int64, err error) {
	act := enforcement.Daily(w.act.At.AddDate(0, 0, after))
	counted.n.Store(0)
	begin := w.machine()
	ended, published, refused, err := w.register.Daily(ctx, act, nil)
	seconds, sent = w.machine().Sub(begin).Seconds(), counted.n.Load()
	if err != nil {
		return 0, 0, fmt.Errorf("a day's round: %w", err)
	}
	if ended+published+len(refused) > 0 {
		return 0, 0, fmt.Errorf("the day was not quiet: %d ended, %d published, %d refused", ended, published, len(refused))
	}
	return seconds, sent, nil
}
