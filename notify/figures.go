package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement/directive"
)

// EndpointFigure is the state of one endpoint's breaker, for operators.
type EndpointFigure struct {
	Organisation string // slug
	Channel      string
	// Failures counts failed sends since the last good one.
	Failures int
	// Waiting: a send failed, and neither lane is due for its next probe.
	Waiting bool
	// Gone: an operator must look before it is used again.
	Gone bool
}

// Figures lists every endpoint that was entered, by organisation and channel.
func (t *Endpoints) Figures(ctx context.Context) ([]EndpointFigure, error) {
	rows, err := t.DB.Pool.Query(ctx, `SELECT o.slug, e.channel::text, e.failures, e.failures > 0 AND coalesce(e.express_due_at > $1 AND e.bulk_due_at > $1, false), e.gone
		FROM endpoint e JOIN organisation o ON o.id = e.organisation_id ORDER BY o.slug, e.channel`, t.Machine())
	if err != nil {
		return nil, fmt.Errorf("read the endpoints' figures: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[EndpointFigure])
	if err != nil {
		return nil, fmt.Errorf("read the endpoints' figures: %w", err)
	}
	return list, nil
}

// Sent describes one send that came to an end, for whoever counts them.
type Sent struct {
	Channel string
	Lane    directive.Lane
	// Verdict is "answered", or what is to be done about the failure.
	Verdict Verdict
	// Items is how many versions it carried.
	Items int
	// Took is machine time from the call of the channel to the end of the answer.
	Took time.Duration
}

// Answered is the verdict of a send that did not fail.
const Answered Verdict = "answered"
