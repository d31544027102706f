package enforcement

import "context"

// SuspendAdministrative stops the effect of a listing at every recipient until it
// is resumed or ended. The brake (wrong-person) any of the owner's people can
// pull; a court's stay a reviewer enters.
func (r *Register) SuspendAdministrative(ctx context.Context, act Act, c Change, reason string) error {
	return r.administrative.suspend(ctx, act, c, reason)
}

// ResumeAdministrative puts a suspended listing back in force at every recipient.
// What a restoration put in doubt needs reasons: that the lost time held no end of
// it; so does one that waits to be published and was put in doubt.
func (r *Register) ResumeAdministrative(ctx context.Context, act Act, c Change, reasons string) error {
	return r.administrative.resume(ctx, act, c, reasons, MoveResume, MoveConfirm)
}
