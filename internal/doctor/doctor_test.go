package doctor_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement/enforcetest"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
	"concordat/internal/doctor"
	"concordat/internal/i18n"
	"concordat/internal/pg"
	"concordat/internal/vault"
)

// planted is a fault, and what the doctor must say of it.
type planted struct {
	name    string
	plant   func(*place)
	check   string
	code    string
	verdict doctor.Verdict
	detail  string // a part of it
	blind   bool   // other checks cannot be made
}

const dayLong = 24 * time.Hour

func faults() []planted {
	return []planted{
		{"the database is down", func(p *place) { p.DatabaseURL = "postgres:///none?host=" + p.Data }, "database", "doctor.database.down", doctor.Fault, "", true},
		{"no private PostgreSQL runs", func(p *place) { p.DatabaseURL = "" }, "database", "doctor.database.down", doctor.Fault, "postgres", true},
		{"the database takes no writes", func(p *place) { p.sql(`ALTER DATABASE ` + p.name + ` SET default_transaction_read_only = on`) }, "database", "doctor.database.read-only", doctor.Fault, "", false},
		{"a lane whose holder says nothing", func(p *place) { p.Silence = time.Nanosecond; p.lockLane() }, "lanes", "doctor.lanes.locked", doctor.Fault, "/express for ", false},
		{"commits do not wait for the disk", func(p *place) { p.sql(`ALTER DATABASE ` + p.name + ` SET synchronous_commit = off`) }, "settings", "doctor.settings.synchronous-commit", doctor.Fault, "synchronous_commit = off", false},
		{"a pool larger than the server", func(p *place) { p.Connections = 500 }, "settings", "doctor.settings.connections", doctor.Fault, "504", false},
		{"the machine's clock is fast", func(p *place) { p.Machine = func() time.Time { return time.Now().UTC().Add(7 * time.Second) } }, "clock", "doctor.clock.skew", doctor.Fault, "7s", false},
		{"the schema is of the release before", func(p *place) { p.sql(`DELETE FROM goose_db_version WHERE version_id > 6`) }, "schema", "doctor.schema.behind", doctor.Fault, "schema 6", true},
		{"the schema is of a release to come", func(p *place) { p.sql(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`) }, "schema", "doctor.schema.ahead", doctor.Warn, "99999", false},
		{"the disk is full", func(p *place) { p.FreeBytes = 1 << 62 }, "disk", "doctor.disk.full", doctor.Fault, "MiB free", false},
		{"the key file is gone", func(p *place) { must(p.t, os.Remove(p.keys())) }, "keys", "doctor.keys.missing", doctor.Fault, "keys.json", true},
		{"the key file is open to others", func(p *place) { must(p.t, os.Chmod(p.keys(), 0o644)) }, "keys", "doctor.keys.open-to-others", doctor.Fault, "mode 0644, want 0600", true},
		{"the key file is damaged", func(p *place) { must(p.t, os.WriteFile(p.keys(), []byte("{"), 0o600)) }, "keys", "doctor.keys.damaged", doctor.Fault, "", true},
		{"keys of a demonstration", func(p *place) {
			must(p.t, os.Remove(p.keys()))
			_, err := vault.Open(p.keys(), vault.Options{Create: true, Demo: true})
			must(p.t, err)
		}, "keys", "doctor.keys.demo", doctor.Fault, "keys.json", true},
		{"a rotation that was broken off", func(p *place) { rotate(p, false) }, "sealed", "doctor.sealed.older", doctor.Warn, "2 is current", false},
		{"people under a key that is not in the file", func(p *place) { p.sql(`UPDATE subject SET key_version = 9`) }, "sealed", "doctor.sealed.unknown", doctor.Fault, "2 rows under key 9", false},
		{"a year without a calendar", func(p *place) { p.later(3 * 365 * dayLong) }, "calendar", "doctor.calendar.none", doctor.Fault, "2023 to 2026", false},
		{"nobody attested", func(p *place) {
			p.sql(`INSERT INTO attestation_withdrawal (attestation_id, reason, withdrawn_by, withdrawn_at) SELECT id, 'made', 'made', now() FROM attestation`)
		}, "attestations", "doctor.attestations.absent", doctor.Warn, "0 statements wait", false},
		{"a statement that nobody confirmed", func(p *place) {
			p.sql(`INSERT INTO attestation (id, who, role, stated_on, source, measures, bases, basic_list, hash, demonstration, entered_by, entered_at, rules)
				SELECT gen_random_uuid(), '演示', '仅供演示', '2025-01-01', 'made', '{}', '{consumption-rules}', '{}', sha256('made'), false, 'made', now(), 1`)
		}, "attestations", "doctor.attestations.waiting", doctor.Warn, "1 statements wait", false},
		{"a file of attestations as of before", func(p *place) { p.Attestations = "attestations.yaml" }, "attestations", "doctor.attestations.file", doctor.Warn, "attestations.yaml", false},
		{"an edition of a text that is not known", func(p *place) {
			p.sql(`UPDATE edition SET valid_until = '2025-08-31' WHERE memorandum = 'judgment-debtor-141'`)
			p.sql(`INSERT INTO edition (memorandum, list_type, content_hash, valid_from, adopted_by, adopted_at) VALUES ('judgment-debtor-141', 'judgment-debtor', sha256('made'), '2025-09-01', 'made', now())`)
		}, "editions", "doctor.editions.unknown", doctor.Fault, "judgment-debtor-141@2025-09-01", false},
		{"an adoption that broke off", func(p *place) {
			p.sql(`INSERT INTO adoption (id, memorandum, to_edition, day, adopted_by, adopted_at) SELECT gen_random_uuid(), memorandum, id, '2025-09-01', 'made', now() FROM edition WHERE memorandum = 'judgment-debtor-141'`)
		}, "adoptions", "doctor.adoptions.open", doctor.Fault, "judgment-debtor-141 2016 since 2025-09-01", false},
		{"a statement whose words have changed", func(p *place) {
			p.sql(`INSERT INTO attestation (id, who, role, stated_on, source, measures, bases, basic_list, hash, demonstration, entered_by, entered_at)
				SELECT gen_random_uuid(), '演示', '仅供演示', '2025-01-01', 'made', '{}', '{consumption-rules}', '{}', sha256('made'), false, 'made', now()`)
		}, "attested", "doctor.attested.lost", doctor.Warn, "-", false},
		{"tokens of a demonstration", func(p *place) {
			p.sql(`INSERT INTO token (hash, actor, role, demo, created_at) VALUES ('\x00', 'made', 'overseer', true, now())`)
		}, "demonstration", "doctor.demonstration.tokens", doctor.Warn, "1 tokens", false},
		{"a token that ends soon", func(p *place) {
			p.sql(`INSERT INTO token (hash, actor, role, created_at, expires_at) VALUES ('\x00', 'made', 'overseer', now(), now() + interval '20 days')`)
		}, "tokens", "doctor.tokens.expiring", doctor.Warn, "overseer until", false},
		{"a token without an end", func(p *place) {
			p.sql(`INSERT INTO token (hash, actor, role, created_at) VALUES ('\x00', 'made', 'overseer', now())`)
		}, "tokens", "doctor.tokens.endless", doctor.Warn, "overseer", false},
		{"nobody delivers", func(p *place) { p.sql(`DELETE FROM river.river_leader`) }, "queue", "doctor.queue.leader", doctor.Fault, "0 leader", false},
		{"a paused queue", func(p *place) { p.sql(`UPDATE river.river_queue SET paused_at = now() WHERE name = 'express'`) }, "queue", "doctor.queue.paused", doctor.Fault, "express", false},
		{"a wake-up nobody takes", func(p *place) { p.job("available", "scheduled_at", time.Hour) }, "jobs", "doctor.jobs.waiting", doctor.Fault, "queue express: 1 wait, the oldest for 1h0m0s", false},
		{"a job that hangs", func(p *place) { p.job("running", "attempted_at", time.Hour) }, "jobs", "doctor.jobs.stuck", doctor.Fault, "one runs for 1h0m0s", false},
		{"a receiver that is gone", func(p *place) { p.sql(`UPDATE endpoint SET gone = true`) }, "endpoints", "doctor.endpoints.gone", doctor.Fault, "/webhook", false},
		{"a receiver that is paused", func(p *place) { p.sql(`UPDATE endpoint SET gone = true, paused = true`) }, "endpoints", "doctor.endpoints.paused", doctor.Warn, "/webhook", false},
		{"an open breaker", func(p *place) { p.sql(`UPDATE endpoint SET failures = 12`) }, "endpoints", "doctor.endpoints.breaker", doctor.Warn, "/webhook", false},
		{"an inbox nobody opens", func(p *place) {
			p.sql(`INSERT INTO inbox_item (organisation_id, directive_id, version, lane, placed_at) SELECT organisation_id, id, 1, 'bulk', now() - interval '9 days' FROM directive LIMIT 1`)
		}, "endpoints", "doctor.endpoints.inbox", doctor.Warn, " 1", false},
		{"a secret that does not open", func(p *place) {
			p.sql(`UPDATE endpoint SET secrets = set_byte(secrets, 30, get_byte(secrets, 30) # 1)`)
		}, "secrets", "doctor.secrets.unopenable", doctor.Fault, "dept-", false},
		{"a paper without its pieces", func(p *place) {
			p.sql(`ALTER TABLE paper DISABLE TRIGGER USER`)
			p.sql(`INSERT INTO paper (id, type, size, pieces, hash, day, details, envelope, brought_by, brought_role, brought_at, brought_on)
				VALUES ('01990000-0000-7000-8000-000000000001', 'text/plain', 1, 1, decode(repeat('00', 34), 'hex'), '2025-09-01', '', NULL, 'x', 'clerk', now(), '2025-09-01')`)
		}, "papers", "doctor.papers.incomplete", doctor.Fault, "01990000-0000-7000-8000-000000000001", false},
		{"papers of a month without room", func(p *place) {
			p.sql(`INSERT INTO paper_chunk VALUES ('01000000-0000-7000-8000-000000000001', 0, decode(repeat('00', 40), 'hex'))`)
		}, "papers", "doctor.papers.months", doctor.Warn, "paper_chunk_rest", false},
		{"a withdrawal that nobody confirmed", func(p *place) {
			p.sql(`UPDATE amendment SET step = 'delivered' WHERE directive_id = (SELECT min(directive_id::text)::uuid FROM amendment)`)
			p.later(10 * dayLong)
		}, "withdrawals", "doctor.withdrawals.overdue", doctor.Fault, "since 2025-09-04", false},
		{"a measure that is kept too long", func(p *place) {
			p.sql(`INSERT INTO report (directive_id, version, measure_id, outcome, basis, kept_until, reported_on)
				SELECT a.directive_id, a.version, d.measures[1], 'kept', 'made up', '2025-09-02', '2025-09-01' FROM amendment a JOIN directive d ON d.id = a.directive_id
				WHERE a.kind = 'withdraw' LIMIT 1`)
			p.later(10 * dayLong)
		}, "withdrawals", "doctor.withdrawals.kept", doctor.Fault, " 1", false},
		{"a lifting that does not leave", func(p *place) {
			p.sql(`UPDATE amendment SET step = 'queued', due = true WHERE directive_id = (SELECT min(directive_id::text)::uuid FROM amendment)`)
			p.later(2 * dayLong)
		}, "lanes", "doctor.lanes.express", doctor.Fault, "dept-", false},
		{"an imposition that does not leave", func(p *place) {
			p.sql(`INSERT INTO directive (id, subject_id, ground_id, organisation_id, plan_id, ground_kind, step, due, measures)
				SELECT '01890000-0000-7000-8000-000000000000', subject_id, gen_random_uuid(), organisation_id, plan_id, ground_kind, 'queued', true, measures FROM directive LIMIT 1`)
		}, "lanes", "doctor.lanes.bulk", doctor.Warn, "days", false},
		{"a send that was never settled", func(p *place) {
			p.sql(`INSERT INTO attempt (id, organisation_id, lane, channel, event_id, body_hash, opened_at) SELECT gen_random_uuid(), min(organisation_id), 'bulk', 'webhook', gen_random_uuid(), '\x00', now() - interval '1 hour' FROM endpoint`)
		}, "attempts", "doctor.attempts.open", doctor.Fault, "/bulk 1", false},
		{"an incident", func(p *place) {
			p.sql(`INSERT INTO incident (id, kind, detail, opened_at) VALUES (gen_random_uuid(), 'made', 'made', now())`)
		}, "incidents", "doctor.incidents.open", doctor.Warn, "made 1", false},
		{"a hold", func(p *place) {
			p.sql(`INSERT INTO hold (id, scope, cause, reason, placed_by, placed_at) VALUES (gen_random_uuid(), 'everything', 'operator', 'made', 'made', now())`)
		}, "holds", "doctor.holds.standing", doctor.Warn, "everything (operator)", false},
	}
}

// job plants a wake-up that has been in a state for so long.
func (p *place) job(state, column string, since time.Duration) {
	p.t.Helper()
	p.sql(`INSERT INTO river.river_job (state, queue, kind, args, max_attempts, attempt, ` + column + `) VALUES ('` + state + `', 'express', 'wake-up', '{}', 2, 1, now() - interval '` + since.String() + `')`)
}

// lockLane holds the express lane of an organisation until the test ends.
func (p *place) lockLane() {
	p.t.Helper()
	conn, err := pgx.Connect(p.t.Context(), p.DatabaseURL)
	must(p.t, err)
	p.t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(p.t.Context())) })
	_, err = conn.Exec(p.t.Context(), `SELECT pg_advisory_lock($1, min(id) * 2 + 1) FROM organisation`, record.LaneLocks)
	must(p.t, err)
}

