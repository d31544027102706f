package api

import (
	"context"

	"concordat/enforcement"
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
}

func (b EndingBody) ending(item int) enforcement.Ending {
	return enforcement.Ending{Item: item, EventOn: b.EventOn, Reasons: b.Reasons}
}

func (s *server) endRoutes() {
	add(s, moveOperation("deletion", "delete-listing", tagEnds, "删除：事由消除（第十条第一款）", "Delete: its reason ended (Art. 10 ¶1)"), s.deletion)
	add(s, moveOperation("early-deletion", "delete-listing-early", tagEnds, "提前删除（第二条第二款）", "Delete early, at the court's discretion (Art. 2 ¶2)"), s.earlyDeletion)
	add(s, moveOperation("revocation", "revoke-listing", tagEnds, "撤销：不应列入（第九条）", "Revoke: it should never have been (Art. 9)"), s.revocation)
}

func (s *server) deletion(ctx context.Context, act enforcement.Act, in *Deletion) (*MovedListing, error) {
	return s.move(ctx, act, in.Move, func(c enforcement.Change) error { return s.Register.Delete(ctx, act, c, in.Body.ending(in.Body.Item)) })
}

func (s *server) earlyDeletion(ctx context.Context, act enforcement.Act, in *Ending) (*MovedListing, error) {
	return s.move(ctx, act, in.Move, func(c enforcement.Change) error { return s.Register.DeleteEarly(ctx, act, c, in.Body.ending(0)) })
}

func (s *server) revocation(ctx context.Context, act enforcement.Act, in *Ending) (*MovedListing, error) {
	return s.move(ctx, act, in.Move, func(c enforcement.Change) error { return s.Register.Revoke(ctx, act, c, in.Body.ending(0)) })
}
