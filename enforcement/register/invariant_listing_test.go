package register_test

import (
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/internal/calendar"
	"concordat/memoranda/day"
)

var conducts = []listing.Conduct{1, 2, 3, 4, 5, 6}

func TestInvariant01_NoMinor(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	eighteenToday := b.Subject(aged(b, b.Day().AddYears(-18)))
	c := b.Case()
	for _, conduct := range conducts {
		n := listing.NewListing{Case: c, Subject: eighteenToday, Capacity: listing.Debtor, Conducts: []listing.Conduct{conduct}, Facts: enforcetest.Facts(), Papers: enforcetest.FactPapers([]listing.Conduct{conduct}...)}
		_, err := b.Listings.Draft(ctx, b.Judge(), n)
		wantCode(t, "draft on the 18th birthday", err, "listing.minor")
	}
	b.Advance(1)
	id := b.Draft(eighteenToday)

	// The day of decision: a signature dated one day back meets a minor.
	must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
	must(t, b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision()))
	early := b.President()
	early.At = calendar.Start(b.Day().AddDays(-1))
	wantCode(t, "sign on the 18th birthday", b.Listings.Sign(ctx, early, of(id)), "listing.minor")
	must(t, b.Listings.Sign(ctx, b.President(), of(id)))

	// The day of publication: the birth day is found to be another.
	must(t, b.Listings.Serve(ctx, b.Clerk(), of(id), b.Service()))
	rewrite(t, b, eighteenToday, func(i *party.Identity) { i.Birth = i.Birth.AddDays(1) })
	wantCode(t, "publish a minor", b.Listings.Publish(ctx, b.System(), of(id)), "listing.minor")
	_, published, refused, err := b.Daily(ctx, b.System(), nil)
	must(t, err)
	if published != 0 || len(refused) != 1 || refused[0].Because.Code != "listing.minor" {
		t.Errorf("the daily round published %d and refused %v", published, refused)
	}
	if n := b.Count(`SELECT count(*) FROM directive`); n != 0 {
		t.Errorf("%d directives about a minor", n)
	}
}

// A correction that shows that a minor was listed is taken, and suspends the listing
// everywhere in the same act; it is to be revoked, and comes back only when the record no
// longer says so.
func TestInvariant01_NoMinorByCorrection(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	passport := b.Made.Passport()
	identity := party.Identity{Kind: "natural-person", Name: b.Made.PersonName(), NumberKind: passport.Kind, State: passport.State, Number: passport.Number, Birth: day.Of(1990, 1, 1)}
	id := b.Published(b.Subject(identity))
	must(t, b.Listings.OpenCorrection(ctx, b.Judge(), of(id), b.Day()))
	identity.Birth = b.Day().AddYears(-18)
	must(t, b.Listings.Correct(ctx, b.Judge(), of(id), identity))
	if l := state(t, b, id); l.SuspendedFor != ground.SuspectedMinor {
		t.Errorf("a minor is listed: %+v", l)
	}
	wantCode(t, "give a minor back", b.Listings.Resume(ctx, b.President(), of(id), enforcetest.Resumption()), "listing.minor")
	must(t, b.Listings.OpenCorrection(ctx, b.Judge(), of(id), b.Day()))
	identity.Birth = b.Day().AddYears(-18).AddDays(-1)
	must(t, b.Listings.Correct(ctx, b.Judge(), of(id), identity))
	second := b.President()
	second.Actor.ID += "-2"
	must(t, b.Listings.Resume(ctx, second, of(id), enforcetest.Resumption()))
	wantAudit(t, b)
}

