package api

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/memoranda/day"
)

// Warning records the execution notice.
type Warning struct {
	Move

	Body struct {
		ServedOn    day.Day        `json:"served_on"`
		RiskWarning bool           `json:"risk_warning" doc:"The notice carries the warning about listing"`
		PerformBy   day.Day        `json:"perform_by,omitzero" doc:"Last day of the period for performance that the notice states; this or perform_within_days"`
		PerformDays int            `json:"perform_within_days,omitempty" doc:"Length of the period for performance, in calendar days from service"`
		NoticeCase  enforcement.ID `json:"notice_case,omitzero" doc:"The earlier case of the chain whose notice it was; none: this case's own"`
		PaperBody
		ReceiptBody
	}
}

// Application records the creditor's application.
type Application struct {
	Move

	Body struct {
		ReceivedOn day.Day `json:"received_on"`
		PaperBody
	}
}

// Refusal refuses the creditor's application.
type Refusal struct {
	Move

	Body struct {
		Reasons string `json:"reasons" maxLength:"20000"`
		PaperBody
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
		Early       string  `json:"early_reasons,omitempty" maxLength:"20000" doc:"Why before the period for performance is over; never on ground 1"`
		OwnMotion   string  `json:"own_motion_reason,omitempty" maxLength:"20000" doc:"Why the court lists of its own motion; needed where the creditor did not apply"`
		PaperBody
	}
}

// Abandonment gives a listing up before publication.
type Abandonment struct {
	Move

	Body struct {
		Reason ground.AbandonReason `json:"reason" enum:"performed,minor,dead,wrong-person,excluded"`
	}
}

// Service records that a decision was served.
type Service struct {
	Move

	Body struct {
		Manner     string   `json:"manner" enum:"direct,leaving,electronic,mail,announcement"`
		On         day.Day  `json:"on" doc:"Day of service, or of the announcement"`
		LastPosted day.Day  `json:"last_posted_on,omitzero" doc:"Of an announcement: the day of its last posting or printing, from which it counts"`
		Enclosures []string `json:"enclosures" nullable:"false" maxItems:"20" enum:"reasons,consequences,removal-conditions,remedies,repair-notice" doc:"All of them are needed"`
		ServicePapers
	}
}

func decisionRoutes(s *server) {
	k, r := s.listings(), s.Register
	addMove(s, k, "warning", "warn-listing", tagDecision, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Warning) error {
		return r.Listings.Warn(ctx, act, c, listing.Notice{ExecutionNotice: ground.ExecutionNotice{ServedOn: in.Body.ServedOn, PerformBy: in.Body.PerformBy, PerformDays: in.Body.PerformDays, Case: in.Body.NoticeCase, Paper: in.Body.given(), Receipt: in.Body.receipt()}, RiskWarning: in.Body.RiskWarning})
	})
	addMove(s, k, "application", "apply-listing", tagDecision, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Application) error {
		return r.Listings.Apply(ctx, act, c, listing.Application{ReceivedOn: in.Body.ReceivedOn, Paper: in.Body.given()})
	})
	addMove(s, k, "refusal", "refuse-application", tagDecision, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Refusal) error {
		return r.Listings.RefuseApplication(ctx, act, c, in.Body.Reasons, in.Body.given())
	})
	addMove(s, k, "proposal", "propose-decision", tagDecision, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Proposal) error {
		b := in.Body
		return r.Listings.Propose(ctx, act, c, listing.Decision{Number: b.Number, Reasons: b.Reasons, TermUntil: b.TermUntil, GraceMonths: b.GraceMonths, EarlyReasons: b.Early, OwnMotion: b.OwnMotion, Paper: b.given()})
	})
	addMove(s, k, "signature", "sign-decision", tagDecision, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Signature) error {
		return r.Listings.Sign(ctx, act, c, in.Body.confirmed()...)
	})
	addMove(s, k, "abandonment", "abandon-listing", tagDecision, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Abandonment) error {
		return r.Listings.Abandon(ctx, act, c, in.Body.Reason)
	})
	addMove(s, k, "service", "serve-decision", tagDecision, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Service) error {
		return r.Listings.Serve(ctx, act, c, in.service())
	})
	addMove(s, k, "publication", "publish-listing", tagDecision, func(ctx context.Context, act enforcement.Act, c ground.Change, _ *Move) error {
		return r.Listings.Publish(ctx, act, c)
	})
}

func (s *Service) service() ground.Service {
	b := s.Body
	return ground.Service{Manner: b.Manner, On: b.On, LastPostedOn: s.Body.LastPosted, Enclosures: b.Enclosures, Paper: b.given(), Consent: b.consent(), Search: b.search()}
}
