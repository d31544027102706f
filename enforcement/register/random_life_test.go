package register_test

import (
	"errors"
	"fmt"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/memoranda/day"
)

// A world is a small record with three receivers, in which random lives are led
// one after another. Each life ends all it began, so that the next finds nothing
// due.
type world struct {
	*enforcetest.Bundle
	t       testing.TB
	ledgers map[enforcement.OrganisationID]*ledger
	led     int
	// swallow is the planted defect: an item for which it says true is lost on
	// its way, and recorded as acknowledged all the same. nil: none is.
	swallow func(directive.Item) bool
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{Bundle: enforcetest.Setup(t), t: t, ledgers: map[enforcement.OrganisationID]*ledger{}}
	few(t, w.Bundle, 3)
	for _, org := range w.Departments {
		w.ledgers[org] = &ledger{}
	}
	return w
}

// step is one step of a life: what is done, and two numbers that choose with
// what. A step that has nothing to work on does nothing.
type step struct {
	Do   string
	A, B int
}

// life is one random life, with its own model of what ought to be.
type life struct {
	*world
	began    enforcement.ID
	person   enforcement.ID
	company  enforcement.ID
	identity map[enforcement.ID]party.Identity
	grounds  []*modelled
	messages []*message
	seen     []directive.Directive
	read     *message // what was read as due and is not yet an attempt
}

// modelled is what the life believes of one ground.
type modelled struct {
	id        enforcement.ID
	subject   enforcement.ID
	listing   bool
	state     ground.State // of an order: active or deleted
	fixed     bool
	suspended bool
	until     day.Day
	from      day.Day // grace ends before this day
}

// message is one send, or what a department read by itself (without attempt).
type message struct {
	attempt   directive.Attempt
	lane      directive.WakeUp
	items     []directive.Item
	open      bool
	delivered bool
	placed    []int // items that were laid into the inbox
}

// dos maps the names of steps to what they do; steps with more lines come more often.
var dos = map[string]func(*life, step) error{
	"publish": (*life).publish, "publish-term": (*life).publish, "grace": (*life).grace, "order": (*life).order,
	"suspend": (*life).suspend, "resume": (*life).resume, "correct": (*life).correct, "extend": (*life).extend,
	"end": (*life).end, "end-other": (*life).end,
	"read-due": (*life).readDue, "overtake": (*life).overtake, "send": (*life).send, "send-more": (*life).send, "deliver": (*life).deliver, "deliver-again": (*life).deliver,
	"settle": (*life).settle, "settle-more": (*life).settle, "crash": (*life).crash,
	"answer": (*life).answer, "look": (*life).look, "answer-unsent": (*life).answerUnsent, "advance": (*life).advance,
}

// lead leads a life and returns the first thing that is wrong with it.
func (w *world) lead(steps []step) error {
	w.AdvanceTo(enforcetest.Start)
	w.led++
	person, company := w.Person(), w.Company()
	l := &life{world: w, began: enforcement.NewID(), person: w.Subject(person), company: w.Subject(company)}
	l.identity = map[enforcement.ID]party.Identity{l.person: person, l.company: company}
	for n, s := range steps {
		if err := dos[s.Do](l, s); err != nil {
			return fmt.Errorf("step %d, %s: %w", n, s.Do, err)
		}
	}
	if err := l.quiesce(); err != nil {
		return err
	}
	for _, g := range l.grounds {
		if err := l.endOne(g, 0); err != nil {
			return fmt.Errorf("end what is left: %w", err)
		}
	}
	if err := l.quiesce(); err != nil {
		return fmt.Errorf("after the end of everything: %w", err)
	}
	return nil
}

func (l *life) add(g *modelled) { l.grounds = append(l.grounds, g) }