// rotate begins a rotation and brings nothing over.
func rotate(p *place, retire bool) {
	p.t.Helper()
	v, err := vault.Open(p.keys(), vault.Options{})
	must(p.t, err)
	old := v.Current()
	_, err = v.Rotate()
	must(p.t, err)
	if retire {
		must(p.t, v.Retire(old))
	}
}

func (p *place) fingerprint() string {
	p.t.Helper()
	conn, err := pgx.Connect(p.t.Context(), p.of.cluster.URL(p.name))
	must(p.t, err)
	defer func() { _ = conn.Close(p.t.Context()) }()
	var print string
	must(p.t, conn.QueryRow(p.t.Context(), `SELECT string_agg(relname || n_tup_ins || n_tup_upd || n_tup_del, ' ' ORDER BY schemaname, relname) FROM pg_stat_user_tables`).Scan(&print))
	return print
}

// TestTenFaults plants faults one by one in a real installation. Each must be
// named exactly, and nothing else turn red. With -v it shows what the engineer
// reads.
func TestTenFaults(t *testing.T) {
	t.Parallel()
	s := build(t)
	t.Run("none", func(t *testing.T) {
		report := doctor.Examine(t.Context(), s.copy(t).Config)
		for _, c := range report.Checks {
			if c.Verdict != doctor.OK {
				t.Errorf("%s is %s: %v", c.Name, c.Verdict, c.Findings)
			}
		}
		if !report.Healthy() || len(report.Checks) < 15 {
			t.Errorf("%d checks", len(report.Checks))
		}
		show(t, report)
	})
	for _, f := range faults() {
		t.Run(f.name, func(t *testing.T) {
			p := s.copy(t)
			f.plant(p)
			before := p.fingerprint()
			report := doctor.Examine(t.Context(), p.Config)
			judge(t, f, report)
			if after := p.fingerprint(); after != before {
				t.Error("the doctor wrote")
			}
			show(t, report)
		})
	}
	t.Run("the private server is found", s.privateServer)
	t.Run("a URL for a host that takes writes", s.aPair)
}

