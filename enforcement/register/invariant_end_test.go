package register_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
)

func TestInvariant16_DeletedFromTheEvent(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	listings := make([]enforcement.ID, 8)
	for item := 1; item <= 7; item++ {
		listings[item] = b.Published(b.Subject(b.Company()))
	}
	fixed := b.Published(b.Subject(b.Company()), listing.BreachesReporting)
	b.AdvanceTo(date(t, "2025-10-20"))
	event := date(t, "2025-09-30")
	for item := 1; item <= 7; item++ {
		id := listings[item]
		if item == 4 {
			must(t, b.Listings.RecordSearch(ctx, b.Clerk(), id, event.AddDays(-1), event.AddDays(-5), false))
			must(t, b.Listings.RecordSearch(ctx, b.Clerk(), id, event, event.AddDays(-5), false))
		}
		must(t, b.Listings.Delete(ctx, b.Judge(), of(id), listing.Ending{Item: item, EventOn: event, Reasons: "演示:经审查,符合规定的理由"}))
		wantState(t, b, id, ground.Deleted)
		c := clockOf(t, b, id, "delete")
		if c.StartedOn != event || c.DueOn.String() != "2025-10-11" || c.DoneOn != b.Day() {
			t.Errorf("item %d of %s, entered on %s: %+v, want due on 2025-10-11, a working Saturday", item, event, b.Day(), c)
		}
		for _, d := range directives(t, b, id) {
			if d.Kind != directive.Withdraw {
				t.Errorf("item %d: directive %s is still %s", item, d.ID, d.Kind)
			}
		}
	}
	open := b.Published(b.Subject(b.Company()))
	for _, row := range []struct {
		what   string
		change func(*listing.Ending)
		code   string
	}{
		{"for no event of Art. 10", func(e *listing.Ending) { e.Item = 0 }, "end.item"},
		{"for an eighth event", func(e *listing.Ending) { e.Item = 8 }, "end.item"},
		{"for an event of tomorrow", func(e *listing.Ending) { e.EventOn = b.Day().AddDays(1) }, "end.event-date"},
		{"for an event of no day", func(e *listing.Ending) { e.EventOn = 0 }, "end.event-date"},
		{"without reasons", func(e *listing.Ending) { e.Reasons = "" }, "end.reasons"},
	} {
		e := b.Ending(1)
		row.change(&e)
		wantCode(t, "delete "+row.what, b.Listings.Delete(ctx, b.Judge(), of(open), e), row.code)
	}
	wantCode(t, "delete what has a term", b.Listings.Delete(ctx, b.Judge(), of(fixed), b.Ending(1)), "end.fixed-term")
	wantCode(t, "end early what has none", b.Listings.DeleteEarly(ctx, b.Judge(), of(open), b.Ending(0)), "end.no-term")
	must(t, b.Listings.DeleteEarly(ctx, b.Judge(), of(fixed), b.Ending(0)))
	_, err := b.DB.Pool.Exec(ctx, `ALTER TABLE listing DISABLE TRIGGER listing_end_is_final`) // which would speak first
	must(t, err)
	schemaRefuses(t, b, "listing_deleted_only_without_term", `UPDATE listing SET end_item = NULL WHERE id = $1`, listings[1])
	schemaRefuses(t, b, "listing_deleted_only_without_term", `UPDATE listing SET state = 'deleted', end_item = 1 WHERE id = $1`, fixed)
	schemaRefuses(t, b, "listing_term_ends_only_with_term", `UPDATE listing SET state = 'early-deleted' WHERE id = $1`, listings[1])
}

