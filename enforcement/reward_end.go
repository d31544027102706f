package enforcement

import (
	"context"
	"strings"

	"concordat/internal/pg"
)

// EndReward ends a reward that is not under review, for the owner's own reasons;
// basis may cite a rule and says nothing about the subject. A draft of which
// nobody was told ends without a message.
func (r *Register) EndReward(ctx context.Context, act Act, c Change, reasons, basis string) error {
	reasons, basis = strings.TrimSpace(reasons), strings.TrimSpace(basis)
	return r.rewards.Do(ctx, act, c, Given{"reasons": reasons, "basis": basis}, func(ctx context.Context, tx *pg.Tx, t *Turn[Reward]) error {
		t.Event.LegalBasis, t.Event.DocumentHash = basis, r.vault.DocumentHash([]byte(reasons))
		return endReward(ctx, tx, t, rewardEnding{RewardEndedByOwner, reasons, basis})
	}, MoveEnd)
}

// ExpireReward ends a reward whose last day is over.
func (r *Register) ExpireReward(ctx context.Context, act Act, c Change) error {
	return r.rewards.Do(ctx, act, c, nil, func(ctx context.Context, tx *pg.Tx, t *Turn[Reward]) error {
		t.Event.Day = t.Until
		return endReward(ctx, tx, t, rewardEnding{kind: RewardExpired})
	}, MoveExpire)
}

// ExpireRewards ends up to limit rewards whose last day is over on the act's day
// and returns how many it ended; 0 means none is left.
func (r *Register) ExpireRewards(ctx context.Context, act Act, limit int) (int, error) {
	return r.rewards.expireDue(ctx, act, `l.state <> 'ended' AND l.valid_until < $1::date`, limit, r.ExpireReward)
}

// rewardEnding is what the row of an ended reward says of its end.
type rewardEnding struct {
	kind           RewardEnd
	reasons, basis string
}

// endReward says how a reward ends; open reviews are closed without effect.
func endReward(ctx context.Context, tx *pg.Tx, t *Turn[Reward], end rewardEnding) error {
	sealed, err := t.Seal(sealedRewardEnd, end.reasons)
	if err != nil {
		return err
	}
	t.Set("end_kind", string(end.kind), "end_reasons", sealed)
	if end.basis != "" {
		t.Set("end_basis", end.basis)
	}
	open, err := openReviews(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	return closeReviews(ctx, tx, open, closing{outcome: OutcomeWithoutEffect, by: t.Act.Actor.ID, on: t.Today})
}

// rewardRound is what a day brings to rewards: those whose last day is over end,
// those whose first day has come are granted, and what no publication weighed
// against them is.
func (r *Register) rewardRound(ctx context.Context, act Act) error {
	for {
		n, err := r.ExpireRewards(ctx, act, 100)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	for after := (ID{}); ; {
		last, _, err := r.GrantRewards(ctx, act, after, 100)
		if err != nil {
			return err
		}
		if last.IsZero() {
			break
		}
		after = last
	}
	return r.ReviewRewards(ctx, act)
}
