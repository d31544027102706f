package api

import (
	"context"
	"net/http"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/memoranda/day"
)

// CorrectionView is a correction that another owner made and that waits for an answer.
type CorrectionView struct {
	ID       enforcement.ID `json:"id"`
	Ground   enforcement.ID `json:"ground" doc:"A case of the own organisation that it concerns"`
	OpenedOn day.Day        `json:"opened_on"`
	Before   SubjectView    `json:"before" doc:"As the own organisation knows the subject"`
	After    SubjectView    `json:"after" doc:"As it was corrected elsewhere"`
}

// CorrectionRefusal says why a correction does not hold here.
type CorrectionRefusal struct {
	Path
	Repeatable

	Body struct {
		Reasons string `json:"reasons" maxLength:"20000" doc:"Why it does not hold here; at least ten letters or digits"`
	}
}

var ofCorrecting = slices.Concat(ofJudges, []enforcement.Role{enforcement.DepartmentReviewer})

func correctionRoutes(s *server) {
	add(s, operation{
		method: http.MethodPost, path: "/v1/grounds/{id}/region", id: "state-region", tag: tagChanges, roles: ofCorrecting,
		zh: "说明本机构案件主体的登记地或者居住地及其依据；生效的案件随即按该地区通知接收单位", en: "Say where the subject of an own case is registered or lives, and why; a case in force follows at once",
	}, s.stateRegion)
	add(s, operation{
		method: http.MethodGet, path: "/v1/corrections", id: "list-corrections", tag: tagChanges, roles: ofCorrecting,
		zh: "其他机构更正了本机构案件主体的身份信息，待本机构答复", en: "List corrections of identities that others made and that wait for my organisation's answer",
	}, s.corrections)
	add(s, operation{
		method: http.MethodPost, path: "/v1/corrections/{id}/acceptance", id: "accept-correction", tag: tagChanges, roles: ofCorrecting,
		zh: "接受更正，并通知本机构案件的接收单位", en: "Accept a correction; the recipients of my organisation's cases are told",
	}, s.acceptCorrection)
	add(s, operation{
		method: http.MethodPost, path: "/v1/corrections/{id}/refusal", id: "decline-correction", tag: tagChanges, roles: ofCorrecting,
		zh: "不接受更正，说明理由", en: "Decline a correction, with reasons",
	}, s.declineCorrection)
}

// StatedRegion says where the subject of a case is registered or lives.
type StatedRegion struct {
	Path
	Repeatable

	Body struct {
		Region string `json:"region" pattern:"^[1-8][0-9]([0-9]{2}){0,2}$" doc:"Prefix of a GB/T 2260 code"`
		Reason string `json:"reason" maxLength:"20000" doc:"Why; at least ten letters or digits"`
	}
}

func (s *server) stateRegion(ctx context.Context, act enforcement.Act, in *StatedRegion) (*Done, error) {
	return nil, s.Register.Replanner.StateRegion(ctx, act, in.ID, in.Body.Region, in.Body.Reason)
}

func (s *server) corrections(ctx context.Context, act enforcement.Act, in *Page) (*List[CorrectionView], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.Grounds.Corrections(ctx, act, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	views := make([]CorrectionView, len(list))
	for i, c := range list {
		views[i] = viewCorrection(c)
	}
	return listed(views, in.Limit, func(v CorrectionView) enforcement.ID { return v.ID }), nil
}

func viewCorrection(c ground.Proposed) CorrectionView {
	return CorrectionView{ID: c.ID, Ground: c.Ground, OpenedOn: c.OpenedOn, Before: viewSubject(c.Subject, c.Before, false), After: viewSubject(c.Subject, c.After, false)}
}

// AcceptedCorrection names a correction that is accepted.
type AcceptedCorrection struct {
	Path
	Repeatable
}

func (s *server) acceptCorrection(ctx context.Context, act enforcement.Act, in *AcceptedCorrection) (*Done, error) {
	return nil, s.Register.Grounds.AcceptCorrection(ctx, act, in.ID)
}

func (s *server) declineCorrection(ctx context.Context, act enforcement.Act, in *CorrectionRefusal) (*Done, error) {
	return nil, s.Register.Grounds.DeclineCorrection(ctx, act, in.ID, in.Body.Reasons)
}
