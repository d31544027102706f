package telemetry_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/audit"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/hold"
	"concordat/enforcement/party"
	"concordat/internal/telemetry"
)

var sample = regexp.MustCompile(`(?m)^([a-z_]+(?:\{.*\})?) ([0-9.e+-]+)$`)

// scrape returns the samples by name and labels, and the whole text.
func (s *scene) scrape(t *testing.T) (map[string]float64, string) {
	t.Helper()
	w := httptest.NewRecorder()
	s.telemetry.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	found := map[string]float64{}
	for _, m := range sample.FindAllStringSubmatch(w.Body.String(), -1) {
		v, err := strconv.ParseFloat(m[2], 64)
		must(t, err)
		found[m[1]] = v
	}
	return found, w.Body.String()
}

// populate brings about one of everything that figures show, with the jobs stopped.
func (s *scene) populate(t *testing.T, person party.Identity) {
	t.Helper()
	ctx := t.Context()
	first := s.Published(s.Subject(person))
	until(t, "impositions are still due", func() bool {
		return s.Count(`SELECT (SELECT count(*) FROM directive WHERE due) + (SELECT count(*) FROM attempt WHERE settled_at IS NULL)`) == 0
	})
	s.post(s.token(enforcement.Clerk, s.Court), "/v1/listings/"+first.String(), "", nil)
	s.stop()
	must(t, s.Listings.Delete(ctx, s.Judge(), enforcetest.Of(first), s.Ending(1)))
	s.Published(s.Subject(s.Person()))
	must(t, s.Docket.Report(ctx, "endpoint-gone", s.Departments[0], enforcement.ID{}, "made up"))
	operator := enforcement.Act{At: s.At(), Actor: enforcement.Actor{ID: "op-1", Role: enforcement.Operator}}
	_, err := s.Holds.Place(ctx, operator, hold.NewHold{Scope: hold.Organisation, Organisation: s.Departments[1], Reason: "made up"})
	must(t, err)
	s.exec(t, `UPDATE endpoint SET failures = 3, express_due_at = now() + interval '1 day', bulk_due_at = now() + interval '1 day' WHERE organisation_id = $1`, s.Departments[0])
	s.exec(t, `UPDATE endpoint SET failures = 1, gone = true WHERE organisation_id = $1`, s.Departments[1])
	s.exec(t, `INSERT INTO river.river_queue (name, updated_at, paused_at) VALUES ('bulk', now(), now()) ON CONFLICT (name) DO UPDATE SET paused_at = now()`)
	s.exec(t, `INSERT INTO import_run (id, kind, court_id, content_hash, key_version, size, rows_done, drafted, refused, state, started_by, started_role, started_at)
		VALUES ($1, 'listings', $2, '\x00', 1, 1, 5, 3, 2, 'running', 'made up', 'clerk', now())`, enforcement.NewID(), s.Court)
	s.exec(t, `INSERT INTO report (directive_id, version, measure_id, outcome, basis, kept_until, reported_on)
		SELECT a.directive_id, a.version, d.measures[1], 'kept', 'made up', '2025-09-02', '2025-09-01' FROM amendment a JOIN directive d ON d.id = a.directive_id
		WHERE a.organisation_id = $1 AND a.kind = 'withdraw'`, s.Departments[0])
	must(t, telemetry.LastAudit{At: machine().Add(-time.Hour), Findings: 2}.Keep(s.record.Data))
	s.Advance(10)
}

