package reward

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// Reinstate is what a revocation does, in its own transaction, to the
// rewards that the revoked listings had touched: an open review is closed without
// effect, and what ended because of it is granted again. Since a withdrawal is
// final, that is a reward and a ground of its own, with new directives. The
// listings' grounds must have ended before.
func (r *Rewards) Reinstate(ctx context.Context, tx *pg.Tx, act enforcement.Act, revoked []enforcement.ID) error {
	type touched struct{ review, reward enforcement.ID }
	var list []touched
	err := tx.Lend(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, `SELECT id, reward_id FROM reward_review WHERE listing_id = ANY ($1) ORDER BY reward_id, id`, revoked)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (touched, error) {
			var t touched
			err := row.Scan(&t.review, &t.reward)
			return t, err
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("look for rewards to reinstate: %w", err)
	}
	act.Key, act.Request = "", nil // the act's own event carries the key
	for _, t := range list {
		w, err := r.Life.LockOne(ctx, tx, t.reward)
		if err != nil {
			return err
		}
		// What became of the review is read under the reward's lock: its owner may be
		// deciding at this moment.
		var outcome string
		err = tx.Lend(func(p pgx.Tx) error {
			return p.QueryRow(ctx, `SELECT coalesce(outcome, '') FROM reward_review WHERE id = $1`, t.review).Scan(&outcome)
		})
		if err != nil {
			return fmt.Errorf("read review %s: %w", t.review, err)
		}
		switch outcome {
		case "":
			err = r.closeMoot(ctx, tx, act, w, t.review)
		case outcomeEnded, outcomeEndedAutomatically:
			err = r.reinstateReward(ctx, tx, act, w)
		}
		if err != nil {
			return fmt.Errorf("reinstate reward %s: %w", w.ID, err)
		}
	}
	return nil
}

// closeMoot closes a review whose listing was revoked; with the last open one the
// reward is out of review.
func (r *Rewards) closeMoot(ctx context.Context, tx *pg.Tx, act enforcement.Act, w Reward, review enforcement.ID) error {
	open, err := openReviews(ctx, tx, w.ID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(open, func(v openReview) bool { return v.id == review })
	if at < 0 {
		return fmt.Errorf("review %s is not open any more", review)
	}
	t, err := r.rewardTurn(act, w, moveMoot)
	if err != nil {
		return err
	}
	moot := open[at]
	if err := closeReviews(ctx, tx, []openReview{moot}, closing{outcome: outcomeWithoutEffect, by: act.Actor.ID, on: t.Today}); err != nil {
		return err
	}
	if len(open) == 1 {
		if err := outOfReview(ctx, tx, t, outcomeWithoutEffect); err != nil {
			return err
		}
		if err := t.Carry(ctx, tx); err != nil {
			return err
		}
	}
	t.Event.RefersTo = moot.listing
	return r.Record.Log(ctx, tx, act, t.Event)
}

// reinstateReward grants again what a revoked listing had ended, for what is left of
// its time. Where no memorandum carries it today it is entered all the same and
// granted as soon as one does: the revocation does not wait for that.
func (r *Rewards) reinstateReward(ctx context.Context, tx *pg.Tx, act enforcement.Act, ended Reward) error {
	today := r.Record.Today(act.At)
	because := ended.EndKind == endAfterReview || ended.EndKind == endAutomatically
	over := !ended.ValidUntil.IsZero() && ended.ValidUntil < today
	if !because || over || !ended.RestoredBy.IsZero() || ended.envelope == nil {
		return nil
	}
	again := ended
	again.ID, again.Restores, again.State, again.Version = enforcement.NewID(), ended.ID, ground.Draft, 1
	var taken bool
	err := tx.Lend(func(p pgx.Tx) error {
		return p.QueryRow(ctx, `SELECT EXISTS (SELECT FROM reward WHERE subject_id = $1 AND list_type = $2 AND owner_id = $3 AND coalesce(year, 0) = $4 AND state <> 'ended')`,
			ended.Subject, ended.ListType, ended.Owner, ended.Year).Scan(&taken)
	})
	if err != nil {
		return fmt.Errorf("look for the reward in force: %w", err)
	}
	if taken {
		return nil // its owner entered it anew
	}
	if err := insertReward(ctx, tx, act, again, ended.sealedNote); err != nil {
		return err
	}
	err = r.grant(ctx, tx, act, again, record.EventRewardRestored)
	if _, refused := errors.AsType[*enforcement.Refusal](err); !refused {
		return err
	}
	return r.Record.Log(ctx, tx, act, record.Event{Kind: eventEntered, Subject: again.Subject, Ground: again.ID, RefersTo: ended.ID, Day: today})
}

// Confirm puts a reward that a restored record had put in doubt back in force
// at every recipient. The owner says why: that the lost time held no end of it.
func (r *Rewards) Confirm(ctx context.Context, act enforcement.Act, c ground.Change, reasons string) error {
	reasons = strings.TrimSpace(reasons)
	return r.Life.Do(ctx, act, c, ground.Given{"reasons": reasons}, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Reward]) error {
		t.Event.Reason, t.Event.DocumentHash = ground.SuspendedRestored, r.Record.Vault.DocumentHash([]byte(reasons))
		_, err := docket.CloseTasks(ctx, tx, t.ID, ground.TaskRestored, "resumed", t.Today)
		return err
	}, ground.MoveConfirm)
}
