package register_test

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"concordat/enforcement"
	"concordat/enforcement/administrative"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/enforcement/reward"
	"concordat/memoranda/day"
)

// A notice of 1900, or of before the case was filed, is no notice of it, and none states no
// period for performance.
func TestNoNoticeBeforeItsCase(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Draft(b.Subject(b.Company()))
	filed := enforcetest.Start.AddDays(-60)
	before := fingerprint(t, b)
	for code, change := range map[string][]func(*listing.Notice){
		"notice.before-filing": {
			func(n *listing.Notice) { n.ServedOn = day.Of(1900, 1, 1) }, func(n *listing.Notice) { n.ServedOn = filed.AddDays(-1) },
		},
		"notice.date": {func(n *listing.Notice) { n.ServedOn = 0 }, func(n *listing.Notice) { n.ServedOn = b.Day().AddDays(1) }},
		"performance.period": {
			func(n *listing.Notice) { n.PerformDays = 0 }, func(n *listing.Notice) { n.PerformDays = -1 }, func(n *listing.Notice) { n.PerformDays = 366 },
			func(n *listing.Notice) { n.PerformBy = b.Day() }, // both
			func(n *listing.Notice) { n.PerformDays, n.PerformBy = 0, n.ServedOn },
			func(n *listing.Notice) { n.PerformDays, n.PerformBy = 0, n.ServedOn.AddDays(-1) },
			func(n *listing.Notice) { n.PerformDays, n.PerformBy = 0, n.ServedOn.AddYears(2) },
		},
	} {
		for i, wrong := range change {
			n := b.Notice()
			wrong(&n)
			err := b.Listings.Warn(ctx, b.Clerk(), of(id), n)
			wantCode(t, fmt.Sprint(code, " ", i), err, code)
			if code == "notice.before-filing" {
				wantTold(t, err, "filed", filed)
			}
		}
	}
	if fingerprint(t, b) != before {
		t.Error("a refused notice left something")
	}
	n := b.Notice()
	n.ServedOn = filed // of the day itself it is one
	must(t, b.Listings.Warn(ctx, b.Clerk(), of(id), n))
	for _, c := range []struct{ constraint, set string }{
		{"listing_when_noticed", `notice_served_on = notice_filed_on - 1`},
		{"listing_when_noticed", `notice_recorded_on = NULL`},
		{"listing_when_noticed", `notice_served_on = notice_recorded_on + 1, perform_until = notice_recorded_on + 9`},
		{"listing_when_performing", `perform_until = NULL`},
		{"listing_when_performing", `perform_until = notice_recorded_on`},
		{"listing_when_applied", `applied_on = notice_served_on - 1, application_paper = notice_paper`},
		{"listing_notice_of_case", `notice_filed_on = notice_filed_on - 1`},
	} {
		schemaRefuses(t, b, c.constraint, `UPDATE listing SET `+c.set+` WHERE id = $1`, id)
	}
	err := b.Listings.Apply(ctx, b.Clerk(), of(id), listing.Application{ReceivedOn: filed.AddDays(-1), Paper: enforcetest.Paper("演示申请书")})
	wantCode(t, "an application before the notice", err, "application.before-notice")
	wantTold(t, err, "served", filed)
}

// wantTold demands that a refusal tells a day: so says who refuses before the schema does,
// which knows no arguments.
func wantTold(t testing.TB, err error, name string, want day.Day) {
	t.Helper()
	var refusal *enforcement.Refusal
	if !errors.As(err, &refusal) || refusal.Args[name] != want.String() {
		t.Errorf("%v does not tell %s %s", err, name, want)
	}
}

