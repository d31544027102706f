package notify_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/notify"
	"concordat/notify/wire"
)

// crowd publishes n companies' grounds and returns a lane that has them all.
func (b *bench) crowd(t *testing.T, n int) (directive.WakeUp, *department) {
	t.Helper()
	for range n {
		b.ground(t, b.Subject(b.Company()))
	}
	w := b.aLane(t)
	return w, b.receivers[w.Organisation]
}

func (b *bench) steps(t *testing.T, org enforcement.OrganisationID) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, step := range []string{"queued", "left", "delivered", "acknowledged", "cancelled"} {
		if n := b.Count(`SELECT count(*) FROM directive WHERE organisation_id = $1 AND step = $2::step`, org, step); n > 0 {
			counts[step] = n
		}
	}
	return counts
}

func (b *bench) incidents(kind string) int {
	return b.Count(`SELECT count(*) FROM incident WHERE kind = $1 AND closed_at IS NULL`, kind)
}

func TestABatchWithOneBadDirectiveIsBisected(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			b := setup(t, nil)
			w, d := b.crowd(t, 13)
			items, err := b.Directives.Due(t.Context(), w.Organisation, w.Lane, b.Day(), enforcement.ID{}, 100)
			if err != nil {
				t.Fatal(err)
			}
			bad := items[5].Directive.String()
			requests := 0
			d.intercept(func(rw http.ResponseWriter, r *http.Request) {
				requests++
				body := reread(r)
				if strings.Contains(string(body), bad) {
					rw.WriteHeader(status)
				}
			})
			b.drain(t, w)
			if got := b.steps(t, w.Organisation); got["acknowledged"] != 12 || got["left"] != 1 {
				t.Errorf("steps %v, want 12 acknowledged and 1 left", got)
			}
			if n := b.incidents("message-refused"); n != 1 {
				t.Errorf("%d incidents, want 1", n)
			}
			if n := b.Count(`SELECT count(*) FROM inbox_item WHERE directive_id = $1 AND closed_at IS NULL`, items[5].Directive); n != 1 {
				t.Errorf("the refused directive lies %d times in the inbox, want once", n)
			}
			sent := requests
			b.drain(t, w)
			if requests != sent {
				t.Error("the refused directive was sent again")
			}
			if requests > 12 {
				t.Errorf("%d requests to find one of 13", requests)
			}
		})
	}
}

func reread(r *http.Request) []byte {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	return body
}

func TestAReceiverThatRefusesEverythingIsAtFault(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *notify.Config) { c.Endpoints.Probes = notify.Probes{First: time.Hour} })
	w, d := b.crowd(t, 30)
	d.intercept(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadRequest) })
	b.drain(t, w)
	if n := b.incidents("message-refused"); n > 8 {
		t.Errorf("%d incidents about single directives", n)
	}
	if n := b.incidents("endpoint-refuses"); n != 1 {
		t.Errorf("%d incidents about the endpoint, want 1", n)
	}
	if e := b.webhook(t, w.Organisation); e.Failures != 1 || e.BulkDueAt == nil {
		t.Errorf("the breaker is closed: %+v", e)
	}
}

func TestAGoneEndpointGivesWayToTheInbox(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusUnauthorized, http.StatusNotFound, http.StatusGone} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			b := setup(t, nil)
			w, d := b.crowd(t, 3)
			requests := 0
			d.intercept(func(rw http.ResponseWriter, _ *http.Request) { requests++; rw.WriteHeader(status) })
			b.drain(t, w)
			b.drain(t, w)
			if requests != 1 {
				t.Errorf("%d requests, want 1", requests)
			}
			if n := b.Count(`SELECT count(*) FROM inbox_item WHERE organisation_id = $1`, w.Organisation); n != 3 {
				t.Errorf("%d items in the inbox, want 3", n)
			}
			if n := b.incidents("endpoint-gone"); n != 1 {
				t.Errorf("%d incidents, want 1", n)
			}
			if due, err := b.Directives.IsDue(t.Context(), w, b.Day()); err != nil || due {
				t.Errorf("still due: %v, %v", due, err)
			}
			d.intercept(nil)
			if err := b.endpoints.Restore(t.Context(), b.System(), w.Organisation, notify.WebhookName); err != nil {
				t.Fatal(err)
			}
			b.ground(t, b.Subject(b.Company()))
			b.drain(t, w)
			if got := d.sizes(); !slices.Equal(got, []int{1}) {
				t.Errorf("after its restoration the endpoint got %v, want one message of 1", got)
			}
		})
	}
}

