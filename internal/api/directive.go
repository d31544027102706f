package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/plan"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// DirectiveView is a directive in its newest version.
type DirectiveView struct {
	ID           enforcement.ID             `json:"id"`
	Organisation enforcement.OrganisationID `json:"organisation"`
	Ground       enforcement.ID             `json:"ground"`
	GroundKind   memoranda.GroundKind       `json:"ground_kind"`
	Version      int16                      `json:"version"`
	Kind         directive.VersionKind      `json:"kind"`
	Step         directive.Step             `json:"step"`
	Measures     []string                   `json:"measures" nullable:"false" doc:"All measures now in force under it, memorandum/slug"`
	ValidUntil   day.Day                    `json:"valid_until,omitzero"`
	Past         *directive.Past            `json:"past,omitempty" doc:"Of what ended, for the department that was sent it: no more than this, for three years"`
}

// OneDirective answers with a directive.
type OneDirective struct {
	Body DirectiveView
}

// Answers are the answers of an organisation, in the form that a webhook's
// response has too.
type Answers struct {
	Repeatable

	Body struct {
		Format  int          `json:"format,omitempty" enum:"1" doc:"Form of the answers, 1"`
		Answers []AnswerBody `json:"answers" nullable:"false" minItems:"1" maxItems:"1000"`
	}
}

// AnswerBody answers one version of one directive.
type AnswerBody struct {
	Directive enforcement.ID `json:"directive"`
	Version   int16          `json:"version" minimum:"1" maximum:"32767"`
	Outcome   directive.Step `json:"outcome" enum:"delivered,acknowledged"`
	Reports   []ReportBody   `json:"reports,omitempty" nullable:"false" maxItems:"100"`
}

// ReportBody is what was done with one measure.
type ReportBody struct {
	Measure   string                  `json:"measure" maxLength:"200" doc:"memorandum/slug"`
	Outcome   directive.ReportOutcome `json:"outcome" enum:"implemented,not-applicable,refused,lifted,kept"`
	Reason    string                  `json:"reason,omitempty" maxLength:"40" doc:"no-legal-basis, beyond-basic-list or identity-doubtful, of a refusal"`
	Basis     string                  `json:"basis,omitempty" maxLength:"500" doc:"Of what is kept: slug of a legal basis in the catalogue that carries a restriction alone; else cited"`
	Cited     *CitedBody              `json:"cited,omitempty" doc:"Of what is kept, where basis is not given"`
	Decision  *DecisionBody           `json:"decision,omitempty" doc:"Of what is kept: your own decision; nothing about the person but the remedy"`
	KeptUntil day.Day                 `json:"kept_until,omitzero" doc:"Last day of what is kept: within the basis's period, or two years of the withdrawal"`
}

// Doubting confirms a doubt of the same organisation.
type Doubting struct {
	Path
	Repeatable
}

func directiveRoutes(s *server) {
	add(s, operation{
		method: http.MethodGet, path: "/v1/directives", id: "list-directives", tag: tagDirectives, roles: ofHolders,
		zh: "本单位的协同任务", en: "List the directives of my organisation",
	}, s.directives)
	add(s, operation{
		method: http.MethodGet, path: "/v1/directives/{id}", id: "get-directive", tag: tagDirectives, roles: ofHolders,
		zh: "查看本单位的一项协同任务", en: "Read a directive of my organisation",
	}, s.directive)
	add(s, operation{
		method: http.MethodPost, path: "/v1/answers", id: "answer-directives", tag: tagDirectives, roles: ofDepartment,
		fieldRoles: map[string][]enforcement.Role{"reports": {enforcement.DepartmentReviewer}},
		zh:         "签收并反馈办理结果", en: "Acknowledge directives and report on their measures",
	}, s.answer)
	add(s, operation{
		method: http.MethodPost, path: "/v1/directives/{id}/doubt", id: "confirm-doubt", tag: tagDirectives, roles: []enforcement.Role{enforcement.DepartmentReviewer},
		zh: "由另一名复核人确认本单位反馈的身份存疑：该列入立即在各单位中止", en: "Confirm, as a second reviewer, that my organisation cannot tell whose identity it is: the case is suspended everywhere at once",
	}, s.confirmDoubt)
	add(s, operation{
		method: http.MethodPost, path: "/v1/directives/{id}/identity", id: "ask-identity", tag: tagDirectives, roles: []enforcement.Role{enforcement.DepartmentReviewer},
		zh: "为诉讼申请查看已结束任务的主体身份，须由另一名复核人准许", en: "Ask, for a suit, whom a directive names that ended; another reviewer grants it",
	}, s.askIdentity)
	add(s, operation{
		method: http.MethodPost, path: "/v1/directives/{id}/identity/grant", id: "grant-identity", tag: tagDirectives, roles: []enforcement.Role{enforcement.DepartmentReviewer}, personal: true,
		zh: "准许本单位另一名复核人的申请，查看主体身份；查看留痕", en: "Grant what another reviewer of my organisation asked for, and see whom the directive names; it is logged",
	}, s.grantIdentity)
}

func (s *server) askIdentity(ctx context.Context, act enforcement.Act, in *Revealing) (*Done, error) {
	return nil, s.Register.Directives.AskIdentity(ctx, act, in.ID, in.Body.Reason)
}

func (s *server) grantIdentity(ctx context.Context, act enforcement.Act, in *Doubting) (*OneSubject, error) {
	subject, identity, err := s.Register.Directives.GrantIdentity(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return &OneSubject{Body: viewSubject(subject, identity, false)}, nil
}

func (s *server) directives(ctx context.Context, act enforcement.Act, in *Page) (*List[DirectiveView], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.Directives.List(ctx, act, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(viewDirectives(list), in.Limit, func(d DirectiveView) enforcement.ID { return d.ID }), nil
}

func (s *server) directive(ctx context.Context, act enforcement.Act, in *Path) (*OneDirective, error) {
	d, err := s.Register.Directives.Get(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return &OneDirective{Body: viewDirectives([]directive.Directive{d})[0]}, nil
}

// answer records answers and closes what lies in the inbox of the versions
// acknowledged.
func (s *server) answer(ctx context.Context, act enforcement.Act, in *Answers) (*Done, error) {
	answers := make([]directive.Answer, 0, len(in.Body.Answers))
	for _, a := range in.Body.Answers {
		given := directive.Answer{Directive: a.Directive, Version: a.Version, Step: a.Outcome}
		for _, r := range a.Reports {
			given.Reports = append(given.Reports, r.report())
		}
		answers = append(answers, given)
	}
	return nil, s.Inbox.Answer(ctx, act, answers)
}

func (s *server) confirmDoubt(ctx context.Context, act enforcement.Act, in *Doubting) (*Done, error) {
	return nil, s.Register.Grounds.ConfirmDoubt(ctx, act, in.ID)
}

func viewDirectives(list []directive.Directive) []DirectiveView {
	views := make([]DirectiveView, 0, len(list))
	for _, d := range list {
		views = append(views, DirectiveView{
			ID: d.ID, Organisation: d.Organisation, Ground: d.Ground, GroundKind: d.GroundKind, Version: d.Version, Kind: d.Kind, Step: d.Step,
			Measures: measureTexts(d.Measures), ValidUntil: d.ValidUntil, Past: d.Past,
		})
	}
	return views
}

func measureTexts(names []plan.MeasureName) []string {
	texts := make([]string, 0, len(names))
	for _, n := range names {
		texts = append(texts, n.Memorandum+"/"+n.Slug)
	}
	return texts
}
