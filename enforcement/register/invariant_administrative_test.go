package register_test

import (
	"fmt"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/administrative"
	"concordat/enforcement/docket"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/party"
	"concordat/internal/pg"
)

// broken makes the schema itself refuse a row that the code above would not write.
func broken(t testing.TB, l *enforcetest.Lists, constraint, update string, args ...any) {
	t.Helper()
	_, err := l.DB.Pool.Exec(t.Context(), update, args...)
	if name, ok := pg.Constraint(err); !ok || name != constraint {
		t.Errorf("%s: %v, want %s", update, err, constraint)
	}
}

// Invariant 42: notice of cause, basis and rights comes first.
func TestInvariant42_NoticeComesBeforeTheDecision(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	id := l.On(enforcetest.ListSerious, l.Subject(l.Company()))
	wantCode(t, "decide without notice", l.Administrative.Decide(ctx, l.OwnersReviewer(), of(id), l.DecisionOnIt()), "state.forbidden")
	for _, missing := range administrative.NoticeContents() {
		n := l.NoticeOfIt()
		n.Contents = nil
		for _, c := range administrative.NoticeContents() {
			if c != missing {
				n.Contents = append(n.Contents, c)
			}
		}
		wantCode(t, "a notice without "+missing, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(id), n), "notice.contents")
	}
	n := l.NoticeOfIt()
	n.ServedOn = l.Day().AddDays(1)
	wantCode(t, "a notice of tomorrow", l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(id), n), "notice.date")
	n = l.NoticeOfIt()
	n.Manner = "pigeon"
	wantCode(t, "a manner that is none", l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(id), n), "service.manner")
	broken(t, l, "administrative_notice_first", `UPDATE administrative_listing SET state = 'notified' WHERE id = $1`, id)
	broken(t, l, "administrative_notice_contents", `UPDATE administrative_listing SET state = 'notified', notice_manner = 'direct', notice_served_on = '2025-09-01', window_until = '2025-09-08',
		notice_contents = '{cause,basis}' WHERE id = $1`, id)
}

// Invariant 42: the window is the list type's own, or ours where it is silent, and
// nobody decides inside it.
func TestInvariant42_NobodyDecidesInsideTheWindow(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	for list, last := range map[string]string{enforcetest.ListSerious: "2025-09-15", enforcetest.ListSilent: "2025-09-08"} {
		id := l.On(list, l.Subject(l.Company()))
		must(t, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(id), l.NoticeOfIt()))
		have := listed(t, l, id)
		if have.WindowUntil.String() != last {
			t.Errorf("%s: the window ends on %s, want %s", list, have.WindowUntil, last)
		}
		clocks := value(l.Docket.Clocks(ctx, id))(t)
		if len(clocks) != 1 || clocks[0].DueOn != have.WindowUntil || (clocks[0].Source == "内部时限") != (list == enforcetest.ListSilent) {
			t.Errorf("%s: %+v", list, clocks)
		}
		late := l.OwnersReviewer()
		late.At = late.At.AddDate(0, 0, int(have.WindowUntil-l.Day()))
		wantCode(t, "on the last day", l.Administrative.Decide(ctx, late, of(id), l.DecisionOnIt()), "window.running")
		late.At = late.At.AddDate(0, 0, 1)
		must(t, l.Administrative.Decide(ctx, late, of(id), l.DecisionOnIt()))
		broken(t, l, "administrative_window_over", `UPDATE administrative_listing SET window_until = decided_on WHERE id = $1`, id)
	}
	byAnnouncement := l.On(enforcetest.ListSilent, l.Subject(l.Company()))
	n := l.NoticeOfIt()
	n.Manner, n.LastPostedOn = ground.ServedByAnnouncement, l.Day()
	must(t, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(byAnnouncement), n))
	if have := listed(t, l, byAnnouncement); have.NoticeServedOn != l.Day().AddDays(30+8) { // it would end in the October holiday
		t.Errorf("an announced notice takes effect on %s", have.NoticeServedOn)
	}
}

