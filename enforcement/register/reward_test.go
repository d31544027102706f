package register_test

import (
	"regexp"
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/enforcement/reward"
	"concordat/internal/i18n"
	"concordat/memoranda/day"
)

var ofReward = enforcetest.OfReward

// A reward is in force at once, without service, and reaches every organisation of
// its plan; its owner ends it, and everybody who heard of it hears that it is over.
func TestOneReward(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	id := b.Rewarded(enforcetest.GoodTaxpayer, b.Subject(b.Company()))
	w := b.RewardStands(id)
	if w.State != "in-force" || w.GrantedOn != b.Day() || w.ValidUntil != b.Day().AddYears(1).AddDays(-1) || w.Note != "演示备注" {
		t.Errorf("entered: %+v", w)
	}
	granted := directives(t, b.Bundle, id)
	if len(granted) != 2 || granted[0].Kind != "grant" || granted[0].GroundKind != "reward" || len(granted[0].Measures) != 1 {
		t.Fatalf("granted: %+v", granted)
	}
	items := value(b.Directives.Due(ctx, b.Alpha, directive.Bulk, b.Day(), enforcement.ID{}, 10))(t)
	if len(items) != 1 || items[0].Kind != "grant" || items[0].Ground.Kind != "reward" || items[0].ValidUntil != w.ValidUntil {
		t.Fatalf("due: %+v", items)
	}
	attempt := value(b.Directives.Open(ctx, b.System(), directive.WakeUp{Organisation: b.Alpha, Lane: directive.Bulk}, "webhook", items, make([]byte, 32)))(t)
	must(t, b.Directives.Settle(ctx, b.System(), attempt, []directive.Result{{Step: directive.Acknowledged}}))

	must(t, b.Rewards.End(ctx, b.KeeperReviewer(), ofReward(id), "演示:经审查,符合规定的理由", "演示法 第5条", enforcetest.Paper("演示终止决定书")))
	if w := b.RewardStands(id); w.State != "ended" || w.EndKind != "ended-by-owner" || w.EndedOn != b.Day() {
		t.Errorf("ended: %+v", w)
	}
	for _, d := range directives(t, b.Bundle, id) {
		want := directive.Queued
		if d.Organisation == b.Beta { // never heard of it
			want = directive.Cancelled
		}
		if d.Kind != "grant-end" || d.Step != want || len(d.Measures) != 0 {
			t.Errorf("directive %+v, want %s", d, want)
		}
	}
	// It is no lifting: it waits behind those, and a hold stops it.
	if due := value(b.Directives.IsDue(ctx, directive.WakeUp{Organisation: b.Alpha, Lane: directive.Express}, b.Day()))(t); due {
		t.Error("the end of a grant goes express")
	}
	due := func() bool {
		return value(b.Directives.IsDue(ctx, directive.WakeUp{Organisation: b.Alpha, Lane: directive.Bulk}, b.Day()))(t)
	}
	if !due() {
		t.Error("the end of a grant is not due")
	}
	hold := value(b.Holds.Place(ctx, operator(b.Bundle, "first"), hold.NewHold{Scope: hold.Everything, Reason: "演示"}))(t)
	if due() {
		t.Error("a hold lets the end of a grant go")
	}
	must(t, b.Holds.End(ctx, operator(b.Bundle, "second"), hold, "演示"))
	if n := b.Count(`SELECT count(*) FROM clock WHERE kind = 'acknowledge-withdrawals'`); n != 0 {
		t.Errorf("%d clocks of liftings run", n)
	}
	wantAudit(t, b.Bundle)
}

