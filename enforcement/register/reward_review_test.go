package register_test

import (
	"slices"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/enforcement/register"
	"concordat/enforcement/reward"
)

// reviewed is a reward that everybody acknowledged, and its subject's listing that
// was published after it.
func reviewed(t *testing.T, b *enforcetest.RewardBundle, list string) (reward, listing, subject enforcement.ID) {
	t.Helper()
	subject = b.Subject(b.Company())
	reward = b.Rewarded(list, subject)
	sendAll(t, b.Bundle, directive.Acknowledged)
	return reward, b.Published(subject), subject
}

func decide(b *enforcetest.RewardBundle, id enforcement.ID, end bool) error {
	d := reward.Decision{End: end, Reasons: "演示:经审查,符合规定的理由", Paper: enforcetest.Paper("演示复核决定")}
	if end {
		d.Basis = "演示法 第4条"
	}
	return b.Rewards.DecideReview(b.T.Context(), b.KeeperReviewer(), ofReward(id), d)
}

func wantReward(t *testing.T, b *enforcetest.RewardBundle, id enforcement.ID, want ground.State) reward.Reward {
	t.Helper()
	w := b.RewardStands(id)
	if w.State != want {
		t.Errorf("reward %s is %s, want %s", id, w.State, want)
	}
	return w
}

