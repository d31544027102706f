package enforcement_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
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
	swallow func(enforcement.Item) bool
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
	identity map[enforcement.ID]enforcement.Identity
	grounds  []*modelled
	messages []*message
	seen     []enforcement.Directive
	read     *message // what was read as due and is not yet an attempt
}

// modelled is what the life believes of one ground.
type modelled struct {
	id        enforcement.ID
	subject   enforcement.ID
	listing   bool
	state     enforcement.ListingState // of an order: active or deleted
	fixed     bool
	suspended bool
	until     day.Day
	from      day.Day // grace ends before this day
}

// message is one send, or what a department read by itself (without attempt).
type message struct {
	attempt   enforcement.Attempt
	lane      enforcement.WakeUp
	items     []enforcement.Item
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
	l.identity = map[enforcement.ID]enforcement.Identity{l.person: person, l.company: company}
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

func (g *modelled) live() bool { return g.state.Live() }

const mostGrounds = 4

func (l *life) publish(s step) error {
	if len(l.grounds) >= mostGrounds {
		return nil
	}
	g := &modelled{listing: true, state: enforcement.Active, subject: []enforcement.ID{l.person, l.company}[s.A%2], fixed: s.Do == "publish-term"}
	if g.fixed {
		g.id, g.until = l.Published(g.subject, enforcement.EvadesBySham), l.Day().AddYears(2)
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
	g := &modelled{listing: true, state: enforcement.Grace, subject: []enforcement.ID{l.person, l.company}[s.A%2]}
	g.id = l.Draft(g.subject)
	c, d := of(g.id), l.Decision()
	d.GraceMonths = 1
	err := errors.Join(l.Warn(ctx, l.Clerk(), c, l.Notice()), l.Propose(ctx, l.Judge(), c, d), l.Sign(ctx, l.President(), c), l.Serve(ctx, l.Clerk(), c, l.Service()))
	if err != nil {
		return err
	}
	g.from = state(l.t, l.Bundle, g.id).GraceUntil.AddDays(1)
	l.add(g)
	return nil
}

func (l *life) order(step) error {
	if len(l.grounds) < mostGrounds {
		l.add(&modelled{id: l.OrderGround(l.person), subject: l.person, state: enforcement.Active})
	}
	return nil
}

func (l *life) suspend(s step) error {
	g := l.pick(s.A, func(g *modelled) bool { return g.listing && g.live() && !g.suspended })
	if g == nil {
		return nil
	}
	g.suspended = true
	return l.Suspend(l.t.Context(), l.Judge(), of(g.id), []string{enforcement.CourtStay, enforcement.WrongPersonClaim}[s.B%2])
}

func (l *life) resume(s step) error {
	g := l.pick(s.A, func(g *modelled) bool { return g.live() && g.suspended })
	if g == nil {
		return nil
	}
	g.suspended = false
	return l.Resume(l.t.Context(), l.Judge(), of(g.id))
}

func (l *life) correct(s step) error {
	g := l.pick(s.A, func(g *modelled) bool { return g.listing && g.live() })
	if g == nil {
		return nil
	}
	ctx := l.t.Context()
	if state(l.t, l.Bundle, g.id).CorrectingSince.IsZero() {
		if err := l.OpenCorrection(ctx, l.Judge(), of(g.id), l.Day()); err != nil || s.B%3 == 0 {
			return err // sometimes it stays open
		}
	}
	return l.Correct(ctx, l.Judge(), of(g.id), l.identity[g.subject])
}

func (l *life) extend(s step) error {
	g := l.pick(s.A, func(g *modelled) bool { return g.fixed && g.state == enforcement.Active && l.Day() <= g.until })
	if g == nil {
		return nil
	}
	years := 1 + s.B%3
	g.state, g.until = enforcement.Extended, g.until.AddYears(years)
	return l.Extend(l.t.Context(), l.President(), of(g.id), extension(l.Bundle, years))
}

func (l *life) end(s step) error {
	if g := l.pick(s.A, func(g *modelled) bool { return !g.state.Ended() }); g != nil {
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
	case g.state.Ended():
		return nil
	case !g.listing:
		g.state = enforcement.Deleted
		return l.EndGround(ctx, l.Judge(), g.id, "演示")
	case !g.live():
		g.state = enforcement.Abandoned
		return l.Abandon(ctx, l.Clerk(), c, enforcement.Performed)
	case how%2 == 1:
		g.state = enforcement.Revoked
		return l.Revoke(ctx, l.Judge(), c, l.Ending(0))
	case was.fixed:
		g.state = enforcement.EarlyDeleted
		return l.DeleteEarly(ctx, l.Judge(), c, l.Ending(0))
	default:
		g.state = enforcement.Deleted
		return l.Delete(ctx, l.Judge(), c, l.Ending(1+how%3))
	}
}

// readDue reads what is due at a lane that nobody holds. Until it is sent
// anything can happen to it.
func (l *life) readDue(s step) error {
	lanes, err := l.DueLanes(l.t.Context(), l.Day())
	if err != nil || len(lanes) == 0 || l.read != nil {
		return err
	}
	lane := lanes[s.A%len(lanes)]
	if slices.ContainsFunc(l.messages, func(m *message) bool { return m.open && m.lane == lane }) {
		return nil
	}
	l.read, err = l.due(lane, 1+s.B%5)
	return err
}

// send opens an attempt with what was read; the message is under way.
func (l *life) send(s step) error {
	if err := l.readDue(s); err != nil || l.read == nil {
		return err
	}
	m := l.read
	l.read = nil
	return l.attempt(m)
}

// overtake changes a ground between the reading of what is due and its sending.
func (l *life) overtake(s step) error {
	if err := l.readDue(s); err != nil || l.read == nil {
		return err
	}
	ground := l.read.items[s.B%len(l.read.items)].Ground.ID
	g := l.pick(0, func(g *modelled) bool { return g.id == ground && g.live() })
	if g == nil {
		return nil
	}
	if s.B%3 == 0 && g.listing && !g.suspended {
		g.suspended = true
		if err := l.Suspend(l.t.Context(), l.Judge(), of(g.id), enforcement.CourtStay); err != nil {
			return err
		}
	} else if err := l.endOne(g, s.B); err != nil {
		return err
	}
	return l.send(s)
}

// due reads what is due at a lane, nil if nothing is.
func (l *life) due(lane enforcement.WakeUp, limit int) (*message, error) {
	items, err := l.DueItems(l.t.Context(), lane.Organisation, lane.Lane, l.Day(), enforcement.ID{}, limit)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	return &message{lane: lane, items: items}, nil
}

func (l *life) attempt(m *message) (err error) {
	if m.attempt, err = l.OpenAttempt(l.t.Context(), l.System(), m.lane, "webhook", m.items, []byte("h")); err != nil {
		return err
	}
	m.open = true
	if l.swallow != nil {
		m.items = slices.DeleteFunc(slices.Clone(m.items), l.swallow)
	}
	l.messages = append(l.messages, m)
	return nil
}

// deliver lets any message arrive: the first time, again, or long after.
func (l *life) deliver(s step) error {
	if len(l.messages) > 0 {
		m := l.messages[s.A%len(l.messages)]
		m.delivered = true
		l.ledgers[m.lane.Organisation].apply(m.items...)
	}
	return nil
}

// settle closes an attempt with what the receiver said, as far as it arrived:
// of what did not, and of answers that were lost, everything is in doubt.
func (l *life) settle(s step) error {
	open := slices.DeleteFunc(slices.Clone(l.messages), func(m *message) bool { return !m.open })
	if len(open) == 0 {
		return nil
	}
	m := open[s.A%len(open)]
	results := make([]enforcement.Result, len(m.attempt.Directives))
	for i := range results {
		choice := (s.B >> (2 * (i % 12))) & 3
		results[i].Step = enforcement.Left
		switch {
		case choice == 1:
			results[i].Placed = true
			m.placed = append(m.placed, i)
		case m.delivered && choice == 2:
			results[i].Step = enforcement.Delivered
		case m.delivered && choice == 3:
			results[i] = enforcement.Result{Step: enforcement.Acknowledged, Reports: l.reports(m.items, i)}
		}
	}
	m.open = false
	return l.Settle(l.t.Context(), l.System(), m.attempt, results)
}

func (l *life) reports(items []enforcement.Item, i int) []enforcement.Report {
	if i >= len(items) || len(items[i].Measures) == 0 {
		return nil
	}
	return []enforcement.Report{{Measure: l.MeasureName(items[i].Measures[0]), Outcome: enforcement.Implemented}}
}

// crash forgets every open attempt, and the next process recovers the lanes.
func (l *life) crash(step) error {
	l.read = nil
	for _, m := range l.messages {
		if !m.open {
			continue
		}
		m.open = false
		if n, err := l.Recover(l.t.Context(), l.System(), m.lane); err != nil || n != 1 {
			return fmt.Errorf("recovered %d attempts of a lane: %w", n, err)
		}
	}
	return nil
}

// answer is a department's own, by API, to something that arrived.
func (l *life) answer(s step) error {
	arrived := slices.DeleteFunc(slices.Clone(l.messages), func(m *message) bool { return !m.delivered || len(m.items) == 0 })
	if len(arrived) == 0 {
		return nil
	}
	m := arrived[s.A%len(arrived)]
	i := s.B % len(m.items)
	a := enforcement.Answer{Directive: m.items[i].Directive, Version: m.items[i].Version, Step: enforcement.Delivered}
	if s.B%2 == 0 {
		a.Step, a.Reports = enforcement.Acknowledged, l.reports(m.items, i)
	}
	return l.Answer(l.t.Context(), officer(l.Bundle, m.lane.Organisation), []enforcement.Answer{a})
}

// look is a department reading its directives by API, whatever was sent.
func (l *life) look(s step) error {
	list, err := l.Directives(l.t.Context(), officer(l.Bundle, l.Departments[s.A%len(l.Departments)]), l.began, 100)
	l.seen = append(l.seen, list...)
	return err
}

// answerUnsent takes over and answers what was read, perhaps long ago.
func (l *life) answerUnsent(s step) error {
	if len(l.seen) == 0 {
		return nil
	}
	d := l.seen[s.A%len(l.seen)]
	item := enforcement.Item{Directive: d.ID, Version: d.Version, Kind: d.Kind, ValidUntil: d.ValidUntil}
	for _, m := range d.Measures {
		number, _ := l.MeasureNumber(m)
		item.Measures = append(item.Measures, number)
	}
	l.ledgers[d.Organisation].apply(item)
	return l.Answer(l.t.Context(), officer(l.Bundle, d.Organisation), []enforcement.Answer{{Directive: d.ID, Version: d.Version, Step: enforcement.Acknowledged}})
}

// advance moves the day on, and the daily round does what is due.
func (l *life) advance(s step) error {
	l.Advance([]int{1, 3, 40, 400, 800}[s.A%5])
	_, _, refused, err := l.DailyRound(l.t.Context(), l.System(), nil)
	if err != nil || len(refused) > 0 {
		return fmt.Errorf("the daily round refused %v: %w", refused, err)
	}
	for _, g := range l.grounds {
		switch {
		case g.state == enforcement.Grace && g.from <= l.Day():
			g.state = enforcement.Active
		case g.fixed && g.live() && g.until < l.Day():
			g.state, g.suspended = enforcement.Expired, false
		}
	}
	return nil
}