// Who may enter what.
func TestEnteringAReward(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	company, person := b.Subject(b.Company()), b.Subject(b.Person())
	enter := func(act enforcement.Act, change func(*reward.NewReward)) error {
		n := b.NewReward(enforcetest.GoodTaxpayer, company)
		if change != nil {
			change(&n)
		}
		_, err := b.Rewards.Enter(ctx, act, n)
		return err
	}
	clerk := b.KeeperClerk()
	for what, c := range map[string]struct {
		act    enforcement.Act
		change func(*reward.NewReward)
		code   string
	}{
		"a court":                      {b.Judge(), nil, "role.forbidden"},
		"the system":                   {b.System(), nil, "role.forbidden"},
		"another department":           {b.As(enforcement.DepartmentReviewer, b.Alpha), nil, "reward.owner"},
		"a list that punishes":         {clerk, func(n *reward.NewReward) { n.ListType = enforcetest.ListSerious }, "reward.list-type"},
		"no such list":                 {clerk, func(n *reward.NewReward) { n.ListType = "none" }, "reward.list-type"},
		"a subject the list lacks":     {clerk, func(n *reward.NewReward) { n.Subject = person }, "reward.subject"},
		"nobody":                       {clerk, func(n *reward.NewReward) { n.Subject = enforcement.NewID() }, "not-found"},
		"no reference":                 {clerk, func(n *reward.NewReward) { n.Reference = "" }, "reward.reference"},
		"no day of decision":           {clerk, func(n *reward.NewReward) { n.DecidedOn = 0 }, "reward.dates"},
		"decided tomorrow":             {clerk, func(n *reward.NewReward) { n.DecidedOn = b.Day().AddDays(1) }, "reward.dates"},
		"in force before the decision": {clerk, func(n *reward.NewReward) { n.ValidFrom = b.Day().AddDays(-1) }, "reward.dates"},
		"a year of long ago":           {clerk, func(n *reward.NewReward) { n.Year = 1999 }, "reward.year"},
		"longer than the term":         {clerk, func(n *reward.NewReward) { n.ValidUntil = b.Day().AddYears(1) }, "reward.term"},
		"over before it begins": {clerk, func(n *reward.NewReward) {
			n.ValidFrom, n.ValidUntil = b.Day().AddDays(9), b.Day().AddDays(8)
		}, "reward.term"},
	} {
		wantCode(t, what, enter(c.act, c.change), c.code)
	}
	if n := b.Count(`SELECT count(*) FROM ground WHERE kind = 'reward'`); n != 0 {
		t.Errorf("what was refused left %d grounds", n)
	}
	must(t, enter(clerk, nil))
	wantCode(t, "the same year again", enter(clerk, nil), "reward.exists")
	must(t, enter(clerk, func(n *reward.NewReward) { n.Year++ }))
	wantAudit(t, b.Bundle)
}

// Asked again under its key, an entry is found and not made twice.
func TestARewardIsEnteredOnceUnderItsKey(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	act := b.KeeperClerk()
	act.Key = "演示-1"
	n := b.NewReward(enforcetest.GoodTaxpayer, b.Subject(b.Company()))
	one, two := value(b.Rewards.Enter(t.Context(), act, n))(t), value(b.Rewards.Enter(t.Context(), act, n))(t)
	if one != two || one.IsZero() {
		t.Errorf("%s and %s", one, two)
	}
	wantAudit(t, b.Bundle)
}

// A reward begins on its first day and ends with its last, by the daily round.
func TestARewardBeginsAndExpires(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	round := func() { _, _, _, err := b.Daily(ctx, b.System(), nil); must(t, err) }
	n := b.NewReward(enforcetest.GoodTaxpayer, b.Subject(b.Company()))
	n.ValidFrom, n.ValidUntil = b.Day().AddDays(10), b.Day().AddDays(20)
	id := value(b.Rewards.Enter(ctx, b.KeeperClerk(), n))(t)
	round()
	if w := b.RewardStands(id); w.State != ground.Draft || len(directives(t, b.Bundle, id)) != 0 {
		t.Errorf("before its day: %+v", w)
	}
	b.AdvanceTo(n.ValidFrom)
	round()
	if w := b.RewardStands(id); w.State != "in-force" || w.GrantedOn != n.ValidFrom || len(directives(t, b.Bundle, id)) != 2 {
		t.Errorf("on its day: %+v", w)
	}
	b.AdvanceTo(n.ValidUntil)
	round()
	wantCode(t, "expire on the last day", b.Rewards.Expire(ctx, b.System(), ofReward(id)), "end.term-running")
	if w := b.RewardStands(id); w.State != "in-force" {
		t.Errorf("on its last day: %+v", w)
	}
	b.Advance(1)
	round()
	w := b.RewardStands(id)
	if w.State != "ended" || w.EndKind != "expired" || w.EndedOn != b.Day() {
		t.Errorf("after its last day: %+v", w)
	}
	events := value(b.Record.Entries(ctx, id))(t)
	if last := events[len(events)-1]; last.Kind != "reward-expired" || last.Role != enforcement.System {
		t.Errorf("the log ends with %+v", last)
	}
	wantAudit(t, b.Bundle)
}

