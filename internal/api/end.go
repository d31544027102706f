package api

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/memoranda/day"
)

// Deletion ends a listing whose reason ended.
type Deletion struct {
	Move

	Body struct {
		Item int `json:"item" doc:"1 to 7: which event of 法释〔2017〕7号 Art. 10 ¶1"`
		EndingBody
	}
}

// Ending ends a listing in another way.
type Ending struct {
	Move

	Body EndingBody
}

// EndingBody says when and why.
type EndingBody struct {
	EventOn day.Day `json:"event_on" doc:"The day of the event, or of its discovery; three working days run from it"`
	Reasons string  `json:"reasons" maxLength:"20000"`
	PaperBody
}

func endRoutes(s *server) {
	k, r := s.listings(), s.Register
	addMove(s, k, "deletion", "delete-listing", tagEnds, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Deletion) error {
		return r.Listings.Delete(ctx, act, c, listing.Ending{Item: in.Body.Item, EventOn: in.Body.EventOn, Reasons: in.Body.Reasons, Paper: in.Body.given()})
	})
	addMove(s, k, "early-deletion", "delete-listing-early", tagEnds, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Ending) error {
		return r.Listings.DeleteEarly(ctx, act, c, listing.Ending{EventOn: in.Body.EventOn, Reasons: in.Body.Reasons, Paper: in.Body.given()})
	})
	addMove(s, k, "revocation", "revoke-listing", tagEnds, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Ending) error {
		return r.Listings.Revoke(ctx, act, c, listing.Ending{EventOn: in.Body.EventOn, Reasons: in.Body.Reasons, Paper: in.Body.given()})
	})
}
