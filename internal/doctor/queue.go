package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"

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
	err := e.db.NewRaw(`SELECT coalesce(max(version), 0) FROM river.river_migration WHERE line = 'main'`).Scan(ctx, &version)
	if err != nil {
		return "", []Finding{fault("doctor.queue.migration", "%v", err)}, nil
	}
	var found []Finding
	if version < migrations.RiverVersion {
		found = append(found, fault("doctor.queue.migration", "River's schema %d instead of %d", version, migrations.RiverVersion))
	}
	var leaders int
	var queues, paused []string
	err = e.db.NewRaw(`SELECT (SELECT count(*) FROM river.river_leader WHERE expires_at > clock_timestamp()),
			array_agg(name ORDER BY name), array_agg(name ORDER BY name) FILTER (WHERE paused_at IS NOT NULL)
		FROM river.river_queue`).Scan(ctx, &leaders, pgdialect.Array(&queues), pgdialect.Array(&paused))
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

const selectJobs = `SELECT q.name,
    (SELECT count(*) FROM river.river_job j WHERE j.queue = q.name AND j.state = 'available') AS waiting,
    (SELECT extract(epoch FROM clock_timestamp() - min(j.scheduled_at))::float8
      FROM river.river_job j WHERE j.queue = q.name AND j.state = 'available') AS oldest,
    (SELECT extract(epoch FROM clock_timestamp() - min(j.attempted_at))::float8
      FROM river.river_job j WHERE j.queue = q.name AND j.state = 'running') AS running,
    (SELECT count(*) FROM river.river_job j WHERE j.queue = q.name AND j.state = 'discarded'
      AND j.finalized_at > clock_timestamp() - make_interval(secs => ?)) AS discarded
  FROM (SELECT name FROM river.river_queue
    UNION SELECT DISTINCT queue FROM river.river_job WHERE state IN ('available', 'running', 'discarded')) q (name) ORDER BY q.name`

// jobs looks at what waits, what hangs and what was given up. River's times are
// the database's.
func (e *examination) jobs(ctx context.Context) (string, []Finding, error) {
	var queues []struct {
		Name               string
		Waiting, Discarded int
		Oldest, Running    float64 // seconds; 0 where there is none
	}
	if err := e.db.NewRaw(selectJobs, discardedWithin.Seconds()).Scan(ctx, &queues); err != nil {
		return "", nil, fmt.Errorf("look at the jobs: %w", err)
	}
	var found []Finding
	seen := make([]string, len(queues))
	for i, q := range queues {
		seen[i] = fmt.Sprintf("%s %d waiting", q.Name, q.Waiting)
		wait, term := otherWait, longTerm
		if q.Name == "express" {
			wait = expressWait
		}
		if q.Name == "express" || q.Name == "bulk" {
			term = drainTerm
		}
		if late := seconds(q.Oldest); late > wait {
			found = append(found, fault("doctor.jobs.waiting", "queue %s: %d wait, the oldest for %s", q.Name, q.Waiting, shown(late)))
		}
		if long := seconds(q.Running); long > term {
			found = append(found, fault("doctor.jobs.stuck", "queue %s: one runs for %s", q.Name, shown(long)))
		}
		if q.Discarded > 0 {
			found = append(found, warn("doctor.jobs.discarded", "queue %s: %d within a day", q.Name, q.Discarded))
		}
	}
	return strings.Join(seen, ", "), found, nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
