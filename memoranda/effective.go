package memoranda

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"concordat/memoranda/day"
)

// Adopted is a memorandum edition as a record has it: what was adopted, and from
// when to when it stands.
type Adopted struct {
	Memorandum string
	// Name is the edition's own; it may be empty where an older release entered it.
	Name string
	// From and Until bound the days on which it stands; a zero Until is open. They
	// may be narrower than what its text says: a successor ends it.
	From, Until day.Day
	// Hash is [Catalogue.EditionHash] of when it was adopted.
	Hash [32]byte
	// Source is its text; empty where the record has none.
	Source []byte
}

// File names the text of the edition in mistakes: its slug and first day.
func (a Adopted) File() string { return a.Memorandum + "@" + a.From.String() }

// Known reports whether the catalogue reads the edition as it was adopted. It does
// not where the record has no text and this programme brings another, and where
// what the text refers to (bodies, bases, the basic list) has changed since.
func (c *Catalogue) Known(a Adopted) bool {
	i := slices.IndexFunc(c.Memoranda, func(m Memorandum) bool { return m.Slug == a.Memorandum && m.From == a.From })
	return i >= 0 && c.Memoranda[i].hash == a.Hash
}

// text is one memorandum file and when it stands.
type text struct {
	file   string
	source []byte
	stands period
}

// Effective is the catalogue in force: the seed, in which the editions of the
// record stand in place of the seed's own wherever the record has any of that
// memorandum. Bodies, bases, list types and the basic list are the seed's. An
// edition of which neither has the text that was adopted is left out; see
// [Catalogue.Known]. An edition's hash is that of its own text, whatever ends it.
// The error is [Mistakes] where a text does not fit the seed; see [Adopted.File].
func Effective(seed *Catalogue, adopted []Adopted) (*Catalogue, error) {
	recorded := make(map[string]bool)
	// The record's texts come last, so that what does not go together with the seed
	// is their mistake.
	var texts, own []text
	for _, a := range adopted {
		recorded[a.Memorandum] = true
		stands := period{a.From, a.Until}
		m := seed.beginning(a.Memorandum, a.From)
		switch {
		case m != nil && (bytes.Equal(m.source, a.Source) || (len(a.Source) == 0 && m.hash == a.Hash)):
			texts = append(texts, text{m.file, m.source, stands})
		case len(a.Source) > 0:
			own = append(own, text{a.File(), a.Source, stands})
		}
	}
	for i := range seed.Memoranda {
		if m := &seed.Memoranda[i]; !recorded[m.Slug] {
			texts = append(texts, m.text())
		}
	}
	texts = append(texts, own...)
	if seed.is(texts) {
		return seed, nil
	}
	return assemble(seed.reference, texts)
}

// Next is a catalogue in which a further edition of a memorandum, or a first one,
// follows the present: it must begin after the day on which the present edition
// began, and ends that the day before. The error is [Mistakes] about the file,
// whose name is shown in them.
func Next(c *Catalogue, file string, source []byte) (*Catalogue, *Memorandum, error) {
	alone := newLoader()
	r := &reader{loader: alone, file: file}
	var head Memorandum
	if root := r.parse(source); root != nil && !r.refused(root) {
		editionReader{r}.memorandum(root)
		head = alone.catalogue.Memoranda[0]
	}
	texts := make([]text, 0, len(c.Memoranda)+1)
	var out Mistakes
	for i := range c.Memoranda {
		m := &c.Memoranda[i]
		t := m.text()
		if t.file == file { // two files of one name would be taken for one
			t.file = m.Slug + "@" + m.From.String()
		}
		if m.Slug == head.Slug && !head.From.IsZero() && c.last(i) {
			switch before := head.From.AddDays(-1); {
			case head.From <= m.From:
				alone.note(r.begins, "memoranda.not-after", head.From, m.Edition, m.From)
			case !m.Until.IsZero() && m.Until < before:
				alone.note(r.begins, "memoranda.gap", m.Edition, m.Until)
			default:
				t.stands.until = before
			}
		}
		texts = append(texts, t)
	}
	for _, one := range alone.found {
		if one.Code == "memoranda.not-after" || one.Code == "memoranda.gap" {
			out = append(out, one)
		}
	}
	next, err := assemble(c.reference, append(texts, text{file, slices.Clone(source), period{}}))
	if found, ok := err.(Mistakes); ok { //nolint:errorlint // assemble returns nothing else
		for _, one := range found {
			// Where it may not follow at all, that it overlaps says nothing more.
			if one.Code != "memoranda.overlap" || len(out) == 0 {
				out = append(out, one)
			}
		}
	}
	if len(out) > 0 {
		return nil, nil, out.sorted()
	}
	return next, next.beginning(head.Slug, head.From), nil
}

