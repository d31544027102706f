package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// changes are those that take two people.
func (t *Endpoints) changes() *change.Changes { return &change.Changes{Record: t.record()} }

func (t *Endpoints) record() *record.Record {
	return &record.Record{DB: t.DB, Vault: t.Vault, Machine: t.Machine}
}

// Put enters an endpoint, or replaces it with its breaker closed. There is no way
// to take an organisation's last channel away: the inbox is always there. Where one
// person may not decide it ([change.Changes.Alone]) it is refused: see [Endpoints.Ask].
func (t *Endpoints) Put(ctx context.Context, act enforcement.Act, e NewEndpoint) error {
	if err := operator(act); err != nil {
		return err
	}
	if err := e.check(); err != nil {
		return err
	}
	err := t.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if err := t.changes().RefuseAlone(ctx, tx, act); err != nil {
			return err
		}
		return t.putAlone(ctx, tx, act, e)
	})
	if err != nil {
		return fmt.Errorf("put endpoint %s of organisation %d: %w", e.Channel, e.Organisation, err)
	}
	return nil
}

// Ask puts an endpoint where one person may, and proposes it otherwise: a second one
// confirms the proposal, whose number is zero where none was needed.
func (t *Endpoints) Ask(ctx context.Context, act enforcement.Act, e NewEndpoint) (proposal enforcement.ID, err error) {
	if err := operator(act); err != nil {
		return proposal, err
	}
	if err := e.check(); err != nil {
		return proposal, err
	}
	err = t.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		alone, err := t.changes().Alone(ctx, tx, act)
		if err != nil {
			return err
		}
		if alone {
			return t.putAlone(ctx, tx, act, e)
		}
		event, err := t.changes().ProposeIn(ctx, tx, act, change.New{Kind: change.Endpoint, Organisation: e.Organisation, What: e.told() + e.path(), Content: e})
		if err != nil {
			return err
		}
		proposal = event.RefersTo
		t.record().Log(ctx, tx, act, *event)
		return nil
	})
	if err != nil {
		return enforcement.ID{}, fmt.Errorf("ask for endpoint %s of organisation %d: %w", e.Channel, e.Organisation, err)
	}
	return proposal, nil
}

// Carry puts an endpoint that two people want.
func (t *Endpoints) Carry(_ context.Context, tx *pg.Tx, act enforcement.Act, p change.Proposal, content []byte) (*record.Event, error) {
	var e NewEndpoint
	if err := json.Unmarshal(content, &e); err != nil {
		return nil, fmt.Errorf("read proposal %s: %w", p.ID, err)
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	return t.putIn(tx, act, e, p.ProposedBy)
}

func (t *Endpoints) putAlone(ctx context.Context, tx *pg.Tx, act enforcement.Act, e NewEndpoint) error {
	event, err := t.putIn(tx, act, e, "")
	if err == nil {
		t.record().Log(ctx, tx, act, *event)
	}
	return err
}

// putIn writes an endpoint and has its organisation told by the way it was reached before.
func (t *Endpoints) putIn(tx *pg.Tx, act enforcement.Act, e NewEndpoint, proposedBy string) (*record.Event, error) {
	row := endpointRow{Organisation: e.Organisation, Channel: e.Channel, Priority: e.Priority, URL: e.URL, AllowInternal: e.AllowInternal}
	if e.Channel == WebhookName {
		plain, err := json.Marshal(e.Keys)
		if err != nil {
			return nil, fmt.Errorf("write the keys of an endpoint: %w", err)
		}
		if row.Secrets, err = t.Vault.Seal(plain, purpose(e.Organisation, e.Channel)); err != nil {
			return nil, fmt.Errorf("seal the keys of an endpoint: %w", err)
		}
	}
	t.tell(tx, act, e.Organisation, record.EventEndpointPut, e.told(), proposedBy)
	tx.Later(tx.NewInsert().Model(&row).On("CONFLICT (organisation_id, channel) DO UPDATE").
		Set("priority = excluded.priority, url = excluded.url, secrets = excluded.secrets, allow_internal = excluded.allow_internal").
		Set(inUse), "put an endpoint")
	return &record.Event{Kind: record.EventEndpointPut, Reason: e.told()}, nil
}

// told says what an endpoint is, and nothing that may be a secret.
func (e NewEndpoint) told() string {
	what := fmt.Sprintf("organisation %d %s priority %d", e.Organisation, e.Channel, e.Priority)
	if e.Channel == WebhookName {
		what += fmt.Sprintf(" at %s with %d keys", hostOf(e.URL), len(e.Keys))
		if e.AllowInternal {
			what += ", may lie inside"
		}
	}
	return what
}

// path is what the second person sees beside: on a host of many, the path says whose it is.
func (e NewEndpoint) path() string {
	u, err := url.Parse(e.URL)
	switch {
	case err != nil || e.URL == "":
		return ""
	case u.RawQuery != "":
		return ", path " + u.EscapedPath() + " and a query"
	default:
		return ", path " + u.EscapedPath()
	}
}

func (t *Endpoints) tell(tx *pg.Tx, act enforcement.Act, org enforcement.OrganisationID, kind record.EventKind, what, proposedBy string) {
	t.changes().Tell(tx, act, change.Change{Organisations: []enforcement.OrganisationID{org}, Kind: kind, What: what, ProposedBy: proposedBy})
}
