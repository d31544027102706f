package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/listing"
	"concordat/memoranda/day"
)

// NewExclusion is a fact that forbids a listing while it stands.
type NewExclusion struct {
	Path
	Repeatable

	Body struct {
		Kind listing.ExclusionKind `json:"kind" enum:"security-given,assets-suffice,not-yet-liable,not-able,creditor-asks-not-to,campus-loan-student,performed"`
		OnBody
		PaperBody
	}
}

// ExclusionEnd says from when the fact no longer stands.
type ExclusionEnd struct {
	Path
	Repeatable

	Body struct {
		OnBody
		Reasons string `json:"reasons" maxLength:"20000" doc:"Why it no longer stands, or never stood; at least ten letters or digits"`
		PaperBody
	}
}

// Search is a network asset search.
type Search struct {
	Path
	Repeatable

	Body struct {
		SearchedOn day.Day `json:"searched_on"`
		RulingOn   day.Day `json:"ruling_on" doc:"Ruling that ended this round of enforcement"`
		Found      bool    `json:"found" doc:"Assets were found"`
	}
}

// Done is an answer without content.
type Done struct{}

func exclusionRoutes(s *server) {
	add(s, operation{
		method: http.MethodPost, path: "/v1/listings/{id}/exclusions", id: "open-exclusion", tag: tagDecision, roles: ofCourt, status: http.StatusCreated, papered: true, urgent: true,
		zh: "登记不得列入的情形", en: "Record a fact that forbids the listing",
	}, s.openExclusion)
	add(s, operation{
		method: http.MethodGet, path: "/v1/listings/{id}/exclusions", id: "list-exclusions", tag: tagDecision, roles: ofCourt,
		zh: "查看已登记的不得列入的情形", en: "List the recorded facts that forbid the listing",
	}, s.exclusions)
	add(s, operation{
		method: http.MethodPost, path: "/v1/exclusions/{id}/closure", id: "close-exclusion", tag: tagDecision, roles: ofJudges, papered: true,
		zh: "登记该情形已消除，说明理由；非起草人、非登记人", en: "Record that such a fact no longer stands, with reasons, as another than who drafted or recorded",
	}, s.closeExclusion)
	add(s, operation{
		method: http.MethodPost, path: "/v1/listings/{id}/searches", id: "record-search", tag: tagEnds, roles: ofDrafting,
		zh: "登记终本后的网络查控", en: "Record a network asset search after the ruling",
	}, s.recordSearch)
}

func (s *server) openExclusion(ctx context.Context, act enforcement.Act, in *NewExclusion) (*Created, error) {
	if in.Body.On.IsZero() {
		return nil, refuse("exclusion.period")
	}
	id, err := s.Register.Listings.OpenExclusion(ctx, act, in.ID, listing.NewExclusion{Kind: in.Body.Kind, On: in.Body.On, Paper: in.Body.given()})
	if err != nil {
		return nil, err
	}
	return created("", id), nil
}

func (s *server) exclusions(ctx context.Context, act enforcement.Act, in *Path) (*List[listing.Fact], error) {
	facts, err := s.Register.Listings.Exclusions(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return listed(facts, len(facts), func(f listing.Fact) enforcement.ID { return f.ID }), nil
}

func (s *server) closeExclusion(ctx context.Context, act enforcement.Act, in *ExclusionEnd) (*Done, error) {
	if in.Body.On.IsZero() {
		return nil, refuse("exclusion.period")
	}
	return nil, s.Register.Listings.CloseExclusion(ctx, act, in.ID, listing.ExclusionEnd{On: in.Body.On, Reasons: in.Body.Reasons, Paper: in.Body.given()})
}

func (s *server) recordSearch(ctx context.Context, act enforcement.Act, in *Search) (*Done, error) {
	if in.Body.RulingOn.IsZero() {
		return nil, refuse("search.before-ruling")
	}
	return nil, s.Register.Listings.RecordSearch(ctx, act, in.ID, in.Body.SearchedOn, in.Body.RulingOn, in.Body.Found)
}