// text is what the edition was read from.
func (m *Memorandum) text() text { return text{m.file, m.source, period{m.From, m.Until}} }

// last reports whether no edition of the memorandum at i follows it.
func (c *Catalogue) last(i int) bool {
	return i+1 == len(c.Memoranda) || c.Memoranda[i+1].Slug != c.Memoranda[i].Slug
}

// beginning is the edition of a memorandum that begins on a day, or nil.
func (c *Catalogue) beginning(slug string, from day.Day) *Memorandum {
	for i := range c.Memoranda {
		if c.Memoranda[i].Slug == slug && c.Memoranda[i].From == from {
			return &c.Memoranda[i]
		}
	}
	return nil
}

// is reports whether the texts are the catalogue's own, no more and no less.
func (c *Catalogue) is(texts []text) bool {
	if len(texts) != len(c.Memoranda) {
		return false
	}
	for i := range c.Memoranda {
		m := &c.Memoranda[i]
		if !slices.ContainsFunc(texts, func(t text) bool { return t.file == m.file && t.stands == period{m.From, m.Until} }) {
			return false
		}
	}
	return true
}

// assemble reads texts beside the files of a catalogue that are no memoranda. The
// error is [Mistakes].
func assemble(reference map[string][]byte, texts []text) (*Catalogue, error) {
	l := newLoader()
	l.stands = make(map[string]period, len(texts))
	for _, name := range []string{fileBodies, fileBases, fileListTypes, fileBasicList} {
		l.readFile(name, reference[name])
	}
	for _, t := range texts {
		if t.stands != (period{}) {
			l.stands[t.file] = t.stands
		}
		l.readFile(t.file, t.source)
	}
	c, err := l.finished()
	if err != nil {
		return nil, err
	}
	c.stand(l.stands)
	return c, nil
}

// stand bounds editions by what the record says of them; their hashes stay those
// of their texts.
func (c *Catalogue) stand(stands map[string]period) {
	for i := range c.Memoranda {
		if of, ok := stands[c.Memoranda[i].file]; ok {
			c.Memoranda[i].From, c.Memoranda[i].Until = of.from, of.until
		}
	}
	slices.SortFunc(c.Memoranda, func(a, b Memorandum) int {
		return cmp.Or(cmp.Compare(a.Slug, b.Slug), cmp.Compare(a.From, b.From))
	})
	c.hash = c.digest(c.Bodies, c.Bases, c.ListTypes, c.BasicList, c.Memoranda)
}

// Fallen is a statement that attests nothing in a catalogue, and why.
type Fallen struct {
	// Statement counts from 0.
	Statement int
	Because   error
}

// StandingAttestations takes statements of a record as far as they still count:
// one whose words have changed since, or of which something is gone, attests
// nothing and is returned as fallen.
func StandingAttestations(c *Catalogue, statements []Attestation) (*Attestations, []Fallen) {
	var standing []Attestation
	var fallen []Fallen
	for i, s := range statements {
		if _, err := NewAttestations(c, s); err != nil {
			fallen = append(fallen, Fallen{i, fmt.Errorf("statement of %s: %w", s.When, err)})
			continue
		}
		standing = append(standing, s)
	}
	return indexed(c, standing), fallen
}