// Invariant 42: what was stated is answered before the decision, in the window and
// after it.
func TestInvariant42_StatementsAreAnsweredBeforeTheDecision(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	id := l.On(enforcetest.ListSerious, l.Subject(l.Company()))
	said := administrative.Statement{ReceivedOn: l.Day(), Text: "演示陈述", Paper: enforcetest.Paper("演示陈述书")}
	wantCode(t, "state before notice", l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(id), said), "state.forbidden")
	must(t, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(id), l.NoticeOfIt()))
	wantCode(t, "state nothing", l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(id), administrative.Statement{ReceivedOn: l.Day(), Paper: enforcetest.Paper("演示陈述书")}), "statement.empty")
	wantCode(t, "state tomorrow", l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(id), administrative.Statement{ReceivedOn: l.Day().AddDays(1), Text: "x", Paper: enforcetest.Paper("演示陈述书")}), "statement.date")
	wantCode(t, "state before the notice", l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(id), administrative.Statement{ReceivedOn: l.Day().AddDays(-1), Text: "x", Paper: enforcetest.Paper("演示陈述书")}), "statement.date")
	must(t, l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(id), said))
	l.PastWindow(id)
	wantCode(t, "decide over a statement", l.Administrative.Decide(ctx, l.OwnersReviewer(), of(id), l.DecisionOnIt()), "statement.unanswered")
	wantCode(t, "answer nothing", l.Administrative.AnswerStatement(ctx, l.OwnersReviewer(), of(id), administrative.StatementAnswer{}), "statement.answer")
	must(t, l.Administrative.AnswerStatement(ctx, l.OwnersReviewer(), of(id), administrative.StatementAnswer{Text: "演示:经核实,陈述不能成立", Paper: enforcetest.Paper("演示答复书")}))
	// One that comes after the window, but before the decision, is heard as well.
	must(t, l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(id), administrative.Statement{ReceivedOn: l.Day(), Text: "演示补充", Paper: enforcetest.Paper("演示陈述书")}))
	wantCode(t, "decide over a late statement", l.Administrative.Decide(ctx, l.OwnersReviewer(), of(id), l.DecisionOnIt()), "statement.unanswered")
	must(t, l.Administrative.AnswerStatement(ctx, l.OwnersReviewer(), of(id), administrative.StatementAnswer{Text: "演示:经核实,陈述不能成立", Paper: enforcetest.Paper("演示答复书")}))
	must(t, l.Administrative.Decide(ctx, l.OwnersReviewer(), of(id), l.DecisionOnIt()))
	wantCode(t, "state after the decision", l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(id), administrative.Statement{ReceivedOn: l.Day(), Text: "x", Paper: enforcetest.Paper("演示陈述书")}), "state.forbidden")
	texts := value(l.Administrative.Texts(ctx, l.OwnersReviewer(), id))(t)
	if len(texts.Statements) != 2 || texts.Statements[0].Answer != "演示:经核实,陈述不能成立" || texts.Statements[1].Text != "演示补充" || texts.Facts.Conduct == "" || texts.Remedies == "" {
		t.Errorf("%+v", texts)
	}
	broken(t, l, "administrative_answered_first", `UPDATE administrative_listing SET answered_on = NULL WHERE id = $1`, id)
	broken(t, l, "administrative_answered_first", `UPDATE administrative_listing SET answered_on = decided_on + 1 WHERE id = $1`, id)
	var plain int
	must(t, l.DB.Pool.QueryRow(ctx, `SELECT count(*) FROM administrative_statement s WHERE position('演示'::bytea IN statement) > 0 OR position('演示'::bytea IN answer) > 0`).Scan(&plain))
	if plain != 0 {
		t.Error("a statement or its answer stands in clear")
	}
}

