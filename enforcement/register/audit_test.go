package register_test

import (
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/audit"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
)

// Whoever can switch the triggers off can change the tables or the log, but not
// both so that they agree: each change is found, and where it was made.
func TestAuditFindsTampering(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 2)
	ctx := t.Context()
	seen := map[string]bool{}
	for _, row := range []struct {
		what string
		sql  string // $1: the directive; $2: its ground
		find string
	}{
		{"step of version 1", `UPDATE directive SET step = 'delivered' WHERE id = $1 AND $2::uuid IS NOT NULL`, "the events say acknowledged"},
		{"due again", `UPDATE directive SET due = true WHERE id = $1 AND $2::uuid IS NOT NULL`, "(due true), the events"},
		{"set of version 1", `UPDATE directive SET measures = measures || 99::smallint WHERE id = $1 AND $2::uuid IS NOT NULL`, "with measures"},
		{"term of version 1", `UPDATE directive SET valid_until = '2030-01-01' WHERE id = $1 AND $2::uuid IS NOT NULL`, `until "2030-01-01"`},
		{"recipient", `UPDATE directive SET organisation_id = 1 WHERE id = $1 AND $2::uuid IS NOT NULL`, "for organisation 1"},
		{"ground", `UPDATE directive SET ground_id = gen_random_uuid() WHERE id = $1 AND $2::uuid IS NOT NULL`, "refers to nothing"},
		{"step of a later version", `UPDATE amendment SET step = 'queued' WHERE directive_id = $1 AND version = 2 AND $2::uuid IS NOT NULL`, "the table says queued"},
		{"kind of a later version", `UPDATE amendment SET kind = 'amend' WHERE directive_id = $1 AND version = 3 AND $2::uuid IS NOT NULL`, "the table says amend"},
		{"set of a resumption", `UPDATE amendment SET measures = '{97}' WHERE directive_id = $1 AND version = 3 AND $2::uuid IS NOT NULL`, "with measures [97]"},
		{"a later version is gone", `DELETE FROM amendment WHERE directive_id = $1 AND version = 2 AND $2::uuid IS NOT NULL`, "the tables lack it"},
		{"a withdrawal is gone", `DELETE FROM amendment WHERE directive_id = $1 AND kind = 'withdraw' AND $2::uuid IS NOT NULL`, "nothing withdraws it"},
		{"version 1 is gone", `DELETE FROM directive WHERE id = $1 AND $2::uuid IS NOT NULL`, "the tables lack it"},
		{"version 1 is gone from below the later ones", `DELETE FROM directive WHERE id = $1 AND $2::uuid IS NOT NULL`, "amends nothing"},
		{"a version that no act made", `INSERT INTO amendment (directive_id, version, organisation_id, kind, lane, step, burdens, due, measures)
			SELECT id, 9, organisation_id, 'amend', 'bulk', 'queued', true, true, measures FROM directive WHERE id = $1 AND $2::uuid IS NOT NULL`, "no event made it"},
		{"a directive that no act made", `INSERT INTO directive SELECT gen_random_uuid(), gen_random_uuid(), ground_id, organisation_id, plan_id, ground_kind, step, valid_until, due, measures
			FROM directive WHERE id = $1 AND $2::uuid IS NOT NULL`, "no event made it"},
		{"outcome of a report", `UPDATE report SET outcome = 'lifted' WHERE directive_id = $1 AND $2::uuid IS NOT NULL`, "does not follow from the events"},
		{"a report is gone", `DELETE FROM report WHERE directive_id = $1 AND $2::uuid IS NOT NULL`, "the tables lack the report"},
		{"a report on nothing", `INSERT INTO report (directive_id, version, measure_id, outcome, reported_on) SELECT gen_random_uuid(), 1, 1, 'lifted', '2025-09-01' WHERE $1::uuid <> $2::uuid`, "reports on nothing"},
		{"the publication is not in the log", `DELETE FROM event WHERE ground_id = $2 AND kind = 'listing-published' AND $1::uuid IS NOT NULL`, "no event made it"},
		{"the end is not in the log", `DELETE FROM event WHERE ground_id = $2 AND kind = 'listing-deleted' AND $1::uuid IS NOT NULL`, "no event made it"},
		{"an attempt is not in the log", `DELETE FROM event WHERE kind = 'attempt' AND $1 = ANY (directives) AND $2::uuid IS NOT NULL`, "0 lines"},
		{"a settlement is not in the log", `DELETE FROM event s USING event a WHERE s.kind = 'settlement' AND a.id = s.refers_to AND $1 = ANY (a.directives) AND $2::uuid IS NOT NULL`, "the events say"},
		{"outcomes in the log", `UPDATE event s SET outcomes = array_fill(2::smallint, ARRAY[cardinality(s.outcomes)]) FROM event a
			WHERE s.kind = 'settlement' AND a.id = s.refers_to AND $1 = ANY (a.directives) AND $2::uuid IS NOT NULL`, "the events say delivered"},
		{"the reports are not in the log", `DELETE FROM event WHERE kind = 'reports' AND $1 = ANY (directives) AND $2::uuid IS NOT NULL`, "does not follow from the events"},
		{"versions in the log", `UPDATE event SET versions = ARRAY[7, 7]::smallint[] WHERE ground_id = $2 AND kind = 'listing-suspended' AND $1::uuid IS NOT NULL`, "follows version 1"},
		{"the plan", `UPDATE plan_line SET measures = measures || 98::smallint WHERE $1::uuid <> $2::uuid`, "98]"},
		{"a line of the plan is gone", `DELETE FROM plan_line WHERE position = 1 AND $1::uuid <> $2::uuid`, "directives for a plan of"},
	} {
		id := b.Published(b.Subject(b.Company()))
		d := directives(t, b, id)[0]
		sendAll(t, b, directive.Acknowledged)
		must(t, b.Directives.Answer(ctx, officer(b, d.Organisation), []directive.Answer{{Directive: d.ID, Version: 1, Step: directive.Acknowledged, Reports: []directive.Report{
			{Measure: d.Measures[0], Outcome: directive.Implemented},
		}}}))
		must(t, b.Listings.Suspend(ctx, b.Judge(), of(id), enforcetest.Brake()))
		must(t, b.Listings.Resume(ctx, b.President(), of(id), enforcetest.Resumption()))
		must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)))
		sendAll(t, b, directive.Acknowledged)
		for _, f := range value(b.Auditor.Directives(ctx, nil))(t).Findings {
			if !seen[f.String()] && len(seen) == 0 {
				t.Fatalf("before anything was changed: %s", f)
			}
			seen[f.String()] = true
		}
		tamper(t, b, row.sql, d.ID, id)
		found := ""
		for _, f := range value(b.Auditor.Directives(ctx, nil))(t).Findings {
			if !seen[f.String()] && strings.Contains(f.What, row.find) {
				found = f.String()
			}
			seen[f.String()] = true
		}
		if row.what == "the plan" {
			tamper(t, b, `UPDATE plan_line SET measures = array_remove(measures, 98::smallint)`)
		}
		if found == "" {
			t.Errorf("%s: nothing that says %q was found", row.what, row.find)
		}
	}
	if len(seen) == 0 {
		t.Error("nothing was found at all")
	}
}

