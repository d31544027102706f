package edge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/party"
	"concordat/internal/access"
	"concordat/internal/edge"
	"concordat/internal/pg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const policy = "default-src 'none'; style-src 'self'"

// ask sends a request to a handler; headers are names and values in turn.
func ask(t *testing.T, h http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// problem reads an answer that must be one.
func problem(t *testing.T, w *httptest.ResponseRecorder) edge.Problem {
	t.Helper()
	var p edge.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	if p.Status != w.Code || p.Reference == "" || p.Reference != w.Header().Get("X-Request-Id") || w.Header().Get("Content-Type") != edge.ProblemType {
		t.Errorf("problem %+v, headers %v", p, w.Header())
	}
	return p
}

func TestWhatEveryRequestPasses(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	var counted []string
	door := &edge.Door{Log: zerolog.New(&log), Demo: true, Answered: func(_ context.Context, method, route string, status int, _ time.Duration) {
		counted = append(counted, method+" "+route+" "+http.StatusText(status))
	}}
	router := door.Router(policy)
	router.Get("/pages/{name}", func(w http.ResponseWriter, r *http.Request) {
		if err := door.Admit(w, r, edge.Endpoint{Route: "GET /pages/{name}"}, func(w http.ResponseWriter, r *http.Request) {
			v := edge.VisitOf(r.Context())
			_, _ = io.WriteString(w, string(v.Language)+" "+v.Actor.ID+v.Reference)
		}); err != nil {
			t.Errorf("an open page: %v", err)
		}
	})
	router.Get("/broken", func(http.ResponseWriter, *http.Request) { panic("somewhere inside") })

	page := ask(t, router, http.MethodGet, "/pages/secret", "", "Accept-Language", "en")
	if page.Code != http.StatusOK || page.Body.String() != "en "+page.Header().Get("X-Request-Id") {
		t.Errorf("%d %s", page.Code, page.Body)
	}
	if w := ask(t, router, http.MethodGet, "/secret", ""); problem(t, w).Code != "route.unknown" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask(t, router, http.MethodPost, "/broken", ""); problem(t, w).Code != "route.method" || w.Header().Get("Allow") != "GET" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	ask(t, router, "BREAK", "/broken", "")
	broken := ask(t, router, http.MethodGet, "/broken", "")
	if problem(t, broken).Code != edge.CodeInternal || strings.Contains(broken.Body.String(), "somewhere") {
		t.Errorf("%d %s", broken.Code, broken.Body)
	}
	for _, w := range []*httptest.ResponseRecorder{page, broken} {
		if h := w.Header(); h.Get("Content-Security-Policy") != policy || h.Get("Cache-Control") != "no-store" || h.Get("X-Concordat-Demo") != "true" {
			t.Errorf("headers %v", h)
		}
	}
	if lines := log.String(); strings.Count(lines, "somewhere inside") != 1 || strings.Contains(lines, "secret") || strings.Contains(lines, "BREAK") {
		t.Errorf("the log says\n%s", lines)
	}
	want := []string{"GET /pages/{name} OK", "GET none Not Found", "POST none Method Not Allowed", "other none Method Not Allowed", "GET /broken Internal Server Error"}
	if diff := cmp.Diff(want, counted); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
}

func TestWhatMayBeTold(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	door := &edge.Door{Log: zerolog.New(&log)}
	for name, c := range map[string]struct {
		err    error
		status int
		code   string
		header string
	}{
		"a refusal":      {&enforcement.Refusal{Code: "version.stale"}, 412, "version.stale", ""},
		"nobody known":   {&enforcement.Refusal{Code: access.CodeUnknown}, 401, access.CodeUnknown, "WWW-Authenticate"},
		"in flight":      {&enforcement.Refusal{Code: "request.in-flight"}, 409, "request.in-flight", "Retry-After"},
		"a fault":        {errors.New("the secret cause"), 500, edge.CodeInternal, ""},
		"told already":   {&edge.Problem{Code: "state.forbidden", Status: 409}, 409, "state.forbidden", ""},
		"an unknown one": {&enforcement.Refusal{Code: "no.such"}, 422, "no.such", ""},
	} {
		p := door.Problem(t.Context(), c.err)
		if p.Status != c.status || p.Code != c.code || p.Error() != c.code || (c.header != "") != (len(p.Header()) > 2) || (c.header != "" && p.Header().Get(c.header) == "") {
			t.Errorf("%s: %+v with %v", name, p, p.Header())
		}
		if strings.Contains(p.DetailEN+p.DetailZH, "secret") {
			t.Errorf("%s: %s", name, p.DetailEN)
		}
	}
	if strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), "the secret cause") {
		t.Errorf("the log says %s", log.String())
	}
}

