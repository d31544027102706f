package memoranda

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"concordat/memoranda/day"
)

// TestResolveProperties: deterministic, never outside validity, never without a
// sufficient basis, every measure answered once, the same from any file order.
func TestResolveProperties(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	demo := demonstration(t, c)
	first, last := date(t, "2015-01-01"), date(t, "2031-01-01")
	rapid.Check(t, func(t *rapid.T) {
		q := Question{
			ListType: "judgment-debtor",
			Subject:  rapid.SampledFrom(SubjectKinds()).Draw(t, "subject"),
			Ground:   rapid.SampledFrom(GroundKinds()).Draw(t, "ground"),
			On:       day.Day(rapid.Int32Range(int32(first), int32(last)).Draw(t, "on")),
		}
		if rapid.Bool().Draw(t, "attested") {
			q.Attested, q.RequireAttestation = demo, true
		}
		r, err := c.Resolve(q)
		if err != nil {
			t.Fatal(err)
		}
		neverMore(t, c, q, r)
		again, err := c.Resolve(q)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(lines(r), lines(again)); diff != "" {
			t.Fatalf("two answers to one question:\n%s", diff)
		}
		if len(r.Editions) == 0 {
			return
		}
		of, total := make(map[string]*Memorandum), 0
		for _, e := range r.Editions {
			m := c.Memorandum(e.Memorandum, e.Name)
			of[e.Memorandum] = m
			total += len(m.Measures)
		}
		if len(r.Included)+len(r.Excluded) != total {
			t.Fatalf("%d in and %d out of %d", len(r.Included), len(r.Excluded), total)
		}
		for _, in := range r.Included {
			checkInclusion(t, c, q, of[in.Memorandum], in)
		}
	})
}

// neverMore holds that who is listed on other conduct gets nothing that others do not get.
func neverMore(t *rapid.T, c *Catalogue, q Question, all Resolution) {
	q.OtherConduct = true
	r, err := c.Resolve(q)
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range r.Included {
		if !slices.ContainsFunc(all.Included, func(other Inclusion) bool { return cmp.Equal(in, other) }) {
			t.Fatalf("%s reaches only who was listed on other conduct", in.Measure.Slug)
		}
	}
	if len(r.Included)+len(r.Excluded) != len(all.Included)+len(all.Excluded) {
		t.Fatalf("%d in and %d out", len(r.Included), len(r.Excluded))
	}
}

func checkInclusion(t *rapid.T, c *Catalogue, q Question, of *Memorandum, in Inclusion) {
	m := in.Measure
	switch {
	case q.On < of.From || q.On < m.From || (!m.Until.IsZero() && q.On > m.Until):
		t.Fatalf("%s is in outside its validity", m.Slug)
	case !m.Status.Carries() || m.Evidence == Unverified || m.Mode == Criminal:
		t.Fatalf("%s is in: %s, %s, %s", m.Slug, m.Status, m.Evidence, m.Mode)
	case !slices.Contains(m.Reaches, Reach(q.Subject)):
		t.Fatalf("%s is in and does not reach a %s", m.Slug, q.Subject)
	case (m.Mode == Consumption) != (q.Ground == OnOrder):
		t.Fatalf("%s travels on a %s", m.Slug, q.Ground)
	case (m.Mode == Exit || m.Mode == Assist) != (q.Ground == OnCourtRequest):
		t.Fatalf("%s travels on a %s", m.Slug, q.Ground)
	case in.Inform != (m.Mode == Inform):
		t.Fatalf("%s: inform %v", m.Slug, in.Inform)
	case len(in.Bodies) == 0 || !slices.IsSorted(in.Bodies):
		t.Fatalf("%s has bodies %v", m.Slug, in.Bodies)
	case m.Mode != Assist && (in.BasicListItem != m.BasicListItem || c.BasicListOn(q.On).Name != in.BasicListEdition):
		t.Fatalf("%s stands on %s of %s", m.Slug, in.BasicListItem, in.BasicListEdition)
	case len(in.Bases) == 0:
		t.Fatalf("%s is in without a basis", m.Slug)
	}
	best := c.Basis(in.Bases[0].Basis)
	if best.Kind == Departmental || in.Bases[0].Article+in.Bases[0].Clause == "" {
		t.Fatalf("%s rests first on %+v", m.Slug, in.Bases[0])
	}
	for _, one := range in.Bases {
		if b := c.Basis(one.Basis); q.On < b.From {
			t.Fatalf("%s cites %s before it is in force", m.Slug, one.Basis)
		}
	}
}

func BenchmarkResolve(b *testing.B) {
	c := embedded(b)
	q := question(b, c, LegalPerson, OnListing, "2025-09-01")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Resolve(q); err != nil {
			b.Fatal(err)
		}
	}
}
