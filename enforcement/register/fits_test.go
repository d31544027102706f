package register_test

import (
	"sync"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/intake"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
)

func TestAnExtensionFitsItsListing(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	sham := b.Published(b.Subject(b.Company()), listing.EvadesBySham)
	force := b.Published(b.Subject(b.Company()), listing.ObstructsByForce, listing.BreachesOrder)
	b.Advance(30)
	for _, row := range []struct {
		what   string
		id     enforcement.ID
		change func(*listing.Extension)
		code   string
	}{
		{"for violence where none is listed", sham, func(x *listing.Extension) { x.Cause, x.Acts = "serious-violence-or-threat", nil }, "extension.ground"},
		{"served before the publication", sham, func(x *listing.Extension) { x.ServedOn = enforcetest.Start.AddDays(-1) }, "extension.early"},
		{"for acts nobody names", sham, func(x *listing.Extension) { x.Acts = nil }, "extension.acts"},
		{"for an act without a day", sham, func(x *listing.Extension) { x.Acts[1].On = 0 }, "extension.acts"},
		{"for an act to come", sham, func(x *listing.Extension) { x.Acts[1].On = b.Day().AddDays(1) }, "extension.acts"},
		{"for an act without words", sham, func(x *listing.Extension) { x.Acts[1].What = "…… 。。 　　 ~~~~~~~~" }, "extension.acts"},
		{"for one act twice", sham, func(x *listing.Extension) { x.Acts[1] = x.Acts[0] }, "extension.acts"},
		{"for one act twice, with a blank", sham, func(x *listing.Extension) {
			x.Acts[1] = listing.DishonestAct{On: x.Acts[0].On, What: x.Acts[0].What + " 。"}
		}, "extension.acts"},
		{"for violence", force, func(x *listing.Extension) { x.Cause, x.Acts = "serious-violence-or-threat", nil }, ""},
		{"for several acts", sham, func(*listing.Extension) {}, ""},
	} {
		x := extension(b, 1)
		row.change(&x)
		wantCode(t, "extend "+row.what, b.Listings.Extend(ctx, b.President(), of(row.id), x), row.code)
	}
	if n := b.Count(`SELECT count(*) FROM listing_extension WHERE rules = 1 AND acts = 2 AND acts_shown IS NOT NULL AND acts_shown::text NOT LIKE '%演示%'`); n != 1 {
		t.Errorf("%d extensions show their acts, sealed", n)
	}
	schemaRefuses(t, b, "extension_acts_shown", `UPDATE listing_extension SET acts_shown = NULL WHERE listing_id = $1`, sham)
}

// Each way forward of a listing whose debtor performed in full, and each record of it.
func TestWhoeverPerformedGoesNoWayForward(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	performed := func(id enforcement.ID) {
		value(b.Listings.OpenExclusion(ctx, b.Clerk(), id, enforcetest.Fact(listing.Performed, b.Day())))(t)
	}
	draft := func() enforcement.ID { return b.Draft(b.Subject(b.Company())) }
	warned := func() enforcement.ID {
		id := draft()
		must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
		return id
	}
	proposed := func() enforcement.ID {
		id := warned()
		must(t, b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision()))
		return id
	}
	decided := func() enforcement.ID { return b.Decided(b.Subject(b.Company())) }
	served := func() enforcement.ID {
		id := decided()
		must(t, b.Listings.Serve(ctx, b.Clerk(), of(id), b.Service()))
		return id
	}
	for _, row := range []struct {
		what string
		at   func() enforcement.ID
		move func(enforcement.ID) error
	}{
		{"warn", draft, func(id enforcement.ID) error {
			return b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice())
		}},
		{"apply", warned, func(id enforcement.ID) error {
			return b.Listings.Apply(ctx, b.Clerk(), of(id), enforcetest.Applied(b.Day()))
		}},
		{"propose", warned, func(id enforcement.ID) error { return b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision()) }},
		{"sign", proposed, func(id enforcement.ID) error { return b.Listings.Sign(ctx, b.President(), of(id)) }},
		{"serve", decided, func(id enforcement.ID) error { return b.Listings.Serve(ctx, b.Clerk(), of(id), b.Service()) }},
		{"publish", served, func(id enforcement.ID) error { return b.Listings.Publish(ctx, b.Clerk(), of(id)) }},
	} {
		id := row.at()
		performed(id)
		wantCode(t, row.what, row.move(id), "listing.excluded")
		if row.what == "publish" {
			_, _, _, err := b.Daily(ctx, b.System(), nil)
			must(t, err)
			wantState(t, b, id, ground.Served)
		}
		must(t, b.Listings.Abandon(ctx, b.Clerk(), of(id), ground.Performed))
		l := state(t, b, id)
		_, err := b.Listings.Draft(ctx, b.Judge(), listing.NewListing{
			Case: l.Case, Subject: l.Subject, Capacity: listing.Debtor, Conducts: []listing.Conduct{listing.AbleButRefuses}, Facts: enforcetest.Facts(), Papers: enforcetest.FactPapers(listing.AbleButRefuses),
		})
		wantCode(t, "draft again after "+row.what, err, "listing.performed")
	}
	id := served()
	performed(id)
	schemaRefuses(t, b, "listing_performed", `UPDATE listing SET state = 'active', published_on = served_on WHERE id = $1`, id)
}

