package bench

import (
	"context"
	"errors"
	"fmt"

	"concordat/enforcement"
)

// ClocksResult is one line of figures: a tick while many deadlines run.
type ClocksResult struct {
	Bench string `json:"bench"`
	// Running is how many deadlines run, Due of how many a step was due on the day.
	Running int `json:"running"`
	Due     int `json:"due"`
	// Seconds and Statements are of the tick on which they were due.
	Seconds    float64 `json:"seconds"`
	Statements int     `json:"statements"`
	// Touched is how many rows of clocks the tick changed: the due ones and no others.
	Touched int `json:"touched"`
	// QuietSeconds and QuietStatements are of a tick on which nothing was due, medians.
	QuietSeconds    float64 `json:"quiet_seconds"`
	QuietStatements int     `json:"quiet_statements"`
}

// clockGrounds is how many cases the deadlines of the bench belong to.
const clockGrounds = 2000

// insertMadeClocks runs clocks of made cases; of every so many one reminds its owner today.
const insertMadeClocks = `INSERT INTO clock (kind, organisation_id, ground_id, started_on, value, unit, source, due_on, provisional, whose,
    fires_on)
  SELECT 'examine-bar', $1, ($2::uuid[])[1 + i % $5], $3::date - (i / $5)::integer, 20,
    'working-days', '内部时限', $3::date + 60, false,
    'authority', CASE WHEN i % $6 = 0 THEN $3::date ELSE $3::date + 30 + (i % 20)::integer END
  FROM generate_series(0, $4 - 1) i`

// Clocks measures a tick on which a step of some deadlines is due. Listings of the options is
// how many run, Rounds how many quiet ticks follow.
func Clocks(ctx context.Context, o Options, due int) (result ClocksResult, err error) {
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
	if err := w.fill(ctx, r, clockGrounds); err != nil {
		return result, err
	}
	_, err = w.db.Pool.Exec(ctx, insertMadeClocks, w.court, w.grounds, on.String(), o.Listings, len(w.grounds), o.Listings/due|1)
	if err != nil {
		return result, fmt.Errorf("run %d clocks: %w", o.Listings, err)
	}
	for _, sql := range []string{`VACUUM ANALYZE`, `CHECKPOINT`} {
		if _, err := w.db.Pool.Exec(ctx, sql); err != nil {
			return result, fmt.Errorf("settle the clocks: %w", err)
		}
	}
	fmt.Fprintf(o.Progress, "%d deadlines run\n", o.Listings)
	result = ClocksResult{Bench: "clocks", Running: o.Listings}
	if result.Seconds, result.Statements, result.Due, err = w.tick(ctx, counted); err != nil {
		return result, err
	}
	// A row that was not touched bears the transaction that inserted them all.
	err = w.db.Pool.QueryRow(ctx, `SELECT count(*) FROM clock
		WHERE xmin::text <> (SELECT xmin::text FROM clock WHERE fired = 0 AND fires_on > $1::date + 29 LIMIT 1)`, on.String()).Scan(&result.Touched)
	if err != nil {
		return result, fmt.Errorf("count what the tick touched: %w", err)
	}
	var seconds, sent []float64
	for range o.Rounds {
		took, count, found, err := w.tick(ctx, counted)
		if err != nil {
			return result, err
		}
		if found > 0 {
			return result, fmt.Errorf("a step fired twice: %d clocks were due again", found)
		}
		seconds, sent = append(seconds, took), append(sent, float64(count))
	}
	result.QuietSeconds, result.QuietStatements = median(seconds), int(median(sent))
	return result, nil
}

func (w *world) tick(ctx context.Context, counted *statements) (seconds float64, sent, due int, err error) {
	counted.n.Store(0)
	begin := w.machine()
	ticked, err := w.register.Docket.Tick(ctx, enforcement.Daily(w.act.At))
	if err != nil {
		return 0, 0, 0, fmt.Errorf("tick: %w", err)
	}
	return w.machine().Sub(begin).Seconds(), int(counted.n.Load()), ticked.Clocks, nil
}
