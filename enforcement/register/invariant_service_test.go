package register_test

import (
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
)

func TestInvariant09_ServedFirst(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Decided(b.Subject(b.Company()))
	wantCode(t, "publish before service", b.Listings.Publish(ctx, b.System(), of(id)), "service.missing")
	_, published, _, err := b.Daily(ctx, b.System(), nil)
	must(t, err)
	if published != 0 {
		t.Errorf("the daily round published %d listings that were not served", published)
	}
	s := b.Service()
	s.Manner = "by-telephone"
	wantCode(t, "serve in no lawful manner", b.Listings.Serve(ctx, b.Clerk(), of(id), s), "service.manner")
	s = b.Service()
	s.On = 0
	wantCode(t, "serve on no day", b.Listings.Serve(ctx, b.Clerk(), of(id), s), "service.date")
	s.On = b.Day().AddDays(1)
	wantCode(t, "serve tomorrow", b.Listings.Serve(ctx, b.Clerk(), of(id), s), "service.date")
	s.On = b.Day().AddDays(-1)
	wantCode(t, "serve before the decision", b.Listings.Serve(ctx, b.Clerk(), of(id), s), "service.date")

	// By announcement: the thirtieth day, here 2025-10-01, rolls over to the 9th.
	s = b.Service()
	s.Manner, s.LastPostedOn = ground.ServedByAnnouncement, b.Day()
	must(t, b.Listings.Serve(ctx, b.Clerk(), of(id), s))
	if got, want := state(t, b, id).ServedOn, date(t, "2025-10-09"); got != want {
		t.Errorf("announced on %s, served on %s, want %s", b.Day(), got, want)
	}
	wantCode(t, "publish while announced", b.Listings.Publish(ctx, b.System(), of(id)), "service.not-yet")
	if n := b.Count(`SELECT count(*) FROM directive`); n != 0 {
		t.Errorf("%d directives before service", n)
	}
	b.AdvanceTo(date(t, "2025-10-08"))
	_, early, _, err := b.Daily(ctx, b.System(), nil)
	must(t, err)
	b.AdvanceTo(date(t, "2025-10-09"))
	_, published, _, err = b.Daily(ctx, b.System(), nil)
	must(t, err)
	if early != 0 || published != 1 {
		t.Errorf("published %d before service took effect and %d on its day", early, published)
	}
	schemaRefuses(t, b, "listing_served_before_published", `UPDATE listing SET served_on = NULL WHERE id = $1`, id)
	schemaRefuses(t, b, "listing_served_before_published", `UPDATE listing SET published_on = served_on - 1 WHERE id = $1`, id)
}

func TestInvariant10_NothingInGrace(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	grace := func() enforcement.ID {
		id := b.Draft(b.Subject(b.Company()))
		must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
		d := b.Decision()
		d.GraceMonths = 1
		must(t, b.Listings.Propose(ctx, b.Judge(), of(id), d))
		must(t, b.Listings.Sign(ctx, b.President(), of(id)))
		must(t, b.Listings.Serve(ctx, b.Clerk(), of(id), b.Service()))
		wantState(t, b, id, listing.Grace)
		return id
	}
	performs, fails := grace(), grace()
	last := state(t, b, fails).GraceUntil
	b.AdvanceTo(last)
	wantCode(t, "publish on the last day of grace", b.Listings.Publish(ctx, b.System(), of(fails)), "grace.running")
	_, published, _, err := b.Daily(ctx, b.System(), nil)
	must(t, err)
	if n := b.Count(`SELECT count(*) FROM directive`); n != 0 || published != 0 {
		t.Errorf("%d published and %d directives in grace", published, n)
	}
	if entries := value(b.Listings.PublicEntries(ctx, b.Day(), enforcement.ID{}, 10))(t); len(entries) != 0 {
		t.Errorf("%d public entries in grace", len(entries))
	}
	must(t, b.Listings.Abandon(ctx, b.Clerk(), of(performs), ground.Performed))
	b.Advance(1)
	_, published, _, err = b.Daily(ctx, b.System(), nil)
	must(t, err)
	if published != 1 {
		t.Errorf("published %d when grace was over, want the one that was not performed", published)
	}
	wantState(t, b, fails, ground.Active)
	if n := b.Count(`SELECT count(*) FROM directive WHERE ground_id = $1`, performs); n != 0 {
		t.Errorf("%d directives though it was performed in grace", n)
	}
	if n := b.Count(`SELECT count(*) FROM ground WHERE id = $1 AND state = 'ended'`, performs); n != 1 {
		t.Error("the ground of an abandoned listing has not ended")
	}
	schemaRefuses(t, b, "listing_served_before_published", `UPDATE listing SET grace_until = published_on WHERE id = $1`, fails)
}

func TestInvariant11_GraceOneToThreeMonths(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	for _, row := range []struct {
		months int
		code   string
		until  string // rolled over to a working day
	}{
		{-1, "decision.grace", ""},
		{0, "", ""},
		{1, "", "2025-10-09"},
		{2, "", "2025-11-03"},
		{3, "", "2025-12-01"},
		{4, "decision.grace", ""},
	} {
		id := b.Draft(b.Subject(b.Company()))
		must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
		d := b.Decision()
		d.GraceMonths = row.months
		wantCode(t, "propose", b.Listings.Propose(ctx, b.Judge(), of(id), d), row.code)
		if row.code != "" {
			continue
		}
		must(t, b.Listings.Sign(ctx, b.President(), of(id)))
		must(t, b.Listings.Serve(ctx, b.Clerk(), of(id), b.Service()))
		if got := state(t, b, id).GraceUntil.String(); got != row.until {
			t.Errorf("%d months of grace from %s end on %q, want %q", row.months, b.Day(), got, row.until)
		}
		schemaRefuses(t, b, "listing_grace_months", `UPDATE listing SET grace_months = 4 WHERE id = $1`, id)
		schemaRefuses(t, b, "listing_grace_months", `UPDATE listing SET grace_months = 0, grace_until = served_on + 31 WHERE id = $1`, id)
	}
}

func TestInvariant41_RepairNoticeGoesWithIt(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Decided(b.Subject(b.Company()))
	if !slices.Contains(ground.Enclosures(), "repair-notice") {
		t.Fatalf("the enclosures are %v", ground.Enclosures())
	}
	for _, missing := range ground.Enclosures() {
		s := b.Service()
		s.Enclosures = slices.DeleteFunc(ground.Enclosures(), func(e string) bool { return e == missing })
		wantCode(t, "serve without "+missing, b.Listings.Serve(ctx, b.Clerk(), of(id), s), "service.repair-notice")
	}
	must(t, b.Listings.Serve(ctx, b.Clerk(), of(id), b.Service()))
	for _, missing := range []string{"enclosures = NULL", "enclosures = '{reasons}'", "service_manner = NULL"} {
		schemaRefuses(t, b, "listing_service_enclosures", `UPDATE listing SET `+missing+` WHERE id = $1`, id)
	}
}