// What ended because it was performed bars the next listing of its case too, until somebody
// else says that it was recorded wrongly.
func TestAPerformanceOfAnEarlierListingBars(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Company()))
	must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)))
	l := state(t, b, id)
	again := listing.NewListing{Case: l.Case, Subject: l.Subject, Capacity: listing.Debtor, Conducts: []listing.Conduct{listing.AbleButRefuses}, Facts: enforcetest.Facts(), Papers: enforcetest.FactPapers(listing.AbleButRefuses)}
	_, err := b.Listings.Draft(ctx, b.Judge(), again)
	wantCode(t, "draft after a deletion for performance", err, "listing.performed")
	all := again
	all.Case, all.Facts.Performed = b.Case(), listing.PerformedAll
	_, err = b.Listings.Draft(ctx, b.Judge(), all)
	wantCode(t, "draft what says itself that all is performed", err, "listing.performed")

	facts := value(b.Listings.Exclusions(ctx, b.Judge(), id))(t)
	if len(facts) != 1 || facts[0].Kind != listing.Performed {
		t.Fatalf("facts of the deleted listing: %+v", facts)
	}
	wantCode(t, "close the own record", b.Listings.CloseExclusion(ctx, b.Judge(), facts[0].ID, enforcetest.FactOver(b.Day(), "演示:登记有误,款项未到账")), "exclusion.second-person")
	must(t, b.Listings.CloseExclusion(ctx, b.President(), facts[0].ID, enforcetest.FactOver(b.Day(), "演示:登记有误,款项未到账")))
	next := value(b.Listings.Draft(ctx, b.Judge(), again))(t)
	must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(next), b.Notice()))
	// Recorded of the ended one, it bars the one under way.
	value(b.Listings.OpenExclusion(ctx, b.Clerk(), id, enforcetest.Fact(listing.Performed, b.Day())))(t)
	wantCode(t, "propose", b.Listings.Propose(ctx, b.Judge(), of(next), b.Decision()), "listing.excluded")
}

