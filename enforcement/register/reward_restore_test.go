package register_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/record"
	"concordat/enforcement/register"
	"concordat/memoranda"
)

// A revocation says that the listing should never have been: what is open because of
// it is closed, and what ended because of it is granted again, by new directives.
func TestARevocationRestoresTheReward(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	open, wrong, _ := reviewed(t, b, enforcetest.GoodTaxpayer)
	must(t, b.Listings.Revoke(ctx, b.President(), of(wrong), b.Ending(0)))
	wantReward(t, b, open, "in-force")
	if v := value(b.Rewards.Reviews(ctx, b.KeeperClerk(), open))(t)[0]; v.Outcome != "without-effect" {
		t.Errorf("the review: %+v", v)
	}
	if tasks := value(b.Docket.Tasks(ctx, b.KeeperClerk(), enforcement.ID{}, 10))(t); len(tasks) != 0 {
		t.Errorf("tasks are left: %+v", tasks)
	}

	ended, wrong, _ := reviewed(t, b, enforcetest.GoodTaxpayer)
	b.Heard(ended)
	must(t, decide(b, ended, true))
	sendAll(t, b.Bundle, directive.Acknowledged)
	must(t, b.Listings.Revoke(ctx, b.President(), of(wrong), b.Ending(0)))
	old := wantReward(t, b, ended, "ended")
	if old.RestoredBy.IsZero() {
		t.Fatal("nothing was restored")
	}
	again := wantReward(t, b, old.RestoredBy, "in-force")
	if again.Restores != ended || again.ValidUntil != old.ValidUntil || again.Reference != old.Reference || again.Year != old.Year || again.Note != "演示备注" {
		t.Errorf("restored: %+v", again)
	}
	if got := kindsOf(t, b, again.ID); !slices.Equal(got, []record.EventKind{record.EventRewardRestored}) {
		t.Errorf("the log: %v", got)
	}
	before, after := directives(t, b.Bundle, ended), directives(t, b.Bundle, again.ID)
	for i := range before {
		if before[i].Kind != "grant-end" || after[i].Kind != "grant" || before[i].ID == after[i].ID {
			t.Errorf("the old directive is %+v, the new %+v", before[i], after[i])
		}
	}
	if sent := sendAll(t, b.Bundle, directive.Acknowledged); len(sent) < len(after) {
		t.Errorf("%d messages left", len(sent))
	}
	wantAudit(t, b.Bundle)
}

// A deletion or the end of the term is no revocation: it restores nothing, and an
// open review stays the owner's to decide.
func TestADeletionRestoresNothing(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	ended, listing, _ := reviewed(t, b, enforcetest.GoodTaxpayer)
	b.Heard(ended)
	must(t, decide(b, ended, true))
	must(t, b.Listings.Delete(ctx, b.Judge(), of(listing), b.Ending(1)))
	if w := wantReward(t, b, ended, "ended"); !w.RestoredBy.IsZero() {
		t.Error("a deletion restored it")
	}
	open, listing, _ := reviewed(t, b, enforcetest.GoodTaxpayer)
	must(t, b.Listings.Delete(ctx, b.Judge(), of(listing), b.Ending(1)))
	wantReward(t, b, open, "under-review")
	must(t, decide(b, open, false))
	wantAudit(t, b.Bundle)
}

// What a revocation does not bring back: a reward whose own time is over, one that
// its owner ended before, one that was entered anew.
func TestWhatIsNotRestored(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	over, first, _ := reviewed(t, b, enforcetest.GoodTaxpayer)
	b.Heard(over)
	must(t, decide(b, over, true))
	kept, second, _ := reviewed(t, b, enforcetest.GoodTaxpayer)
	must(t, decide(b, kept, false))
	must(t, b.Rewards.End(ctx, b.KeeperReviewer(), ofReward(kept), "演示:经审查,符合规定的理由", "", enforcetest.Paper("演示终止决定书")))
	anew, third, subject := reviewed(t, b, enforcetest.GoodExporter)
	b.Heard(anew)
	must(t, decide(b, anew, true))
	fresh := b.Rewarded(enforcetest.GoodExporter, subject)
	wantReward(t, b, fresh, "under-review") // the listing stands still
	b.Advance(400)
	for _, l := range []enforcement.ID{first, second, third} {
		must(t, b.Listings.Revoke(ctx, b.President(), of(l), b.Ending(0)))
	}
	for _, id := range []enforcement.ID{over, kept, anew} {
		if w := wantReward(t, b, id, "ended"); !w.RestoredBy.IsZero() {
			t.Errorf("%s (%s) was restored", id, w.EndKind)
		}
	}
	wantReward(t, b, fresh, "in-force")
	wantAudit(t, b.Bundle)
}

