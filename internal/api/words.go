package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
)

// Signature signs a decision, and with it the public words.
type Signature struct {
	Move

	Body *SignatureBody
}

// SignatureBody names what its signer confirms in the public words.
type SignatureBody struct {
	Confirmed []string `json:"confirmed,omitempty" nullable:"false" maxItems:"500" doc:"Ids of all doubts of GET …/words: addresses and persons that may stand. None where there are none"`
}

// confirmed are the marks that the body names.
func (b *SignatureBody) confirmed() []string {
	if b == nil {
		return nil
	}
	return b.Confirmed
}

// Wording shows both texts of a listing with the marks on them.
type Wording struct {
	ETag string `header:"ETag"`
	Body listing.Wording
}

// NewWords are public words written by hand.
type NewWords struct {
	Move

	Body listing.Words
}

// CorrectedWords are signed public words as they should be.
type CorrectedWords struct {
	Move

	Body struct {
		listing.Words
		SignatureBody
	}
}

func wordRoutes(s *server) {
	k, r := s.listings(), s.Register
	add(s, operation{
		method: http.MethodGet, path: k.table.Collection + "/{id}/words", id: "read-words", tag: tagDecision, roles: ofCourt,
		zh: "查看记录文字、公开文字及其中隐去和待确认之处", en: "Read the record's words and the public ones, with every place that is hidden or to be confirmed",
	}, s.words)
	addMove(s, k, "words", "write-words", tagDecision, func(ctx context.Context, act enforcement.Act, c ground.Change, in *NewWords) error {
		return r.Listings.Word(ctx, act, c, in.Body)
	})
	addMove(s, k, "correction/words", "correct-words", tagChanges, func(ctx context.Context, act enforcement.Act, c ground.Change, in *CorrectedWords) error {
		return r.Listings.Reword(ctx, act, c, in.Body.Words, in.Body.Confirmed...)
	})
}

func (s *server) words(ctx context.Context, act enforcement.Act, in *Path) (*Wording, error) {
	l, w, err := s.Register.Listings.Wording(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return &Wording{ETag: etag(l.Version), Body: w}, nil
}