func judge(t *testing.T, f planted, report doctor.Report) {
	t.Helper()
	if report.Healthy() != (f.verdict != doctor.Fault) {
		t.Errorf("healthy: %t", report.Healthy())
	}
	for _, c := range report.Checks {
		switch {
		case c.Name == f.check:
			if c.Verdict != f.verdict || len(c.Findings) != 1 || c.Findings[0].Code != f.code || !strings.Contains(c.Findings[0].Detail, f.detail) {
				t.Errorf("%s is %s: %+v", c.Name, c.Verdict, c.Findings)
			}
		case c.Verdict == doctor.Unexamined && f.blind:
		case c.Verdict != doctor.OK:
			t.Errorf("%s turned %s as well: %+v", c.Name, c.Verdict, c.Findings)
		}
	}
}

// show prints the red lines of a report as the command would.
func show(t *testing.T, report doctor.Report) {
	t.Helper()
	var out strings.Builder
	for i := range report.Checks {
		if report.Healthy() || report.Checks[i].Verdict != doctor.OK {
			must(t, doctor.Print(&out, doctor.Report{Checks: report.Checks[i : i+1]}))
		}
	}
	t.Log("\n" + out.String())
}

// aPair: a URL that asks for a host that takes writes is examined as any other.
func (s *sound) aPair(t *testing.T) {
	p := s.copy(t)
	p.DatabaseURL += "&target_session_attrs=read-write"
	for _, c := range doctor.Examine(t.Context(), p.Config).Checks {
		if c.Verdict != doctor.OK {
			t.Errorf("%s is %s: %+v", c.Name, c.Verdict, c.Findings)
		}
	}
}