// kindsOf are the kinds of the events of a ground, oldest first.
func kindsOf(t *testing.T, b *enforcetest.RewardBundle, ground enforcement.ID) []record.EventKind {
	t.Helper()
	var kinds []record.EventKind
	for _, e := range value(b.Record.Entries(t.Context(), ground))(t) {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// The publication of a listing opens the review in its own transaction: the owner
// has a task and a term for the notice, and everywhere the reward goes on.
func TestAPublicationOpensAReview(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	id, listing, _ := reviewed(t, b, enforcetest.GoodTaxpayer)
	wantReward(t, b, id, "under-review")
	for _, d := range directives(t, b.Bundle, id) {
		if d.Kind != "grant" || d.Version != 1 || len(d.Measures) == 0 {
			t.Errorf("under review a recipient holds %+v", d)
		}
	}
	tasks := value(b.Docket.Tasks(ctx, b.KeeperClerk(), enforcement.ID{}, 10))(t)
	if len(tasks) != 1 || tasks[0].Kind != "reward-review" || tasks[0].Ground != id {
		t.Errorf("tasks: %+v", tasks)
	}
	if c := clockOf(t, b.Bundle, id, "reward-notice"); c.Organisation != b.Keeper || !c.DoneOn.IsZero() {
		t.Errorf("the clock of the notice: %+v", c)
	}
	reviews := value(b.Rewards.Reviews(ctx, b.KeeperClerk(), id))(t)
	if len(reviews) != 1 || reviews[0].Listing != listing || reviews[0].ListType != plan.ListType || reviews[0].Outcome != "" {
		t.Fatalf("reviews: %+v", reviews)
	}

	// Before notice, and before the answer or the end of its time, it cannot end.
	wantCode(t, "end without notice", decide(b, id, true), "reward.notice")
	wantCode(t, "notice of yesterday", b.Rewards.RecordNotice(ctx, b.KeeperClerk(), ofReward(id), b.Day().AddDays(-1), enforcetest.Paper("演示告知书")), "reward.dates")
	wantCode(t, "notice of tomorrow", b.Rewards.RecordNotice(ctx, b.KeeperClerk(), ofReward(id), b.Day().AddDays(1), enforcetest.Paper("演示告知书")), "reward.dates")
	must(t, b.Rewards.RecordNotice(ctx, b.KeeperClerk(), ofReward(id), b.Day(), enforcetest.Paper("演示告知书")))
	until := b.Calendar.AddWorkingDays(b.Day(), 5).Day // the list type's own period
	if v := value(b.Rewards.Reviews(ctx, b.KeeperClerk(), id))(t)[0]; v.NoticedOn != b.Day() || v.AnswerUntil != until {
		t.Errorf("after the notice: %+v", v)
	}
	if c := clockOf(t, b.Bundle, id, "reward-answer"); c.DueOn != until || c.Source != "演示法 第3条" {
		t.Errorf("the clock of the answer: %+v", c)
	}
	b.AdvanceTo(until)
	wantCode(t, "end on the last day for an answer", decide(b, id, true), "reward.answer-running")
	b.Advance(1)
	for what, c := range map[string]struct {
		d    reward.Decision
		act  enforcement.Act
		code string
	}{
		"no reasons":         {reward.Decision{End: true, Basis: "演示法", Paper: enforcetest.Paper("演示复核决定")}, b.KeeperReviewer(), "reward.reasons"},
		"no basis":           {reward.Decision{End: true, Reasons: "演示:经审查,符合规定的理由", Paper: enforcetest.Paper("演示复核决定")}, b.KeeperReviewer(), "reward.basis"},
		"by a clerk":         {reward.Decision{Reasons: "演示:经审查,符合规定的理由", Paper: enforcetest.Paper("演示复核决定")}, b.KeeperClerk(), "role.forbidden"},
		"by somebody else":   {reward.Decision{Reasons: "演示:经审查,符合规定的理由", Paper: enforcetest.Paper("演示复核决定")}, b.As(enforcement.DepartmentReviewer, b.Alpha), "not-found"},
		"by the system":      {reward.Decision{Reasons: "演示:经审查,符合规定的理由", Paper: enforcetest.Paper("演示复核决定")}, b.System(), "role.forbidden"},
		"by the court":       {reward.Decision{Reasons: "演示:经审查,符合规定的理由", Paper: enforcetest.Paper("演示复核决定")}, b.Judge(), "role.forbidden"},
		"a basis of a novel": {reward.Decision{End: true, Reasons: "演示:经审查,符合规定的理由", Basis: strings.Repeat("x", 1501), Paper: enforcetest.Paper("演示复核决定")}, b.KeeperReviewer(), "reward.basis"},
	} {
		wantCode(t, what, b.Rewards.DecideReview(ctx, c.act, ofReward(id), c.d), c.code)
	}
	must(t, decide(b, id, true))
	w := wantReward(t, b, id, "ended")
	if w.EndKind != "ended-after-review" || w.EndBasis != "演示法 第4条" {
		t.Errorf("ended: %+v", w)
	}
	for _, d := range directives(t, b.Bundle, id) {
		if d.Kind != "grant-end" || d.Step != directive.Queued {
			t.Errorf("after the end a recipient is told %+v", d)
		}
	}
	want := []record.EventKind{
		"reward-granted", "reward-entered", "reward-review-opened",
		"reward-review-noticed", "reward-ended-after-review",
	}
	if got := kindsOf(t, b, id); !slices.Equal(got, want) {
		t.Errorf("the log: %v", got)
	}
	if n := b.Count(`SELECT count(*) FROM task WHERE ground_id = $1 AND closed_on IS NULL`, id) + b.Count(`SELECT count(*) FROM clock WHERE ground_id = $1 AND done_on IS NULL`, id); n != 0 {
		t.Errorf("%d tasks and clocks are left", n)
	}
	wantAudit(t, b.Bundle)
}

// An answer that came ends the waiting; a reward that is kept goes on untouched, and
// the same listing does not put it under review again.
func TestARewardIsKept(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	id, _, _ := reviewed(t, b, enforcetest.GoodExporter)
	wantCode(t, "answer before notice", b.Rewards.RecordAnswer(ctx, b.KeeperClerk(), ofReward(id), b.Day(), "演示", enforcetest.Paper("演示陈述书")), "reward.notice")
	must(t, b.Rewards.RecordNotice(ctx, b.KeeperClerk(), ofReward(id), b.Day(), enforcetest.Paper("演示告知书")))
	if v, want := value(b.Rewards.Reviews(ctx, b.KeeperClerk(), id))(t)[0], b.Calendar.AddWorkingDays(b.Day(), 10).Day; v.AnswerUntil != want {
		t.Errorf("where the list says nothing there is time until %s, want %s", v.AnswerUntil, want)
	}
	wantCode(t, "an empty answer", b.Rewards.RecordAnswer(ctx, b.KeeperClerk(), ofReward(id), b.Day(), " ", enforcetest.Paper("演示陈述书")), "reward.answer")
	must(t, b.Rewards.RecordAnswer(ctx, b.KeeperClerk(), ofReward(id), b.Day(), "演示陈述", enforcetest.Paper("演示陈述书")))
	must(t, decide(b, id, false))
	wantReward(t, b, id, "in-force")
	v := value(b.Rewards.Reviews(ctx, b.KeeperClerk(), id))(t)[0]
	if v.Outcome != "kept" || v.Answer != "演示陈述" || v.Reasons != "演示:经审查,符合规定的理由" {
		t.Errorf("the review: %+v", v)
	}
	if v := value(b.Rewards.Reviews(ctx, b.As(enforcement.Overseer, 0), id))(t)[0]; v.Answer != "" || v.Reasons != "" {
		t.Error("an overseer reads what is sealed")
	}
	must(t, b.Rewards.ReviewDue(ctx, b.System()))
	wantReward(t, b, id, "in-force")
	for _, d := range directives(t, b.Bundle, id) {
		if d.Version != 1 || d.Step != directive.Acknowledged {
			t.Errorf("a recipient was told something: %+v", d)
		}
	}
	wantAudit(t, b.Bundle)
}

// Only where the list's own rule says so, the reward ends by itself, with the rule
// cited; a revocation brings it back, unless the same rule ends it at once again.
func TestAnAutomaticEndIsCited(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, true)
	ctx := t.Context()
	id, first, subject := reviewed(t, b, enforcetest.GoodTaxpayer)
	const rule = "演示法 第4条"
	if w := wantReward(t, b, id, "ended"); w.EndKind != "ended-automatically" || w.EndBasis != rule {
		t.Errorf("ended: %+v", w)
	}
	events := value(b.Record.Entries(ctx, id))(t)
	if last := events[len(events)-1]; last.Kind != "reward-ended-automatically" || last.LegalBasis != rule {
		t.Errorf("the log ends with %+v", last)
	}
	if tasks := value(b.Docket.Tasks(ctx, b.KeeperClerk(), enforcement.ID{}, 10))(t); len(tasks) != 0 {
		t.Errorf("tasks: %+v", tasks)
	}
	sendAll(t, b.Bundle, directive.Acknowledged)
	// The rule of the other list says nothing: its owner decides.
	other := b.Rewarded(enforcetest.GoodExporter, subject)
	wantReward(t, b, other, "under-review")

	second := b.Published(subject)
	must(t, b.Listings.Revoke(ctx, b.President(), of(first), b.Ending(0)))
	again := wantReward(t, b, b.RewardStands(id).RestoredBy, "ended")
	for _, d := range directives(t, b.Bundle, again.ID) {
		if d.Step != directive.Cancelled {
			t.Errorf("the second listing still stands, and a recipient is told %+v", d)
		}
	}
	must(t, b.Listings.Revoke(ctx, b.President(), of(second), b.Ending(0)))
	wantReward(t, b, b.RewardStands(again.ID).RestoredBy, "in-force")
	wantAudit(t, b.Bundle)
}

// A department's list of serious dishonesty does to rewards what the court's does.
func TestAnAdministrativeListOpensAReview(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	lists := &enforcetest.Lists{Bundle: b.Bundle, Owner: b.Keeper}
	subject := b.Subject(b.Company())
	id := b.Rewarded(enforcetest.GoodTaxpayer, subject)
	sendAll(t, b.Bundle, directive.Acknowledged)
	listing := lists.PublishedOn(enforcetest.ListSerious, subject)
	wantReward(t, b, id, "under-review")
	if v := value(b.Rewards.Reviews(ctx, b.KeeperClerk(), id))(t); len(v) != 1 || v[0].ListType != enforcetest.ListSerious {
		t.Errorf("reviews: %+v", v)
	}
	b.Heard(id)
	must(t, decide(b, id, true))
	must(t, b.Administrative.Revoke(ctx, lists.OwnersReviewer(), of(listing), lists.EndOfIt("")))
	wantReward(t, b, b.RewardStands(id).RestoredBy, "in-force")
	wantAudit(t, b.Bundle)
}

// A rule that no lawyer attested ends nothing by itself.
func TestAnAutomaticEndNeedsAnAttestedRule(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, true)
	b.Config.Attestations = nil
	b.Offices = value(register.Open(t.Context(), b.Config))(t)
	subject := b.Subject(b.Company())
	id := b.Rewarded(enforcetest.GoodTaxpayer, subject)
	b.Published(subject)
	wantReward(t, b, id, "under-review")
	wantAudit(t, b.Bundle)
}