// Invariant 42: an answer that stays out becomes the owner's task, and one that
// upholds the statement ends the matter without a listing.
func TestInvariant42_AnswersAreOwed(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	id := l.On(enforcetest.ListSilent, l.Subject(l.Company()))
	must(t, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(id), l.NoticeOfIt()))
	must(t, l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(id), administrative.Statement{ReceivedOn: l.Day(), Text: "演示陈述", Paper: enforcetest.Paper("演示陈述书")}))
	tasks := func() []docket.Task {
		if _, _, _, err := l.Daily(ctx, l.System(), nil); err != nil {
			t.Fatal(err)
		}
		return besideDeadlines(value(l.Docket.Tasks(ctx, l.OwnersClerk(), enforcement.ID{}, 10))(t))
	}
	l.Advance(7) // 2025-09-08, the fifth working day
	if open := tasks(); len(open) != 0 {
		t.Errorf("tasks within the term: %v", open)
	}
	l.Advance(1)
	for range 2 {
		if open := tasks(); len(open) != 1 || open[0].Kind != "statement-unanswered" || open[0].Ground != id {
			t.Errorf("tasks after the term: %v", open)
		}
	}
	must(t, l.Administrative.AnswerStatement(ctx, l.OwnersReviewer(), of(id), administrative.StatementAnswer{Text: "演示:经核实,陈述不能成立", Paper: enforcetest.Paper("演示答复书")}))
	if open := tasks(); len(open) != 0 {
		t.Errorf("tasks after the answer: %v", open)
	}
	// Another on the same day starts the clock again.
	must(t, l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(id), administrative.Statement{ReceivedOn: l.Day(), Text: "演示补充", Paper: enforcetest.Paper("演示陈述书")}))
	must(t, l.Administrative.AnswerStatement(ctx, l.OwnersClerk(), of(id), administrative.StatementAnswer{Text: "演示:经核实,陈述不能成立", Paper: enforcetest.Paper("演示答复书")}))
	must(t, l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(id), administrative.Statement{ReceivedOn: l.Day(), Text: "演示再补充", Paper: enforcetest.Paper("演示陈述书")}))
	l.Advance(14)
	if open := tasks(); len(open) != 1 {
		t.Errorf("tasks after another term: %v", open)
	}
	must(t, l.Administrative.AnswerStatement(ctx, l.OwnersReviewer(), of(id), administrative.StatementAnswer{Text: "演示采纳", Upheld: true, Paper: enforcetest.Paper("演示答复书")}))
	have := listed(t, l, id)
	if have.State != ground.Abandoned || have.EndCause != "statement-upheld" || len(tasks()) != 0 {
		t.Errorf("%+v", have)
	}
	if n := l.Count(`SELECT count(*) FROM ground WHERE id = $1 AND state = 'ended'`, id); n != 1 {
		t.Error("its ground goes on")
	}
}

// A decision states what it must, is made by a second person, and lasts no longer
// than the list allows.
func TestAdministrativeDecisionsAreComplete(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	ready := func(list string, grounds ...string) enforcement.ID {
		subject := l.Company()
		if list == enforcetest.ListBatch {
			subject = l.Person()
		}
		id := l.On(list, l.Subject(subject), grounds...)
		must(t, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(id), l.NoticeOfIt()))
		l.PastWindow(id)
		return id
	}
	id := ready(enforcetest.ListSerious)
	for code, spoil := range map[string]func(*administrative.Decision){
		"decision.reasons":  func(d *administrative.Decision) { d.Reasons = "" },
		"decision.number":   func(d *administrative.Decision) { d.Number = "" },
		"decision.remedies": func(d *administrative.Decision) { d.Remedies = "" },
		"decision.basis":    func(d *administrative.Decision) { d.Bases = []string{"made-law", "made-repealed"} },
		"list.term":         func(d *administrative.Decision) { d.TermUntil = l.Day().AddYears(3).AddDays(1) },
	} {
		d := l.DecisionOnIt()
		spoil(&d)
		wantCode(t, code, l.Administrative.Decide(ctx, l.OwnersReviewer(), of(id), d), code)
	}
	d := l.DecisionOnIt()
	d.RemovalConditions = ""
	wantCode(t, "no removal conditions", l.Administrative.Decide(ctx, l.OwnersReviewer(), of(id), d), "decision.remedies")
	d = l.DecisionOnIt()
	d.TermUntil = l.Day()
	wantCode(t, "over when it begins", l.Administrative.Decide(ctx, l.OwnersReviewer(), of(id), d), "list.term")
	wantCode(t, "a clerk decides", l.Administrative.Decide(ctx, l.OwnersClerk(), of(id), l.DecisionOnIt()), "decision.reviewer")
	same := l.OwnersReviewer()
	same.Actor.ID = l.OwnersClerk().Actor.ID
	wantCode(t, "the drafter decides", l.Administrative.Decide(ctx, same, of(id), l.DecisionOnIt()), "decision.second-person")
	must(t, l.Administrative.Decide(ctx, l.OwnersReviewer(), of(id), l.DecisionOnIt()))
	if have := listed(t, l, id); have.Basis != "演示法 第1条; 演示规章 第2条" {
		t.Errorf("it cites %q", have.Basis)
	}
	for constraint, spoil := range map[string]string{
		"administrative_second_person":       "decided_by = drafted_by",
		"administrative_signer":              "signer_role = 'department-clerk'",
		"administrative_remedies":            "remedies = NULL",
		"administrative_signed":              "reasons = NULL",
		"administrative_term_bounds":         "term_limit = term_until - 1",
		"administrative_term":                "term_until = NULL, term_limit = NULL",
		"administrative_serious_three_years": "term_until = decided_on + 1200, term_limit = decided_on + 1200",
	} {
		broken(t, l, constraint, `UPDATE administrative_listing SET `+spoil+` WHERE id = $1`, id)
	}

	silent := ready(enforcetest.ListSilent)
	d = l.DecisionOnIt()
	d.TermUntil = 0
	wantCode(t, "no end where none is known", l.Administrative.Decide(ctx, l.OwnersReviewer(), of(silent), d), "list.term")
	d.TermUntil = l.Day().AddYears(3).AddDays(1)
	wantCode(t, "more than three years where none is known", l.Administrative.Decide(ctx, l.OwnersReviewer(), of(silent), d), "list.term")
	d.TermUntil = l.Day().AddYears(3)
	must(t, l.Administrative.Decide(ctx, l.OwnersReviewer(), of(silent), d))

	short := ready(enforcetest.ListBatch)
	d.TermUntil = l.Day().AddDays(181)
	wantCode(t, "more than 180 days", l.Administrative.Decide(ctx, l.OwnersReviewer(), of(short), d), "list.term")
	d.TermUntil = 0
	must(t, l.Administrative.Decide(ctx, l.OwnersReviewer(), of(short), d))
	if have := listed(t, l, short); have.TermUntil != l.Day().AddDays(180) || have.OpenTerm {
		t.Errorf("%+v", have)
	}
	open := ready(enforcetest.ListBatch, "fare")
	must(t, l.Administrative.Decide(ctx, l.OwnersReviewer(), of(open), d))
	if have := listed(t, l, open); !have.TermUntil.IsZero() || !have.OpenTerm {
		t.Errorf("%+v", have)
	}
}

