package api

import (
	"context"

	"concordat/enforcement"
	"concordat/memoranda/day"
)

// Service records that a decision was served.
type Service struct {
	Move

	Body struct {
		Manner     string   `json:"manner" enum:"direct,leaving,electronic,mail,announcement"`
		On         day.Day  `json:"on" doc:"Day of service, or of the announcement"`
		Enclosures []string `json:"enclosures" nullable:"false" maxItems:"20" enum:"reasons,consequences,removal-conditions,remedies,repair-notice" doc:"All of them are needed"`
		Document   []byte   `json:"document,omitempty" doc:"The return of service; only its keyed hash is kept"`
	}
}

func (s *server) publicationRoutes() {
	add(s, moveOperation("service", "serve-decision", tagDecision, "登记决定书的送达", "Record service of the decision"), s.serve)
	add(s, moveOperation("publication", "publish-listing", tagDecision, "公布；协同任务随即下发", "Publish; directives go out with it"), s.publish)
}

func (s *server) serve(ctx context.Context, act enforcement.Act, in *Service) (*MovedListing, error) {
	return s.move(ctx, act, in.Move, func(c enforcement.Change) error {
		return s.Register.Serve(ctx, act, c, enforcement.Service{
			Manner: in.Body.Manner, On: in.Body.On, Enclosures: in.Body.Enclosures, Document: in.Body.Document,
		})
	})
}

func (s *server) publish(ctx context.Context, act enforcement.Act, in *Move) (*MovedListing, error) {
	return s.move(ctx, act, *in, func(c enforcement.Change) error { return s.Register.Publish(ctx, act, c) })
}
