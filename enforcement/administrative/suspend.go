package administrative

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/ground"
)

// Suspend stops the effect of a listing at every recipient until it is resumed or ended.
// The brake (wrong-person) any of the owner's people can pull; a court's stay a reviewer
// enters.
func (r *Administrative) Suspend(ctx context.Context, act enforcement.Act, c ground.Change, reason string) error {
	return r.Life.Suspend(ctx, act, c, reason)
}

// Resume puts a suspended listing back in force at every recipient. What a restoration
// put in doubt needs reasons: that the lost time held no end of it; so does one that
// waits to be published and was put in doubt.
func (r *Administrative) Resume(ctx context.Context, act enforcement.Act, c ground.Change, reasons string) error {
	return r.Life.Resume(ctx, act, c, reasons, ground.MoveResume, ground.MoveConfirm)
}