// pick chooses among the grounds for which ok says true; nil if there is none.
func (l *life) pick(n int, ok func(*modelled) bool) *modelled {
	var list []*modelled
	for _, g := range l.grounds {
		if ok(g) {
			list = append(list, g)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[n%len(list)]
}

func (g *modelled) live() bool { return listingTable.IsLive(g.state) }

const mostGrounds = 4

func (l *life) publish(s step) error {
	if len(l.grounds) >= mostGrounds {
		return nil
	}
	g := &modelled{listing: true, state: ground.Active, subject: []enforcement.ID{l.person, l.company}[s.A%2], fixed: s.Do == "publish-term"}
	if g.fixed {
		g.id, g.until = l.Published(g.subject, listing.EvadesBySham), l.Day().AddYears(2)
	} else {
		g.id = l.Published(g.subject)
	}
	l.add(g)
	return nil
}

func (l *life) grace(s step) error {
	if len(l.grounds) >= mostGrounds {
		return nil
	}
	ctx := l.t.Context()
	g := &modelled{listing: true, state: listing.Grace, subject: []enforcement.ID{l.person, l.company}[s.A%2]}
	g.id = l.Draft(g.subject)
	c, d := of(g.id), l.Decision()
	d.GraceMonths = 1
	err := errors.Join(l.Listings.Warn(ctx, enforcetest.Before(l.Clerk()), c, l.Notice()), l.Listings.Propose(ctx, l.Judge(), c, d), l.Listings.Sign(ctx, l.President(), c), l.Listings.Serve(ctx, l.Clerk(), c, l.Service()))
	if err != nil {
		return err
	}
	g.from = state(l.t, l.Bundle, g.id).GraceUntil.AddDays(1)
	l.add(g)
	return nil
}

func (l *life) order(step) error {
	if len(l.grounds) < mostGrounds {
		l.add(&modelled{id: l.OrderGround(l.person), subject: l.person, state: ground.Active})
	}
	return nil
}

func (l *life) suspend(s step) error {
	g := l.pick(s.A, func(g *modelled) bool { return g.listing && g.live() && !g.suspended })
	if g == nil {
		return nil
	}
	g.suspended = true
	how := enforcetest.Brake()
	if g.fixed && s.B%2 == 0 { // what is stayed without a term does not come back
		how = enforcetest.Stay()
	}
	return l.Listings.Suspend(l.t.Context(), l.Judge(), of(g.id), how)
}

func (l *life) resume(s step) error {
	g := l.pick(s.A, func(g *modelled) bool { return g.live() && g.suspended })
	if g == nil {
		return nil
	}
	g.suspended = false
	return l.Listings.Resume(l.t.Context(), l.President(), of(g.id), enforcetest.Resumption())
}

func (l *life) correct(s step) error {
	g := l.pick(s.A, func(g *modelled) bool { return g.listing && g.live() })
	if g == nil {
		return nil
	}
	ctx := l.t.Context()
	if state(l.t, l.Bundle, g.id).CorrectingSince.IsZero() {
		if err := l.Listings.OpenCorrection(ctx, l.Judge(), of(g.id), l.Day()); err != nil || s.B%3 == 0 {
			return err // sometimes it stays open
		}
	}
	return l.Listings.Correct(ctx, l.Judge(), of(g.id), l.identity[g.subject])
}

func (l *life) extend(s step) error {
	g := l.pick(s.A, func(g *modelled) bool { return g.fixed && g.state == ground.Active && l.Day() <= g.until })
	if g == nil {
		return nil
	}
	years := 1 + s.B%3
	g.state, g.until = listing.Extended, g.until.AddYears(years)
	return l.Listings.Extend(l.t.Context(), l.President(), of(g.id), extension(l.Bundle, years))
}

func (l *life) end(s step) error {
	if g := l.pick(s.A, func(g *modelled) bool { return !listingTable.IsEnded(g.state) }); g != nil {
		return l.endOne(g, s.B)
	}
	return nil
}

// endOne ends a ground in one of the ways that are open to it.
func (l *life) endOne(g *modelled, how int) error {
	ctx, c := l.t.Context(), of(g.id)
	was := *g
	g.suspended = false
	switch {
	case listingTable.IsEnded(g.state):
		return nil
	case !g.listing:
		g.state = ground.Deleted
		return l.Grounds.End(ctx, l.Judge(), g.id, "演示")
	case !g.live():
		g.state = ground.Abandoned
		return l.Listings.Abandon(ctx, l.Clerk(), c, ground.Performed)
	case how%2 == 1:
		g.state = ground.Revoked
		return l.Listings.Revoke(ctx, l.Judge(), c, l.Ending(0))
	case was.fixed:
		g.state = ground.EarlyDeleted
		return l.Listings.DeleteEarly(ctx, l.Judge(), c, l.Ending(0))
	default:
		g.state = ground.Deleted
		return l.Listings.Delete(ctx, l.Judge(), c, l.Ending(1+how%3))
	}
}

// advance moves the day on, and the daily round does what is due.
func (l *life) advance(s step) error {
	l.Advance([]int{1, 3, 40, 400, 800}[s.A%5])
	_, _, refused, err := l.Daily(l.t.Context(), l.System(), nil)
	if err != nil || len(refused) > 0 {
		return fmt.Errorf("the daily round refused %v: %w", refused, err)
	}
	for _, g := range l.grounds {
		switch {
		case g.state == listing.Grace && g.from <= l.Day():
			g.state = ground.Active
		case g.fixed && g.live() && g.until < l.Day():
			g.state, g.suspended = ground.Expired, false
		}
	}
	return nil
}
