package ground

import (
	"context"
	"strings"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/internal/pg"
)

// Suspend stops the effect of a case at every recipient until it is resumed or
// ended: a court's stay, or the brake, which any of the owner's people can pull.
func (l *Life[C]) Suspend(ctx context.Context, act enforcement.Act, c Change, reason string) error {
	move := MoveSuspend
	switch reason {
	case WrongPersonClaim:
		move = MoveBrake
	case CourtStay:
	default:
		return enforcement.Refuse("listing.suspension")
	}
	return l.Do(ctx, act, c, Given{"reason": reason}, func(_ context.Context, _ *pg.Tx, t *Turn[C]) error {
		t.Event.Reason = reason
		return nil
	}, move)
}

// Resume puts a suspended case back in force at every recipient. What a restoration
// put in doubt needs reasons: that the lost time held no end of it; so does one that
// waits to be published and was put in doubt, which is confirmed and nothing more.
func (l *Life[C]) Resume(ctx context.Context, act enforcement.Act, c Change, reasons string, moves ...MoveName) error {
	reasons = strings.TrimSpace(reasons)
	return l.Do(ctx, act, c, Given{"reasons": reasons}, func(ctx context.Context, tx *pg.Tx, t *Turn[C]) error {
		if t.SuspendedFor == SuspendedRestored && reasons == "" {
			return enforcement.Refuse("resumption.reasons")
		}
		if confirms := t.Move.Effect == EffectNone; confirms || t.SuspendedFor == SuspendedRestored {
			waited, err := docket.CloseTasks(ctx, tx, t.ID, TaskRestored, "resumed", t.Today)
			if err != nil {
				return err
			}
			if confirms && waited == 0 {
				return enforcement.Refuse("listing.suspension")
			}
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
			t.Event.DocumentHash = l.Grounds.Record.Vault.DocumentHash([]byte(reasons))
		}
		return nil
	}, moves...)
}

// The reasons to suspend a case at every recipient.
const (
	CourtStay        = "court-stay"
	WrongPersonClaim = "wrong-person" // the brake
)

// SetState notes in which state a ground is.
func SetState(tx *pg.Tx, id enforcement.ID, state string) { updateGround(tx, id, "state = ?", state) }
