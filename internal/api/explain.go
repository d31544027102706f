package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/explain"
	"concordat/enforcement/plan"
	"concordat/internal/edge"
	"concordat/internal/i18n"
)

// ofExplaining may ask why: about what concerns the own organisation, overseers
// about everything.
var ofExplaining = []enforcement.Role{
	enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.DepartmentClerk, enforcement.DepartmentReviewer, enforcement.Overseer,
}

// InLanguage chooses the language of sentences.
type InLanguage struct {
	Lang string `query:"lang" enum:"zh-CN,en" doc:"Language of the sentences; as negotiated if left out"`
}

func (q InLanguage) of(ctx context.Context) i18n.Language {
	if q.Lang != "" {
		return i18n.Language(q.Lang)
	}
	return edge.VisitOf(ctx).Language
}

// ExplainedDirective asks why a directive carries what it carries.
type ExplainedDirective struct {
	Path
	InLanguage
}

// ExplainedSubject asks why a measure is, or is not, applied to a subject.
type ExplainedSubject struct {
	Path
	InLanguage
	OnDay

	Memorandum string `query:"memorandum" required:"true" maxLength:"100" doc:"Slug of the measure's memorandum"`
	Measure    string `query:"measure" required:"true" maxLength:"100" doc:"Slug of the measure in it"`
}

// ExplanationView is an explanation as data and in sentences.
type ExplanationView struct {
	Explanation explain.Explanation `json:"explanation"`
	Sentences   []string            `json:"sentences" nullable:"false"`
}

// OneExplanation answers with an explanation.
type OneExplanation struct {
	Body ExplanationView
}

// ManyExplanations answers with one explanation for each organisation, or one that
// says why there is none.
type ManyExplanations struct {
	Body Items[ExplanationView]
}

func explainRoutes(s *server) {
	add(s, operation{
		method: http.MethodGet, path: "/v1/directives/{id}/explanation", id: "explain-directive", tag: tagDirectives, roles: ofExplaining,
		zh: "说明一项协同任务：决定、名单、备忘录条款、措施、法律依据、基础清单、法律核定、机构、如何结束", en: "Explain a directive: decision, list, memorandum and clause, measure, legal basis, basic list, attestation, organisation, how it ends",
	}, s.explainDirective)
	add(s, operation{
		method: http.MethodGet, path: "/v1/subjects/{id}/explanation", id: "explain-subject", tag: tagDirectives, roles: ofExplaining,
		zh: "说明某措施某日对某主体适用或者不适用的原因", en: "Explain why a measure is, or is not, applied to a subject on a day",
	}, s.explainSubject)
}

func (s *server) explainDirective(ctx context.Context, act enforcement.Act, in *ExplainedDirective) (*OneExplanation, error) {
	e, err := s.Register.Explainer.Directive(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return &OneExplanation{Body: ExplanationView{e, e.Sentences(in.of(ctx))}}, nil
}

func (s *server) explainSubject(ctx context.Context, act enforcement.Act, in *ExplainedSubject) (*ManyExplanations, error) {
	on, err := in.day(s, act)
	if err != nil {
		return nil, err
	}
	list, err := s.Register.Explainer.Explain(ctx, act, in.ID, plan.MeasureName{Memorandum: in.Memorandum, Slug: in.Measure}, on)
	if err != nil {
		return nil, err
	}
	out := ManyExplanations{Body: Items[ExplanationView]{Items: make([]ExplanationView, 0, len(list))}}
	for _, e := range list {
		out.Body.Items = append(out.Body.Items, ExplanationView{e, e.Sentences(in.of(ctx))})
	}
	return &out, nil
}