// Two listings stand behind one decision. When one of them is revoked, the reward is
// back, and under review because of the other.
func TestTwoListingsBehindOneEnd(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	id, first, subject := reviewed(t, b, enforcetest.GoodTaxpayer)
	b.Heard(id)
	second := b.Published(subject)
	wantCode(t, "end before notice of the second", decide(b, id, true), "reward.notice")
	b.Heard(id)
	must(t, decide(b, id, true))
	must(t, b.Listings.Revoke(ctx, b.President(), of(first), b.Ending(0)))
	again := wantReward(t, b, b.RewardStands(id).RestoredBy, "under-review")
	if v := value(b.Rewards.Reviews(ctx, b.KeeperClerk(), again.ID))(t); len(v) != 1 || v[0].Listing != second {
		t.Errorf("reviews: %+v", v)
	}
	must(t, b.Listings.Revoke(ctx, b.President(), of(second), b.Ending(0)))
	wantReward(t, b, again.ID, "in-force")
	if n := b.Count(`SELECT count(*) FROM reward`); n != 2 {
		t.Errorf("%d rewards", n)
	}
	wantAudit(t, b.Bundle)
}

// The court's revocation waits for no memorandum: where none carries the reward
// today, it is entered and granted when one does.
func TestARevocationWaitsForNoMemorandum(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	id, listing, _ := reviewed(t, b, enforcetest.GoodTaxpayer)
	b.Heard(id)
	must(t, decide(b, id, true))
	other := b.Config // a process whose catalogue knows nothing of the list
	other.Catalogue, other.Attestations = value(memoranda.Embedded())(t), nil
	elsewhere := value(register.Open(ctx, other))(t)
	must(t, elsewhere.Listings.Revoke(ctx, b.President(), of(listing), b.Ending(0)))
	again := wantReward(t, b, b.RewardStands(id).RestoredBy, ground.Draft)
	last, granted, _, err := elsewhere.Rewards.GrantDue(ctx, b.System(), enforcement.ID{}, 10)
	if err != nil || granted != 0 || last != again.ID {
		t.Errorf("granted %d up to %s: %v", granted, last, err)
	}
	_, _, _, err = b.Daily(ctx, b.System(), nil)
	must(t, err)
	wantReward(t, b, again.ID, "in-force")
	if got := kindsOf(t, b, again.ID); !slices.Equal(got, []record.EventKind{"reward-entered", record.EventRewardRestored}) {
		t.Errorf("the log: %v", got)
	}
	wantAudit(t, b.Bundle)
}

// The owner's end and the court's revocation at once: whoever is second finds what
// the first did, and in the end the reward is in force.
func TestAnEndRacesWithARevocation(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	for range 8 {
		id, listing, _ := reviewed(t, b, enforcetest.GoodTaxpayer)
		b.Heard(id)
		var group sync.WaitGroup
		var ended, revoked error
		group.Go(func() { ended = decide(b, id, true) })
		group.Go(func() { revoked = b.Listings.Revoke(t.Context(), b.President(), of(listing), b.Ending(0)) })
		group.Wait()
		must(t, revoked)
		w := b.RewardStands(id)
		switch {
		case ended == nil:
			wantReward(t, b, w.RestoredBy, "in-force")
		case errors.Is(ended, &enforcement.Refusal{Code: "state.forbidden"}):
			wantReward(t, b, id, "in-force")
		default:
			t.Errorf("the owner's decision: %v", ended)
		}
	}
	wantAudit(t, b.Bundle)
}

// A reward that is entered while its subject's listing is published is weighed
// against it once, whoever was first.
func TestAnEntryRacesWithAPublication(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	for range 6 {
		subject := b.Subject(b.Company())
		listing := b.Decided(subject)
		must(t, b.Listings.Serve(ctx, b.Clerk(), of(listing), b.Service()))
		var group sync.WaitGroup
		var id enforcement.ID
		var entered, published error
		group.Go(func() {
			id, entered = b.Rewards.Enter(ctx, b.KeeperClerk(), b.NewReward(enforcetest.GoodTaxpayer, subject))
		})
		group.Go(func() { published = b.Listings.Publish(ctx, b.System(), of(listing)) })
		group.Wait()
		must(t, entered)
		must(t, published)
		must(t, b.Rewards.ReviewDue(ctx, b.System()))
		wantReward(t, b, id, "under-review")
		if n := b.Count(`SELECT count(*) FROM reward_review WHERE reward_id = $1`, id); n != 1 {
			t.Errorf("%d reviews", n)
		}
	}
	wantAudit(t, b.Bundle)
}
