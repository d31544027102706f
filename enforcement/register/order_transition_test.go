package register_test

import (
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/order"
	"concordat/memoranda/day"
)

var orderTable = order.Table()

func ordered(t testing.TB, b *enforcetest.Bundle, id enforcement.ID) order.Order {
	t.Helper()
	return value(b.Orders.Get(t.Context(), b.Judge(), id))(t)
}

// halt is a state of an order, and what else is under way in it.
type halt struct {
	name  string
	state ground.State
	// listed: it rests on a listing, which over ended.
	listed, over, suspended bool
	// until is the last day of its period.
	until bool
	walk  []ground.MoveName
}

func halts() []halt {
	and := func(walk []ground.MoveName, more ...ground.MoveName) []ground.MoveName {
		return append(slices.Clone(walk), more...)
	}
	noticed := []ground.MoveName{"notice"}
	decided := and(noticed, "propose", "sign")
	served := and(decided, ground.MoveServe)
	active := and(served, ground.MovePublish)
	onListing := []ground.MoveName{"propose", "sign", ground.MoveServe, ground.MovePublish}
	return []halt{
		{name: "draft", state: ground.Draft},
		{name: "draft on a listing", state: ground.Draft, listed: true},
		{name: "noticed", state: "noticed", walk: noticed},
		{name: "proposed", state: "noticed", walk: and(noticed, "propose")},
		{name: "decided", state: ground.Decided, walk: decided},
		{name: "served", state: ground.Served, walk: served},
		{name: "active", state: ground.Active, walk: active},
		{name: "active with a period", state: ground.Active, until: true, walk: active},
		{name: "active on a listing", state: ground.Active, listed: true, walk: onListing},
		{name: "active on a listing that ended", state: ground.Active, listed: true, over: true, walk: onListing},
		{name: "suspended", state: ground.Active, suspended: true, walk: and(active, ground.MoveSuspend)},
		{name: "lifted", state: order.Lifted, walk: and(active, "lift")},
		{name: "expired", state: ground.Expired, until: true, walk: and(active, ground.MoveExpire)},
		{name: "revoked", state: ground.Revoked, walk: and(active, ground.MoveRevoke)},
		{name: "abandoned", state: ground.Abandoned, walk: and(decided, ground.MoveAbandon)},
	}
}

// errand brings orders into states and moves them on, with content that only the state can be
// at fault with.
type errand struct {
	*enforcetest.Bundle
	t *testing.T
}

func (w errand) enter(h halt) enforcement.ID {
	w.t.Helper()
	n := order.NewOrder{Case: w.Case(), Subject: w.Subject(w.Person()), Duty: order.Payment}
	if h.listed {
		n.Listing = w.Published(n.Subject, listing.EvadesBySham)
		n.Case = state(w.t, w.Bundle, n.Listing).Case
	}
	id := value(w.Orders.Draft(w.t.Context(), w.Clerk(), n))(w.t)
	for _, m := range h.walk {
		if err := w.move(h, id, m, itself); err != nil {
			w.t.Fatalf("%s on the way to %s: %v", m, h.name, err)
		}
	}
	if h.over {
		must(w.t, w.Listings.DeleteEarly(w.t.Context(), w.Judge(), of(n.Listing), w.Ending(0)))
	}
	if o := ordered(w.t, w.Bundle, id); o.State != h.state || (o.SuspendedFor != "") != h.suspended {
		w.t.Fatalf("%s: the walk led to %+v", h.name, o)
	}
	return id
}

// second is a president who had no part in it.
func (w errand) second() enforcement.Act {
	act := w.President()
	act.Actor.ID += "-2"
	return act
}

// move makes one move by its real method.
func (w errand) move(h halt, id enforcement.ID, m ground.MoveName, as func(enforcement.Act) enforcement.Act) error {
	ctx, c := w.t.Context(), of(id)
	switch m { //nolint:exhaustive // the others are of other kinds
	case "notice":
		return w.Orders.Notice(ctx, as(enforcetest.Before(w.Clerk())), c, w.Notice().ExecutionNotice)
	case "propose":
		d := w.OrderDecision()
		if h.until {
			d.ValidUntil = w.Day().AddDays(90)
		}
		return w.Orders.Propose(ctx, as(w.Judge()), c, d)
	case "sign":
		return w.Orders.Sign(ctx, as(w.President()), c)
	case ground.MoveServe:
		return w.Orders.Serve(ctx, as(w.Clerk()), c, w.OrderService())
	case ground.MovePublish:
		return w.Orders.Issue(ctx, as(w.Clerk()), c)
	case "keep-order":
		return w.Orders.Keep(ctx, as(w.second()), c, order.Keeping{Reasons: "演示:给付义务仍未履行,另有依据", Paper: enforcetest.Paper("演示保留意见")})
	case "breach":
		return w.Orders.ReportBreach(ctx, as(w.Clerk()), c, order.Breach{On: w.Day(), Text: "演示:乘坐飞机头等舱"})
	case ground.MoveSuspend:
		return w.Orders.Suspend(ctx, as(w.Judge()), c, enforcetest.Stay())
	case ground.MoveBrake:
		return w.Orders.Suspend(ctx, as(w.Clerk()), c, enforcetest.Brake())
	case ground.MoveResume:
		return w.Orders.Resume(ctx, as(w.second()), c, enforcetest.Resumption())
	case ground.MoveConfirm:
		return w.Orders.Confirm(ctx, as(w.second()), c, enforcetest.Resumption())
	case ground.MoveReaffirm:
		return w.Orders.Reaffirm(ctx, as(w.second()), c, enforcetest.Resumption())
	case "lift":
		return w.Orders.Lift(ctx, as(w.Judge()), c, w.Lifting(order.CausePerformed))
	case ground.MoveRevoke:
		return w.Orders.Revoke(ctx, as(w.Judge()), c, w.Lifting(""))
	case ground.MoveExpire:
		late := w.System()
		late.At = late.At.AddDate(1, 0, 0)
		return w.Orders.Expire(ctx, as(late), c)
	case ground.MoveAbandon:
		return w.Orders.Abandon(ctx, as(w.Clerk()), c, ground.Performed)
	}
	w.t.Fatalf("no method for the move %s", m)
	return nil
}

// refusal is what a move meets at the halt; "" if nothing.
func (h halt) refusal(m ground.MoveName) string {
	_, err := orderTable.After(h.state, m)
	switch {
	case m == ground.MoveServe && (h.state == ground.Draft || h.state == "noticed"):
		return "decision.unsigned"
	case m == ground.MovePublish && h.state == ground.Decided:
		return "service.missing"
	case err != nil:
		return "state.forbidden"
	case m == "notice" && h.listed:
		return "order.listing"
	case m == "propose" && h.state == ground.Draft && !h.listed:
		return "order.notice"
	case m == "sign" && !slices.Contains(h.walk, "propose"):
		return "decision.not-proposed"
	case m == "keep-order" && !h.over:
		return "order.keep"
	case m == ground.MoveExpire && !h.until:
		return "end.no-term"
	case m == ground.MoveSuspend && h.suspended, m == ground.MoveBrake && h.suspended:
		return "listing.suspended"
	case m == ground.MoveResume && h.over:
		return "order.listing"
	case m == ground.MoveResume && !h.suspended:
		return "listing.suspension"
	case m == ground.MoveConfirm, m == ground.MoveReaffirm:
		return "listing.suspension" // nothing is in doubt
	default:
		return ""
	}
}

// born is the birth day of somebody who is seventeen on a day.
func born(on day.Day) day.Day { return on.AddYears(-17) }