func TestInvariant03_Excluded(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	everyGround := conducts
	for _, row := range []struct {
		kind listing.ExclusionKind
		bars []listing.Conduct
	}{
		{listing.SecurityGiven, []listing.Conduct{1}},
		{"assets-suffice", []listing.Conduct{1, 6}},
		{"not-yet-liable", []listing.Conduct{1}},
		{"not-able", []listing.Conduct{1}},
		{"creditor-asks-not-to", []listing.Conduct{1, 6}},
		{"campus-loan-student", everyGround},
		{"performed", everyGround},
	} {
		for _, conduct := range conducts {
			code := ""
			if slices.Contains(row.bars, conduct) {
				code = "listing.excluded"
			}
			id := b.Draft(b.Subject(b.Company()), conduct)
			must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
			must(t, b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision(conduct)))
			fact := value(b.Listings.OpenExclusion(ctx, b.Judge(), id, enforcetest.Fact(row.kind, b.Day())))(t)
			wantCode(t, string(row.kind), b.Listings.Sign(ctx, b.President(), of(id)), code)
			if code == "" {
				continue
			}
			must(t, b.Listings.CloseExclusion(ctx, b.President(), fact, enforcetest.FactOver(b.Day(), why)))
			must(t, b.Listings.Sign(ctx, b.President(), of(id)))
			// A fact that turns up between decision and publication stops that.
			must(t, b.Listings.Serve(ctx, b.Clerk(), of(id), b.Service()))
			fact = value(b.Listings.OpenExclusion(ctx, b.Clerk(), id, enforcetest.Fact(row.kind, b.Day())))(t)
			wantCode(t, "publish", b.Listings.Publish(ctx, b.System(), of(id)), "listing.excluded")
			must(t, b.Listings.CloseExclusion(ctx, b.President(), fact, enforcetest.FactOver(b.Day(), why)))
			must(t, b.Listings.Publish(ctx, b.System(), of(id)))
		}
	}
	id := b.Draft(b.Subject(b.Company()))
	_, err := b.Listings.OpenExclusion(ctx, b.Judge(), id, enforcetest.Fact("not-able", 0))
	wantCode(t, "open on no day", err, "exclusion.period")
	_, err = b.Listings.OpenExclusion(ctx, b.Judge(), id, enforcetest.Fact("not-able", b.Day().AddDays(1)))
	wantCode(t, "open tomorrow", err, "exclusion.period")
	_, err = b.Listings.OpenExclusion(ctx, b.Judge(), id, enforcetest.Fact("poor", b.Day()))
	wantCode(t, "open an unknown fact", err, "exclusion.kind")
	fact := value(b.Listings.OpenExclusion(ctx, b.Judge(), id, enforcetest.Fact("not-able", b.Day())))(t)
	wantCode(t, "close on no day", b.Listings.CloseExclusion(ctx, b.President(), fact, enforcetest.FactOver(0, why)), "exclusion.period")
	wantCode(t, "close before it began", b.Listings.CloseExclusion(ctx, b.President(), fact, enforcetest.FactOver(b.Day().AddDays(-1), why)), "exclusion.period")
	wantCode(t, "close by another court", b.Listings.CloseExclusion(ctx, b.As(enforcement.Judge, b.OtherCourt), fact, enforcetest.FactOver(b.Day(), why)), "not-found")
	wantCode(t, "close by a clerk", b.Listings.CloseExclusion(ctx, b.Clerk(), fact, enforcetest.FactOver(b.Day(), why)), "role.forbidden")
	must(t, b.Listings.CloseExclusion(ctx, b.President(), fact, enforcetest.FactOver(b.Day(), why)))
	wantCode(t, "close twice", b.Listings.CloseExclusion(ctx, b.President(), fact, enforcetest.FactOver(b.Day(), why)), "not-found")
	schemaRefuses(t, b, "exclusion_period", `UPDATE exclusion_fact SET closed_on = opened_on - 1 WHERE id = $1`, fact)
}

func TestInvariant04_SixGroundsAndTerm(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	for _, bad := range [][]listing.Conduct{nil, {0}, {7}, {1, 7}, {-1, 2}} {
		_, err := b.Listings.Draft(ctx, b.Judge(), listing.NewListing{
			Case: b.Case(), Subject: b.Subject(b.Company()), Capacity: listing.Debtor, Conducts: bad, Facts: enforcetest.Facts(),
			Papers: enforcetest.FactPapers(bad...),
		})
		wantCode(t, "draft on no ground of Art. 1", err, "listing.conduct")
	}
	inTerm := b.Day().AddYears(1)
	for _, row := range []struct {
		conducts []listing.Conduct
		until    day.Day
		code     string
	}{
		{[]listing.Conduct{1}, 0, ""},
		{[]listing.Conduct{1, 1}, 0, ""},
		{[]listing.Conduct{1}, inTerm, "decision.term"},
		{[]listing.Conduct{2}, 0, "decision.term"},
		{[]listing.Conduct{3}, 0, "decision.term"},
		{[]listing.Conduct{4}, 0, "decision.term"},
		{[]listing.Conduct{5}, 0, "decision.term"},
		{[]listing.Conduct{6}, 0, "decision.term"},
		{[]listing.Conduct{2, 1}, 0, "decision.term"},
		{[]listing.Conduct{2}, inTerm, ""},
		{[]listing.Conduct{6, 1, 6}, inTerm, ""},
	} {
		id := b.Draft(b.Subject(b.Company()), row.conducts...)
		must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
		d := b.Decision()
		d.TermUntil = row.until
		wantCode(t, "propose", b.Listings.Propose(ctx, b.Judge(), of(id), d), row.code)
	}
	fixed, open := b.Decided(b.Subject(b.Company()), 2), b.Decided(b.Subject(b.Company()))
	schemaRefuses(t, b, "listing_conducts", `UPDATE listing SET conducts = '{}' WHERE id = $1`, open)
	schemaRefuses(t, b, "listing_conducts", `UPDATE listing SET conducts = '{1,7}' WHERE id = $1`, open)
	schemaRefuses(t, b, "listing_term_by_conduct", `UPDATE listing SET term_until = NULL WHERE id = $1`, fixed)
	schemaRefuses(t, b, "listing_term_by_conduct", `UPDATE listing SET term_until = decided_on + 1 WHERE id = $1`, open)
}

