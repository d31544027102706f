package api

import (
	"context"

	"concordat/enforcement"
	"concordat/memoranda/day"
)

// Warning records the execution notice.
type Warning struct {
	Move

	Body struct {
		ServedOn    day.Day `json:"served_on"`
		RiskWarning bool    `json:"risk_warning" doc:"The notice carries the warning about listing"`
		Document    []byte  `json:"document,omitempty" doc:"The notice; only its keyed hash is kept"`
	}
}

// Application records the creditor's application.
type Application struct {
	Move

	Body struct {
		ReceivedOn day.Day `json:"received_on"`
	}
}

// Refusal refuses the creditor's application.
type Refusal struct {
	Move

	Body struct {
		Reasons string `json:"reasons" maxLength:"20000"`
	}
}

// Proposal is a decision that a judge proposes.
type Proposal struct {
	Move

	Body struct {
		Number      string  `json:"number" maxLength:"100" doc:"Number of the decision"`
		Reasons     string  `json:"reasons" maxLength:"20000"`
		TermUntil   day.Day `json:"term_until,omitzero" doc:"Last day of the term; none for ground 1 alone"`
		GraceMonths int     `json:"grace_months,omitempty" doc:"0, or 1 to 3"`
	}
}

// Abandonment gives a listing up before publication.
type Abandonment struct {
	Move

	Body struct {
		Reason enforcement.AbandonReason `json:"reason" enum:"performed,minor,dead,wrong-person,excluded"`
	}
}

func (s *server) decisionRoutes() {
	add(s, moveOperation("warning", "warn-listing", tagDecision, "登记执行通知书及风险提示的送达", "Record the execution notice and its warning"), s.warn)
	add(s, moveOperation("application", "apply-listing", tagDecision, "登记申请执行人的申请", "Record the creditor's application"), s.apply)
	add(s, moveOperation("refusal", "refuse-application", tagDecision, "驳回申请", "Refuse the application, with reasons"), s.refuseApplication)
	add(s, moveOperation("proposal", "propose-decision", tagDecision, "提请决定", "Propose the decision to the president"), s.propose)
	add(s, moveOperation("signature", "sign-decision", tagDecision, "院长签发决定", "Sign the decision, as the president of the court"), s.sign)
	add(s, moveOperation("abandonment", "abandon-listing", tagDecision, "公布前放弃列入", "Abandon the listing before publication"), s.abandon)
}

func (s *server) warn(ctx context.Context, act enforcement.Act, in *Warning) (*MovedListing, error) {
	return s.move(ctx, act, in.Move, func(c enforcement.Change) error {
		return s.Register.Warn(ctx, act, c, enforcement.Notice{ServedOn: in.Body.ServedOn, RiskWarning: in.Body.RiskWarning, Document: in.Body.Document})
	})
}

func (s *server) apply(ctx context.Context, act enforcement.Act, in *Application) (*MovedListing, error) {
	return s.move(ctx, act, in.Move, func(c enforcement.Change) error { return s.Register.Apply(ctx, act, c, in.Body.ReceivedOn) })
}

func (s *server) refuseApplication(ctx context.Context, act enforcement.Act, in *Refusal) (*MovedListing, error) {
	return s.move(ctx, act, in.Move, func(c enforcement.Change) error {
		return s.Register.RefuseApplication(ctx, act, c, in.Body.Reasons)
	})
}

func (s *server) propose(ctx context.Context, act enforcement.Act, in *Proposal) (*MovedListing, error) {
	return s.move(ctx, act, in.Move, func(c enforcement.Change) error {
		return s.Register.Propose(ctx, act, c, enforcement.Decision{
			Number: in.Body.Number, Reasons: in.Body.Reasons, TermUntil: in.Body.TermUntil, GraceMonths: in.Body.GraceMonths,
		})
	})
}

func (s *server) sign(ctx context.Context, act enforcement.Act, in *Move) (*MovedListing, error) {
	return s.move(ctx, act, *in, func(c enforcement.Change) error { return s.Register.Sign(ctx, act, c) })
}

func (s *server) abandon(ctx context.Context, act enforcement.Act, in *Abandonment) (*MovedListing, error) {
	return s.move(ctx, act, in.Move, func(c enforcement.Change) error { return s.Register.Abandon(ctx, act, c, in.Body.Reason) })
}
