package reward

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// Reinstate is what a revocation does, in its own transaction, to the
// rewards that the revoked listings had touched: an open review is closed without
// effect, and what ended because of it is granted again. Since a withdrawal is
// final, that is a reward and a ground of its own, with new directives. The
// listings' grounds must have ended before.
func (r *Rewards) Reinstate(ctx context.Context, tx *pg.Tx, act enforcement.Act, revoked []enforcement.ID) error {
	var list []review
	err := tx.NewSelect().Model(&list).Column("id", "reward_id").Where("listing_id IN (?)", bun.List(revoked)).Order("reward_id", "id").Scan(ctx)
	if err != nil {
		return fmt.Errorf("look for rewards to reinstate: %w", err)
	}
	act.Key, act.Request = "", nil // the act's own event carries the key
	for _, t := range list {
		w, err := r.Life.LockOne(ctx, tx, t.Reward)
		if err != nil {
			return err
		}
		// What became of the review is read under the reward's lock: its owner may be
		// deciding at this moment.
		if err := tx.NewSelect().Model(&t).WherePK().Scan(ctx); err != nil {
			return fmt.Errorf("read review %s: %w", t.ID, err)
		}
		switch t.Outcome {
		case "":
			err = r.closeMoot(ctx, tx, act, w, t.ID)
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
func (r *Rewards) closeMoot(ctx context.Context, tx *pg.Tx, act enforcement.Act, w Reward, id enforcement.ID) error {
	open, err := openReviews(ctx, tx, w.ID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(open, func(v review) bool { return v.ID == id })
	if at < 0 {
		return fmt.Errorf("review %s is not open any more", id)
	}
	t, err := r.rewardTurn(act, w, moveMoot)
	if err != nil {
		return err
	}
	moot := open[at]
	closeReviews(tx, []review{moot}, closing{outcome: outcomeWithoutEffect, by: act.Actor.ID, on: t.Today})
	if len(open) == 1 {
		if err := outOfReview(ctx, tx, t, outcomeWithoutEffect); err != nil {
			return err
		}
		if err := t.Carry(ctx, tx); err != nil {
			return err
		}
	}
	t.Event.RefersTo = moot.Listing
	r.Record.Log(ctx, tx, act, t.Event)
	return nil
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
	taken, err := tx.NewSelect().Model((*row)(nil)).ColumnExpr("1").Where("subject_id = ? AND list_type = ? AND owner_id = ?", ended.Subject, ended.ListType, pg.Number(ended.Owner)).
		Where("coalesce(year, 0) = ? AND state <> 'ended'", pg.Number(ended.Year)).Exists(ctx)
	if err != nil {
		return fmt.Errorf("look for the reward in force: %w", err)
	}
	if taken {
		return nil // its owner entered it anew
	}
	enterGround(tx, again)
	if !again.decisionPaper.IsZero() { // it is granted again on the same decision
		paper.Again(tx, act, again.decisionPaper, paper.Decision, ended.ID, again.ID)
	}
	insertReward(tx, act, again, ended.sealedNote)
	err = r.grant(ctx, tx, act, again, record.EventRewardRestored)
	if _, refused := errors.AsType[*enforcement.Refusal](err); !refused {
		return err
	}
	r.Record.Log(ctx, tx, act, record.Event{Kind: eventEntered, Subject: again.Subject, Ground: again.ID, RefersTo: ended.ID, Day: today})
	return nil
}

// Confirm puts a reward that a restored record had put in doubt back in force
// at every recipient. The owner says why: that the lost time held no end of it.
func (r *Rewards) Confirm(ctx context.Context, act enforcement.Act, c ground.Change, reasons string, decision paper.Given) error {
	reasons = enforcement.Say(reasons).String()
	return r.Life.Do(ctx, act, c, ground.Given{"reasons": reasons, ground.FieldDocument: decision}, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Reward]) error {
		t.Event.Reason = ground.SuspendedRestored
		_, err := docket.CloseTasks(ctx, tx, t.ID, ground.TaskRestored, "resumed", t.Today)
		return err
	}, ground.MoveConfirm)
}