// The last day is the term's, the year's, or none where the list is open.
func TestTheLastDayOfAReward(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	enter := func(list string, year int, until day.Day) day.Day {
		n := b.NewReward(list, b.Subject(b.Company()))
		n.Year, n.ValidUntil = year, until
		return b.RewardStands(value(b.Rewards.Enter(ctx, b.KeeperClerk(), n))(t)).ValidUntil
	}
	early := b.Day().AddDays(30)
	for what, got := range map[string][2]day.Day{
		"the term":                 {enter(enforcetest.GoodTaxpayer, 2025, 0), b.Day().AddYears(1).AddDays(-1)},
		"earlier than the term":    {enter(enforcetest.GoodTaxpayer, 2025, early), early},
		"an open list":             {enter(enforcetest.GoodExporter, 0, 0), 0},
		"an open list by years":    {enter(enforcetest.GoodExporter, 2025, 0), day.Of(2025, 12, 31)},
		"an open list until a day": {enter(enforcetest.GoodExporter, 0, early), early},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %s, want %s", what, got[0], got[1])
		}
	}
}

// moveReward makes one move by its real method, with content that only the state
// can be at fault with.
func moveReward(t *testing.T, b *enforcetest.RewardBundle, id enforcement.ID, m ground.MoveName, as func(enforcement.Act) enforcement.Act) error {
	ctx, c := t.Context(), ofReward(id)
	late := b.System()
	late.At = late.At.AddDate(9, 0, 0)
	switch m { //nolint:exhaustive // the others have no method of their own
	case "notice":
		return b.Rewards.RecordNotice(ctx, as(b.KeeperClerk()), c, b.Day(), enforcetest.Paper("演示告知书"))
	case "answer":
		return b.Rewards.RecordAnswer(ctx, as(b.KeeperClerk()), c, b.Day(), "演示陈述", enforcetest.Paper("演示陈述书"))
	case "keep":
		return b.Rewards.DecideReview(ctx, as(b.KeeperReviewer()), c, reward.Decision{Reasons: "演示:经审查,符合规定的理由", Paper: enforcetest.Paper("演示复核决定")})
	case "end-after-review":
		return b.Rewards.DecideReview(ctx, as(b.KeeperReviewer()), c, reward.Decision{End: true, Reasons: "演示:经审查,符合规定的理由", Basis: "演示法 第4条", Paper: enforcetest.Paper("演示复核决定")})
	case "end":
		return b.Rewards.End(ctx, as(b.KeeperReviewer()), c, "演示:经审查,符合规定的理由", "", enforcetest.Paper("演示终止决定书"))
	case ground.MoveExpire:
		return b.Rewards.Expire(ctx, as(late), c)
	case ground.MoveConfirm:
		return b.Rewards.Confirm(ctx, as(b.KeeperReviewer()), c, "演示:经审查,符合规定的理由", enforcetest.Paper("演示确认决定"))
	default:
		t.Fatalf("%s has no method of its own", m)
		return nil
	}
}

