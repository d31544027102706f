package ground

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/paper"
	"concordat/internal/pg"
)

// The reasons to suspend a case at every recipient; [SuspendedRestored] is another.
const (
	CourtStay        = "court-stay"
	WrongPersonClaim = "wrong-person"      // the brake
	SuspectedMinor   = "minor"             // by the number or the birth day on record
	PapersDue        = "papers-due"        // somebody asked for them, and they were not brought
	IdentityDoubtful = "identity-doubtful" // by a department, and its second person or the owner's silence
)

// ofIdentity are the reasons after which a case comes back only with a check of whose it is.
var ofIdentity = []string{WrongPersonClaim, SuspectedMinor, IdentityDoubtful}

// Suspension is why a case is stopped, with the ruling that a stay rests on; it does not
// wait for that.
type Suspension struct {
	Reason string
	Paper  paper.Given
}

// Suspend stops the effect of a case at every recipient until it is resumed or
// ended: a court's stay, or the brake, which any of the owner's people can pull. then,
// where there is one, says what else the kind makes of it.
func (l *Life[C]) Suspend(ctx context.Context, act enforcement.Act, c Change, s Suspension, then func(t *Turn[C])) error {
	move := MoveSuspend
	switch s.Reason {
	case WrongPersonClaim:
		move = MoveBrake
	case CourtStay:
	default:
		return enforcement.Refuse("listing.suspension")
	}
	return l.Do(ctx, act, c, Given{"reason": s.Reason, FieldDocument: s.Paper}, func(_ context.Context, _ *pg.Tx, t *Turn[C]) error {
		t.Event.Reason = s.Reason
		if then != nil {
			then(t)
		}
		return nil
	}, move)
}

// Resumption is what gives a suspended case back.
type Resumption struct {
	Reasons string
	// Paper is what it is given back on: the check of the identity where somebody doubted whose
	// it is, else the decision to give it back, or to stand by it.
	Paper paper.Given
}

// Resume puts a suspended case back in force at every recipient, by a second person and
// with reasons: after a restoration, that the lost time held no end of it; where somebody
// doubted whose it is, with the check of the identity, which ends every doubt. What is unconfirmed and not suspended
// is confirmed and nothing more.
func (l *Life[C]) Resume(ctx context.Context, act enforcement.Act, c Change, s Resumption, moves ...MoveName) error {
	reasons := enforcement.Say(s.Reasons).String()
	return l.Do(ctx, act, c, Given{"reasons": reasons, FieldDocument: s.Paper}, func(ctx context.Context, tx *pg.Tx, t *Turn[C]) error {
		if t.Move.Effect == EffectResumes {
			docket.CloseKinds(tx, t.ID, []string{TaskMinor, taskUnproved, directive.TaskIdentityDoubtful}, "resumed", t.Today)
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
		t.Event.Reason = SuspendedRestored
		if t.Move.Effect == EffectResumes {
			t.Event.Reason = t.SuspendedFor
			return l.identityChecked(t)
		}
		return nil
	}, moves...)
}

// identityChecked refuses to give back by who doubted whose it is; the paper of the move is
// the check of the identity, which ends every doubt.
func (l *Life[C]) identityChecked(t *Turn[C]) error {
	if t.standing.DoubtedBy(t.Act.Actor.ID) {
		return enforcement.Refuse("resumption.second-person")
	}
	t.standing = t.standing.Cleared()
	return nil
}

// What gives back what was taken away is told: why, and on which paper.
var (
	ReasonsToResume = Need{
		Field: "reasons", Rule: RuleWhy, Min: minReasons, Code: "resumption.reasons",
		ZH: "数据恢复后存疑的，说明丢失期间并未结束或者中止", EN: "after a restoration: why the lost time held no end of it",
	}
	PaperToResume = Papered(paper.Resumption, "resumption_paper", "身份核查材料；非因身份存疑而中止的，为恢复或者确认的决定", "the check of the identity; where nobody doubts it, the decision to give back, or to stand by it")
)

// minReasons is how many letters or digits the reasons of a resumption have at least.
const minReasons = enforcement.LeastReasons

// SetState notes in which state a ground is.
func SetState(tx *pg.Tx, id enforcement.ID, state string) { updateGround(tx, id, "state = ?", state) }
