package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
)

func (s *server) publicRoutes() {
	add(s, operation{
		method: http.MethodGet, path: "/v1/public/listings", id: "list-public", tag: tagPublic,
		zh: "失信被执行人名单（公开事项，号码已打码）", en: "The published list: the items of Art. 6 and nothing else, numbers masked",
	}, s.public)
}

func (s *server) public(ctx context.Context, act enforcement.Act, in *Page) (*List[enforcement.PublicEntry], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.PublicEntries(ctx, s.Register.Today(act.At), after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(list, in.Limit, func(e enforcement.PublicEntry) enforcement.ID { return e.Listing }), nil
}
