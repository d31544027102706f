package api

import (
	"context"
	"net/http"
	"slices"

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
	Region     string                `json:"region,omitempty" pattern:"^[1-8][0-9]([0-9]{2}){0,2}$" doc:"Prefix of the GB/T 2260 code of a unit's registration or a person's residence; a unit's is read from its unified code where it is left out"`
}

func (b IdentityBody) identity() party.Identity {
	return party.Identity{
		Kind: b.Kind, Name: b.Name, NumberKind: b.NumberKind, State: b.State, Number: b.Number, Birth: b.Birth, Head: b.Head, Region: b.Region,
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
	Masked     bool                  `json:"masked" doc:"All but the first six digits are hidden, and the birth day left out"`
	Birth      day.Day               `json:"birth,omitzero"`
	Head       string                `json:"head,omitempty"`
	Region     string                `json:"region,omitempty" doc:"Prefix of a GB/T 2260 code: registration of a unit, residence of a person"`
}

// OneSubject answers with a subject.
type OneSubject struct {
	Body SubjectView
}

// ofRevealing may read whom a case of their own is about, and others with a reason.
var ofRevealing = slices.Concat(ofCourt, ofDepartment)

// Revealing asks who a subject is.
type Revealing struct {
	Path
	Repeatable

	Body struct {
		Reason string `json:"reason" maxLength:"2000" doc:"Why; at least ten letters or digits, and no number that identifies anybody: others read it"`
	}
}

func subjectRoutes(s *server) {
	subjectProposalRoutes(s)
	add(s, operation{
		method: http.MethodPost, path: "/v1/subjects", id: "enter-subject", tag: tagCases, roles: ofEntering, status: http.StatusCreated,
		zh: "录入主体；号码与名称均相同的返回原有编号", en: "Enter a subject, or find the one with this number and name",
	}, s.enterSubject)
	add(s, operation{
		method: http.MethodGet, path: "/v1/subjects/{id}", id: "get-subject", tag: tagCases, roles: append([]enforcement.Role{enforcement.Overseer}, ofRevealing...),
		zh: "查看本单位案件涉及的主体；监督人员看到的号码已打码", en: "Read a subject of a case of my own organisation; masked for an overseer",
	}, s.subject)
	add(s, operation{
		method: http.MethodPost, path: "/v1/subjects/{id}/reveal", id: "reveal-subject", tag: tagCases, roles: ofRevealing, personal: true,
		zh: "说明理由后查看其他主体；查看留痕，并显示于该主体案卷", en: "Read another subject, with the reason; it is logged and shown in the subject's file",
	}, s.reveal)
	add(s, operation{
		method: http.MethodGet, path: "/v1/subjects/{id}/accesses", id: "list-accesses", tag: tagCases, roles: append([]enforcement.Role{enforcement.Overseer}, ofRevealing...),
		zh: "何人因何理由查看过本单位案件涉及的主体", en: "List who looked up a subject of a case of my organisation, and why",
	}, s.accesses)
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

func (s *server) reveal(ctx context.Context, act enforcement.Act, in *Revealing) (*OneSubject, error) {
	identity, err := s.Register.Parties.Reveal(ctx, act, in.ID, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &OneSubject{Body: viewSubject(in.ID, identity, false)}, nil
}

func (s *server) accesses(ctx context.Context, act enforcement.Act, in *Path) (*AccessList, error) {
	list, err := s.Register.Parties.Accesses(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return &AccessList{Body: Items[party.Access]{Items: list}}, nil
}

// AccessList answers with who looked a subject up.
type AccessList struct {
	Body Items[party.Access]
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
