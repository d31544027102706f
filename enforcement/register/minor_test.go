package register_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/party"
	"concordat/enforcement/record"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// untold is a made-up person whose birth day no number tells.
func untold(b *enforcetest.Bundle) party.Identity {
	passport := b.Made.Passport()
	return party.Identity{Kind: memoranda.NaturalPerson, Name: b.Made.PersonName(), NumberKind: passport.Kind, State: passport.State, Number: passport.Number, Birth: day.Of(1990, 1, 1)}
}

// What the record says of one listing's subject it says of all that burdens them: by a
// correction every listing of theirs is suspended at every recipient in the same act.
func TestAMinorIsSuspendedEverywhereAtOnce(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 2)
	ctx := t.Context()
	identity := untold(b)
	subject := b.Subject(identity)
	one, two, other := b.Published(subject), b.Published(subject), b.Published(b.Subject(untold(b)))
	sendAll(t, b, directive.Acknowledged)
	must(t, b.Listings.OpenCorrection(ctx, b.Judge(), of(one), b.Day()))
	identity.Birth = b.Day().AddYears(-17)
	must(t, b.Listings.Correct(ctx, b.Judge(), of(one), identity))
	for _, id := range []enforcement.ID{one, two} {
		l, clock := state(t, b, id), clockOf(t, b, id, "revoke-minor")
		if l.SuspendedFor != ground.SuspectedMinor || !slices.Equal(openTasks(t, b, id), []string{"minor"}) || clock.StartedOn != b.Day() || clock.DueOn != b.Calendar.AddWorkingDays(b.Day(), 3).Day || clock.Source != "法释〔2017〕7号 Art. 9" {
			t.Errorf("%+v, tasks %v, clock %+v", l, openTasks(t, b, id), clock)
		}
		for _, d := range directives(t, b, id) {
			if d.Kind != directive.Suspend || len(d.Measures) != 0 {
				t.Errorf("organisation %d carries %v of a minor by a %s", d.Organisation, d.Measures, d.Kind)
			}
		}
	}
	if l := state(t, b, other); l.SuspendedFor != "" {
		t.Errorf("somebody else is suspended: %+v", l)
	}
	for _, task := range value(b.Docket.Tasks(ctx, b.Judge(), enforcement.ID{}, 100))(t) {
		if task.Kind == "minor" {
			wantCode(t, "examined away", b.Listings.CloseTask(ctx, b.President(), task.ID, "examined", why, enforcetest.Paper("")), "task.reason")
		}
	}
	must(t, b.Listings.Revoke(ctx, b.Judge(), of(one), b.Ending(0)))
	if clock := clockOf(t, b, one, "revoke-minor"); clock.DoneOn.IsZero() || slices.Contains(openTasks(t, b, one), "minor") {
		t.Errorf("revoked, and %+v", clock)
	}
	wantAudit(t, b)
}

// However a minor came into the record, the day suspends what burdens them, of every kind,
// and no door gives it back: neither the brake's, nor a restoration's.
func TestTheDaySuspendsWhatBurdensAMinor(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	id := l.PublishedOn(enforcetest.ListSerious, l.Subject(untold(l.Bundle)))
	braked := l.PublishedOn(enforcetest.ListSerious, l.Subject(untold(l.Bundle)))
	must(t, l.Administrative.Suspend(ctx, l.OwnersReviewer(), of(braked), enforcetest.Brake()))
	for _, id := range []enforcement.ID{id, braked} {
		rewrite(t, l.Bundle, listed(t, l, id).Subject, func(i *party.Identity) { i.Birth = l.Day().AddYears(-17) })
	}
	for range 2 { // twice is once
		_, _, _, err := l.Daily(ctx, l.System(), nil)
		must(t, err)
	}
	if have := listed(t, l, id); have.SuspendedFor != ground.SuspectedMinor || !slices.Equal(openTasks(t, l.Bundle, id), []string{"minor"}) || clockOf(t, l.Bundle, id, "revoke-minor").Source != "内部时限" {
		t.Errorf("%+v, tasks %v", have, openTasks(t, l.Bundle, id))
	}
	if n := l.Count(`SELECT count(*) FROM event WHERE ground_id = $1 AND kind = 'listing-suspended'`, id); n != 1 {
		t.Errorf("suspended %d times", n)
	}
	for _, id := range []enforcement.ID{id, braked} {
		wantCode(t, "given back", l.Administrative.Resume(ctx, l.SecondReviewer(), of(id), enforcetest.Resumption()), "listing.minor")
	}
	wantAudit(t, l.Bundle)
}

