package register_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/enforcement/record"
	"concordat/memoranda/day"
)

func public(t testing.TB, b *enforcetest.Bundle) []listing.PublicEntry {
	t.Helper()
	return value(b.Listings.PublicEntries(t.Context(), b.Day(), enforcement.ID{}, 100))(t)
}

func TestInvariant44_PublicItemsOnly(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	person, company := b.Person(), b.Company()
	b.Published(b.Subject(person))
	id := b.Published(b.Subject(company), listing.EvadesBySham)
	common := []string{"listing", "name", "number", "court", "case_number", "filed_on", "basis_document", "basis_unit", "facts", "published_on", "note"}
	entries := public(t, b)
	if len(entries) != 2 {
		t.Fatalf("%d public entries of 2", len(entries))
	}
	for i, want := range []struct {
		identity party.Identity
		keys     []string
	}{
		{person, append([]string{"sex", "age"}, common...)},
		{company, append([]string{"head", "until"}, common...)},
	} {
		text := value(json.Marshal(entries[i]))(t)
		var fields map[string]any
		must(t, json.Unmarshal(text, &fields))
		slices.Sort(want.keys)
		if got := slices.Sorted(maps.Keys(fields)); !slices.Equal(got, want.keys) {
			t.Errorf("public are %v, Art. 6 allows %v", got, want.keys)
		}
		// A unit's code is public by law; of a person's number only the
		// first six digits are.
		number := want.identity.Number
		if want.identity.NumberKind.Person() {
			number = number[:6] + "************"
		}
		if entries[i].Number != number {
			t.Errorf("the public number is %q, want %q", entries[i].Number, number)
		}
		facts, ok := fields["facts"].(map[string]any)
		if got := slices.Sorted(maps.Keys(facts)); !ok || !slices.Equal(got, []string{"conduct", "obligation", "performed"}) {
			t.Errorf("public facts are %v", got)
		}
	}
	must(t, b.Listings.Suspend(ctx, b.Judge(), of(id), enforcetest.Brake()))
	if n := len(public(t, b)); n != 1 {
		t.Errorf("%d public entries while one of two is suspended", n)
	}
	must(t, b.Listings.Resume(ctx, b.President(), of(id), enforcetest.Resumption()))
	b.AdvanceTo(state(t, b, id).TermUntil)
	if n := len(public(t, b)); n != 2 {
		t.Errorf("%d public entries on the last day of a term", n)
	}
	b.Advance(1) // not yet expired by anybody, and gone all the same
	if n := len(public(t, b)); n != 1 {
		t.Errorf("%d public entries after the last day of a term", n)
	}
}

func TestInvariant45_ChildrenStayInTheFile(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	child := b.Subject(aged(b, b.Day().AddYears(-10)))
	_, err := b.Listings.Draft(t.Context(), b.Judge(), listing.NewListing{Case: b.Case(), Subject: child, Capacity: listing.Debtor, Conducts: conducts[:1], Facts: enforcetest.Facts(), Papers: enforcetest.FactPapers(conducts[:1]...)})
	wantCode(t, "draft a child", err, "listing.minor")
	if n := b.Count(`SELECT count(*) FROM ground`); n != 0 {
		t.Errorf("%d grounds about a child", n)
	}
	// Found out after publication: the public view shows nothing even before the
	// court has revoked.
	listed := b.Subject(b.Person())
	b.Published(listed)
	before := len(public(t, b))
	rewrite(t, b, listed, func(i *party.Identity) { i.Birth = b.Day().AddYears(-14) })
	if after := len(public(t, b)); before != 1 || after != 0 {
		t.Errorf("%d public entries, %d about a child", before, after)
	}
	rewrite(t, b, listed, func(i *party.Identity) { i.Birth = b.Day().AddYears(-14).AddDays(-1) })
	if n := len(public(t, b)); n != 1 {
		t.Errorf("%d public entries of somebody of fourteen", n)
	}
}

