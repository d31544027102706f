package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/hold"
	"concordat/internal/edge"
	"concordat/notify"
)

// operations is what operators ask and do.
type operations struct{ *server }

// holdWait is how long a request waits for what is on its way; it is longer than
// a send may take and shorter than the server's own time-out.
const holdWait = 40 * time.Second

// NewHold is a hold to place.
type NewHold struct {
	Repeatable

	Body struct {
		Scope        hold.Scope                 `json:"scope" enum:"everything,court,organisation,memorandum"`
		Organisation enforcement.OrganisationID `json:"organisation,omitempty" minimum:"1" doc:"The court or organisation of a scope that names one"`
		Memorandum   string                     `json:"memorandum,omitempty" maxLength:"100" doc:"Slug of the memorandum of a scope that names one"`
		Reason       string                     `json:"reason" maxLength:"2000" doc:"For everybody to read: nothing about a person"`
	}
}

// PlacedHold answers with the hold and whether everything is still.
type PlacedHold struct {
	Body struct {
		ID    enforcement.ID `json:"id"`
		Quiet bool           `json:"quiet" doc:"false: a send begun before the hold is still on its way; nothing new leaves"`
	}
}

// HoldsQuery asks for holds.
type HoldsQuery struct {
	Ended bool `query:"ended" doc:"Also those that ended, newest first"`
}

// HoldList answers with holds.
type HoldList struct {
	Body struct {
		Items []hold.Hold `json:"items" nullable:"false"`
	}
}

// HoldEnd ends a hold.
type HoldEnd struct {
	Path
	Repeatable

	Body struct {
		Reason string `json:"reason" maxLength:"2000"`
	}
}

var ofHold = []enforcement.Role{enforcement.Operator, enforcement.President}

func holdRoutes(s *server) {
	own := operations{s}
	add(s, operation{
		method: http.MethodGet, path: "/v1/holds", id: "list-holds", tag: tagOperations, roles: enforcement.Roles(),
		zh: "正在生效的暂停下发", en: "List the holds that stand",
	}, own.holds)
	add(s, operation{
		method: http.MethodPost, path: "/v1/holds", id: "place-hold", tag: tagOperations, roles: ofHold, status: http.StatusCreated,
		zh: "暂停下发加重负担的事项；解除类不受影响", en: "Hold everything that burdens within a scope; liftings go on",
	}, own.placeHold)
	add(s, operation{
		method: http.MethodPost, path: "/v1/holds/{id}/end", id: "end-hold", tag: tagOperations, roles: ofHold,
		zh: "解除暂停下发（须由另一人办理）", en: "End a hold, by another person than placed it",
	}, own.endHold)
}

func (s operations) holds(ctx context.Context, _ enforcement.Act, in *HoldsQuery) (*HoldList, error) {
	list, err := s.Register.Holds.List(ctx, in.Ended)
	if err != nil {
		return nil, err
	}
	var out HoldList
	out.Body.Items = append([]hold.Hold{}, list...)
	return &out, nil
}

func (s operations) placeHold(ctx context.Context, act enforcement.Act, in *NewHold) (*PlacedHold, error) {
	b := in.Body
	id, err := s.Register.Holds.Place(ctx, act, hold.NewHold{Scope: b.Scope, Organisation: b.Organisation, Memorandum: b.Memorandum, Reason: b.Reason})
	if err != nil {
		return nil, err
	}
	edge.MoreTime(ctx, holdWait+time.Second)
	waiting, cancel := context.WithTimeout(ctx, holdWait)
	defer cancel()
	err = notify.Quiesce(waiting, s.Inbox.DB, nil)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, err
	}
	var out PlacedHold
	out.Body.ID, out.Body.Quiet = id, err == nil
	return &out, nil
}

func (s operations) endHold(ctx context.Context, act enforcement.Act, in *HoldEnd) (*Done, error) {
	return nil, s.Register.Holds.End(ctx, act, in.ID, in.Body.Reason)
}
