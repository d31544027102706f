package register_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/memoranda/day"
)

// extension is one that nothing is wrong with, on the bundle's day.
func extension(b *enforcetest.Bundle, years int) listing.Extension {
	return listing.Extension{Number: "(2025)桂0103执1号之二", Reasons: "演示:多次以虚假材料规避执行", Cause: "several-dishonest-acts", Acts: enforcetest.Acts(b.Day()), Years: years, ServedOn: b.Day(), Paper: enforcetest.Paper("演示延期决定")}
}

func TestInvariant05_TwoYearsAndFiveInAll(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	for _, row := range []struct{ decided, until, code string }{
		{"2025-09-01", "2027-09-01", ""},
		{"2025-09-01", "2027-09-02", "decision.term"},
		{"2025-09-01", "2025-09-01", "decision.term"},
		{"2025-09-01", "2025-08-31", "decision.term"},
		{"2028-02-29", "2030-02-28", ""},
		{"2028-02-29", "2030-03-01", "decision.term"},
	} {
		b.AdvanceTo(enforcetest.Start)
		company := b.Subject(b.Company())
		id := b.Draft(company, listing.EvadesBySham)
		b.AdvanceTo(date(t, row.decided))
		must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
		d := b.Decision()
		d.TermUntil = date(t, row.until)
		wantCode(t, row.decided+" until "+row.until, b.Listings.Propose(ctx, b.Judge(), of(id), d), row.code)
	}

	b.AdvanceTo(enforcetest.Start)
	id := b.Draft(b.Subject(b.Company()), listing.EvadesBySham)
	must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
	d := b.Decision(listing.EvadesBySham)
	d.TermUntil = b.Day().AddDays(3)
	must(t, b.Listings.Propose(ctx, b.Judge(), of(id), d))
	b.Advance(3)
	wantCode(t, "sign when the term is over", b.Listings.Sign(ctx, b.President(), of(id)), "decision.term")

	b.AdvanceTo(enforcetest.Start)
	id = b.Published(b.Subject(b.Company()), listing.EvadesBySham)
	for _, years := range []int{-1, 0, 4} {
		wantCode(t, "extend", b.Listings.Extend(ctx, b.President(), of(id), extension(b, years)), "extension.term")
	}
	must(t, b.Listings.Extend(ctx, b.President(), of(id), extension(b, 3)))
	if got, want := state(t, b, id).Until(), date(t, "2030-09-01"); got != want {
		t.Errorf("two years and three more end on %s, want %s", got, want)
	}
	wantCode(t, "extend twice", b.Listings.Extend(ctx, b.President(), of(id), extension(b, 1)), "state.forbidden")
	open := b.Published(b.Subject(b.Company()))
	schemaRefuses(t, b, "listing_term_two_years", `UPDATE listing SET term_until = term_until + 1 WHERE id = $1`, id)
	schemaRefuses(t, b, "listing_extension_three_years", `UPDATE listing SET extended_until = extended_until + 1 WHERE id = $1`, id)
	schemaRefuses(t, b, "listing_extension_three_years", `UPDATE listing SET extended_until = '2027-01-01' WHERE id = $1`, open)
	schemaRefuses(t, b, "listing_term_ends_only_with_term", `UPDATE listing SET state = 'extended' WHERE id = $1`, open)
}

