// pgx: a drain reads its recipient in the batch that begins it.

package notify

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
)

// recipient is an organisation as the drain sees it.
type recipient struct {
	slug      string
	endpoints []Endpoint
	// inboxOpen: something lies open in its inbox.
	inboxOpen bool
}

// current is the endpoint to send to: the first that is not gone. The inbox never is.
func (r recipient) current() Endpoint {
	for _, e := range r.endpoints {
		if !e.Gone {
			return e
		}
	}
	return Endpoint{Channel: InboxName}
}

const selectRecipient = `SELECT o.slug, EXISTS (SELECT FROM inbox_item i WHERE i.organisation_id = o.id AND closed_at IS NULL),
    coalesce(e.channel::text, 'inbox'), coalesce(e.priority, 32767), coalesce(e.url, ''), e.secrets, coalesce(e.allow_internal, false),
    coalesce(e.failures, 0), coalesce(e.gone, false), coalesce(e.gone AND e.paused, false), e.express_due_at, e.bulk_due_at
  FROM organisation o LEFT JOIN endpoint e ON e.organisation_id = o.id WHERE o.id = $1 ORDER BY e.priority, e.channel`

func (t *Endpoints) recipient(ctx context.Context, org enforcement.OrganisationID) (recipient, error) {
	rows, err := t.DB.Pool.Query(ctx, selectRecipient, org)
	if err != nil {
		return recipient{}, fmt.Errorf("read the endpoints of organisation %d: %w", org, err)
	}
	return t.readRecipient(rows, org)
}

func (t *Endpoints) readRecipient(rows pgx.Rows, org enforcement.OrganisationID) (to recipient, err error) {
	to.endpoints, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Endpoint, error) {
		e := Endpoint{Organisation: org}
		var sealed []byte
		err := row.Scan(&to.slug, &to.inboxOpen, &e.Channel, &e.Priority, &e.URL, &sealed, &e.AllowInternal, &e.Failures, &e.Gone, &e.Paused, &e.ExpressDueAt, &e.BulkDueAt)
		if err != nil || sealed == nil {
			return e, err
		}
		e.keys, err = t.open(org, e.Channel, sealed)
		return e, err
	})
	if err == nil && len(to.endpoints) == 0 {
		err = errors.New("no such organisation")
	}
	if err != nil {
		return to, fmt.Errorf("read the endpoints of organisation %d: %w", org, err)
	}
	for _, e := range to.endpoints {
		if e.Channel == InboxName {
			return to, nil
		}
	}
	to.endpoints = append(to.endpoints, Endpoint{Organisation: org, Channel: InboxName, Priority: 32767})
	return to, nil
}