// While the listing is suspended nothing ends because of it, and one that was
// suspended when the reward was entered is weighed by the daily round once it goes on.
func TestASuspendedListingEndsNothing(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	id, listing, subject := reviewed(t, b, enforcetest.GoodTaxpayer)
	b.Heard(id)
	must(t, b.Listings.Suspend(ctx, b.Clerk(), of(listing), enforcetest.Brake()))
	wantCode(t, "end while the brake is on", decide(b, id, true), "reward.stayed")
	other := b.Rewarded(enforcetest.GoodExporter, subject)
	wantReward(t, b, other, "in-force")
	must(t, b.Listings.Resume(ctx, b.President(), of(listing), enforcetest.Resumption()))
	_, _, _, err := b.Daily(ctx, b.System(), nil)
	must(t, err)
	wantReward(t, b, other, "under-review")
	must(t, decide(b, id, true))
	wantAudit(t, b.Bundle)
}

// A term that is over ends the reward, review or not, and the review with it.
func TestATermEndsWhatIsUnderReview(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	id, listing, _ := reviewed(t, b, enforcetest.GoodTaxpayer)
	b.AdvanceTo(b.RewardStands(id).ValidUntil.AddDays(1))
	_, _, _, err := b.Daily(t.Context(), b.System(), nil)
	must(t, err)
	if w := wantReward(t, b, id, "ended"); w.EndKind != "expired" {
		t.Errorf("ended: %+v", w)
	}
	must(t, b.Listings.Revoke(t.Context(), b.President(), of(listing), b.Ending(0)))
	if w := b.RewardStands(id); !w.RestoredBy.IsZero() {
		t.Error("what had expired was restored")
	}
	wantAudit(t, b.Bundle)
}

