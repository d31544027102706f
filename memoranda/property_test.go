//go:build !race

// One thing after the other, over much: of data races nothing is asked here (make plain).

package memoranda

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"concordat/memoranda/day"
)

// TestPropertiesOfResolve holds, over drawn catalogues, days and attestations: the
// same question gets the same answer, in whatever order the files came; nothing is
// included out of its days or without a basis in force that carries it; and the
// index says what the resolution says.
func TestPropertiesOfResolve(t *testing.T) {
	t.Parallel()
	included := make(map[string]int) // by code
	rapid.Check(t, func(t *rapid.T) {
		files := drawnFiles(t)
		c, turned := mustLoad(t, files), mustLoad(t, renamed(files))
		if c.Hash() != turned.Hash() {
			t.Fatal("the hash depends on the order of files")
		}
		q := Question{RequireAttestation: rapid.Bool().Draw(t, "require attestation")}
		if rapid.Bool().Draw(t, "attested") {
			q.Attested = attestedByLawyer(c, rapid.IntRange(1, 2).Draw(t, "every"))
		}
		x, err := c.Index(q.Attested, q.RequireAttestation)
		if err != nil {
			t.Fatal(err)
		}
		days := rapid.SliceOfN(rapid.SampledFrom(boundaries(c)), 1, 6).Draw(t, "days")
		for _, on := range append(days, day.Of(2018, 6, 1), day.Of(2021, 6, 1)) {
			for _, list := range c.ListTypes {
				for _, one := range questions(list.Slug, on) {
					one.Attested, one.RequireAttestation = q.Attested, q.RequireAttestation
					holdAnswer(t, c, turned, x, one, included)
				}
			}
		}
	})
	if len(included) < 3 {
		t.Errorf("too little travels for the properties to say much: %v", included)
	}
	t.Logf("inclusions held: %v", included)
}

func mustLoad(t *rapid.T, files map[string]string) *Catalogue {
	c, err := Load(asFS(files))
	if err != nil {
		t.Fatalf("the drawn catalogue: %v", err)
	}
	return c
}

// renamed gives the memorandum files names in the contrary order.
func renamed(files map[string]string) map[string]string {
	turned := make(map[string]string, len(files))
	var names []string
	for name, text := range files {
		if strings.HasPrefix(name, "m") {
			names = append(names, name)
		} else {
			turned[name] = text
		}
	}
	slices.Sort(names)
	for i, name := range names {
		turned[fmt.Sprintf("z%03d.yaml", len(names)-i)] = files[name]
	}
	return turned
}

func holdAnswer(t *rapid.T, c, turned *Catalogue, x *Index, q Question, included map[string]int) {
	answers := make([][]byte, 3)
	for i, catalogue := range []*Catalogue{c, c, turned} {
		r, err := catalogue.Resolve(q)
		if err != nil {
			t.Fatal(err)
		}
		if answers[i], err = json.Marshal(r); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			for _, in := range r.Included {
				holdInclusion(t, c, q, in)
				included[in.Reason.Code]++
			}
		}
	}
	if !bytes.Equal(answers[0], answers[1]) || !bytes.Equal(answers[0], answers[2]) {
		t.Fatalf("%+v is answered differently:\n%s\n%s\n%s", q, answers[0], answers[1], answers[2])
	}
	agree(t, c, x, q)
}

// holdInclusion holds a measure that travels to the law, by its own reading of it.
func holdInclusion(t *rapid.T, c *Catalogue, q Question, in Inclusion) {
	m, list := in.Measure, c.ListType(q.ListType)
	at := slices.IndexFunc(c.Memoranda, func(e Memorandum) bool {
		return e.Slug == in.Memorandum && e.From <= q.On && (e.Until.IsZero() || q.On <= e.Until) && e.Status.Carries()
	})
	carried := false // by a basis in force
	for _, cited := range in.Bases {
		b := c.Basis(cited.Basis)
		if q.On < b.From || (!b.Until.IsZero() && q.On > b.Until) {
			t.Fatalf("%s on %s: %s is not in force", m.Slug, q.On, b.Slug)
		}
		if q.RequireAttestation && !q.Attested.Basis(b.Slug) {
			t.Fatalf("%s: %s is not attested", m.Slug, b.Slug)
		}
		ranked := b.Kind != Departmental && b.Kind != DepartmentalRule && cited.Article+cited.Clause != ""
		carried = carried || ranked || m.Mode == Grant
	}
	listed := in.BasicListEdition != "" && slices.Contains(c.BasicListOn(q.On).Items, m.BasicListItem)
	switch {
	case at < 0:
		t.Fatalf("%s on %s: its edition does not stand", m.Slug, q.On)
	case q.On < m.From || (!m.Until.IsZero() && q.On > m.Until):
		t.Fatalf("%s on %s: out of its days", m.Slug, q.On)
	case !carried:
		t.Fatalf("%s on %s: no basis carries it: %+v", m.Slug, q.On, in.Bases)
	case !listed && m.Mode != Assist && list.Kind == Punish:
		t.Fatalf("%s on %s: not on the basic list", m.Slug, q.On)
	case c.Footing(list, q.On) == FootingNone:
		t.Fatalf("%s on %s: its list rests on nothing", m.Slug, q.On)
	case !m.ReachesSubject(q.Subject), m.Mode == Criminal, !m.Status.Carries():
		t.Fatalf("%s on %s for %s: %+v", m.Slug, q.On, q.Subject, m)
	case m.Evidence == Unverified && !q.Attested.Measure(in.Memorandum, c.Memoranda[at].Edition, m.Slug):
		t.Fatalf("%s: not verified", m.Slug)
	case q.RequireAttestation && !q.Attested.Measure(in.Memorandum, c.Memoranda[at].Edition, m.Slug):
		t.Fatalf("%s: not attested", m.Slug)
	case q.RequireAttestation && in.BasicListEdition != "" && !q.Attested.BasicListEdition(in.BasicListEdition):
		t.Fatalf("%s: the basic list is not attested", m.Slug)
	}
}
