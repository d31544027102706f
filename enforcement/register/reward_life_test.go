package register_test

import (
	"testing"

	"pgregory.net/rapid"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
)

// rewardLives is a record in which rewards and listings of a few companies live at
// random, each act by its real method; what an act may not do is refused.
type rewardLives struct {
	*enforcetest.RewardBundle
	t        *testing.T
	subjects []enforcement.ID
	rewards  []enforcement.ID
	listings []enforcement.ID
	revoked  map[enforcement.ID]bool
}

// do makes one step; n chooses with what. Faults end the test, refusals are life.
func (l *rewardLives) do(what string, n int) {
	l.t.Helper()
	ctx := l.t.Context()
	var err error
	switch what {
	case "enter":
		list := []string{enforcetest.GoodTaxpayer, enforcetest.GoodExporter}[n%2]
		entry := l.NewReward(list, l.subjects[n%len(l.subjects)])
		if n%5 == 0 {
			entry.ValidFrom = l.Day().AddDays(20)
		}
		var id enforcement.ID
		if id, err = l.Rewards.Enter(ctx, l.KeeperClerk(), entry); err == nil {
			l.rewards = append(l.rewards, id)
		}
	case "publish":
		l.listings = append(l.listings, l.Published(l.subjects[n%len(l.subjects)]))
	case "send":
		sendAll(l.t, l.Bundle, directive.Acknowledged)
	case "days":
		l.Advance(1 + n%40)
		_, _, _, err = l.Daily(ctx, l.System(), nil)
	default:
		err = l.doWith(what, n)
	}
	if _, refused := err.(*enforcement.Refusal); err != nil && !refused { //nolint:errorlint // the methods return it bare
		l.t.Fatalf("%s: %v", what, err)
	}
	l.find()
}

// doWith makes a step that needs a reward or a listing; without one it does nothing.
func (l *rewardLives) doWith(what string, n int) error {
	ctx := l.t.Context()
	if len(l.rewards) == 0 || len(l.listings) == 0 {
		return nil
	}
	reward, listing := ofReward(l.rewards[n%len(l.rewards)]), of(l.listings[n%len(l.listings)])
	switch what {
	case "notice":
		return l.Rewards.RecordNotice(ctx, l.KeeperClerk(), reward, l.Day(), enforcetest.Paper("演示告知书"))
	case "answer":
		return l.Rewards.RecordAnswer(ctx, l.KeeperClerk(), reward, l.Day(), "演示陈述", enforcetest.Paper("演示陈述书"))
	case "keep":
		return decide(l.RewardBundle, reward.Ground, false)
	case "end-reviewed":
		return decide(l.RewardBundle, reward.Ground, true)
	case "hear-and-end":
		for _, what := range []string{"notice", "answer"} {
			if err := l.doWith(what, n); err != nil {
				return err
			}
		}
		return l.doWith("end-reviewed", n)
	case "end":
		return l.Rewards.End(ctx, l.KeeperReviewer(), reward, "演示:经审查,符合规定的理由", "", enforcetest.Paper("演示终止决定书"))
	case "revoke":
		err := l.Listings.Revoke(ctx, l.President(), listing, l.Ending(0))
		if err == nil {
			l.revoked[listing.Ground] = true
		}
		return err
	case "delete":
		return l.Listings.Delete(ctx, l.Judge(), listing, l.Ending(1))
	case "suspend":
		return l.Listings.Suspend(ctx, l.Judge(), listing, enforcetest.Brake())
	default:
		return l.Listings.Resume(ctx, l.President(), listing, enforcetest.Resumption())
	}
}

// find takes in rewards that a revocation granted again.
func (l *rewardLives) find() {
	for i := 0; i < len(l.rewards); i++ {
		if again := l.RewardStands(l.rewards[i]).RestoredBy; !again.IsZero() {
			known := false
			for _, id := range l.rewards {
				known = known || id == again
			}
			if !known {
				l.rewards = append(l.rewards, again)
			}
		}
	}
}

