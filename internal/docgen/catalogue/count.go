package main

import (
	"cmp"
	"fmt"
	"slices"

	"concordat/memoranda"
	"concordat/memoranda/day"
)

// counts is what the pages show.
type counts struct {
	catalogue *memoranda.Catalogue
	on        day.Day
	kinds     []kind
	// standings has, for each way to ask, what becomes of the measures, by code.
	standings [3]map[string]int
	reasons   []memoranda.Reason // of any standing, most frequent first
	travels   [3]int
	editions  []edition
}

// The ways to ask, in the order of the columns.
const (
	asEncoded = iota
	asDemonstrated
	asShipped
)

// kind is a row of the table: entries of one kind by their evidence.
type kind struct {
	name                     string
	all, seen, known, unsure int
	attested                 [2]int // in the demonstration, as shipped
	attestable               bool
	note                     string
}

// edition is a memorandum edition's own row.
type edition struct {
	*memoranda.Memorandum
	evidence [3]int
	travels  int // as encoded
}

func (k *kind) add(e memoranda.Evidence) {
	k.all++
	switch e {
	case memoranda.Seen:
		k.seen++
	case memoranda.Known:
		k.known++
	case memoranda.Unverified:
		k.unsure++
	}
}

func count(c *memoranda.Catalogue, demonstration *memoranda.Attestations, on day.Day) (*counts, error) {
	t := &counts{catalogue: c, on: on}
	t.entries(demonstration)
	reasons := make(map[string]memoranda.Reason)
	for way, ask := range []struct {
		attested *memoranda.Attestations
		require  bool
	}{asEncoded: {nil, false}, asDemonstrated: {demonstration, true}, asShipped: {nil, true}} {
		x, err := c.Index(ask.attested, ask.require)
		if err != nil {
			return nil, fmt.Errorf("compile the catalogue: %w", err)
		}
		t.standings[way] = make(map[string]int)
		for i := range c.Memoranda {
			for _, s := range x.Standings(&c.Memoranda[i], on) {
				if s.Travels() {
					t.travels[way]++
					if way == asEncoded {
						t.editions[i].travels++
					}
					continue
				}
				t.standings[way][s.Code]++
				reasons[s.Code] = s.Reason()
			}
		}
	}
	for _, r := range reasons {
		t.reasons = append(t.reasons, r)
	}
	slices.SortFunc(t.reasons, func(a, b memoranda.Reason) int {
		return cmp.Or(-cmp.Compare(t.standings[asEncoded][a.Code], t.standings[asEncoded][b.Code]), cmp.Compare(a.Code, b.Code))
	})
	return t, nil
}

// entries counts by evidence and by attestation.
func (t *counts) entries(demonstration *memoranda.Attestations) {
	c := t.catalogue
	documents, lists := kind{name: "memoranda, by edition"}, kind{name: "list types"}
	measures, bases := kind{name: "measures", attestable: true}, kind{name: "legal bases", attestable: true}
	bodies, items, basic := kind{name: "bodies"}, kind{name: "basic-list items"}, kind{name: "basic-list editions", attestable: true}
	unnumbered, rewards, verified, titles := 0, 0, 0, 0
	for i := range c.Memoranda {
		m := &c.Memoranda[i]
		documents.add(m.Evidence)
		if m.Number == "" {
			unnumbered++
		}
		row := edition{Memorandum: m}
		for _, one := range m.Measures {
			measures.add(one.Evidence)
			row.evidence[slices.Index(memoranda.Evidences(), one.Evidence)]++
			if demonstration.Measure(m.Slug, m.Edition, one.Slug) {
				measures.attested[0]++
			}
		}
		t.editions = append(t.editions, row)
	}
	for _, one := range c.ListTypes {
		lists.add(one.Evidence)
		if one.Kind == memoranda.Reward {
			rewards++
		}
	}
	for _, one := range c.Bases {
		bases.add(one.Evidence)
		if one.ArticleVerified {
			verified++
		}
		if demonstration.Basis(one.Slug) {
			bases.attested[0]++
		}
	}
	for _, one := range c.Bodies {
		bodies.add(one.Evidence)
	}
	for _, one := range c.BasicList.Items {
		items.add(one.Evidence)
		if one.TitleVerified {
			titles++
		}
	}
	for _, one := range c.BasicList.Editions {
		basic.add(one.Evidence)
		if demonstration.BasicListEdition(one.Name) {
			basic.attested[0]++
		}
	}
	documents.note = fmt.Sprintf("%d without a number", unnumbered)
	lists.note = fmt.Sprintf("%d punish, %d reward", lists.all-rewards, rewards)
	bases.note = fmt.Sprintf("the article of %d was read in the text itself", verified)
	items.note = fmt.Sprintf("the title of %d was read in the list itself", titles)
	t.kinds = []kind{documents, lists, measures, bases, bodies, items, basic}
}
