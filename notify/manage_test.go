package notify_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/notify"
	"concordat/notify/wire"
)

// A webhook that is paused or removed delays nothing: what is due, liftings too, goes to
// the inbox; a resumed one is used again.
func TestWithoutItsWebhookAnOrganisationHasItsInbox(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]func(*notify.Endpoints) func(t *testing.T, act enforcement.Act, org enforcement.OrganisationID) error{
		"paused": func(e *notify.Endpoints) func(*testing.T, enforcement.Act, enforcement.OrganisationID) error {
			return func(t *testing.T, act enforcement.Act, org enforcement.OrganisationID) error {
				t.Helper()
				return e.Pause(t.Context(), act, org, notify.WebhookName)
			}
		},
		"removed": func(e *notify.Endpoints) func(*testing.T, enforcement.Act, enforcement.OrganisationID) error {
			return func(t *testing.T, act enforcement.Act, org enforcement.OrganisationID) error {
				t.Helper()
				return e.Remove(t.Context(), act, org, notify.WebhookName)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, nil)
			listing := b.Published(b.Subject(b.Company()))
			b.quiet(t, b.drainer)
			w := b.aDepartment(t)
			for _, act := range []enforcement.Act{{}, b.As(enforcement.DepartmentClerk, w), b.As(enforcement.President, b.Court)} {
				if err := away(b.endpoints)(t, act, w); !isRefusal(err, "role.forbidden", "act.actor") {
					t.Errorf("by %s: %v", act.Actor.Role, err)
				}
			}
			if err := away(b.endpoints)(t, b.System(), w); err != nil {
				t.Fatal(err)
			}
			b.end(t, listing)
			b.quiet(t, b.drainer)
			if n := b.Count(`SELECT count(*) FROM inbox_item i JOIN amendment a USING (directive_id, version)
				WHERE i.organisation_id = $1 AND a.kind = 'withdraw' AND i.closed_at IS NULL`, w); n != 1 {
				t.Errorf("%d liftings in the inbox, want 1", n)
			}
			err := b.endpoints.Restore(t.Context(), b.System(), w, notify.WebhookName)
			if name == "removed" {
				if again := away(b.endpoints)(t, b.System(), w); !isRefusal(err, "not-found") || !isRefusal(again, "not-found") {
					t.Errorf("what is not there is restored: %v; removed again: %v", err, again)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if e := b.webhook(t, w); e.Gone || e.Paused {
				t.Errorf("resumed: %+v", e)
			}
		})
	}
}

// aDepartment is one that was told of something.
func (b *bench) aDepartment(t *testing.T) enforcement.OrganisationID {
	t.Helper()
	for org, d := range b.receivers {
		if d.Ledger.Len() > 0 {
			return org
		}
	}
	t.Fatal("nobody was told anything")
	return 0
}

func isRefusal(err error, codes ...string) bool {
	refusal, ok := errors.AsType[*enforcement.Refusal](err)
	return ok && slices.Contains(codes, refusal.Code)
}

func TestAnInboxIsNotTakenAway(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	org := b.Departments[0]
	b.put(t, notify.NewEndpoint{Organisation: org, Channel: notify.InboxName, Priority: 2})
	if err := b.endpoints.Pause(t.Context(), b.System(), org, notify.InboxName); !isRefusal(err, "endpoint.channel") {
		t.Errorf("paused: %v", err)
	}
	if err := b.endpoints.Remove(t.Context(), b.System(), org, notify.InboxName); !isRefusal(err, "endpoint.channel") {
		t.Errorf("removed: %v", err)
	}
}

// A test says what a receiver makes of messages, and changes nothing anywhere.
func TestTheSampleChangesNothing(t *testing.T) {
	t.Parallel()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	text := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   notify.TestOutcome
	}{
		"as it should":  {nil, notify.TestAcknowledged},
		"204":           {status(http.StatusNoContent), notify.TestUnsaid},
		"OK":            {text("OK"), notify.TestUnsaid},
		"left out":      {text(`{"format":1,"answers":[]}`), notify.TestUnanswered},
		"malformed":     {text(`{"format":1,"answers":[`), notify.TestMalformed},
		"422":           {status(http.StatusUnprocessableEntity), notify.TestRefused},
		"401":           {status(http.StatusUnauthorized), notify.TestKey},
		"410":           {status(http.StatusGone), notify.TestAddress},
		"503":           {status(http.StatusServiceUnavailable), notify.TestFault},
		"only has them": {nil, notify.TestDelivered},
		"breaks off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9")
			_, _ = io.WriteString(w, "1")
		}, notify.TestBroken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, nil)
			d := b.receivers[b.Departments[0]]
			d.intercept(c.answer)
			if c.want == notify.TestDelivered {
				d.answering(func(a wire.Answers) wire.Answers { a.Answers[0].Outcome = wire.OutcomeDelivered; return a })
			}
			webhook := notify.NewWebhook(notify.WebhookConfig{Machine: machine})
			t.Cleanup(webhook.Close)
			events := b.Count(`SELECT count(*) FROM event`)
			got, err := b.endpoints.Test(t.Context(), b.System(), webhook, d.org)
			if err != nil || got.Outcome != c.want || got.Host == "" || !slices.Equal(got.Keys, []string{"v1"}) {
				t.Errorf("%+v, %v; want %s", got, err, c.want)
			}
			if d.Ledger.Len() != 0 {
				t.Error("the receiver holds the sample")
			}
			if n := b.Count(`SELECT count(*) FROM event`) - events + b.Count(`SELECT count(*) FROM attempt`) + b.Count(`SELECT count(*) FROM incident`); n != 0 {
				t.Errorf("%d rows were written", n)
			}
			if e := b.webhook(t, d.org); e.Failures != 0 || e.Gone {
				t.Errorf("the test moved the breaker: %+v", e)
			}
			if _, err := b.endpoints.Test(t.Context(), b.As(enforcement.DepartmentClerk, d.org), webhook, d.org); !isRefusal(err, "role.forbidden") {
				t.Errorf("by a clerk: %v", err)
			}
		})
	}
}

// The sample is marked, names nobody and restricts nobody, even where the mark is not read.
func TestTheSampleConcernsNobody(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	d := b.receivers[b.Departments[0]]
	var m wire.Message
	d.intercept(func(_ http.ResponseWriter, r *http.Request) {
		body := reread(r)
		if err := json.Unmarshal(body, &m); err != nil || !strings.Contains(string(body), `"test":true`) {
			t.Errorf("%s: %v", body, err)
		}
	})
	webhook := notify.NewWebhook(notify.WebhookConfig{Machine: machine})
	t.Cleanup(webhook.Close)
	if _, err := b.endpoints.Test(t.Context(), b.System(), webhook, d.org); err != nil {
		t.Fatal(err)
	}
	if one := m.Directives[0]; !m.Test || len(m.Directives) != 1 || one.Subject != (wire.Subject{}) || !wire.Final(one.Kind) || len(one.Measures) != 0 {
		t.Errorf("%+v", m)
	}
}
