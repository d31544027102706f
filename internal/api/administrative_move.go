package api

import (
	"context"

	"concordat/enforcement"
)

func (s *server) notifyAdministrative(ctx context.Context, act enforcement.Act, in *AdministrativeNotice) (*MovedAdministrative, error) {
	return s.moveAdministrative(ctx, act, in.Move, func(c enforcement.Change) error {
		return s.Register.GiveNotice(ctx, act, c, enforcement.AdministrativeNotice{
			Manner: in.Body.Manner, ServedOn: in.Body.ServedOn, Contents: in.Body.Contents, Document: in.Body.Document,
		})
	})
}

func (s *server) stateAdministrative(ctx context.Context, act enforcement.Act, in *StatementBody) (*MovedAdministrative, error) {
	return s.moveAdministrative(ctx, act, in.Move, func(c enforcement.Change) error {
		return s.Register.RecordStatement(ctx, act, c, enforcement.Statement{ReceivedOn: in.Body.ReceivedOn, Text: in.Body.Text})
	})
}

func (s *server) answerAdministrative(ctx context.Context, act enforcement.Act, in *StatementReply) (*MovedAdministrative, error) {
	return s.moveAdministrative(ctx, act, in.Move, func(c enforcement.Change) error {
		return s.Register.AnswerStatement(ctx, act, c, enforcement.StatementAnswer{Text: in.Body.Text, Upheld: in.Body.Upheld})
	})
}

func (s *server) decideAdministrative(ctx context.Context, act enforcement.Act, in *AdministrativeDecision) (*MovedAdministrative, error) {
	return s.moveAdministrative(ctx, act, in.Move, func(c enforcement.Change) error {
		return s.Register.DecideAdministrative(ctx, act, c, enforcement.AdministrativeDecision{
			Number: in.Body.Number, Reasons: in.Body.Reasons, Bases: in.Body.Bases, TermUntil: in.Body.TermUntil,
			RemovalConditions: in.Body.RemovalConditions, Remedies: in.Body.Remedies,
		})
	})
}

func (s *server) serveAdministrative(ctx context.Context, act enforcement.Act, in *Service) (*MovedAdministrative, error) {
	return s.moveAdministrative(ctx, act, in.Move, func(c enforcement.Change) error {
		return s.Register.ServeAdministrative(ctx, act, c, enforcement.Service{
			Manner: in.Body.Manner, On: in.Body.On, Enclosures: in.Body.Enclosures, Document: in.Body.Document,
		})
	})
}

func (s *server) publishAdministrative(ctx context.Context, act enforcement.Act, in *Move) (*MovedAdministrative, error) {
	return s.moveAdministrative(ctx, act, *in, func(c enforcement.Change) error { return s.Register.PublishAdministrative(ctx, act, c) })
}

func (s *server) abandonAdministrative(ctx context.Context, act enforcement.Act, in *AdministrativeAbandonment) (*MovedAdministrative, error) {
	return s.moveAdministrative(ctx, act, in.Move, func(c enforcement.Change) error {
		return s.Register.AbandonAdministrative(ctx, act, c, in.Body.Reason)
	})
}

func (s *server) suspendAdministrative(ctx context.Context, act enforcement.Act, in *Suspension) (*MovedAdministrative, error) {
	return s.moveAdministrative(ctx, act, in.Move, func(c enforcement.Change) error {
		return s.Register.SuspendAdministrative(ctx, act, c, in.Body.Reason)
	})
}

func (s *server) resumeAdministrative(ctx context.Context, act enforcement.Act, in *AdministrativeResumption) (*MovedAdministrative, error) {
	return s.moveAdministrative(ctx, act, in.Move, func(c enforcement.Change) error {
		return s.Register.ResumeAdministrative(ctx, act, c, in.Body.Reasons)
	})
}

func (b EndingBody) administrative(cause string) enforcement.AdministrativeEnding {
	return enforcement.AdministrativeEnding{Cause: cause, EventOn: b.EventOn, Reasons: b.Reasons}
}

func (s *server) deleteAdministrative(ctx context.Context, act enforcement.Act, in *AdministrativeDeletion) (*MovedAdministrative, error) {
	return s.moveAdministrative(ctx, act, in.Move, func(c enforcement.Change) error {
		return s.Register.DeleteAdministrative(ctx, act, c, in.Body.administrative(in.Body.Cause))
	})
}

func (s *server) deleteAdministrativeEarly(ctx context.Context, act enforcement.Act, in *Ending) (*MovedAdministrative, error) {
	return s.moveAdministrative(ctx, act, in.Move, func(c enforcement.Change) error {
		return s.Register.DeleteAdministrativeEarly(ctx, act, c, in.Body.administrative(""))
	})
}

func (s *server) revokeAdministrative(ctx context.Context, act enforcement.Act, in *Ending) (*MovedAdministrative, error) {
	return s.moveAdministrative(ctx, act, in.Move, func(c enforcement.Change) error {
		return s.Register.RevokeAdministrative(ctx, act, c, in.Body.administrative(""))
	})
}
