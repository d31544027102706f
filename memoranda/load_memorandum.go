package memoranda

import (
	"regexp"
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// editionReader reads editions of memoranda and their measures.
type editionReader struct{ *reader }

func (r editionReader) memorandum(root ast.Node) {
	var m Memorandum
	var measures ast.Node
	r.object(root,
		field{"memorandum", true, func(n ast.Node) { r.head(n, &m) }},
		field{"measures", false, func(n ast.Node) { measures = n }},
	)
	if measures != nil {
		r.list(func(n ast.Node) { r.measure(n, &m) })(measures)
	}
	r.checkAllThere(root, &m)
	r.catalogue.Memoranda = append(r.catalogue.Memoranda, m)
}

func (r editionReader) head(n ast.Node, m *Memorandum) {
	r.object(n,
		field{"slug", true, r.slug(&m.Slug, "")},
		field{"zh", true, r.text(&m.ZH)},
		field{"en", true, r.text(&m.EN)},
		field{"number", false, r.text(&m.Number)},
		field{"kind", false, word(r.reader, &m.Kind, "kind", DocumentKinds())},
		field{"list_type", false, r.ref(&m.ListType, kindListType)},
		field{"list_types", false, r.some("list_types", r.refsOf(&m.ListTypes, kindListType))},
		field{"signed", false, r.date(&m.Signed)},
		field{"dated", false, r.formed(&m.Dated, datedForm, "memoranda.bad-dated")},
		field{"edition", true, r.name(&m.Edition)},
		field{"from", true, func(n ast.Node) { r.date(&m.From)(n); r.begins = r.at(n) }},
		field{"until", false, r.date(&m.Until)},
		field{"status", true, word(r.reader, &m.Status, "status", Statuses())},
		field{"lead", false, r.refsOf(&m.Lead, kindBody)},
		field{"signatories", false, r.some("signatories", r.refsOf(&m.Signatories, kindBody))},
		field{"counted", false, func(n ast.Node) { r.counted(n, m) }},
		field{"not_encoded", false, r.list(func(n ast.Node) { r.remark(n, m) })},
		field{"preamble", false, r.citations(&m.Preamble, func(n ast.Node, cited string) { r.checkInForce(n, cited, m.From, m.Until) })},
		field{"groups", false, r.list(func(n ast.Node) { r.group(n, m) })},
		field{"evidence", true, word(r.reader, &m.Evidence, "evidence", Evidences())},
		field{"note", false, r.text(&m.Note)},
	)
	r.headLists(n, m)
	r.checkHead(n, m)
	r.after = append(r.after, func() { r.checkSignedByLiving(n, m) })
	r.span(n, m.From, m.Until)
	stands, name := period{m.From, m.Until}, m.Edition
	if of, ok := r.stands[r.file]; ok {
		if stands = of; of.from != m.From { // the same text, adopted again
			name += " " + of.from.String()
		}
	}
	if m.Slug != "" {
		r.define(kindMemorandum, m.Slug+"/"+name, r.at(n))
	}
	r.spans = append(r.spans, span{
		"memorandum " + m.Slug, m.Slug + " " + m.Edition, stands.from, stands.until, true, r.at(n),
	})
}

// datedForm is a year, a month or a day.
var datedForm = regexp.MustCompile(`^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$`)

// headLists makes the first of several list types the memorandum's own.
func (r editionReader) headLists(n ast.Node, m *Memorandum) {
	switch {
	case m.ListType != "" && len(m.ListTypes) > 0:
		r.note(r.at(n), "memoranda.two-fields", "list_type", "list_types")
	case m.ListType != "":
		m.ListTypes = []string{m.ListType}
	case len(m.ListTypes) > 0:
		m.ListType = m.ListTypes[0]
	default:
		r.note(r.at(n), "memoranda.missing-field", "list_type")
	}
	if m.Kind == "" {
		m.Kind = IsMemorandum
	}
}

func (r editionReader) counted(n ast.Node, m *Memorandum) {
	c := new(Counted)
	r.object(n,
		field{"bodies", false, r.count(&c.Bodies)},
		field{"groups", false, r.count(&c.Groups)},
		field{"measures", false, r.count(&c.Measures)},
		field{"evidence", true, word(r.reader, &c.Evidence, "evidence", Evidences())},
	)
	m.Counted = c
}

func (r editionReader) remark(n ast.Node, m *Memorandum) {
	var one Remark
	r.object(n, field{"zh", true, r.text(&one.ZH)}, field{"en", true, r.text(&one.EN)})
	m.NotEncoded = append(m.NotEncoded, one)
}

// groupKind keeps the groups of each file apart.
func (r editionReader) groupKind() string { return "group " + r.file }

// measureKind keeps the measures of each memorandum edition apart.
func (r editionReader) measureKind() string { return "measure " + r.file }

func (r editionReader) group(n ast.Node, m *Memorandum) {
	var g Group
	r.object(n,
		field{"slug", true, r.slug(&g.Slug, r.groupKind())},
		field{"zh", true, r.text(&g.ZH)},
		field{"en", true, r.text(&g.EN)},
		field{"evidence", true, word(r.reader, &g.Evidence, "evidence", Evidences())},
	)
	m.Groups = append(m.Groups, g)
}

func (r editionReader) measure(n ast.Node, of *Memorandum) {
	var m Measure
	var bodies ast.Node
	r.object(n,
		field{"slug", true, r.measureSlug(&m.Slug, of)},
		field{"list_type", false, r.ref(&m.ListType, kindListType)},
		field{"group", false, r.ref(&m.Group, r.groupKind())},
		field{"clause", false, r.formed(&m.Clause, memorandumClauseForm, "memoranda.bad-memorandum-clause")},
		field{"zh", true, r.text(&m.ZH)},
		field{"en", true, r.text(&m.EN)},
		field{"mode", true, word(r.reader, &m.Mode, "mode", Modes())},
		field{"bodies", true, func(n ast.Node) { bodies = n; r.refsOf(&m.Bodies, kindBody)(n) }},
		field{"reaches", true, r.some("reaches", wordsOf(r.reader, &m.Reaches, "reaches", Reaches()))},
		field{"territory", true, word(r.reader, &m.Territory, "territory", Territories())},
		field{"bases", true, r.citations(&m.Bases, func(n ast.Node, cited string) {
			from, until := m.during(of)
			r.checkInForce(n, cited, from, until)
		})},
		field{"basic_list_item", false, r.ref(&m.BasicListItem, kindItem)},
		field{"from", false, r.date(&m.From)},
		field{"until", false, r.date(&m.Until)},
		field{"status", true, word(r.reader, &m.Status, "status", Statuses())},
		field{"evidence", true, word(r.reader, &m.Evidence, "evidence", Evidences())},
		field{"note", false, r.text(&m.Note)},
	)
	r.span(n, m.From, m.Until)
	r.checkList(n, m, of)
	r.after = append(r.after, func() { r.checkOfList(n, &m, of.ListOf(&m)) })
	if m.Status.Carries() && m.BasicListItem == "" && m.Mode.needsItem() {
		r.after = append(r.after, func() { r.checkItem(n, m, of.ListOf(&m)) })
	}
	if m.Status != "" && m.Status != Uncertain && bodies != nil && len(m.Bodies) == 0 {
		r.note(r.at(n), "memoranda.no-body")
	}
	if (!m.From.IsZero() && m.From < of.From) || (!of.Until.IsZero() && max(m.From, m.Until) > of.Until) {
		r.note(r.at(n), "memoranda.outside-edition")
	}
	r.checkSignatories(bodies, of)
	if m.Status == Moved {
		r.after = append(r.after, func() { r.checkMoved(n, m) })
	}
	of.Measures = append(of.Measures, m)
}

// checkList holds a measure to a list of its memorandum: to be named where there
// are several, and not to be named otherwise.
func (r editionReader) checkList(n ast.Node, m Measure, of *Memorandum) {
	switch {
	case len(of.ListTypes) > 1 && m.ListType == "":
		r.note(r.at(n), "memoranda.missing-field", "list_type")
	case m.ListType != "" && !slices.Contains(of.ListTypes, m.ListType):
		r.note(r.at(n), "memoranda.other-list-type", m.ListType)
	case m.ListType != "" && len(of.ListTypes) == 1:
		r.note(r.at(n), "memoranda.needless-list-type", m.ListType)
	}
}

// checkItem refuses a measure without an item of the basic list unless its list
// rewards.
func (r editionReader) checkItem(n ast.Node, m Measure, list string) {
	for i := range r.catalogue.ListTypes {
		if t := &r.catalogue.ListTypes[i]; t.Slug == list && t.Kind == Punish {
			r.note(r.at(n), "memoranda.no-basic-list-item", m.Slug)
		}
	}
}

// measureSlug makes the slug known to its own edition (no repetition) and to the
// whole catalogue (successions name it; two memoranda may not share it, two
// editions of one may).
func (r editionReader) measureSlug(into *string, of *Memorandum) func(ast.Node) {
	return func(n ast.Node) {
		if r.slug(into, r.measureKind())(n); *into == "" {
			return
		}
		owner, known := r.owners[*into]
		switch {
		case !known:
			r.owners[*into] = of.Slug
			r.define(kindMeasure, *into, r.at(n))
		case owner != of.Slug:
			r.note(r.at(n), "memoranda.duplicate-slug", *into, r.names[kindMeasure][*into])
		}
	}
}

func (r editionReader) checkSignatories(bodies ast.Node, of *Memorandum) {
	list, ok := bodies.(*ast.SequenceNode)
	if !ok || len(of.Signatories) == 0 {
		return
	}
	for _, each := range list.Values {
		name, ok := each.(*ast.StringNode)
		if !ok || slices.Contains(of.Signatories, name.Value) {
			continue
		}
		if _, known := r.names[kindBody][name.Value]; known || r.unknowable[kindBody] {
			r.note(r.at(each), "memoranda.not-signatory", printable(name.Value))
		}
	}
}

// checkMoved holds a moved measure to a succession that moves it.
func (r editionReader) checkMoved(n ast.Node, m Measure) {
	if r.unknowable[kindBody] {
		return
	}
	for _, b := range r.catalogue.Bodies {
		if !slices.Contains(m.Bodies, b.Slug) {
			continue
		}
		for _, s := range b.Successions {
			if len(s.Measures) == 0 || slices.Contains(s.Measures, m.Slug) {
				return
			}
		}
	}
	r.note(r.at(n), "memoranda.no-successor")
}