// A restored record in doubt about a reward suspends it; its owner confirms it, or
// ends it.
func TestARewardInDoubtAfterARestore(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	id := b.Rewarded(enforcetest.GoodExporter, b.Subject(b.Company()))
	sendAll(t, b.Bundle, directive.Acknowledged)
	wantCode(t, "confirm what nobody doubts", b.Rewards.Confirm(ctx, b.KeeperReviewer(), ofReward(id), "演示", enforcetest.Paper("演示确认决定")), "reward.suspension")
	restored(t, b.Bundle)
	d := directives(t, b.Bundle, id)[0]
	hand(t, b.Bundle, b.Alpha, []directive.InventoryLine{{Directive: d.ID, Version: 2, Carries: true}}, 10)
	if w := wantReward(t, b, id, "in-force"); !w.Suspended {
		t.Fatal("what is in doubt is not suspended")
	}
	if _, err := b.Rewards.PublicEntries(ctx, b.Day(), enforcement.ID{}, 10); codeOf(err) != "restore.reconciling" {
		t.Errorf("the public list while the record is not reconciled: %v", err)
	}
	tasks := value(b.Docket.Tasks(ctx, b.KeeperReviewer(), enforcement.ID{}, 10))(t)
	if len(tasks) != 1 || tasks[0].Kind != ground.TaskRestored {
		t.Errorf("tasks: %+v", tasks)
	}
	wantCode(t, "confirm without reasons", b.Rewards.Confirm(ctx, b.KeeperReviewer(), ofReward(id), "", enforcetest.Paper("演示确认决定")), "reward.reasons")
	must(t, b.Rewards.Confirm(ctx, b.KeeperReviewer(), ofReward(id), "演示：无终止", enforcetest.Paper("演示确认决定")))
	if w := wantReward(t, b, id, "in-force"); w.Suspended {
		t.Error("it is suspended still")
	}
	must(t, b.Rewards.End(ctx, b.KeeperReviewer(), ofReward(id), "演示:经审查,符合规定的理由", "", enforcetest.Paper("演示终止决定书")))
	wantAudit(t, b.Bundle)
}

