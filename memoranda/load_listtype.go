package memoranda

import (
	"github.com/goccy/go-yaml/ast"
)

// listReader reads list types.
type listReader struct{ *reader }

func (r listReader) listType(n ast.Node) {
	var t ListType
	r.object(n,
		field{"slug", true, r.slug(&t.Slug, kindListType)},
		field{"zh", true, r.text(&t.ZH)},
		field{"en", true, r.text(&t.EN)},
		field{"kind", true, word(r.reader, &t.Kind, "kind", ListKinds())},
		field{"authority", true, word(r.reader, &t.Authority, "authority", []string{"court", "department", "unit"})},
		field{"owners", false, r.refsOf(&t.Owners, kindBody)},
		field{"serious", false, r.truth(&t.Serious)},
		field{"region", false, r.region(&t.Region)},
		field{"bases", true, r.citations(&t.Bases)},
		field{"subjects", true, r.some("subjects", wordsOf(r.reader, &t.Subjects, "subjects", SubjectKinds()))},
		field{"grounds", false, r.list(func(n ast.Node) { r.listGround(n, &t) })},
		field{"terms", false, r.list(func(n ast.Node) { r.term(n, &t) })},
		field{"notice", false, r.period(&t.Notice, "notice", longestWindow)},
		field{"publication", false, func(n ast.Node) { r.publication(n, &t) }},
		field{"repair", false, func(n ast.Node) { r.repair(n, &t) }},
		field{"reward", false, func(n ast.Node) { r.rewardRule(n, &t) }},
		field{"evidence", true, word(r.reader, &t.Evidence, "evidence", Evidences())},
		field{"note", false, r.text(&t.Note)},
	)
	r.after = append(r.after, func() { r.checkTerms(n, t) })
	if t.Kind == Punish && t.Reward != nil {
		r.note(r.at(n), "memoranda.reward-rule", t.Slug)
	}
	if t.Kind == Reward && t.Serious {
		r.note(r.at(n), "memoranda.serious-reward", t.Slug)
	}
	r.catalogue.ListTypes = append(r.catalogue.ListTypes, t)
}

// placed are the fields that say where a rule stands.
func (r listReader) placed(into **Citation) []field {
	c := new(Citation)
	set := func(read func(ast.Node)) func(ast.Node) {
		return func(n ast.Node) { *into = c; read(n) }
	}
	return []field{
		{"basis", false, set(func(n ast.Node) {
			r.ref(&c.Basis, kindBasis)(n)
			r.after = append(r.after, func() { r.checkCitation(n, *c) })
		})},
		{"article", false, set(r.article(&c.Article))},
		{"clause", false, set(r.clause(&c.Clause))},
	}
}

// checkPlaced holds an article or a clause to its basis.
func (r listReader) checkPlaced(n ast.Node, c *Citation) {
	if c != nil && c.Basis == "" {
		r.note(r.at(n), "memoranda.missing-field", "basis")
	}
}

func (r listReader) periodFields(p *Period) []field {
	return append(r.placed(&p.Place),
		field{"value", true, r.count(&p.Value)},
		field{"unit", true, word(r.reader, &p.Unit, "unit", Units())},
		field{"evidence", true, word(r.reader, &p.Evidence, "evidence", Evidences())},
		field{"note", false, r.text(&p.Note)},
	)
}

// period reads one that no rule sets longer than the bound.
func (r listReader) period(into **Period, name string, longest map[Unit]int) func(ast.Node) {
	return func(n ast.Node) {
		p := new(Period)
		r.object(n, r.periodFields(p)...)
		r.checkPlaced(n, p.Place)
		r.atMost(n, name, p, longest)
		*into = p
	}
}

