package register_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
)

// Nobody swallows a lifting by answering it before it leaves: neither its withdrawal nor
// a suspension, a first version or a later one, by clerk or reviewer, of a court's listing or
// a department's.
func TestNobodyAnswersWhatNeverLeft(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 2)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Company()))
	list := directives(t, b, id)
	answer := func(role enforcement.Role, d directive.Directive, version int16, step directive.Step) error {
		return b.Directives.Answer(ctx, b.As(role, d.Organisation), []directive.Answer{{Directive: d.ID, Version: version, Step: step}})
	}
	refused := func(what string, version int16) {
		t.Helper()
		before := fingerprint(t, b)
		for _, role := range []enforcement.Role{enforcement.DepartmentClerk, enforcement.DepartmentReviewer} {
			for _, step := range []directive.Step{directive.Delivered, directive.Acknowledged} {
				for _, d := range list {
					wantCode(t, what, answer(role, d, version, step), "answer.not-sent")
				}
			}
		}
		if fingerprint(t, b) != before {
			t.Errorf("%s: a refused answer left something", what)
		}
	}
	refused("a first version", 1)
	for _, d := range list { // nor is it seen
		if own := value(b.Directives.List(ctx, officer(b, d.Organisation), enforcement.ID{}, 10))(t); len(own) != 0 {
			t.Errorf("organisation %d reads %d directives that never left", d.Organisation, len(own))
		}
		_, err := b.Directives.Get(ctx, officer(b, d.Organisation), d.ID)
		wantCode(t, "read what never left", err, "not-found")
	}
	sendAll(t, b, directive.Acknowledged)
	must(t, b.Listings.Suspend(ctx, b.Judge(), of(id), enforcetest.Stay()))
	refused("a suspension", 2)
	if sent := sendAll(t, b, directive.Acknowledged); len(sent) != len(list) {
		t.Errorf("%d suspensions left, want %d", len(sent), len(list))
	}
	must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)))
	refused("a withdrawal", 3)
	for _, d := range list { // all of a batch or nothing
		wantCode(t, "a batch", b.Directives.Answer(ctx, officer(b, d.Organisation), []directive.Answer{
			{Directive: d.ID, Version: 2, Step: directive.Acknowledged}, {Directive: d.ID, Version: 3, Step: directive.Acknowledged},
		}), "answer.not-sent")
	}
	if sent := sendAll(t, b, directive.Acknowledged); len(sent) != len(list) || sent[0].Kind != directive.Withdraw {
		t.Errorf("%d withdrawals left, want %d", len(sent), len(list))
	}
	wantAudit(t, b)
}

// An answer to what is in doubt counts, and a lifting goes all the same until it left on
// the recipient's own channel: its system may still restrict.
func TestALiftingInDoubtGoesWhateverIsAnswered(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Company()))
	d := directives(t, b, id)[0]
	acknowledge := func(version int16) {
		t.Helper()
		must(t, b.Directives.Answer(ctx, officer(b, d.Organisation), []directive.Answer{{Directive: d.ID, Version: version, Step: directive.Acknowledged}}))
	}
	step := func() directive.Step { return directives(t, b, id)[0].Step }
	sendAll(t, b, directive.Left)
	acknowledge(1)
	if sent := sendAll(t, b, directive.Acknowledged); len(sent) != 0 {
		t.Errorf("%d impositions that were acknowledged in doubt left again", len(sent))
	}
	for version := int16(2); version <= 3; version++ {
		if version == 2 {
			must(t, b.Listings.Suspend(ctx, b.Judge(), of(id), enforcetest.Stay()))
		} else {
			must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)))
		}
		sendAll(t, b, directive.Left)
		acknowledge(version)
		if step() != directive.Acknowledged {
			t.Errorf("version %d, answered in doubt, is %s", version, step())
		}
		wantAudit(t, b)
		for _, again := range []directive.Step{directive.Left, directive.Delivered} { // in doubt again, then there
			if sent := sendAll(t, b, again); len(sent) != 1 || sent[0].Version != version {
				t.Fatalf("version %d, acknowledged by hand, left %d times more", version, len(sent))
			}
			if step() != directive.Acknowledged {
				t.Errorf("version %d fell back to %s", version, step())
			}
		}
		if sent := sendAll(t, b, directive.Delivered); len(sent) != 0 {
			t.Errorf("version %d leaves for ever", version)
		}
	}
	wantAudit(t, b)
}

