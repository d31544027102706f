package record

import (
	"context"
	"time"

	"concordat/enforcement"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Today returns the legal day of an instant.
func (r *Record) Today(at time.Time) day.Day { return calendar.DayOf(at) }

// Done is what an act leaves for its caller, also when it is asked again.
type Done struct {
	event   enforcement.ID
	Subject enforcement.ID
	Ground  enforcement.ID
	// RefersTo is the id of what was entered where it is neither.
	RefersTo enforcement.ID
}

// Perform runs one act: all of its rows, its event and its jobs commit
// together. An act that was done under the same key is not done again; what it
// left is returned. fn returns the act's event, or nil if nothing changed.
func (r *Record) Perform(ctx context.Context, act enforcement.Act, fn func(ctx context.Context, tx *pg.Tx) (*Event, error)) (Done, error) {
	return r.PerformKeyed(ctx, act, func(ctx context.Context, tx *pg.Tx, _ enforcement.Act) (*Event, error) { return fn(ctx, tx) })
}

// PerformKeyed is [Record.Perform] for an act that may write its event itself, as a
// publication does, and then returns none: fn gets the act with the key that its
// event carries. What it asks for first travels with the question whether it was done.
func (r *Record) PerformKeyed(ctx context.Context, act enforcement.Act, fn func(ctx context.Context, tx *pg.Tx, act enforcement.Act) (*Event, error), more ...asking) (_ Done, err error) {
	ctx, end := Span(ctx, "act")
	defer end(&err)
	for {
		var d Done
		taken := act
		err := r.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
			c, err := r.Claim(ctx, tx, act, more...)
			if err != nil {
				return err
			}
			if c.found != nil {
				d = *c.found
				c.WriteDown(tx)
				return nil
			}
			taken.Key = c.key
			e, err := fn(ctx, tx, taken)
			d = Done{}
			if err != nil {
				return err
			}
			c.WriteDown(tx)
			if e == nil {
				return nil
			}
			e.Key = c.key
			if e.ID.IsZero() {
				e.ID = enforcement.NewID()
			}
			d = Done{event: e.ID, Subject: e.Subject, Ground: e.Ground, RefersTo: e.RefersTo}
			r.Log(ctx, tx, act, *e)
			return nil
		})
		// Two requests with one key at once: the loser looks again and finds
		// what the winner did.
		if name, ok := pg.Constraint(err); ok && name == "event_act_key" {
			continue
		}
		if refused := enforcement.AsRefusal(err); refused != nil {
			return r.Overtaken(ctx, taken, refused)
		}
		return d, nil
	}
}