func TestFaultsOpenTheBreaker(t *testing.T) {
	t.Parallel()
	faults := map[string]http.HandlerFunc{
		"a server's error": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"a broken answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"format":1`)
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				return
			}
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		},
		"no answer": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = conn.Close()
			}
			if s, ok := w.(*seen); ok {
				s.wrote = true
			}
		},
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(c *notify.Config) { c.Endpoints.Probes = notify.Probes{First: time.Hour} })
			w, d := b.crowd(t, 2)
			var requests atomic.Int64
			d.intercept(func(rw http.ResponseWriter, r *http.Request) { requests.Add(1); fault(rw, r) })
			b.drain(t, w)
			b.drain(t, w)
			if n := requests.Load(); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
			if got := b.steps(t, w.Organisation); got["left"] != 2 {
				t.Errorf("steps %v, want 2 in doubt", got)
			}
			e := b.webhook(t, w.Organisation)
			if e.Failures != 1 || e.BulkDueAt == nil || e.ExpressDueAt == nil || e.Gone {
				t.Errorf("the breaker: %+v", e)
			}
			if n := b.Count(`SELECT count(*) FROM attempt WHERE settled_at IS NULL`); n != 0 {
				t.Errorf("%d attempts are open", n)
			}
		})
	}
}

// While bulk waits for its probe, the express lane is probed sooner.
func TestAnOpenBreakerLetsAnExpressProbeThrough(t *testing.T) {
	t.Parallel()
	p := notify.Probes{}
	for _, c := range []struct {
		lane  directive.Lane
		n     int
		asked time.Duration
		want  time.Duration
	}{
		{directive.Express, 1, 0, time.Second},
		{directive.Express, 3, 0, 4 * time.Second},
		{directive.Express, 40, 0, 30 * time.Second},
		{directive.Express, 1, time.Hour, 30 * time.Second},
		{directive.Bulk, 40, 0, 5 * time.Minute},
		{directive.Bulk, 1, 20 * time.Second, 20 * time.Second},
		{directive.Bulk, 1, time.Hour, 5 * time.Minute},
	} {
		if got := p.Delay(c.lane, c.n, c.asked); got != c.want {
			t.Errorf("%s, failure %d, asked %s: %s, want %s", c.lane, c.n, c.asked, got, c.want)
		}
	}
	if got := (notify.Probes{Express: time.Hour}).Delay(directive.Express, 40, 0); got != 30*time.Second {
		t.Errorf("configured beyond the bound: %s", got)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-7": 0, "soon": 0, "99999999999999": 0,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute, now.Add(-time.Minute).Format(http.TimeFormat): 0,
	} {
		if got := notify.RetryAfter(text, now); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// answering replaces the receiver's answers.
func (d *department) answering(change func(wire.Answers) wire.Answers) {
	d.intercept(func(w http.ResponseWriter, r *http.Request) {
		m, err := wire.ParseMessage("", reread(r))
		if err != nil {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		body, _ := json.Marshal(change(d.Ledger.Apply(m)))
		_, _ = w.Write(body)
	})
}

func TestAnswersLineByLine(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(wire.Answers) wire.Answers
		want   map[string]int
	}{
		"all in order":        {func(a wire.Answers) wire.Answers { return a }, map[string]int{"acknowledged": 5}},
		"none":                {func(a wire.Answers) wire.Answers { a.Answers = nil; return a }, map[string]int{"left": 5}},
		"one left out":        {func(a wire.Answers) wire.Answers { a.Answers = slices.Delete(a.Answers, 2, 3); return a }, map[string]int{"acknowledged": 4, "left": 1}},
		"in reverse":          {func(a wire.Answers) wire.Answers { slices.Reverse(a.Answers); return a }, map[string]int{"acknowledged": 5}},
		"twice":               {func(a wire.Answers) wire.Answers { a.Answers = append(a.Answers, a.Answers...); return a }, map[string]int{"acknowledged": 5}},
		"of an older version": {func(a wire.Answers) wire.Answers { a.Answers[1].Version = 0; return a }, map[string]int{"acknowledged": 4, "left": 1}},
		"of a newer version":  {func(a wire.Answers) wire.Answers { a.Answers[1].Version = 9; return a }, map[string]int{"acknowledged": 4, "left": 1}},
		"an unknown outcome":  {func(a wire.Answers) wire.Answers { a.Answers[0].Outcome = "whatever"; return a }, map[string]int{"acknowledged": 4, "left": 1}},
		"only delivered":      {func(a wire.Answers) wire.Answers { a.Answers[0].Outcome = "delivered"; return a }, map[string]int{"acknowledged": 4, "delivered": 1}},
		"of a stranger": {func(a wire.Answers) wire.Answers {
			a.Answers = append([]wire.Answer{{Directive: [16]byte(enforcement.NewID()), Version: 1, Outcome: "acknowledged"}}, a.Answers...)
			return a
		}, map[string]int{"acknowledged": 5}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(c *notify.Config) { c.Endpoints.Probes = notify.Probes{First: time.Hour} })
			w, d := b.crowd(t, 5)
			d.answering(c.change)
			b.drain(t, w)
			got := b.steps(t, w.Organisation)
			if len(got) != len(c.want) || got["left"] != c.want["left"] || got["acknowledged"] != c.want["acknowledged"] || got["delivered"] != c.want["delivered"] {
				t.Errorf("steps %v, want %v", got, c.want)
			}
			e := b.webhook(t, w.Organisation)
			if waits := e.BulkDueAt != nil; waits != (c.want["left"] > 0) || e.ExpressDueAt != nil {
				t.Errorf("the endpoint waits: %v; %+v", waits, e)
			}
		})
	}
}