func TestNoFileListsWhoeverPerformed(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	said, known := importRow(0), importRow(1)
	said.Facts.Performed = listing.PerformedAll
	first := settled(t, b, started(t, b, "first"), importRows(1, 2))
	if first.Run.Drafted != 1 {
		t.Fatalf("%+v", first)
	}
	var id enforcement.ID
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT id FROM listing`).Scan(&id))
	must(t, b.Listings.Abandon(t.Context(), b.Clerk(), of(id), ground.Performed))
	known.Record = "演示-另一编号"
	done := settled(t, b, started(t, b, "second"), []intake.Row{said, known})
	if done.Run.Drafted != 0 || len(done.Refusals) != 2 || done.Refusals[0].Code != "listing.performed" || done.Refusals[1].Code != "listing.performed" {
		t.Errorf("%+v", done.Refusals)
	}
}

// A performance that is recorded while the listing is published is before it, and bars it, or
// after it, and makes a task: it is never lost between the two.
func TestAPerformanceRacesWithPublication(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	for range 12 {
		id := b.Decided(b.Subject(b.Company()))
		must(t, b.Listings.Serve(ctx, b.Clerk(), of(id), b.Service()))
		var both sync.WaitGroup
		var published, recorded error
		both.Go(func() { published = b.Listings.Publish(ctx, b.Clerk(), of(id)) })
		both.Go(func() {
			_, recorded = b.Listings.OpenExclusion(ctx, b.Clerk(), id, enforcetest.Fact(listing.Performed, b.Day()))
		})
		both.Wait()
		must(t, recorded)
		tasks := b.Count(`SELECT count(*) FROM task WHERE ground_id = $1 AND kind = 'performed' AND closed_on IS NULL`, id)
		switch code := codeOf(published); {
		case code == "" && tasks == 1, code == "listing.excluded" && tasks == 0:
		default:
			t.Errorf("published %q with %d tasks", code, tasks)
		}
	}
}

// Whatever fact is recorded waits for an act on the same listing that is under way, and sees
// what became of it.
func TestAFactWaitsForWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	for _, kind := range []listing.ExclusionKind{listing.SecurityGiven, listing.Performed} {
		id := b.Decided(b.Subject(b.Company()))
		under, err := b.DB.Pool.Begin(ctx)
		must(t, err)
		_, err = under.Exec(ctx, `SELECT FROM listing WHERE id = $1 FOR NO KEY UPDATE`, id)
		must(t, err)
		recorded := make(chan error, 1)
		go func() {
			_, err := b.Listings.OpenExclusion(ctx, b.Clerk(), id, enforcetest.Fact(kind, b.Day()))
			recorded <- err
		}()
		for waits := false; !waits && len(recorded) == 0; time.Sleep(time.Millisecond) {
			waits = b.Count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) > 0
		}
		if len(recorded) > 0 {
			t.Errorf("%s was recorded beside an act under way", kind)
		}
		must(t, under.Rollback(ctx))
		must(t, <-recorded)
	}
}

func TestTheCreditorWaitsInEveryCaseOfTheChain(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Company()))
	must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(3)))
	l := state(t, b, id)
	enter := func(number, document string) enforcement.ID {
		return value(b.Parties.EnterCase(ctx, b.Clerk(), party.Case{Number: number, FiledOn: b.Day().AddDays(-enforcetest.NoticeDays), BasisDocument: document, BasisUnit: "演示法院"}))(t)
	}
	resumed, other := enter("(2025)桂0103执恢901号", "（2024）桂0103民初1号 "), enter("(2025)桂0103执902号", "(2024)桂0103民初902号")
	apply := func(execCase enforcement.ID) error {
		again := value(b.Listings.Draft(ctx, b.Judge(), listing.NewListing{
			Case: execCase, Subject: l.Subject, Capacity: listing.Debtor, Conducts: []listing.Conduct{listing.AbleButRefuses}, Facts: enforcetest.Facts(), Papers: enforcetest.FactPapers(listing.AbleButRefuses),
		}))(t)
		must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(again), b.Notice()))
		return b.Listings.Apply(ctx, b.Clerk(), of(again), enforcetest.Applied(b.Day()))
	}
	wantCode(t, "apply in the case that was resumed", apply(resumed), "listing.relist-bar")
	wantCode(t, "apply in another matter", apply(other), "")
	b.AdvanceTo(b.Day().AddMonths(6).AddDays(10))
	wantCode(t, "apply again after six months", func() error {
		ids := value(b.Listings.List(ctx, b.Clerk(), ground.Wanted{State: "warned", Limit: 10}))(t)
		return b.Listings.Apply(ctx, b.Clerk(), of(ids[0].ID), enforcetest.Applied(b.Day()))
	}(), "")
}

func TestACourtSaysWhyItListsOfItsOwnMotion(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Draft(b.Subject(b.Company()))
	must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
	for _, why := range []string{"", "依职权", "……………………………………"} {
		d := b.Decision()
		d.OwnMotion = why
		wantCode(t, "propose because "+why, b.Listings.Propose(ctx, b.Judge(), of(id), d), "decision.own-motion")
	}
	must(t, b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision()))
	must(t, b.Listings.Sign(ctx, b.President(), of(id)))
	schemaRefuses(t, b, "listing_own_motion", `UPDATE listing SET own_motion_reason = NULL WHERE id = $1`, id)

	applied := b.Draft(b.Subject(b.Company()))
	must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(applied), b.Notice()))
	must(t, b.Listings.Apply(ctx, b.Clerk(), of(applied), enforcetest.Applied(b.Day())))
	d := b.Decision()
	d.OwnMotion = ""
	must(t, b.Listings.Propose(ctx, b.Judge(), of(applied), d))
}
