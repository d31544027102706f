package memoranda

import "concordat/memoranda/day"

// Attestation is one person's recorded statement that things of a catalogue are
// encoded rightly (法律核定).
type Attestation struct {
	Who        Attester
	When       day.Day
	Source     string // what was read for it
	Memorandum string // slug; empty if no measures are attested
	Edition    string
	Measures   []string // slugs in that edition
	Bases      []string // slugs
	BasicList  []string // names of editions, with the titles as they stand
	// Hash is [Catalogue.AttestedHash] of this statement: it binds the statement
	// to the words that were attested.
	Hash [32]byte
	// Demonstration marks what no lawyer said. It may not cover what is
	// unverified.
	Demonstration bool
}

// Attester is who stands by an attestation.
type Attester struct{ Name, Role string }

// Attestations are the statements that count for one catalogue. The nil
// Attestations attest nothing. They never change after they are made.
type Attestations struct {
	Statements []Attestation

	catalogue [32]byte
	measures  map[attestedMeasure]bool // true: by a lawyer
	bases     map[string]bool
	editions  map[string]bool
}

type attestedMeasure struct{ memorandum, edition, slug string }

// Measure reports whether a measure of a memorandum edition is attested.
func (a *Attestations) Measure(memorandum, edition, slug string) bool {
	if a == nil {
		return false
	}
	_, found := a.measures[attestedMeasure{memorandum, edition, slug}]
	return found
}

// Basis reports whether a legal basis is attested.
func (a *Attestations) Basis(slug string) bool { return a != nil && a.bases[slug] }

// BasicListEdition reports whether an edition of the basic list is attested.
func (a *Attestations) BasicListEdition(name string) bool { return a != nil && a.editions[name] }

// Demonstration reports whether any statement was made for demonstration.
func (a *Attestations) Demonstration() bool {
	if a == nil {
		return false
	}
	for i := range a.Statements {
		if a.Statements[i].Demonstration {
			return true
		}
	}
	return false
}

// measure reports whether a measure is attested, and whether by a lawyer.
func (a *Attestations) measure(m *Memorandum, slug string) (attested, byLawyer bool) {
	if a == nil {
		return false, false
	}
	byLawyer, attested = a.measures[attestedMeasure{m.Slug, m.Edition, slug}]
	return attested, byLawyer
}

func (a *Attestations) index() {
	a.measures = make(map[attestedMeasure]bool)
	a.bases, a.editions = make(map[string]bool), make(map[string]bool)
	for _, s := range a.Statements {
		for _, slug := range s.Measures {
			key := attestedMeasure{s.Memorandum, s.Edition, slug}
			a.measures[key] = a.measures[key] || !s.Demonstration
		}
		for _, slug := range s.Bases {
			a.bases[slug] = true
		}
		for _, name := range s.BasicList {
			a.editions[name] = true
		}
	}
}