// The audit tells how far it is, and what it has read.
func TestAuditCounts(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 2)
	id := b.Published(b.Subject(b.Company()))
	// Sends under way are no findings, in whatever state they are.
	lanes := value(b.Directives.Lanes(t.Context(), b.Day()))(t)
	items := value(b.Directives.Due(t.Context(), lanes[0].Organisation, lanes[0].Lane, b.Day(), enforcement.ID{}, 10))(t)
	attempt := value(b.Directives.Open(t.Context(), b.System(), lanes[0], "webhook", items, []byte("h")))(t)
	wantAudit(t, b)
	must(t, b.Listings.Delete(t.Context(), b.Judge(), of(id), b.Ending(1)))
	wantAudit(t, b)
	must(t, b.Directives.Settle(t.Context(), b.System(), attempt, all(len(items), directive.Delivered)))
	found := value(b.Auditor.Directives(t.Context(), func(int64) {}))(t)
	versions := int64(b.Count(`SELECT (SELECT count(*) FROM directive) + (SELECT count(*) FROM amendment)`))
	if found.Versions != versions || found.Events == 0 || len(found.Findings) != 0 {
		t.Errorf("audit: %+v of %d versions", found, versions)
	}
	if f := (audit.Finding{Directive: id, Version: 3, What: "w"}); f.String() != id.String()+"/3: w" {
		t.Errorf("a finding reads %q", f)
	}
}
