package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"concordat/enforcement"
)

// Result is one line of figures; rates are directives a second, medians over
// the rounds.
type Result struct {
	Bench           string  `json:"bench"`
	Listings        int     `json:"listings"`
	Directives      int     `json:"directives"`
	Rounds          int     `json:"rounds"`
	Ours            float64 `json:"ours_per_s"`
	Limit           float64 `json:"limit_per_s"`
	Ratio           float64 `json:"ratio"`
	Naive           float64 `json:"naive_per_s"`
	TimesNaive      float64 `json:"times_naive"`
	WALPerDirective float64 `json:"wal_bytes_per_directive"`
	Jobs            int     `json:"jobs"`
	Connections     int     `json:"connections"`
}

// naiveDirectives bounds the naive measurement.
const naiveDirectives = 10_000

// Fanout measures how fast decided grounds become directives. The limit is COPY
// on one connection of exactly the rows that ours inserted, in the order ours
// wrote them, into empty tables with the same indexes.
func Fanout(ctx context.Context, o Options) (result Result, err error) {
	r, err := newRig(ctx, o.Machine)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	result = Result{Bench: "fanout", Listings: o.Listings, Directives: o.Listings * Organisations, Rounds: o.Rounds, Connections: 1}
	var ours, limit, ratio, wal []float64
	for round := range o.Rounds {
		w, err := r.fresh(ctx, o.Listings)
		if err != nil {
			return result, err
		}
		mine, bytes, jobs, err := w.measureFanout(ctx)
		if err != nil {
			return result, err
		}
		copied, err := w.measureCopy(ctx)
		if err != nil {
			return result, err
		}
		result.Jobs = jobs
		ours, limit, ratio, wal = append(ours, mine), append(limit, copied), append(ratio, mine/copied), append(wal, bytes)
		fmt.Fprintf(o.Progress, "round %d: ours %.0f/s, COPY %.0f/s, ratio %.2f, %.0f B of log a directive\n", round+1, mine, copied, mine/copied, bytes)
		if err := w.db.Close(); err != nil {
			return result, err
		}
	}
	result.Ours, result.Limit, result.Ratio, result.WALPerDirective = median(ours), median(limit), median(ratio), median(wal)
	if result.Naive, err = r.naiveFanout(ctx, o.naiveGrounds()); err != nil {
		return result, err
	}
	result.TimesNaive = result.Ours / result.Naive
	fmt.Fprintf(o.Progress, "naive %.0f/s\n", result.Naive)
	return result, nil
}

// fresh makes a new database with n grounds ready.
func (r *rig) fresh(ctx context.Context, n int) (*world, error) {
	name, err := r.copyOf(ctx, base)
	if err != nil {
		return nil, err
	}
	w, err := r.open(ctx, name, 8)
	if err != nil {
		return nil, err
	}
	if err := w.fill(ctx, r, n); err != nil {
		return nil, errors.Join(err, w.db.Close())
	}
	return w, nil
}

func (w *world) measureFanout(ctx context.Context) (perSecond, walPerDirective float64, jobs int, err error) {
	if err := checkpoint(ctx, w.db.Pool); err != nil {
		return 0, 0, 0, err
	}
	before, err := walPosition(ctx, w.db.Pool)
	if err != nil {
		return 0, 0, 0, err
	}
	begin := w.machine()
	if err := w.register.Grounds.PutInForce(ctx, w.act, w.grounds); err != nil {
		return 0, 0, 0, fmt.Errorf("fan out: %w", err)
	}
	took := w.machine().Sub(begin)
	after, err := walPosition(ctx, w.db.Pool)
	if err != nil {
		return 0, 0, 0, err
	}
	directives := float64(len(w.grounds) * Organisations)
	err = w.db.Pool.QueryRow(ctx, `SELECT count(*) FROM river.river_job`).Scan(&jobs)
	return directives / took.Seconds(), float64(after-before) / directives, jobs, err
}

// limitTables are the tables whose rows ours inserts, with the columns that are
// written (an identity is written as its value).
var limitTables = []string{"plan", "plan_line", "directive", "event"}

