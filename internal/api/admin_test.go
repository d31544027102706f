package api_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"concordat/internal/api"
	"concordat/internal/jobs"
)

// withQueues gives the bundle's API the page of the queues.
func withQueues(t *testing.T) *bundle {
	t.Helper()
	b := setup(t)
	client, err := jobs.Insert(b.DB.Pool)
	must(t, err)
	config := b.config
	config.Queues, err = jobs.Page(t.Context(), client, api.QueuesPath, zerolog.New(b.log))
	must(t, err)
	handler, err := api.New(config)
	must(t, err)
	b.server.Config.Handler = handler
	return b
}

func basic(token string) []string {
	return []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("anyone:"+token)), "Accept", "text/html"}
}

func TestOnlyOperatorsSeeTheQueues(t *testing.T) {
	t.Parallel()
	b := withQueues(t)
	for name, c := range map[string]struct {
		token   string
		headers []string
		status  int
		code    string
	}{
		"nobody":                 {"", nil, http.StatusUnauthorized, "token.missing"},
		"an operator":            {b.operator, []string{"Accept", "text/html"}, http.StatusOK, ""},
		"an operator by Basic":   {"", basic(b.operator), http.StatusOK, ""},
		"a clerk":                {b.clerk, nil, http.StatusForbidden, "role.forbidden"},
		"a clerk by Basic":       {"", basic(b.clerk), http.StatusForbidden, "role.forbidden"},
		"an overseer by Basic":   {"", basic(b.overseer), http.StatusForbidden, "role.forbidden"},
		"a password of nobody's": {"", basic("secret"), http.StatusUnauthorized, "token.unknown"},
		"no password":            {"", basic(""), http.StatusUnauthorized, "token.missing"},
	} {
		for _, path := range []string{"/admin/queues/", "/admin/queues/jobs", "/admin/queues/api/queues"} {
			a := b.call(c.token, http.MethodGet, path, nil, c.headers...)
			if a.status != c.status || a.code() != c.code {
				t.Errorf("%s at %s: %d %s", name, path, a.status, a.code())
			}
			if asked := a.header.Get("WWW-Authenticate"); (a.status == http.StatusUnauthorized) != strings.HasPrefix(asked, "Basic ") {
				t.Errorf("%s at %s is asked %q", name, path, asked)
			}
			if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%s at %s: headers %v", name, path, a.header)
			}
		}
	}
	// Elsewhere the password is no token.
	if a := b.call("", http.MethodGet, "/v1/me", nil, basic(b.operator)...); a.status != http.StatusUnauthorized || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer ") {
		t.Errorf("HTTP Basic at the API: %d %s", a.status, a.text)
	}
	if a := b.call("", http.MethodGet, "/admin/queues", nil, basic(b.operator)...); a.status != http.StatusOK {
		t.Errorf("without the slash: %d", a.status)
	}
	if log := b.log.String(); strings.Contains(log, "/admin/queues/jobs") || !strings.Contains(log, `"route":"/admin/queues/*"`) {
		t.Error("the log names a path, or not the route")
	}
}