func TestInvariant17_ExpiresByItself(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	listed := func() enforcement.ID { return b.Published(b.Subject(b.Company()), listing.ObstructsByForce) }
	plain, suspended, correcting, extended := listed(), listed(), listed(), listed()
	open := b.Published(b.Subject(b.Company()))
	must(t, b.Listings.Suspend(ctx, b.Judge(), of(suspended), enforcetest.Stay()))
	must(t, b.Listings.OpenCorrection(ctx, b.Judge(), of(correcting), b.Day()))
	must(t, b.Listings.Extend(ctx, b.President(), of(extended), extension(b, 1)))
	end := state(t, b, plain).TermUntil
	b.AdvanceTo(end)
	ended, _, _, err := b.Daily(ctx, b.System(), nil)
	must(t, err)
	if ended != 0 {
		t.Errorf("%d ended on the last day of their term", ended)
	}
	wantCode(t, "expire on the last day", b.Listings.Expire(ctx, b.System(), of(plain)), "end.term-running")
	b.Advance(1)
	if ended, _, _, err = b.Daily(ctx, b.System(), nil); err != nil || ended != 3 {
		t.Errorf("%d ended the day after their term, want 3 (%v)", ended, err)
	}
	for _, id := range []enforcement.ID{plain, suspended, correcting} {
		wantState(t, b, id, ground.Expired)
		c := clockOf(t, b, id, "delete-on-expiry")
		if c.StartedOn != end || c.DoneOn != b.Day() || c.DueOn < c.DoneOn {
			t.Errorf("the clock of an expiry: %+v", c)
		}
		for _, c := range value(b.Docket.Clocks(ctx, id))(t) {
			if c.DoneOn.IsZero() {
				t.Errorf("the clock %s runs on after the end", c.Kind)
			}
		}
	}
	wantState(t, b, extended, listing.Extended)
	wantState(t, b, open, ground.Active)
	events := value(b.Record.Entries(ctx, plain))(t)
	if last := events[len(events)-1]; last.Kind != "listing-expired" || last.Role != enforcement.System {
		t.Errorf("the last event of an expiry: %+v", last)
	}
	wantCode(t, "expire what has no term", b.Listings.Expire(ctx, b.System(), of(open)), "end.no-term")
	wantCode(t, "expire as a judge", b.Listings.Expire(ctx, b.Judge(), of(extended)), "role.forbidden")
	b.AdvanceTo(end.AddYears(1).AddDays(1))
	if ended, _, _, err = b.Daily(ctx, b.System(), nil); err != nil || ended != 1 {
		t.Errorf("%d ended the day after the extension, want 1 (%v)", ended, err)
	}
	wantState(t, b, extended, ground.Expired)
}

