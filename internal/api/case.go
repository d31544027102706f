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

// NewLink says that a case goes on from an earlier one.
type NewLink struct {
	Path
	Repeatable

	Body struct {
		Earlier enforcement.ID `json:"earlier" doc:"The earlier case, of this or another court"`
		Kind    party.LinkKind `json:"kind" enum:"resumed,transferred,ordered,entrusted,reapplied"`
		ToldOn  day.Day        `json:"told_on,omitzero" doc:"Day on which the parties were told in writing that it goes on; without it the earlier case's notice does not count"`
	}
}

// LinkPath names a link of a case.
type LinkPath struct {
	Path
	Repeatable

	Link enforcement.ID `path:"link" doc:"The link's id"`
}

func caseRoutes(s *server) {
	add(s, operation{
		method: http.MethodPost, path: "/v1/cases/{id}/links", id: "link-case", tag: tagCases, roles: ofDrafting, status: http.StatusCreated,
		zh: "登记本案由前案接续而来", en: "Enter that a case goes on from an earlier one",
	}, s.linkCase)
	add(s, operation{
		method: http.MethodGet, path: "/v1/cases/{id}/links", id: "list-case-links", tag: tagCases, roles: ofCourt,
		zh: "本案与前后案件的关联", en: "List the links of a case to earlier and later ones",
	}, s.caseLinks)
	add(s, operation{
		method: http.MethodPost, path: "/v1/cases/{id}/links/{link}/confirmation", id: "confirm-case-link", tag: tagCases, roles: ofJudges,
		zh: "确认案件关联；非登记人", en: "Confirm a link of cases, as another than who entered it",
	}, s.confirmLink)
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

func (s *server) linkCase(ctx context.Context, act enforcement.Act, in *NewLink) (*Created, error) {
	id, err := s.Register.Parties.LinkCase(ctx, act, party.Link{Earlier: in.Body.Earlier, Later: in.ID, Kind: in.Body.Kind, ToldOn: in.Body.ToldOn})
	if err != nil {
		return nil, err
	}
	return created("", id), nil
}

func (s *server) caseLinks(ctx context.Context, act enforcement.Act, in *Path) (*List[party.Link], error) {
	list, err := s.Register.Parties.Links(ctx, act.Actor.Organisation, in.ID)
	if err != nil {
		return nil, err
	}
	return listed(list, len(list), func(k party.Link) enforcement.ID { return k.ID }), nil
}

func (s *server) confirmLink(ctx context.Context, act enforcement.Act, in *LinkPath) (*Done, error) {
	return nil, s.Register.Parties.ConfirmLink(ctx, act, in.ID, in.Link)
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
