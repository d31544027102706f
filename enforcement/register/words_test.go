package register_test

import (
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/internal/identifier"
	"concordat/memoranda"
)

// draftSaying drafts a listing in a case, warned and proposed.
func draftSaying(t *testing.T, b *enforcetest.Bundle, n listing.NewListing) ground.Change {
	t.Helper()
	ctx := t.Context()
	n.Capacity, n.Conducts, n.Facts.Performed = listing.Debtor, []listing.Conduct{listing.AbleButRefuses}, "none"
	n.Papers = enforcetest.FactPapers(listing.AbleButRefuses)
	id := value(b.Listings.Draft(ctx, b.Clerk(), n))(t)
	must(t, b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of(id), b.Notice()))
	must(t, b.Listings.Propose(ctx, b.Judge(), of(id), b.Decision()))
	return of(id)
}

func wording(t *testing.T, b *enforcetest.Bundle, c ground.Change) listing.Wording {
	t.Helper()
	_, w, err := b.Listings.Wording(t.Context(), b.President(), c.Ground)
	must(t, err)
	return w
}

// The record's words may hold anything; the public ones are proposed by masking, corrected by
// hand, confirmed place by place, and frozen with the signature.
func TestTheSignerSignsThePublicWords(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	company, other := b.Company(), b.Person()
	execution := b.Case()
	facts := listing.Facts{
		Obligation: "支付货款10000元，账号6222021001112345678", Conduct: company.Head + "将房屋转给" + other.Name + "（身份证" + other.Number + "），住南宁市青秀区演示大道1号",
	}
	b.Draft(b.Subject(other)) // another case's debtor is nobody here
	value(b.Listings.Draft(ctx, b.Clerk(), listing.NewListing{
		Case: execution, Subject: b.Subject(other), Capacity: listing.Debtor, Conducts: []listing.Conduct{1}, Facts: enforcetest.Facts(),
	}))(t)
	c := draftSaying(t, b, listing.NewListing{Case: execution, Subject: b.Subject(company), Facts: facts})
	w := wording(t, b, c)
	if w.Record.Conduct != facts.Conduct || w.Record.Obligation != facts.Obligation {
		t.Errorf("the record says %+v", w.Record)
	}
	for _, secret := range []string{"6222021001112345678", company.Head, other.Name, other.Number, "演示大道"} {
		if strings.Contains(w.Public.Obligation+w.Public.Conduct, secret) {
			t.Errorf("the public words show %q: %+v", secret, w.Public)
		}
	}
	if len(w.Hidden) != 5 || w.Set || w.Frozen || len(w.Doubts) != 0 {
		t.Errorf("hidden are %v, in doubt %v", w.Hidden, w.Doubts)
	}
	for _, m := range w.Hidden {
		text := []rune(w.Record.Conduct)
		if m.Field == "obligation" {
			text = []rune(w.Record.Obligation)
		}
		if m.To > len(text) || m.Instead == "" {
			t.Errorf("a mark stands from %d to %d of %d", m.From, m.To, len(text))
		}
	}

	wantCode(t, "a number by hand", b.Listings.Word(ctx, b.Judge(), c, listing.Words{Obligation: "支付", Conduct: "身份证 " + other.Number, Basis: "文书", BasisUnit: "法院"}), "words.number")
	wantCode(t, "nothing by hand", b.Listings.Word(ctx, b.Judge(), c, listing.Words{Obligation: " ", Conduct: "演示", Basis: "文书", BasisUnit: "法院"}), "words.empty")
	wantCode(t, "another court", b.Listings.Word(ctx, b.As("judge", b.OtherCourt), c, w.Public), "not-found")
	byHand := w.Public
	byHand.Conduct = "将房屋转给另一被执行人，住南宁市青秀区演示大道1号；配偶王小明知情"
	must(t, b.Listings.Word(ctx, b.Clerk(), c, byHand))
	w = wording(t, b, c)
	if !w.Set || w.Public != byHand || len(w.Doubts) != 2 {
		t.Fatalf("by hand %+v, in doubt %v", w.Public, w.Doubts)
	}
	wantCode(t, "nothing is confirmed", b.Listings.Sign(ctx, b.President(), c), "words.unconfirmed")
	wantCode(t, "one is confirmed", b.Listings.Sign(ctx, b.President(), c, w.Doubts[0].ID), "words.unconfirmed")
	wantCode(t, "what is not there", b.Listings.Sign(ctx, b.President(), c, w.Doubts[0].ID, w.Doubts[1].ID, "conduct:0-1"), "words.stale")
	must(t, b.Listings.Sign(ctx, b.President(), c, w.Doubts[0].ID, w.Doubts[1].ID))
	if w = wording(t, b, c); !w.Frozen || len(w.Confirmed) != 2 {
		t.Errorf("signed: %+v", w)
	}
	wantCode(t, "after the signature", b.Listings.Word(ctx, b.Clerk(), c, byHand), "state.forbidden")
	if _, err := b.DB.Pool.Exec(ctx, `UPDATE listing SET public_words = '\x00' WHERE id = $1`, c.Ground); err == nil {
		t.Error("signed words are rewritten")
	}
}

