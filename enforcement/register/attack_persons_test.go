package register_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/enforcement/reward"
	"concordat/internal/identifier"
	"concordat/memoranda"
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
	const signs = `UPDATE listing SET state = 'decided', decided_on = now()::date, public_words = '\x00', public_marks = '{}', signer_role = 'president', signed_by = `
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
	asBefore(t, b, "listing", id)
	_, err := b.DB.Pool.Exec(t.Context(), `UPDATE listing SET state = 'decided', decided_on = now()::date, signer_role = 'president', signed_by = drafted_by WHERE id = $1`, id)
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

// A unit code that fails its check is entered by two people of one organisation, each by their
// own token: nobody is named who did not act.
func TestNobodyAcceptsAWrongCodeAlone(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	wrong := b.Company()
	last := wrong.Number[len(wrong.Number)-1]
	wrong.Number = wrong.Number[:len(wrong.Number)-1] + map[bool]string{true: "1", false: "0"}[last == '0']
	if _, err := identifier.Parse(wrong.NumberKind, "", wrong.Number); err == nil {
		t.Fatal("its check fits")
	}
	named := wrong
	named.OverrideBy = "somebody-else"
	for _, given := range []party.Identity{wrong, named} {
		_, err := b.Parties.EnterSubject(ctx, b.Clerk(), given)
		wantCode(t, "alone", err, "identifier.unconfirmed")
	}
	clerk := b.Clerk()
	id := value(b.Parties.ProposeSubject(ctx, clerk, named))(t)
	for name, try := range map[string]struct {
		act  enforcement.Act
		want string
	}{
		"who proposed it":            {clerk, "identifier.second-person"},
		"by another token of theirs": {as(clerk, enforcement.Judge), "identifier.second-person"},
		"another court's judge":      {b.As(enforcement.Judge, b.OtherCourt), "not-found"},
		"a president":                {b.President(), "role.forbidden"},
		"an operator":                {b.As(enforcement.Operator, 0), "role.forbidden"},
	} {
		_, err := b.Parties.ConfirmSubject(ctx, try.act, id)
		wantCode(t, name, err, try.want)
	}
	if n := b.Count(`SELECT count(*) FROM subject`); n != 0 {
		t.Errorf("%d subjects were entered", n)
	}
	schemaRefuses(t, b, "subject_confirmed_by_another", `UPDATE subject_proposal SET confirmed_by = proposed_by, confirmed_at = proposed_at, subject_id = gen_random_uuid() WHERE id = $1`, id)
	if list := value(b.Parties.ProposedSubjects(ctx, b.Judge()))(t); len(list) != 1 || list[0].Identity.Number != wrong.Number || list[0].ProposedBy != clerk.Actor.ID {
		t.Errorf("%+v", list)
	}
	if list := value(b.Parties.ProposedSubjects(ctx, b.As(enforcement.Judge, b.OtherCourt)))(t); len(list) != 0 {
		t.Errorf("another court reads %+v", list)
	}
	subject := value(b.Parties.ConfirmSubject(ctx, b.Judge(), id))(t)
	if n := b.Count(`SELECT count(*) FROM subject WHERE id = $1 AND override_by = $2`, subject, b.Judge().Actor.ID); n != 1 {
		t.Error("the second person is not named")
	}
	if n := b.Count(`SELECT count(*) FROM subject_proposal WHERE content <> ''`); n != 0 {
		t.Error("the identity is kept twice")
	}
	_, err := b.Parties.ConfirmSubject(ctx, b.Judge(), id)
	wantCode(t, "twice", err, "override.ended")
	if again := value(b.Parties.EnterSubject(ctx, b.Clerk(), wrong))(t); again != subject {
		t.Error("a court does not find it")
	}
	_, err = b.Parties.ProposeSubject(ctx, clerk, b.Company())
	wantCode(t, "a code that fits", err, "override.needless")
	person := b.Person()
	person.Number = person.Number[:17] + map[bool]string{true: "1", false: "0"}[person.Number[17] == '0']
	_, err = b.Parties.ProposeSubject(ctx, clerk, person)
	wantCode(t, "a person's", err, "identifier.override")
	if _, err := b.Parties.EnterSubject(ctx, clerk, person); err == nil || person.Kind != memoranda.NaturalPerson {
		t.Error("a person's number was forced in")
	}
}

// A proposal that nobody confirms lapses.
func TestAProposedCodeLapses(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	wrong := b.Company()
	wrong.Number = wrong.Number[:17] + map[bool]string{true: "1", false: "0"}[wrong.Number[17] == '0']
	id := value(b.Parties.ProposeSubject(t.Context(), b.Clerk(), wrong))(t)
	_, err := b.DB.Pool.Exec(t.Context(), `UPDATE subject_proposal SET lapses_at = now() - interval '1 second', proposed_at = now() - interval '8 days' WHERE id = $1`, id)
	must(t, err)
	_, err = b.Parties.ConfirmSubject(t.Context(), b.Judge(), id)
	wantCode(t, "late", err, "override.lapsed")
}
