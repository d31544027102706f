package ground

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/internal/pg"
)

// The reasons to suspend a case at every recipient; [SuspendedRestored] is another.
const (
	CourtStay        = "court-stay"
	WrongPersonClaim = "wrong-person"      // the brake
	SuspectedMinor   = "minor"             // by the number or the birth day on record
	IdentityDoubtful = "identity-doubtful" // by a department, and its second person or the owner's silence
)

// ofIdentity are the reasons after which a case comes back only with a check of whose it is.
var ofIdentity = []string{WrongPersonClaim, SuspectedMinor, IdentityDoubtful}

// Suspend stops the effect of a case at every recipient until it is resumed or
// ended: a court's stay, or the brake, which any of the owner's people can pull. then,
// where there is one, says what else the kind makes of it.
func (l *Life[C]) Suspend(ctx context.Context, act enforcement.Act, c Change, reason string, then func(t *Turn[C])) error {
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
		if then != nil {
			then(t)
		}
		return nil
	}, move)
}

// Resumption is what gives a suspended case back.
type Resumption struct {
	Reasons string
	// Document is the check of the identity, as it was taken down; its keyed hash is kept.
	Document []byte
}

// Resume puts a suspended case back in force at every recipient, by a second person and
// with reasons: after a restoration, that the lost time held no end of it; where somebody
// doubted whose it is, with the check of the identity, which ends every doubt. What is unconfirmed and not suspended
// is confirmed and nothing more.
func (l *Life[C]) Resume(ctx context.Context, act enforcement.Act, c Change, s Resumption, moves ...MoveName) error {
	reasons := strings.TrimSpace(s.Reasons)
	return l.Do(ctx, act, c, Given{"reasons": reasons}, func(ctx context.Context, tx *pg.Tx, t *Turn[C]) error {
		if t.Move.Effect == EffectResumes {
			docket.CloseKinds(tx, t.ID, []string{TaskMinor, directive.TaskIdentityDoubtful}, "resumed", t.Today)
			docket.StopClock(tx, t.ID, []string{clockMinor, directive.ClockDoubt.Kind}, t.Today)
			directive.CloseDoubts(tx, t.ID, "resumed", t.Today)
		}
		if t.Move.confirms() || t.SuspendedFor == SuspendedRestored {
			if _, err := docket.CloseTasks(ctx, tx, t.ID, TaskRestored, "resumed", t.Today); err != nil {
				return err
			}
			Confirm(tx, t.ID)
		}
		sealed, err := t.Seal("resumption-reasons", reasons)
		if err != nil {
			return err
		}
		t.Set("resumption_reasons", sealed, "resumed_by", act.Actor.ID)
		t.Event.DocumentHash = l.Grounds.Record.Vault.DocumentHash([]byte(reasons))
		t.Event.Reason = SuspendedRestored
		if t.Move.Effect == EffectResumes {
			t.Event.Reason = t.SuspendedFor
			return l.identityChecked(t, s.Document)
		}
		return nil
	}, moves...)
}

// identityChecked refuses to give back without the check of the identity what somebody
// doubted whose it is, for whatever it was suspended, or by who doubted it; the event
// carries the check's hash.
func (l *Life[C]) identityChecked(t *Turn[C], document []byte) error {
	if t.standing.DoubtedBy(t.Act.Actor.ID) {
		return enforcement.Refuse("resumption.second-person")
	}
	blank := len(bytes.TrimSpace(document)) == 0
	if blank && (t.standing.Doubted() || slices.Contains(ofIdentity, t.SuspendedFor)) {
		return enforcement.Refuse("resumption.identity")
	}
	t.standing = t.standing.Cleared()
	if !blank {
		t.Event.DocumentHash = l.Grounds.Record.Vault.DocumentHash(document)
	}
	return nil
}

// What gives back what was taken away is told: why, and by which check of the identity.
var (
	ReasonsToResume = Need{
		Field: "reasons", Rule: RuleWhy, Min: minReasons, Code: "resumption.reasons",
		ZH: "数据恢复后存疑的，说明丢失期间并未结束或者中止", EN: "after a restoration: why the lost time held no end of it",
	}
	IdentityCheck = Need{
		Field: "document", Rule: RuleNoted, Optional: true, Code: "resumption.identity",
		ZH: "身份核查材料；因主体错误、未成年或者身份存疑而中止的必须附", EN: "the check of the identity, as a document: where it was the wrong person, a minor, or in doubt",
	}
)

// minReasons is how many letters or digits the reasons of a resumption have at least.
const minReasons = 10

// SetState notes in which state a ground is.
func SetState(tx *pg.Tx, id enforcement.ID, state string) { updateGround(tx, id, "state = ?", state) }