// Invariant 41: the decision goes out with the repair notice, or nothing follows.
func TestInvariant41_AdministrativeDecisionsCarryTheRepairNotice(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	id := l.DecidedOn(enforcetest.ListSerious, l.Subject(l.Company()))
	wantCode(t, "publish before service", l.Administrative.Publish(ctx, l.OwnersClerk(), of(id)), "service.missing")
	for _, missing := range ground.Enclosures() {
		s := l.Service()
		s.Enclosures = strings.Split(strings.Replace(strings.Join(s.Enclosures, ","), missing, "other", 1), ",")
		wantCode(t, "served without "+missing, l.Administrative.Serve(ctx, l.OwnersClerk(), of(id), s), "service.repair-notice")
	}
	s := l.Service()
	s.On = l.Day().AddDays(-1)
	wantCode(t, "served before it was decided", l.Administrative.Serve(ctx, l.OwnersClerk(), of(id), s), "service.date")
	s = l.Service()
	s.Manner, s.LastPostedOn = ground.ServedByAnnouncement, l.Day()
	must(t, l.Administrative.Serve(ctx, l.OwnersClerk(), of(id), s))
	wantCode(t, "published while the announcement runs", l.Administrative.Publish(ctx, l.OwnersClerk(), of(id)), "service.not-yet")
	broken(t, l, "administrative_service_enclosures", `UPDATE administrative_listing SET enclosures = '{reasons}' WHERE id = $1`, id)
	broken(t, l, "administrative_served_before_published", `UPDATE administrative_listing SET state = 'active', published_on = served_on - 1 WHERE id = $1`, id)
}

