package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/memoranda"
)

// NewListing is a draft.
type NewListing struct {
	Repeatable

	Body struct {
		Case     enforcement.ID        `json:"case"`
		Subject  enforcement.ID        `json:"subject"`
		Capacity enforcement.Capacity  `json:"capacity" enum:"debtor,legal-representative,principal,responsible-person,controller"`
		Conducts []enforcement.Conduct `json:"conducts" nullable:"false" maxItems:"6" minimum:"1" maximum:"6" doc:"Grounds 1 to 6 of 法释〔2017〕7号 Art. 1"`
		Facts    FactsBody             `json:"facts"`
	}
}

// FactsBody are the facts of a listing.
type FactsBody struct {
	Obligation string `json:"obligation" maxLength:"4000"`
	Performed  string `json:"performed" enum:"none,part,all"`
	Conduct    string `json:"conduct" maxLength:"4000"`
}

// ListingsPage asks for a page of listings.
type ListingsPage struct {
	Page

	State enforcement.ListingState `query:"state" enum:"draft,warned,applied,refused,decided,served,grace,abandoned,active,extended,deleted,expired,early-deleted,revoked"`
}

// ListingFile is a listing with all that hangs on it.
type ListingFile struct {
	ETag string `header:"ETag"`
	Body struct {
		Listing    enforcement.Listing `json:"listing"`
		Directives []DirectiveView     `json:"directives" nullable:"false"`
		Clocks     []enforcement.Clock `json:"clocks" nullable:"false"`
		Events     []enforcement.Event `json:"events" nullable:"false"`
		Holds      []enforcement.Hold  `json:"holds" nullable:"false" doc:"Holds that stop anything of it now"`
	}
}

// MovedListing is a listing after a move.
type MovedListing struct {
	ETag string `header:"ETag"`
	Body enforcement.Listing
}

// Foresight is what a listing would reach if it were published today.
type Foresight struct {
	Body struct {
		Lines    []enforcement.PlanLine `json:"lines" nullable:"false"`
		Excluded []ExcludedMeasure      `json:"excluded" nullable:"false"`
		Gaps     []enforcement.Gap      `json:"gaps" nullable:"false" doc:"Bodies that no organisation stands for here"`
	}
}

// ExcludedMeasure is a measure that does not reach the subject, and why.
type ExcludedMeasure struct {
	Measure string `json:"measure"`
	Code    string `json:"code"`
	ZH      string `json:"zh"`
	EN      string `json:"en"`
}

func (s *server) listingRoutes() {
	add(s, operation{
		method: http.MethodPost, path: "/v1/listings", id: "draft-listing", tag: tagListings, roles: ofCourt, status: http.StatusCreated,
		zh: "草拟列入", en: "Draft a listing",
	}, s.draft)
	add(s, operation{
		method: http.MethodGet, path: "/v1/listings", id: "list-listings", tag: tagListings, roles: ofCourtOrOverseer,
		zh: "列入记录列表", en: "List the listings of my court",
	}, s.listings)
	add(s, operation{
		method: http.MethodGet, path: "/v1/listings/{id}", id: "get-listing", tag: tagListings, roles: ofCourtOrOverseer,
		zh: "查看列入记录及其协同任务、时限和日志", en: "Read a listing with its directives, clocks and events",
	}, s.listing)
	add(s, operation{
		method: http.MethodGet, path: "/v1/listings/{id}/foresee", id: "foresee-listing", tag: tagListings, roles: ofCourtOrOverseer,
		zh: "预览今日公布将及于哪些机构和措施", en: "Foresee what publication today would reach, and what it would not and why",
	}, s.foresee)
}

func (s *server) draft(ctx context.Context, act enforcement.Act, in *NewListing) (*Created, error) {
	b := in.Body
	id, err := s.Register.DraftListing(ctx, act, enforcement.NewListing{
		Case: b.Case, Subject: b.Subject, Capacity: b.Capacity, Conducts: b.Conducts,
		Facts: enforcement.Facts{Obligation: b.Facts.Obligation, Performed: b.Facts.Performed, Conduct: b.Facts.Conduct},
	})
	if err != nil {
		return nil, err
	}
	return created("/v1/listings", id), nil
}

func (s *server) listings(ctx context.Context, act enforcement.Act, in *ListingsPage) (*List[enforcement.Listing], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.Listings(ctx, act, in.State, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(list, in.Limit, func(l enforcement.Listing) enforcement.ID { return l.ID }), nil
}

func (s *server) listing(ctx context.Context, act enforcement.Act, in *Path) (*ListingFile, error) {
	// Who may read the listing may read what hangs on it; whoever may not is told
	// that there is none.
	l, err := s.Register.Listing(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	out := ListingFile{ETag: etag(l.Version)}
	out.Body.Listing = l
	h, err := s.hangsOn(ctx, act, l.ID)
	out.Body.Directives, out.Body.Clocks, out.Body.Events, out.Body.Holds = h.directives, h.clocks, h.events, h.holds
	return &out, err
}

// hanging is what hangs on a ground of any kind, as its file shows it.
type hanging struct {
	directives []DirectiveView
	clocks     []enforcement.Clock
	events     []enforcement.Event
	holds      []enforcement.Hold
}

// hangsOn reads it for who may read the ground. Of the directives it shows what is
// in force today: what an edition took away is gone at once, also from those whose
// withdrawal is still to be written.
func (s *server) hangsOn(ctx context.Context, act enforcement.Act, ground enforcement.ID) (h hanging, err error) {
	directives, err := s.Register.DirectivesOn(ctx, ground, s.Register.Today(act.At))
	if err != nil {
		return h, err
	}
	h.directives = viewDirectives(directives)
	clocks, err := s.Register.Clocks(ctx, ground)
	if err != nil {
		return h, err
	}
	h.clocks = append([]enforcement.Clock{}, clocks...)
	if h.events, err = s.Register.Events(ctx, ground); err != nil {
		return h, err
	}
	holds, err := s.Register.HoldsOn(ctx, ground)
	h.holds = append([]enforcement.Hold{}, holds...)
	return h, err
}

func (s *server) foresee(ctx context.Context, act enforcement.Act, in *Path) (*Foresight, error) {
	lines, excluded, gaps, err := s.Register.Foresee(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return foresight(lines, excluded, gaps), nil
}

func foresight(lines []enforcement.PlanLine, excluded []memoranda.Exclusion, gaps []enforcement.Gap) *Foresight {
	var out Foresight
	out.Body.Lines = append([]enforcement.PlanLine{}, lines...)
	out.Body.Gaps = append([]enforcement.Gap{}, gaps...)
	out.Body.Excluded = make([]ExcludedMeasure, 0, len(excluded))
	for _, e := range excluded {
		out.Body.Excluded = append(out.Body.Excluded, ExcludedMeasure{Measure: e.Measure.Slug, Code: e.Code, ZH: e.ZH, EN: e.EN})
	}
	return &out
}

// move makes one move of a listing under its precondition and answers with the
// listing as it then stands.
func (s *server) move(ctx context.Context, act enforcement.Act, in Move, do func(enforcement.Change) error) (*MovedListing, error) {
	c, err := in.change()
	if err != nil {
		return nil, err
	}
	if err := do(c); err != nil {
		return nil, err
	}
	l, err := s.Register.Listing(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return &MovedListing{ETag: etag(l.Version), Body: l}, nil
}

// moveOperation is an endpoint that moves a listing.
func moveOperation(name, id string, group tag, zh, en string) operation {
	return operation{method: http.MethodPost, path: "/v1/listings/{id}/" + name, id: id, tag: group, roles: ofCourt, zh: zh, en: en}
}
