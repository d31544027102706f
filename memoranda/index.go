package memoranda

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"concordat/memoranda/day"
)

// Index is a catalogue compiled for one set of attestations: every answer that
// [Catalogue.Resolve] can give, for every day, kind of subject and kind of ground.
// It decides nothing itself: each answer was asked of the same judge once, on the
// days on which something changes. It never changes and may be shared freely.
type Index struct {
	catalogue *Catalogue
	listTypes []string                // sorted
	blocks    map[string][]indexBlock // by list type; in the order of Resolve
	tables    []indexTable            // by kind of ground and of subject
	outcomes  []outcome
}

// indexBlock is one memorandum edition under one list type: the rows of its
// measures, and the days on which they are asked at all.
type indexBlock struct {
	memorandum  *Memorandum
	from, until day.Day
	first       int // row of the first measure
	measures    []*Measure
}

// indexTable has, for one kind of ground and one of subject, the spans of days of
// every row: span i begins on begins[i] and lasts until the next of its row.
// Row r owns the spans from ends[r-1] up to ends[r].
type indexTable struct {
	ends     []int32
	begins   []day.Day
	outcomes []int32
}

// outcome is an exclusion's code or an inclusion.
type outcome struct {
	code string
	in   *Inclusion
}

// IndexQuestion asks what reaches one kind of subject under one kind of ground.
type IndexQuestion struct {
	// ListTypes to ask about; none is every list type of the catalogue.
	ListTypes []string
	Subject   SubjectKind
	On        day.Day
	Ground    GroundKind
}

// Verdict is one measure of an edition in force, in or out.
type Verdict struct {
	Memorandum *Memorandum
	Measure    *Measure
	// Code is why it is in or out: one of [Reasons].
	Code string
	// In is what [Catalogue.Resolve] would include, nil if the measure is out. It
	// belongs to the index: it may be kept, never written to.
	In *Inclusion
}

// Included reports whether the measure reaches the subject.
func (v Verdict) Included() bool { return v.In != nil }

// Index compiles the catalogue. It takes milliseconds, and memory in proportion
// to the measures times the days on which something changes for them. The error is
// [ErrOtherCatalogue].
func (c *Catalogue) Index(attested *Attestations, requireAttestation bool) (*Index, error) {
	if attested != nil && attested.catalogue != c.hash {
		return nil, ErrOtherCatalogue
	}
	x := &Index{
		catalogue: c, blocks: make(map[string][]indexBlock),
		tables: make([]indexTable, len(GroundKinds())*len(SubjectKinds())),
	}
	b := indexing{Index: x, attested: attested, require: requireAttestation, codes: make(map[string]int32)}
	for i := range c.ListTypes {
		b.listType(&c.ListTypes[i])
	}
	return x, nil
}

// Resolve appends a verdict on every measure of the editions in force to into and
// returns it, in the order of [Catalogue.Resolve], list type by list type. It
// allocates nothing if into has room. Its errors are those of
// [Catalogue.Resolve].
func (x *Index) Resolve(q IndexQuestion, into []Verdict) ([]Verdict, error) {
	ground, subject := slices.Index(GroundKinds(), q.Ground), slices.Index(SubjectKinds(), q.Subject)
	switch {
	case subject < 0:
		return into, fmt.Errorf("%q: %w", q.Subject, ErrUnknownSubject)
	case ground < 0:
		return into, fmt.Errorf("%q: %w", q.Ground, ErrUnknownGround)
	case q.On.IsZero():
		return into, ErrNoDay
	}
	table := &x.tables[ground*len(SubjectKinds())+subject]
	listTypes := q.ListTypes
	if len(listTypes) == 0 {
		listTypes = x.listTypes
	}
	for _, listType := range listTypes {
		if x.catalogue.listTypes[listType] == nil {
			return into, fmt.Errorf("%q: %w", listType, ErrUnknownListType)
		}
		blocks := x.blocks[listType]
		for i := range blocks {
			if within(q.On, blocks[i].from, blocks[i].until) {
				into = x.append(into, &blocks[i], table, q.On)
			}
		}
	}
	return into, nil
}

func (x *Index) append(into []Verdict, b *indexBlock, t *indexTable, on day.Day) []Verdict {
	for i, measure := range b.measures {
		at := t.ends[b.first+i] - 1
		for t.begins[at] > on { // ends at the row's first span, which begins with the edition
			at--
		}
		o := &x.outcomes[t.outcomes[at]]
		into = append(into, Verdict{Memorandum: b.memorandum, Measure: measure, Code: o.code, In: o.in})
	}
	return into
}