func (s *scene) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	_, err := s.DB.Pool.Exec(t.Context(), sql, args...)
	must(t, err)
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	s := setup(t)
	person := s.Person()
	s.populate(t, person)
	n := float64(s.Count(`SELECT count(*) FROM amendment`))
	got, text := s.scrape(t)
	slug, other := slugOf(t, s, s.Departments[0]), slugOf(t, s, s.Departments[1])
	for name, want := range map[string]float64{
		`concordat_record_readable`:                                                                     1,
		`concordat_info{version="test"}`:                                                                1,
		`concordat_due_versions{lane="bulk",organisation="` + slug + `"}`:                               1,
		`concordat_due_versions{lane="express",organisation="` + slug + `"}`:                            1,
		`concordat_due_versions{lane="bulk",organisation="qingxiu-court"}`:                              0,
		`concordat_due_oldest_age_seconds{lane="bulk",organisation="qingxiu-court"}`:                    0,
		`concordat_withdrawals_unacknowledged{organisation="` + slug + `"}`:                             1,
		`concordat_withdrawals_overdue_days{organisation="` + slug + `"}`:                               1,
		`concordat_withdrawals_overdue_days{organisation="qingxiu-court"}`:                              0,
		`concordat_kept_measures{organisation="` + slug + `",state="over"}`:                             1,
		`concordat_incidents_open{kind="endpoint-gone"}`:                                                1,
		`concordat_holds_in_force{cause="operator",scope="organisation"}`:                               1,
		`concordat_endpoint_failures{channel="webhook",organisation="` + slug + `"}`:                    3,
		`concordat_endpoint_waiting{channel="webhook",organisation="` + slug + `"}`:                     1,
		`concordat_endpoint_gone{channel="webhook",organisation="` + slug + `"}`:                        0,
		`concordat_endpoint_gone{channel="webhook",organisation="` + other + `"}`:                       1,
		`concordat_endpoint_waiting{channel="webhook",organisation="` + other + `"}`:                    0,
		`concordat_tokens_expiring`:                                                                     0,
		`concordat_queue_paused{queue="bulk"}`:                                                          1,
		`concordat_queue_paused{queue="daily"}`:                                                         0,
		`concordat_queue_jobs{queue="express",state="waiting"}`:                                         n,
		`concordat_queue_jobs{queue="bulk",state="waiting"}`:                                            n,
		`concordat_import_runs{kind="listings",state="running"}`:                                        1,
		`concordat_import_runs{kind="takeover",state="failed"}`:                                         0,
		`concordat_import_rows{kind="listings",outcome="drafted"}`:                                      3,
		`concordat_import_rows{kind="listings",outcome="refused"}`:                                      2,
		`concordat_orphans_due`:                                                                         0,
		`concordat_audit_findings`:                                                                      2,
		`concordat_sends_total{channel="webhook",lane="bulk",verdict="answered"}`:                       n,
		`concordat_sent_versions_total{channel="webhook",lane="bulk",verdict="answered"}`:               n,
		`concordat_send_duration_seconds_count{channel="webhook",lane="bulk"}`:                          n,
		`concordat_request_duration_seconds_count{method="GET",route="/v1/listings/{id}",status="2xx"}`: 1,
		`concordat_jobs_worked_total{kind="wake-up",queue="bulk",status="ok"}`:                          n,
		`concordat_pool_connections_max`:                                                                float64(s.DB.Pool.Stat().MaxConns()),
	} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %g (%t), want %g", name, v, ok, want)
		}
	}
	for name, least := range map[string]float64{
		`concordat_due_oldest_age_seconds{lane="bulk",organisation="` + slug + `"}`: 0, `concordat_due_oldest_age_seconds{lane="express",organisation="` + slug + `"}`: 0,
		`concordat_queue_oldest_age_seconds{queue="express"}`: 0, `concordat_audit_age_seconds`: 3599,
	} {
		if v := got[name]; v <= least || v > 4000 {
			t.Errorf("%s is %g", name, v)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
	for _, secret := range []string{person.Name, person.Number, "演示", "river_"} {
		if strings.Contains(text, secret) {
			t.Errorf("the metrics hold %q", secret)
		}
	}
}

// What cannot be read is left out and said, and asked again only after a while.
func TestFiguresOfABrokenDatabase(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.stop()
	due := func() (readable float64, shown bool) {
		got, _ := s.scrape(t)
		_, shown = got[`concordat_due_versions{lane="bulk",organisation="qingxiu-court"}`]
		return got["concordat_record_readable"], shown
	}
	if readable, shown := due(); readable != 1 || !shown {
		t.Fatalf("at first: %g %t", readable, shown)
	}
	s.exec(t, `ALTER TABLE clock RENAME TO clock_of_yesterday`)
	if readable, shown := due(); readable != 1 || !shown {
		t.Errorf("figures of a moment ago are not shown again: %g %t", readable, shown)
	}
	s.clock.Store(int64(11 * time.Second))
	if readable, shown := due(); readable != 0 || shown {
		t.Errorf("with a table missing: %g %t", readable, shown)
	}
	s.exec(t, `ALTER TABLE clock_of_yesterday RENAME TO clock`)
	s.clock.Store(int64(22 * time.Second))
	if readable, shown := due(); readable != 1 || !shown {
		t.Errorf("afterwards: %g %t", readable, shown)
	}
}

// A backlog costs no more to look at than FigureLimit of it.
func TestABacklogIsCountedSoFarAndNoFurther(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.stop()
	listing := s.Published(s.Subject(s.Person()))
	s.exec(t, `INSERT INTO directive (id, subject_id, ground_id, organisation_id, plan_id, ground_kind, step, due, measures)
		SELECT gen_random_uuid(), gen_random_uuid(), d.ground_id, d.organisation_id, d.plan_id, d.ground_kind, 'queued', true, d.measures
		FROM directive d, generate_series(1, $3::int) WHERE d.ground_id = $1 AND d.organisation_id = $2`, listing, s.Departments[0], audit.FigureLimit+5)
	f, err := s.Auditor.Figures(t.Context(), s.Day())
	must(t, err)
	at := slices.IndexFunc(f.Due, func(d audit.DueFigure) bool {
		return d.Organisation == slugOf(t, s, s.Departments[0]) && d.Lane == directive.Bulk
	})
	if f.Due[at].Count != audit.FigureLimit {
		t.Errorf("counted %d", f.Due[at].Count)
	}
}

// Routes are patterns, and what no route takes is one label.
func TestLabelsAreFew(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.stop()
	for i := range 5 {
		for _, path := range []string{fmt.Sprintf("/nowhere/%d", i), "/v1/listings/" + enforcement.NewID().String()} {
			r, err := http.NewRequestWithContext(t.Context(), "MADE-UP", s.server.URL+path, nil)
			must(t, err)
			response, err := s.server.Client().Do(r)
			must(t, err)
			must(t, response.Body.Close())
		}
	}
	got, _ := s.scrape(t)
	var names []string
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if strings.HasPrefix(name, "concordat_request_duration_seconds_count") {
			names = append(names, name)
		}
	}
	want := []string{`concordat_request_duration_seconds_count{method="other",route="none",status="4xx"}`}
	if !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
}
