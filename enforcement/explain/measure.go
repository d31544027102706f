package explain

import (
	"slices"

	"concordat/enforcement/plan"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// library is what the explanation asks: the catalogue in force and the statements
// that count for it.
type library struct {
	*memoranda.Catalogue
	attested *memoranda.Attestations
}

func (r *Explainer) library() library {
	catalogue, attested := r.Plans.InForce()
	return library{catalogue, attested}
}

// locate finds the edition in which a measure stands on a day. Where none does,
// it is the latest edition that had it by then, or else the first that has it;
// standing is then false.
func (l library) locate(name plan.MeasureName, on day.Day) (m *memoranda.Memorandum, measure *memoranda.Measure, standing bool) {
	for i := range l.Memoranda {
		e := &l.Memoranda[i]
		found := e.Measure(name.Slug)
		if e.Slug != name.Memorandum || found == nil {
			continue
		}
		if e.From <= on && (e.Until.IsZero() || on <= e.Until) {
			return e, found, true
		}
		if m == nil || e.From <= on {
			m, measure = e, found
		}
	}
	return m, measure, false
}

// editionOn is the edition of a memorandum on a day, or nil.
func (l library) editionOn(memorandum string, on day.Day) *memoranda.Memorandum {
	for i := range l.Memoranda {
		e := &l.Memoranda[i]
		if e.Slug == memorandum && e.From <= on && (e.Until.IsZero() || on <= e.Until) {
			return e
		}
	}
	return nil
}

// judged is why a measure is in or out by a resolution, as a code; empty where the
// resolution knows nothing of it.
func judged(resolution memoranda.Resolution, name plan.MeasureName) (code string, in bool) {
	for _, one := range resolution.Included {
		if one.Memorandum == name.Memorandum && one.Measure.Slug == name.Slug {
			return one.Reason.Code, true
		}
	}
	for _, one := range resolution.Excluded {
		if one.Memorandum == name.Memorandum && one.Measure.Slug == name.Slug {
			return one.Code, false
		}
	}
	return "", false
}

// missing is why a resolution knows nothing of a measure.
func (l library) missing(name plan.MeasureName, on day.Day) string {
	if l.editionOn(name.Memorandum, on) == nil {
		return unappliedNoEdition
	}
	if _, _, standing := l.locate(name, on); !standing {
		return unappliedRepealed
	}
	return unappliedNotListed // it belongs to another list of the same document
}

// measure explains what carries a measure on a day. kind is what the subject is,
// which decides the territory.
func (l library) measure(name plan.MeasureName, kind memoranda.SubjectKind, on day.Day) (Measure, bool) {
	m, measure, _ := l.locate(name, on)
	if m == nil {
		return Measure{}, false
	}
	e := Measure{
		Memorandum: m.Slug, MemorandumZH: m.ZH, MemorandumEN: m.EN, Number: m.Number, Edition: m.Edition, EditionFrom: m.From, EditionUntil: m.Until,
		Slug: measure.Slug, Clause: measure.Clause, ZH: measure.ZH, EN: measure.EN, Mode: measure.Mode,
		Territory: measure.Territory.For(kind), Evidence: measure.Evidence,
		Bases: l.bases(measure.Bases, on), Attested: l.attested.Measure(m.Slug, m.Edition, measure.Slug),
		Attestations: []Statement{}, Bodies: []Body{},
	}
	e.BasicList = l.basicList(measure.BasicListItem, on)
	e.Attestations = l.statements(m, measure, e.BasicList)
	for _, slug := range measure.Bodies {
		for _, holder := range l.BodyFor(slug, measure.Slug, on) {
			e.Bodies = append(e.Bodies, l.body(slug, measure.Slug, holder, on))
		}
	}
	return e, true
}

func (l library) bases(cited []memoranda.Citation, on day.Day) []Basis {
	bases := make([]Basis, 0, len(cited))
	for _, one := range cited {
		b := l.Basis(one.Basis)
		bases = append(bases, Basis{
			Basis: b.Slug, Title: b.Title, Kind: b.Kind, Article: one.Article, Clause: one.Clause,
			InForce: b.From <= on && (b.Until.IsZero() || on <= b.Until), Verified: b.ArticleVerified, Evidence: b.Evidence,
		})
	}
	return bases
}

func (l library) basicList(item string, on day.Day) *BasicList {
	i := l.Item(item)
	if i == nil {
		return nil
	}
	e := &BasicList{Item: i.Slug, Title: i.Title, Class: i.Class, TitleVerified: i.TitleVerified}
	if edition := l.BasicListOn(on); edition != nil {
		if _, found := slices.BinarySearch(edition.Items, item); found {
			e.Edition, e.Number = edition.Name, edition.Number
		}
	}
	return e
}

// statements are those that cover the measure, a basis it cites, or the
// basic-list edition it stands on.
func (l library) statements(m *memoranda.Memorandum, measure *memoranda.Measure, list *BasicList) []Statement {
	found := []Statement{}
	if l.attested == nil {
		return found
	}
	for i := range l.attested.Statements {
		s := &l.attested.Statements[i]
		add := func(of, what string) {
			found = append(found, Statement{
				Of: of, What: what, Who: s.Who.Name, Role: s.Who.Role, When: s.When, Source: s.Source, Demonstration: s.Demonstration,
			})
		}
		if s.Memorandum == m.Slug && s.Edition == m.Edition && slices.Contains(s.Measures, measure.Slug) {
			add("measure", measure.Slug)
		}
		for _, one := range measure.Bases {
			if slices.Contains(s.Bases, one.Basis) {
				add("basis", one.Basis)
			}
		}
		if list != nil && list.Edition != "" && slices.Contains(s.BasicList, list.Edition) {
			add("basic-list", list.Edition)
		}
	}
	return found
}

func (l library) body(named, measure, holder string, on day.Day) Body {
	e := Body{Named: named, Holder: holder}
	if b := l.BodyNamed(named); b != nil {
		e.NamedZH, e.NamedEN = b.ZH, b.EN
	}
	if b := l.BodyNamed(holder); b != nil {
		e.HolderZH, e.HolderEN = b.ZH, b.EN
	}
	path, _ := l.Handovers(named, measure, holder, on)
	for _, step := range path {
		h := Handover{Handover: step}
		if b := l.BodyNamed(step.From); b != nil {
			h.FromZH, h.FromEN = b.ZH, b.EN
		}
		if b := l.BodyNamed(step.To); b != nil {
			h.ToZH, h.ToEN = b.ZH, b.EN
		}
		e.Path = append(e.Path, h)
	}
	return e
}

func (l library) listType(slug string, on day.Day) *ListType {
	t := l.ListType(slug)
	if t == nil {
		return nil
	}
	return &ListType{
		Slug: t.Slug, ZH: t.ZH, EN: t.EN, Kind: t.Kind, Authority: t.Authority, Footing: l.Footing(t, on), Bases: l.bases(t.Bases, on),
	}
}

// belongs says to which list types a measure belongs in any edition.
func (l library) belongs(name plan.MeasureName) map[string]bool {
	lists := map[string]bool{}
	for i := range l.Memoranda {
		if m := &l.Memoranda[i]; m.Slug == name.Memorandum {
			if measure := m.Measure(name.Slug); measure != nil {
				lists[m.ListOf(measure)] = true
			}
		}
	}
	return lists
}