// The public sees the name, the list, its owner and the year, of lists whose rule
// publishes them, while the reward is in force.
func TestPublicRewards(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	company := b.Company()
	id := b.Rewarded(enforcetest.GoodTaxpayer, b.Subject(company))
	b.Rewarded(enforcetest.GoodExporter, b.Subject(b.Company()))
	public := func() []reward.PublicEntry {
		return value(b.Rewards.PublicEntries(t.Context(), b.Day(), enforcement.ID{}, 10))(t)
	}
	list := public()
	if len(list) != 1 || list[0].Reward != id || list[0].Name != company.Name || list[0].ListType != enforcetest.GoodTaxpayer || list[0].Year != 2025 || list[0].Owner == "" {
		t.Fatalf("public: %+v", list)
	}
	must(t, b.Rewards.End(t.Context(), b.KeeperReviewer(), ofReward(id), "演示:经审查,符合规定的理由", "", enforcetest.Paper("演示终止决定书")))
	if list := public(); len(list) != 0 {
		t.Errorf("after the end: %+v", list)
	}
}

// What the code checks first, the schema decides.
func TestTheSchemaHoldsRewards(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	id, _, _ := reviewed(t, b, enforcetest.GoodTaxpayer)
	for constraint, set := range map[string]string{
		"reward_reference":          `reference = ''`,
		"reward_year":               `year = 1`,
		"reward_term":               `valid_until = valid_from - 1`,
		"reward_granted":            `granted_on = NULL`,
		"reward_granted_not_before": `granted_on = valid_from - 1`,
		"reward_end":                `state = 'ended'`,
		"reward_end_kind":           `state = 'ended', ended_on = '2026-01-01', retain_until = '2027-01-01', end_kind = 'punished', end_reasons = 'x', end_basis = 'x'`,
		"reward_end_reasons":        `state = 'ended', ended_on = '2026-01-01', retain_until = '2027-01-01', end_kind = 'ended-by-owner'`,
		"reward_end_basis":          `state = 'ended', ended_on = '2026-01-01', retain_until = '2027-01-01', end_kind = 'ended-automatically'`,
		"reward_end_of_term":        `state = 'ended', ended_on = valid_until, retain_until = '2027-01-01', end_kind = 'expired'`,
	} {
		schemaRefuses(t, b.Bundle, constraint, `UPDATE reward SET `+set+` WHERE id = $1`, id)
	}
	for constraint, set := range map[string]string{
		"reward_review_notice":  `noticed_on = opened_on - 1, answer_until = opened_on`,
		"reward_review_answer":  `answer = 'x', answered_on = opened_on`,
		"reward_review_outcome": `outcome = 'punished', decided_on = opened_on, decided_by = 'x'`,
		"reward_review_decided": `outcome = 'without-effect'`,
		"reward_review_heard":   `outcome = 'ended', decided_on = opened_on, decided_by = 'x', reasons = 'x', basis = 'x'`,
		"reward_review_reasons": `outcome = 'kept', decided_on = opened_on, decided_by = 'x'`,
		"reward_review_basis":   `outcome = 'ended-automatically', decided_on = opened_on, decided_by = 'x'`,
	} {
		schemaRefuses(t, b.Bundle, constraint, `UPDATE reward_review SET `+set+` WHERE reward_id = $1`, id)
	}
	for _, table := range []string{"reward", "reward_review"} {
		if _, err := b.DB.Pool.Exec(t.Context(), `DELETE FROM `+table); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s can be deleted from: %v", table, err)
		}
	}
}
