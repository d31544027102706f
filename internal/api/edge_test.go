package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/internal/api"
	"concordat/internal/edge"
)

func TestAnOrganisationSeesItsOwnAndNothingElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	listing := b.Published(b.Subject(b.Person())).String()
	var org enforcement.OrganisationID
	var directive string
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT organisation_id, id::text FROM directive ORDER BY id LIMIT 1`).Scan(&org, &directive))
	other := b.token(enforcement.DepartmentReviewer, b.Departments[slices.IndexFunc(b.Departments, func(d enforcement.OrganisationID) bool { return d != org })])

	if a := b.call(other, http.MethodGet, "/v1/directives/"+directive, nil); a.status != http.StatusNotFound || a.code() != "not-found" {
		t.Errorf("another's directive: %d %s", a.status, a.text)
	}
	none := b.call(other, http.MethodGet, "/v1/directives/"+enforcement.NewID().String(), nil)
	theirs := b.call(other, http.MethodGet, "/v1/directives/"+directive, nil)
	delete(none.body, "reference")
	delete(theirs.body, "reference")
	if string(asJSON(t, none.body)) != string(asJSON(t, theirs.body)) {
		t.Error("another's directive can be told from none")
	}
	for _, item := range b.want(http.StatusOK, other, http.MethodGet, "/v1/directives", nil).items() {
		if at[string](t, item, "id") == directive {
			t.Error("another's directive is listed")
		}
	}
	if n := len(b.want(http.StatusOK, b.overseer, http.MethodGet, "/v1/directives?limit=200", nil).items()); n != b.Count(`SELECT count(*) FROM directive`) {
		t.Errorf("an overseer sees %d directives", n)
	}
	for _, path := range []string{"/v1/listings/" + listing, "/v1/listings/" + listing + "/foresee"} {
		if a := b.call(b.otherClerk, http.MethodGet, path, nil); a.status != http.StatusNotFound {
			t.Errorf("another court reads %s: %d", path, a.status)
		}
		if a := b.call(other, http.MethodGet, path, nil); a.status != http.StatusForbidden {
			t.Errorf("a department reads %s: %d", path, a.status)
		}
	}
	if a := b.call(b.otherClerk, http.MethodPost, "/v1/listings/"+listing+"/suspension", object{"reason": "wrong-person"}, "If-Match", `"5"`); a.status != http.StatusNotFound {
		t.Errorf("another court suspends: %d %s", a.status, a.code())
	}
	if n := len(b.want(http.StatusOK, b.otherClerk, http.MethodGet, "/v1/listings", nil).items()); n != 0 {
		t.Errorf("another court lists %d", n)
	}
	if n := len(b.want(http.StatusOK, b.otherClerk, http.MethodGet, "/v1/cases", nil).items()); n != 0 {
		t.Errorf("another court lists %d cases", n)
	}
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	must(t, err)
	return text
}

func TestPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	want := map[string]bool{}
	for range 7 {
		want[b.Draft(b.Subject(b.Company())).String()] = true
	}
	path := "/v1/listings?limit=3"
	var sizes []int
	for path != "" {
		page := b.want(http.StatusOK, b.clerk, http.MethodGet, path, nil)
		sizes = append(sizes, len(page.items()))
		for _, item := range page.items() {
			delete(want, at[string](t, item, "id"))
		}
		next, _ := page.body["next"].(string)
		path = ""
		if next != "" {
			path = "/v1/listings?limit=3&after=" + next
		}
	}
	if len(want) != 0 || !slices.Equal(sizes, []int{3, 3, 1}) {
		t.Errorf("pages of %v left out %d", sizes, len(want))
	}
	if a := b.call(b.clerk, http.MethodGet, "/v1/listings?limit=201", nil); a.status != 422 || !strings.Contains(a.text, `"location":"query.limit","code":"field.range"`) {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := b.want(http.StatusOK, b.otherClerk, http.MethodGet, "/v1/listings", nil); !strings.Contains(a.text, `"items":[]`) {
		t.Errorf("an empty page: %s", a.text)
	}
}

func TestFieldProblems(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.call(b.judge, http.MethodPost, "/v1/listings", `{"case":"x","capacity":"king","conducts":[1,9,"a"],"facts":{"obligation":"`+strings.Repeat("x", 4001)+`","performed":1,"小名":2},"score":600}`)
	var p edge.Problem
	must(t, json.Unmarshal([]byte(a.text), &p))
	got := map[string]string{}
	for _, e := range p.Errors {
		got[e.Location+" "+e.Code] = e.DetailZH
	}
	for _, want := range []string{
		"body.subject field.required", "body.case field.format", "body.capacity field.enum", "body.conducts[1] field.range", "body.conducts[2] field.type",
		"body.facts.conduct field.required", "body.facts.obligation field.length", "body.facts.performed field.type", "body.facts field.unknown", "body field.unknown",
	} {
		if got[want] == "" {
			t.Errorf("%s is not named in %v", want, got)
		}
	}
}

func TestFaultsAreToldByNumberOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.DB.Pool.Exec(t.Context(), `ALTER TABLE incident RENAME TO incident_of_yesterday`)
	must(t, err)
	a := b.call(b.operator, http.MethodGet, "/v1/incidents", nil, "Accept-Language", "en")
	if a.status != http.StatusInternalServerError || a.code() != "internal" {
		t.Errorf("%d %s", a.status, a.text)
	}
	checkProblem(t, a)
	reference := a.header.Get("X-Request-Id")
	faults := 0
	for line := range strings.Lines(b.log.String()) {
		if strings.Contains(line, `"message":"fault"`) {
			faults++
			if !strings.Contains(line, reference) || !strings.Contains(line, "list incidents") {
				t.Errorf("a fault without its number or its cause: %s", line)
			}
		}
	}
	if faults != 1 {
		t.Errorf("logged %d times", faults)
	}
}

func TestAPanicIsAFault(t *testing.T) {
	t.Parallel()
	b := setup(t)
	config := b.config
	config.Legal = func() time.Time { panic("somewhere inside") }
	handler, err := api.New(config)
	must(t, err)
	b.server.Config.Handler = handler
	a := b.call(b.clerk, http.MethodGet, "/v1/me", nil, "Accept-Language", "en")
	if a.status != http.StatusInternalServerError {
		t.Errorf("%d %s", a.status, a.text)
	}
	checkProblem(t, a)
	if strings.Contains(a.text, "somewhere") || strings.Count(b.log.String(), "somewhere inside") != 1 {
		t.Errorf("told or not logged once: %s", a.text)
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for accept, want := range map[string]string{"": "zh-CN", "en-GB": "en", "zh-TW": "zh-CN", "fr": "zh-CN"} {
		a := b.call("", http.MethodGet, "/v1/me", nil, "Accept-Language", accept)
		detail, key := a.body["detail"], "detail_zh"
		if want == "en" {
			key = "detail_en"
		}
		if a.header.Get("Content-Language") != want || detail != a.body[key] || a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%q: %s in %s", accept, a.text, a.header.Get("Content-Language"))
		}
	}
	if a := b.call(b.clerk, http.MethodPost, "/v1/subjects", "{}", "Accept-Language", "en"); a.header.Get("Content-Language") != "en" || a.body["detail"] != a.body["detail_en"] {
		t.Errorf("what huma refuses: %s", a.text)
	}
}

func TestHeadersAndMethods(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, path := range []string{"/v1/me", "/v1/public/listings", "/nowhere", "/healthz", "/docs"} {
		a := b.call("", http.MethodGet, path, nil)
		for header, want := range map[string]string{
			"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "X-Concordat-Demo": "true",
		} {
			if a.header.Get(header) != want {
				t.Errorf("%s: %s is %q", path, header, a.header.Get(header))
			}
		}
		if !strings.HasPrefix(a.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: policy %q", path, a.header.Get("Content-Security-Policy"))
		}
	}
	a := b.call(b.clerk, http.MethodDelete, "/v1/listings", nil)
	if a.status != http.StatusMethodNotAllowed || a.code() != "route.method" || a.header.Get("Allow") != "GET, POST" {
		t.Errorf("%d %s, allowed %q", a.status, a.code(), a.header.Get("Allow"))
	}
	if a := b.call(b.clerk, http.MethodPost, "/v1/subjects", "{}", "Content-Type", "text/plain"); a.status != http.StatusUnsupportedMediaType || a.code() != "body.type" {
		t.Errorf("%d %s", a.status, a.text)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.want(http.StatusOK, "", http.MethodGet, "/healthz", nil)
	b.want(http.StatusOK, "", http.MethodGet, "/readyz", nil)
	now := func() time.Time { return time.Now() }
	for name, ready := range map[string]func(context.Context) error{
		"another schema": edge.DatabaseReady(b.DB, now, 1_000_000),
		"a fast clock":   edge.DatabaseReady(b.DB, func() time.Time { return time.Now().Add(7 * time.Second) }, 1),
		"a slow clock":   edge.DatabaseReady(b.DB, func() time.Time { return time.Now().Add(-7 * time.Second) }, 1),
		"a secret cause": func(context.Context) error { return errors.New("the secret cause") },
	} {
		config := b.config
		config.Ready = ready
		handler, err := api.New(config)
		must(t, err)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), `"not-ready"`) || strings.Contains(w.Body.String(), "cause") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestLogLinesNameRoutesAndNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	person := b.Person()
	subject := b.want(http.StatusCreated, b.clerk, http.MethodPost, "/v1/subjects", identityBody(person)).id()
	listing := b.Draft(b.Subject(person)).String()
	b.want(http.StatusOK, b.clerk, http.MethodGet, "/v1/listings/"+listing, nil)
	b.want(http.StatusOK, b.clerk, http.MethodGet, "/v1/subjects/"+subject, nil)
	b.call(b.clerk, http.MethodGet, "/v1/"+person.Name, nil)
	log := b.log.String()
	for _, secret := range []string{subject, listing, person.Name, person.Number, "127.0.0.1", "api-clerk"} {
		if strings.Contains(log, secret) {
			t.Errorf("%s stands in the log:\n%s", secret, log)
		}
	}
	for _, want := range []string{`"route":"/v1/listings/{id}"`, `"route":"none"`, `"status":404`, `"role":"clerk"`, `"code":"route.unknown"`, `"method":"POST"`} {
		if !strings.Contains(log, want) {
			t.Errorf("no line with %s:\n%s", want, log)
		}
	}
	for line := range strings.Lines(log) {
		var fields map[string]any
		must(t, json.Unmarshal([]byte(line), &fields))
	}
}

func TestConfigurationMustBeWhole(t *testing.T) {
	t.Parallel()
	if _, err := api.New(api.Config{}); err == nil {
		t.Error("an API without a record")
	}
}
