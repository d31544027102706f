package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/internal/identifier"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// IdentityBody is what identifies a subject: a number with its name, never a name
// alone.
type IdentityBody struct {
	Kind       memoranda.SubjectKind `json:"kind" enum:"natural-person,legal-person,sole-trader,other-organisation"`
	Name       string                `json:"name" maxLength:"400"`
	NumberKind identifier.Kind       `json:"number_kind" enum:"resident-id,residence-permit,foreign-permanent-resident,passport,uscc,organisation-code"`
	State      string                `json:"state,omitempty" maxLength:"3" doc:"Issuing state of a passport, ISO 3166-1 alpha-3"`
	Number     string                `json:"number,omitempty" maxLength:"64"`
	Birth      day.Day               `json:"birth,omitzero" doc:"Needed of a natural person whose number does not carry it"`
	Head       string                `json:"head,omitempty" maxLength:"400" doc:"Legal representative or person in charge of a unit"`
	OverrideBy string                `json:"override_by,omitempty" maxLength:"64" doc:"Second person who accepts a unit code that fails its check"`
	Region     string                `json:"region,omitempty" pattern:"^[1-8][0-9]([0-9]{2}){0,2}$" doc:"Prefix of the GB/T 2260 code of a unit's registration or a person's residence; a unit's is read from its unified code where it is left out"`
}

func (b IdentityBody) identity() party.Identity {
	return party.Identity{
		Kind: b.Kind, Name: b.Name, NumberKind: b.NumberKind, State: b.State, Number: b.Number, Birth: b.Birth, Head: b.Head, OverrideBy: b.OverrideBy, Region: b.Region,
	}
}

// NewSubject is a subject to enter.
type NewSubject struct {
	Repeatable

	Body IdentityBody
}

// SubjectView is a subject as the one who asks may see it.
type SubjectView struct {
	ID         enforcement.ID        `json:"id"`
	Kind       memoranda.SubjectKind `json:"kind"`
	Name       string                `json:"name"`
	NumberKind identifier.Kind       `json:"number_kind"`
	State      string                `json:"state,omitempty"`
	Number     string                `json:"number"`
	Masked     bool                  `json:"masked" doc:"Digits 7 to 14 and the last one are hidden, and the birth day left out"`
	Birth      day.Day               `json:"birth,omitzero"`
	Head       string                `json:"head,omitempty"`
	Region     string                `json:"region,omitempty" doc:"Prefix of a GB/T 2260 code: registration of a unit, residence of a person"`
}

// OneSubject answers with a subject.
type OneSubject struct {
	Body SubjectView
}

func subjectRoutes(s *server) {
	add(s, operation{
		method: http.MethodPost, path: "/v1/subjects", id: "enter-subject", tag: tagCases, roles: ofEntering, status: http.StatusCreated,
		zh: "录入主体；号码与名称均相同的返回原有编号", en: "Enter a subject, or find the one with this number and name",
	}, s.enterSubject)
	add(s, operation{
		method: http.MethodGet, path: "/v1/subjects/{id}", id: "get-subject", tag: tagCases, roles: ofCourtOrOverseer,
		zh: "查看主体；非法院人员看到的号码已打码", en: "Read a subject, masked for all but a court's people",
	}, s.subject)
}

func (s *server) enterSubject(ctx context.Context, act enforcement.Act, in *NewSubject) (*Created, error) {
	id, err := s.Register.Parties.EnterSubject(ctx, act, in.Body.identity())
	if err != nil {
		return nil, err
	}
	return created("/v1/subjects", id), nil
}

func (s *server) subject(ctx context.Context, act enforcement.Act, in *Path) (*OneSubject, error) {
	masked := act.Actor.Role == enforcement.Overseer
	if masked {
		// The record shows identities to courts only; what leaves here for an
		// overseer is masked below.
		act = enforcement.Daily(act.At)
	}
	identity, err := s.Register.Parties.Subject(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return &OneSubject{Body: viewSubject(in.ID, identity, masked)}, nil
}

func viewSubject(id enforcement.ID, i party.Identity, masked bool) SubjectView {
	v := SubjectView{
		ID: id, Kind: i.Kind, Name: i.Name, NumberKind: i.NumberKind, State: i.State, Number: i.Number, Birth: i.Birth, Head: i.Head, Masked: masked, Region: i.Region,
	}
	if masked {
		v.Number, v.Birth = i.Masked(), 0
	}
	return v
}
