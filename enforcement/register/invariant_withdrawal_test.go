package register_test

import (
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/plan"
)

func TestInvariant32_ExactlyOneWithdrawal(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	for _, end := range []func(enforcement.ID) error{
		func(id enforcement.ID) error { return b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)) },
		func(id enforcement.ID) error { return b.Listings.Revoke(ctx, b.Judge(), of(id), b.Ending(0)) },
	} {
		id := b.Published(b.Subject(b.Company()))
		before := map[enforcement.ID]enforcement.OrganisationID{}
		// Acknowledged, delivered, or in doubt: each of them left.
		for n, item := range sendAll(t, b, directive.Left) {
			before[item.Directive] = 0
			if n%3 > 0 {
				d := value(b.Directives.Get(ctx, b.System(), item.Directive))(t)
				step := []directive.Step{"", directive.Delivered, directive.Acknowledged}[n%3]
				must(t, b.Directives.Answer(ctx, officer(b, d.Organisation), []directive.Answer{{Directive: d.ID, Version: 1, Step: step}}))
			}
		}
		for _, d := range directives(t, b, id) {
			before[d.ID] = d.Organisation
		}
		must(t, end(id))
		withdrawn := map[enforcement.ID]int{}
		for _, item := range sendAll(t, b, directive.Acknowledged) {
			if item.Kind != directive.Withdraw || len(item.Measures) != 0 {
				t.Errorf("after the end %s leaves with %d measures", item.Kind, len(item.Measures))
			}
			withdrawn[item.Directive]++
		}
		for _, d := range directives(t, b, id) {
			if withdrawn[d.ID] != 1 || d.Organisation != before[d.ID] || d.Kind != directive.Withdraw || d.Step != directive.Acknowledged {
				t.Errorf("directive %s: %d withdrawals, %s %s at organisation %d, imposed on %d", d.ID, withdrawn[d.ID], d.Kind, d.Step, d.Organisation, before[d.ID])
			}
		}
		// Nothing ends twice, and the schema holds one withdrawal per directive.
		wantCode(t, "end again", end(id), "state.forbidden")
		schemaRefuses(t, b, "amendment_one_withdrawal", `INSERT INTO amendment (directive_id, version, organisation_id, kind, lane, step, burdens, due, measures)
			SELECT id, 30, organisation_id, 'withdraw', 'express', 'queued', false, true, '{}' FROM directive WHERE ground_id = $1 LIMIT 1`, id)
		schemaRefuses(t, b, "amendment_lifting_goes_first", `INSERT INTO amendment (directive_id, version, organisation_id, kind, lane, step, burdens, due, measures)
			SELECT id, 30, organisation_id, 'suspend', 'bulk', 'queued', false, true, '{}' FROM directive WHERE ground_id = $1 LIMIT 1`, id)
		schemaRefuses(t, b, "amendment_empty_sets", `INSERT INTO amendment (directive_id, version, organisation_id, kind, lane, step, burdens, due, measures)
			SELECT id, 30, organisation_id, 'suspend', 'express', 'queued', false, true, measures FROM directive WHERE ground_id = $1 LIMIT 1`, id)
		wantAudit(t, b)
	}
}

func TestInvariant32a_KeptOnlyOnItsOwnBasis(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Company()))
	sendAll(t, b, directive.Acknowledged)
	must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)))
	sendAll(t, b, directive.Delivered)
	measure := value(b.Directives.Get(ctx, b.System(), directives(t, b, id)[0].ID))(t)
	var name plan.MeasureName
	must(t, b.DB.Pool.QueryRow(ctx, `SELECT memorandum, slug FROM measure m JOIN directive d ON m.id = d.measures[1] WHERE d.id = $1`, measure.ID).Scan(&name.Memorandum, &name.Slug))
	until := b.Day().AddYears(1)
	with := func(change func(*directive.Report)) directive.Report {
		r := keeping(b)
		change(&r)
		return r
	}
	for _, row := range []struct {
		what   string
		report directive.Report
		code   string
	}{
		{"without basis", with(func(r *directive.Report) { r.Cited = directive.Cited{} }), "report.kept"},
		{"without end", with(func(r *directive.Report) { r.KeptUntil = 0 }), "report.kept"},
		{"as an earlier release did", directive.Report{Outcome: "kept", Basis: "演示法第1条", KeptUntil: until}, "report.kept-basis"},
		{"without a decision", with(func(r *directive.Report) { r.Decision = directive.OwnDecision{} }), "report.kept-decision"},
		{"an end of what is lifted", directive.Report{Outcome: directive.Lifted, KeptUntil: until}, "report.kept"},
		{"of no outcome", directive.Report{Outcome: "pending"}, "report.outcome"},
		{"with all", keeping(b), ""},
	} {
		row.report.Measure = name
		wantCode(t, "keep "+row.what, b.Directives.CheckReports(b.System(), []directive.Report{row.report}), row.code)
		wantCode(t, "answer: keep "+row.what, b.Directives.Answer(ctx, officer(b, measure.Organisation), []directive.Answer{
			{Directive: measure.ID, Version: 2, Step: directive.Acknowledged, Reports: []directive.Report{row.report}},
		}), row.code)
	}
	if n := b.Count(`SELECT count(*) FROM report WHERE directive_id = $1 AND outcome = 'kept' AND basis <> '' AND kept_until = $2`, measure.ID, until.UTC()); n != 1 {
		t.Errorf("%d reports of a measure kept", n)
	}
	for _, missing := range []string{"basis = ''", "kept_until = NULL", "outcome = 'lifted'"} {
		schemaRefuses(t, b, "report_kept_has_own_basis", `UPDATE report SET `+missing+` WHERE directive_id = $1`, measure.ID)
	}
	for _, missing := range []string{
		"basis_title = NULL", "basis_article = NULL", "basis_slug = 'x'", "decision_number = NULL", "decision_number = ' '",
		"decision_served_on = NULL", "decision_served_on = reported_on + 1", "decision_remedy = NULL", "decision_remedy = ''",
	} {
		schemaRefuses(t, b, "report_kept_decided", `UPDATE report SET `+missing+` WHERE directive_id = $1`, measure.ID)
	}
	unknown := directive.Report{Measure: plan.MeasureName{Memorandum: "none", Slug: "none"}, Outcome: directive.Lifted}
	wantCode(t, "report on no measure", b.Directives.CheckReports(b.System(), []directive.Report{unknown}), "answer.measure")
	wantAudit(t, b)
}

