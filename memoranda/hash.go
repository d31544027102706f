package memoranda

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// hashForm begins every hashed text, so that a change of form changes all hashes.
const hashForm = "concordat catalogue 1\n"

// finish sorts what has no order of its own, gives citations the article or
// clause of their basis where they name none, then indexes and hashes.
func (c *Catalogue) finish() {
	slices.SortFunc(c.Bodies, func(a, b Body) int { return cmp.Compare(a.Slug, b.Slug) })
	slices.SortFunc(c.Bases, func(a, b LegalBasis) int { return cmp.Compare(a.Slug, b.Slug) })
	slices.SortFunc(c.ListTypes, func(a, b ListType) int { return cmp.Compare(a.Slug, b.Slug) })
	slices.SortFunc(c.BasicList.Items, func(a, b BasicListItem) int { return cmp.Compare(a.Slug, b.Slug) })
	slices.SortFunc(c.BasicList.Editions, func(a, b BasicListEdition) int { return cmp.Compare(a.From, b.From) })
	slices.SortFunc(c.Memoranda, func(a, b Memorandum) int {
		return cmp.Or(cmp.Compare(a.Slug, b.Slug), cmp.Compare(a.From, b.From))
	})
	for i := range c.Bodies {
		slices.SortFunc(c.Bodies[i].Successions, func(a, b Succession) int {
			return cmp.Or(cmp.Compare(a.From, b.From), slices.Compare(a.Measures, b.Measures), slices.Compare(a.To, b.To))
		})
	}
	for i := range c.BasicList.Editions {
		slices.Sort(c.BasicList.Editions[i].Items)
	}
	c.index()
	c.completeCitations()
	c.hash = c.digest(c.Bodies, c.Bases, c.ListTypes, c.BasicList, c.Memoranda)
	for i := range c.Memoranda {
		c.Memoranda[i].hash = c.editionHash(&c.Memoranda[i])
	}
}

func (c *Catalogue) index() {
	c.bodies = make(map[string]*Body, len(c.Bodies))
	for i := range c.Bodies {
		c.bodies[c.Bodies[i].Slug] = &c.Bodies[i]
	}
	c.bases = make(map[string]*LegalBasis, len(c.Bases))
	for i := range c.Bases {
		c.bases[c.Bases[i].Slug] = &c.Bases[i]
	}
	c.listTypes = make(map[string]*ListType, len(c.ListTypes))
	for i := range c.ListTypes {
		c.listTypes[c.ListTypes[i].Slug] = &c.ListTypes[i]
	}
	c.items = make(map[string]*BasicListItem, len(c.BasicList.Items))
	for i := range c.BasicList.Items {
		c.items[c.BasicList.Items[i].Slug] = &c.BasicList.Items[i]
	}
}

func (c *Catalogue) completeCitations() {
	complete := func(cited []Citation) {
		for i, one := range cited {
			if one.Article == "" && one.Clause == "" {
				cited[i].Article, cited[i].Clause = c.bases[one.Basis].Article, c.bases[one.Basis].Clause
			}
		}
	}
	for i := range c.ListTypes {
		complete(c.ListTypes[i].Bases)
	}
	for i := range c.Memoranda {
		complete(c.Memoranda[i].Preamble)
		for j := range c.Memoranda[i].Measures {
			complete(c.Memoranda[i].Measures[j].Bases)
		}
	}
}

// Hash is the SHA-256 of everything the catalogue says. It does not depend on
// file names, the order of files, or how they are laid out; the order of a
// memorandum's measures is part of what it says.
func (c *Catalogue) Hash() [32]byte { return c.hash }

// EditionHash is the SHA-256 of one memorandum edition with all that its
// resolution depends on: its list type, the bases it cites, the bodies it names
// and their successors, and the basic list. m must be of this catalogue.
func (c *Catalogue) EditionHash(m *Memorandum) [32]byte { return m.hash }

