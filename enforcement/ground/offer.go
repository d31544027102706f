package ground

import (
	"context"
	"errors"

	"concordat/enforcement"
	"concordat/enforcement/docket"
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
}

// Moves tells of every move of a case whether the actor can make it on the act's
// day, until when, and why not. Who may read the case may ask.
func (l *Life[C]) Moves(ctx context.Context, act enforcement.Act, id enforcement.ID) (version int, offers []Offer, err error) {
	c, err := l.Read(ctx, act, id)
	if err != nil {
		return 0, nil, err
	}
	clocks, err := l.Grounds.Docket.Clocks(ctx, id)
	if err != nil {
		return 0, nil, err
	}
	err = l.Grounds.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		offers = make([]Offer, 0, len(l.Table.Moves))
		for i := range l.Table.Moves {
			o := Offer{Move: &l.Table.Moves[i]}
			_, err := l.offered(&c, o.Move, act)
			if err == nil {
				err = l.beside(ctx, tx, &c, o.Move, act)
			}
			if err != nil && !errors.As(err, &o.Because) {
				return err
			}
			o.Until = until(o.Move, clocks)
			if last := l.Last[o.Move.Name]; last != nil && o.Because == nil {
				o.Until = last(&c)
			}
			offers = append(offers, o)
		}
		return nil
	})
	return l.Head(&c).Version, offers, err
}

// beside says what stands beside a case, not in it, and refuses a move: facts of its
// kind, a restoration that put it in doubt (or none, where a doubt is to be
// dispelled), a hold.
func (l *Life[C]) beside(ctx context.Context, tx *pg.Tx, c *C, m *Move, act enforcement.Act) error {
	if bars := l.Bars[m.Name]; bars != nil {
		if err := bars(ctx, tx, c, l.Grounds.Record.Today(act.At)); err != nil {
			return err
		}
	}
	confirms := m.Name == MoveConfirm && m.Effect == EffectNone
	if !confirms && m.Name != MovePublish {
		return nil
	}
	h := l.Head(c)
	s, err := stops(ctx, tx, []enforcement.ID{h.ID})
	switch {
	case err != nil:
		return err
	case confirms && !s.doubts(h):
		return enforcement.Refuse("listing.suspension")
	case confirms:
		return nil
	}
	return s.refuse(h)
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
