package api

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/administrative"
	"concordat/enforcement/ground"
)

func administrativeDecision(s *server) {
	k, r := s.administrative(), s.Register
	addMove(s, k, "notice", "notify-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c ground.Change, in *AdministrativeNotice) error {
		b := in.Body
		return r.Administrative.GiveNotice(ctx, act, c, administrative.Notice{Manner: b.Manner, ServedOn: b.ServedOn, LastPostedOn: b.LastPosted, Contents: b.Contents, Paper: b.given(), Receipt: b.receipt(), Consent: b.consent(), Search: b.search()})
	})
	addMove(s, k, "statement", "state-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c ground.Change, in *StatementBody) error {
		return r.Administrative.RecordStatement(ctx, act, c, administrative.Statement{ReceivedOn: in.Body.ReceivedOn, Text: in.Body.Text, Paper: in.Body.given()})
	})
	addMove(s, k, "answer", "answer-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c ground.Change, in *StatementReply) error {
		return r.Administrative.AnswerStatement(ctx, act, c, administrative.StatementAnswer{Text: in.Body.Text, Upheld: in.Body.Upheld, Paper: in.Body.given()})
	})
	addMove(s, k, "decision", "decide-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c ground.Change, in *AdministrativeDecision) error {
		b := in.Body
		return r.Administrative.Decide(ctx, act, c, administrative.Decision{
			Number: b.Number, Reasons: b.Reasons, Bases: b.Bases, TermUntil: b.TermUntil, RemovalConditions: b.RemovalConditions, Remedies: b.Remedies, Paper: b.given(),
		})
	})
	addMove(s, k, "service", "serve-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Service) error {
		return r.Administrative.Serve(ctx, act, c, in.service())
	})
	addMove(s, k, "publication", "publish-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c ground.Change, _ *Move) error {
		return r.Administrative.Publish(ctx, act, c)
	})
	addMove(s, k, "abandonment", "abandon-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c ground.Change, in *AdministrativeAbandonment) error {
		return r.Administrative.Abandon(ctx, act, c, in.Body.Reason)
	})
}

func administrativeForce(s *server) {
	k, r := s.administrative(), s.Register
	addMove(s, k, "suspension", "suspend-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Suspension) error {
		return r.Administrative.Suspend(ctx, act, c, in.suspension())
	})
	addMove(s, k, "resumption", "resume-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Resumption) error {
		return r.Administrative.Resume(ctx, act, c, in.resumption())
	})
	addMove(s, k, "confirmation", "reaffirm-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c ground.Change, in *RestoredResumption) error {
		return r.Administrative.Reaffirm(ctx, act, c, in.resumption())
	})
	addMove(s, k, "deletion", "delete-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c ground.Change, in *AdministrativeDeletion) error {
		return r.Administrative.Delete(ctx, act, c, in.Body.administrative(in.Body.Cause))
	})
	addMove(s, k, "early-deletion", "delete-administrative-early", tagAdministrative, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Ending) error {
		return r.Administrative.DeleteEarly(ctx, act, c, in.Body.administrative(""))
	})
	addMove(s, k, "revocation", "revoke-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Ending) error {
		return r.Administrative.Revoke(ctx, act, c, in.Body.administrative(""))
	})
}

func (b EndingBody) administrative(cause string) administrative.Ending {
	return administrative.Ending{Cause: cause, EventOn: b.EventOn, Reasons: b.Reasons, Paper: b.given()}
}
