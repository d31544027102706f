package memoranda

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/goccy/go-yaml/ast"
)

// ErrUnnamedAttester reports a statement that nobody stands by, or without day
// or source.
var ErrUnnamedAttester = errors.New("an attestation needs a name, a role, a day and a source")

// LoadAttestations reads a file of statements about c. On mistakes the error is
// [Mistakes]: among them a name that c does not have, a hash that no longer fits
// (the words were changed since), and a demonstration that covers what is
// unverified. name is shown in them.
func LoadAttestations(name string, data []byte, c *Catalogue) (*Attestations, error) {
	l := newLoader()
	r := &reader{loader: l, file: name}
	root := r.parse(data)
	if root == nil || r.refused(root) {
		return nil, l.found.sorted()
	}
	var made []Attestation
	r.object(root, field{"attestations", true, r.list(func(n ast.Node) {
		made = append(made, r.attestation(n, c))
	})})
	if len(l.found) > 0 {
		return nil, l.found.sorted()
	}
	return indexed(c, made), nil
}

// NewAttestations takes statements from a record instead of a file, under the
// same rules; the error is [Mistakes] without lines, or [ErrUnnamedAttester].
func NewAttestations(c *Catalogue, statements ...Attestation) (*Attestations, error) {
	l := newLoader()
	for i, s := range statements {
		if s.Who.Name == "" || s.Who.Role == "" || s.When.IsZero() || s.Source == "" {
			return nil, fmt.Errorf("statement %d: %w", i+1, ErrUnnamedAttester)
		}
		file := fmt.Sprintf("statement %d", i+1)
		l.checkStatement(c, s, func(string, string) place { return place{file: file} })
	}
	if len(l.found) > 0 {
		return nil, l.found.sorted()
	}
	return indexed(c, statements), nil
}

func indexed(c *Catalogue, statements []Attestation) *Attestations {
	a := &Attestations{Statements: statements, catalogue: c.hash}
	a.index()
	return a
}

func (r *reader) attestation(n ast.Node, c *Catalogue) Attestation {
	var a Attestation
	before := len(r.found)
	places := map[string]place{"": r.at(n)}
	names := func(field string, into *[]string) func(ast.Node) {
		return r.list(func(n ast.Node) {
			if one, ok := r.scalar(n); ok {
				r.addOnce(into, one, n)
				places[field+" "+one] = r.at(n)
			}
		})
	}
	r.object(n,
		field{"who", true, func(n ast.Node) {
			r.object(n, field{"name", true, r.text(&a.Who.Name)}, field{"role", true, r.text(&a.Who.Role)})
		}},
		field{"when", true, r.date(&a.When)},
		field{"source", true, r.text(&a.Source)},
		field{"memorandum", false, r.text(&a.Memorandum)},
		field{"edition", false, r.text(&a.Edition)},
		field{"measures", false, names("measure", &a.Measures)},
		field{"bases", false, names("basis", &a.Bases)},
		field{"basic_list", false, names("edition", &a.BasicList)},
		field{"hash", true, func(n ast.Node) { r.hash(n, &a.Hash); places["hash"] = r.at(n) }},
		field{"demonstration", false, r.truth(&a.Demonstration)},
	)
	if len(r.found) > before { // what was misread cannot be compared
		return a
	}
	r.checkStatement(c, a, func(field, name string) place {
		if at, ok := places[field+" "+name]; ok {
			return at
		}
		if at, ok := places[field]; ok {
			return at
		}
		return places[""]
	})
	return a
}

func (r *reader) hash(n ast.Node, into *[32]byte) {
	text, ok := r.scalar(n)
	if !ok {
		return
	}
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(into) {
		r.note(r.at(n), "memoranda.bad-hash", text)
		return
	}
	*into = [32]byte(raw)
}

// checkStatement compares a statement with the catalogue; where says where a
// field's name stands.
func (l *loader) checkStatement(c *Catalogue, a Attestation, where func(field, name string) place) {
	before := len(l.found)
	m := c.Memorandum(a.Memorandum, a.Edition)
	if m == nil && (len(a.Measures) > 0 || a.Memorandum != "") {
		l.note(where("", ""), "memoranda.unknown-memorandum", a.Memorandum+" "+a.Edition)
		return
	}
	for _, slug := range a.Measures {
		measure := m.Measure(slug)
		switch {
		case measure == nil:
			l.noteNear(where("measure", slug), "memoranda.unknown-measure", nearest(slug, measureSlugs(m)), slug)
		case a.Demonstration && measure.Evidence == Unverified:
			l.note(where("measure", slug), "memoranda.unverified", slug)
		}
	}
	for _, slug := range a.Bases {
		if c.bases[slug] == nil {
			l.noteNear(where("basis", slug), "memoranda.unknown-basis", nearest(slug, basisSlugs(c)), slug)
		}
	}
	for _, name := range a.BasicList {
		if c.basicListEdition(name) == nil {
			l.note(where("edition", name), "memoranda.unknown-edition", name, basicListNames(c))
		}
	}
	if now := c.AttestedHash(a); len(l.found) == before && now != a.Hash {
		l.note(where("hash", ""), "memoranda.stale", hex.EncodeToString(now[:]))
	}
}

func measureSlugs(m *Memorandum) []string {
	slugs := make([]string, len(m.Measures))
	for i := range m.Measures {
		slugs[i] = m.Measures[i].Slug
	}
	return slugs
}

func basisSlugs(c *Catalogue) []string {
	slugs := make([]string, len(c.Bases))
	for i := range c.Bases {
		slugs[i] = c.Bases[i].Slug
	}
	return slugs
}
