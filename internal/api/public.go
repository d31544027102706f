package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/administrative"
	"concordat/enforcement/listing"
)

func publicRoutes(s *server) {
	add(s, operation{
		method: http.MethodGet, path: "/v1/public/listings", id: "list-public", tag: tagPublic,
		zh: "失信被执行人名单（公开事项，号码已打码）", en: "The published list: the items of Art. 6 and nothing else, numbers masked",
	}, s.public)
	add(s, operation{
		method: http.MethodGet, path: "/v1/public/administrative-listings", id: "list-public-administrative", tag: tagPublic,
		zh: "行政名单公开事项（号码已打码），含公示期内的名单", en: "The published administrative lists, with what is announced and open to objections; numbers masked",
	}, s.publicAdministrative)
}

// PublicAdministrativePage asks for a page of the administrative lists.
type PublicAdministrativePage struct {
	Page

	ListType string `query:"list_type" maxLength:"100"`
}

func (s *server) publicAdministrative(ctx context.Context, act enforcement.Act, in *PublicAdministrativePage) (*List[administrative.PublicEntry], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.Administrative.PublicEntries(ctx, s.Register.Record.Today(act.At), in.ListType, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(list, in.Limit, func(e administrative.PublicEntry) enforcement.ID { return e.Listing }), nil
}

func (s *server) public(ctx context.Context, act enforcement.Act, in *Page) (*List[listing.PublicEntry], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.Listings.PublicEntries(ctx, s.Register.Record.Today(act.At), after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(list, in.Limit, func(e listing.PublicEntry) enforcement.ID { return e.Listing }), nil
}
