package enforcement

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Bounds of what people write, in bytes.
const (
	maxRewardText  = 60_000
	maxRewardBasis = 1_500
)

// openReview is what a decision looks at of each open review.
type openReview struct {
	id, listing                                  ID
	openedOn, noticedOn, answerUntil, answeredOn day.Day
	stayed                                       bool // the listing is suspended
}

// openReviews reads the open reviews of a locked reward.
func openReviews(ctx context.Context, tx *pg.Tx, reward ID) (list []openReview, err error) {
	err = tx.Pgx(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, `SELECT v.id, v.listing_id, v.opened_on, v.noticed_on, v.answer_until, v.answered_on, l.state = 'suspended'
			FROM reward_review v JOIN ground l ON l.id = v.listing_id WHERE v.reward_id = $1 AND v.outcome IS NULL ORDER BY v.id`, reward)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (openReview, error) {
			var v openReview
			err := row.Scan(&v.id, &v.listing, &v.openedOn, &v.noticedOn, &v.answerUntil, &v.answeredOn, &v.stayed)
			return v, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the open reviews of reward %s: %w", reward, err)
	}
	return list, nil
}

// RecordRewardNotice records that the owner gave the subject notice of the review
// on a day; the time to answer runs from it. document is the notice, of which a
// keyed hash is kept.
func (r *Register) RecordRewardNotice(ctx context.Context, act Act, c RewardChange, on day.Day, document []byte) error {
	if err := act.check(DepartmentClerk, DepartmentReviewer); err != nil {
		return err
	}
	return r.changeReward(ctx, act, c, MoveNotice, func(ctx context.Context, tx *pg.Tx, w Reward, next RewardState) (*event, error) {
		list, err := openReviews(ctx, tx, w.ID)
		if err != nil {
			return nil, err
		}
		var ids []ID
		for _, v := range list {
			if !v.noticedOn.IsZero() {
				continue
			}
			if on < v.openedOn || on > r.Today(act.At) {
				return nil, refuse("reward.dates")
			}
			ids = append(ids, v.id)
		}
		if len(ids) == 0 {
			return nil, refuse("reward.noticed")
		}
		until, period := r.answerUntil(w, on)
		answer := term{"reward-answer", period}
		err = tx.Pgx(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `UPDATE reward_review SET noticed_on = $2::date, answer_until = $3::date WHERE id = ANY ($1)`, ids, on, until)
			if err != nil {
				return fmt.Errorf("record the notice of reward %s: %w", w.ID, err)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if err := r.stopClock(ctx, tx, w.Owner, w.ID, termRewardNotice, on); err != nil {
			return nil, err
		}
		if err := r.startClock(ctx, tx, w.Owner, w.ID, on, answer); err != nil {
			return nil, err
		}
		return &event{Kind: EventRewardNoticed, Day: on, LegalBasis: answer.period.Source, DocumentHash: r.vault.DocumentHash(document)}, setReward(ctx, tx, w, next, "")
	})
}

// RecordRewardAnswer records what the subject answered, also after its time while
// nothing is decided.
func (r *Register) RecordRewardAnswer(ctx context.Context, act Act, c RewardChange, on day.Day, text string) error {
	if err := act.check(DepartmentClerk, DepartmentReviewer); err != nil {
		return err
	}
	if text = strings.TrimSpace(text); text == "" || len(text) > maxRewardText {
		return refuse("reward.answer")
	}
	return r.changeReward(ctx, act, c, MoveAnswer, func(ctx context.Context, tx *pg.Tx, w Reward, next RewardState) (*event, error) {
		list, err := openReviews(ctx, tx, w.ID)
		if err != nil {
			return nil, err
		}
		var ids []ID
		noticed := false
		for _, v := range list {
			noticed = noticed || !v.noticedOn.IsZero()
			if v.noticedOn.IsZero() || !v.answeredOn.IsZero() {
				continue
			}
			if on < v.noticedOn || on > r.Today(act.At) {
				return nil, refuse("reward.dates")
			}
			ids = append(ids, v.id)
		}
		switch {
		case !noticed:
			return nil, refuse("reward.notice")
		case len(ids) == 0:
			return nil, refuse("reward.answered")
		}
		sealed, err := r.sealReward(w, sealedRewardAnswer, text)
		if err != nil {
			return nil, err
		}
		err = tx.Pgx(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `UPDATE reward_review SET answer = $2, answered_on = $3::date WHERE id = ANY ($1)`, ids, sealed, on)
			if err != nil {
				return fmt.Errorf("record the answer to reward %s: %w", w.ID, err)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		return &event{Kind: EventRewardAnswered, Day: on, DocumentHash: r.vault.DocumentHash([]byte(text))}, setReward(ctx, tx, w, next, "")
	})
}

// RewardDecision is what a reward's owner decides under review.
type RewardDecision struct {
	// End ends the reward; otherwise it is kept.
	End bool
	// Reasons are sealed.
	Reasons string
	// Basis is the rule cited, with its article; required for an end. It says
	// nothing about the subject.
	Basis string
}

// DecideReview keeps or ends a reward under review, for every open review of it.
// An end is refused before the subject was given notice and has answered or let
// the time pass, and while every listing behind it is itself suspended.
func (r *Register) DecideReview(ctx context.Context, act Act, c RewardChange, d RewardDecision) error {
	if err := act.check(DepartmentReviewer); err != nil {
		return err
	}
	d.Reasons, d.Basis = strings.TrimSpace(d.Reasons), strings.TrimSpace(d.Basis)
	move, kind, outcome := MoveKeep, EventRewardKept, OutcomeKept
	if d.End {
		move, kind, outcome = MoveEndReviewed, EventRewardEndedAfterReview, OutcomeEnded
	}
	switch {
	case d.Reasons == "" || len(d.Reasons) > maxRewardText:
		return refuse("reward.reasons")
	case len(d.Basis) > maxRewardBasis, d.End && d.Basis == "":
		return refuse("reward.basis")
	}
	return r.changeReward(ctx, act, c, move, func(ctx context.Context, tx *pg.Tx, w Reward, next RewardState) (*event, error) {
		today := r.Today(act.At)
		list, err := openReviews(ctx, tx, w.ID)
		if err != nil {
			return nil, err
		}
		if d.End {
			if err := r.heard(w, list, today); err != nil {
				return nil, err
			}
		}
		reasons, err := r.sealReward(w, sealedRewardReasons, d.Reasons)
		if err != nil {
			return nil, err
		}
		if err := closeReviews(ctx, tx, act, list, outcome, today, reasons, d.Basis); err != nil {
			return nil, err
		}
		e := &event{}
		if d.End {
			sealed, err := r.sealReward(w, sealedRewardEnd, d.Reasons)
			if err != nil {
				return nil, err
			}
			if e, err = r.endReward(ctx, tx, act, w, move, rewardEnding{RewardEndedAfterReview, sealed, d.Basis}); err != nil {
				return nil, err
			}
		} else if err := keepReward(ctx, tx, w, next, today, OutcomeKept); err != nil {
			return nil, err
		}
		if len(list) > 0 {
			e.RefersTo = list[0].listing
		}
		e.Kind, e.LegalBasis, e.DocumentHash = kind, d.Basis, r.vault.DocumentHash([]byte(d.Reasons))
		return e, nil
	})
}

// heard holds what must come before an end: notice, and an answer or the whole
// time for one. A calendar loaded since never shortens that time.
func (r *Register) heard(w Reward, list []openReview, today day.Day) error {
	stayed := len(list) > 0
	for _, v := range list {
		stayed = stayed && v.stayed
		if v.noticedOn.IsZero() {
			return refuse("reward.notice")
		}
		until, _ := r.answerUntil(w, v.noticedOn)
		until = max(until, v.answerUntil)
		if v.answeredOn.IsZero() && today <= until {
			return refuse("reward.answer-running", "until", until.String())
		}
	}
	if stayed {
		return refuse("reward.stayed")
	}
	return nil
}

// closeReviews closes reviews with their outcome.
func closeReviews(ctx context.Context, tx *pg.Tx, act Act, list []openReview, outcome string, on day.Day, reasons []byte, basis string) error {
	ids := make([]ID, 0, len(list))
	for _, v := range list {
		ids = append(ids, v.id)
	}
	return tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE reward_review SET outcome = $2, decided_on = $3::date, decided_by = $4, reasons = $5, basis = nullif($6, '') WHERE id = ANY ($1)`,
			ids, outcome, on, act.Actor.ID, reasons, basis)
		if err != nil {
			return fmt.Errorf("close %d reviews: %w", len(ids), err)
		}
		return nil
	})
}

// keepReward takes a reward out of review: its task is done and its clocks stop.
func keepReward(ctx context.Context, tx *pg.Tx, w Reward, next RewardState, on day.Day, because string) error {
	if err := setReward(ctx, tx, w, next, ""); err != nil {
		return err
	}
	if err := stopClocks(ctx, tx, w.ID, on); err != nil {
		return err
	}
	return tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE task SET closed_on = $2::date, closed_because = $3 WHERE ground_id = $1 AND kind = $4 AND closed_on IS NULL`, w.ID, on, because, TaskRewardReview)
		if err != nil {
			return fmt.Errorf("close the task of reward %s: %w", w.ID, err)
		}
		return nil
	})
}
