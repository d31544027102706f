package enforcement

import (
	"context"
	"strings"

	"concordat/internal/pg"
)

// suspend stops the effect of a case at every recipient until it is resumed or
// ended: a court's stay, or the brake, which any of the owner's people can pull.
func (l *Life[C]) suspend(ctx context.Context, act Act, c Change, reason string) error {
	move := MoveSuspend
	switch reason {
	case WrongPersonClaim:
		move = MoveBrake
	case CourtStay:
	default:
		return refuse("listing.suspension")
	}
	return l.Do(ctx, act, c, Given{"reason": reason}, func(_ context.Context, _ *pg.Tx, t *Turn[C]) error {
		t.Event.Reason = reason
		return nil
	}, move)
}

// notSuspended is what a second suspension is refused with.
func notSuspended(suspendedFor string) error {
	if suspendedFor != "" {
		return refuse("listing.suspended")
	}
	return nil
}

// resume puts a suspended case back in force at every recipient. What a restoration
// put in doubt needs reasons: that the lost time held no end of it; so does one that
// waits to be published and was put in doubt, which is confirmed and nothing more.
func (l *Life[C]) resume(ctx context.Context, act Act, c Change, reasons string, moves ...MoveName) error {
	reasons = strings.TrimSpace(reasons)
	return l.Do(ctx, act, c, Given{"reasons": reasons}, func(ctx context.Context, tx *pg.Tx, t *Turn[C]) error {
		if t.SuspendedFor == SuspendedRestored && reasons == "" {
			return refuse("resumption.reasons")
		}
		waited, err := closeTasks(ctx, tx, t.ID, TaskRestored, "resumed", t.Today)
		if err != nil {
			return err
		}
		if t.Move.Effect == EffectNone && waited == 0 {
			return refuse("listing.suspension")
		}
		sealed, err := t.Seal("resumption-reasons", reasons)
		if err != nil {
			return err
		}
		if t.Move.Effect == EffectResumes {
			t.Event.Reason = t.SuspendedFor
		} else {
			t.Event.Reason = SuspendedRestored
		}
		if reasons != "" {
			t.Set("resumption_reasons", sealed)
			t.Event.DocumentHash = l.Register.vault.DocumentHash([]byte(reasons))
		}
		return nil
	}, moves...)
}

// resumable refuses to resume what is not suspended.
func resumable(suspendedFor string) error {
	if suspendedFor == "" {
		return refuse("listing.suspension")
	}
	return nil
}