func TestInvariant18_RevokedOrCorrectedInThreeDays(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	identity := b.Company()
	id := b.Published(b.Subject(identity))
	sendAll(t, b, directive.Acknowledged)
	b.Advance(1) // Tuesday
	found := b.Day().AddDays(-1)
	wantCode(t, "correct what nobody found", b.Listings.Correct(ctx, b.Judge(), of(id), identity), "correction.none")
	wantCode(t, "find tomorrow", b.Listings.OpenCorrection(ctx, b.Judge(), of(id), b.Day().AddDays(1)), "end.event-date")
	wantCode(t, "find on no day", b.Listings.OpenCorrection(ctx, b.Judge(), of(id), 0), "end.event-date")
	must(t, b.Listings.OpenCorrection(ctx, b.Judge(), of(id), found))
	wantCode(t, "open twice", b.Listings.OpenCorrection(ctx, b.Judge(), of(id), found), "correction.open")
	c := clockOf(t, b, id, "correct")
	if c.StartedOn != found || c.DueOn.String() != "2025-09-04" || !c.DoneOn.IsZero() {
		t.Errorf("found on %s: %+v", found, c)
	}
	other := identity
	other.Number = b.Company().Number
	wantCode(t, "correct the number", b.Listings.Correct(ctx, b.Judge(), of(id), other), "correction.identity")
	other = identity
	other.Name = b.Made.CompanyName() + "分"
	wantCode(t, "correct to another name", b.Listings.Correct(ctx, b.Judge(), of(id), other), "correction.identity")
	identity.Head = "演示新负责人"
	must(t, b.Listings.Correct(ctx, b.Judge(), of(id), identity))
	if c = clockOf(t, b, id, "correct"); c.DoneOn != b.Day() {
		t.Errorf("corrected on %s: %+v", b.Day(), c)
	}
	sent := sendAll(t, b, directive.Acknowledged)
	if len(sent) != len(directives(t, b, id)) || len(sent) == 0 {
		t.Errorf("the corrected copy went to %d of %d holders", len(sent), len(directives(t, b, id)))
	}
	for _, item := range sent {
		if item.Kind != directive.Amend || item.Subject.Head != identity.Head || len(item.Measures) == 0 {
			t.Errorf("the corrected copy: %s with %d measures about %q", item.Kind, len(item.Measures), item.Subject.Head)
		}
	}

	// Revoked from every state after publication; the three days run from finding it.
	fixed := func() enforcement.ID { return b.Published(b.Subject(b.Company()), listing.RefusesSettlement) }
	plain, suspended, correcting, extended := fixed(), fixed(), fixed(), fixed()
	must(t, b.Listings.Suspend(ctx, b.Clerk(), of(suspended), enforcetest.Brake()))
	must(t, b.Listings.OpenCorrection(ctx, b.Judge(), of(correcting), b.Day()))
	must(t, b.Listings.Extend(ctx, b.President(), of(extended), extension(b, 1)))
	for _, id := range []enforcement.ID{id, plain, suspended, correcting, extended} {
		must(t, b.Listings.Revoke(ctx, b.Judge(), of(id), listing.Ending{EventOn: found, Reasons: "演示:不应列入"}))
		wantState(t, b, id, ground.Revoked)
		if c := clockOf(t, b, id, "revoke"); c.StartedOn != found || c.DueOn.String() != "2025-09-04" || c.DoneOn != b.Day() {
			t.Errorf("revoked: %+v", c)
		}
		for _, d := range directives(t, b, id) {
			if d.Kind != directive.Withdraw {
				t.Errorf("directive %s is %s after the revocation", d.ID, d.Kind)
			}
		}
	}
	wantAudit(t, b)
}

func TestInvariant19_TwoSearchesAfterTheRuling(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	type search struct {
		day   int // after the ruling
		found bool
	}
	for _, row := range []struct {
		what     string
		searches []search
		code     string
	}{
		{"none", nil, "end.searches"},
		{"one", []search{{1, false}}, "end.searches"},
		{"one, recorded twice", []search{{1, false}, {1, false}}, "end.searches"},
		{"two", []search{{1, false}, {20, false}}, ""},
		{"two and a hit", []search{{1, false}, {20, false}, {30, true}}, "end.searches"},
		{"two of which one hit", []search{{1, false}, {20, true}}, "end.searches"},
		{"a hit on the day of a miss", []search{{1, false}, {20, false}, {20, true}}, "end.searches"},
	} {
		b.AdvanceTo(enforcetest.Start)
		id := b.Published(b.Subject(b.Company()))
		b.Advance(60)
		for _, s := range row.searches {
			must(t, b.Listings.RecordSearch(ctx, b.Clerk(), id, enforcetest.Start.AddDays(s.day), enforcetest.Start, s.found))
		}
		wantCode(t, row.what, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(4)), row.code)
		if row.code != "" {
			must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1))) // other items need no search
		}
	}
	id := b.Published(b.Subject(b.Company()))
	wantCode(t, "search on the day of the ruling", b.Listings.RecordSearch(ctx, b.Clerk(), id, b.Day(), b.Day(), false), "search.before-ruling")
	wantCode(t, "search without a ruling", b.Listings.RecordSearch(ctx, b.Clerk(), id, b.Day(), 0, false), "search.before-ruling")
	wantCode(t, "search tomorrow", b.Listings.RecordSearch(ctx, b.Clerk(), id, b.Day().AddDays(1), b.Day(), false), "search.before-ruling")
	wantCode(t, "search by another court", b.Listings.RecordSearch(ctx, b.As(enforcement.Clerk, b.OtherCourt), id, b.Day(), b.Day().AddDays(-1), false), "not-found")
	must(t, b.Listings.RecordSearch(ctx, b.Clerk(), id, b.Day(), b.Day().AddDays(-1), false))
	schemaRefuses(t, b, "network_search_after_ruling", `UPDATE network_search SET after_ruling = searched_on WHERE listing_id = $1`, id)
}