// Nobody is decided upon on ground 1 while the notice lets perform; on another ground only
// with the reason why; and a backdated notice gives nobody less time than a fresh one.
func TestNobodyIsListedWhileHeMayPerform(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	notice := listing.Notice{ExecutionNotice: ground.ExecutionNotice{ServedOn: b.Day().AddDays(-30), PerformDays: 10, Paper: enforcetest.Paper("演示执行通知书")}, RiskWarning: true}
	able, sham, both := b.Draft(b.Subject(b.Company())), b.Draft(b.Subject(b.Company()), 3), b.Draft(b.Subject(b.Company()), 1, 3)
	early := "演示:转移财产,不及时列入将无法执行"
	for _, id := range []enforcement.ID{able, sham, both} {
		must(t, b.Listings.Warn(ctx, b.Clerk(), of(id), notice))
	}
	until := state(t, b, able).PerformUntil
	if until < b.Day().AddDays(10) {
		t.Fatalf("a notice recorded today lets perform until %s", until)
	}
	byDay := notice
	byDay.PerformDays, byDay.PerformBy = 0, notice.ServedOn.AddDays(10)
	dated := b.Draft(b.Subject(b.Company()))
	must(t, b.Listings.Warn(ctx, b.Clerk(), of(dated), byDay))
	if got := state(t, b, dated).PerformUntil; got != until {
		t.Errorf("a period stated by its last day runs until %s, by its length until %s", got, until)
	}
	b.AdvanceTo(until)
	d := b.Decision(3)
	d.EarlyReasons = early
	wantCode(t, "ground 1", b.Listings.Propose(ctx, b.Judge(), of(able), b.Decision()), "performance.running")
	wantCode(t, "ground 1 beside another, for whatever reason", b.Listings.Propose(ctx, b.Judge(), of(both), d), "performance.running")
	wantCode(t, "another ground without a reason", b.Listings.Propose(ctx, b.Judge(), of(sham), b.Decision(3)), "performance.early")
	for _, nothing := range []string{"——", "急", "\u200b。"} {
		d.EarlyReasons = nothing
		wantCode(t, "another ground for nothing", b.Listings.Propose(ctx, b.Judge(), of(sham), d), "performance.reasons")
	}
	d.EarlyReasons = early
	must(t, b.Listings.Propose(ctx, b.Judge(), of(sham), d))
	must(t, b.Listings.Sign(ctx, b.President(), of(sham)))
	schemaRefuses(t, b, "listing_when_decided", `UPDATE listing SET early_reasons = NULL WHERE id = $1`, sham)
	schemaRefuses(t, b, "listing_when_decided", `UPDATE listing SET conducts = '{1, 3}' WHERE id = $1`, sham)
	schemaRefuses(t, b, "listing_when_decided", `UPDATE listing SET decided_on = notice_served_on - 1, term_until = notice_served_on WHERE id = $1`, sham)
	b.Advance(1)
	must(t, b.Listings.Propose(ctx, b.Judge(), of(able), b.Decision()))
	must(t, b.Listings.Sign(ctx, b.President(), of(able)))
}

// What was proposed in time is not signed before its time: the day of the signature counts.
func TestASignatureWaitsForThePeriodToo(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Draft(b.Subject(b.Company()))
	must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
	must(t, b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision()))
	early := b.President()
	early.At = early.At.AddDate(0, 0, -enforcetest.NoticeDays+1)
	err := b.Listings.Sign(ctx, early, of(id))
	wantCode(t, "signed by a clock that lags", err, "performance.running")
	wantTold(t, err, "until", state(t, b, id).PerformUntil)
	must(t, b.Listings.Sign(ctx, b.President(), of(id)))
}

