package enforcetest

import (
	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/order"
)

// DraftOrder drafts an order against a debtor, in a case of its own, on a duty to pay.
func (b *Bundle) DraftOrder(subject enforcement.ID) enforcement.ID {
	b.T.Helper()
	id, err := b.Orders.Draft(b.T.Context(), b.Clerk(), order.NewOrder{Case: b.Case(), Subject: subject, Duty: order.Payment})
	must(b.T, err)
	return id
}

// OrderDecision is an order as a judge proposes it, on a creditor's application of today.
func (b *Bundle) OrderDecision() order.Decision {
	return order.Decision{
		Number: "(2025)桂0103执1号之二", Reasons: "演示:未按执行通知书指定的期间履行给付义务", Items: []string{"transport", "venues", "trains"}, Consequences: "演示:违反的,依法予以罚款、拘留",
		Factors: []string{"passive-performance"}, Ability: "演示:名下有营业收入", AppliedOn: b.Day(), Application: Paper("演示限制消费申请书"), Paper: Paper("演示限制消费令全文"),
		Role: Paper("演示单位人员身份证明"),
	}
}

// OrderService is direct service today.
func (b *Bundle) OrderService() ground.Service {
	s := b.Service()
	s.Enclosures = s.Enclosures[:len(s.Enclosures)-1] // no repair notice goes with an order
	return s
}

// NoticedOrder drafts an order and records the notice, whose period is over.
func (b *Bundle) NoticedOrder(subject enforcement.ID) enforcement.ID {
	b.T.Helper()
	id := b.DraftOrder(subject)
	must(b.T, b.Orders.Notice(b.T.Context(), Before(b.Clerk()), Of(id), b.Notice().ExecutionNotice))
	return id
}

// ProposedOrder is one whose decision waits for the president.
func (b *Bundle) ProposedOrder(subject enforcement.ID, d order.Decision) enforcement.ID {
	b.T.Helper()
	id := b.NoticedOrder(subject)
	must(b.T, b.Orders.Propose(b.T.Context(), b.Judge(), Of(id), d))
	return id
}

// SignedOrder is one that waits for its service.
func (b *Bundle) SignedOrder(subject enforcement.ID, d order.Decision) enforcement.ID {
	b.T.Helper()
	id := b.ProposedOrder(subject, d)
	must(b.T, b.Orders.Sign(b.T.Context(), b.President(), Of(id)))
	return id
}

// Ordered runs an order until it holds, all on the bundle's day.
func (b *Bundle) Ordered(subject enforcement.ID) enforcement.ID {
	b.T.Helper()
	id := b.SignedOrder(subject, b.OrderDecision())
	must(b.T, b.Orders.Serve(b.T.Context(), b.Clerk(), Of(id), b.OrderService()))
	must(b.T, b.Orders.Issue(b.T.Context(), b.System(), Of(id)))
	return id
}

// Lifting is a decision to lift an order, for an event of today.
func (b *Bundle) Lifting(cause string) order.Ending {
	return order.Ending{Cause: cause, EventOn: b.Day(), Reasons: "演示:履行完毕", Paper: Paper("演示解除决定书")}
}
