package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/docket"
)

// Limit is how much is asked for of a list that has no pages: the oldest come
// first, and closing them makes room.
type Limit struct {
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most, the oldest first"`
}

func incidentRoutes(s *server) {
	own := operations{s}
	add(s, operation{
		method: http.MethodGet, path: "/v1/incidents", id: "list-incidents", tag: tagOperations, roles: ofOperations,
		zh: "未处理的异常", en: "List open incidents",
	}, own.incidents)
}

func (s operations) incidents(ctx context.Context, _ enforcement.Act, in *Limit) (*List[docket.Incident], error) {
	list, err := s.Register.Docket.Incidents(ctx, in.Limit)
	if err != nil {
		return nil, err
	}
	return listed(list, in.Limit, func(i docket.Incident) enforcement.ID { return i.ID }), nil
}
