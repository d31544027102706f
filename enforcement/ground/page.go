package ground

import (
	"context"
	"errors"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/internal/pg"
)

// Page moves up to limit of the cases that wait for something, those with ids above after. It
// returns the greatest id it looked at (no id when nothing is left), how many it moved and what
// had to be refused.
type Page func(ctx context.Context, act enforcement.Act, after enforcement.ID, limit int) (last enforcement.ID, moved int, refused []NotMoved, err error)

// NotMoved names a case that could not be moved, and why.
type NotMoved struct {
	Case    enforcement.ID
	Because *enforcement.Refusal
}

// All takes pages until nothing is left, and tells done after each how many it moved.
func (p Page) All(ctx context.Context, act enforcement.Act, done func(moved int)) (refused []NotMoved, err error) {
	for after := (enforcement.ID{}); ; {
		last, moved, no, err := p(ctx, act, after, directive.Batch)
		refused = append(refused, no...)
		if moved > 0 {
			done(moved)
		}
		if err != nil || last.IsZero() {
			return refused, err
		}
		after = last
	}
}

// Lifting is [Page.All] of what lifts: a case in which something is at fault, such as a row
// that cannot be read, holds up none behind it. Every fault is told when all else is done;
// only a database that is away, or the end of ctx, ends it at once.
func (p Page) Lifting(ctx context.Context, act enforcement.Act, done func(moved int)) (refused []NotMoved, err error) {
	var faults []error
	for after := (enforcement.ID{}); ; {
		last, moved, no, err := p(ctx, act, after, directive.Batch)
		refused = append(refused, no...)
		if moved > 0 {
			done(moved)
		}
		if err != nil {
			faults = append(faults, err)
		}
		if last.IsZero() || last == after || pg.Broken(ctx, err) {
			return refused, errors.Join(faults...)
		}
		after = last
	}
}