// A time counts from the day on which it was recorded, where the claimed one lies before
// it: to state and defend, to answer the review of a reward, of grace.
func TestNobodysTimeRunsOutBeforeItIsKnown(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	fresh, dated := l.On(enforcetest.ListSilent, l.Subject(l.Company())), l.On(enforcetest.ListSilent, l.Subject(l.Company()))
	notice := l.NoticeOfIt()
	must(t, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(fresh), notice))
	notice.ServedOn = l.Day().AddDays(-300)
	must(t, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(dated), notice))
	one, two := value(l.Administrative.Get(ctx, l.OwnersClerk(), fresh))(t), value(l.Administrative.Get(ctx, l.OwnersClerk(), dated))(t)
	if one.WindowUntil != two.WindowUntil || two.NoticeServedOn != notice.ServedOn {
		t.Errorf("the window of a backdated notice ends on %s, of a fresh one on %s", two.WindowUntil, one.WindowUntil)
	}
	if c := clockOf(t, l.Bundle, dated, "state-and-defend"); c.DueOn != two.WindowUntil {
		t.Errorf("the clock of the window ends on %s, the window on %s", c.DueOn, two.WindowUntil)
	}
	wantCode(t, "decided at once", l.Administrative.Decide(ctx, l.OwnersReviewer(), of(dated), l.DecisionOnIt()), "window.running")
	schemaRefuses(t, l.Bundle, "administrative_when_noticed", `UPDATE administrative_listing SET window_until = notice_recorded_on WHERE id = $1`, dated)

	grace := l.Draft(l.Subject(l.Company()))
	d := l.Decision()
	d.GraceMonths = 1
	must(t, l.Listings.Warn(ctx, enforcetest.Before(l.Clerk()), of(grace), l.Notice()))
	must(t, l.Listings.Propose(ctx, l.Judge(), of(grace), d))
	must(t, l.Listings.Sign(ctx, l.President(), of(grace)))
	signed := l.Day()
	l.Advance(60)
	s := l.Service()
	s.On = signed
	must(t, l.Listings.Serve(ctx, l.Clerk(), of(grace), s))
	if until := state(t, l.Bundle, grace).GraceUntil; until != signed.AddMonths(d.GraceMonths) && until <= signed {
		t.Errorf("grace from a service on %s, which its paper proves, ends on %s", signed, until)
	}
	schemaRefuses(t, l.Bundle, "listing_when_graced", `UPDATE listing SET grace_until = served_on WHERE id = $1`, grace)
	schemaRefuses(t, l.Bundle, "listing_when_served", `UPDATE listing SET served_on = decided_on - 1 WHERE id = $1`, grace)
}

// The time to answer the review of a reward, likewise.
func TestNobodysAnswerIsLateBeforeTheNoticeIsKnown(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	subject := b.Subject(b.Company())
	id := b.Rewarded(enforcetest.GoodTaxpayer, subject)
	b.Published(subject)
	opened := b.Day()
	b.Advance(40)
	must(t, b.Rewards.RecordNotice(ctx, b.KeeperClerk(), ofReward(id), opened, enforcetest.Paper("演示告知书")))
	for _, v := range value(b.Rewards.Reviews(ctx, b.KeeperClerk(), id))(t) {
		if v.NoticedOn != opened || v.AnswerUntil <= b.Day() {
			t.Errorf("a notice of %s, recorded on %s, lets answer until %s", v.NoticedOn, b.Day(), v.AnswerUntil)
		}
	}
	end := reward.Decision{End: true, Reasons: "演示:经审查,符合规定的理由", Basis: "演示法 第4条", Paper: enforcetest.Paper("演示复核决定")}
	wantCode(t, "ended at once", b.Rewards.DecideReview(ctx, b.KeeperReviewer(), ofReward(id), end), "reward.answer-running")
	schemaRefuses(t, b.Bundle, "reward_review_when_noticed", `UPDATE reward_review SET answer_until = notice_recorded_on WHERE reward_id = $1`, id)
}