func (w *world) measureCopy(ctx context.Context) (perSecond float64, err error) {
	conn, err := w.db.Pool.Acquire(ctx)
	if err != nil {
		return 0, fmt.Errorf("take a connection: %w", err)
	}
	defer conn.Release()
	rows := map[string]*bytes.Buffer{}
	for _, table := range limitTables {
		rows[table] = &bytes.Buffer{}
		if _, err := conn.Conn().PgConn().CopyTo(ctx, rows[table], `COPY (SELECT * FROM `+table+` ORDER BY ctid) TO STDOUT (FORMAT binary)`); err != nil {
			return 0, fmt.Errorf("read back %s: %w", table, err)
		}
		if _, err := conn.Exec(ctx, `CREATE TABLE limit_`+table+` (LIKE `+table+` INCLUDING ALL)`); err != nil {
			return 0, fmt.Errorf("make an empty %s: %w", table, err)
		}
	}
	if err := checkpoint(ctx, w.db.Pool); err != nil {
		return 0, err
	}
	begin := w.machine()
	tx, err := conn.Begin(ctx)
	if err != nil {
		return 0, fmt.Errorf("begin: %w", err)
	}
	for _, table := range limitTables {
		if _, err := tx.Conn().PgConn().CopyFrom(ctx, rows[table], `COPY limit_`+table+` FROM STDIN (FORMAT binary)`); err != nil {
			return 0, errors.Join(fmt.Errorf("copy %s: %w", table, err), tx.Rollback(ctx))
		}
	}
	if err := tx.Commit(ctx); err != nil {
		return 0, fmt.Errorf("commit: %w", err)
	}
	return float64(len(w.grounds)*Organisations) / w.machine().Sub(begin).Seconds(), nil
}

// naiveJob is the job per directive of the naive way.
type naiveJob struct {
	Directive enforcement.ID `json:"directive"`
}

func (naiveJob) Kind() string { return "naive" }

// naiveFanout is how one would begin: per listing one transaction, one INSERT of
// its directives and one River job for each of them.
func (r *rig) naiveFanout(ctx context.Context, n int) (perSecond float64, err error) {
	w, err := r.fresh(ctx, n)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, w.db.Close()) }()
	// The plan must exist; one ground is fanned out for it.
	if err := w.register.Grounds.PutInForce(ctx, w.act, w.grounds[:1]); err != nil {
		return 0, fmt.Errorf("make the plan: %w", err)
	}
	if err := checkpoint(ctx, w.db.Pool); err != nil {
		return 0, err
	}
	begin := w.machine()
	worked := 0
	for _, ground := range w.grounds[1:] {
		if err := w.naiveOne(ctx, ground); err != nil {
			return 0, err
		}
		worked += Organisations
		if w.machine().Sub(begin) > naiveTime {
			break
		}
	}
	return float64(worked) / w.machine().Sub(begin).Seconds(), nil
}

func (w *world) naiveOne(ctx context.Context, ground enforcement.ID) error {
	return pgx.BeginFunc(ctx, w.db.Pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `INSERT INTO directive (id, subject_id, ground_id, organisation_id, plan_id, ground_kind, step, due, measures)
			SELECT gen_random_uuid(), g.subject_id, g.id, l.organisation_id, l.plan_id, g.kind, 'queued', true, l.measures
			FROM ground g, plan_line l WHERE g.id = $1 RETURNING id`, ground)
		if err != nil {
			return fmt.Errorf("insert directives: %w", err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[enforcement.ID])
		if err != nil {
			return fmt.Errorf("insert directives: %w", err)
		}
		params := make([]river.InsertManyParams, len(ids))
		for i, id := range ids {
			params[i].Args = naiveJob{id}
		}
		if _, err := w.jobs.InsertManyTx(ctx, tx, params); err != nil {
			return fmt.Errorf("insert jobs: %w", err)
		}
		return nil
	})
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(values))
	if len(s)%2 == 1 {
		return s[len(s)/2]
	}
	return (s[len(s)/2-1] + s[len(s)/2]) / 2
}