// Every state, also with what can be under way in it, meets every move that a
// person or the daily round can ask for, in every role and from another organisation.
func TestEveryRewardStateMeetsEveryMove(t *testing.T) {
	t.Parallel()
	type standing struct {
		name  string
		state ground.State
		enter func(b *enforcetest.RewardBundle) enforcement.ID
		// refused says what a move that the table allows meets all the same.
		refused map[ground.MoveName]string
	}
	underReview := func(b *enforcetest.RewardBundle) enforcement.ID {
		subject := b.Subject(b.Company())
		id := b.Rewarded(enforcetest.GoodTaxpayer, subject)
		b.Published(subject)
		return id
	}
	confirm := map[ground.MoveName]string{ground.MoveConfirm: "reward.suspension"}
	for _, s := range []standing{
		{"draft", ground.Draft, func(b *enforcetest.RewardBundle) enforcement.ID {
			n := b.NewReward(enforcetest.GoodTaxpayer, b.Subject(b.Company()))
			n.ValidFrom = b.Day().AddDays(5)
			return value(b.Rewards.Enter(t.Context(), b.KeeperClerk(), n))(t)
		}, nil},
		{"in force", "in-force", func(b *enforcetest.RewardBundle) enforcement.ID {
			return b.Rewarded(enforcetest.GoodTaxpayer, b.Subject(b.Company()))
		}, confirm},
		{"under review", "under-review", underReview, map[ground.MoveName]string{
			"answer": "reward.notice", "end-after-review": "reward.notice", ground.MoveConfirm: "reward.suspension",
		}},
		{"with notice", "under-review", func(b *enforcetest.RewardBundle) enforcement.ID {
			id := underReview(b)
			must(t, moveReward(t, b, id, "notice", itself))
			return id
		}, map[ground.MoveName]string{
			"notice": "reward.noticed", "end-after-review": "reward.answer-running", ground.MoveConfirm: "reward.suspension",
		}},
		{"answered", "under-review", func(b *enforcetest.RewardBundle) enforcement.ID {
			id := underReview(b)
			b.Heard(id)
			return id
		}, map[ground.MoveName]string{
			"notice": "reward.noticed", "answer": "reward.answered", ground.MoveConfirm: "reward.suspension",
		}},
		{"ended", "ended", func(b *enforcetest.RewardBundle) enforcement.ID {
			id := b.Rewarded(enforcetest.GoodTaxpayer, b.Subject(b.Company()))
			must(t, moveReward(t, b, id, "end", itself))
			return id
		}, nil},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			b := enforcetest.SetupRewards(t, false)
			id := s.enter(b)
			if w := b.RewardStands(id); w.State != s.state {
				t.Fatalf("the walk led to %+v", w)
			}
			byOthers := []ground.MoveName{"grant", "review", "close-review", "end-automatically"}
			may := map[ground.MoveName][]enforcement.Role{}
			for _, m := range rewardTable.Moves {
				if slices.Contains(byOthers, m.Name) {
					continue // what other acts do; their own tests hold them
				}
				code := s.refused[m.Name]
				if _, err := rewardTable.After(s.state, m.Name); err != nil {
					code = "state.forbidden"
				}
				may[m.Name] = tryEverybody(t, b.Bundle, &m, b.Keeper, b.Alpha, code, func(as func(enforcement.Act) enforcement.Act) error {
					return moveReward(t, b, id, m.Name, as)
				})
			}
			for m, roles := range may {
				for _, role := range roles {
					again := s.enter(b)
					was := b.RewardStands(again)
					must(t, moveReward(t, b, again, m, func(act enforcement.Act) enforcement.Act { return inRole(act, role, b.Keeper) }))
					next, _ := rewardTable.After(s.state, m)
					if w := b.RewardStands(again); w.State != next || w.Version != was.Version+1 {
						t.Errorf("%s by a %s: %s at version %d, want %s at %d", m, role, w.State, w.Version, next, was.Version+1)
					}
				}
			}
			stale := ground.Change{Ground: id, Version: 99}
			if s.state != "ended" {
				wantCode(t, "a stale version", b.Rewards.End(t.Context(), b.KeeperReviewer(), stale, "演示:经审查,符合规定的理由", "", enforcetest.Paper("演示终止决定书")), "version.stale")
			}
			wantAudit(t, b.Bundle)
		})
	}
}

// An explanation of a grant, as it stands, under review and after its end, is in no
// language in the words of a sanction.
func TestARewardIsExplainedAsOne(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	sanctioning := regexp.MustCompile(`(?i)惩戒|惩罚|处罚|限制|制裁|punish|restrict|sanction|penal|impos`)
	id, _, _ := reviewed(t, b, enforcetest.GoodTaxpayer)
	said := 0
	say := func() {
		t.Helper()
		for _, d := range directives(t, b.Bundle, id) {
			e := value(b.Explainer.Directive(ctx, b.System(), d.ID))(t)
			for _, lang := range i18n.Languages() {
				for _, sentence := range e.Sentences(lang) {
					said++
					if found := sanctioning.FindString(sentence); found != "" {
						t.Errorf("%q in: %s", found, sentence)
					}
				}
			}
		}
	}
	say()
	b.Heard(id)
	must(t, decide(b, id, true))
	say()
	sendAll(t, b.Bundle, directive.Acknowledged)
	say()
	if said < 60 {
		t.Errorf("only %d sentences were read", said)
	}
}
