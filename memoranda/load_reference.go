package memoranda

import (
	"regexp"

	"github.com/goccy/go-yaml/ast"
)

func (r *reader) body(n ast.Node) {
	var b Body
	r.object(n,
		field{"slug", true, r.slug(&b.Slug, kindBody)},
		field{"zh", true, r.text(&b.ZH)},
		field{"en", true, r.text(&b.EN)},
		field{"successions", false, r.list(func(n ast.Node) {
			r.succession(n, &b)
			s := &b.Successions[len(b.Successions)-1]
			r.after = append(r.after, func() { r.checkSuccession(n, &b, s) })
		})},
		field{"from", false, r.date(&b.From)},
		field{"climbs", false, word(r, &b.Climbs, "climbs", Levels())},
		field{"evidence", true, word(r, &b.Evidence, "evidence", Evidences())},
		field{"note", false, r.text(&b.Note)},
	)
	r.catalogue.Bodies = append(r.catalogue.Bodies, b)
}

func (r *reader) succession(n ast.Node, b *Body) {
	var s Succession
	r.object(n,
		field{"to", true, r.some("to", r.refsOf(&s.To, kindBody))},
		field{"from", true, r.date(&s.From)},
		field{"measures", false, r.refsOf(&s.Measures, kindMeasure)},
		field{"precision", false, word(r, &s.Precision, "precision", []string{"day", "year"})},
		field{"evidence", true, word(r, &s.Evidence, "evidence", Evidences())},
		field{"note", false, r.text(&s.Note)},
	)
	if s.Precision == "day" {
		s.Precision = ""
	}
	if _, month, dom := s.From.Date(); s.Precision == "year" && (month != 12 || dom != 31) {
		r.note(r.at(n), "memoranda.bad-precision")
	}
	b.Successions = append(b.Successions, s)
}

var (
	articleForm = regexp.MustCompile(`^第[1-9]\d*条(之[一二三四五六七八九十]+)?(第[1-9]\d*款)?(第[1-9]\d*项)?$`)
	clauseForm  = regexp.MustCompile(`^\([一二三四五六七八九十]+\)([1-9]\d*)?$`)
	// memorandumClauseForm is how memoranda number their own clauses.
	memorandumClauseForm = regexp.MustCompile(`^第[一二三四五六七八九十百]+条$`)
)

func (r *reader) article(into *string) func(ast.Node) {
	return r.formed(into, articleForm, "memoranda.bad-article")
}

func (r *reader) clause(into *string) func(ast.Node) {
	return r.formed(into, clauseForm, "memoranda.bad-clause")
}

func (r *reader) formed(into *string, form *regexp.Regexp, code string) func(ast.Node) {
	return func(n ast.Node) {
		text, ok := r.scalar(n)
		if !ok {
			return
		}
		if !form.MatchString(text) {
			r.note(r.at(n), code, text)
			return
		}
		*into = text
	}
}

func (r *reader) basis(n ast.Node) {
	var b LegalBasis
	r.object(n,
		field{"slug", true, r.slug(&b.Slug, kindBasis)},
		field{"title", true, r.text(&b.Title)},
		field{"kind", true, word(r, &b.Kind, "kind", BasisKinds())},
		field{"article", false, r.article(&b.Article)},
		field{"clause", false, r.clause(&b.Clause)},
		field{"region", false, r.region(&b.Region)},
		field{"able_clause", false, r.clause(&b.AbleClause)},
		field{"keeps_months", false, func(n ast.Node) {
			r.count(&b.KeepsMonths)(n)
			r.atMost(n, "keeps_months", &Period{Value: b.KeepsMonths, Unit: Months}, map[Unit]int{Months: longestKeeping})
		}},
		field{"article_verified", false, r.truth(&b.ArticleVerified)},
		field{"from", false, r.date(&b.From)},
		field{"until", false, r.date(&b.Until)},
		field{"evidence", true, word(r, &b.Evidence, "evidence", Evidences())},
		field{"note", false, r.text(&b.Note)},
	)
	r.span(n, b.From, b.Until)
	if b.Kind != "" && ((b.Kind.IsPolicy() && b.Article != "") || (!b.Kind.IsPolicy() && b.Clause+b.AbleClause != "")) {
		r.note(r.at(n), "memoranda.wrong-place", b.Slug)
	}
	if b.Kind != "" && (b.Kind == LocalRegulation) != (b.Region != "") {
		r.note(r.at(n), "memoranda.local-regulation", b.Slug)
	}
	r.catalogue.Bases = append(r.catalogue.Bases, b)
}

// citations reads a list of bases, each at its place; each is also given to what is to be
// checked once all bases are known.
func (r *reader) citations(into *[]Citation, checks ...func(n ast.Node, cited string)) func(ast.Node) {
	return r.list(func(n ast.Node) {
		var c Citation
		r.object(n,
			field{"basis", true, r.ref(&c.Basis, kindBasis)},
			field{"article", false, r.article(&c.Article)},
			field{"clause", false, r.clause(&c.Clause)},
		)
		for _, other := range *into {
			if other == c {
				r.note(r.at(n), "memoranda.duplicate-entry", c.Basis)
			}
		}
		*into = append(*into, c)
		r.after = append(r.after, func() {
			r.checkCitation(n, c)
			for _, check := range checks {
				check(n, c.Basis)
			}
		})
	})
}

// checkCitation holds articles to laws and clauses to policy documents.
func (r *reader) checkCitation(n ast.Node, c Citation) {
	for _, b := range r.catalogue.Bases {
		if b.Slug != c.Basis || b.Kind == "" {
			continue
		}
		if (b.Kind.IsPolicy() && c.Article != "") || (!b.Kind.IsPolicy() && c.Clause != "") {
			r.note(r.at(n), "memoranda.wrong-place", c.Basis)
		}
	}
}

func (r *reader) item(n ast.Node) {
	var i BasicListItem
	r.object(n,
		field{"slug", true, r.slug(&i.Slug, kindItem)},
		field{"title", true, r.text(&i.Title)},
		field{"class", true, word(r, &i.Class, "class", Classes())},
		field{"title_verified", true, r.truth(&i.TitleVerified)},
		field{"evidence", true, word(r, &i.Evidence, "evidence", Evidences())},
		field{"note", false, r.text(&i.Note)},
	)
	r.catalogue.BasicList.Items = append(r.catalogue.BasicList.Items, i)
}

func (r *reader) basicListEdition(n ast.Node) {
	var e BasicListEdition
	r.object(n,
		field{"name", true, func(n ast.Node) {
			if r.name(&e.Name)(n); e.Name != "" {
				r.define(kindEdition, e.Name, r.at(n))
			}
		}},
		field{"number", false, r.text(&e.Number)},
		field{"from", true, r.date(&e.From)},
		field{"until", false, r.date(&e.Until)},
		field{"items", true, r.refsOf(&e.Items, kindItem)},
		field{"evidence", true, word(r, &e.Evidence, "evidence", Evidences())},
		field{"note", false, r.text(&e.Note)},
	)
	r.span(n, e.From, e.Until)
	r.catalogue.BasicList.Editions = append(r.catalogue.BasicList.Editions, e)
	r.spans = append(r.spans, span{"the basic list", "edition " + e.Name, e.From, e.Until, false, r.at(n)})
}
