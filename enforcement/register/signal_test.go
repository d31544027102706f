package register_test

import (
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
)

// openTasks are the kinds of the open tasks of a case.
func openTasks(t testing.TB, b *enforcetest.Bundle, id enforcement.ID) (kinds []string) {
	t.Helper()
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT coalesce(array_agg(kind ORDER BY kind), '{}') FROM task WHERE ground_id = $1 AND closed_on IS NULL AND kind <> 'consumption-order-missing'`, id).Scan(&kinds))
	return kinds
}

// Performance in full, and a bar, recorded after publication: each is a task with a clock,
// the law's where it has one, and what the law says shall be done is closed by doing it.
func TestEveryFactOfAPublishedListingIsATask(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	open, fixed := listing.AbleButRefuses, listing.EvadesBySham
	for _, row := range []struct {
		name        string
		conduct     listing.Conduct
		kind        listing.ExclusionKind
		ago         int // calendar days before today
		task, clock string
		started     int // days before today
		examined    bool
	}{
		{"performed, without a term", open, listing.Performed, 2, "performed", "delete", 2, false},
		{"performed, with a term", fixed, listing.Performed, 2, "early-deletion-asked", "decide-early-deletion", 0, true},
		{"a bar of the day of decision", open, listing.SecurityGiven, 10, "barred", "revoke-barred", 0, true},
		{"a later bar", open, "assets-suffice", 9, "barred", "examine-bar", 0, true},
		{"what bars none of its grounds", fixed, listing.SecurityGiven, 10, "barred", "examine-bar", 0, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			id := b.Published(b.Subject(b.Company()), row.conduct)
			b.Advance(10)
			on := b.Day().AddDays(-row.ago)
			fact := value(b.Listings.OpenExclusion(ctx, b.Clerk(), id, enforcetest.Fact(row.kind, on)))(t)
			must(t, second(b.Listings.OpenExclusion(ctx, b.Clerk(), id, enforcetest.Fact(row.kind, on)))) // twice is one task
			if got := openTasks(t, b, id); !slices.Equal(got, []string{row.task}) {
				t.Fatalf("the tasks are %v", got)
			}
			clock := clockOf(t, b, id, row.clock)
			if from := b.Day().AddDays(-row.started); clock.StartedOn != from || clock.DueOn != b.Calendar.AddWorkingDays(from, 3).Day || !clock.DoneOn.IsZero() {
				t.Errorf("the clock is %+v", clock)
			}
			task := enforcement.ID{}
			must(t, b.DB.Pool.QueryRow(ctx, `SELECT id FROM task WHERE ground_id = $1 AND kind = $2`, id, row.task).Scan(&task))
			code := ""
			if !row.examined {
				code = "task.reason"
			}
			wantCode(t, "examined", b.Listings.CloseTask(ctx, b.President(), task, "examined", why, enforcetest.Paper("")), code)
			if row.examined {
				return
			}
			// Closed with a second fact like it open, the task waits; with the last it is over.
			must(t, b.Listings.CloseExclusion(ctx, b.President(), fact, enforcetest.FactOver(b.Day(), why)))
			if got := openTasks(t, b, id); len(got) != 1 {
				t.Errorf("another fact stands, and the tasks are %v", got)
			}
			must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)))
			if clock := clockOf(t, b, id, row.clock); clock.DoneOn.IsZero() || slices.Contains(openTasks(t, b, id), row.task) {
				t.Errorf("after the end the clock is %+v, the tasks %v", clock, openTasks(t, b, id))
			}
		})
	}
	wantAudit(t, b)
}

// A recorded bar is closed with reasons by somebody who neither recorded it nor drafted the
// listing; while it stands the listing is neither extended nor given back.
func TestABarIsLaidBesideByAnother(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Company()), listing.EvadesBySham)
	must(t, b.Listings.Suspend(ctx, b.Clerk(), of(id), enforcetest.Brake()))
	second := b.Judge()
	second.Actor.ID += "-2"
	fact := value(b.Listings.OpenExclusion(ctx, second, id, enforcetest.Fact(listing.Performed, b.Day())))(t)
	wantCode(t, "given back", b.Listings.Resume(ctx, b.President(), of(id), enforcetest.Resumption()), "listing.excluded")
	wantCode(t, "extended", b.Listings.Extend(ctx, b.President(), of(id), extension(b, 1)), "listing.excluded")
	wantCode(t, "who recorded it", b.Listings.CloseExclusion(ctx, second, fact, enforcetest.FactOver(b.Day(), why)), "exclusion.second-person")
	wantCode(t, "who drafted it", b.Listings.CloseExclusion(ctx, b.Judge(), fact, enforcetest.FactOver(b.Day(), why)), "exclusion.second-person")
	for _, reasons := range []string{"", "  ", "无", "。。。。。。。。。。。。"} {
		wantCode(t, "reasons "+reasons, b.Listings.CloseExclusion(ctx, b.President(), fact, enforcetest.FactOver(b.Day(), reasons)), "exclusion.reasons")
	}
	schemaRefuses(t, b, "exclusion_closed_by_another", `UPDATE exclusion_fact SET closed_by = recorded_by WHERE id = $1`, fact)
	must(t, b.Listings.CloseExclusion(ctx, b.President(), fact, enforcetest.FactOver(b.Day(), why)))
	if got := openTasks(t, b, id); len(got) != 0 || clockOf(t, b, id, "decide-early-deletion").DoneOn.IsZero() {
		t.Errorf("it is closed, and the tasks are %v", got)
	}
	must(t, b.Listings.Resume(ctx, b.President(), of(id), enforcetest.Resumption()))
	wantAudit(t, b)
}

// Where another ground carries a listing, only the barred one falls, and every holder is
// told; where none does, nothing is dropped: an end is due.
func TestOnlyTheBarredGroundFalls(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	two := b.Published(b.Subject(b.Company()), listing.AbleButRefuses, listing.EvadesBySham)
	one := b.Published(b.Subject(b.Company()))
	sendAll(t, b, directive.Acknowledged)
	wantCode(t, "nothing is barred", b.Listings.Drop(ctx, b.Judge(), of(two), "演示:经审查,符合规定的理由"), "exclusion.none")
	for _, id := range []enforcement.ID{two, one} {
		must(t, second(b.Listings.OpenExclusion(ctx, b.Clerk(), id, enforcetest.Fact(listing.SecurityGiven, b.Day()))))
	}
	wantCode(t, "a clerk", b.Listings.Drop(ctx, b.Clerk(), of(two), "演示:经审查,符合规定的理由"), "role.forbidden")
	wantCode(t, "without reasons", b.Listings.Drop(ctx, b.Judge(), of(two), " "), "end.reasons")
	wantCode(t, "another court", b.Listings.Drop(ctx, b.As(enforcement.Judge, b.OtherCourt), of(two), "演示:经审查,符合规定的理由"), "not-found")
	wantCode(t, "the only ground", b.Listings.Drop(ctx, b.Judge(), of(one), "演示:经审查,符合规定的理由"), "exclusion.every")
	must(t, b.Listings.Drop(ctx, b.Judge(), ground.Change{Ground: two, Version: 1}, "演示:经审查,符合规定的理由")) // whatever was seen
	if l := state(t, b, two); !slices.Equal(l.Conducts, []listing.Conduct{listing.EvadesBySham}) || l.State != ground.Active {
		t.Errorf("it stands on %v, %s", l.Conducts, l.State)
	}
	if got := openTasks(t, b, two); len(got) != 0 || clockOf(t, b, two, "revoke-barred").DoneOn.IsZero() {
		t.Errorf("it was dropped, and the tasks are %v", got)
	}
	if got := openTasks(t, b, one); !slices.Equal(got, []string{"barred"}) {
		t.Errorf("an end is due, and the tasks are %v", got)
	}
	if sent := sendAll(t, b, directive.Acknowledged); len(sent) == 0 || sent[0].Kind != directive.Amend {
		t.Errorf("%d were told", len(sent))
	}
	wantCode(t, "twice", b.Listings.Drop(ctx, b.Judge(), of(two), "演示:经审查,符合规定的理由"), "exclusion.none")
	wantAudit(t, b)
}

// A department doubts whose it is: the court has one working day to examine it, and when it
// is silent the listing is suspended everywhere; then only the check of the identity gives
// it back. A doubt that was examined in time suspends nothing.
func TestASilentCourtSuspendsWhatIsDoubted(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 2)
	ctx := t.Context()
	silent, examined := b.Published(b.Subject(b.Company())), b.Published(b.Subject(b.Company()))
	sendAll(t, b, directive.Acknowledged)
	task := func(id enforcement.ID) (task enforcement.ID) {
		t.Helper()
		must(t, b.DB.Pool.QueryRow(ctx, `SELECT id FROM task WHERE ground_id = $1 AND kind = 'identity-doubtful' AND closed_on IS NULL`, id).Scan(&task))
		return task
	}
	for _, id := range []enforcement.ID{silent, examined} {
		d := directives(t, b, id)[0]
		must(t, b.Directives.Answer(ctx, officer(b, d.Organisation), []directive.Answer{{Directive: d.ID, Version: 1, Step: directive.Acknowledged, Reports: []directive.Report{
			{Measure: d.Measures[0], Outcome: directive.RefusedReport, Reason: "identity-doubtful"},
		}}}))
	}
	clock := clockOf(t, b, silent, "examine-identity")
	if clock.DueOn != b.Calendar.AddWorkingDays(b.Day(), 1).Day || clock.Organisation != b.Court {
		t.Errorf("the clock is %+v", clock)
	}
	must(t, b.Listings.CloseTask(ctx, b.President(), task(examined), "examined", why, enforcetest.Resumption().Paper))
	b.AdvanceTo(clock.DueOn)
	daily := func() {
		t.Helper()
		_, _, _, err := b.Daily(ctx, b.System(), nil)
		must(t, err)
	}
	if daily(); state(t, b, silent).SuspendedFor != "" {
		t.Error("suspended on its last day")
	}
	b.Advance(1)
	daily()
	daily()
	if l := state(t, b, silent); l.SuspendedFor != ground.IdentityDoubtful {
		t.Errorf("the court was silent: %+v", l)
	}
	if l := state(t, b, examined); l.SuspendedFor != "" {
		t.Errorf("it was examined: %+v", l)
	}
	for _, d := range directives(t, b, silent) {
		if d.Kind != directive.Suspend || d.Version != 2 {
			t.Errorf("organisation %d stands at version %d, %s", d.Organisation, d.Version, d.Kind)
		}
	}
	wantCode(t, "examined by a word", b.Listings.CloseTask(ctx, b.President(), task(silent), "examined", why, enforcetest.Resumption().Paper), "resumption.identity")
	wantCode(t, "without the check", b.Listings.Resume(ctx, b.President(), of(silent), ground.Resumption{Reasons: why}), "resumption.identity")
	must(t, b.Listings.Resume(ctx, b.President(), of(silent), enforcetest.Resumption()))
	if daily(); state(t, b, silent).SuspendedFor != "" || len(openTasks(t, b, silent)) != 0 {
		t.Errorf("given back, and %+v with the tasks %v", state(t, b, silent), openTasks(t, b, silent))
	}
	wantAudit(t, b)
}
