package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/internal/vault"
)

// EndpointFigure is the state of one endpoint's breaker, for operators.
type EndpointFigure struct {
	Organisation string // slug
	Channel      string
	// Failures counts failed sends since the last good one.
	Failures int
	// Waiting: a send failed, and neither lane is due for its next probe.
	Waiting bool
	// Gone: it is not used; an operator must look before it is again.
	Gone bool
	// Paused: it is Gone because an operator took it out of use.
	Paused bool
	// URL is the address, "" of an inbox.
	URL string `bun:"url"`
}

// Figures lists every endpoint that was entered, by organisation and channel.
func (t *Endpoints) Figures(ctx context.Context) ([]EndpointFigure, error) {
	var list []EndpointFigure
	now := t.Machine()
	err := t.DB.NewSelect().TableExpr("endpoint AS e").Join("JOIN organisation AS o ON o.id = e.organisation_id").
		ColumnExpr("o.slug AS organisation, e.channel, e.failures, e.gone, e.gone AND e.paused AS paused, e.url").
		ColumnExpr("e.failures > 0 AND coalesce(e.express_due_at > ? AND e.bulk_due_at > ?, false) AS waiting", now, now).
		OrderExpr("o.slug, e.channel").Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("read the endpoints' figures: %w", err)
	}
	return list, nil
}

// Unopened counts, by organisation, what lies in inboxes since before an instant and was
// never opened.
func (t *Endpoints) Unopened(ctx context.Context, before time.Time) (map[string]int, error) {
	var slugs []string
	var counts []int
	err := t.DB.NewSelect().TableExpr("inbox_item AS i").Join("JOIN organisation AS o ON o.id = i.organisation_id").
		ColumnExpr("o.slug, count(*)").Where("i.closed_at IS NULL AND i.opened_at IS NULL AND i.placed_at < ?", before).
		Group("o.slug").Scan(ctx, &slugs, &counts)
	if err != nil {
		return nil, fmt.Errorf("read the inboxes: %w", err)
	}
	unopened := make(map[string]int, len(slugs))
	for i, slug := range slugs {
		unopened[slug] = counts[i]
	}
	return unopened, nil
}

// Unopenable names, by slug, the organisations of whose signing keys the vault does not
// open all, and counts the endpoints that have keys.
func (t *Endpoints) Unopenable(ctx context.Context) (slugs []string, of int, err error) {
	var rows []endpointRow
	err = t.DB.NewSelect().Model(&rows).Column("e.organisation_id", "e.channel", "e.secrets").ColumnExpr("o.slug").
		Join("JOIN organisation AS o ON o.id = e.organisation_id").Where("e.secrets IS NOT NULL").OrderExpr("o.slug").Scan(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("list the webhooks: %w", err)
	}
	for i := range rows {
		_, err := t.open(rows[i].Organisation, rows[i].Channel, rows[i].Secrets)
		switch {
		case errors.Is(err, vault.ErrKeyUnknown), errors.Is(err, vault.ErrTampered):
			slugs = append(slugs, rows[i].Slug)
		case err != nil:
			return nil, 0, err
		}
	}
	return slugs, len(rows), nil
}

// Sent describes one send that came to an end, for whoever counts them or writes them
// down. It holds nothing personal.
type Sent struct {
	Organisation string // slug
	Channel      string
	// Host is the host of the endpoint's address, "" for an inbox. The rest of an
	// address may hold a secret.
	Host    string
	Attempt enforcement.ID
	Lane    directive.Lane
	// Status is the HTTP status, 0 without an answer.
	Status int
	// Reason says why it failed, or what was wrong with the answer; "" for neither.
	Reason string
	// Unsaid: it was taken without an answer of ours.
	Unsaid bool
	// Verdict is "answered", or what is to be done about the failure.
	Verdict Verdict
	// Items is how many versions it carried.
	Items int
	// Took is machine time from the call of the channel to the end of the answer.
	Took time.Duration
}

// Answered is the verdict of a send that did not fail.
const Answered Verdict = "answered"
