package api

import (
	"bytes"
	"context"
	"net/http"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/internal/edge"
	"concordat/memoranda/day"
)

// NewOrganisation is an organisation to enter.
type NewOrganisation struct {
	Repeatable

	Body struct {
		Slug              string                     `json:"slug" maxLength:"64" doc:"Small letters, digits and hyphens"`
		NameZH            string                     `json:"name_zh" minLength:"1" maxLength:"100"`
		NameEN            string                     `json:"name_en" minLength:"1" maxLength:"200"`
		Kind              party.OrganisationKind     `json:"kind" enum:"court,authority,assisting-unit,informed-body"`
		Serves            string                     `json:"serves" pattern:"^[0-9]{0,6}$" doc:"Prefix of the GB/T 2260 codes it serves"`
		CourtCode         string                     `json:"court_code,omitempty" maxLength:"16" doc:"As in case numbers, 桂0103; courts only"`
		Superior          enforcement.OrganisationID `json:"superior,omitempty" minimum:"1"`
		AckWorkingDays    int                        `json:"ack_working_days,omitempty" minimum:"0" maximum:"60" doc:"0 means 3"`
		ReportWorkingDays int                        `json:"report_working_days,omitempty" minimum:"0" maximum:"120" doc:"0 means 15"`
		Bodies            []BodyPart                 `json:"bodies,omitempty" nullable:"false" maxItems:"50"`
	}
}

// BodyPart is a body of the memoranda that an organisation stands for.
type BodyPart struct {
	Body  string  `json:"body" maxLength:"64" doc:"Slug of the body in the catalogue"`
	From  day.Day `json:"from"`
	Until day.Day `json:"until,omitzero"`
}

// OrganisationAsked answers with the number of a new organisation, or with the proposal
// that a second operator has to confirm before there is one.
type OrganisationAsked struct {
	Status int

	Body struct {
		ID       enforcement.OrganisationID `json:"id,omitempty" doc:"Of the organisation; absent where it was proposed"`
		Proposal enforcement.ID             `json:"proposal,omitzero" doc:"Of the change that a second operator confirms; see /v1/changes"`
	}
}

func organisationRoutes(s *server) {
	add(s, operation{
		method: http.MethodGet, path: "/v1/organisations", id: "list-organisations", tag: tagReference, roles: enforcement.Roles(),
		zh: "机构列表", en: "List organisations",
	}, s.organisations)
	add(s, operation{
		method: http.MethodPost, path: "/v1/organisations", id: "add-organisation", tag: tagReference, status: http.StatusCreated,
		roles: []enforcement.Role{enforcement.Operator}, zh: "登记机构；系统已发出过内容时，承担职能的机构须经另一名运维人员确认", en: "Enter an organisation; one that stands for a body is proposed once anything was sent",
	}, s.addOrganisation)
	responses := s.api.OpenAPI().Paths["/v1/organisations"].Post.Responses
	proposed := *responses["201"]
	proposed.Description = "Accepted: another operator has to confirm it"
	responses["202"] = &proposed
}

func (s *server) organisations(ctx context.Context, _ enforcement.Act, in *Page) (*List[party.Organisation], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	all, err := s.Register.Parties.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	idOf := func(o party.Organisation) enforcement.ID { return edge.Numbered(o.ID) }
	rest := slices.DeleteFunc(all, func(o party.Organisation) bool {
		id := idOf(o)
		return bytes.Compare(id[:], after[:]) <= 0
	})
	return listed(rest[:min(len(rest), in.Limit+1)], in.Limit, idOf), nil
}

func (s *server) addOrganisation(ctx context.Context, act enforcement.Act, in *NewOrganisation) (*OrganisationAsked, error) {
	b := in.Body
	o := party.Organisation{
		Slug: b.Slug, NameZH: b.NameZH, NameEN: b.NameEN, Kind: b.Kind, Serves: b.Serves, CourtCode: b.CourtCode, Superior: b.Superior,
		AckWorkingDays: b.AckWorkingDays, ReportWorkingDays: b.ReportWorkingDays,
	}
	for _, part := range b.Bodies {
		if part.From.IsZero() {
			return nil, refuse("organisation.period")
		}
		o.Bodies = append(o.Bodies, party.Part{Body: part.Body, From: part.From, Until: part.Until})
	}
	asked, err := s.Register.Parties.AskOrganisation(ctx, act, o)
	if err != nil {
		return nil, err
	}
	out := OrganisationAsked{Status: http.StatusCreated}
	if !asked.Proposal.IsZero() {
		out.Status = http.StatusAccepted
	}
	out.Body.ID, out.Body.Proposal = asked.ID, asked.Proposal
	return &out, nil
}
