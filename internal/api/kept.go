package api

import (
	"context"
	"net/http"
	"strings"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/plan"
	"concordat/memoranda/day"
)

// CitedBody is a legal basis that the catalogue does not have.
type CitedBody struct {
	Title   string `json:"title" maxLength:"500" doc:"Of a law or regulation"`
	Article string `json:"article" maxLength:"500" doc:"As 第1条"`
}

// DecisionBody is a department's own decision on what it keeps.
type DecisionBody struct {
	Number   string  `json:"number" maxLength:"500"`
	ServedOn day.Day `json:"served_on" doc:"Not after today"`
	Remedy   string  `json:"remedy" maxLength:"1000" doc:"Where and until when the subject can seek review"`
}

// KeptView is a measure that a department keeps after it was withdrawn. It counts as kept,
// never as withdrawn.
type KeptView struct {
	Directive    enforcement.ID             `json:"directive"`
	Ground       enforcement.ID             `json:"ground"`
	Owner        enforcement.OrganisationID `json:"owner" doc:"Who keeps the list"`
	Organisation enforcement.OrganisationID `json:"organisation" doc:"Who keeps the measure"`
	Measure      string                     `json:"measure" doc:"memorandum/slug"`
	State        directive.KeptState        `json:"state" enum:"open,noted,disputed,over" doc:"over: beyond its last day, or what it was withdrawn from was revoked"`
	WithdrawnOn  day.Day                    `json:"withdrawn_on"`
	Until        day.Day                    `json:"until"`
	Basis        string                     `json:"basis" doc:"In words"`
	BasisSlug    string                     `json:"basis_slug,omitempty" doc:"Of the catalogue"`
	Decision     *DecisionBody              `json:"decision,omitempty" doc:"Absent where an earlier release did not ask for it"`
	ReportedOn   day.Day                    `json:"reported_on"`
	NotedOn      day.Day                    `json:"noted_on,omitzero"`
	Reasons      string                     `json:"reasons,omitempty" doc:"Of who disputes it"`
}

// KeptPage asks for a page of what is kept.
type KeptPage struct {
	Page

	State directive.KeptState `query:"state" enum:"open,noted,disputed,over"`
}

// KeptNoting says what a reviewer of who keeps the list holds of a measure that is kept.
type KeptNoting struct {
	Path
	Repeatable

	Body struct {
		Measure string         `json:"measure" maxLength:"200" doc:"memorandum/slug"`
		Note    directive.Note `json:"note" enum:"noted,disputed"`
		Reasons string         `json:"reasons,omitempty" maxLength:"1000" doc:"Required of a dispute; the department reads them, so never anything about a person"`
	}
}

// ofNoting are those that may note what is kept of their own list.
var ofNoting = []enforcement.Role{enforcement.President, enforcement.DepartmentReviewer}

func keptRoutes(s *server) {
	add(s, operation{
		method: http.MethodGet, path: "/v1/kept", id: "list-kept", tag: tagDirectives, roles: ofExplaining,
		zh: "撤销后由部门依自身依据保留的措施：本单位名单的、本单位保留的；监督人员可见全部", en: "List what departments keep on their own basis after a withdrawal: of my lists, or kept by us; an overseer sees all",
	}, s.kept)
	add(s, operation{
		method: http.MethodPost, path: "/v1/kept/{id}/notes", id: "note-kept", tag: tagDirectives, roles: ofNoting,
		zh: "对部门保留的措施登记意见：已知悉，或者有异议并说明理由；不改变协同任务", en: "Note what a department keeps under the directive of this id, or dispute it with reasons; no directive changes",
	}, s.noteKept)
}

// kept lists by directive; the measures of one directive stand on one page.
func (s *server) kept(ctx context.Context, act enforcement.Act, in *KeptPage) (*List[KeptView], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.Directives.KeptList(ctx, act, in.State, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	views, cut, directives := viewKept(list), len(list), 0
	for i := range views {
		if i == 0 || views[i].Directive != views[i-1].Directive {
			if directives++; directives > in.Limit {
				cut = i
				break
			}
		}
	}
	return listed(views, cut, func(k KeptView) enforcement.ID { return k.Directive }), nil
}

func (s *server) noteKept(ctx context.Context, act enforcement.Act, in *KeptNoting) (*Done, error) {
	memorandum, slug, _ := strings.Cut(in.Body.Measure, "/")
	return nil, s.Register.Directives.NoteKept(ctx, act, directive.KeptNote{
		Directive: in.ID, Measure: plan.MeasureName{Memorandum: memorandum, Slug: slug}, Note: in.Body.Note, Reasons: in.Body.Reasons,
	})
}

func viewKept(list []directive.Kept) []KeptView {
	views := make([]KeptView, 0, len(list))
	for _, k := range list {
		v := KeptView{
			Directive: k.Directive, Ground: k.Ground, Owner: k.Owner, Organisation: k.Organisation, Measure: k.Measure.Memorandum + "/" + k.Measure.Slug,
			State: k.State, WithdrawnOn: k.WithdrawnOn, Until: k.Until, Basis: k.Basis, BasisSlug: k.Slug, ReportedOn: k.ReportedOn, NotedOn: k.NotedOn, Reasons: k.Reasons,
		}
		if (k.Decision != directive.OwnDecision{}) {
			v.Decision = &DecisionBody{k.Decision.Number, k.Decision.ServedOn, k.Decision.Remedy}
		}
		views = append(views, v)
	}
	return views
}

// report is what the body says of one measure.
func (r *ReportBody) report() directive.Report {
	memorandum, slug, _ := strings.Cut(r.Measure, "/")
	report := directive.Report{
		Measure: plan.MeasureName{Memorandum: memorandum, Slug: slug}, Outcome: r.Outcome, Reason: r.Reason, Basis: r.Basis, KeptUntil: r.KeptUntil,
	}
	if r.Cited != nil {
		report.Cited = directive.Cited(*r.Cited)
	}
	if r.Decision != nil {
		report.Decision = directive.OwnDecision{Number: r.Decision.Number, ServedOn: r.Decision.ServedOn, Remedy: r.Decision.Remedy}
	}
	return report
}