// hold demands what must be true after everything was sent.
func (l *rewardLives) hold() {
	l.t.Helper()
	ctx := l.t.Context()
	sendAll(l.t, l.Bundle, directive.Acknowledged)
	for _, id := range l.rewards {
		w := l.RewardStands(id)
		open := 0
		reviews := value(l.Rewards.Reviews(ctx, l.System(), id))(l.t)
		for _, v := range reviews {
			if v.Outcome == "" {
				open++
				if l.revoked[v.Listing] {
					l.t.Errorf("reward %s is under review because of a revoked listing", id)
				}
			}
			because := w.EndKind == "ended-after-review" || w.EndKind == "ended-automatically"
			over := !w.ValidUntil.IsZero() && w.ValidUntil < l.Day()
			rests := v.Outcome == "ended" || v.Outcome == "ended-automatically"
			if l.revoked[v.Listing] && rests && because && !over && w.RestoredBy.IsZero() &&
				l.Count(`SELECT count(*) FROM reward WHERE subject_id = $1 AND list_type = $2 AND id > $3`, w.Subject, w.ListType, id) == 0 {
				l.t.Errorf("reward %s ended because of a revoked listing and is not restored", id)
			}
		}
		if (open > 0) != (w.State == "under-review") {
			l.t.Errorf("reward %s is %s with %d open reviews", id, w.State, open)
		}
		if tasks := l.Count(`SELECT count(*) FROM task WHERE ground_id = $1 AND closed_on IS NULL AND kind NOT LIKE 'deadline-%'`, id); (tasks == 1) != (open > 0) {
			l.t.Errorf("reward %s is %s with %d tasks", id, w.State, tasks)
		}
		for _, d := range directives(l.t, l.Bundle, id) {
			if (len(d.Measures) > 0) != rewardTable.IsLive(w.State) {
				l.t.Errorf("reward %s is %s, and a recipient holds %+v", id, w.State, d)
			}
		}
	}
	twice := l.Count(`SELECT count(*) FROM (SELECT FROM reward WHERE state <> 'ended' GROUP BY subject_id, list_type, owner_id, year HAVING count(*) > 1) x`)
	unweighed := l.Count(`SELECT count(*) FROM reward w JOIN ground g ON g.subject_id = w.subject_id AND g.kind = 'listing' AND g.state = 'in-force'
		WHERE w.state IN ('in-force', 'under-review') AND NOT EXISTS (SELECT FROM reward_review v WHERE v.reward_id = w.id AND v.listing_id = g.id)`)
	if twice+unweighed > 0 {
		l.t.Errorf("%d rewards live twice, %d were not weighed against a listing", twice, unweighed)
	}
	wantAudit(l.t, l.Bundle)
}

// Whatever happens in whatever order: the rules of rewards hold, and the events tell
// all of it.
func TestRandomLivesOfRewards(t *testing.T) {
	t.Parallel()
	steps := []string{
		"enter", "enter", "publish", "publish", "notice", "notice", "answer", "answer", "keep", "end-reviewed", "hear-and-end", "hear-and-end", "hear-and-end",
		"end", "revoke", "revoke", "revoke", "delete", "suspend", "resume", "send", "days",
	}
	for _, automatic := range []bool{false, true} {
		b := enforcetest.SetupRewards(t, automatic)
		rapid.Check(t, fewTimes(t, func(r *rapid.T) {
			l := &rewardLives{RewardBundle: b, t: t, revoked: map[enforcement.ID]bool{}}
			for range 2 {
				l.subjects = append(l.subjects, b.Subject(b.Company()))
			}
			for range rapid.IntRange(8, 30).Draw(r, "steps") {
				l.do(rapid.SampledFrom(steps).Draw(r, "step"), rapid.IntRange(0, 99).Draw(r, "n"))
			}
			_, _, _, err := l.Daily(t.Context(), l.System(), nil) // weighs what nobody did
			must(t, err)
			l.hold()
			if t.Failed() {
				r.FailNow()
			}
		}))
	}
}
