package notify_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"concordat/notify"
	"concordat/notify/wire"
)

// Every failed send is told with whose, where, which attempt, status and reason, and
// never in a receiver's words, which may echo whom the message concerns.
func TestAFailedSendIsTold(t *testing.T) {
	t.Parallel()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	raw := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			m, err := wire.ParseMessage("", reread(r))
			conn, _, broken := http.NewResponseController(w).Hijack()
			if err == nil && broken == nil {
				_, _ = fmt.Fprintf(conn, text, m.Directives[0].Subject.Name)
				_ = conn.Close()
			}
			if s, ok := w.(*seen); ok {
				s.wrote = true
			}
		}
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		url    string
		status int
		reason string
	}{
		"a server's error":   {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, "", 502, "status 502"},
		"a wrong key":        {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "", 401, "status 401"},
		"an echoing status":  {raw("HTTP/1.1 %s OK\r\n\r\n"), "", 0, "the answer is not HTTP, or broke off"},
		"an echoing header":  {raw("HTTP/1.1 200 OK\r\n%s\r\n\r\n"), "", 0, "the answer is not HTTP, or broke off"},
		"broken off":         {raw("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n%s"), "", 200, "the answer broke off"},
		"nothing":            {raw("%.0s"), "", 0, "the connection was closed without an answer"},
		"nobody there":       {nil, "https://127.0.0.1:1/x", 0, "the connection is refused"},
		"unknown authority":  {nil, secure.URL, 0, "the certificate is of an unknown authority"},
		"no TLS":             {nil, strings.Replace(secure.URL, "https:", "http:", 1), 400, "status 400"},
		"no such name":       {nil, "https://receiver.invalid/x", 0, "the name of the host is not found"},
		"inside, not agreed": {nil, "https://127.0.0.1:1/x", 0, "the address is not on the public network"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var told []notify.Sent
			b := setup(t, func(n *notify.Config) {
				n.Endpoints.Probes = notify.Probes{First: time.Hour}
				n.Sent = func(_ context.Context, s notify.Sent) {
					mu.Lock()
					defer mu.Unlock()
					told = append(told, s)
				}
			})
			w, d := b.crowd(t, 1)
			d.intercept(c.answer)
			if c.url != "" {
				b.put(t, notify.NewEndpoint{
					Organisation: w.Organisation, Channel: notify.WebhookName, Priority: 1, URL: c.url, AllowInternal: name != "inside, not agreed", Keys: []string{d.secret},
				})
			}
			b.drain(t, w)
			if len(told) == 0 {
				t.Fatal("nothing was told")
			}
			s := told[0]
			slug := ""
			if err := b.DB.Pool.QueryRow(t.Context(), `SELECT slug FROM organisation WHERE id = $1`, w.Organisation).Scan(&slug); err != nil {
				t.Fatal(err)
			}
			known := b.Count(`SELECT count(*) FROM attempt WHERE id = $1`, s.Attempt)
			if s.Organisation != slug || s.Channel != notify.WebhookName || s.Host == "" || strings.Contains(s.Host, "/") || known != 1 || s.Status != c.status || s.Reason != c.reason || s.Verdict == notify.Answered {
				t.Errorf("told %+v; want status %d, %q", s, c.status, c.reason)
			}
		})
	}
}
