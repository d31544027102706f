package notify_test

import (
	"errors"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/notify"
	"concordat/notify/wire"
)

func codeOf(err error) string {
	if refusal, ok := errors.AsType[*enforcement.Refusal](err); ok {
		return refusal.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// Once anything was sent, nobody turns an organisation's messages elsewhere alone, and
// whoever pauses or removes a way, which turns nothing to anybody else, needs nobody.
func TestAnEndpointTakesTwoPeople(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	w, _ := b.crowd(t, 1)
	by := func(actor string) enforcement.Act {
		return enforcement.Act{At: b.At(), Actor: enforcement.Actor{ID: actor, Role: enforcement.Operator}}
	}
	confirm := func(actor string, id enforcement.ID) error {
		_, err := b.Changes.Confirm(t.Context(), by(actor), id, change.Carriers{change.Endpoint: b.endpoints.Carry})
		return err
	}
	address := func() string { return b.webhook(t, w.Organisation).URL }
	before := address()
	elsewhere := notify.NewEndpoint{
		Organisation: w.Organisation, Channel: notify.WebhookName, Priority: 1, URL: "https://elsewhere.example/in?key=hunter2", Keys: []string{wire.NewSecret()},
	}
	inbox := notify.NewEndpoint{Organisation: w.Organisation, Channel: notify.InboxName, Priority: 1}
	keys := elsewhere
	keys.URL, keys.AllowInternal = before, true
	for name, e := range map[string]notify.NewEndpoint{"address": elsewhere, "keys": keys, "channel": inbox} {
		if got := codeOf(b.endpoints.Put(t.Context(), by("operator-1"), e)); got != "change.unproposed" {
			t.Errorf("another %s by one person: %q", name, got)
		}
		id, err := b.endpoints.Ask(t.Context(), by("operator-1"), e)
		if err != nil || id.IsZero() {
			t.Errorf("another %s: asked as %s, %v", name, id, err)
		}
		if got := codeOf(confirm("operator-1", id)); got != "change.second-person" {
			t.Errorf("another %s, confirmed by the same: %q", name, got)
		}
	}
	if n := b.Count(`SELECT count(*) FROM endpoint WHERE organisation_id = $1`, w.Organisation); address() != before || n != 1 {
		t.Fatalf("it lies at %s, by %d ways", address(), n)
	}
	list, err := b.Changes.List(t.Context(), by("operator-2"), false)
	if err != nil || len(list) != 3 {
		t.Fatalf("%+v %v", list, err)
	}
	for _, p := range list {
		if strings.Contains(p.What, "hunter2") || (strings.Contains(p.What, "elsewhere") && !strings.Contains(p.What, "path /in and a query")) {
			t.Errorf("the second person reads %s", p.What)
		}
	}
	if n := b.Count(`SELECT count(*) FROM change_proposal WHERE encode(content, 'escape') LIKE '%whsec_%' OR what LIKE '%whsec_%'`); n != 0 {
		t.Errorf("%d proposals keep keys in the clear", n)
	}
	// Somebody stops the way meanwhile: what was proposed before does not undo that.
	if err := b.endpoints.Pause(t.Context(), by("operator-3"), w.Organisation, notify.WebhookName); err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if got := codeOf(confirm("operator-2", p.ID)); got != "change.ended" {
			t.Errorf("confirmed over a pause: %q", got)
		}
	}
	if err := b.endpoints.Restore(t.Context(), by("operator-3"), w.Organisation, notify.WebhookName); err != nil || address() != before {
		t.Errorf("resumed at %s: %v", address(), err)
	}
	id, err := b.endpoints.Ask(t.Context(), by("operator-1"), elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	if err := confirm("operator-2", id); err != nil || address() != elsewhere.URL {
		t.Errorf("confirmed, it lies at %s: %v", address(), err)
	}
	if err := b.endpoints.Remove(t.Context(), by("operator-3"), w.Organisation, notify.WebhookName); err != nil {
		t.Fatal(err)
	}
	if got := codeOf(b.endpoints.Put(t.Context(), by("operator-3"), elsewhere)); got != "change.unproposed" {
		t.Errorf("removed and put back by one person: %q", got)
	}
}