// An announcement counts from its last posting, which is given and is not before the first.
func TestAnAnnouncementCountsFromItsLastPosting(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	id, decided := l.On(enforcetest.ListSilent, l.Subject(l.Company())), l.Decided(l.Subject(l.Company()))
	l.Advance(25)
	issued, last := l.Day().AddDays(-20), l.Day().AddDays(-2)
	notice, s := l.NoticeOfIt(), l.Service()
	notice.Manner, notice.ServedOn, s.Manner, s.On = ground.ServedByAnnouncement, issued, ground.ServedByAnnouncement, issued
	notice.Search, s.Search = enforcetest.Paper("演示查找经过"), enforcetest.Paper("演示查找经过")
	for what, posted := range map[string]day.Day{"no last posting": 0, "one before the first": issued.AddDays(-1), "one of tomorrow": l.Day().AddDays(1)} {
		notice.LastPostedOn, s.LastPostedOn = posted, posted
		wantCode(t, what, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(id), notice), "service.posted")
		wantCode(t, what, l.Listings.Serve(ctx, l.Clerk(), of(decided), s), "service.posted")
	}
	handed := l.Service()
	handed.LastPostedOn = l.Day()
	wantCode(t, "a posting of what was handed over", l.Listings.Serve(ctx, l.Clerk(), of(decided), handed), "service.posted")
	notice.LastPostedOn, s.LastPostedOn = last, last
	must(t, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(id), notice))
	must(t, l.Listings.Serve(ctx, l.Clerk(), of(decided), s))
	for _, served := range []day.Day{value(l.Administrative.Get(ctx, l.OwnersClerk(), id))(t).NoticeServedOn, state(t, l.Bundle, decided).ServedOn} {
		if served < last.AddDays(30) {
			t.Errorf("it takes effect on %s, and was posted last on %s", served, last)
		}
	}
	// Who is told by the announcement and answers before it takes effect is heard.
	must(t, l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(id), administrative.Statement{ReceivedOn: last.AddDays(1), Text: "演示陈述"}))
	schemaRefuses(t, l.Bundle, "listing_when_served", `UPDATE listing SET service_posted_on = NULL WHERE id = $1`, decided)
	schemaRefuses(t, l.Bundle, "administrative_when_noticed", `UPDATE administrative_listing SET notice_posted_on = NULL WHERE id = $1`, id)
}

