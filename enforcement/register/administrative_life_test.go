package register_test

import (
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/administrative"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/party"
	"concordat/internal/i18n"
	"concordat/memoranda/day"
)

// A company that evaded taxes, on the shipped catalogue's own list, memorandum and
// rules: what the sources do not say (window, term) the decision and our own
// defaults must.
func TestLifeOfAMajorTaxCompany(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	office := value(b.Parties.AddOrganisation(ctx, b.System(), party.Organisation{
		Slug: "nanning-tax", NameZH: "国家税务总局南宁市税务局（演示）", NameEN: "Nanning tax office (made)", Kind: party.Authority, Serves: "4501",
		Bodies: []party.Part{{Body: "tax", From: day.Of(2018, 6, 1)}},
	}))(t)
	clerk := func() enforcement.Act { return b.As(enforcement.DepartmentClerk, office) }
	reviewer := func() enforcement.Act { return b.As(enforcement.DepartmentReviewer, office) }
	have := func(id enforcement.ID) administrative.Listing {
		return value(b.Administrative.Get(ctx, clerk(), id))(t)
	}
	subject := value(b.Parties.EnterSubject(ctx, clerk(), b.Company()))(t)
	id := value(b.Administrative.Draft(ctx, clerk(), administrative.NewListing{
		ListType: "major-tax-violation", Subject: subject, Facts: administrative.Facts{Conduct: "演示:虚开发票", Finding: "演示税务处理决定书"},
	}))(t)
	lines, _, gaps, err := b.Administrative.Foresee(ctx, reviewer(), id)
	must(t, err)
	if len(lines) == 0 {
		t.Fatalf("nothing is foreseen, and the gaps are %v", gaps)
	}
	must(t, b.Administrative.GiveNotice(ctx, clerk(), of(id), administrative.Notice{Manner: ground.ServedByMail, ServedOn: b.Day(), Contents: administrative.NoticeContents(), Paper: enforcetest.Paper("演示告知书")}))
	if l := have(id); l.WindowUntil != day.Of(2025, 9, 8) {
		t.Errorf("no rule sets a window, and ours ends on %s", l.WindowUntil)
	}
	b.Advance(3)
	must(t, b.Administrative.RecordStatement(ctx, clerk(), of(id), administrative.Statement{ReceivedOn: b.Day(), Text: "演示陈述", Paper: enforcetest.Paper("演示陈述书")}))
	b.Advance(5)
	decision := administrative.Decision{Number: "演示税罚名单〔2025〕1号", Reasons: "演示:经审查,符合规定的理由", RemovalConditions: "演示移出条件", Remedies: "演示救济途径", Paper: enforcetest.Paper("演示决定书全文")}
	wantCode(t, "decide over the statement", b.Administrative.Decide(ctx, reviewer(), of(id), decision), "statement.unanswered")
	must(t, b.Administrative.AnswerStatement(ctx, reviewer(), of(id), administrative.StatementAnswer{Text: "演示:经核实,陈述不能成立", Paper: enforcetest.Paper("演示答复书")}))
	wantCode(t, "no term is known", b.Administrative.Decide(ctx, reviewer(), of(id), decision), "list.term")
	decided := b.Day()
	decision.TermUntil = decided.AddYears(3)
	leaking := decision
	leaking.Number = "演示〔2025〕450102199001010017号"
	wantCode(t, "everybody reads the number", b.Administrative.Decide(ctx, reviewer(), of(id), leaking), "words.number")
	must(t, b.Administrative.Decide(ctx, reviewer(), of(id), decision))
	must(t, b.Administrative.Serve(ctx, clerk(), of(id), b.Service()))
	if n := b.Count(`SELECT count(*) FROM directive`); n != 0 {
		t.Fatalf("%d directives before publication", n)
	}
	if _, published, refused, err := b.Daily(ctx, b.System(), nil); err != nil || published != 1 || len(refused) != 0 {
		t.Fatalf("%d published, refused %v: %v", published, refused, err)
	}
	sent := sendAll(t, b, directive.Acknowledged)
	if len(sent) != len(lines) {
		t.Errorf("%d were sent, %d foreseen", len(sent), len(lines))
	}
	for _, e := range value(b.Record.Entries(ctx, id))(t) {
		if e.Kind == "administrative-published" && (e.Directives != len(lines) || !strings.Contains(e.LegalBasis, "国家税务总局令第54号")) {
			t.Errorf("published with %d directives by %q", e.Directives, e.LegalBasis)
		}
	}
	for _, item := range sent {
		why := value(b.Explainer.Directive(ctx, b.As(enforcement.Overseer, 0), item.Directive))(t)
		if said := strings.Join(why.Sentences(i18n.Chinese), "\n"); !strings.Contains(said, "重大税收违法失信主体") || !strings.Contains(said, decision.Number) {
			t.Errorf("directive %s is explained by %q", item.Directive, said)
		}
	}
	public := value(b.Administrative.PublicEntries(ctx, b.Day(), "major-tax-violation", enforcement.ID{}, 10))(t)
	if len(public) != 1 || public[0].ListTypeZH != "重大税收违法失信主体" || public[0].Until != decision.TermUntil {
		t.Errorf("the public sees %+v", public)
	}

	ending := administrative.Ending{EventOn: b.Day(), Reasons: "演示:税款、滞纳金、罚款缴清"}
	wantCode(t, "repaired before a year is over", b.Administrative.DeleteEarly(ctx, reviewer(), of(id), ending), "repair.too-early")
	b.AdvanceTo(decided.AddYears(1))
	must(t, b.Administrative.DeleteEarly(ctx, reviewer(), of(id), ending))
	lifted := sendAll(t, b, directive.Acknowledged)
	for _, item := range lifted {
		if item.Kind != directive.Withdraw {
			t.Errorf("%s was sent as %s", item.Directive, item.Kind)
		}
	}
	if len(lifted) != len(sent) || len(value(b.Administrative.PublicEntries(ctx, b.Day(), "", enforcement.ID{}, 10))(t)) != 0 {
		t.Errorf("%d of %d were lifted, or the public still sees it", len(lifted), len(sent))
	}
	if n, err := b.Directives.CheckLiftings(ctx, b.System()); err != nil || n != 0 {
		t.Errorf("%d liftings are overdue: %v", n, err)
	}
	wantAudit(t, b)
}

