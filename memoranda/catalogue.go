package memoranda

import (
	"slices"

	"concordat/memoranda/day"
)

// Catalogue is everything that was agreed, checked and indexed. It is made by
// [Load] or [Embedded], never changes after, and may be shared freely; callers
// must not write into what it hands out.
type Catalogue struct {
	Bodies    []Body       // sorted by slug
	Bases     []LegalBasis // sorted by slug
	ListTypes []ListType   // sorted by slug
	BasicList BasicList
	Memoranda []Memorandum // sorted by slug, then by first day

	bodies    map[string]*Body
	bases     map[string]*LegalBasis
	listTypes map[string]*ListType
	items     map[string]*BasicListItem
	hash      [32]byte
	reference map[string][]byte // the files that are no memoranda, by name
}

// Body is a role that a memorandum names (成员单位), or a later one that took
// such a role over.
type Body struct {
	Slug        string       `json:"slug"`
	ZH          string       `json:"zh"`
	EN          string       `json:"en"`
	Successions []Succession `json:"successions,omitempty"` // sorted by From
	Evidence    Evidence     `json:"evidence"`
	Note        string       `json:"note,omitempty"`
	// Climbs is how far up its duty may be looked for where no organisation of the
	// region itself stands for it; empty: no further than the region.
	Climbs Level `json:"climbs,omitempty"`
	// From is its first day, where that is known: no role passes to it or from it before.
	From day.Day `json:"from,omitzero"`
}

// Succession hands a role on from a day. With Measures, for those measures
// alone, before any general succession.
type Succession struct {
	To       []string `json:"to"`
	From     day.Day  `json:"from"`
	Measures []string `json:"measures,omitempty"`
	// Precision is "year" when only the year is known; From is then its last day.
	Precision string   `json:"precision,omitempty"`
	Evidence  Evidence `json:"evidence"`
	Note      string   `json:"note,omitempty"`
}

// LegalBasis is a text that a measure can rest on. From and Until bound the days
// on which it may be cited; zero is no bound known to us.
type LegalBasis struct {
	Slug    string    `json:"slug"`
	Title   string    `json:"title"` // Chinese, with its number where known
	Kind    BasisKind `json:"kind"`
	Article string    `json:"article,omitempty"` // as 第12条第3项
	Clause  string    `json:"clause,omitempty"`  // of a policy document, as (一)1
	Region  string    `json:"region,omitempty"`  // of a local regulation
	// AbleClause is the clause of a policy document that speaks only of who can perform and
	// refuses: it carries nothing against who was listed on other conduct alone
	// (法释〔2017〕7号 Art. 1, items 2 to 6); empty: none does.
	AbleClause string `json:"able_clause,omitempty"`
	// KeepsMonths is for how many months after the end a department may keep a measure on
	// this basis; 0: it gives no period.
	KeepsMonths     int      `json:"keeps_months,omitempty"`
	ArticleVerified bool     `json:"article_verified"`
	From            day.Day  `json:"from,omitzero"`
	Until           day.Day  `json:"until,omitzero"`
	Evidence        Evidence `json:"evidence"`
	Note            string   `json:"note,omitempty"`
}

// BasicList is the national basic list of punishments in all its editions.
type BasicList struct {
	Items    []BasicListItem    `json:"items"`    // sorted by slug
	Editions []BasicListEdition `json:"editions"` // sorted by From
}

// BasicListItem is one punishment that the basic list names. It has no number:
// none was seen.
type BasicListItem struct {
	Slug          string   `json:"slug"`
	Title         string   `json:"title"`
	Class         Class    `json:"class"`
	TitleVerified bool     `json:"title_verified"`
	Evidence      Evidence `json:"evidence"`
	Note          string   `json:"note,omitempty"`
}

// BasicListEdition is the basic list of a span of days. A zero Until stands
// until the next edition's From.
type BasicListEdition struct {
	Name     string   `json:"name"` // as 2024
	Number   string   `json:"number,omitempty"`
	From     day.Day  `json:"from"`
	Until    day.Day  `json:"until,omitzero"`
	Items    []string `json:"items"` // sorted slugs
	Evidence Evidence `json:"evidence"`
	Note     string   `json:"note,omitempty"`
}