func TestInvariant33_EndAndWithdrawalsAreOneTransaction(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Company()))
	sendAll(t, b, directive.Acknowledged)
	n := len(directives(t, b, id))
	events, jobs := b.Count(`SELECT count(*) FROM event`), b.Count(`SELECT count(*) FROM river.river_job`)
	trigger := func(table, when string) {
		_, err := b.DB.Pool.Exec(ctx, strings.NewReplacer("<table>", table, "<when>", when).Replace(
			`CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'crash' USING ERRCODE = 'XX000'; END $$;
			CREATE TRIGGER crash BEFORE INSERT ON <table> FOR EACH ROW WHEN (<when>) EXECUTE FUNCTION crash()`))
		must(t, err)
	}
	// A fault at the last withdrawal, at the wake-ups, and at the event.
	last := directives(t, b, id)[n-1].ID
	for _, crash := range []struct{ table, when string }{
		{"amendment", `NEW.directive_id = '` + last.String() + `'`},
		{"river.river_job", "true"},
		{"event", "true"},
	} {
		trigger(crash.table, crash.when)
		if err := b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)); err == nil {
			t.Fatalf("a fault in %s went unnoticed", crash.table)
		}
		if _, err := b.DB.Pool.Exec(ctx, `DROP FUNCTION crash CASCADE`); err != nil {
			t.Fatal(err)
		}
		wantState(t, b, id, ground.Active)
		if a, g := b.Count(`SELECT count(*) FROM amendment`), b.Count(`SELECT count(*) FROM ground WHERE state = 'in-force'`); a != 0 || g != 1 {
			t.Errorf("after a fault in %s: %d withdrawals, %d grounds in force", crash.table, a, g)
		}
		if e, j := b.Count(`SELECT count(*) FROM event`), b.Count(`SELECT count(*) FROM river.river_job`); e != events || j != jobs {
			t.Errorf("after a fault in %s: %d events and %d jobs more", crash.table, e-events, j-jobs)
		}
	}
	must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)))
	if got := b.Count(`SELECT count(*) FROM amendment a, listing l, ground g, event e WHERE l.id = $1 AND g.id = l.id AND e.ground_id = l.id AND e.kind = 'listing-deleted'
		AND a.xmin = l.xmin AND g.xmin = l.xmin AND e.xmin = l.xmin`, id); got != n {
		t.Errorf("%d of %d withdrawals were written by the transaction of the end", got, n)
	}
	if got := b.Count(`SELECT count(*) FROM river.river_job j, listing l WHERE l.id = $1 AND j.xmin = l.xmin AND j.queue = 'express'`, id); got != n {
		t.Errorf("%d wake-ups of %d in the transaction of the end", got, n)
	}
}