// desk is an edge of its own, without huma, on a record: it enters the subject
// that a form names and answers with a page.
func desk(t *testing.T, b *enforcetest.Bundle) (http.Handler, *access.Tokens) {
	t.Helper()
	tokens := access.New(b.DB, func() time.Time { return time.Now().UTC() }, true)
	door := &edge.Door{Register: b.Offices, Tokens: tokens, Legal: b.At, Log: zerolog.Nop()}
	router := door.Router(policy)
	enter := func(w http.ResponseWriter, r *http.Request) error {
		var identity party.Identity
		if err := json.NewDecoder(r.Body).Decode(&identity); err != nil {
			return err
		}
		act, answered, err := door.Act(r.Context())
		if err != nil || answered {
			return err
		}
		id, err := b.Parties.EnterSubject(r.Context(), act, identity)
		if err != nil {
			return err
		}
		w.WriteHeader(http.StatusCreated)
		w.Header().Set("Location", "/subjects/"+id.String())
		_, err = io.WriteString(w, "<p>"+edge.VisitOf(r.Context()).Reference)
		return err
	}
	router.Post("/subjects", func(w http.ResponseWriter, r *http.Request) {
		e := edge.Endpoint{Roles: []enforcement.Role{enforcement.Clerk}, Route: "POST /subjects"}
		err := door.Admit(w, r, e, func(w http.ResponseWriter, r *http.Request) {
			if err := enter(w, r); err != nil {
				door.Fail(w, r, err)
			}
		})
		if err != nil {
			door.Fail(w, r, err)
		}
	})
	return router, tokens
}

func TestAPageIsAnsweredAsItWas(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	router, tokens := desk(t, b)
	token := func(role enforcement.Role) string {
		plain, err := tokens.Issue(t.Context(), "edge-"+string(role), role, b.Court, true, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		return "Bearer " + plain
	}
	form := func(i party.Identity) string {
		text, err := json.Marshal(i)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	clerk, one, other := token(enforcement.Clerk), form(b.Person()), form(b.Person())
	post := func(as, body, key string) *httptest.ResponseRecorder {
		return ask(t, router, http.MethodPost, "/subjects", body, "Authorization", as, "Idempotency-Key", key)
	}
	first := post(clerk, one, "k")
	if first.Code != http.StatusCreated || !strings.HasPrefix(first.Header().Get("Location"), "/subjects/") {
		t.Fatalf("%d %s", first.Code, first.Body)
	}
	again := post(clerk, one, "k")
	if again.Code != first.Code || again.Body.String() != first.Body.String() || again.Header().Get("Location") != first.Header().Get("Location") {
		t.Errorf("%s, then %d %s", first.Body, again.Code, again.Body)
	}
	if again.Header().Get("X-Request-Id") == first.Header().Get("X-Request-Id") {
		t.Error("two requests have one number")
	}
	for name, c := range map[string]struct{ as, body, key, code string }{
		"another body":    {clerk, other, "k", "request.key-reused"},
		"no key":          {clerk, other, strings.Repeat("k", 201), "key.malformed"},
		"another role":    {token(enforcement.Judge), one, "k", "role.forbidden"},
		"nobody":          {"Bearer cct_demo_x", one, "k", access.CodeUnknown},
		"no bearer token": {"Basic eDp5", one, "k", access.CodeUnknown},
	} {
		if p := problem(t, post(c.as, c.body, c.key)); p.Code != c.code {
			t.Errorf("%s: %d %s", name, p.Status, p.Code)
		}
	}
	if n := b.Count(`SELECT count(*) FROM subject`); n != 1 {
		t.Errorf("%d subjects", n)
	}
}
