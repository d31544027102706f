package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/paper"
	"concordat/enforcement/restore"
)

// UnconfirmedQuery asks for a part of what is unconfirmed.
type UnconfirmedQuery struct {
	After enforcement.ID `query:"after" doc:"Last ground of the part before; left out on the first"`
	Limit int            `query:"limit" minimum:"1" maximum:"1000" default:"200" doc:"How many at most"`
}

// UnconfirmedList answers with what my organisation has to confirm.
type UnconfirmedList struct {
	Body restore.UnconfirmedPage
}

// Confirmation confirms a list that was seen.
type Confirmation struct {
	Repeatable

	Body struct {
		After    enforcement.ID   `json:"after,omitzero" doc:"As the list was asked for"`
		Limit    int              `json:"limit" minimum:"1" maximum:"1000" doc:"As the list was asked for"`
		Hash     string           `json:"hash" minLength:"64" maxLength:"64" doc:"The list's: what is confirmed is what was seen"`
		Except   []enforcement.ID `json:"except,omitempty" maxItems:"1000" doc:"Stay unconfirmed: to be ended, or resumed one by one"`
		Reasons  string           `json:"reasons" maxLength:"20000" doc:"Why the lost time held no end of the others; they stand in the paper too"`
		Document []byte           `json:"document" doc:"The decision to stand by them, of all of them, in base64"`
	}
}

// Confirmed answers with how many were confirmed.
type Confirmed struct {
	Body struct {
		Confirmed int `json:"confirmed"`
	}
}

func confirmationRoutes(s *server) {
	own := operations{s}
	signers := []enforcement.Role{enforcement.Judge, enforcement.President, enforcement.DepartmentReviewer}
	add(s, operation{
		method: http.MethodGet, path: "/v1/confirmation", id: "list-unconfirmed", tag: tagOperations, roles: signers,
		zh: "数据恢复后本单位待确认的列入", en: "After a restore: what my organisation has to confirm before it is shown or sent again",
	}, own.unconfirmed)
	add(s, operation{
		method: http.MethodPost, path: "/v1/confirmation", id: "confirm-restored", tag: tagOperations, roles: signers, papered: true,
		zh: "一并确认所示清单（可将个别案件除外）", en: "Confirm the list that was shown, in one act, some excepted",
	}, own.confirm)
}

func (s operations) unconfirmed(ctx context.Context, act enforcement.Act, in *UnconfirmedQuery) (*UnconfirmedList, error) {
	page, err := s.Register.Restorer.Unconfirmed(ctx, act, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	return &UnconfirmedList{Body: page}, nil
}

func (s operations) confirm(ctx context.Context, act enforcement.Act, in *Confirmation) (*Confirmed, error) {
	b := in.Body
	n, err := s.Register.Restorer.Confirm(ctx, act, restore.Confirmation{After: b.After, Limit: b.Limit, Hash: b.Hash, Except: b.Except, Reasons: b.Reasons, Paper: paper.Given{Content: b.Document}})
	if err != nil {
		return nil, err
	}
	var out Confirmed
	out.Body.Confirmed = n
	return &out, nil
}