func (r listReader) listGround(n ast.Node, t *ListType) {
	var g ListGround
	r.object(n, append(r.placed(&g.Place),
		field{"slug", true, r.slug(&g.Slug, "")},
		field{"zh", true, r.text(&g.ZH)},
		field{"en", true, r.text(&g.EN)},
		field{"evidence", true, word(r.reader, &g.Evidence, "evidence", Evidences())},
		field{"note", false, r.text(&g.Note)},
	)...)
	r.checkPlaced(n, g.Place)
	if g.Slug != "" && t.ListGround(g.Slug) != nil {
		r.note(r.at(n), "memoranda.duplicate-entry", g.Slug)
	}
	t.Grounds = append(t.Grounds, g)
}

func (r listReader) term(n ast.Node, t *ListType) {
	var m Term
	fields := append(r.periodFields(&m.Period),
		field{"grounds", false, r.list(func(n ast.Node) {
			if one, ok := r.scalar(n); ok {
				r.addOnce(&m.Grounds, one, n)
			}
		})},
		field{"open", false, r.truth(&m.Open)},
		field{"zh", false, r.text(&m.ZH)},
		field{"en", false, r.text(&m.EN)},
	)
	for i := range fields {
		fields[i].need = fields[i].name == "evidence"
	}
	r.object(n, fields...)
	r.checkPlaced(n, m.Place)
	r.atMost(n, "terms", &m.Period, longestTerm)
	switch {
	case m.Open && (m.Value != 0 || m.ZH == "" || m.EN == ""):
		r.note(r.at(n), "memoranda.open-term")
	case !m.Open && m.Value == 0:
		r.note(r.at(n), "memoranda.missing-field", "value")
	case !m.Open && m.Unit == "":
		r.note(r.at(n), "memoranda.missing-field", "unit")
	}
	t.Terms = append(t.Terms, m)
}

// checkTerms holds the grounds that terms name to those of their list type.
func (r listReader) checkTerms(n ast.Node, t ListType) {
	for _, term := range t.Terms {
		for _, slug := range term.Grounds {
			if t.ListGround(slug) == nil {
				names := make([]string, 0, len(t.Grounds))
				for _, g := range t.Grounds {
					names = append(names, g.Slug)
				}
				r.noteNear(r.at(n), "memoranda.unknown-ground", nearest(slug, names), slug)
			}
		}
	}
}

func (r listReader) publication(n ast.Node, t *ListType) {
	p := new(Publication)
	r.object(n, append(r.placed(&p.Place),
		field{"rule", true, word(r.reader, &p.Rule, "rule", PublicationRules())},
		field{"objection", false, r.period(&p.Objection, "objection", longestWindow)},
		field{"evidence", true, word(r.reader, &p.Evidence, "evidence", Evidences())},
		field{"note", false, r.text(&p.Note)},
	)...)
	r.checkPlaced(n, p.Place)
	t.Publication = p
}

func (r listReader) repair(n ast.Node, t *ListType) {
	p := new(Repair)
	r.object(n, append(r.placed(&p.Place),
		field{"rule", true, word(r.reader, &p.Rule, "rule", RepairRules())},
		field{"after", false, r.period(&p.After, "after", longestTerm)},
		field{"zh", false, r.text(&p.ZH)},
		field{"en", false, r.text(&p.EN)},
		field{"evidence", true, word(r.reader, &p.Evidence, "evidence", Evidences())},
		field{"note", false, r.text(&p.Note)},
	)...)
	r.checkPlaced(n, p.Place)
	t.Repair = p
}

func (r listReader) rewardRule(n ast.Node, t *ListType) {
	p := new(RewardRule)
	r.object(n,
		field{"review", false, r.period(&p.Review, "review", longestWindow)},
		field{"automatic", false, func(n ast.Node) {
			r.object(n, r.placed(&p.Automatic)...)
			r.checkPlaced(n, p.Automatic)
			if p.Automatic == nil || (p.Automatic.Article == "" && p.Automatic.Clause == "") {
				r.note(r.at(n), "memoranda.automatic-uncited")
			}
		}},
		field{"evidence", true, word(r.reader, &p.Evidence, "evidence", Evidences())},
		field{"note", false, r.text(&p.Note)},
	)
	t.Reward = p
}