// privateServer: the private PostgreSQL that another process runs is found and left running.
func (s *sound) privateServer(t *testing.T) {
	url, err := pg.FindCluster(filepath.Join(s.data, "postgres"))
	if err != nil || url != s.cluster.URL("postgres") {
		t.Fatalf("found %q: %v", url, err)
	}
	report := doctor.Examine(t.Context(), doctor.Config{Data: s.data, Machine: time.Now, Legal: time.Now})
	if c := report.Checks[0]; c.Name != "database" || c.Verdict != doctor.OK {
		t.Errorf("%+v", c)
	}
	if url, err := pg.FindCluster(t.TempDir()); url != "" || err != nil {
		t.Errorf("found %q where nothing is: %v", url, err)
	}
	// A key of the version that was retired: nothing opens, and all of it is told.
	p := s.copy(t)
	rotate(p, true)
	found := map[string]bool{}
	for _, c := range doctor.Examine(t.Context(), p.Config).Checks {
		for _, f := range c.Findings {
			found[f.Code] = true
		}
	}
	if !found["doctor.sealed.unknown"] || !found["doctor.secrets.unopenable"] {
		t.Errorf("found %v", found)
	}
}

func TestEveryFindingHasWords(t *testing.T) {
	t.Parallel()
	if missing := i18n.Missing(doctor.Codes()...); len(missing) > 0 {
		t.Errorf("without words: %v", missing)
	}
	known := map[string]bool{}
	for _, code := range doctor.Codes() {
		known[code] = true
		if needed, optional := i18n.Arguments(i18n.English, code); len(needed)+len(optional) > 0 {
			t.Errorf("%s names arguments, which findings do not have", code)
		}
	}
	for _, code := range i18n.Codes() {
		if strings.HasPrefix(code, "doctor.") && !known[code] {
			t.Errorf("words for %s, which the doctor never says", code)
		}
	}
	for _, f := range faults() {
		if !known[f.code] {
			t.Errorf("%s is not among the codes", f.code)
		}
	}
}

func TestTheReportIsJSONAndNamesNobody(t *testing.T) {
	t.Parallel()
	report := doctor.Examine(t.Context(), doctor.Config{
		Data: t.TempDir(), DatabaseURL: "postgres://someone:hunter2@127.0.0.1:1/none", Machine: time.Now, Legal: func() time.Time { return calendar.Start(enforcetest.Start) },
	})
	text, err := json.Marshal(report)
	must(t, err)
	if strings.Contains(string(text), "hunter2") {
		t.Error("a password stands in the report")
	}
	var back doctor.Report
	must(t, json.Unmarshal(text, &back))
	if back.Healthy() || back.Checks[0].Findings[0].What[i18n.Chinese] == "" {
		t.Errorf("%s", text)
	}
}
