package api

import (
	"context"
	"errors"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/hold"
	"concordat/enforcement/party"
	"concordat/memoranda/day"
)

// Nothing is a request without parameters.
type Nothing struct{}

// Me is who the token's holder is.
type Me struct {
	Body struct {
		Actor        string              `json:"actor" doc:"The staff number"`
		Name         string              `json:"name,omitempty" doc:"Whose number it is today, if it was entered"`
		Post         string              `json:"post,omitempty"`
		Role         enforcement.Role    `json:"role"`
		Organisation *party.Organisation `json:"organisation,omitempty"`
		Today        day.Day             `json:"today" doc:"The legal day"`
		Demo         bool                `json:"demo"`
		Holds        []hold.Hold         `json:"holds" nullable:"false" doc:"Holds that stand anywhere: what they stop does not leave"`
	}
}

func meRoutes(s *server) {
	add(s, operation{
		method: http.MethodGet, path: "/v1/me", id: "get-me", tag: tagAccess, roles: enforcement.Roles(),
		zh: "查看当前身份", en: "Who I am",
	}, s.me)
}

func (s *server) me(ctx context.Context, act enforcement.Act, _ *Nothing) (*Me, error) {
	var out Me
	out.Body.Actor, out.Body.Role = act.Actor.ID, act.Actor.Role
	out.Body.Today, out.Body.Demo = s.Register.Record.Today(act.At), s.Demo
	if staff, err := s.Tokens.StaffOn(ctx, act.Actor.Organisation, act.Actor.ID, out.Body.Today); err == nil {
		out.Body.Name, out.Body.Post = staff.Name, staff.Post
	} else if _, ok := errors.AsType[*enforcement.Refusal](err); !ok {
		return nil, err
	}
	organisations, err := s.Register.Parties.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	holds, err := s.Register.Holds.List(ctx, false)
	if err != nil {
		return nil, err
	}
	out.Body.Holds = append([]hold.Hold{}, holds...)
	for i := range organisations {
		if organisations[i].ID == act.Actor.Organisation {
			out.Body.Organisation = &organisations[i]
		}
	}
	return &out, nil
}
