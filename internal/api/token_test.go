package api_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/internal/access"
	"concordat/internal/api"
)

// TestARevokedTokenIsRefusedEverywhere asks two servers on one database.
func TestARevokedTokenIsRefusedEverywhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	second := b.config
	second.Tokens = access.New(b.DB, func() time.Time { return time.Now().UTC() }, true) // another process knows nothing of the first
	handler, err := api.New(second)
	must(t, err)
	other := httptest.NewServer(handler)
	t.Cleanup(other.Close)
	operator := enforcement.Act{At: b.At(), Actor: enforcement.Actor{ID: "operator-9", Role: enforcement.Operator}}
	issue := func() string {
		plain, err := b.tokens.IssueBy(t.Context(), operator, "leaver", enforcement.Overseer, 0, true, time.Now().UTC().Add(access.Soon-time.Hour))
		must(t, err)
		return plain
	}
	status := func(base, token string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/v1/me", nil)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := http.DefaultClient.Do(r)
		must(t, err)
		must(t, answer.Body.Close())
		return answer.StatusCode, answer.Header.Get("Concordat-Token-Expires")
	}
	first, another := issue(), issue()
	for _, base := range []string{b.server.URL, other.URL} {
		for _, token := range []string{first, another} {
			if code, until := status(base, token); code != http.StatusOK || until == "" {
				t.Errorf("before: %d, ends %q", code, until)
			}
		}
		if code, until := status(base, b.clerk); code != http.StatusOK || until != "" {
			t.Errorf("a token of a year: %d, ends %q", code, until)
		}
	}
	must(t, b.tokens.RevokePlain(t.Context(), operator, first))
	for _, base := range []string{b.server.URL, other.URL} {
		if code, _ := status(base, first); code != http.StatusUnauthorized {
			t.Errorf("revoked: %d", code)
		}
		if code, _ := status(base, another); code != http.StatusOK {
			t.Errorf("another one: %d", code)
		}
	}
	if n, err := second.Tokens.RevokeAll(t.Context(), operator, "leaver"); err != nil || n != 1 {
		t.Errorf("revoked %d: %v", n, err)
	}
	for _, base := range []string{b.server.URL, other.URL} {
		if code, _ := status(base, another); code != http.StatusUnauthorized {
			t.Errorf("all of a person revoked: %d", code)
		}
	}
}
