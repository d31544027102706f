package printed

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"concordat/memoranda"
	"concordat/memoranda/day"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// Printer prints editions of one catalogue as they stand on one day.
type Printer struct {
	catalogue *memoranda.Catalogue
	attested  *memoranda.Attestations
	on        day.Day
	list      *memoranda.BasicListEdition // nil: none stands
	// encoded answers without attestation, required as production does.
	encoded, required *memoranda.Index
}

// New returns a printer for a day, by which bodies, bases, the basic list and what
// would travel are told. attested is what lawyers have stated; nil is nothing. The
// errors are [memoranda.ErrOtherCatalogue] and [memoranda.ErrNoDay].
func New(c *memoranda.Catalogue, attested *memoranda.Attestations, on day.Day) (*Printer, error) {
	if on.IsZero() {
		return nil, memoranda.ErrNoDay
	}
	p := &Printer{catalogue: c, attested: attested, on: on, list: c.BasicListOn(on)}
	var err error
	if p.encoded, err = c.Index(attested, false); err == nil {
		p.required, err = c.Index(attested, true)
	}
	if err != nil {
		return nil, fmt.Errorf("compile the catalogue: %w", err)
	}
	return p, nil
}

// FileName is a page's name: the slug and the first day of the edition, which
// together are unlike any other's.
func FileName(m *memoranda.Memorandum) string { return m.Slug + "_" + m.From.String() + ".html" }

// Page writes the page of an edition, which must be of the printer's catalogue.
func (p *Printer) Page(w io.Writer, m *memoranda.Memorandum) error {
	if err := pageTemplate.Execute(w, p.page(m)); err != nil {
		return fmt.Errorf("print %s %s: %w", m.Slug, m.Edition, err)
	}
	return nil
}

// page is what the template shows.
type page struct {
	*memoranda.Memorandum
	On            string
	Demonstration bool
	Hash          string
	KindWords     word
	StatusWords   word
	EvidenceWords word
	Dates         string // as exactly as known
	Validity      string
	Lead          []body
	Signatories   []body
	Preamble      []basis
	Lists         []list
	Groups        []group
	Totals        []total
	Travelling    [2]int // as encoded, as production would
	BasicList     string // name of the edition that stands; empty: none
	ListAttested  bool
}

// group is a heading with its measures; without words for measures under none.
type group struct {
	ZH, EN   string
	Measures []measure
}

// total compares a published count with ours.
type total struct {
	What    word
	Counted string // empty: not known
	Encoded int
}

func (p *Printer) page(m *memoranda.Memorandum) page {
	hash := p.catalogue.EditionHash(m)
	view := page{
		Memorandum: m, On: p.on.String(), Demonstration: p.attested.Demonstration(), Hash: fmt.Sprintf("%x", hash),
		KindWords: of(documentWords, m.Kind), StatusWords: of(statusWords, m.Status), EvidenceWords: of(evidenceWords, m.Evidence),
		Dates: dates(m), Validity: validity(m.From, m.Until),
		Lead: p.bodies(m.Lead, ""), Signatories: p.bodies(m.Signatories, ""), Preamble: p.bases(m.Preamble),
		Totals: totals(m),
	}
	if p.list != nil {
		view.BasicList, view.ListAttested = p.list.Name, p.attested.BasicListEdition(p.list.Name)
	}
	for _, slug := range m.ListTypes {
		view.Lists = append(view.Lists, p.listType(p.catalogue.ListType(slug)))
	}
	encoded, required := p.encoded.Standings(m, p.on), p.required.Standings(m, p.on)
	for i := range m.Measures {
		if encoded[i].Travels() {
			view.Travelling[0]++
		}
		if required[i].Travels() {
			view.Travelling[1]++
		}
		one := p.measure(m, i, &encoded[i], &required[i])
		if last := len(view.Groups) - 1; last < 0 || view.Groups[last].Measures[0].Group != one.Group {
			view.Groups = append(view.Groups, heading(m, one.Group))
		}
		last := &view.Groups[len(view.Groups)-1]
		last.Measures = append(last.Measures, one)
	}
	return view
}

func heading(m *memoranda.Memorandum, slug string) group {
	for _, g := range m.Groups {
		if g.Slug == slug {
			return group{ZH: g.ZH, EN: g.EN}
		}
	}
	return group{}
}

func dates(m *memoranda.Memorandum) string {
	if !m.Signed.IsZero() {
		return m.Signed.String()
	}
	return m.Dated
}

// validity is a span of days; an open end is left open.
func validity(from, until day.Day) string {
	return strings.TrimSpace(from.String() + " – " + until.String())
}

func totals(m *memoranda.Memorandum) []total {
	counted := memoranda.Counted{}
	if m.Counted != nil {
		counted = *m.Counted
	}
	known := func(n int) string {
		if n == 0 {
			return ""
		}
		return fmt.Sprint(n)
	}
	return []total{
		{word{"成员单位", "bodies"}, known(counted.Bodies), len(m.Signatories)},
		{word{"措施类别", "groups"}, known(counted.Groups), len(m.Groups)},
		{word{"措施", "measures"}, known(counted.Measures), len(m.Measures)},
	}
}