func TestInvariant07_SignedWithReasons(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Draft(b.Subject(b.Company()))
	must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
	wantCode(t, "sign what nobody proposed", b.Listings.Sign(ctx, b.President(), of(id)), "decision.not-proposed")
	wantCode(t, "propose without reasons", b.Listings.Propose(ctx, b.Judge(), of(id), listing.Decision{Number: "1", Paper: enforcetest.Paper("演示决定书全文")}), "decision.reasons")
	wantCode(t, "propose without number", b.Listings.Propose(ctx, b.Judge(), of(id), listing.Decision{Reasons: "演示:经审查,符合规定的理由", Paper: enforcetest.Paper("演示决定书全文")}), "decision.number")
	must(t, b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision()))
	for _, role := range append(enforcement.Roles(), enforcement.System) {
		if role != enforcement.President {
			wantCode(t, "sign as "+string(role), b.Listings.Sign(ctx, b.As(role, b.Court), of(id)), "decision.signer")
		}
	}
	wantCode(t, "sign for another court", b.Listings.Sign(ctx, b.As(enforcement.President, b.OtherCourt), of(id)), "not-found")
	wantCode(t, "sign on no day", b.Listings.Sign(ctx, enforcement.Act{Actor: b.President().Actor}, of(id)), "act.at")
	must(t, b.Listings.Sign(ctx, b.President(), of(id)))
	if l := state(t, b, id); l.DecidedOn != b.Day() {
		t.Errorf("decided on %s, want %s", l.DecidedOn, b.Day())
	}
	for _, missing := range []string{
		"reasons = NULL", "decision_number = NULL", "decision_number = ''", "decided_on = NULL", "signed_by = NULL",
		"signer_role = NULL", "signer_role = 'judge'",
	} {
		schemaRefuses(t, b, "listing_signed", `UPDATE listing SET `+missing+` WHERE id = $1`, id)
	}
}

func TestInvariant08_WarnedFirst(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Draft(b.Subject(b.Company()))
	notice := b.Notice()
	notice.RiskWarning = false
	wantCode(t, "notice without the warning", b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), notice), "notice.risk-warning")
	notice = b.Notice()
	notice.ServedOn = 0
	wantCode(t, "notice that was not served", b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), notice), "notice.date")
	notice.ServedOn = b.Day().AddDays(1)
	wantCode(t, "notice of tomorrow", b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), notice), "notice.date")
	wantCode(t, "propose unwarned", b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision()), "state.forbidden")
	wantCode(t, "sign unwarned", b.Listings.Sign(ctx, b.President(), of(id)), "state.forbidden")
	decided := b.Decided(b.Subject(b.Company()))
	for _, missing := range []string{"notice_served_on = NULL", "risk_warning = NULL", "risk_warning = false"} {
		schemaRefuses(t, b, "listing_warned_first", `UPDATE listing SET `+missing+` WHERE id = $1`, decided)
	}
}

func TestInvariant12_NobodyForTheUnit(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	head := b.Subject(b.Person())
	for _, capacity := range []listing.Capacity{
		"legal-representative", "principal", "responsible-person", "controller", "", "spouse",
	} {
		_, err := b.Listings.Draft(t.Context(), b.Judge(), listing.NewListing{
			Case: b.Case(), Subject: head, Capacity: capacity, Conducts: conducts[:1], Facts: enforcetest.Facts(),
			Papers: enforcetest.FactPapers(conducts[:1]...),
		})
		wantCode(t, "draft a "+string(capacity), err, "listing.functionary")
	}
	b.Published(b.Subject(b.Company()))
	if n := b.Count(`SELECT count(*) FROM directive d JOIN subject s ON s.id = d.subject_id WHERE s.kind = 'natural-person'`); n != 0 {
		t.Errorf("listing a unit made %d directives about persons", n)
	}
	if n := b.Count(`SELECT count(*) FROM ground`); n != 1 {
		t.Errorf("listing a unit made %d grounds", n)
	}
}
