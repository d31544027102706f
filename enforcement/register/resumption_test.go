package register_test

import (
	"crypto/sha256"
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
)

// What was suspended comes back with reasons, by somebody who neither drafted nor
// suspended it, and after the brake with the check of the identity: on the courts' list
// and on departments'. The schema holds the second person too.
func TestNobodyGivesBackAlone(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	drafter, other := l.OwnersClerk(), l.SecondReviewer()
	drafter.Actor.Role = enforcement.DepartmentReviewer // the clerk who drafted was promoted
	whole := enforcetest.Resumption()
	id := l.PublishedOn(enforcetest.ListSerious, l.Subject(l.Company()))
	must(t, l.Administrative.Suspend(ctx, l.OwnersReviewer(), of(id), enforcetest.Brake()))
	before := fingerprint(t, l.Bundle)
	for name, act := range map[string]enforcement.Act{"who drafted it": drafter, "who pulled the brake": l.OwnersReviewer()} {
		wantCode(t, name, l.Administrative.Resume(ctx, act, of(id), whole), "resumption.second-person")
		_, offers, err := l.Administrative.Moves(ctx, act, id)
		must(t, err)
		if because := offered(offers, ground.MoveResume).Because; because == nil || because.Code != "resumption.second-person" {
			t.Errorf("%s is offered to resume: %v", name, because)
		}
	}
	for _, reasons := range []string{"", "   ", "。。。。。。。。。。。。", "已核实", "---------- ok"} {
		wantCode(t, "reasons "+reasons, l.Administrative.Resume(ctx, other, of(id), ground.Resumption{Reasons: reasons, Paper: whole.Paper}), "resumption.reasons")
	}
	for _, document := range []string{"", " \n\t"} {
		wantCode(t, "no check", l.Administrative.Resume(ctx, other, of(id), ground.Resumption{Reasons: whole.Reasons, Paper: enforcetest.Paper(document)}), "resumption.identity")
	}
	if fingerprint(t, l.Bundle) != before {
		t.Error("a refused resumption left something")
	}
	for _, same := range []string{"suspended_by", "drafted_by"} {
		schemaRefuses(t, l.Bundle, "administrative_resumed_by_another", `UPDATE administrative_listing SET resumed_by = `+same+` WHERE id = $1`, id)
	}
	must(t, l.Administrative.Resume(ctx, other, of(id), whole))
	wantAudit(t, l.Bundle)
}

// offered is one of the moves that are offered.
func offered(offers []ground.Offer, name ground.MoveName) ground.Offer {
	return offers[slices.IndexFunc(offers, func(o ground.Offer) bool { return o.Move.Name == name })]
}

// The same of the courts' list: the brake, a stay, and what a restoration put in doubt.
func TestNoCourtGivesBackAlone(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	whole := enforcetest.Resumption()
	second := b.Judge()
	second.Actor.ID += "-2"
	braked := b.Published(b.Subject(b.Company()))
	must(t, b.Listings.Suspend(ctx, b.President(), of(braked), enforcetest.Brake()))
	wantCode(t, "who pulled the brake", b.Listings.Resume(ctx, b.President(), of(braked), whole), "resumption.second-person")
	wantCode(t, "who drafted it", b.Listings.Resume(ctx, b.Judge(), of(braked), whole), "resumption.second-person")
	wantCode(t, "without the check", b.Listings.Resume(ctx, second, of(braked), ground.Resumption{Reasons: whole.Reasons}), "resumption.identity")
	wantCode(t, "for no reason", b.Listings.Resume(ctx, second, of(braked), ground.Resumption{Reasons: "已核实", Paper: whole.Paper}), "resumption.reasons")
	_, offers, err := b.Listings.Moves(ctx, b.President(), braked)
	must(t, err)
	if offer := offered(offers, ground.MoveResume); offer.Because == nil || offer.Because.Code != "resumption.second-person" {
		t.Errorf("who pulled the brake is offered to resume: %v", offer.Because)
	}
	for _, same := range []string{"suspended_by", "drafted_by"} {
		schemaRefuses(t, b, "listing_resumed_by_another", `UPDATE listing SET resumed_by = `+same+` WHERE id = $1`, braked)
	}
	must(t, b.Listings.Resume(ctx, second, of(braked), whole))
	var hash []byte
	sum := sha256.Sum256(whole.Paper.Content)
	must(t, b.DB.Pool.QueryRow(ctx, `SELECT document_hash FROM event WHERE ground_id = $1 AND kind = 'listing-resumed'`, braked).Scan(&hash))
	if string(hash) != string(b.Vault.DocumentHash(sum[:])) {
		t.Error("the check of the identity is not in the log")
	}
	// A row of the release before names nobody: only who drafted it is kept away.
	must(t, b.Listings.Suspend(ctx, b.Clerk(), of(braked), enforcetest.Brake()))
	_, err = b.DB.Pool.Exec(ctx, `UPDATE listing SET suspended_by = NULL, version = version + 1 WHERE id = $1`, braked)
	must(t, err)
	must(t, b.Listings.Resume(ctx, second, of(braked), whole))
	wantAudit(t, b)
}

// A stay of a listing without a term is a deletion that the suspension only bridges: a
// task, three working days, and no way back. With a term it is a stay and nothing more.
func TestAStayWithoutATermIsADeletion(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	open, fixed := b.Published(b.Subject(b.Company())), b.Published(b.Subject(b.Company()), listing.EvadesBySham)
	for _, id := range []enforcement.ID{open, fixed} {
		must(t, b.Listings.Suspend(ctx, b.Judge(), of(id), enforcetest.Stay()))
	}
	clock := clockOf(t, b, open, "delete")
	if !clock.DoneOn.IsZero() || clock.StartedOn != b.Day() || clock.DueOn != b.Calendar.AddWorkingDays(b.Day(), 3).Day {
		t.Errorf("the clock of the stay: %+v", clock)
	}
	tasks := func(id enforcement.ID) int {
		return b.Count(`SELECT count(*) FROM task WHERE ground_id = $1 AND kind = 'stayed' AND closed_on IS NULL`, id)
	}
	if tasks(open) != 1 || tasks(fixed) != 0 || b.Count(`SELECT count(*) FROM clock WHERE ground_id = $1 AND kind = 'delete'`, fixed) != 0 {
		t.Errorf("%d and %d tasks", tasks(open), tasks(fixed))
	}
	wantCode(t, "back without a decision", b.Listings.Resume(ctx, b.President(), of(open), enforcetest.Resumption()), "resumption.stayed")
	wantCode(t, "back by another door", b.Listings.ResumeRestored(ctx, b.President(), of(open), enforcetest.Resumption()), "listing.suspension")
	for _, task := range value(b.Docket.Tasks(ctx, b.Judge(), enforcement.ID{}, 100))(t) {
		if task.Kind == listing.TaskStayed {
			for _, word := range []string{"examined", "told", "assets-suffice"} {
				wantCode(t, "its task by "+word, b.Listings.CloseTask(ctx, b.President(), task.ID, word, why, enforcetest.Paper("")), "task.reason")
			}
		}
	}
	must(t, b.Listings.Resume(ctx, b.President(), of(fixed), enforcetest.Resumption()))
	must(t, b.Listings.Delete(ctx, b.Judge(), of(open), b.Ending(5)))
	if clock := clockOf(t, b, open, "delete"); tasks(open) != 0 || clock.DoneOn.IsZero() {
		t.Errorf("after the deletion: %d tasks, %+v", tasks(open), clock)
	}
	wantAudit(t, b)
}

// why are reasons enough for whatever asks for them.
const why = "演示:已经审查有关材料并予记录"