// Memorandum is one edition of one memorandum.
type Memorandum struct {
	Slug        string     `json:"slug"`
	ZH          string     `json:"zh"`
	EN          string     `json:"en"`
	Number      string     `json:"number,omitempty"` // its document number
	ListType    string     `json:"list_type"`        // the first, where it has several
	Signed      day.Day    `json:"signed,omitzero"`
	Edition     string     `json:"edition"`
	From        day.Day    `json:"from"`
	Until       day.Day    `json:"until,omitzero"`
	Status      Status     `json:"status"`
	Lead        []string   `json:"lead,omitempty"`
	Signatories []string   `json:"signatories"` // in the order of the notice; none: not known
	Preamble    []Citation `json:"preamble,omitempty"`
	Groups      []Group    `json:"groups,omitempty"`
	Measures    []Measure  `json:"measures"` // in our order
	Evidence    Evidence   `json:"evidence"`
	Note        string     `json:"note,omitempty"`

	Kind DocumentKind `json:"kind,omitempty"`
	// ListTypes are all its list types, ListType first.
	ListTypes []string `json:"list_types,omitempty"`
	// Dated is its date as exactly as it is known (2016-12, 2016) where the day is
	// not.
	Dated string `json:"dated,omitempty"`
	// Counted are the totals published of it; nil: none known.
	Counted *Counted `json:"counted,omitempty"`
	// NotEncoded says what is known to stand in it and is not encoded here.
	NotEncoded []Remark `json:"not_encoded,omitempty"`

	hash   [32]byte
	file   string // for mistakes
	source []byte
}

// Source is the text that the edition was read from, YAML.
func (m *Memorandum) Source() []byte { return slices.Clone(m.source) }

// Counted are published totals of a memorandum; zero is not known.
type Counted struct {
	Bodies   int      `json:"bodies,omitempty"`
	Groups   int      `json:"groups,omitempty"`
	Measures int      `json:"measures,omitempty"`
	Evidence Evidence `json:"evidence"`
}

// Remark is a sentence in both languages.
type Remark struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Group is a heading under which a memorandum puts measures.
type Group struct {
	Slug     string   `json:"slug"`
	ZH       string   `json:"zh"`
	EN       string   `json:"en"`
	Evidence Evidence `json:"evidence"`
}

// Measure is what one or more bodies do to whom (措施).
type Measure struct {
	Slug          string     `json:"slug"`
	Group         string     `json:"group,omitempty"`
	Clause        string     `json:"clause,omitempty"` // the memorandum's own, where seen
	ZH            string     `json:"zh"`
	EN            string     `json:"en"`
	Mode          Mode       `json:"mode"`
	Bodies        []string   `json:"bodies"`
	Reaches       []Reach    `json:"reaches"`
	Territory     Territory  `json:"territory"`
	Bases         []Citation `json:"bases"`
	BasicListItem string     `json:"basic_list_item,omitempty"`
	From          day.Day    `json:"from,omitzero"`  // zero: the edition's
	Until         day.Day    `json:"until,omitzero"` // zero: the edition's
	Status        Status     `json:"status"`
	Evidence      Evidence   `json:"evidence"`
	Note          string     `json:"note,omitempty"`
	// ListType is the list it belongs to where its memorandum has several; see
	// [Memorandum.ListOf].
	ListType string `json:"list_type,omitempty"`
}

// ListOf returns the list type that a measure of the memorandum belongs to.
func (m *Memorandum) ListOf(measure *Measure) string {
	if measure.ListType != "" {
		return measure.ListType
	}
	return m.ListType
}

// Citation is a basis at a place: an article, or a policy document's clause.
// Either may be empty; then the citation does not suffice alone.
type Citation struct {
	Basis   string `json:"basis"`
	Article string `json:"article,omitempty"`
	Clause  string `json:"clause,omitempty"`
}

// ReachesSubject reports whether the measure reaches a listed subject of the
// kind itself.
func (m *Measure) ReachesSubject(kind SubjectKind) bool {
	return slices.Contains(m.Reaches, Reach(kind))
}

// BodyNamed returns the body of a slug, or nil; [Catalogue.Body] follows successions.
func (c *Catalogue) BodyNamed(slug string) *Body { return c.bodies[slug] }

// Basis returns the legal basis of a slug, or nil.
func (c *Catalogue) Basis(slug string) *LegalBasis { return c.bases[slug] }

// ListType returns the list type of a slug, or nil.
func (c *Catalogue) ListType(slug string) *ListType { return c.listTypes[slug] }

// Item returns the basic-list item of a slug, or nil.
func (c *Catalogue) Item(slug string) *BasicListItem { return c.items[slug] }

// Memorandum returns an edition of a memorandum, or nil.
func (c *Catalogue) Memorandum(slug, edition string) *Memorandum {
	for i := range c.Memoranda {
		if c.Memoranda[i].Slug == slug && c.Memoranda[i].Edition == edition {
			return &c.Memoranda[i]
		}
	}
	return nil
}

// Measure returns the measure of a slug, or nil.
func (m *Memorandum) Measure(slug string) *Measure {
	for i := range m.Measures {
		if m.Measures[i].Slug == slug {
			return &m.Measures[i]
		}
	}
	return nil
}