// What is final is final by the schema too, whoever writes: a version above a withdrawal,
// a ground or a case of any kind that comes back.
func TestAnEndIsFinal(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Company()))
	sendAll(t, b, directive.Acknowledged)
	must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)))
	schemaRefuses(t, b, "amendment_withdrawal_is_last", `INSERT INTO amendment (directive_id, version, organisation_id, kind, lane, step, burdens, due, measures)
		SELECT id, 3, organisation_id, 'resume', 'bulk', 'queued', true, true, measures FROM directive WHERE ground_id = $1 LIMIT 1`, id)
	for _, back := range []string{"state = 'in-force', ended_on = NULL", "ended_on = ended_on - 1", "state = 'suspended', ended_on = NULL"} {
		schemaRefuses(t, b, "ground_end_is_final", `UPDATE ground SET `+back+` WHERE id = $1`, id)
	}
	for _, back := range []string{"state = 'active', ended_on = NULL", "ended_on = ended_on - 1", "state = 'revoked'"} {
		schemaRefuses(t, b, "listing_end_is_final", `UPDATE listing SET `+back+` WHERE id = $1`, id)
	}
	draft := b.Draft(b.Subject(b.Company()))
	must(t, b.Listings.Abandon(ctx, b.Judge(), of(draft), ground.Performed))
	schemaRefuses(t, b, "listing_end_is_final", `UPDATE listing SET state = 'draft', ended_on = NULL WHERE id = $1`, draft)
	for table, trigger := range map[string]string{"administrative_listing": "administrative_end_is_final", "reward": "reward_end_is_final"} {
		if n := b.Count(`SELECT count(*) FROM pg_trigger WHERE tgrelid = $1::regclass AND tgname = $2 AND tgenabled = 'O'
			AND pg_get_triggerdef(oid) LIKE '%WHEN%old.ended_on IS NOT NULL%new.state%'`, table, trigger); n != 1 {
			t.Errorf("%s comes back: %d", table, n)
		}
	}
}