func TestInvariant46_GoneAfterTheEnd(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	subject := b.Subject(b.Person())
	id := b.Published(subject)
	operator := b.As(enforcement.Operator, 0)
	wantCode(t, "shred while listed", b.Parties.Shred(ctx, operator, subject), "state.forbidden")
	sendAll(t, b, directive.Acknowledged)
	must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)))
	if n := len(public(t, b)); n != 0 {
		t.Errorf("%d public entries after the end", n)
	}
	var retain day.Day
	must(t, b.DB.Pool.QueryRow(ctx, `SELECT retain_until FROM listing WHERE id = $1`, id).Scan(&retain))
	if want := b.Day().AddMonths(12); retain != want {
		t.Errorf("kept until %s, want %s", retain, want)
	}
	schemaRefuses(t, b, "listing_retention", `UPDATE listing SET retain_until = NULL WHERE id = $1`, id)
	schemaRefuses(t, b, "listing_retention", `UPDATE listing SET retain_until = ended_on WHERE id = $1`, id)

	wantCode(t, "shred while a withdrawal is due", b.Parties.Shred(ctx, operator, subject), "state.forbidden")
	sendAll(t, b, directive.Acknowledged)
	wantCode(t, "shred as a clerk", b.Parties.Shred(ctx, b.Clerk(), subject), "role.forbidden")
	must(t, b.Parties.Shred(ctx, operator, subject))
	_, err := b.Parties.Subject(ctx, b.Clerk(), subject)
	wantCode(t, "read what was shredded", err, "subject.shredded")
	if n := b.Count(`SELECT count(*) FROM subject_lookup`); n != 0 {
		t.Errorf("%d look-up hashes of a shredded subject", n)
	}
	schemaRefuses(t, b, "subject_sealed_or_shredded", `UPDATE subject SET shredded_at = NULL WHERE id = $1`, subject)
	wantAudit(t, b)
}

// Every move, and what its event must name.
func TestInvariant49_EveryMoveIsLogged(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	want := map[record.EventKind]enforcement.Role{
		record.EventDrafted: enforcement.Judge, "listing-warned": enforcement.Clerk, "listing-applied": enforcement.Clerk,
		"listing-refused": enforcement.Judge, "decision-proposed": enforcement.Judge, "listing-decided": enforcement.President,
		"listing-served": enforcement.Clerk, "listing-abandoned": enforcement.Clerk, "listing-published": enforcement.System,
		"listing-extended": enforcement.President, ground.EventSuspended: enforcement.Judge, ground.EventResumed: enforcement.President,
		"correction-opened": enforcement.Judge, "listing-corrected": enforcement.Judge, "listing-deleted": enforcement.Judge,
		"listing-expired": enforcement.System, "listing-early-deleted": enforcement.Judge, "listing-revoked": enforcement.Judge,
		"exclusion-opened": enforcement.Judge, "exclusion-closed": enforcement.President, "network-search": enforcement.Clerk,
		ground.EventInForce: enforcement.System, ground.EventGroundEnded: enforcement.Judge,
	}
	hashed := []record.EventKind{"listing-warned", "decision-proposed", "listing-served", "listing-refused", "listing-deleted", "listing-revoked"}

	identity := b.Company()
	deleted := b.Published(b.Subject(identity))
	must(t, b.Listings.Suspend(ctx, b.Judge(), of(deleted), enforcetest.Brake()))
	must(t, b.Listings.Resume(ctx, b.President(), of(deleted), enforcetest.Resumption()))
	must(t, b.Listings.OpenCorrection(ctx, b.Judge(), of(deleted), b.Day()))
	must(t, b.Listings.Correct(ctx, b.Judge(), of(deleted), identity))
	must(t, b.Listings.RecordSearch(ctx, b.Clerk(), deleted, b.Day(), b.Day().AddDays(-1), false))
	must(t, b.Listings.Delete(ctx, b.Judge(), of(deleted), b.Ending(3)))
	revoked := b.Published(b.Subject(b.Person()))
	must(t, b.Listings.Revoke(ctx, b.Judge(), of(revoked), b.Ending(0)))
	early := b.Published(b.Subject(b.Company()), listing.BreachesOrder)
	must(t, b.Listings.Extend(ctx, b.President(), of(early), extension(b, 1)))
	must(t, b.Listings.DeleteEarly(ctx, b.Judge(), of(early), b.Ending(0)))
	refused, abandoned := b.Draft(b.Subject(b.Company())), b.Draft(b.Subject(b.Company()))
	fact := value(b.Listings.OpenExclusion(ctx, b.Judge(), abandoned, enforcetest.Fact("not-able", b.Day())))(t)
	must(t, b.Listings.CloseExclusion(ctx, b.President(), fact, enforcetest.FactOver(b.Day(), why)))
	must(t, b.Listings.Abandon(ctx, b.Clerk(), of(abandoned), ground.WrongPerson))
	must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(refused), b.Notice()))
	must(t, b.Listings.Apply(ctx, b.Clerk(), of(refused), b.Application()))
	must(t, b.Listings.RefuseApplication(ctx, b.Judge(), of(refused), "演示:经审查,符合规定的理由", enforcetest.Refusing()))
	order := b.OrderGround(b.Subject(b.Person()))
	must(t, b.Grounds.End(ctx, b.Judge(), order, "法释〔2015〕17号 Art. 9"))
	expired := b.Published(b.Subject(b.Company()), listing.EvadesBySham)
	b.AdvanceTo(state(t, b, expired).TermUntil.AddDays(1))
	must(t, b.Listings.Expire(ctx, b.System(), of(expired)))

	seen := map[record.EventKind]bool{}
	for _, ground := range []enforcement.ID{deleted, revoked, early, refused, abandoned, order, expired} {
		for _, e := range value(b.Record.Entries(ctx, ground))(t) {
			seen[e.Kind] = true
			if e.Actor == "" || e.Role != want[e.Kind] {
				t.Errorf("%s by %q in the role %q, want %q", e.Kind, e.Actor, e.Role, want[e.Kind])
			}
			if e.Reason == "" && e.LegalBasis == "" {
				t.Errorf("%s names neither reason nor legal basis", e.Kind)
			}
			if e.At.IsZero() || e.RecordedAt.IsZero() {
				t.Errorf("%s has no time", e.Kind)
			}
		}
	}
	for kind := range want {
		if !seen[kind] {
			t.Errorf("no event %s", kind)
		}
	}
	for _, kind := range hashed {
		if n := b.Count(`SELECT count(*) FROM event WHERE kind = $1 AND document_hash IS NULL`, kind); n != 0 {
			t.Errorf("%d events %s without the hash of their document", n, kind)
		}
	}
	for _, nobody := range []enforcement.Actor{{}, {ID: "x"}, {Role: enforcement.Judge}, {ID: "x", Role: enforcement.Judge}, {ID: "x", Role: enforcement.DepartmentReviewer}} {
		act := enforcement.Act{At: b.At(), Actor: nobody}
		wantCode(t, "act as nobody", b.Listings.Resume(ctx, act, of(early), enforcetest.Resumption()), "act.actor")
		_, err := b.Listings.List(ctx, act, ground.Wanted{Limit: 10})
		wantCode(t, "list as nobody", err, "act.actor")
		_, err = b.Directives.List(ctx, act, enforcement.ID{}, 10)
		wantCode(t, "read directives as nobody", err, "act.actor")
	}
	wantAudit(t, b)
}