// Signed words change by a correction alone, and with what that confirms.
func TestSignedWordsAreCorrected(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	c := of(b.Published(b.Subject(b.Company())))
	good := listing.Words{Obligation: "支付货款", Conduct: "隐匿财产，住演示路1号", Basis: "(2024)桂0103民初1号", BasisUnit: "演示法院"}
	wantCode(t, "no correction is open", b.Listings.Reword(ctx, b.Judge(), c, good), "correction.none")
	if _, err := b.DB.Pool.Exec(ctx, `UPDATE listing SET public_marks = '{x}' WHERE id = $1`, c.Ground); err == nil {
		t.Error("what was confirmed is rewritten")
	}
	must(t, b.Listings.OpenCorrection(ctx, b.Judge(), c, b.Day()))
	wantCode(t, "unconfirmed", b.Listings.Reword(ctx, b.Judge(), c, good), "words.unconfirmed")
	wantCode(t, "by a clerk", b.Listings.Reword(ctx, b.Clerk(), c, good), "role.forbidden")
	bad := good
	bad.Basis = "电话13800138000"
	wantCode(t, "a number", b.Listings.Reword(ctx, b.Judge(), c, bad), "words.number")
	must(t, b.Listings.Reword(ctx, b.Judge(), c, good, "conduct:6-11"))
	if e := public(t, b)[0]; e.Facts.Conduct != good.Conduct || e.Basis != good.Basis {
		t.Errorf("public is %+v", e)
	}
	wantCode(t, "twice", b.Listings.Reword(ctx, b.Judge(), c, good, "conduct:6-11"), "correction.none")
}

// numbered is a person of a name with a number of a sequence.
func numbered(t *testing.T, name, digits17 string) party.Identity {
	t.Helper()
	last, ok := identifier.PersonalCheck(digits17)
	if !ok {
		t.Fatal(digits17)
	}
	return party.Identity{Kind: memoranda.NaturalPerson, Name: name, NumberKind: identifier.ResidentID, Number: digits17 + string(last)}
}

// Entries that would look the same show the last character too, on whatever page they stand;
// nobody else does.
func TestNamesakesAreToldApart(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	people := []party.Identity{
		numbered(t, "演示甲某", "45010219800101001"), numbered(t, "演示甲某", "45010219800301003"), // alike: name, sex, age, six digits
		numbered(t, "演示甲某", "45010319800101001"), numbered(t, "演示甲某", "45010219800101002"), numbered(t, "演示甲某", "45010219600101001"), numbered(t, "演示乙某", "45010219800101003"),
	}
	for _, p := range people {
		b.Published(b.Subject(p))
	}
	var after enforcement.ID
	for i, p := range people {
		page := value(b.Listings.PublicEntries(t.Context(), b.Day(), after, 1))(t)
		if len(page) != 1 {
			t.Fatalf("page %d has %d entries", i, len(page))
		}
		want := p.Number[:6] + "************"
		if i < 2 {
			want = p.Number[:6] + "***********" + p.Number[17:]
		}
		if page[0].Number != want || page[0].Note.ZH == "" || page[0].Note.EN == "" {
			t.Errorf("person %d is shown as %+v, want %s", i, page[0], want)
		}
		after = page[0].Listing
	}
	must(t, b.Listings.Suspend(t.Context(), b.Judge(), of(value(b.Listings.PublicEntries(t.Context(), b.Day(), enforcement.ID{}, 1))(t)[0].Listing), enforcetest.Brake()))
	if e := public(t, b)[0]; strings.HasSuffix(e.Number, people[1].Number[17:]) {
		t.Errorf("whoever is alone is still told apart: %s", e.Number)
	}
}