// A department's word on a measure is one that its version bears: a withdrawal is not
// implemented, what is not carried is neither done nor lifted, what is carried is not
// lifted, and nothing is kept but after a withdrawal that is no revocation, for two years
// at most.
func TestReportsAreBorneByTheirVersion(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	ended, revoked := b.Published(b.Subject(b.Company())), b.Published(b.Subject(b.Company()))
	sendAll(t, b, directive.Acknowledged)
	report := func(ground enforcement.ID, version int16, r directive.Report) error {
		d := directives(t, b, ground)[0]
		return b.Directives.Answer(ctx, officer(b, d.Organisation), []directive.Answer{{Directive: d.ID, Version: version, Step: directive.Acknowledged, Reports: []directive.Report{r}}})
	}
	own := directives(t, b, ended)[0].Measures[0]
	foreign := own
	must(t, b.DB.Pool.QueryRow(ctx, `SELECT memorandum, slug FROM measure WHERE NOT id = ANY ((SELECT measures FROM directive WHERE ground_id = $1 LIMIT 1)::smallint[]) LIMIT 1`, ended).Scan(&foreign.Memorandum, &foreign.Slug))
	kept := func(until int) directive.Report {
		r := keeping(b)
		r.KeptUntil = b.Day().AddYears(until)
		return r
	}
	bears := func(ground enforcement.ID, version int16, measure string, r directive.Report, code string) {
		t.Helper()
		if r.Measure = own; measure == "foreign" {
			r.Measure = foreign
		}
		before := fingerprint(t, b)
		wantCode(t, string(r.Outcome)+" "+measure, report(ground, version, r), code)
		if code != "" && fingerprint(t, b) != before {
			t.Errorf("%s %s: a refused report left something", r.Outcome, measure)
		}
	}
	for _, outcome := range []directive.ReportOutcome{directive.Implemented, directive.NotApplicable, directive.Lifted} {
		bears(ended, 1, "foreign", directive.Report{Outcome: outcome}, "report.not-carried")
	}
	bears(ended, 1, "foreign", directive.Report{Outcome: directive.RefusedReport, Reason: "no-legal-basis"}, "report.not-carried")
	bears(ended, 1, "own", directive.Report{Outcome: directive.Lifted}, "report.not-carried")
	bears(ended, 1, "own", kept(1), "report.not-kept")
	bears(ended, 1, "own", directive.Report{Outcome: directive.Implemented}, "")
	must(t, b.Listings.Delete(ctx, b.Judge(), of(ended), b.Ending(1)))
	must(t, b.Listings.Revoke(ctx, b.President(), of(revoked), b.Ending(0)))
	sendAll(t, b, directive.Acknowledged)
	bears(ended, 2, "own", directive.Report{Outcome: directive.Implemented}, "report.not-carried")
	bears(ended, 2, "own", directive.Report{Outcome: directive.RefusedReport, Reason: "no-legal-basis"}, "report.not-carried")
	bears(ended, 2, "foreign", directive.Report{Outcome: directive.Lifted}, "report.not-carried")
	bears(ended, 2, "foreign", kept(1), "report.not-carried")
	bears(ended, 2, "own", kept(3), "report.kept-term")
	bears(ended, 2, "own", kept(-1), "report.kept-term")
	bears(revoked, 2, "own", kept(1), "report.not-kept")
	bears(ended, 2, "own", kept(2), "")
	bears(ended, 2, "own", directive.Report{Outcome: directive.Lifted}, "")
	wantAudit(t, b)
}

// What a department's system answers is settled whatever it reports: a report that is not
// borne is dropped and told.
func TestAnUnfitReportIsDroppedAndTold(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Company()))
	d := directives(t, b, id)[0]
	w := directive.WakeUp{Organisation: d.Organisation, Lane: directive.Bulk}
	items := value(b.Directives.Due(ctx, w.Organisation, w.Lane, b.Day(), enforcement.ID{}, 10))(t)
	attempt := value(b.Directives.Open(ctx, b.System(), w, "webhook", items, []byte("h")))(t)
	must(t, b.Directives.Settle(ctx, b.System(), attempt, []directive.Result{{Step: directive.Acknowledged, Reports: []directive.Report{
		{Measure: d.Measures[0], Outcome: directive.Lifted}, {Measure: d.Measures[1], Outcome: directive.Implemented},
	}}}))
	if n := b.Count(`SELECT count(*) FROM report`); n != 1 || directives(t, b, id)[0].Step != directive.Acknowledged {
		t.Errorf("%d reports are kept, and the step is %s", n, directives(t, b, id)[0].Step)
	}
	if n := b.Count(`SELECT count(*) FROM incident WHERE kind = 'answer-unusable' AND directive_id = $1`, d.ID); n != 1 {
		t.Errorf("%d incidents of it", n)
	}
	wantAudit(t, b)
}