// A judge corrects the birth day in one case of somebody while the president gives back another: who
// waits for the correction sees it, and no minor comes in force again.
func TestNobodyGivesBackBesideACorrectionWhatBurdensAMinor(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 2)
	ctx := t.Context()
	identity := untold(b)
	subject := b.Subject(identity)
	one, two := b.Published(subject), b.Published(subject)
	must(t, b.Listings.Suspend(ctx, b.Judge(), of(two), enforcetest.Brake()))
	must(t, b.Listings.OpenCorrection(ctx, b.Judge(), of(one), b.Day()))
	third := value(b.DB.Pool.Begin(ctx))(t)
	defer func() { _ = third.Rollback(context.WithoutCancel(ctx)) }()
	_, err := third.Exec(ctx, `SELECT FROM listing WHERE id = $1 FOR NO KEY UPDATE`, two)
	must(t, err)
	identity.Birth = b.Day().AddYears(-17)
	var both sync.WaitGroup
	var corrected, resumed error
	both.Go(func() { corrected = b.Listings.Correct(ctx, b.Judge(), of(one), identity) })
	waiting(t, b, 1)
	both.Go(func() { resumed = b.Listings.Resume(ctx, b.President(), of(two), enforcetest.Resumption()) })
	waiting(t, b, 2)
	must(t, third.Rollback(ctx))
	both.Wait()
	must(t, corrected)
	wantCode(t, "given back beside it", resumed, "listing.minor")
	if l := state(t, b, two); l.SuspendedFor == "" {
		t.Errorf("it is in force again: %+v", l)
	}
	wantAudit(t, b)
}

// While a listing of somebody goes out, a judge corrects the birth day in another: the correction
// waits until it is out, and suspends it with the rest.
func TestACorrectionToAMinorReachesWhatIsGoingOut(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 2)
	ctx := t.Context()
	for n, out := range []func(id enforcement.ID) error{
		func(id enforcement.ID) error { return b.Listings.Publish(ctx, b.Clerk(), of(id)) },
		func(enforcement.ID) error { // by the day
			_, _, _, err := b.Listings.PublishDue()(ctx, b.System(), enforcement.ID{}, 10)
			return err
		},
	} {
		identity := untold(b)
		subject := b.Subject(identity)
		one, two := b.Published(subject), b.Decided(subject)
		elsewhere(t, b, subject, fmt.Sprintf("(2025)桂0105执7%d号", n)) // so the correction leaves the subject's own row alone
		must(t, b.Listings.Serve(ctx, b.Clerk(), of(two), b.Service()))
		must(t, b.Listings.OpenCorrection(ctx, b.Judge(), of(one), b.Day()))
		third := value(b.DB.Pool.Begin(ctx))(t)
		defer func() { _ = third.Rollback(context.WithoutCancel(ctx)) }()
		_, err := third.Exec(ctx, `SELECT pg_advisory_xact_lock`+record.EditionGate)
		must(t, err)
		identity.Birth = b.Day().AddYears(-17)
		published, corrected := make(chan error, 1), make(chan error, 1)
		go func() { published <- out(two) }()
		waiting(t, b, 1)
		go func() { corrected <- b.Listings.Correct(ctx, b.Judge(), of(one), identity) }()
		for len(corrected) == 0 && b.Count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) < 2 {
			time.Sleep(time.Millisecond)
		}
		must(t, third.Rollback(ctx))
		must(t, <-published)
		must(t, <-corrected)
		if l := state(t, b, two); l.SuspendedFor != ground.SuspectedMinor {
			t.Errorf("publication %d: %s, suspended for %q", n, l.State, l.SuspendedFor)
		}
	}
	wantAudit(t, b)
}
