package register_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/intake"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
)

// corrected opens a correction of a listing and makes it.
func corrected(b *enforcetest.Bundle, act enforcement.Act, id enforcement.ID, identity party.Identity) error {
	ctx := b.T.Context()
	if err := b.Listings.OpenCorrection(ctx, act, of(id), b.Day()); err != nil && codeOf(err) != "correction.open" {
		return err
	}
	return b.Listings.Correct(ctx, act, of(id), identity)
}

// errOf is the error of what returns an id too.
func errOf(_ enforcement.ID, err error) error { return err }

// other acts for the other court of a bundle.
func other(b *enforcetest.Bundle, role enforcement.Role) enforcement.Act {
	return b.As(role, b.OtherCourt)
}

// elsewhere publishes a listing of the other court against a subject.
func elsewhere(t *testing.T, b *enforcetest.Bundle, subject enforcement.ID, number string) enforcement.ID {
	t.Helper()
	ctx := t.Context()
	execCase := value(b.Parties.EnterCase(ctx, other(b, enforcement.Clerk), party.Case{Number: number, FiledOn: enforcetest.Start.AddDays(-60), BasisDocument: "演示依据" + number, BasisUnit: "演示法院"}))(t)
	id := value(b.Listings.Draft(ctx, other(b, enforcement.Judge), listing.NewListing{
		Case: execCase, Subject: subject, Capacity: listing.Debtor, Conducts: []listing.Conduct{listing.AbleButRefuses}, Facts: enforcetest.Facts(),
		Papers: enforcetest.FactPapers(listing.AbleButRefuses),
	}))(t)
	must(t, b.Listings.Warn(ctx, enforcetest.Before(other(b, enforcement.Clerk)), of(id), b.Notice()))
	must(t, b.Listings.Propose(ctx, other(b, enforcement.Judge), of(id), b.Decision()))
	must(t, b.Listings.Sign(ctx, other(b, enforcement.President), of(id)))
	must(t, b.Listings.Serve(ctx, other(b, enforcement.Clerk), of(id), b.Service()))
	must(t, b.Listings.Publish(ctx, b.System(), of(id)))
	return id
}

// toldOf is the name that each due version of a listing carries.
func toldOf(t *testing.T, b *enforcetest.Bundle, id enforcement.ID) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, org := range b.Departments {
		for _, lane := range []directive.Lane{directive.Express, directive.Bulk} {
			for _, item := range value(b.Directives.Due(t.Context(), org, lane, b.Day(), enforcement.ID{}, 1000))(t) {
				if item.Ground.ID == id {
					names[item.Subject.Name] = true
				}
			}
		}
	}
	return names
}

