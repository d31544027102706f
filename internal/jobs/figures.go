package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement/directive"
	"concordat/internal/pg"
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

// selectQueues asks of the schema ?0, of these queues ?1, counted as far as ?2.
const selectQueues = `SELECT q.name AS queue, q.paused, w.n AS waiting, r.n AS running, t.n AS retrying, o.at AS oldest
  FROM (SELECT name, max(paused_at) IS NOT NULL AS paused
    FROM (SELECT name, paused_at FROM ?0.river_queue UNION ALL SELECT unnest(?1::text[]), NULL) k GROUP BY name) q
  CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT FROM ?0.river_job WHERE state = 'available' AND queue = q.name LIMIT ?2) x) w
  CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT FROM ?0.river_job WHERE state = 'running' AND queue = q.name LIMIT ?2) x) r
  CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT FROM ?0.river_job WHERE state = 'retryable' AND queue = q.name LIMIT ?2) x) t
  LEFT JOIN LATERAL (SELECT scheduled_at AS at FROM ?0.river_job WHERE state = 'available' AND queue = q.name
    ORDER BY priority, scheduled_at, id LIMIT 1) o ON true
  ORDER BY q.name`

// Figures lists every queue; those of deliveries and of the daily round are there
// even before a process has worked them.
func Figures(ctx context.Context, db bun.IDB) (list []QueueFigure, err error) {
	known := []string{string(directive.Express), string(directive.Bulk), dailyQueue}
	err = db.NewRaw(selectQueues, bun.Ident(migrations.RiverSchema), pg.Array(known), figureLimit).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("read the queues' figures: %w", err)
	}
	return list, nil
}
