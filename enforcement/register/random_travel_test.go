package register_test

import (
	"errors"
	"fmt"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/ground"
)

// readDue reads what is due at a lane that nobody holds. Until it is sent
// anything can happen to it.
func (l *life) readDue(s step) error {
	lanes, err := l.Directives.Lanes(l.t.Context(), l.Day())
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
	groundID := l.read.items[s.B%len(l.read.items)].Ground.ID
	g := l.pick(0, func(g *modelled) bool { return g.id == groundID && g.live() })
	if g == nil {
		return nil
	}
	if s.B%3 == 0 && g.listing && !g.suspended {
		g.suspended = true
		if err := l.Listings.Suspend(l.t.Context(), l.Judge(), of(g.id), ground.Suspension{Reason: ground.WrongPersonClaim}); err != nil {
			return err
		}
	} else if err := l.endOne(g, s.B); err != nil {
		return err
	}
	return l.send(s)
}

// due reads what is due at a lane, nil if nothing is.
func (l *life) due(lane directive.WakeUp, limit int) (*message, error) {
	items, err := l.Directives.Due(l.t.Context(), lane.Organisation, lane.Lane, l.Day(), enforcement.ID{}, limit)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	return &message{lane: lane, items: items}, nil
}

func (l *life) attempt(m *message) (err error) {
	if m.attempt, err = l.Directives.Open(l.t.Context(), l.System(), m.lane, "webhook", m.items, []byte("h")); err != nil {
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
	results := make([]directive.Result, len(m.attempt.Directives))
	for i := range results {
		choice := (s.B >> (2 * (i % 12))) & 3
		results[i].Step = directive.Left
		switch {
		case choice == 1:
			results[i].Placed = true
			m.placed = append(m.placed, i)
		case m.delivered && choice == 2:
			results[i].Step = directive.Delivered
		case m.delivered && choice == 3:
			results[i] = directive.Result{Step: directive.Acknowledged, Reports: l.reports(m.items, i)}
		}
	}
	m.open = false
	return l.Directives.Settle(l.t.Context(), l.System(), m.attempt, results)
}

func (l *life) reports(items []directive.Item, i int) []directive.Report {
	if i >= len(items) || len(items[i].Measures) == 0 {
		return nil
	}
	return []directive.Report{{Measure: l.Plans.MeasureName(items[i].Measures[0]), Outcome: directive.Implemented}}
}

// crash forgets every open attempt, and the next process recovers the lanes.
func (l *life) crash(step) error {
	l.read = nil
	for _, m := range l.messages {
		if !m.open {
			continue
		}
		m.open = false
		if n, err := l.Directives.Recover(l.t.Context(), l.System(), m.lane); err != nil || n != 1 {
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
	a := directive.Answer{Directive: m.items[i].Directive, Version: m.items[i].Version, Step: directive.Delivered}
	if s.B%2 == 0 {
		a.Step, a.Reports = directive.Acknowledged, l.reports(m.items, i)
	}
	return l.Directives.Answer(l.t.Context(), officer(l.Bundle, m.lane.Organisation), []directive.Answer{a})
}

// look is a department reading its directives by API.
func (l *life) look(s step) error {
	list, err := l.Directives.List(l.t.Context(), officer(l.Bundle, l.Departments[s.A%len(l.Departments)]), l.began, 100)
	l.seen = append(l.seen, list...)
	return err
}

// answerUnsent takes over what was read, perhaps long ago, and answers it: a version that
// did not leave since is refused.
func (l *life) answerUnsent(s step) error {
	if len(l.seen) == 0 {
		return nil
	}
	d := l.seen[s.A%len(l.seen)]
	item := directive.Item{Directive: d.ID, Version: d.Version, Kind: d.Kind, ValidUntil: d.ValidUntil}
	for _, m := range d.Measures {
		number, _ := l.Plans.MeasureNumber(m)
		item.Measures = append(item.Measures, number)
	}
	l.ledgers[d.Organisation].apply(item)
	err := l.Directives.Answer(l.t.Context(), officer(l.Bundle, d.Organisation), []directive.Answer{{Directive: d.ID, Version: d.Version, Step: directive.Acknowledged}})
	if errors.Is(err, enforcement.Refuse("answer.not-sent")) {
		return nil
	}
	return err
}
