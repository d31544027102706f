package enforcement

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
)

// EndReward ends a reward that is not under review, for the owner's own reasons;
// basis may cite a rule and says nothing about the subject. A draft of which
// nobody was told ends without a message.
func (r *Register) EndReward(ctx context.Context, act Act, c RewardChange, reasons, basis string) error {
	if err := act.check(DepartmentReviewer); err != nil {
		return err
	}
	reasons, basis = strings.TrimSpace(reasons), strings.TrimSpace(basis)
	switch {
	case reasons == "" || len(reasons) > maxRewardText:
		return refuse("reward.reasons")
	case len(basis) > maxRewardBasis:
		return refuse("reward.basis")
	}
	return r.changeReward(ctx, act, c, MoveEndReward, func(ctx context.Context, tx *pg.Tx, w Reward, _ RewardState) (*event, error) {
		sealed, err := r.sealReward(w, sealedRewardEnd, reasons)
		if err != nil {
			return nil, err
		}
		e, err := r.endReward(ctx, tx, act, w, MoveEndReward, rewardEnding{RewardEndedByOwner, sealed, basis})
		if err != nil {
			return nil, err
		}
		e.Kind, e.LegalBasis, e.DocumentHash = EventRewardEnded, basis, r.vault.DocumentHash([]byte(reasons))
		return e, nil
	})
}

// ExpireReward ends a reward whose last day is over.
func (r *Register) ExpireReward(ctx context.Context, act Act, c RewardChange) error {
	if err := act.check(System); err != nil {
		return err
	}
	return r.changeReward(ctx, act, c, MoveExpireReward, func(ctx context.Context, tx *pg.Tx, w Reward, _ RewardState) (*event, error) {
		if today := r.Today(act.At); w.ValidUntil.IsZero() || w.ValidUntil >= today {
			return nil, refuse("end.term-running", "until", w.ValidUntil.String())
		}
		e, err := r.endReward(ctx, tx, act, w, MoveExpireReward, rewardEnding{kind: RewardExpired})
		if err != nil {
			return nil, err
		}
		e.Kind, e.Day = EventRewardExpired, w.ValidUntil
		return e, nil
	})
}

// ExpireRewards ends up to limit rewards whose last day is over on the act's day
// and returns how many it ended; 0 means none is left.
func (r *Register) ExpireRewards(ctx context.Context, act Act, limit int) (int, error) {
	rows, err := r.db.Pool.Query(ctx, `SELECT id FROM reward WHERE state <> 'ended' AND valid_until < $1::date ORDER BY id LIMIT $2`, r.Today(act.At), limit)
	if err != nil {
		return 0, fmt.Errorf("look for rewards to expire: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[ID])
	if err != nil {
		return 0, fmt.Errorf("look for rewards to expire: %w", err)
	}
	for _, id := range ids {
		one := act
		if act.Key != "" {
			one.Key = act.Key + "/" + id.String()
		}
		err := r.ExpireReward(ctx, one, RewardChange{Reward: id})
		if errors.Is(err, refuse("state.forbidden")) {
			continue // somebody ended it since it was read
		}
		if err != nil {
			return 0, fmt.Errorf("expire reward %s: %w", id, err)
		}
	}
	return len(ids), nil
}

// rewardEnding is what the row of an ended reward says of its end.
type rewardEnding struct {
	kind    RewardEnd
	reasons []byte // sealed
	basis   string
}

// endReward ends a locked reward and its ground and queues every message that the
// grant is over; open reviews are closed without effect. It returns an event
// without a kind.
func (r *Register) endReward(ctx context.Context, tx *pg.Tx, act Act, w Reward, move RewardMove, end rewardEnding) (*event, error) {
	today := r.Today(act.At)
	next, err := w.State.After(move)
	if err != nil {
		return nil, err
	}
	err = setReward(ctx, tx, w, next, `ended_on = $4::date, end_kind = $5, end_reasons = $6, end_basis = nullif($7, ''), retain_until = $8::date`,
		today, string(end.kind), end.reasons, end.basis, today.AddMonths(retentionMonths))
	if err != nil {
		return nil, err
	}
	open, err := openReviews(ctx, tx, w.ID)
	if err != nil {
		return nil, err
	}
	if err := closeReviews(ctx, tx, act, open, OutcomeWithoutEffect, today, nil, ""); err != nil {
		return nil, err
	}
	if err := stopClocks(ctx, tx, w.ID, today); err != nil {
		return nil, err
	}
	if err := closeTasks(ctx, tx, w.ID, today); err != nil {
		return nil, err
	}
	return r.endGrounds(ctx, tx, act, []ID{w.ID})
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
