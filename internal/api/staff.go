package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"concordat/enforcement"
	"concordat/internal/access"
	"concordat/memoranda/day"
)

// NewStaff is what a staff number stands for from a day on.
type NewStaff struct {
	Repeatable

	Body struct {
		Organisation enforcement.OrganisationID `json:"organisation,omitempty" doc:"Whose number; left out: of those who run the installation"`
		Number       string                     `json:"number" maxLength:"32"`
		Name         string                     `json:"name" maxLength:"400"`
		Post         string                     `json:"post" maxLength:"400"`
		Presides     access.Presides            `json:"presides,omitempty" enum:"appointed,acting" doc:"Signs as president of the court"`
		From         day.Day                    `json:"from,omitzero" doc:"Today if left out"`
		Until        day.Day                    `json:"until,omitzero" doc:"The last day; an acting president has one"`
		Document     []byte                     `json:"document,omitempty" doc:"The paper of the appointment; an acting president's must be there"`
	}
}

// NewBorrowed is a second person of a court above.
type NewBorrowed struct {
	Repeatable

	Body struct {
		Organisation enforcement.OrganisationID `json:"organisation" doc:"The court that borrows"`
		Of           enforcement.OrganisationID `json:"of" doc:"The court above"`
		Number       string                     `json:"number" maxLength:"32"`
		From         day.Day                    `json:"from,omitzero" doc:"Today if left out"`
		Until        day.Day                    `json:"until" doc:"The last day"`
		Document     []byte                     `json:"document" doc:"The paper by which the court above lends"`
	}
}

// EnteredStaff says whether it is entered, or waits for a second operator.
type EnteredStaff struct {
	Body struct {
		Proposal enforcement.ID `json:"proposal,omitzero" doc:"Another operator confirms it at /v1/changes; left out: it is entered"`
	}
}

// StaffList answers with staff numbers.
type StaffList struct {
	Body struct {
		Items []access.Staff `json:"items" nullable:"false"`
	}
}

// StaffEnd ends one.
type StaffEnd struct {
	Path
	Repeatable
}

func staffRoutes(s *server) {
	own, operators := operations{s}, []enforcement.Role{enforcement.Operator}
	add(s, operation{
		method: http.MethodGet, path: "/v1/staff", id: "list-staff", tag: tagAccess, roles: enforcement.Roles(),
		zh: "工号及其姓名、职务", en: "Staff numbers with the names and posts they stood for: my organisation's, an operator's and overseer's all",
	}, own.listStaff)
	add(s, operation{
		method: http.MethodPost, path: "/v1/staff", id: "enter-staff", tag: tagOperations, roles: operators,
		zh: "登记工号；由另一名运维人员确认", en: "Enter a staff number; another operator confirms it",
	}, own.enterStaff)
	add(s, operation{
		method: http.MethodPost, path: "/v1/staff/borrowed", id: "borrow-staff", tag: tagOperations, roles: operators,
		zh: "借用上级法院人员作为第二人", en: "Have a second person of a court above; another operator confirms it",
	}, own.borrowStaff)
	add(s, operation{
		method: http.MethodPost, path: "/v1/staff/{id}/end", id: "end-staff", tag: tagOperations, roles: operators,
		zh: "终止任职或者借用，其令牌随即失效", en: "End a post or what is borrowed; its tokens work no more",
	}, own.endStaff)
	add(s, operation{
		method: http.MethodGet, path: "/v1/staff/{id}/paper", id: "read-staff-paper", tag: tagOperations, roles: []enforcement.Role{enforcement.Operator, enforcement.Overseer},
		zh: "读取任命或者借用文书；每次读取均有记录", en: "Read the paper of an appointment, or by which somebody is lent; every reading is logged",
	}, func(ctx context.Context, act enforcement.Act, in *Path) (*huma.StreamResponse, error) {
		content, err := s.Tokens.OpenPaper(ctx, act, in.ID)
		if err != nil {
			return nil, err
		}
		return s.handOut(content), nil
	})
}

func (s operations) listStaff(ctx context.Context, act enforcement.Act, _ *Nothing) (*StaffList, error) {
	list, err := s.Tokens.ListStaff(ctx, act)
	if err != nil {
		return nil, err
	}
	var out StaffList
	out.Body.Items = list
	return &out, nil
}

func (s operations) enterStaff(ctx context.Context, act enforcement.Act, in *NewStaff) (*EnteredStaff, error) {
	b := &in.Body
	return entered(s.Tokens.EnterStaff(ctx, act, access.Staff{
		Organisation: b.Organisation, Number: b.Number, Name: b.Name, Post: b.Post, Presides: b.Presides, From: b.From, Until: b.Until, Document: b.Document,
	}))
}

func (s operations) borrowStaff(ctx context.Context, act enforcement.Act, in *NewBorrowed) (*EnteredStaff, error) {
	b := &in.Body
	return entered(s.Tokens.Borrow(ctx, act, access.Borrowed{
		Organisation: b.Organisation, Of: b.Of, Number: b.Number, From: b.From, Until: b.Until, Document: b.Document,
	}))
}

func entered(proposal enforcement.ID, err error) (*EnteredStaff, error) {
	var out EnteredStaff
	out.Body.Proposal = proposal
	return &out, err
}

func (s operations) endStaff(ctx context.Context, act enforcement.Act, in *StaffEnd) (*Done, error) {
	return nil, s.Tokens.EndStaff(ctx, act, in.ID)
}
