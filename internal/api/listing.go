package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/plan"
	"concordat/memoranda"
)

// NewListing is a draft.
type NewListing struct {
	Repeatable

	Body struct {
		Case     enforcement.ID    `json:"case"`
		Subject  enforcement.ID    `json:"subject"`
		Capacity listing.Capacity  `json:"capacity" enum:"debtor,legal-representative,principal,responsible-person,controller"`
		Conducts []listing.Conduct `json:"conducts" nullable:"false" maxItems:"6" minimum:"1" maximum:"6" doc:"Grounds 1 to 6 of 法释〔2017〕7号 Art. 1"`
		Facts    FactsBody         `json:"facts"`
		Papers   []DraftPaper      `json:"papers,omitempty" maxItems:"40" doc:"Papers of the facts, where they come with the draft; without them it is not proposed"`
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

	State ground.State `query:"state" enum:"draft,warned,applied,refused,decided,served,grace,abandoned,active,extended,deleted,expired,early-deleted,revoked"`

	ToSign bool `query:"to_sign" doc:"Only what waits for the president's signature"`
}

// ListingFile is a listing with all that hangs on it.
type ListingFile struct {
	ETag string `header:"ETag"`
	Body struct {
		Listing listing.Listing `json:"listing"`
		Burden
	}
}

// Foresight is what a listing would reach if it were published today.
type Foresight struct {
	Body struct {
		Lines    []plan.Line       `json:"lines" nullable:"false"`
		Excluded []ExcludedMeasure `json:"excluded" nullable:"false"`
		Gaps     []plan.Gap        `json:"gaps" nullable:"false" doc:"Bodies that no organisation stands for here"`
	}
}

// ExcludedMeasure is a measure that does not reach the subject, and why.
type ExcludedMeasure struct {
	Measure string `json:"measure"`
	Code    string `json:"code"`
	ZH      string `json:"zh"`
	EN      string `json:"en"`
}

// listings are the courts' listings at the edge.
func (s *server) listings() *kind[listing.Listing] {
	return &kind[listing.Listing]{
		table: listing.Table(), tag: tagListings, read: s.Register.Listings.Get, list: s.Register.Listings.List, moves: s.Register.Listings.Moves,
		id: func(l listing.Listing) enforcement.ID { return l.ID }, version: func(l listing.Listing) int { return l.Version },
	}
}

func listingRoutes(s *server) {
	addPapers(s, s.listings(), &s.Register.Listings.Life)
	add(s, operation{
		method: http.MethodPost, path: "/v1/listings", id: "draft-listing", tag: tagListings, roles: ofDrafting, status: http.StatusCreated, papered: true,
		zh: "草拟列入", en: "Draft a listing",
	}, s.draft)
	addCases(s, s.listings(), "列入记录列表", "List the listings of my court", func(in *ListingsPage) (ground.Wanted, error) {
		after, err := in.afterID()
		w := ground.Wanted{State: in.State, After: after, Limit: in.Limit}
		if in.ToSign {
			w.Also = listing.ToSign
		}
		return w, err
	})
	add(s, operation{
		method: http.MethodGet, path: "/v1/listings/{id}", id: "get-listing", tag: tagListings, roles: ofCourtOrOverseer,
		zh: "查看列入记录及其协同任务、时限和日志", en: "Read a listing with its directives, clocks and events",
	}, s.listing)
	add(s, operation{
		method: http.MethodGet, path: "/v1/listings/{id}/foresee", id: "foresee-listing", tag: tagListings, roles: ofCourtOrOverseer,
		zh: "预览今日公布将及于哪些机构和措施", en: "Foresee what publication today would reach, and what it would not and why",
	}, s.foresee)
	addAsking(s, s.listings(), s.Register.Listings.AskPapers)
}

func (s *server) draft(ctx context.Context, act enforcement.Act, in *NewListing) (*Created, error) {
	b := in.Body
	id, err := s.Register.Listings.Draft(ctx, act, listing.NewListing{
		Case: b.Case, Subject: b.Subject, Capacity: b.Capacity, Conducts: b.Conducts,
		Facts: listing.Facts{Obligation: b.Facts.Obligation, Performed: b.Facts.Performed, Conduct: b.Facts.Conduct}, Papers: brought(b.Papers),
	})
	if err != nil {
		return nil, err
	}
	return created("/v1/listings", id), nil
}

func (s *server) listing(ctx context.Context, act enforcement.Act, in *Path) (*ListingFile, error) {
	// Who may read the listing may read what hangs on it; whoever may not is told
	// that there is none.
	var out ListingFile
	asks, told := out.Body.asks(s.Register, act, in.ID)
	l, err := s.Register.Listings.Get(ctx, act, in.ID, asks...)
	if err != nil {
		return nil, err
	}
	out.ETag, out.Body.Listing = etag(l.Version), l
	return &out, told(ctx)
}

func (s *server) foresee(ctx context.Context, act enforcement.Act, in *Path) (*Foresight, error) {
	lines, excluded, gaps, err := s.Register.Listings.Foresee(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return foresight(lines, excluded, gaps), nil
}

func foresight(lines []plan.Line, excluded []memoranda.Exclusion, gaps []plan.Gap) *Foresight {
	var out Foresight
	out.Body.Lines = append([]plan.Line{}, lines...)
	out.Body.Gaps = append([]plan.Gap{}, gaps...)
	out.Body.Excluded = make([]ExcludedMeasure, 0, len(excluded))
	for _, e := range excluded {
		out.Body.Excluded = append(out.Body.Excluded, ExcludedMeasure{Measure: e.Measure.Slug, Code: e.Code, ZH: e.ZH, EN: e.EN})
	}
	return &out
}
