package api

import (
	"context"
	"net/http"
	"time"

	"concordat/enforcement"
)

// ProposedSubject is a unit whose code fails its check and that waits for a second person.
type ProposedSubject struct {
	ID         enforcement.ID `json:"id"`
	Identity   IdentityBody   `json:"identity"`
	ProposedBy string         `json:"proposed_by"`
	ProposedAt time.Time      `json:"proposed_at"`
	LapsesAt   time.Time      `json:"lapses_at"`
}

// ProposedSubjects answers with them.
type ProposedSubjects struct {
	Body struct {
		Items []ProposedSubject `json:"items" nullable:"false"`
	}
}

// SubjectConfirmation is the second person's.
type SubjectConfirmation struct {
	Path
	Repeatable
}

func subjectProposalRoutes(s *server) {
	add(s, operation{
		method: http.MethodPost, path: "/v1/subject-proposals", id: "propose-subject", tag: tagCases, roles: ofEntering, status: http.StatusCreated,
		zh: "提出校验位不符的单位代码，由另一人确认", en: "Propose a unit whose code fails its check; another person confirms it",
	}, s.proposeSubject)
	add(s, operation{
		method: http.MethodGet, path: "/v1/subject-proposals", id: "list-subject-proposals", tag: tagCases, roles: ofEntering,
		zh: "本单位待第二人确认的单位代码", en: "List the unit codes that wait for a second person of my organisation",
	}, s.proposedSubjects)
	add(s, operation{
		method: http.MethodPost, path: "/v1/subject-proposals/{id}/confirmation", id: "confirm-subject", tag: tagCases, roles: ofEntering, status: http.StatusCreated,
		zh: "作为第二人确认单位代码并录入主体", en: "Confirm a unit code as the second person; the subject is entered",
	}, s.confirmSubject)
}

func (s *server) proposeSubject(ctx context.Context, act enforcement.Act, in *NewSubject) (*Created, error) {
	id, err := s.Register.Parties.ProposeSubject(ctx, act, in.Body.identity())
	if err != nil {
		return nil, err
	}
	return created("/v1/subject-proposals", id), nil
}

func (s *server) proposedSubjects(ctx context.Context, act enforcement.Act, _ *Nothing) (*ProposedSubjects, error) {
	list, err := s.Register.Parties.ProposedSubjects(ctx, act)
	if err != nil {
		return nil, err
	}
	var out ProposedSubjects
	out.Body.Items = make([]ProposedSubject, len(list))
	for i, p := range list {
		o := p.Identity
		out.Body.Items[i] = ProposedSubject{p.ID, IdentityBody{
			Kind: o.Kind, Name: o.Name, NumberKind: o.NumberKind, State: o.State, Number: o.Number, Birth: o.Birth, Head: o.Head, Region: o.Region,
		}, p.ProposedBy, p.ProposedAt, p.LapsesAt}
	}
	return &out, nil
}

func (s *server) confirmSubject(ctx context.Context, act enforcement.Act, in *SubjectConfirmation) (*Created, error) {
	id, err := s.Register.Parties.ConfirmSubject(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return created("/v1/subjects", id), nil
}
