package notify

import (
	"context"
	"fmt"
	"time"

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
	var list []EndpointFigure
	now := t.Machine()
	err := t.DB.NewSelect().TableExpr("endpoint AS e").Join("JOIN organisation AS o ON o.id = e.organisation_id").
		ColumnExpr("o.slug AS organisation, e.channel, e.failures, e.gone").
		ColumnExpr("e.failures > 0 AND coalesce(e.express_due_at > ? AND e.bulk_due_at > ?, false) AS waiting", now, now).
		OrderExpr("o.slug, e.channel").Scan(ctx, &list)
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
