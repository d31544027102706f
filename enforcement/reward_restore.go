package enforcement

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
)

// rewardsRestored is what a revocation does, in its own transaction, to the
// rewards that the revoked listings had touched: an open review is closed without
// effect, and what ended because of it is granted again. Since a withdrawal is
// final, that is a reward and a ground of its own, with new directives. The
// listings' grounds must have ended before.
func (r *Register) rewardsRestored(ctx context.Context, tx *pg.Tx, act Act, revoked []ID) error {
	type touched struct{ review, reward ID }
	var list []touched
	err := tx.Pgx(func(p pgx.Tx) error {
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
		return fmt.Errorf("look for rewards to restore: %w", err)
	}
	act.Key, act.Request = "", nil // the act's own event carries the key
	for _, t := range list {
		w, err := lockReward(ctx, tx, t.reward)
		if err != nil {
			return err
		}
		// What became of the review is read under the reward's lock: its owner may be
		// deciding at this moment.
		var outcome string
		err = tx.Pgx(func(p pgx.Tx) error {
			return p.QueryRow(ctx, `SELECT coalesce(outcome, '') FROM reward_review WHERE id = $1`, t.review).Scan(&outcome)
		})
		if err != nil {
			return fmt.Errorf("read review %s: %w", t.review, err)
		}
		switch outcome {
		case "":
			err = r.closeMoot(ctx, tx, act, w, t.review)
		case OutcomeEnded, OutcomeEndedAutomatically:
			err = r.restoreReward(ctx, tx, act, w)
		}
		if err != nil {
			return fmt.Errorf("restore reward %s: %w", w.ID, err)
		}
	}
	return nil
}

// closeMoot closes a review whose listing was revoked; with the last open one the
// reward is out of review.
func (r *Register) closeMoot(ctx context.Context, tx *pg.Tx, act Act, w Reward, review ID) error {
	today := r.Today(act.At)
	open, err := openReviews(ctx, tx, w.ID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(open, func(v openReview) bool { return v.id == review })
	if at < 0 {
		return fmt.Errorf("review %s is not open any more", review)
	}
	moot := open[at]
	if err := closeReviews(ctx, tx, act, []openReview{moot}, OutcomeWithoutEffect, today, nil, ""); err != nil {
		return err
	}
	if len(open) == 1 {
		next, err := w.State.After(MoveReviewMoot)
		if err != nil {
			return err
		}
		if err := keepReward(ctx, tx, w, next, today, OutcomeWithoutEffect); err != nil {
			return err
		}
	}
	return r.log(ctx, tx, act, event{Kind: EventRewardReviewClosed, Subject: w.Subject, Ground: w.ID, RefersTo: moot.listing, Day: today})
}

// restoreReward grants again what a revoked listing had ended, for what is left of
// its time. Where no memorandum carries it today it is entered all the same and
// granted as soon as one does: the revocation does not wait for that.
func (r *Register) restoreReward(ctx context.Context, tx *pg.Tx, act Act, ended Reward) error {
	today := r.Today(act.At)
	because := ended.EndKind == RewardEndedAfterReview || ended.EndKind == RewardEndedAutomatically
	over := !ended.ValidUntil.IsZero() && ended.ValidUntil < today
	if !because || over || !ended.RestoredBy.IsZero() || ended.envelope == nil {
		return nil
	}
	again := ended
	again.ID, again.Restores, again.State, again.Version = NewID(), ended.ID, RewardDraft, 1
	var taken bool
	err := tx.Pgx(func(p pgx.Tx) error {
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
	err = r.grant(ctx, tx, act, again, EventRewardRestored)
	if _, refused := errors.AsType[*Refusal](err); !refused {
		return err
	}
	return r.log(ctx, tx, act, event{Kind: EventRewardEntered, Subject: again.Subject, Ground: again.ID, RefersTo: ended.ID, Day: today})
}

// ConfirmReward puts a reward that a restored record had put in doubt back in force
// at every recipient. The owner says why: that the lost time held no end of it.
func (r *Register) ConfirmReward(ctx context.Context, act Act, c RewardChange, reasons string) error {
	if err := act.check(DepartmentReviewer); err != nil {
		return err
	}
	if reasons = strings.TrimSpace(reasons); reasons == "" || len(reasons) > maxRewardText {
		return refuse("reward.reasons")
	}
	return r.changeReward(ctx, act, c, MoveConfirmReward, func(ctx context.Context, tx *pg.Tx, w Reward, next RewardState) (*event, error) {
		if !w.Suspended {
			return nil, refuse("reward.suspension")
		}
		if err := moveGround(ctx, tx, w.ID, "in-force"); err != nil {
			return nil, err
		}
		if _, err := closeRestored(ctx, tx, w.ID, r.Today(act.At)); err != nil {
			return nil, err
		}
		if err := setReward(ctx, tx, w, next, ""); err != nil {
			return nil, err
		}
		e, err := r.appendVersions(ctx, tx, Resume, []ID{w.ID}, w.ValidUntil)
		if err != nil {
			return nil, err
		}
		e.Kind, e.Reason, e.DocumentHash = EventResumed, SuspendedRestored, r.vault.DocumentHash([]byte(reasons))
		return e, nil
	})
}
