package register_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/restore"
)

// Ends: by whom and when, and that the public record is gone with them.
func TestEndsOfAdministrativeListings(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	serious := l.PublishedOn(enforcetest.ListSerious, l.Subject(l.Company()))
	public := func() int {
		return len(value(l.Administrative.PublicEntries(ctx, l.Day(), "", enforcement.ID{}, 10))(t))
	}
	if public() != 1 {
		t.Error("the public does not see it")
	}
	shown := value(l.Administrative.PublicEntries(ctx, l.Day(), "", enforcement.ID{}, 10))(t)[0]
	if shown.Name == "" || shown.Number == "" || shown.Head == "" || shown.Authority == "" || shown.Decision == "" || len(shown.Grounds) != 1 || shown.Grounds[0] != "演示欺诈" || shown.Until.IsZero() || shown.Basis == "" {
		t.Errorf("%+v", shown)
	}
	wantCode(t, "a clerk revokes", l.Administrative.Revoke(ctx, l.OwnersClerk(), of(serious), l.EndOfIt("")), "role.forbidden")
	end := l.EndOfIt("")
	end.Reasons = ""
	wantCode(t, "without reasons", l.Administrative.Revoke(ctx, l.OwnersReviewer(), of(serious), end), "end.reasons")
	end = l.EndOfIt("")
	end.EventOn = l.Day().AddDays(1)
	wantCode(t, "of tomorrow", l.Administrative.Revoke(ctx, l.OwnersReviewer(), of(serious), end), "end.event-date")
	wantCode(t, "for no cause", l.Administrative.Delete(ctx, l.OwnersReviewer(), of(serious), l.EndOfIt("")), "end.cause")
	wantCode(t, "before its term", l.Administrative.Expire(ctx, l.System(), of(serious)), "end.term-running")

	must(t, l.Administrative.Suspend(ctx, l.OwnersClerk(), of(serious), enforcetest.Brake()))
	if public() != 0 {
		t.Error("the public sees a suspended one")
	}
	wantCode(t, "a clerk resumes", l.Administrative.Resume(ctx, l.OwnersClerk(), of(serious), enforcetest.Resumption()), "role.forbidden")
	must(t, l.Administrative.Resume(ctx, l.OwnersReviewer(), of(serious), enforcetest.Resumption()))
	must(t, l.Administrative.Delete(ctx, l.OwnersReviewer(), of(serious), l.EndOfIt("subject-ceased")))
	if public() != 0 {
		t.Error("the public sees an ended one")
	}
	if n := l.Count(`SELECT count(*) FROM administrative_listing WHERE id = $1 AND retain_until > ended_on`, serious); n != 1 {
		t.Error("no day is set for its deletion")
	}

	hidden := l.PublishedOn(enforcetest.ListHidden, l.Subject(l.Company()))
	if public() != 0 {
		t.Error("the public sees a list that is none of its business")
	}
	wantCode(t, "no repair", l.Administrative.DeleteEarly(ctx, l.OwnersReviewer(), of(hidden), l.EndOfIt("")), "repair.none")
	wantCode(t, "an end that a court's people ask for", l.Grounds.End(ctx, l.Judge(), hidden, "x"), "not-found")
	wantCode(t, "an end past its own rules", l.Grounds.End(ctx, l.System(), hidden, "x"), "not-found")
	wantAudit(t, l.Bundle)
}

// After a restoration nothing goes out by itself: the owner says that the lost
// time held no end of it. What is in force and in doubt is suspended until then.
func TestAdministrativeListingsAfterARestore(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	served, active := l.ServedOn(enforcetest.ListSerious, l.Subject(l.Company())), l.PublishedOn(enforcetest.ListSilent, l.Subject(l.Company()))
	sent := sendAll(t, l.Bundle, directive.Acknowledged)
	made := restored(t, l.Bundle)
	for _, c := range value(l.Restorer.Reconciliations(ctx))(t) {
		if c.Organisation != l.Alpha {
			value(l.Restorer.ReconcileStated(ctx, officer(l.Bundle, c.Organisation), 0, "演示:此后未收到"))(t)
		}
	}
	// Alpha holds a newer version than the record knows: an end may be lost.
	var lines []directive.InventoryLine
	for _, item := range sent {
		if org := l.Count(`SELECT organisation_id FROM directive WHERE id = $1`, item.Directive); enforcement.OrganisationID(org) == l.Alpha {
			lines = append(lines, directive.InventoryLine{Directive: item.Directive, Version: 2, Carries: true})
		}
	}
	value(l.Restorer.ReconcilePage(ctx, operatorOf(l.Bundle, "op-1"), restore.InventoryPage{Organisation: l.Alpha, Manner: restore.ReconciledAsked, Lines: lines, Last: true, By: "演示"}))(t)
	if have := listed(t, l, active); have.SuspendedFor != ground.SuspendedRestored {
		t.Fatalf("%+v", have)
	}
	wantCode(t, "unconfirmed", l.Holds.End(ctx, operatorOf(l.Bundle, "op-2"), made.Hold, "演示"), "restore.unconfirmed")
	l.Advance(1)
	if _, published, refused, err := l.Daily(ctx, l.System(), nil); err != nil || published != 0 || len(refused) != 1 || refused[0].Because.Code != "listing.restored" {
		t.Fatalf("%d published, refused %v: %v", published, refused, err)
	}
	for _, id := range []enforcement.ID{served, active} {
		wantCode(t, "without reasons", l.Administrative.Resume(ctx, l.OwnersReviewer(), of(id), ground.Resumption{}), "resumption.reasons")
		must(t, l.Administrative.Resume(ctx, l.OwnersReviewer(), of(id), enforcetest.Resumption()))
		wantCode(t, "twice", l.Administrative.Resume(ctx, l.OwnersReviewer(), of(id), enforcetest.Resumption()), "listing.suspension")
	}
	must(t, l.Holds.End(ctx, operatorOf(l.Bundle, "op-2"), made.Hold, "演示"))
	if _, published, _, err := l.Daily(ctx, l.System(), nil); err != nil || published != 1 {
		t.Errorf("%d published: %v", published, err)
	}
	wantAudit(t, l.Bundle)
}