// Invariant 43: no footing, no listing; and nobody lists outside its powers.
func TestInvariant43_NoListWithoutAFooting(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	company, person := l.Subject(l.Company()), l.Subject(l.Person())
	for _, refused := range []struct {
		list    string
		subject enforcement.ID
		code    string
	}{
		{enforcetest.ListFootless, company, "list.no-footing"},
		{enforcetest.ListUnowned, company, "list.not-owner"},
		{enforcetest.ListForeign, company, "list.region"},
		{enforcetest.ListOfCourt, company, "list.court"},
		{"made-nothing", company, "list.unknown"},
		{enforcetest.ListLocal, person, "list.subject-kind"},
	} {
		_, err := l.Administrative.Draft(ctx, l.OwnersClerk(), enforcetest.NewOn(refused.list, refused.subject))
		wantCode(t, refused.list, err, refused.code)
	}
	_, err := l.Administrative.Draft(ctx, l.As(enforcement.DepartmentClerk, l.Alpha), enforcetest.NewOn(enforcetest.ListSerious, company))
	wantCode(t, "who keeps no list", err, "list.not-owner")
	late := l.OwnersClerk()
	late.At = late.At.AddDate(5, 0, 0)
	_, err = l.Administrative.Draft(ctx, late, enforcetest.NewOn(enforcetest.ListSerious, company))
	wantCode(t, "who handed its list on", err, "list.not-owner")
	_, err = l.Administrative.Draft(ctx, l.Clerk(), enforcetest.NewOn(enforcetest.ListSerious, company))
	wantCode(t, "a court's clerk", err, "role.forbidden")
	for _, grounds := range [][]string{{"disturbance"}, {"fraud", "nothing"}} {
		_, err = l.Administrative.Draft(ctx, l.OwnersClerk(), enforcetest.NewOn(enforcetest.ListSerious, company, grounds...))
		wantCode(t, fmt.Sprint(grounds), err, "list.ground")
	}
	if n := l.Count(`SELECT count(*) FROM administrative_listing`); n != 0 {
		t.Errorf("%d drafts are there", n)
	}
	for list, kind := range map[string]string{enforcetest.ListLocal: "local-regulation", enforcetest.ListProvisional: "departmental-rule", enforcetest.ListSerious: "law"} {
		id := l.PublishedOn(list, company)
		if n := l.Count(`SELECT count(*) FROM administrative_listing WHERE id = $1 AND footing_kind = $2`, id, kind); n != 1 {
			t.Errorf("%s does not stand on a %s", list, kind)
		}
		if list == enforcetest.ListLocal {
			broken(t, l, "administrative_footing", `UPDATE administrative_listing SET footing_kind = 'law' WHERE id = $1`, id)
		} else {
			broken(t, l, "administrative_footing", `UPDATE administrative_listing SET footing_kind = 'local-regulation' WHERE id = $1`, id)
		}
		broken(t, l, "administrative_footing", `UPDATE administrative_listing SET footing_kind = 'departmental' WHERE id = $1`, id)
	}
	_, err = l.Administrative.Draft(ctx, l.OwnersClerk(), enforcetest.NewOn(enforcetest.ListLocal, company))
	wantCode(t, "twice", err, "listing.exists")
}

// No child is entered on any list, nor decided on, announced or published when its
// subject turns out to be one.
func TestAdministrativeListsTakeNoChildren(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	birth := enforcetest.Start.AddYears(-17)
	_, err := l.Administrative.Draft(ctx, l.OwnersClerk(), enforcetest.NewOn(enforcetest.ListSerious, l.Subject(aged(l.Bundle, birth))))
	wantCode(t, "draft", err, "listing.minor")

	younger := func(subject enforcement.ID) {
		rewrite(t, l.Bundle, subject, func(i *party.Identity) { i.Birth = birth })
	}
	subjects := []enforcement.ID{l.Subject(l.Person()), l.Subject(l.Person()), l.Subject(l.Person()), l.Subject(l.Person())}
	drafted := l.On(enforcetest.ListSerious, subjects[0])
	must(t, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(drafted), l.NoticeOfIt()))
	l.PastWindow(drafted)
	served, batch := l.ServedOn(enforcetest.ListSerious, subjects[1]), l.ServedOn(enforcetest.ListBatch, subjects[2])
	active := l.PublishedOn(enforcetest.ListSerious, subjects[3])
	for _, s := range subjects {
		younger(s)
	}
	wantCode(t, "decide", l.Administrative.Decide(ctx, l.OwnersReviewer(), of(drafted), l.DecisionOnIt()), "listing.minor")
	wantCode(t, "publish", l.Administrative.Publish(ctx, l.OwnersReviewer(), of(served)), "listing.minor")
	l.Advance(40)
	if announced, refused, err := l.Administrative.MonthlyBatch(ctx, l.System()); err != nil || announced != 0 || len(refused) != 1 || refused[0].Case != batch || refused[0].Because.Code != "listing.minor" {
		t.Errorf("%d announced, refused %v: %v", announced, refused, err)
	}
	rewrite(t, l.Bundle, subjects[3], func(i *party.Identity) { i.Birth = enforcetest.Start.AddYears(-10) })
	if public := value(l.Administrative.PublicEntries(ctx, l.Day(), "", enforcement.ID{}, 10))(t); len(public) != 0 {
		t.Errorf("the public sees a child: %v, active %s", public, active)
	}
}