// An earlier case's notice counts for a later one of its chain: linked by one, confirmed by
// another of the later case's court, the parties told in writing.
func TestAnEarlierNoticeCountsThroughItsChainOnly(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	entered := func(n int, filed day.Day) enforcement.ID {
		return value(b.Parties.EnterCase(ctx, b.Clerk(), party.Case{
			Number: fmt.Sprintf("(2025)桂0103执恢%d号", n), FiledOn: filed, BasisDocument: "(2024)桂0103民初1号", BasisUnit: "演示法院",
		}))(t)
	}
	first, second, third := entered(1, b.Day().AddDays(-100)), entered(2, b.Day().AddDays(-50)), entered(3, b.Day().AddDays(-5))
	id := value(b.Listings.Draft(ctx, b.Judge(), listing.NewListing{
		Case: third, Subject: b.Subject(b.Company()), Capacity: listing.Debtor, Conducts: []listing.Conduct{1}, Facts: enforcetest.Facts(),
	}))(t)
	notice := b.Notice()
	notice.ServedOn, notice.Case = b.Day().AddDays(-90), first
	warn := func(code, what string) { wantCode(t, what, b.Listings.Warn(ctx, b.Clerk(), of(id), notice), code) }
	link := func(from, to enforcement.ID, told day.Day) enforcement.ID {
		return value(b.Parties.LinkCase(ctx, b.Clerk(), party.Link{Earlier: from, Later: to, Kind: "resumed", ToldOn: told}))(t)
	}
	warn("chain.notice", "no chain")
	for what, c := range map[string]struct {
		code string
		act  enforcement.Act
		l    party.Link
	}{
		"of another court's case": {"not-found", b.As(enforcement.Clerk, b.OtherCourt), party.Link{Earlier: first, Later: third, Kind: "resumed"}},
		"of nothing":              {"not-found", b.Clerk(), party.Link{Earlier: enforcement.NewID(), Later: third, Kind: "resumed"}},
		"to itself":               {"chain.order", b.Clerk(), party.Link{Earlier: third, Later: third, Kind: "resumed"}},
		"the wrong way":           {"chain.order", b.Clerk(), party.Link{Earlier: third, Later: first, Kind: "resumed"}},
		"of no kind":              {"chain.kind", b.Clerk(), party.Link{Earlier: first, Later: third, Kind: "made-up"}},
		"told tomorrow":           {"chain.told", b.Clerk(), party.Link{Earlier: first, Later: third, Kind: "resumed", ToldOn: b.Day().AddDays(1)}},
		"told before it began":    {"chain.told", b.Clerk(), party.Link{Earlier: first, Later: third, Kind: "resumed", ToldOn: b.Day().AddDays(-101)}},
		"by a president":          {"role.forbidden", b.President(), party.Link{Earlier: first, Later: third, Kind: "resumed"}},
	} {
		_, err := b.Parties.LinkCase(ctx, c.act, c.l)
		wantCode(t, what, err, c.code)
	}
	untold, back, forth := link(second, third, 0), link(first, second, b.Day().AddDays(-45)), link(second, third, b.Day().AddDays(-3))
	must(t, b.Parties.ConfirmLink(ctx, b.Judge(), third, untold))
	must(t, b.Parties.ConfirmLink(ctx, b.Judge(), second, back))
	warn("chain.notice", "the parties were not told, or nobody confirmed it")
	sameHuman := b.Clerk()
	sameHuman.Actor.Role = enforcement.Judge
	wantCode(t, "confirmed by who entered it", b.Parties.ConfirmLink(ctx, sameHuman, third, forth), "chain.second-person")
	wantCode(t, "confirmed elsewhere", b.Parties.ConfirmLink(ctx, b.As(enforcement.Judge, b.OtherCourt), third, forth), "not-found")
	wantCode(t, "confirmed of another case", b.Parties.ConfirmLink(ctx, b.Judge(), second, forth), "not-found")
	schemaRefuses(t, b, "case_link_second_person", `UPDATE case_link SET confirmed_by = entered_by, confirmed_on = entered_on WHERE id = $1`, forth)
	must(t, b.Parties.ConfirmLink(ctx, b.Judge(), third, forth))
	wantCode(t, "confirmed twice", b.Parties.ConfirmLink(ctx, b.Judge(), third, forth), "chain.confirmed")
	notice.ServedOn = b.Day().AddDays(-101)
	warn("notice.before-filing", "before the earliest case")
	notice.ServedOn = b.Day().AddDays(-2)
	warn("chain.notice", "after the parties were told")
	notice.ServedOn = b.Day().AddDays(-90)
	warn("", "through two links")
	schemaRefuses(t, b, "listing_when_noticed", `UPDATE listing SET notice_link = NULL WHERE id = $1`, id)
	var cases []enforcement.ID
	must(t, b.DB.NewSelect().TableExpr("execution_case AS c").Column("c.id").Where("c.id IN (?)", party.Chain(second)).Scan(ctx, &cases))
	if len(cases) != 3 {
		t.Errorf("the chain has %d cases", len(cases))
	}
	if links := value(b.Parties.Links(ctx, b.Court, second))(t); len(links) != 3 {
		t.Errorf("the middle case has %d links", len(links))
	}
	if links := value(b.Parties.Links(ctx, b.OtherCourt, second))(t); len(links) != 0 {
		t.Errorf("another court reads %d links", len(links))
	}
}