// A passenger on the shipped catalogue's list of trains: no window, batch, seven
// working days, 180 days from the decision.
func TestLifeOfARailwayOffender(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	group := value(b.Parties.AddOrganisation(ctx, b.System(), party.Organisation{
		Slug: "nanning-railway", NameZH: "演示铁路局集团", NameEN: "Made railway group", Kind: party.AssistingUnit, Serves: "45",
		Bodies: []party.Part{{Body: "china-railway-group", From: day.Of(2019, 6, 18)}},
	}))(t)
	clerk := func() enforcement.Act { return b.As(enforcement.DepartmentClerk, group) }
	reviewer := func() enforcement.Act { return b.As(enforcement.DepartmentReviewer, group) }
	have := func(id enforcement.ID) administrative.Listing {
		return value(b.Administrative.Get(ctx, clerk(), id))(t)
	}
	decided := func(g string) enforcement.ID {
		id := value(b.Administrative.Draft(ctx, clerk(), administrative.NewListing{
			ListType: "railway-offender", Subject: b.Subject(b.Person()), Grounds: []string{g}, Facts: administrative.Facts{Conduct: "演示:在动车组列车上吸烟"},
		}))(t)
		must(t, b.Administrative.GiveNotice(ctx, clerk(), of(id), administrative.Notice{Manner: ground.ServedDirectly, ServedOn: b.Day(), Contents: administrative.NoticeContents(), Paper: enforcetest.Paper("演示告知书")}))
		late := reviewer()
		late.At = late.At.AddDate(0, 0, 8)
		must(t, b.Administrative.Decide(ctx, late, of(id), administrative.Decision{Number: "演示铁〔2025〕1号", Reasons: "演示:经审查,符合规定的理由", RemovalConditions: "演示", Remedies: "演示", Paper: enforcetest.Paper("演示决定书全文")}))
		return id
	}
	smoker, debtor := decided("smoking"), decided("fare")
	if l := have(smoker); l.TermUntil != l.DecidedOn.AddDays(180) || l.OpenTerm {
		t.Errorf("a smoker until %s", l.TermUntil)
	}
	if l := have(debtor); l.TermUntil != l.DecidedOn.AddYears(3) || !l.OpenTerm { // serious: three years at the most
		t.Errorf("who owes the fare until %s, open %v", l.TermUntil, l.OpenTerm)
	}
	b.Advance(8)
	for _, id := range []enforcement.ID{smoker, debtor} {
		must(t, b.Administrative.Serve(ctx, clerk(), of(id), b.Service()))
	}
	b.AdvanceTo(day.Of(2025, 10, 9))
	announced, refused, err := b.Administrative.MonthlyBatch(ctx, b.System())
	if err != nil || announced != 2 || len(refused) != 0 {
		t.Fatalf("%d announced, refused %v: %v", announced, refused, err)
	}
	b.AdvanceTo(have(smoker).ObjectionUntil.AddDays(1))
	_, published, no, err := b.Daily(ctx, b.System(), nil)
	if err != nil || published != 2 || len(no) != 0 {
		t.Fatalf("%d published, refused %v: %v", published, no, err)
	}
	must(t, b.Administrative.Delete(ctx, reviewer(), of(debtor), administrative.Ending{Cause: "reason-ended", EventOn: b.Day(), Reasons: "演示:已补缴"}))
	b.AdvanceTo(have(smoker).TermUntil.AddDays(1))
	if ended, _, _, err := b.Daily(ctx, b.System(), nil); err != nil || ended != 1 {
		t.Errorf("%d ended: %v", ended, err)
	}
	wantAudit(t, b)
}
