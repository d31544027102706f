package notify

import (
	"context"
	"errors"
	"fmt"

	"concordat/enforcement"
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
// next channel, liftings too. A drain under way ends within its slice.
func (t *Endpoints) Pause(ctx context.Context, act enforcement.Act, org enforcement.OrganisationID, channel string) error {
	if err := errors.Join(operator(act), webhookOnly(channel)); err != nil {
		return err
	}
	done, err := t.change(org, channel).Set("gone = true, paused = true").Exec(ctx)
	if err != nil {
		return fmt.Errorf("pause endpoint %s of organisation %d: %w", channel, org, err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, &enforcement.Refusal{Code: "not-found"})
	}
	return nil
}

// Remove takes an endpoint away with its keys. What is due goes to the next channel,
// which is the inbox at the latest.
func (t *Endpoints) Remove(ctx context.Context, act enforcement.Act, org enforcement.OrganisationID, channel string) error {
	if err := errors.Join(operator(act), webhookOnly(channel)); err != nil {
		return err
	}
	done, err := t.DB.NewDelete().Model((*endpointRow)(nil)).Where("organisation_id = ? AND channel::text = ?", pg.Number(org), channel).Exec(ctx)
	if err != nil {
		return fmt.Errorf("remove endpoint %s of organisation %d: %w", channel, org, err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, &enforcement.Refusal{Code: "not-found"})
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
