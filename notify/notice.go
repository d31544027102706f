package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/directive"
	"concordat/internal/i18n"
	"concordat/notify/wire"
)

// codeObject is what somebody is told who did not ask for a change.
const codeObject = "endpoint-notice.object"

// noticesAtOnce is how many notices one look takes.
const noticesAtOnce = 16

// postNotices posts, until ctx ends, what organisations are told of changes. It holds no
// lane, so that no lifting waits for it.
func (d *Drainer) postNotices(ctx context.Context, report func(error)) {
	pause := time.NewTicker(d.c.SweepEvery)
	defer pause.Stop()
	for {
		if err := d.PostNotices(ctx); err != nil && ctx.Err() == nil {
			report(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
	}
}

// PostNotices posts the notices that are due, each to the address and under the keys that
// were used before the change. What does not arrive lies in the inbox all the same.
func (d *Drainer) PostNotices(ctx context.Context) error {
	var webhook Channel
	for _, c := range d.c.Channels {
		if c.Name() == WebhookName {
			webhook = c
		}
	}
	if webhook == nil {
		return nil
	}
	list, err := d.c.Register.Changes.TakeDue(ctx, noticesAtOnce)
	if err != nil {
		return err
	}
	var errs []error
	for i := range list {
		errs = append(errs, d.postNotice(ctx, webhook, &list[i]))
	}
	return errors.Join(errs...)
}

func (d *Drainer) postNotice(ctx context.Context, webhook Channel, n *change.Posting) error {
	e := Endpoint{Organisation: n.Organisation, Channel: WebhookName, URL: n.URL, AllowInternal: n.AllowInternal}
	var err error
	if e.keys, err = d.c.Endpoints.open(n.Organisation, WebhookName, n.Secrets); err != nil {
		return errors.Join(err, d.c.Register.Changes.Posted(ctx, n.ID, false))
	}
	body, err := noticeBody(n, d.c.Machine(), d.c.Demo)
	if err != nil {
		return err
	}
	_, err = webhook.Send(ctx, Delivery{Attempt: enforcement.NewID(), Organisation: n.Organisation, Lane: directive.Bulk, Endpoint: e, Body: body})
	failed := asSendError(err)
	switch {
	case err == nil:
		return d.c.Register.Changes.Posted(ctx, n.ID, true)
	case failed == nil:
		return fmt.Errorf("post notice %s: %w", n.ID, err)
	case failed.Verdict == Fault: // it is due again
		return nil
	default: // the way that was used before is no more
		return d.c.Register.Changes.Posted(ctx, n.ID, false)
	}
}

// noticeBody is a message without directives.
func noticeBody(n *change.Posting, at time.Time, demo bool) ([]byte, error) {
	body, err := json.Marshal(wire.Message{
		Format: wire.Format, Organisation: n.Slug, Lane: string(directive.Bulk), SentAt: at.UTC(), Demo: demo, Measures: map[string]wire.Measure{}, Directives: []wire.Directive{},
		Notice: &wire.Notice{
			ID: uuid.UUID(n.ID), Kind: n.Kind, What: n.What, ChangedAt: n.ChangedAt.UTC(), ChangedBy: n.ChangedBy, ProposedBy: n.ProposedBy,
			ZH: i18n.Words(i18n.Chinese, codeObject, nil), EN: i18n.Words(i18n.English, codeObject, nil),
		},
	})
	if err != nil {
		return nil, fmt.Errorf("write notice %s: %w", n.ID, err)
	}
	return body, nil
}
