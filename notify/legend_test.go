package notify_test

import (
	"fmt"
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/plan"
	"concordat/enforcement/register"
	"concordat/memoranda"
)

// A process that adopted nothing itself delivers what another process published
// under an edition that nobody knew when the first one started.
func TestMeasuresOfAnEditionAdoptedElsewhere(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	ctx := t.Context()
	c, attested := b.Plans.InForce()
	r, err := c.Resolve(memoranda.Question{ListType: plan.ListType, Subject: memoranda.NaturalPerson, On: b.Day(), Ground: memoranda.OnListing, Attested: attested, RequireAttestation: true})
	if err != nil {
		t.Fatal(err)
	}
	like := r.Included[0]
	text := fmt.Appendf(nil, `memorandum: {slug: made, zh: 演示备忘录, en: Made memorandum, list_type: %s, edition: "1", from: %s, status: in-force, evidence: known}
measures:
  - {slug: made-measure, zh: 演示措施, en: Made measure, mode: restrict, bodies: [%s], reaches: [natural-person], territory: court,
     bases: [{basis: %s%s}], basic_list_item: %s, status: in-force, evidence: known}
`, plan.ListType, b.Day(), like.Bodies[0], like.Bases[0].Basis, place(like.Bases[0]), like.Measure.BasicListItem)
	other, err := register.Open(ctx, b.Config)
	if err != nil {
		t.Fatal(err)
	}
	next, _, err := memoranda.Next(c, "made.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	s := memoranda.Attestation{
		Who: memoranda.Attester{Name: "演示核定", Role: "仅供演示"}, When: b.Day(), Source: "made", Demonstration: true,
		Memorandum: "made", Edition: "1", Measures: []string{"made-measure"},
	}
	s.Hash = next.AttestedHash(s)
	act := enforcement.Act{At: b.At(), Actor: enforcement.Actor{ID: "operator-1", Role: enforcement.Operator}}
	if _, err := other.Plans.Attest(ctx, b.As(enforcement.Lawyer, 0), s, next); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Replanner.Adopt(ctx, act, text); err != nil {
		t.Fatal(err)
	}
	mine := b.Offices
	b.Offices = other
	b.Published(b.Subject(b.Person()))
	b.Offices = mine
	b.quiet(t, b.drainer)
	found := false
	for _, d := range b.receivers {
		for _, id := range d.Ledger.InForce(b.Day()) {
			held, _ := d.Ledger.Get(id)
			found = found || slices.Contains(held.Measures, "made/made-measure")
		}
	}
	if !found {
		t.Error("no receiver holds the measure by its name")
	}
}

func place(c memoranda.Citation) string {
	switch {
	case c.Article != "":
		return ", article: " + c.Article
	case c.Clause != "":
		return ", clause: " + c.Clause
	}
	return ""
}
