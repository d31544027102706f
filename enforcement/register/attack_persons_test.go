package register_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/reward"
)

// as is somebody's own act in another role of the same court: one human who was given two
// tokens.
func as(act enforcement.Act, role enforcement.Role) enforcement.Act {
	act.Actor.Role = role
	return act
}

// Drafter, proposer and signer of a court's listing are two humans at least: whoever drafted
// or proposed does not sign, by whatever token, and does not extend. It is so offered, nothing
// of a refused signature stays, and the schema says the same.
func TestNobodySignsTheirOwnListing(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	fixed := []listing.Conduct{listing.ObstructsByForce}
	id := b.Draft(b.Subject(b.Company()), fixed...)
	proposer := b.Judge()
	proposer.Actor.ID = "another-judge"
	must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
	must(t, b.Listings.Propose(ctx, proposer, of(id), b.Decision(fixed...)))
	own := map[string]enforcement.Act{"who drafted it": as(b.Judge(), enforcement.President), "who proposed it": as(proposer, enforcement.President)}
	before := fingerprint(t, b)
	for name, act := range own {
		wantCode(t, name, b.Listings.Sign(ctx, act, of(id)), "signature.second-person")
		_, offers, err := b.Listings.Moves(ctx, act, id)
		must(t, err)
		if because := offered(offers, "sign").Because; because == nil || because.Code != "signature.second-person" {
			t.Errorf("%s is offered to sign: %v", name, because)
		}
	}
	if fingerprint(t, b) != before {
		t.Error("a refused signature left something")
	}
	const signs = `UPDATE listing SET state = 'decided', decided_on = now()::date, signer_role = 'president', signed_by = `
	for _, who := range []string{"drafted_by", "proposed_by"} {
		schemaRefuses(t, b, "listing_signed_by_another", signs+who+` WHERE id = $1`, id)
	}
	schemaRefuses(t, b, "listing_signed_by_another", signs+`'somebody', proposed_by = NULL WHERE id = $1`, id)
	must(t, b.Listings.Sign(ctx, b.President(), of(id)))
	must(t, b.Listings.Serve(ctx, b.Clerk(), of(id), b.Service()))
	must(t, b.Listings.Publish(ctx, b.System(), of(id)))
	for name, act := range own {
		wantCode(t, name+" extends it", b.Listings.Extend(ctx, act, of(id), extension(b, 1)), "signature.second-person")
	}
	must(t, b.Listings.Extend(ctx, b.President(), of(id), extension(b, 1)))
	for _, who := range []string{"drafted_by", "proposed_by"} {
		schemaRefuses(t, b, "extension_signed_by_another", `INSERT INTO listing_extension SELECT gen_random_uuid(), e.listing_id, e.decision_number, e.reasons, e.cause,
			e.acts, l.`+who+`, e.signer_role, e.decided_on, e.served_on, e.old_end, e.new_end FROM listing_extension e JOIN listing l ON l.id = e.listing_id WHERE l.id = $1`, id)
	}
	wantAudit(t, b)
}

// What earlier releases decided, and what they go on deciding beside this one, stands.
func TestWhatWasSignedBeforeStands(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	id := b.Draft(b.Subject(b.Company()))
	must(t, b.Listings.Warn(t.Context(), enforcetest.Before(b.Clerk()), of(id), b.Notice()))
	must(t, b.Listings.Propose(t.Context(), b.Judge(), of(id), b.Decision()))
	_, err := b.DB.Pool.Exec(t.Context(), `UPDATE listing SET rules = 0 WHERE id = $1`, id)
	must(t, err)
	_, err = b.DB.Pool.Exec(t.Context(), `UPDATE listing SET state = 'decided', decided_on = now()::date, signer_role = 'president', signed_by = drafted_by WHERE id = $1`, id)
	must(t, err)
}

// Whoever entered a reward does not end it, and whoever gave notice of its review does not end
// it by the review; to keep it takes nobody else.
func TestNobodyTakesARewardAwayAlone(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	ctx := t.Context()
	clerk := as(b.KeeperClerk(), enforcement.DepartmentReviewer)
	company := b.Subject(b.Company())
	id := b.Rewarded(enforcetest.GoodTaxpayer, company)
	wantCode(t, "who entered it", b.Rewards.End(ctx, clerk, enforcetest.OfReward(id), "演示:录入有误,该荣誉不应授予", "演示", enforcetest.Paper("演示终止决定书")), "reward.second-person")
	b.Published(company)
	b.Heard(id)
	decision := reward.Decision{End: true, Reasons: "演示:已列入失信被执行人名单", Basis: "演示规定第一条", Paper: enforcetest.Paper("演示复核决定")}
	wantCode(t, "who gave notice", b.Rewards.DecideReview(ctx, clerk, enforcetest.OfReward(id), decision), "reward.second-person")
	_, offers, err := b.Rewards.Moves(ctx, clerk, id)
	must(t, err)
	if because := offered(offers, "end-after-review").Because; because == nil || because.Code != "reward.second-person" {
		t.Errorf("who gave notice is offered to end it: %v", because)
	}
	schemaRefuses(t, b.Bundle, "reward_review_by_another", `UPDATE reward_review SET outcome = 'ended', decided_on = answer_until + 1, decided_by = noticed_by,
		reasons = 'x', basis = 'x' WHERE reward_id = $1`, id)
	must(t, b.Rewards.DecideReview(ctx, b.KeeperReviewer(), enforcetest.OfReward(id), decision))
	if state := b.RewardStands(id).State; state != ground.State("ended") {
		t.Errorf("it is %s", state)
	}
}