// What a receiver leaves out is asked again at each probe until it answers.
func TestDoubtIsResolvedInTheEnd(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	_, d := b.crowd(t, 20)
	n := 0
	d.answering(func(a wire.Answers) wire.Answers {
		n++
		a.Answers = slices.DeleteFunc(a.Answers, func(wire.Answer) bool { n++; return n%3 != 0 })
		return a
	})
	b.quiet(t, b.drainer)
	b.agree(t)
}

func TestReportsTravelWithAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *notify.Config) { c.BulkBatch = 4 })
	w, d := b.crowd(t, 4)
	measures := map[string]string{}
	d.intercept(func(rw http.ResponseWriter, r *http.Request) {
		m, err := wire.ParseMessage("", reread(r))
		if err != nil {
			return
		}
		for _, line := range m.Directives {
			measures[line.ID.String()] = line.Measures[0]
		}
		a := d.Ledger.Apply(m)
		for i, line := range m.Directives {
			a.Answers[i].Reports = []wire.Report{{Measure: line.Measures[0], Outcome: "implemented"}}
		}
		a.Answers[1].Reports[0] = wire.Report{Measure: m.Directives[1].Measures[0], Outcome: "refused"} // without its reason
		a.Answers[2].Reports[0].Measure = "no/such"
		a.Answers[3].Reports[0] = wire.Report{Measure: m.Directives[3].Measures[0], Outcome: "kept", Basis: "a\x00b", KeptUntil: b.Day()}
		_, _ = rw.Write(a.Append(nil))
	})
	b.drain(t, w)
	if n := b.Count(`SELECT count(*) FROM report WHERE outcome = 'implemented'`); n != 1 {
		t.Errorf("%d reports, want the one that is sound", n)
	}
	if n := b.incidents("answer-unusable"); n != 3 {
		t.Errorf("%d incidents, want 3", n)
	}
	if got := b.steps(t, w.Organisation); got["acknowledged"] != 4 {
		t.Errorf("steps %v: unusable reports cost an acknowledgement", got)
	}
	b.noFindings(t)
}

// What a department's system keeps is kept where it stands on something; where it does
// not, as in the words of an earlier release, the withdrawal stays open whatever the line
// acknowledges, and somebody is told why.
func TestKeptTravelsWithAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *notify.Config) { c.ExpressBatch = 4 })
	var grounds []enforcement.ID
	for range 4 {
		grounds = append(grounds, b.ground(t, b.Subject(b.Company())))
	}
	w := b.aLane(t)
	d, carried := b.receivers[w.Organisation], map[string]string{}
	d.intercept(func(rw http.ResponseWriter, r *http.Request) {
		m, err := wire.ParseMessage("", reread(r))
		if err != nil {
			return
		}
		a := d.Ledger.Apply(m)
		if m.Lane != string(directive.Express) {
			for _, line := range m.Directives {
				carried[line.ID.String()] = line.Measures[0]
			}
			_, _ = rw.Write(a.Append(nil))
			return
		}
		for i, line := range m.Directives {
			a.Answers[i].Reports = []wire.Report{{
				Measure: carried[line.ID.String()], Outcome: "kept", Cited: wire.Cited{Title: "演示条例", Article: "第1条"}, KeptUntil: b.Day().AddYears(1),
				Decision: wire.OwnDecision{Number: "演示决字〔2025〕1号", ServedOn: b.Day(), Remedy: "六十日内申请行政复议"},
			}}
		}
		a.Answers[1].Reports[0].Cited, a.Answers[1].Reports[0].Decision, a.Answers[1].Reports[0].Basis = wire.Cited{}, wire.OwnDecision{}, "演示法第1条"
		a.Answers[2].Reports[0].KeptUntil = b.Day().AddYears(3)
		a.Answers[3].Reports[0].Decision.Remedy = "a\x00b"
		_, _ = rw.Write(a.Append(nil))
	})
	b.drain(t, w)
	for _, ground := range grounds {
		if err := b.Grounds.End(t.Context(), b.Judge(), ground, "Art. 10"); err != nil {
			t.Fatal(err)
		}
	}
	w.Lane = directive.Express
	b.drain(t, w)
	if n := b.Count(`SELECT count(*) FROM report WHERE outcome = 'kept' AND decision_remedy <> ''`); n != 1 {
		t.Errorf("%d measures are kept, want the one that stands on something", n)
	}
	for step, want := range map[string]int{"acknowledged": 1, "delivered": 3} {
		if n := b.Count(`SELECT count(*) FROM amendment WHERE organisation_id = $1 AND kind = 'withdraw' AND step = $2::step`, w.Organisation, step); n != want {
			t.Errorf("%d withdrawals are %s, want %d", n, step, want)
		}
	}
	if n := b.Count(`SELECT count(*) FROM incident WHERE kind = 'answer-unusable' AND detail ~ 'report.kept-(basis|term|decision)'`); n != 3 {
		t.Errorf("%d incidents, want 3", n)
	}
	b.noFindings(t)
}
