package notify_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/notify"
	"concordat/notify/wire"
)

// Whoever's messages are turned elsewhere hears of it where they were sent before, under
// the keys of before, and in the inbox; the new address is not told in its place.
func TestAnOrganisationIsToldWhereItWasReachedBefore(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	w, d := b.crowd(t, 1)
	by := func(actor string) enforcement.Act {
		return enforcement.Act{At: b.At(), Actor: enforcement.Actor{ID: actor, Role: enforcement.Operator}}
	}
	keys, err := wire.ParseKeys(d.secret)
	if err != nil {
		t.Fatal(err)
	}
	var heard []wire.Message
	status := http.StatusServiceUnavailable
	d.intercept(func(rw http.ResponseWriter, r *http.Request) {
		body := reread(r)
		id, err := wire.Verify(r.Header, body, keys, machine())
		if err != nil {
			t.Error(err)
		}
		m, err := wire.ParseMessage(id, body)
		if err != nil {
			t.Error(err)
		}
		heard = append(heard, m)
		rw.WriteHeader(status)
	})
	turned := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		turned++
	}))
	t.Cleanup(elsewhere.Close)
	id, err := b.endpoints.Ask(t.Context(), by("operator-1"), notify.NewEndpoint{
		Organisation: w.Organisation, Channel: notify.WebhookName, Priority: 1, URL: elsewhere.URL, AllowInternal: true, Keys: []string{wire.NewSecret()},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Changes.Confirm(t.Context(), by("operator-2"), id, change.Carriers{change.Endpoint: b.endpoints.Carry}); err != nil {
		t.Fatal(err)
	}
	post := func() {
		t.Helper()
		if err := b.drainer.PostNotices(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	post()
	post() // it is not due again yet
	if len(heard) != 1 {
		t.Fatalf("posted %d times to where it was reached before", len(heard))
	}
	officer := enforcement.Act{At: b.At(), Actor: enforcement.Actor{ID: "officer-1", Role: enforcement.DepartmentClerk, Organisation: w.Organisation}}
	list, err := b.Changes.Notices(t.Context(), officer, false)
	if err != nil || len(list) != 1 || list[0].ChangedBy != "operator-2" || list[0].ProposedBy != "operator-1" {
		t.Fatalf("in the inbox: %+v %v", list, err)
	}
	if _, err := b.DB.Pool.Exec(t.Context(), `UPDATE notice SET due_at = now() WHERE due_at IS NOT NULL`); err != nil {
		t.Fatal(err)
	}
	status = http.StatusNoContent
	post()
	post()
	n := heard[len(heard)-1].Notice
	if len(heard) != 2 || n == nil || n.ID != [16]byte(list[0].ID) || n.ChangedBy != "operator-2" || n.ProposedBy != "operator-1" || n.EN == "" || len(heard[1].Directives) != 0 {
		t.Errorf("%d heard, last %+v", len(heard), n)
	}
	if posted := b.Count(`SELECT count(*) FROM notice WHERE posted_at IS NOT NULL`); turned != 0 || posted != 1 {
		t.Errorf("the new address was told %d times, %d are posted", turned, posted)
	}
	other := officer
	other.Actor.Organisation = b.Departments[len(b.Departments)-1]
	if other.Actor.Organisation == w.Organisation {
		other.Actor.Organisation = b.Departments[0]
	}
	if got := codeOf(b.Changes.Read(t.Context(), other, list[0].ID)); got != "not-found" {
		t.Errorf("read by another organisation's officer: %q", got)
	}
	if err := b.Changes.Read(t.Context(), officer, list[0].ID); err != nil {
		t.Error(err)
	}
	if list, err := b.Changes.Notices(t.Context(), officer, false); err != nil || len(list) != 0 {
		t.Errorf("read, and still there: %+v %v", list, err)
	}
}