func (c *Catalogue) editionHash(m *Memorandum) [32]byte {
	var bodies []Body
	var bases []LegalBasis
	taken := make(map[string]bool)
	var take func(slug string)
	take = func(slug string) {
		b := c.bodies[slug]
		if taken[slug] {
			return
		}
		taken[slug] = true
		bodies = append(bodies, b.resolved(m))
		for _, s := range b.Successions {
			for _, to := range s.To {
				take(to)
			}
		}
	}
	cite := func(cited []Citation) {
		for _, one := range cited {
			if key := "basis " + one.Basis; !taken[key] {
				taken[key] = true
				bases = append(bases, c.bases[one.Basis].resolved())
			}
		}
	}
	lists := make([]ListType, 0, 1)
	for _, slug := range m.ListTypes {
		lists = append(lists, c.listTypes[slug].resolved())
		cite(c.listTypes[slug].Bases)
	}
	cite(m.Preamble)
	for _, slug := range slices.Concat(m.Lead, m.Signatories) {
		take(slug)
	}
	for i := range m.Measures {
		cite(m.Measures[i].Bases)
		for _, slug := range m.Measures[i].Bodies {
			take(slug)
		}
	}
	slices.SortFunc(bodies, func(a, b Body) int { return cmp.Compare(a.Slug, b.Slug) })
	slices.SortFunc(bases, func(a, b LegalBasis) int { return cmp.Compare(a.Slug, b.Slug) })
	parts := []any{m.resolved()}
	for i := range lists {
		parts = append(parts, &lists[i])
	}
	return c.digest(append(parts, bases, bodies, c.BasicList)...)
}

// An edition's hash covers what a resolution reads and no more: what else the
// catalogue tells may grow without any edition changing. resolved returns a value
// without the rest.

func (m *Memorandum) resolved() *Memorandum {
	reduced := *m
	reduced.Kind, reduced.Dated, reduced.Counted, reduced.NotEncoded = "", "", nil, nil
	if len(m.ListTypes) == 1 {
		reduced.ListTypes = nil
	}
	return &reduced
}

// A succession for single measures concerns the memorandum that has them.
func (b *Body) resolved(m *Memorandum) Body {
	reduced := *b
	reduced.Climbs, reduced.From, reduced.Successions = "", 0, nil
	for _, s := range b.Successions {
		foreign := func(slug string) bool { return m.Measure(slug) == nil }
		if own := slices.DeleteFunc(slices.Clone(s.Measures), foreign); len(own) > 0 || len(s.Measures) == 0 {
			s.Measures = own
			reduced.Successions = append(reduced.Successions, s)
		}
	}
	return reduced
}

// That a clause reaches few only takes away: no statement and no edition becomes another by
// it (TestResolveProperties holds that it adds nothing).
func (b *LegalBasis) resolved() LegalBasis {
	reduced := *b
	reduced.AbleClause = ""
	return reduced
}

func (t *ListType) resolved() ListType {
	return ListType{
		Slug: t.Slug, ZH: t.ZH, EN: t.EN, Kind: t.Kind, Authority: t.Authority, Bases: t.Bases,
		Subjects: t.Subjects, Evidence: t.Evidence, Note: t.Note, Region: t.Region,
	}
}

// AttestedHash is the SHA-256 of the words that a statement attests: its
// measures, bases and basic-list editions with their items, as they stand in
// this catalogue. Names that the catalogue does not have add nothing. What was made for
// demonstration says so in what is hashed: without its mark it is about no words at all.
func (c *Catalogue) AttestedHash(a Attestation) [32]byte {
	var parts []any
	if a.Demonstration {
		parts = append(parts, "made for demonstration")
	}
	if m := c.Memorandum(a.Memorandum, a.Edition); m != nil {
		for _, slug := range sortedOnce(a.Measures) {
			if one := m.Measure(slug); one != nil {
				parts = append(parts, m.Slug, m.Edition, one)
			}
		}
	}
	for _, slug := range sortedOnce(a.Bases) {
		if b := c.bases[slug]; b != nil {
			parts = append(parts, b.resolved())
		}
	}
	for _, name := range sortedOnce(a.BasicList) {
		if e := c.basicListEdition(name); e != nil {
			parts = append(parts, e)
			for _, item := range e.Items {
				parts = append(parts, c.items[item])
			}
		}
	}
	return c.digest(parts...)
}

func sortedOnce(names []string) []string { return slices.Compact(slices.Sorted(slices.Values(names))) }

func (c *Catalogue) basicListEdition(name string) *BasicListEdition {
	for i := range c.BasicList.Editions {
		if c.BasicList.Editions[i].Name == name {
			return &c.BasicList.Editions[i]
		}
	}
	return nil
}

// basicListNames are the names of the editions that there are.
func basicListNames(c *Catalogue) string {
	names := make([]string, len(c.BasicList.Editions))
	for i := range c.BasicList.Editions {
		names[i] = c.BasicList.Editions[i].Name
	}
	return strings.Join(names, ", ")
}

func (c *Catalogue) digest(parts ...any) [32]byte {
	sum := sha256.New()
	sum.Write([]byte(hashForm))
	for _, part := range parts {
		text, err := json.Marshal(part)
		if err != nil { // only texts, days and lists are ever hashed
			panic(fmt.Sprintf("hash %T: %v", part, err))
		}
		sum.Write(append(text, '\n'))
	}
	return [32]byte(sum.Sum(nil))
}
