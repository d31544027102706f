package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/memoranda/day"
)

// NewCase is an execution case to enter.
type NewCase struct {
	Repeatable

	Body struct {
		Number        string  `json:"number" maxLength:"100" doc:"Case number, （2026）桂0103执1234号"`
		FiledOn       day.Day `json:"filed_on"`
		BasisDocument string  `json:"basis_document" maxLength:"200" doc:"Number of the effective document"`
		BasisUnit     string  `json:"basis_unit" maxLength:"200" doc:"Authority that made it"`
	}
}

func caseRoutes(s *server) {
	add(s, operation{
		method: http.MethodPost, path: "/v1/cases", id: "enter-case", tag: tagCases, roles: ofDrafting, status: http.StatusCreated,
		zh: "录入执行案件", en: "Enter an execution case",
	}, s.enterCase)
	add(s, operation{
		method: http.MethodGet, path: "/v1/cases", id: "list-cases", tag: tagCases, roles: ofCourt,
		zh: "本院案件列表", en: "List the cases of my court",
	}, s.cases)
}

func (s *server) enterCase(ctx context.Context, act enforcement.Act, in *NewCase) (*Created, error) {
	id, err := s.Register.Parties.EnterCase(ctx, act, party.Case{
		Number: in.Body.Number, FiledOn: in.Body.FiledOn, BasisDocument: in.Body.BasisDocument, BasisUnit: in.Body.BasisUnit,
	})
	if err != nil {
		return nil, err
	}
	return created("", id), nil
}

func (s *server) cases(ctx context.Context, act enforcement.Act, in *Page) (*List[party.Case], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.Parties.Cases(ctx, act.Actor.Organisation, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(list, in.Limit, func(c party.Case) enforcement.ID { return c.ID }), nil
}
