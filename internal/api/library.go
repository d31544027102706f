package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"concordat/enforcement"
	"concordat/internal/edge"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// library answers what was agreed: memoranda, measures, bodies.
type library struct{ *server }

// library is what was agreed and what of it is attested, as the record has it now.
func (s library) library(ctx context.Context) (*memoranda.Catalogue, *memoranda.Attestations, error) {
	if err := s.Register.Plans.Refresh(ctx); err != nil {
		return nil, nil, err
	}
	c, attested := s.Register.Plans.InForce()
	return c, attested, nil
}

// OnDay is a day in a query; empty is today.
type OnDay struct {
	On string `query:"on" format:"date" doc:"The day, Asia/Shanghai; today if left out"`
}

// day reads the day, or takes the act's.
func (q OnDay) day(s *server, act enforcement.Act) (day.Day, error) {
	if q.On == "" {
		return s.Register.Record.Today(act.At), nil
	}
	d, err := day.Parse(q.On)
	if err != nil {
		return 0, refuse(edge.FieldFormat)
	}
	return d, nil
}

// Unchanged is a request that may be answered with 304.
type Unchanged struct {
	IfNoneMatch string `header:"If-None-Match" doc:"ETag of what was read before"`
}

// Kept is an answer that may be kept by whoever asked and must be asked for again
// with its ETag: what was agreed is public and about nobody.
type Kept[T any] struct {
	Status       int
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         T
}

// kept answers with the body under an ETag that is its hash, or with 304 where
// the one who asks has it. The hash of an edition would not do: what is added to
// the catalogue beside the editions is in the body too.
func kept[T any](in Unchanged, body T) (*Kept[T], error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("write the answer: %w", err)
	}
	hash := sha256.Sum256(text)
	out := &Kept[T]{Status: http.StatusOK, ETag: `"` + hex.EncodeToString(hash[:16]) + `"`, CacheControl: "no-cache", Body: body}
	if in.matches(out.ETag) {
		out.Status = http.StatusNotModified
	}
	return out, nil
}

// matches reports whether one of the tags is the given one; weak ones count
// (RFC 9110 §13.1.2).
func (in Unchanged) matches(tag string) bool {
	for one := range strings.SplitSeq(in.IfNoneMatch, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == tag {
			return true
		}
	}
	return false
}

// Items is a list that is never too long for one answer.
type Items[T any] struct {
	Items []T `json:"items" nullable:"false"`
}