func TestInvariant20_RelistBar(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	draft := func(c, subject enforcement.ID) enforcement.ID {
		id := value(b.Listings.Draft(ctx, b.Judge(), listing.NewListing{
			Case: c, Subject: subject, Capacity: listing.Debtor, Conducts: conducts[:1], Facts: enforcetest.Facts(),
			Papers: enforcetest.FactPapers(conducts[:1]...),
		}))(t)
		must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
		return id
	}
	publish := func(id enforcement.ID) {
		must(t, b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision()))
		must(t, b.Listings.Sign(ctx, b.President(), of(id)))
		must(t, b.Listings.Serve(ctx, b.Clerk(), of(id), b.Service()))
		must(t, b.Listings.Publish(ctx, b.System(), of(id)))
	}
	for _, row := range []struct {
		deleted, last string // the last day on which the creditor is refused
		item          int
	}{
		{"2025-09-01", "2026-03-02", 3}, // 1 March 2026 is a Sunday
		{"2025-08-29", "2026-02-28", 3}, // no 29 February; the 28th is a working Saturday
		{"2025-08-31", "2026-02-28", 3},
		{"2025-10-15", "2026-04-15", 3},
		{"2025-10-15", "", 2}, // any other deletion but that for performance bars nobody
	} {
		b.AdvanceTo(enforcetest.Start)
		c, subject := b.Case(), b.Subject(b.Company())
		b.AdvanceTo(date(t, row.deleted))
		id := draft(c, subject)
		publish(id)
		must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(row.item)))

		if row.last == "" {
			must(t, b.Listings.Apply(ctx, b.Clerk(), of(draft(c, subject)), b.Application()))
			continue
		}
		b.AdvanceTo(date(t, row.last))
		again := draft(c, subject)
		wantCode(t, "apply on "+row.last, b.Listings.Apply(ctx, b.Clerk(), of(again), b.Application()), "listing.relist-bar")
		// The day of receipt counts, not that of entry.
		b.Advance(5)
		wantCode(t, "enter late what was received on "+row.last, b.Listings.Apply(ctx, b.Clerk(), of(again), enforcetest.Applied(date(t, row.last))), "listing.relist-bar")
		must(t, b.Listings.Apply(ctx, b.Clerk(), of(again), enforcetest.Applied(date(t, row.last).AddDays(1))))
	}
	// Of its own motion the court may list within the six months, on a ground.
	b.AdvanceTo(enforcetest.Start)
	c, subject := b.Case(), b.Subject(b.Company())
	id := draft(c, subject)
	publish(id)
	must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(3)))
	again := draft(c, subject)
	_, err := b.Listings.Draft(ctx, b.Judge(), listing.NewListing{Case: c, Subject: subject, Capacity: listing.Debtor, Conducts: conducts[:1], Facts: enforcetest.Facts(), Papers: enforcetest.FactPapers(conducts[:1]...)})
	wantCode(t, "a second one at a time", err, "listing.exists")
	publish(again)
	wantState(t, b, again, ground.Active)
	if a, z := directives(t, b, id), directives(t, b, again); len(a) == 0 || len(z) != len(a) || a[0].ID == z[0].ID {
		t.Errorf("listed again: %d directives after %d", len(z), len(a))
	}
}
