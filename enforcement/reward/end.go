package reward

import (
	"context"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/internal/pg"
)

// End ends a reward that is not under review, for the owner's own reasons;
// basis may cite a rule and says nothing about the subject. A draft of which
// nobody was told ends without a message.
func (r *Rewards) End(ctx context.Context, act enforcement.Act, c ground.Change, reasons, basis string, decision paper.Given) error {
	reasons, basis = enforcement.Say(reasons).String(), enforcement.Say(basis).String()
	return r.Life.Do(ctx, act, c, ground.Given{"reasons": reasons, "basis": basis, ground.FieldDocument: decision}, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Reward]) error {
		sealed, err := t.Seal(sealedRewardEnd, reasons)
		if err != nil {
			return err
		}
		t.Event.LegalBasis = basis
		return endReward(ctx, tx, t, rewardEnding{endByOwner, sealed, basis})
	}, moveEnd)
}

// Expire ends a reward whose last day is over.
func (r *Rewards) Expire(ctx context.Context, act enforcement.Act, c ground.Change) error {
	return r.Life.Do(ctx, act, c, nil, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Reward]) error {
		t.Event.Day = t.Until
		return endReward(ctx, tx, t, rewardEnding{kind: endExpired})
	}, ground.MoveExpire)
}

// ExpireDue ends rewards whose last day is over on the act's day.
func (r *Rewards) ExpireDue() ground.Page {
	return r.Life.ExpireDue(`l.state <> 'ended' AND l.valid_until < ?0`, r.Expire)
}

// rewardEnding is what the row of an ended reward says of its end; the reasons are sealed.
type rewardEnding struct {
	kind    End
	reasons []byte
	basis   string
}

// endReward says how a reward ends; open reviews are closed without effect.
func endReward(ctx context.Context, tx *pg.Tx, t *ground.Turn[Reward], end rewardEnding) error {
	t.Set("end_kind", end.kind, "end_reasons", end.reasons, "end_basis", bun.NullZero(end.basis))
	open, err := openReviews(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	closeReviews(tx, open, closing{outcome: outcomeWithoutEffect, by: t.Act.Actor.ID, on: t.Today})
	return nil
}