// indexing is an index being made.
type indexing struct {
	*Index
	attested *Attestations
	require  bool
	rows     int
	codes    map[string]int32 // outcomes that are exclusions
}

func (b *indexing) listType(t *ListType) {
	b.listTypes = append(b.listTypes, t.Slug)
	for i := range b.catalogue.Memoranda {
		m := &b.catalogue.Memoranda[i]
		if !slices.Contains(m.ListTypes, t.Slug) || !m.Status.Carries() {
			continue
		}
		block := indexBlock{memorandum: m, from: m.From, until: m.Until, first: b.rows}
		for j := range m.Measures {
			if m.ListOf(&m.Measures[j]) == t.Slug {
				block.measures = append(block.measures, &m.Measures[j])
				b.row(t, m, &m.Measures[j])
			}
		}
		b.blocks[t.Slug] = append(b.blocks[t.Slug], block)
	}
}

// row asks the judge about one measure, in every table, on every day on which the
// answer may change.
func (b *indexing) row(t *ListType, m *Memorandum, measure *Measure) {
	b.rows++
	days := b.catalogue.turns(t, m, measure)
	own := len(b.outcomes)
	for g, ground := range GroundKinds() {
		for s, subject := range SubjectKinds() {
			table := &b.tables[g*len(SubjectKinds())+s]
			first := len(table.begins)
			for _, on := range days {
				a := answer{
					catalogue: b.catalogue, memorandum: m, list: b.catalogue.BasicListOn(on),
					listType: t, footing: b.catalogue.Footing(t, on),
					question: Question{
						ListType: t.Slug, Subject: subject, On: on, Ground: ground,
						Attested: b.attested, RequireAttestation: b.require,
					},
				}
				in, code := a.judge(measure)
				o := b.outcome(own, in, code)
				if last := len(table.outcomes) - 1; last >= first && table.outcomes[last] == o {
					continue
				}
				table.begins, table.outcomes = append(table.begins, on), append(table.outcomes, o)
			}
			table.ends = append(table.ends, int32(len(table.begins))) //nolint:gosec // far fewer than two thousand million
		}
	}
}

// outcome returns the number of an outcome; one that the row (whose outcomes begin
// at own) or, of exclusions, the index has already is not kept twice.
func (b *indexing) outcome(own int, in Inclusion, code string) int32 {
	if code != "" {
		if _, known := b.codes[code]; !known {
			b.codes[code] = int32(len(b.outcomes)) //nolint:gosec // as above
			b.outcomes = append(b.outcomes, outcome{code: code})
		}
		return b.codes[code]
	}
	for i := own; i < len(b.outcomes); i++ {
		if known := b.outcomes[i].in; known != nil && reflect.DeepEqual(*known, in) {
			return int32(i) //nolint:gosec // as above
		}
	}
	b.outcomes = append(b.outcomes, outcome{code: in.Reason.Code, in: &in})
	return int32(len(b.outcomes) - 1) //nolint:gosec // as above
}

// turns returns the days, the edition's first among them, on which what is said of
// a measure may change: its own days, those of the bases it and its list type
// cite, of the basic list, and of its bodies' successions. Sorted, each once,
// within the edition.
func (c *Catalogue) turns(t *ListType, m *Memorandum, measure *Measure) []day.Day {
	days := []day.Day{m.From}
	add := func(from, until day.Day) {
		days = append(days, from)
		if !until.IsZero() {
			days = append(days, until.AddDays(1))
		}
	}
	add(measure.From, measure.Until)
	for _, cited := range [][]Citation{measure.Bases, t.Bases} {
		for _, one := range cited {
			add(c.bases[one.Basis].From, c.bases[one.Basis].Until)
		}
	}
	for i := range c.BasicList.Editions {
		add(c.BasicList.Editions[i].From, c.BasicList.Editions[i].Until)
	}
	met := make(map[string]bool)
	var walk func(slug string)
	walk = func(slug string) {
		if met[slug] {
			return
		}
		met[slug] = true
		for _, s := range c.bodies[slug].Successions {
			days = append(days, s.From)
			for _, to := range s.To {
				walk(to)
			}
		}
	}
	for _, slug := range measure.Bodies {
		walk(slug)
	}
	days = slices.DeleteFunc(days, func(d day.Day) bool { return !within(d, m.From, m.Until) })
	slices.SortFunc(days, cmp.Compare)
	return slices.Compact(days)
}
