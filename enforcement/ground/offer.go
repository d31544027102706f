package ground

import (
	"context"
	"errors"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/paper"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Offer is one move of a case as somebody meets it: possible now, or why not. What
// refuses here refuses the move itself.
type Offer struct {
	Move *Move
	// Because is why it is not possible for this actor now; nil: it is.
	Because *enforcement.Refusal
	// Until is the last day for it, where a running clock or the case sets one.
	Until day.Day
	// Missing are all the papers that the file must hold before it and does not, whoever asks.
	Missing []Lack
}

// Lack is a paper that is not in the file, in the words of both languages.
type Lack struct {
	Purpose paper.Purpose `json:"purpose"`
	ZH      string        `json:"zh"`
	EN      string        `json:"en"`
}

// Moves tells of every move of a case whether the actor can make it on the act's
// day, until when, and why not. Who may read the case may ask.
func (l *Life[C]) Moves(ctx context.Context, act enforcement.Act, id enforcement.ID) (version int, offers []Offer, err error) {
	if err := act.Check(append([]enforcement.Role{enforcement.Overseer, enforcement.System}, l.People...)...); err != nil {
		return 0, nil, err
	}
	db, moves := l.Grounds.Record.DB, l.Table.Moves
	var clocks []docket.Clock
	var file []paper.Paper
	asks, refuse := []pg.Ask{pg.All(docket.ClocksOf(db, id), &clocks), paper.Find(db, id, &file)}, make([]func(*C, day.Day) error, len(moves))
	for i := range moves {
		q := l.question(db, id, &moves[i])
		asks, refuse[i] = append(asks, q.Asks...), q.Refuse
	}
	found, err := l.fetch(ctx, db, byID(id), asks...)
	if err != nil {
		return 0, nil, fmt.Errorf("read %s %s: %w", l.Slug, id, err)
	}
	c, err := l.seen(act, found)
	if err != nil {
		return 0, nil, err
	}
	offers = make([]Offer, len(moves))
	for i := range moves {
		o := &offers[i]
		o.Move, o.Until = &moves[i], until(&moves[i], clocks)
		_, err := l.offered(&c, o.Move, act)
		if err == nil {
			err = l.proved(&c, o.Move, file)
		}
		if err == nil && refuse[i] != nil {
			err = refuse[i](&c, l.Grounds.Record.Today(act.At))
		}
		if err != nil && !errors.As(err, &o.Because) {
			return 0, nil, err
		}
		if lacks := l.Lacks[o.Move.Name]; lacks != nil {
			o.Missing = lacks(&c, file)
		}
		if last := l.Last[o.Move.Name]; last != nil && o.Because == nil {
			o.Until = last(&c)
		}
	}
	return l.Head(&c).Version, offers, nil
}

// until is the day by which a running clock asks for the move.
func until(m *Move, clocks []docket.Clock) (last day.Day) {
	for _, kind := range m.Stops {
		for _, c := range clocks {
			if c.Kind == kind && c.DoneOn.IsZero() && (last.IsZero() || c.DueOn < last) {
				last = c.DueOn
			}
		}
	}
	return last
}
