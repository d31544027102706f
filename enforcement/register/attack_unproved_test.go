package register_test

import (
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
)

// A case in force of before papers, as one taken over: who asks for its papers makes them
// owed, and what is not brought in three working days is suspended by the day; it comes back
// with its papers only.
func TestWhatNobodyProvesIsSuspended(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	overseer := b.As(enforcement.Overseer, 0)
	silent, answered, whole := b.Published(b.Subject(b.Company())), b.Published(b.Subject(b.Company())), b.Published(b.Subject(b.Company()))
	asBefore(t, b, "listing", silent)
	asBefore(t, b, "listing", answered)
	_, err := b.Listings.AskPapers(ctx, b.As(enforcement.Clerk, b.OtherCourt), silent)
	wantCode(t, "another court", err, "not-found")
	_, err = b.Listings.AskPapers(ctx, overseer, whole)
	wantCode(t, "of a whole file", err, "papers.complete")
	_, err = b.Listings.AskPapers(ctx, overseer, b.Draft(b.Subject(b.Company())))
	wantCode(t, "of a draft", err, "papers.not-in-force")
	for _, id := range []enforcement.ID{silent, answered} {
		if missing := value(b.Listings.AskPapers(ctx, overseer, id))(t); len(missing) != len(listingTable.Steps) {
			t.Errorf("missing are %v", missing)
		}
	}
	if owing := value(b.Docket.Tasks(ctx, overseer, enforcement.ID{}, 100))(t); len(owing) != 2*len(listingTable.Steps) || owing[0].Organisation != b.Court {
		t.Errorf("an overseer reads %+v", owing)
	}
	for _, step := range listingTable.Steps {
		brought(t, b, b.Clerk(), answered, step.Paper)
	}
	if open := openTasks(t, b, answered); len(open) != 0 {
		t.Errorf("brought, and %v are open", open)
	}
	if value(b.Grounds.SuspendUnproved(ctx, b.System()))(t) != 0 {
		t.Error("suspended before the time is over")
	}
	b.Advance(10)
	_, _, _, err = b.Daily(ctx, b.System(), nil)
	must(t, err)
	if l := state(t, b, silent); l.SuspendedFor != ground.PapersDue || !l.BeforePapers || !slices.Contains(openTasks(t, b, silent), "papers-due") {
		t.Errorf("%+v", l)
	}
	for _, id := range []enforcement.ID{answered, whole} {
		if l := state(t, b, id); l.SuspendedFor != "" {
			t.Errorf("proved, and suspended for %s", l.SuspendedFor)
		}
	}
	second := b.President()
	second.Actor.ID += "-2"
	wantCode(t, "back without its papers", b.Listings.Resume(ctx, second, of(silent), enforcetest.Resumption()), "paper.missing")
	for _, step := range listingTable.Steps {
		brought(t, b, b.Clerk(), silent, step.Paper)
	}
	must(t, b.Listings.Resume(ctx, second, of(silent), enforcetest.Resumption()))
	if open := openTasks(t, b, silent); len(open) != 0 {
		t.Errorf("given back, and %v are open", open)
	}
	wantAudit(t, b)
}

// What an earlier release left under way is a task of its owner the next day: each paper of a
// step that was taken, once.
func TestCasesUnderWayOweTheirPapers(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	id, drafted := b.Decided(b.Subject(b.Company())), b.Draft(b.Subject(b.Company()))
	asBefore(t, b, "listing", id)
	asBefore(t, b, "listing", drafted)
	want := []string{"paper-due-decision", "paper-due-execution-notice"}
	for range 2 {
		must(t, b.Grounds.OweSteps(ctx, b.System()))
		if open := openTasks(t, b, id); !slices.Equal(open, want) {
			t.Errorf("owed are %v", open)
		}
	}
	if open := openTasks(t, b, drafted); len(open) != 0 {
		t.Errorf("a draft owes %v", open)
	}
	brought(t, b, b.Clerk(), id, paper.Decision)
	must(t, b.Grounds.OweSteps(ctx, b.System()))
	if open := openTasks(t, b, id); !slices.Equal(open, want[1:]) {
		t.Errorf("owed are %v", open)
	}
}
