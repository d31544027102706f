package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// webhookOnly refuses every channel that cannot be taken away: an inbox always is.
func webhookOnly(channel string) error {
	if channel != WebhookName {
		return &enforcement.Refusal{Code: "endpoint.channel"}
	}
	return nil
}

// Pause takes an endpoint out of use until [Endpoints.Restore]: what is due goes to the
// next channel, liftings too. A drain under way ends within its slice. It turns nothing to
// anybody else, so one person may; what was proposed before it is dropped.
func (t *Endpoints) Pause(ctx context.Context, act enforcement.Act, org enforcement.OrganisationID, channel string) error {
	if err := errors.Join(operator(act), webhookOnly(channel)); err != nil {
		return err
	}
	return t.alter(ctx, act, record.EventEndpointPaused, org, channel, func(tx *pg.Tx) execer {
		return ofEndpoint(tx, org, channel).Set("gone = true, paused = true")
	})
}

// Remove takes an endpoint away with its keys. What is due goes to the next channel,
// which is the inbox at the latest.
func (t *Endpoints) Remove(ctx context.Context, act enforcement.Act, org enforcement.OrganisationID, channel string) error {
	if err := errors.Join(operator(act), webhookOnly(channel)); err != nil {
		return err
	}
	return t.alter(ctx, act, record.EventEndpointRemoved, org, channel, func(tx *pg.Tx) execer {
		return tx.NewDelete().Model((*endpointRow)(nil)).Where("organisation_id = ? AND channel::text = ?", pg.Number(org), channel)
	})
}

// execer is a statement of bun's.
type execer interface {
	Exec(ctx context.Context, dest ...any) (sql.Result, error)
}

// alter changes one endpoint and writes down who did; one that is not there is not found.
func (t *Endpoints) alter(ctx context.Context, act enforcement.Act, kind record.EventKind, org enforcement.OrganisationID, channel string, how func(tx *pg.Tx) execer) error {
	err := t.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		what := fmt.Sprintf("organisation %d %s", org, channel)
		t.tell(tx, act, org, kind, what, "")
		done, err := how(tx).Exec(ctx)
		if err != nil {
			return err //nolint:wrapcheck // said below
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, &enforcement.Refusal{Code: "not-found"})
		}
		t.record().Log(ctx, tx, act, record.Event{Kind: kind, Reason: what})
		return t.changes().DropIn(ctx, tx, act, org)
	})
	if err != nil {
		return fmt.Errorf("%s %s of organisation %d: %w", kind, channel, org, err)
	}
	return nil
}

// KeyKinds lists the versions of the signatures that an endpoint makes, v1 or v1a, one
// for each of its keys.
func (e Endpoint) KeyKinds() []string {
	kinds := make([]string, 0, len(e.keys))
	for _, k := range e.keys {
		kinds = append(kinds, k.Version())
	}
	return kinds
}