// Whatever corrections come, in whatever order, the name never leaves the one that was decided
// by more than one character.
func TestNoNumberOfCorrectionsMakesAnother(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	identity := b.Person()
	identity.Name = "演示甲"
	subject := b.Subject(identity)
	id := b.Published(subject)
	seed := rand.Uint64()
	t.Logf("draws from %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	moved := map[string]bool{}
	for range 60 {
		name := []rune(value(b.Parties.Subject(t.Context(), b.Clerk(), subject))(t).Name)
		name[random.IntN(len(name))] = []rune("演示甲乙丙丁")[random.IntN(6)]
		next := identity
		next.Name = string(name)
		near := next.Corrects(identity)
		err := corrected(b, b.Judge(), id, next)
		if (err == nil) != near || (err != nil && codeOf(err) != "correction.identity") {
			t.Fatalf("corrected to %s: %v", next.Name, err)
		}
		now := value(b.Parties.Subject(t.Context(), b.Clerk(), subject))(t)
		if !now.Corrects(identity) {
			t.Fatalf("%s became %s", identity.Name, now.Name)
		}
		moved[now.Name] = true
	}
	if len(moved) < 3 {
		t.Errorf("only %d names were drawn", len(moved))
	}
	wantAudit(t, b)
	schemaRefuses(t, b, "ground_decided_identity", `UPDATE ground SET decided_identity = '\x00' WHERE id = $1`, id)
}

// Character by character, over two listings, and by the name that another court corrected to.
func TestANameIsNotCarriedAwayInSteps(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	identity := b.Person()
	identity.Name = "演示甲"
	subject := b.Subject(identity)
	here, there := b.Published(subject), elsewhere(t, b, subject, "(2025)桂0105执1号")
	step := func(name string) party.Identity {
		next := identity
		next.Name = name
		return next
	}
	must(t, corrected(b, b.Judge(), here, step("演示乙")))
	wantCode(t, "a second character", corrected(b, b.Judge(), here, step("演丙乙")), "correction.identity")
	must(t, b.Listings.Correct(t.Context(), b.Judge(), of(here), step("演示丁")))
	wantCode(t, "by another court", corrected(b, other(b, enforcement.Judge), there, step("丙示丁")), "correction.identity")
	again := b.Published(subject)
	wantCode(t, "by a later listing, away from the earlier one", corrected(b, b.Judge(), again, step("演丙丁")), "correction.identity")
	must(t, b.Listings.Correct(t.Context(), b.Judge(), of(again), step("演示甲")))
	wantAudit(t, b)
}

// Each owner says for itself whether a correction holds, and its recipients are told then.
func TestACorrectionHoldsForWhoAcceptsIt(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	identity := b.Person()
	identity.Name = "演示甲"
	subject := b.Subject(identity)
	here, second, there := b.Published(subject), b.Published(subject), elsewhere(t, b, subject, "(2025)桂0105执2号")
	sendAll(t, b, directive.Acknowledged)
	next := identity
	next.Name = "演示乙"
	must(t, corrected(b, b.Judge(), here, next))

	for id, want := range map[enforcement.ID]bool{here: true, second: true, there: false} {
		if told := toldOf(t, b, id); told[next.Name] != want || len(told) > 1 {
			t.Errorf("of listing %s recipients are told %v", id, told)
		}
	}
	if have := value(b.Parties.Subject(ctx, other(b, enforcement.Clerk), subject))(t); have.Name != identity.Name {
		t.Errorf("the other court reads %s before it accepts", have.Name)
	}
	if have := value(b.Parties.Subject(ctx, b.Clerk(), subject))(t); have.Name != next.Name {
		t.Errorf("the court reads %s after its correction", have.Name)
	}
	waiting := value(b.Grounds.Corrections(ctx, other(b, enforcement.Judge), enforcement.ID{}, 10))(t)
	if len(waiting) != 1 || waiting[0].Before.Name != identity.Name || waiting[0].After.Name != next.Name || waiting[0].Ground != there {
		t.Fatalf("waiting: %+v", waiting)
	}
	if n := b.Count(`SELECT count(*) FROM task WHERE kind = 'correction-proposed' AND ground_id = $1 AND closed_on IS NULL`, there); n != 1 {
		t.Errorf("%d tasks", n)
	}
	proposal := waiting[0].ID
	wantCode(t, "accept as a clerk", b.Grounds.AcceptCorrection(ctx, other(b, enforcement.Clerk), proposal), "role.forbidden")
	wantCode(t, "accept what was proposed to another", b.Grounds.AcceptCorrection(ctx, b.President(), proposal), "not-found")
	wantCode(t, "decline without reasons", b.Grounds.DeclineCorrection(ctx, other(b, enforcement.Judge), proposal, "……"), "correction.reasons")
	must(t, b.Grounds.AcceptCorrection(ctx, other(b, enforcement.Judge), proposal))
	wantCode(t, "accept twice", b.Grounds.AcceptCorrection(ctx, other(b, enforcement.Judge), proposal), "not-found")
	if told := toldOf(t, b, there); !told[next.Name] {
		t.Errorf("after it was accepted recipients are told %v", told)
	}
	if n := b.Count(`SELECT count(*) FROM task WHERE kind = 'correction-proposed' AND closed_on IS NULL`); n != 0 {
		t.Errorf("%d tasks are left", n)
	}
	// Both the old and the new one are kept, sealed, and the events say where.
	if n := b.Count(`SELECT count(*) FROM event e JOIN identity_correction c ON c.id = e.refers_to
		WHERE e.kind IN ('listing-corrected', 'identity-corrected', 'correction-accepted') AND c.before <> c.after`); n != 4 {
		t.Errorf("%d events hold what was corrected", n)
	}
	wantAudit(t, b)
}

func TestADeclinedCorrectionChangesNothing(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	identity := b.Person()
	identity.Name = "演示甲"
	subject := b.Subject(identity)
	here, there := b.Published(subject), elsewhere(t, b, subject, "(2025)桂0105执3号")
	next := identity
	next.Name = "演示乙"
	must(t, corrected(b, b.Judge(), here, next))
	next.Name = "演示丙"
	must(t, corrected(b, b.Judge(), here, next)) // the first proposal is replaced
	waiting := value(b.Grounds.Corrections(ctx, other(b, enforcement.Judge), enforcement.ID{}, 10))(t)
	if len(waiting) != 1 || waiting[0].After.Name != "演示丙" {
		t.Fatalf("waiting: %+v", waiting)
	}
	must(t, b.Grounds.DeclineCorrection(ctx, other(b, enforcement.President), waiting[0].ID, "演示:本院卷宗身份证件载明姓名无误"))
	if have := value(b.Parties.Subject(ctx, other(b, enforcement.Clerk), subject))(t); have.Name != identity.Name {
		t.Errorf("the other court reads %s", have.Name)
	}
	if told := toldOf(t, b, there); told["演示乙"] || told["演示丙"] {
		t.Errorf("recipients of the other court are told %v", told)
	}
	wantAudit(t, b)
}

// Lifting goes first: a birth day of a minor suspends what anybody has, and waits for nobody.
func TestACorrectionToAMinorWaitsForNobody(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	identity := untold(b)
	subject := b.Subject(identity)
	here, there := b.Published(subject), elsewhere(t, b, subject, "(2025)桂0105执4号")
	identity.Birth = b.Day().AddYears(-16)
	must(t, corrected(b, b.Judge(), here, identity))
	for _, id := range []enforcement.ID{here, there} {
		if s := state(t, b, id).SuspendedFor; s != ground.SuspectedMinor {
			t.Errorf("listing %s is suspended for %q", id, s)
		}
	}
	wantAudit(t, b)
}

// A department enters whom it will: whether and as whom somebody else knows the person shows in
// nothing that it is answered.
func TestADepartmentFindsNobodyElsesPeople(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	known, stranger := l.Person(), l.Person()
	courts := l.Subject(known)
	misspelt := known
	misspelt.Name += "某"
	later := enforcetest.Start.AddDays(40)
	l.AdvanceTo(later)
	first := value(l.Parties.EnterSubject(ctx, l.OwnersClerk(), misspelt))(t)
	if first == courts {
		t.Error("a department was given a court's id")
	}
	if again := value(l.Parties.EnterSubject(ctx, l.OwnersReviewer(), misspelt))(t); again != first {
		t.Error("a department does not find what it entered itself")
	}
	wantCode(t, "its own number under another name", errOf(l.Parties.EnterSubject(ctx, l.OwnersClerk(), known)), "subject.identity")
	second := value(l.Parties.EnterSubject(ctx, l.OwnersClerk(), stranger))(t)
	if first.String()[:8] > second.String()[:8] || strings.Compare(courts.String(), first.String()) >= 0 {
		t.Errorf("the ids tell when the person was first known: %s, %s, %s", courts, first, second)
	}
	// The other way round: a court finds nobody whom a department entered.
	if found := l.Subject(stranger); found == second {
		t.Error("a court was given a department's id")
	}
	wantCode(t, "draft of a department's own subject by a court", errOf(l.Listings.Draft(ctx, l.Judge(), listing.NewListing{
		Case: l.Case(), Subject: first, Capacity: listing.Debtor, Conducts: []listing.Conduct{listing.AbleButRefuses}, Facts: enforcetest.Facts(),
	})), "not-found")
	// The record itself knows that they are one.
	if n := l.Count(`SELECT count(*) FROM same_person($1)`, courts); n != 2 {
		t.Errorf("the record knows %d of two", n)
	}
	must(t, l.Parties.Shred(ctx, l.As(enforcement.Operator, 0), first))
	if n := l.Count(`SELECT count(*) FROM same_person($1)`, courts); n != 1 {
		t.Errorf("after one was forgotten %d are left", n)
	}
}

// A listing meets the reward of the same person, though a department entered it for itself.
func TestARewardOfADepartmentsOwnSubjectIsReviewed(t *testing.T) {
	t.Parallel()
	b := enforcetest.SetupRewards(t, false)
	identity := b.Company()
	own := value(b.Parties.EnterSubject(t.Context(), b.KeeperReviewer(), identity))(t)
	id := b.Rewarded(enforcetest.GoodTaxpayer, own)
	b.Published(b.Subject(identity))
	if n := b.Count(`SELECT count(*) FROM reward_review WHERE reward_id = $1`, id); n != 1 {
		t.Errorf("%d reviews of it", n)
	}
	wantAudit(t, b.Bundle)
}

// The age is asked of the subject on whom the listing hangs, whatever a file says of it.
func TestAFileMakesNobodyOlder(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	row := importRow(0)
	child := untold(b)
	subject := b.Subject(child)
	rewrite(t, b, subject, func(i *party.Identity) { i.Birth = b.Day().AddYears(-17) })
	row.Subject = child
	done := settled(t, b, started(t, b, "older"), []intake.Row{row})
	if len(done.Refusals) != 1 || done.Refusals[0].Code != "subject.identity" {
		t.Errorf("another birth day: %+v", done.Refusals)
	}
	row.Subject.Birth = b.Day().AddYears(-17)
	done = settled(t, b, started(t, b, "the same"), []intake.Row{row})
	if len(done.Refusals) != 1 || done.Refusals[0].Code != "listing.minor" {
		t.Errorf("a minor: %+v", done.Refusals)
	}
	rewrite(t, b, subject, func(i *party.Identity) { i.Birth = 0 })
	row.Subject.Birth = child.Birth
	done = settled(t, b, started(t, b, "unknown"), []intake.Row{row})
	if len(done.Refusals) != 1 || done.Refusals[0].Code != "subject.identity" {
		t.Errorf("no birth day is known: %+v", done.Refusals)
	}
	wantCode(t, "enter with a birth day where none is known", errOf(b.Parties.EnterSubject(t.Context(), b.Clerk(), child)), "subject.identity")
}