// No signal is only stored: that a department doubts whose identity it is, and that a
// fact bars a published listing, are tasks of who decided, which its clerk cannot close.
func TestNoSignalIsOnlyStored(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	id, draft := b.Published(b.Subject(b.Company())), b.Draft(b.Subject(b.Company()))
	sendAll(t, b, directive.Acknowledged)
	open := func(ground enforcement.ID, kind string) (task enforcement.ID) {
		t.Helper()
		for _, found := range value(b.Docket.Tasks(ctx, b.Judge(), enforcement.ID{}, 100))(t) {
			if found.Ground == ground && found.Kind == kind {
				if !task.IsZero() {
					t.Errorf("two tasks %s", kind)
				}
				task = found.ID
			}
		}
		return task
	}
	d := directives(t, b, id)[0]
	doubt := func(reason string) error {
		return b.Directives.Answer(ctx, officer(b, d.Organisation), []directive.Answer{{Directive: d.ID, Version: 1, Step: directive.Acknowledged, Reports: []directive.Report{
			{Measure: d.Measures[0], Outcome: directive.RefusedReport, Reason: reason}, {Measure: d.Measures[1], Outcome: directive.RefusedReport, Reason: reason},
		}}})
	}
	must(t, doubt("no-legal-basis"))
	if !open(id, directive.TaskIdentityDoubtful).IsZero() {
		t.Error("a refusal for another reason is taken for a doubt")
	}
	must(t, doubt("identity-doubtful"))
	must(t, second(b.Listings.OpenExclusion(ctx, b.Clerk(), id, enforcetest.Fact("security-given", b.Day()))))
	must(t, second(b.Listings.OpenExclusion(ctx, b.Clerk(), draft, enforcetest.Fact("security-given", b.Day()))))
	if !open(draft, listing.TaskBarred).IsZero() {
		t.Error("a draft is not published, but somebody must look into its bar")
	}
	for _, kind := range []string{directive.TaskIdentityDoubtful, listing.TaskBarred} {
		task := open(id, kind)
		if task.IsZero() {
			t.Fatalf("no task %s", kind)
		}
		wantCode(t, "a clerk", b.Listings.CloseTask(ctx, b.Clerk(), task, "examined", why, enforcetest.Paper("")), "role.forbidden")
		wantCode(t, "a judge", b.Listings.CloseTask(ctx, b.Judge(), task, "examined", why, enforcetest.Paper("")), "role.forbidden")
		wantCode(t, "another court's president", b.Listings.CloseTask(ctx, b.As(enforcement.President, b.OtherCourt), task, "examined", why, enforcetest.Paper("")), "not-found")
		wantCode(t, "the department's reviewer", b.Listings.CloseTask(ctx, officer(b, d.Organisation), task, "examined", why, enforcetest.Paper("")), "not-found")
		for _, excuse := range []string{"told", "assets-suffice"} {
			wantCode(t, excuse, b.Listings.CloseTask(ctx, b.President(), task, excuse, why, enforcetest.Paper("")), "task.reason")
		}
		for _, reasons := range []string{"", "已查", "。。。。。。。。。。。。"} {
			wantCode(t, "a bare word", b.Listings.CloseTask(ctx, b.President(), task, "examined", reasons, enforcetest.Paper("")), "exclusion.reasons")
		}
		same := b.President()
		same.Actor.ID = b.Judge().Actor.ID
		wantCode(t, "who drafted it", b.Listings.CloseTask(ctx, same, task, "examined", why, enforcetest.Paper("")), "exclusion.second-person")
		if kind == listing.TaskBarred {
			same.Actor.ID = b.Clerk().Actor.ID
			wantCode(t, "who recorded it", b.Listings.CloseTask(ctx, same, task, "examined", why, enforcetest.Paper("")), "exclusion.second-person")
		}
		must(t, b.Listings.CloseTask(ctx, b.President(), task, "examined", why, enforcetest.Resumption().Paper))
	}
	if clock := clockOf(t, b, id, "revoke-barred"); clock.DoneOn.IsZero() {
		t.Errorf("it was examined, and its clock runs: %+v", clock)
	}
	wantCode(t, "an order that is missing", b.Listings.CloseTask(ctx, b.President(), open(id, listing.TaskConsumptionOrder), "examined", why, enforcetest.Paper("")), "task.reason")
}
