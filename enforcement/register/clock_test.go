package register_test

import (
	"errors"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/register"
)

// moved is another process on the same record whose machine's clock is wrong; legal time
// goes with it, as it does where nobody moves it.
func moved(t *testing.T, b *enforcetest.Bundle, by time.Duration) (*register.Offices, func(enforcement.Act) enforcement.Act) {
	t.Helper()
	c := b.Config
	c.Machine = func() time.Time { return time.Now().UTC().Add(by) }
	offices, err := register.Open(t.Context(), c)
	must(t, err)
	return offices, func(act enforcement.Act) enforcement.Act { act.At = act.At.Add(by); return act }
}

// days is some days of 24 hours.
func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// TestAClockThatRunsAheadBurdensNobody: a process forty days ahead publishes nothing, by a
// person or by the daily round, gives nothing back and sends nothing that burdens; what
// lifts goes on.
func TestAClockThatRunsAheadBurdensNobody(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	grace := b.Draft(b.Subject(b.Company()))
	must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(grace), b.Notice()))
	decision := b.Decision()
	decision.GraceMonths = 1
	must(t, b.Listings.Propose(ctx, b.Judge(), of(grace), decision))
	must(t, b.Listings.Sign(ctx, b.President(), of(grace)))
	must(t, b.Listings.Serve(ctx, b.Clerk(), of(grace), b.Service()))
	suspended, active := b.Published(b.Subject(b.Company())), b.Published(b.Subject(b.Person()))
	must(t, b.Listings.Suspend(ctx, b.Judge(), of(suspended), enforcetest.Brake()))

	wrong, as := moved(t, b, days(40))
	wantCode(t, "publication in the month of grace", wrong.Listings.Publish(ctx, as(b.President()), of(grace)), "clock.skew")
	wantCode(t, "resumption", wrong.Listings.Resume(ctx, as(b.President()), of(suspended), enforcetest.Resumption()), "clock.skew")
	_, published, refused, err := wrong.Daily(ctx, as(b.System()), nil)
	if published != 0 || len(refused) != 0 || !errors.Is(err, enforcement.Refuse("clock.skew")) {
		t.Errorf("the day of a wrong clock: %d published, %v refused, %v", published, refused, err)
	}
	_, n, no, err := wrong.Listings.PublishDue()(ctx, as(b.System()), enforcement.ID{}, 10)
	must(t, err)
	if n != 0 || len(no) != 1 || no[0].Because.Code != "clock.skew" {
		t.Errorf("by the round alone: %d, %v", n, no)
	}
	if now := state(t, b, grace); now.State != listing.Grace {
		t.Fatalf("the listing in its grace is %s", now.State)
	}
	org := b.Departments[0]
	due := func(r *register.Offices, lane directive.Lane) int {
		asked := value(r.Directives.IsDue(ctx, directive.WakeUp{Organisation: org, Lane: lane}, b.Day()))(t)
		items := value(r.Directives.Due(ctx, org, lane, b.Day(), enforcement.ID{}, 100))(t)
		if asked != (len(items) > 0) {
			t.Errorf("%s: %d are due, and that any is: %t", lane, len(items), asked)
		}
		return len(items)
	}
	if due(b.Offices, directive.Bulk) == 0 || due(wrong, directive.Bulk) != 0 {
		t.Errorf("in bulk %d are due, by a wrong clock %d", due(b.Offices, directive.Bulk), due(wrong, directive.Bulk))
	}
	// What lifts goes on.
	_, err = b.DB.Pool.Exec(ctx, `UPDATE directive SET step = 'acknowledged', due = false`)
	must(t, err)
	ending := b.Ending(1)
	must(t, wrong.Listings.Delete(ctx, as(b.Judge()), of(active), ending))
	must(t, wrong.Listings.Abandon(ctx, as(b.Judge()), of(grace), ground.WrongPerson))
	if due(wrong, directive.Express) == 0 {
		t.Error("no withdrawal is due")
	}
	must(t, b.Listings.Resume(ctx, b.President(), of(suspended), enforcetest.Resumption()))
}

// TestAWindowIsNotEndedByAWrongClock: nor is it where a department decides.
func TestAWindowIsNotEndedByAWrongClock(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	id := l.On(enforcetest.ListSerious, l.Subject(l.Company()))
	must(t, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(id), l.NoticeOfIt()))
	wrong, as := moved(t, l.Bundle, days(40))
	wantCode(t, "decided", wrong.Administrative.Decide(ctx, as(l.OwnersReviewer()), of(id), l.DecisionOnIt()), "clock.skew")
	served := l.ServedOn(enforcetest.ListSerious, l.Subject(l.Company()))
	wantCode(t, "published", wrong.Administrative.Publish(ctx, as(l.OwnersReviewer()), of(served)), "clock.skew")
	_, n, no, err := wrong.Administrative.PublishDue()(ctx, as(l.System()), enforcement.ID{}, 10)
	must(t, err)
	if n != 0 || len(no) == 0 || no[0].Because.Code != "clock.skew" {
		t.Errorf("by the round: %d, %v", n, no)
	}
}

// TestAnEndTodayIsTakenByAClockThatLags: the day of the event is today, by the database's
// clock, and the machine's is two days behind.
func TestAnEndTodayIsTakenByAClockThatLags(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	first, second := b.Published(b.Subject(b.Company())), b.Published(b.Subject(b.Company()))
	wrong, as := moved(t, b, -days(2))
	must(t, wrong.Listings.Revoke(ctx, as(b.Judge()), of(first), b.Ending(0)))
	tomorrow := b.Ending(0)
	tomorrow.EventOn = b.Day().AddDays(1)
	wantCode(t, "tomorrow", wrong.Listings.Revoke(ctx, as(b.Judge()), of(second), tomorrow), "end.event-date")
	wantCode(t, "tomorrow by a right clock", b.Listings.Revoke(ctx, b.Judge(), of(second), tomorrow), "end.event-date")
}
