package api

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/order"
	"concordat/enforcement/paper"
)

func orderMoves(s *server) {
	k, r := s.orders(), s.Register.Orders
	addMove(s, k, "notice", "notice-order", tagOrders, func(ctx context.Context, act enforcement.Act, c ground.Change, in *OrderNotice) error {
		b := in.Body
		return r.Notice(ctx, act, c, ground.ExecutionNotice{ServedOn: b.ServedOn, PerformBy: b.PerformBy, PerformDays: b.PerformDays, Case: b.NoticeCase, Paper: b.given(), Receipt: b.receipt()})
	})
	addMove(s, k, "proposal", "propose-order", tagOrders, func(ctx context.Context, act enforcement.Act, c ground.Change, in *OrderProposal) error {
		b := in.Body
		return r.Propose(ctx, act, c, order.Decision{
			Number: b.Number, Reasons: b.Reasons, Items: b.Items, OtherItems: b.OtherItems, Consequences: b.Consequences, Factors: b.Factors, Ability: b.Ability,
			ValidUntil: b.ValidUntil, AppliedOn: b.ReceivedOn, OwnMotion: b.OwnMotion, GraceMonths: b.GraceMonths, Paper: b.given(),
			Application: paper.Given{ID: b.ApplicationPaper, Content: b.Application}, Role: paper.Given{ID: b.RolePaper, Content: b.RoleDocument},
		})
	})
	addMove(s, k, "signature", "sign-order", tagOrders, func(ctx context.Context, act enforcement.Act, c ground.Change, _ *Move) error {
		return r.Sign(ctx, act, c)
	})
	addMove(s, k, "service", "serve-order", tagOrders, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Service) error {
		return r.Serve(ctx, act, c, in.service())
	})
	addMove(s, k, "issue", "issue-order", tagOrders, func(ctx context.Context, act enforcement.Act, c ground.Change, _ *Move) error {
		return r.Issue(ctx, act, c)
	})
	addMove(s, k, "abandonment", "abandon-order", tagOrders, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Abandonment) error {
		return r.Abandon(ctx, act, c, in.Body.Reason)
	})
	addMove(s, k, "keeping", "keep-order", tagOrders, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Resumption) error {
		return r.Keep(ctx, act, c, order.Keeping{Reasons: in.Body.Reasons, Paper: in.Body.given()})
	})
	addMove(s, k, "breaches", "report-breach", tagOrders, func(ctx context.Context, act enforcement.Act, c ground.Change, in *OrderBreach) error {
		return r.ReportBreach(ctx, act, c, order.Breach{On: in.Body.On, Text: in.Body.Text})
	})
	addMove(s, k, "suspension", "suspend-order", tagOrders, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Suspension) error {
		return r.Suspend(ctx, act, c, in.suspension())
	})
	addMove(s, k, "resumption", "resume-order", tagOrders, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Resumption) error {
		return r.Resume(ctx, act, c, in.resumption())
	})
	addMove(s, k, "confirmation", "reaffirm-order", tagOrders, func(ctx context.Context, act enforcement.Act, c ground.Change, in *RestoredResumption) error {
		return r.Reaffirm(ctx, act, c, in.resumption())
	})
	addMove(s, k, "confirmation/unissued", "confirm-order", tagOrders, func(ctx context.Context, act enforcement.Act, c ground.Change, in *RestoredResumption) error {
		return r.Confirm(ctx, act, c, in.resumption())
	})
	addMove(s, k, "lifting", "lift-order", tagOrders, func(ctx context.Context, act enforcement.Act, c ground.Change, in *OrderLifting) error {
		return r.Lift(ctx, act, c, in.Body.order(in.Body.Cause))
	})
	addMove(s, k, "revocation", "revoke-order", tagOrders, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Ending) error {
		return r.Revoke(ctx, act, c, in.Body.order(""))
	})
}

func (b EndingBody) order(cause string) order.Ending {
	return order.Ending{Cause: cause, EventOn: b.EventOn, Reasons: b.Reasons, Paper: b.given()}
}
