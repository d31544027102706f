package api

import (
	"context"

	"concordat/enforcement"
)

func administrativeDecision(s *server) {
	k, r := s.administrative(), s.Register
	addMove(s, k, "notice", "notify-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c enforcement.Change, in *AdministrativeNotice) error {
		b := in.Body
		return r.GiveNotice(ctx, act, c, enforcement.AdministrativeNotice{Manner: b.Manner, ServedOn: b.ServedOn, Contents: b.Contents, Document: b.Document})
	})
	addMove(s, k, "statement", "state-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c enforcement.Change, in *StatementBody) error {
		return r.RecordStatement(ctx, act, c, enforcement.Statement{ReceivedOn: in.Body.ReceivedOn, Text: in.Body.Text})
	})
	addMove(s, k, "answer", "answer-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c enforcement.Change, in *StatementReply) error {
		return r.AnswerStatement(ctx, act, c, enforcement.StatementAnswer{Text: in.Body.Text, Upheld: in.Body.Upheld})
	})
	addMove(s, k, "decision", "decide-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c enforcement.Change, in *AdministrativeDecision) error {
		b := in.Body
		return r.DecideAdministrative(ctx, act, c, enforcement.AdministrativeDecision{
			Number: b.Number, Reasons: b.Reasons, Bases: b.Bases, TermUntil: b.TermUntil, RemovalConditions: b.RemovalConditions, Remedies: b.Remedies,
		})
	})
	addMove(s, k, "service", "serve-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c enforcement.Change, in *Service) error {
		return r.ServeAdministrative(ctx, act, c, in.service())
	})
	addMove(s, k, "publication", "publish-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c enforcement.Change, _ *Move) error {
		return r.PublishAdministrative(ctx, act, c)
	})
	addMove(s, k, "abandonment", "abandon-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c enforcement.Change, in *AdministrativeAbandonment) error {
		return r.AbandonAdministrative(ctx, act, c, in.Body.Reason)
	})
}

func administrativeForce(s *server) {
	k, r := s.administrative(), s.Register
	addMove(s, k, "suspension", "suspend-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c enforcement.Change, in *Suspension) error {
		return r.SuspendAdministrative(ctx, act, c, in.Body.Reason)
	})
	addMove(s, k, "resumption", "resume-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c enforcement.Change, in *AdministrativeResumption) error {
		return r.ResumeAdministrative(ctx, act, c, in.Body.Reasons)
	})
	addMove(s, k, "deletion", "delete-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c enforcement.Change, in *AdministrativeDeletion) error {
		return r.DeleteAdministrative(ctx, act, c, in.Body.administrative(in.Body.Cause))
	})
	addMove(s, k, "early-deletion", "delete-administrative-early", tagAdministrative, func(ctx context.Context, act enforcement.Act, c enforcement.Change, in *Ending) error {
		return r.DeleteAdministrativeEarly(ctx, act, c, in.Body.administrative(""))
	})
	addMove(s, k, "revocation", "revoke-administrative", tagAdministrative, func(ctx context.Context, act enforcement.Act, c enforcement.Change, in *Ending) error {
		return r.RevokeAdministrative(ctx, act, c, in.Body.administrative(""))
	})
}

func (b EndingBody) administrative(cause string) enforcement.AdministrativeEnding {
	return enforcement.AdministrativeEnding{Cause: cause, EventOn: b.EventOn, Reasons: b.Reasons}
}
