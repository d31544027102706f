package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/migrations"
)

const (
	// How long a job may wait in each queue before somebody is told: the express
	// queue carries liftings and is looked at ten times a second.
	expressWait, otherWait = 2 * time.Minute, 30 * time.Minute
	// A drain is over in a minute, and River frees what a dead process held after
	// five; a court's day of publications or an import takes longer.
	drainTerm, longTerm = 10 * time.Minute, 6 * time.Hour
	discardedWithin     = 24 * time.Hour
)

// queue looks at River itself: its tables, its leader, its queues.
func (e *examination) queue(ctx context.Context) (string, []Finding, error) {
	var version int
	err := e.db.Pool.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM river.river_migration WHERE line = 'main'`).Scan(&version)
	if err != nil {
		return "", []Finding{fault("doctor.queue.migration", "%v", err)}, nil
	}
	var found []Finding
	if version < migrations.RiverVersion {
		found = append(found, fault("doctor.queue.migration", "River's schema %d instead of %d", version, migrations.RiverVersion))
	}
	var leaders int
	var queues, paused []string
	err = e.db.Pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM river.river_leader WHERE expires_at > clock_timestamp()),
		(SELECT coalesce(array_agg(name ORDER BY name), '{}') FROM river.river_queue),
		(SELECT coalesce(array_agg(name ORDER BY name), '{}') FROM river.river_queue WHERE paused_at IS NOT NULL)`).Scan(&leaders, &queues, &paused)
	if err != nil {
		return "", found, fmt.Errorf("look at River's queues: %w", err)
	}
	seen := fmt.Sprintf("River %d, %d leader, queues %s", version, leaders, strings.Join(queues, " "))
	if leaders == 0 {
		found = append(found, fault("doctor.queue.leader", "%s", seen))
	}
	if len(paused) > 0 {
		found = append(found, fault("doctor.queue.paused", "%s", strings.Join(paused, " ")))
	}
	return seen, found, nil
}

// jobs looks at what waits, what hangs and what was given up. River's times are
// the database's.
func (e *examination) jobs(ctx context.Context) (string, []Finding, error) {
	rows, err := e.db.Pool.Query(ctx, `SELECT q.name,
			(SELECT count(*) FROM river.river_job j WHERE j.queue = q.name AND j.state = 'available'),
			coalesce((SELECT extract(epoch FROM clock_timestamp() - min(j.scheduled_at)) FROM river.river_job j WHERE j.queue = q.name AND j.state = 'available'), 0)::float8,
			coalesce((SELECT extract(epoch FROM clock_timestamp() - min(j.attempted_at)) FROM river.river_job j WHERE j.queue = q.name AND j.state = 'running'), 0)::float8,
			(SELECT count(*) FROM river.river_job j WHERE j.queue = q.name AND j.state = 'discarded' AND j.finalized_at > clock_timestamp() - make_interval(secs => $1))
		FROM (SELECT name FROM river.river_queue UNION SELECT DISTINCT queue FROM river.river_job WHERE state IN ('available', 'running', 'discarded')) q (name) ORDER BY q.name`, discardedWithin.Seconds())
	if err != nil {
		return "", nil, fmt.Errorf("look at the jobs: %w", err)
	}
	var found []Finding
	var seen []string
	var name string
	var waiting, discarded int
	var oldest, running float64
	_, err = pgx.ForEachRow(rows, []any{&name, &waiting, &oldest, &running, &discarded}, func() error {
		seen = append(seen, fmt.Sprintf("%s %d waiting", name, waiting))
		wait, term := otherWait, longTerm
		if name == "express" {
			wait = expressWait
		}
		if name == "express" || name == "bulk" {
			term = drainTerm
		}
		if late := seconds(oldest); late > wait {
			found = append(found, fault("doctor.jobs.waiting", "queue %s: %d wait, the oldest for %s", name, waiting, shown(late)))
		}
		if long := seconds(running); long > term {
			found = append(found, fault("doctor.jobs.stuck", "queue %s: one runs for %s", name, shown(long)))
		}
		if discarded > 0 {
			found = append(found, warn("doctor.jobs.discarded", "queue %s: %d within a day", name, discarded))
		}
		return nil
	})
	if err != nil {
		return "", found, fmt.Errorf("look at the jobs: %w", err)
	}
	return strings.Join(seen, ", "), found, nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