func TestInvariant06_ExtensionIsADecision(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Company()), listing.ObstructsByForce, listing.EvadesBySham)
	end := state(t, b, id).TermUntil
	for _, row := range []struct {
		what   string
		change func(*listing.Extension)
		code   string
	}{
		{"without reasons", func(x *listing.Extension) { x.Reasons = "" }, "decision.reasons"},
		{"without number", func(x *listing.Extension) { x.Number = "" }, "decision.number"},
		{"for no cause", func(x *listing.Extension) { x.Cause = "" }, "extension.cause"},
		{"for a cause of our own", func(x *listing.Extension) { x.Cause = "still-unpaid" }, "extension.cause"},
		{"for one act", func(x *listing.Extension) { x.Acts = x.Acts[:1] }, "extension.acts"},
		{"unserved", func(x *listing.Extension) { x.ServedOn = 0 }, "extension.late"},
		{"served tomorrow", func(x *listing.Extension) { x.ServedOn = b.Day().AddDays(1) }, "extension.late"},
		{"served after the end", func(x *listing.Extension) { x.ServedOn = end.AddDays(1) }, "extension.late"},
	} {
		x := extension(b, 1)
		row.change(&x)
		wantCode(t, "extend "+row.what, b.Listings.Extend(ctx, b.President(), of(id), x), row.code)
	}
	wantCode(t, "extend as a judge", b.Listings.Extend(ctx, b.Judge(), of(id), extension(b, 1)), "decision.signer")
	open := b.Published(b.Subject(b.Company()))
	wantCode(t, "extend what has no term", b.Listings.Extend(ctx, b.President(), of(open), extension(b, 1)), "extension.no-term")

	b.AdvanceTo(end.AddDays(1))
	late := extension(b, 1)
	late.ServedOn = end
	wantCode(t, "extend after the end", b.Listings.Extend(ctx, b.President(), of(id), late), "extension.late")
	b.AdvanceTo(end)
	violence := extension(b, 1)
	violence.Cause, violence.Acts = "serious-violence-or-threat", nil
	must(t, b.Listings.Extend(ctx, b.President(), of(id), violence))
	for constraint, change := range map[string]string{
		"extension_several_acts":              `cause = 'several-dishonest-acts', acts = 1, acts_shown = '\x00'`,
		"extension_one_to_three_years":        "new_end = old_end + 300",
		"extension_served_before_end":         "served_on = old_end + 1",
		"listing_extension_signer_role_check": "signer_role = 'judge'",
	} {
		schemaRefuses(t, b, constraint, `UPDATE listing_extension SET `+change+` WHERE listing_id = $1`, id)
	}
	schemaRefuses(t, b, "extension_one_to_three_years", `UPDATE listing_extension SET new_end = old_end + 1100 WHERE listing_id = $1`, id)
}

// Received on: fifteen calendar days later, rolled over to a working day.
func TestInvariant15_ApplicationDecidedInFifteenDays(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	answers := map[string]func(enforcement.ID) error{
		"decided": func(id enforcement.ID) error {
			if err := b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision()); err != nil {
				return err
			}
			return b.Listings.Sign(ctx, b.President(), of(id))
		},
		"refused": func(id enforcement.ID) error {
			return b.Listings.RefuseApplication(ctx, b.Judge(), of(id), "演示:经审查,符合规定的理由", enforcetest.Refusing())
		},
		"abandoned": func(id enforcement.ID) error { return b.Listings.Abandon(ctx, b.Clerk(), of(id), ground.Dead) },
	}
	for _, row := range []struct{ received, due string }{
		{"2025-09-01", "2025-09-16"},
		{"2025-09-17", "2025-10-09"},
		{"2026-02-06", "2026-02-24"},
		{"2026-09-17", "2026-10-08"},
		{"2026-11-06", "2026-11-23"},
	} {
		for what, answer := range answers {
			b.AdvanceTo(date(t, row.received))
			id := b.Draft(b.Subject(b.Company()))
			must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
			wantCode(t, "apply on no day", b.Listings.Apply(ctx, b.Clerk(), of(id), enforcetest.Applied(0)), "application.date")
			wantCode(t, "apply tomorrow", b.Listings.Apply(ctx, b.Clerk(), of(id), enforcetest.Applied(b.Day().AddDays(1))), "application.date")
			b.Advance(2) // entered two days later: the days run from receipt
			must(t, b.Listings.Apply(ctx, b.Clerk(), of(id), enforcetest.Applied(date(t, row.received))))
			c := clockOf(t, b, id, "decide-application")
			if c.DueOn.String() != row.due || c.StartedOn.String() != row.received || c.Source != "法释〔2017〕7号 Art. 5 ¶2" || c.Provisional {
				t.Errorf("received on %s: %+v, want due on %s", row.received, c, row.due)
			}
			must(t, answer(id))
			if c = clockOf(t, b, id, "decide-application"); c.DoneOn != b.Day() {
				t.Errorf("%s on %s, the clock stopped on %q", what, b.Day(), c.DoneOn)
			}
			for _, c := range value(b.Docket.Clocks(ctx, id))(t) {
				if what != "decided" && c.DoneOn.IsZero() {
					t.Errorf("%s, and the clock %s runs on", what, c.Kind)
				}
			}
			if n := b.Count(`SELECT count(*) FROM ground WHERE id = $1 AND state = 'ended'`, id); (n == 1) != (what != "decided") {
				t.Errorf("%s, and %d grounds have ended", what, n)
			}
		}
	}
	id := b.Draft(b.Subject(b.Company()))
	must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
	must(t, b.Listings.Apply(ctx, b.Clerk(), of(id), b.Application()))
	wantCode(t, "refuse without reasons", b.Listings.RefuseApplication(ctx, b.Judge(), of(id), "", enforcetest.Refusing()), "decision.reasons")
}

