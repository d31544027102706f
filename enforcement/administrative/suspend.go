package administrative

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/ground"
)

// Suspend stops the effect of a listing at every recipient until it is resumed or ended.
// The brake (wrong-person) any of the owner's people can pull; a court's stay a reviewer
// enters.
func (r *Administrative) Suspend(ctx context.Context, act enforcement.Act, c ground.Change, s ground.Suspension) error {
	return r.Life.Suspend(ctx, act, c, s, nil)
}

// Resume puts a suspended listing back in force at every recipient, or confirms what
// waits to be published and was put in doubt ([ground.Life.Resume]).
func (r *Administrative) Resume(ctx context.Context, act enforcement.Act, c ground.Change, s ground.Resumption) error {
	return r.Life.Resume(ctx, act, c, s, ground.MoveResume, ground.MoveConfirm)
}

// Reaffirm confirms one listing in force that was decided before a restoration and is
// unconfirmed since, with reasons: that the lost time held no end of it.
func (r *Administrative) Reaffirm(ctx context.Context, act enforcement.Act, c ground.Change, s ground.Resumption) error {
	return r.Life.Resume(ctx, act, c, s, ground.MoveReaffirm)
}
