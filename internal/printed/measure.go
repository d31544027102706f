package printed

import (
	"slices"

	"concordat/memoranda"
)

// measure is one measure as the template shows it.
type measure struct {
	*memoranda.Measure
	Number        int // ours
	List          string
	ModeWords     word
	StatusWords   word
	EvidenceWords word
	Bodies        []body
	ReachWords    []word
	TerritoryWord word
	Bases         []basis
	Item          *item
	Validity      string // empty: the edition's
	Statements    []statement
	Encoded       verdict
	Required      verdict
	Same          bool // both verdicts say the same
}

// body is a role, and who holds it on the day where that is another.
type body struct {
	Slug   string
	Name   word
	Holder []word
}

// basis is a citation with what it cites.
type basis struct {
	Title, Place  string
	Kind          word
	Verified      bool
	InForce       bool
	Validity      string // empty: no bound known
	EvidenceWords word
	Attested      bool
}

// item is the item of the basic list.
type item struct {
	Title    string
	Class    word
	Verified bool // its title
	Standing bool // on the edition of the day
}

// statement is an attestation of a measure.
type statement struct {
	Name, Role, When, Source string
	Demonstration            bool
}

// verdict says whether a measure would travel on the day.
type verdict struct {
	Travels  bool
	Ground   *word
	Subjects []word
	Code     string
	Reason   word
}

func (p *Printer) measure(m *memoranda.Memorandum, i int, encoded, required *memoranda.Standing) measure {
	one := &m.Measures[i]
	view := measure{
		Measure: one, Number: i + 1, ModeWords: of(modeWords, one.Mode), StatusWords: of(statusWords, one.Status),
		EvidenceWords: of(evidenceWords, one.Evidence), Bodies: p.bodies(one.Bodies, one.Slug),
		ReachWords: ofAll(reachWords, one.Reaches), TerritoryWord: of(territoryWords, one.Territory), Bases: p.bases(one.Bases),
		Item: p.item(one.BasicListItem), Statements: p.statements(m, one.Slug),
		Encoded: verdictOf(encoded), Required: verdictOf(required),
	}
	view.Same = view.Encoded.Code == view.Required.Code && slices.Equal(view.Encoded.Subjects, view.Required.Subjects)
	if len(m.ListTypes) > 1 {
		view.List = p.catalogue.ListType(m.ListOf(one)).ZH
	}
	if !one.From.IsZero() || !one.Until.IsZero() {
		view.Validity = validity(max(one.From, m.From), one.Until)
	}
	return view
}

func (p *Printer) bodies(slugs []string, measure string) []body {
	all := make([]body, len(slugs))
	for i, slug := range slugs {
		all[i] = body{Slug: slug, Name: p.nameOf(slug)}
		if holders := p.catalogue.BodyFor(slug, measure, p.on); !slices.Equal(holders, []string{slug}) {
			for _, holder := range holders {
				all[i].Holder = append(all[i].Holder, p.nameOf(holder))
			}
		}
	}
	return all
}

func (p *Printer) nameOf(slug string) word {
	b := p.catalogue.BodyNamed(slug)
	return word{b.ZH, b.EN}
}

func (p *Printer) bases(cited []memoranda.Citation) []basis {
	all := make([]basis, len(cited))
	for i, one := range cited {
		b := p.catalogue.Basis(one.Basis)
		all[i] = basis{
			Title: b.Title, Place: one.Article + one.Clause, Kind: of(basisWords, b.Kind),
			// What was read is the article that the basis itself names.
			Verified:      b.ArticleVerified && one.Article == b.Article && one.Clause == b.Clause,
			InForce:       p.on >= b.From && (b.Until.IsZero() || p.on <= b.Until),
			EvidenceWords: of(evidenceWords, b.Evidence), Attested: p.attested.Basis(b.Slug),
		}
		if !b.From.IsZero() || !b.Until.IsZero() {
			all[i].Validity = validity(b.From, b.Until)
		}
	}
	return all
}

func (p *Printer) item(slug string) *item {
	i := p.catalogue.Item(slug)
	if i == nil {
		return nil
	}
	return &item{
		Title: i.Title, Class: of(classWords, i.Class), Verified: i.TitleVerified,
		Standing: p.list != nil && slices.Contains(p.list.Items, slug),
	}
}

func (p *Printer) statements(m *memoranda.Memorandum, slug string) []statement {
	if p.attested == nil {
		return nil
	}
	var all []statement
	for _, s := range p.attested.Statements {
		if s.Memorandum == m.Slug && s.Edition == m.Edition && slices.Contains(s.Measures, slug) {
			all = append(all, statement{s.Who.Name, s.Who.Role, s.When.String(), s.Source, s.Demonstration})
		}
	}
	return all
}

func verdictOf(s *memoranda.Standing) verdict {
	reason := s.Reason()
	v := verdict{Travels: s.Travels(), Code: s.Code, Reason: word{reason.ZH, reason.EN}}
	if s.Ground != "" {
		ground := of(groundWords, s.Ground)
		v.Ground = &ground
	}
	for _, subject := range s.Subjects {
		v.Subjects = append(v.Subjects, of(reachWords, memoranda.Reach(subject)))
	}
	return v
}