func TestInvariant34_CancelledIsNeverSent(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Company()))
	must(t, b.Listings.Suspend(ctx, b.Judge(), of(id), enforcetest.Brake()))
	must(t, b.Listings.Resume(ctx, b.President(), of(id), enforcetest.Resumption()))
	must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)))
	if sent := sendAll(t, b, directive.Acknowledged); len(sent) != 0 {
		t.Errorf("%d versions left after the end though nothing had before", len(sent))
	}
	if n := b.Count(`SELECT count(*) FROM (SELECT step, due FROM directive UNION ALL SELECT step, due FROM amendment) v WHERE step <> 'cancelled' OR due`); n != 0 {
		t.Errorf("%d versions are not cancelled", n)
	}

	// What was cancelled is answered by nobody; but found in the recipient's own inbox it
	// did reach it, and the withdrawal goes out after all.
	answered := b.Published(b.Subject(b.Company()))
	seen := directives(t, b, answered)[0]
	must(t, b.Listings.Delete(ctx, b.Judge(), of(answered), b.Ending(1)))
	clocks := func() int {
		return b.Count(`SELECT count(*) FROM clock WHERE kind = 'acknowledge-withdrawals' AND organisation_id = $1 AND started_on = $2 AND done_on IS NULL`, seen.Organisation, b.Day().UTC())
	}
	if n := clocks(); n != 0 {
		t.Errorf("%d clocks of a withdrawal that need not leave", n)
	}
	answers := []directive.Answer{
		{Directive: seen.ID, Version: 1, Step: directive.Delivered},
		{Directive: seen.ID, Version: 1, Step: directive.Acknowledged},
		{Directive: seen.ID, Version: 1, Step: directive.Delivered},
	}
	wantCode(t, "answer what never left", b.Directives.Answer(ctx, officer(b, seen.Organisation), answers), "answer.not-sent")
	if n := clocks(); n != 0 {
		t.Errorf("%d clocks after a refused answer", n)
	}
	must(t, b.Directives.Opened(ctx, officer(b, seen.Organisation), answers))
	if n := clocks(); n != 1 {
		t.Errorf("%d clocks of a withdrawal that leaves after all", n)
	}
	sent := sendAll(t, b, directive.Acknowledged)
	if n := value(b.Directives.CheckLiftings(ctx, b.System()))(t); n != 0 || clocks() != 0 {
		t.Errorf("%d overdue, %d clocks after the acknowledgement", n, clocks())
	}
	if len(sent) != 1 || sent[0].Directive != seen.ID || sent[0].Kind != directive.Withdraw {
		t.Errorf("after an answer to what was cancelled: %d versions left", len(sent))
	}
	// So does an attempt that names it, whose answer is lost.
	raced := b.Published(b.Subject(b.Company()))
	w := directive.WakeUp{Organisation: seen.Organisation, Lane: directive.Bulk}
	items := value(b.Directives.Due(ctx, w.Organisation, w.Lane, b.Day(), enforcement.ID{}, 10))(t)
	must(t, b.Listings.Delete(ctx, b.Judge(), of(raced), b.Ending(1)))
	value(b.Directives.Open(ctx, b.System(), w, "webhook", items, []byte("h")))(t)
	if n := value(b.Directives.Recover(ctx, b.System(), w))(t); n != 1 || clocks() != 1 {
		t.Errorf("recovered %d attempts, %d clocks of the same day run again", n, clocks())
	}
	if sent := sendAll(t, b, directive.Acknowledged); len(sent) != 1 || sent[0].Kind != directive.Withdraw || sent[0].Directive != items[0].Directive {
		t.Errorf("after an attempt that a crash left: %d versions left", len(sent))
	}
	// While an attempt is open its items count as left: their withdrawals are due
	// at once, whatever becomes of it.
	open := b.Published(b.Subject(b.Company()))
	items = value(b.Directives.Due(ctx, w.Organisation, w.Lane, b.Day(), enforcement.ID{}, 10))(t)
	attempt := value(b.Directives.Open(ctx, b.System(), w, "webhook", items, []byte("h")))(t)
	must(t, b.Listings.Delete(ctx, b.Judge(), of(open), b.Ending(1)))
	due := value(b.Directives.Due(ctx, w.Organisation, directive.Express, b.Day(), enforcement.ID{}, 10))(t)
	if len(items) != 1 || len(due) != 1 || due[0].Directive != items[0].Directive || due[0].Kind != directive.Withdraw {
		t.Errorf("%d items in an open attempt, %d withdrawals due", len(items), len(due))
	}
	must(t, b.Directives.Settle(ctx, b.System(), attempt, all(1, directive.Acknowledged)))
	must(t, b.Directives.Settle(ctx, b.System(), attempt, all(1, directive.Left))) // settled: the second word counts for nothing
	if sent := sendAll(t, b, directive.Acknowledged); len(sent) != 1 {
		t.Errorf("%d versions left after the settlement", len(sent))
	}
	wantAudit(t, b)
}

func TestInvariant35_NothingStaysWithoutADecision(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Company()))
	sendAll(t, b, directive.Acknowledged)
	must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)))
	wantAudit(t, b)
	victim := directives(t, b, id)[0].ID
	tamper(t, b, `DELETE FROM amendment WHERE directive_id = $1`, victim)
	found := 0
	for _, f := range value(b.Auditor.Directives(ctx, nil))(t).Findings {
		if f.Directive == victim && strings.Contains(f.What, "nothing withdraws it") {
			found++
		}
	}
	if found != 1 {
		t.Errorf("the query over everything found %d of 1 directives without a decision", found)
	}
}

// tamper runs a statement as a superuser does who has switched the triggers off.
func tamper(t testing.TB, b *enforcetest.Bundle, sql string, args ...any) {
	t.Helper()
	ctx := t.Context()
	conn := value(b.DB.Pool.Acquire(ctx))(t)
	defer conn.Release()
	for _, statement := range []string{`SET session_replication_role = replica`, "", `RESET session_replication_role`} {
		var err error
		if statement == "" {
			_, err = conn.Exec(ctx, sql, args...)
		} else {
			_, err = conn.Exec(ctx, statement)
		}
		must(t, err)
	}
}
