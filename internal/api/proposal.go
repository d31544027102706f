package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/change"
)

// ProposalsQuery asks for proposals.
type ProposalsQuery struct {
	All bool `query:"all" doc:"Also those of the last ninety days that were confirmed, dropped or lapsed, newest first"`
}

// ProposalList answers with proposals.
type ProposalList struct {
	Body struct {
		Items []change.Proposal `json:"items" nullable:"false"`
	}
}

// ProposalEnd confirms or drops one.
type ProposalEnd struct {
	Path
	Repeatable
}

func proposalRoutes(s *server) {
	own := operations{s}
	add(s, operation{
		method: http.MethodGet, path: "/v1/changes", id: "list-changes", tag: tagOperations, roles: ofOperations,
		zh: "待第二人确认的变更", en: "List the changes of who is told that wait for a second operator",
	}, own.proposals)
	add(s, operation{
		method: http.MethodPost, path: "/v1/changes/{id}/confirm", id: "confirm-change", tag: tagOperations, roles: []enforcement.Role{enforcement.Operator},
		zh: "确认他人提出的变更", en: "Carry out what another operator proposed",
	}, own.confirmProposal)
	add(s, operation{
		method: http.MethodPost, path: "/v1/changes/{id}/drop", id: "drop-change", tag: tagOperations, roles: []enforcement.Role{enforcement.Operator},
		zh: "撤回所提变更", en: "End a proposal; nothing of it is done",
	}, own.dropProposal)
}

func (s operations) proposals(ctx context.Context, act enforcement.Act, in *ProposalsQuery) (*ProposalList, error) {
	list, err := s.Register.Changes.List(ctx, act, in.All)
	if err != nil {
		return nil, err
	}
	var out ProposalList
	out.Body.Items = list
	return &out, nil
}

func (s operations) confirmProposal(ctx context.Context, act enforcement.Act, in *ProposalEnd) (*Done, error) {
	_, err := s.Register.Changes.Confirm(ctx, act, in.ID, s.Carriers)
	return nil, err
}

func (s operations) dropProposal(ctx context.Context, act enforcement.Act, in *ProposalEnd) (*Done, error) {
	return nil, s.Register.Changes.Drop(ctx, act, in.ID)
}