func TestInvariant47_UnitRollOverFirstDay(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	units := map[string]string{
		"decide-application": "calendar-days", "start-service": "working-days", "delete": "working-days",
		"delete-on-expiry": "working-days", "revoke": "working-days", "correct": "working-days",
	}
	deleted := b.Published(b.Subject(b.Company()))
	revoked := b.Published(b.Subject(b.Company()))
	must(t, b.Listings.OpenCorrection(ctx, b.Judge(), of(revoked), b.Day()))
	expired := b.Published(b.Subject(b.Company()), listing.BreachesOrder)
	applied := b.Draft(b.Subject(b.Company()))
	must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(applied), b.Notice()))
	must(t, b.Listings.Apply(ctx, b.Clerk(), of(applied), b.Application()))
	must(t, b.Listings.Delete(ctx, b.Judge(), of(deleted), b.Ending(1)))
	must(t, b.Listings.Revoke(ctx, b.Judge(), of(revoked), b.Ending(0)))
	b.AdvanceTo(state(t, b, expired).TermUntil.AddDays(1))
	must(t, b.Listings.Expire(ctx, b.System(), of(expired)))
	seen := map[string]bool{}
	rows := value(b.DB.Pool.Query(ctx, `SELECT kind, unit, value, started_on, due_on FROM clock`))(t)
	for rows.Next() {
		var kind, unit string
		var n int
		var from, due day.Day
		must(t, rows.Scan(&kind, &unit, &n, &from, &due))
		seen[kind] = true
		if unit != units[kind] {
			t.Errorf("%s counts %s, want %s", kind, unit, units[kind])
		}
		want := b.Calendar.AddWorkingDays(from, n).Day
		if unit == "calendar-days" {
			want = b.Calendar.AddCalendarDays(from, n).Day
		}
		if due != want || due <= from {
			t.Errorf("%s of %d %s from %s is due on %s, want %s", kind, n, unit, from, due, want)
		}
	}
	must(t, rows.Err())
	for kind := range units {
		if !seen[kind] {
			t.Errorf("no clock %s was seen", kind)
		}
	}
}

func TestInvariant48_UnloadedYearIsProvisional(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	first, second := b.Published(b.Subject(b.Company())), b.Published(b.Subject(b.Company()))
	for _, row := range []struct {
		id          enforcement.ID
		event, due  string
		provisional bool
	}{
		{first, "2026-12-21", "2026-12-24", false},
		{second, "2026-12-30", "2027-01-05", true},
	} {
		b.AdvanceTo(date(t, row.event))
		must(t, b.Listings.Delete(ctx, b.Judge(), of(row.id), b.Ending(1)))
		if c := clockOf(t, b, row.id, "delete"); c.DueOn.String() != row.due || c.Provisional != row.provisional {
			t.Errorf("3 working days from %s: %+v, want %s, provisional %v", row.event, c, row.due, row.provisional)
		}
	}
}