// Whatever days are claimed, in whichever order the acts come: what is accepted is in order,
// and nobody's time is shorter than from the day on which it was recorded.
func TestAnyDaysInAnyOrder(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		l.AdvanceTo(enforcetest.Start.AddDays(rapid.IntRange(0, 30).Draw(t, "start")))
		claimed := func(what string) day.Day {
			return l.Day().AddDays(rapid.SampledFrom([]int{-45_000, -61, -60, -59, -30, -20, -10, -3, -1, 0, 1, 5}).Draw(t, what))
		}
		conducts := rapid.SampledFrom([][]listing.Conduct{{1}, {2}, {1, 2}}).Draw(t, "conducts")
		court, department := l.Draft(l.Subject(l.Company()), conducts...), l.On(enforcetest.ListSilent, l.Subject(l.Company()))
		for range rapid.IntRange(5, 40).Draw(t, "acts") {
			d := l.Decision(conducts...)
			d.GraceMonths = rapid.IntRange(0, 1).Draw(t, "grace")
			if rapid.Bool().Draw(t, "early") {
				d.EarlyReasons = "演示:转移财产,不及时列入将无法执行"
			}
			s := l.Service()
			s.On = claimed("served")
			if rapid.IntRange(0, 3).Draw(t, "manner") == 0 {
				s.Manner, s.LastPostedOn, s.Search = ground.ServedByAnnouncement, claimed("posted"), enforcetest.Paper("演示查找经过")
			}
			n := l.NoticeOfIt()
			n.Manner, n.ServedOn, n.LastPostedOn, n.Search = s.Manner, s.On, s.LastPostedOn, s.Search
			acts := []func() error{
				func() error {
					return l.Listings.Warn(ctx, l.Clerk(), of(court), listing.Notice{ExecutionNotice: ground.ExecutionNotice{ServedOn: claimed("warned"), PerformDays: rapid.IntRange(0, 9).Draw(t, "perform"), Paper: enforcetest.Paper("演示执行通知书")}, RiskWarning: true})
				},
				func() error {
					return l.Listings.Apply(ctx, l.Clerk(), of(court), listing.Application{ReceivedOn: claimed("applied"), Paper: enforcetest.Paper("演示申请书")})
				},
				func() error { return l.Listings.Propose(ctx, l.Judge(), of(court), d) },
				func() error { return l.Listings.Sign(ctx, l.President(), of(court)) },
				func() error { return l.Listings.Serve(ctx, l.Clerk(), of(court), s) },
				func() error { return l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(department), n) },
				func() error {
					return l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(department), administrative.Statement{ReceivedOn: claimed("stated"), Text: "演示陈述"})
				},
				func() error {
					return l.Administrative.AnswerStatement(ctx, l.OwnersReviewer(), of(department), administrative.StatementAnswer{Text: "演示:经核实,陈述不能成立", Paper: enforcetest.Paper("演示答复书")})
				},
				func() error {
					return l.Administrative.Decide(ctx, l.OwnersReviewer(), of(department), l.DecisionOnIt())
				},
				func() error { return l.Administrative.Serve(ctx, l.OwnersClerk(), of(department), s) },
				func() error { return l.Administrative.Publish(ctx, l.OwnersReviewer(), of(department)) },
				func() error { l.Advance(rapid.SampledFrom([]int{1, 4, 11, 40}).Draw(t, "days")); return nil },
			}
			err := acts[rapid.IntRange(0, len(acts)-1).Draw(t, "act")]()
			if refusal := (*enforcement.Refusal)(nil); err != nil && !errors.As(err, &refusal) {
				t.Fatal(err)
			}
		}
		if n := l.Count(disordered, l.Day(), court) + l.Count(disorderedOn, l.Day(), department); n != 0 {
			t.Fatalf("%d listings are out of order", n)
		}
	})
	if n := l.Count(`SELECT count(*) FROM listing WHERE published_on IS NOT NULL`); n == 0 {
		t.Log("no listing of a court came as far as its publication")
	}
}

// Cases whose days are out of order, said apart from the constraints of the schema. A grace
// counts from a service that a paper proves, also where it is recorded long after.
const (
	disordered = `SELECT count(*) FROM listing l JOIN execution_case c ON c.id = l.case_id WHERE l.id = $2 AND (l.notice_served_on < c.filed_on OR l.notice_served_on > $1::date
		OR l.applied_on < l.notice_served_on OR l.decided_on < l.notice_served_on OR l.decided_on < l.applied_on OR l.served_on < l.decided_on OR l.published_on < l.served_on
		OR l.grace_until >= l.published_on OR l.grace_until <= l.served_on OR l.perform_until <= l.notice_recorded_on
		OR (1 = ANY (l.conducts) AND l.decided_on <= l.perform_until))`
	disorderedOn = `SELECT count(*) FROM administrative_listing l WHERE l.id = $2 AND (l.window_until <= l.notice_recorded_on OR l.window_until <= l.notice_served_on
		OR l.stated_on > $1::date OR l.answered_on < l.stated_on OR l.decided_on <= l.window_until OR l.decided_on < l.answered_on OR l.served_on < l.decided_on OR l.published_on < l.served_on
		OR EXISTS (SELECT FROM administrative_statement s WHERE s.listing_id = l.id AND s.stage = 'notice' AND s.received_on < least(l.notice_served_on, l.notice_posted_on, l.notice_recorded_on)))`
)
