package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"concordat/enforcement/directive"
	"concordat/migrations"
)

// figureLimit is how far jobs are counted.
const figureLimit = 10_000

// QueueFigure is the state of one queue, for operators.
type QueueFigure struct {
	Queue  string
	Paused bool
	// Waiting, Running and Retrying count jobs, each up to 10,000. Waiting jobs could be
	// worked now; Retrying ones failed and wait for their next try.
	Waiting, Running, Retrying int
	// Oldest is since when the first waiting job could have been worked; zero if none
	// waits.
	Oldest time.Time
}

const selectQueues = `SELECT q.name, q.paused, w.n, r.n, t.n, o.at
  FROM (SELECT name, max(paused_at) IS NOT NULL AS paused FROM (SELECT name, paused_at FROM %[1]s.river_queue UNION ALL SELECT unnest($1::text[]), NULL) k GROUP BY name) q
  CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT FROM %[1]s.river_job WHERE state = 'available' AND queue = q.name LIMIT $2) x) w
  CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT FROM %[1]s.river_job WHERE state = 'running' AND queue = q.name LIMIT $2) x) r
  CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT FROM %[1]s.river_job WHERE state = 'retryable' AND queue = q.name LIMIT $2) x) t
  LEFT JOIN LATERAL (SELECT scheduled_at AS at FROM %[1]s.river_job WHERE state = 'available' AND queue = q.name ORDER BY priority, scheduled_at, id LIMIT 1) o ON true
  ORDER BY q.name`

// Figures lists every queue; those of deliveries and of the daily round are there
// even before a process has worked them.
func Figures(ctx context.Context, pool *pgxpool.Pool) ([]QueueFigure, error) {
	known := []string{string(directive.Express), string(directive.Bulk), dailyQueue}
	rows, err := pool.Query(ctx, fmt.Sprintf(selectQueues, migrations.RiverSchema), known, figureLimit)
	if err != nil {
		return nil, fmt.Errorf("read the queues' figures: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (QueueFigure, error) {
		var f QueueFigure
		var oldest *time.Time
		err := row.Scan(&f.Queue, &f.Paused, &f.Waiting, &f.Running, &f.Retrying, &oldest)
		if oldest != nil {
			f.Oldest = *oldest
		}
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the queues' figures: %w", err)
	}
	return list, nil
}