func TestInvariant50_NameAndNumber(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	one := b.Person()
	enter := func(change func(*party.Identity)) (enforcement.ID, error) {
		identity := one
		change(&identity)
		return b.Parties.EnterSubject(ctx, b.Clerk(), identity)
	}
	subject := b.Subject(one)
	again := value(enter(func(i *party.Identity) { i.Name = " " + i.Name + " " }))(t)
	if again != subject {
		t.Error("the same name and number are two subjects")
	}
	wrong := []byte(one.Number)
	wrong[16] = '0' + (wrong[16]-'0'+1)%10
	for _, row := range []struct {
		what   string
		change func(*party.Identity)
		code   string
	}{
		{"a name alone", func(i *party.Identity) { i.Number = "" }, "subject.name-only"},
		{"a number under another name", func(i *party.Identity) { i.Name = "演示甲" }, "subject.identity"},
		{"a number that fails its check", func(i *party.Identity) { i.Number = string(wrong) }, "identifier.check-digit"},
		{"a masked number", func(i *party.Identity) { i.Number = i.Masked() }, "identifier.masked"},
		{"another birth day than the number's", func(i *party.Identity) { i.Birth = day.Of(1980, 2, 3) }, "subject.identity"},
		{"a unit with a person's number", func(i *party.Identity) { i.Kind = "legal-person" }, "subject.kind"},
		{"no kind", func(i *party.Identity) { i.Kind = "" }, "subject.kind"},
	} {
		_, err := enter(row.change)
		wantCode(t, row.what, err, row.code)
	}
	namesake := b.Person()
	namesake.Name = one.Name
	other := b.Subject(namesake)
	if other == subject {
		t.Fatal("two numbers are one subject")
	}
	b.Published(subject)
	if n := b.Count(`SELECT count(*) FROM directive WHERE subject_id = $1`, other); n != 0 {
		t.Errorf("%d directives about somebody of the same name", n)
	}
	for _, item := range sendAll(t, b, directive.Acknowledged) {
		if item.Subject.Number != one.Number || item.Subject.Name != one.Name {
			t.Errorf("a directive about %s travels with another identity", one.Masked())
		}
	}
}