func TestAnotherSiteCannotPauseAQueue(t *testing.T) {
	t.Parallel()
	b := withQueues(t)
	_, err := b.DB.Pool.Exec(t.Context(), `INSERT INTO river.river_queue (name, updated_at) VALUES ('express', now())`)
	must(t, err)
	path := "/admin/queues/api/queues/express/pause"
	for name, headers := range map[string][]string{
		"by fetch metadata": {"Sec-Fetch-Site", "cross-site"},
		"by origin":         {"Origin", "https://elsewhere.example"},
	} {
		a := b.call("", http.MethodPut, path, "{}", append(basic(b.operator), headers...)...)
		if a.status != http.StatusForbidden || a.code() != "request.cross-origin" {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	if n := b.Count(`SELECT count(*) FROM river.river_queue WHERE paused_at IS NOT NULL`); n != 0 {
		t.Error("a queue was paused all the same")
	}
	if a := b.call("", http.MethodPut, path, "{}", append(basic(b.operator), "Sec-Fetch-Site", "same-origin")...); a.status >= 300 {
		t.Errorf("from here: %d %s", a.status, a.text)
	}
	if n := b.Count(`SELECT count(*) FROM river.river_queue WHERE paused_at IS NOT NULL`); n != 1 {
		t.Error("the operator's own pause did nothing")
	}
	noted := b.Count(`SELECT count(*) FROM event WHERE kind = 'queues-changed' AND role = 'operator' AND actor <> '' AND reason = 'PUT /api/queues/express/pause'`)
	if all := b.Count(`SELECT count(*) FROM event WHERE kind = 'queues-changed'`); noted != 1 || all != 1 {
		t.Errorf("%d of %d events of one pause", noted, all)
	}
}

var (
	inline   = regexp.MustCompile(`(?s)<script([^>]*)>(.*?)</script>`)
	resource = regexp.MustCompile(`(?:src|href)="([^"]*)"`)
)

// The policy must fit what the module serves in the version at hand: every inline
// script that a browser would run needs its hash in it.
func TestThePolicyFitsTheQueuesPage(t *testing.T) {
	t.Parallel()
	b := withQueues(t)
	page := b.want(http.StatusOK, b.operator, http.MethodGet, "/admin/queues/", nil, "Accept", "text/html")
	policy := page.header.Get("Content-Security-Policy")
	scripts := inline.FindAllStringSubmatch(page.text, -1)
	if len(scripts) < 2 {
		t.Fatalf("the page has %d scripts: %s", len(scripts), page.text)
	}
	for _, script := range scripts {
		if strings.Contains(script[1], `type="application/json"`) || strings.Contains(script[1], "src=") {
			continue
		}
		sum := sha256.Sum256([]byte(script[2]))
		if hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, hash) {
			t.Errorf("an inline script needs %s", hash)
		}
	}
	for _, r := range resource.FindAllStringSubmatch(page.text, -1) {
		if !strings.HasPrefix(r[1], "/admin/queues/") {
			t.Errorf("the page loads %s", r[1])
			continue
		}
		if a := b.call(b.operator, http.MethodGet, r[1], nil); a.status != http.StatusOK {
			t.Errorf("%s: %d", r[1], a.status)
		}
	}
	if !strings.Contains(policy, "; script-src 'self'; ") || strings.Contains(policy, "unsafe-eval") || strings.Contains(policy, "http") {
		t.Errorf("the policy is %s", policy)
	}
}

// A real browser says what the policy stops; where none is installed, the test
// above has to do.
func TestABrowserShowsTheQueues(t *testing.T) {
	t.Parallel()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium is installed")
	}
	b := withQueues(t)
	_, err = b.DB.Pool.Exec(t.Context(), `INSERT INTO river.river_queue (name, updated_at) VALUES ('express', now()), ('bulk', now())`)
	must(t, err)
	// The browser has been asked for the token already.
	inner := b.server.Config.Handler
	b.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.SetBasicAuth("operator", b.operator)
		inner.ServeHTTP(w, r)
	})
	for path, want := range map[string]string{"jobs?state=available": "wake-up", "queues": "express"} {
		b.Published(b.Subject(b.Person())) // its wake-ups are the jobs
		var said bytes.Buffer
		cmd := exec.CommandContext(t.Context(), chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--user-data-dir="+t.TempDir(),
			"--enable-logging=stderr", "--virtual-time-budget=15000", "--dump-dom", b.server.URL+"/admin/queues/"+path)
		cmd.Stderr = &said
		page, err := cmd.Output()
		if err != nil {
			t.Fatalf("the browser: %v\n%s", err, said.String())
		}
		if !strings.Contains(string(page), want) {
			t.Errorf("%s does not show %q:\n%.2000s", path, want, page)
		}
		for line := range strings.Lines(said.String()) {
			if strings.Contains(line, "CONSOLE") {
				t.Errorf("%s: the browser says %s", path, line)
			}
		}
	}
}
