package reward

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// openReviews reads the open reviews of a locked reward.
func openReviews(ctx context.Context, tx *pg.Tx, reward enforcement.ID) (list []review, err error) {
	if err := reviews(tx, reward).Where("v.outcome IS NULL").Scan(ctx, &list); err != nil {
		return nil, fmt.Errorf("read the open reviews of reward %s: %w", reward, err)
	}
	return list, nil
}

// RecordNotice records that the owner gave the subject notice of the review
// on a day; the time to answer runs from it. document is the notice, of which a
// keyed hash is kept.
func (r *Rewards) RecordNotice(ctx context.Context, act enforcement.Act, c ground.Change, on day.Day, document []byte) error {
	return r.Life.Do(ctx, act, c, ground.Given{"on": on}, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Reward]) error {
		list, err := openReviews(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		if err := unnoticed(list); err != nil {
			return err
		}
		var fresh []review
		for _, v := range list {
			if !v.NoticedOn.IsZero() {
				continue
			}
			if on < v.OpenedOn {
				return enforcement.Refuse("reward.dates")
			}
			fresh = append(fresh, v)
		}
		until, period := r.answerUntil(t.Case, on)
		t.Within(clockRewardAnswer, period)
		t.DoneOn = on
		t.Event.Day, t.Event.LegalBasis, t.Event.DocumentHash = on, period.Source, r.Record.Vault.DocumentHash(document)
		tx.Later(change(tx, fresh).Set("noticed_on = ?, answer_until = ?", on, until), "record the notice of reward %s", t.ID)
		return nil
	}, moveNotice)
}

// RecordAnswer records what the subject answered, also after its time while
// nothing is decided.
func (r *Rewards) RecordAnswer(ctx context.Context, act enforcement.Act, c ground.Change, on day.Day, text string) error {
	text = strings.TrimSpace(text)
	return r.Life.Do(ctx, act, c, ground.Given{"text": text, "on": on}, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Reward]) error {
		list, err := openReviews(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		if err := unanswered(list); err != nil {
			return err
		}
		var heard []review
		for _, v := range list {
			if v.NoticedOn.IsZero() || !v.AnsweredOn.IsZero() {
				continue
			}
			if on < v.NoticedOn {
				return enforcement.Refuse("reward.dates")
			}
			heard = append(heard, v)
		}
		sealed, err := t.Seal(sealedRewardAnswer, text)
		if err != nil {
			return err
		}
		t.Event.Day, t.Event.DocumentHash = on, r.Record.Vault.DocumentHash([]byte(text))
		tx.Later(change(tx, heard).Set("answer = ?, answered_on = ?", sealed, on), "record the answer to reward %s", t.ID)
		return nil
	}, moveAnswer)
}

// byReviews refuses a move of a reward by what its open reviews say.
func byReviews(may func(w Reward, list []review, today day.Day) error) func(context.Context, *pg.Tx, *Reward, day.Day) error {
	return func(ctx context.Context, tx *pg.Tx, w *Reward, today day.Day) error {
		list, err := openReviews(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		return may(*w, list, today)
	}
}

// unnoticed refuses a notice where every review had one.
func unnoticed(list []review) error {
	if !slices.ContainsFunc(list, func(v review) bool { return v.NoticedOn.IsZero() }) {
		return enforcement.Refuse("reward.noticed")
	}
	return nil
}

// unanswered refuses an answer before any notice, and where every notice has one.
func unanswered(list []review) error {
	noticed := func(v review) bool { return !v.NoticedOn.IsZero() }
	switch {
	case !slices.ContainsFunc(list, noticed):
		return enforcement.Refuse("reward.notice")
	case !slices.ContainsFunc(list, func(v review) bool { return noticed(v) && v.AnsweredOn.IsZero() }):
		return enforcement.Refuse("reward.answered")
	}
	return nil
}

// Decision is what a reward's owner decides under review.
type Decision struct {
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
func (r *Rewards) DecideReview(ctx context.Context, act enforcement.Act, c ground.Change, d Decision) error {
	d.Reasons, d.Basis = strings.TrimSpace(d.Reasons), strings.TrimSpace(d.Basis)
	move, outcome := moveKeep, outcomeKept
	if d.End {
		move, outcome = moveEndReviewed, outcomeEnded
	}
	return r.Life.Do(ctx, act, c, ground.Given{"reasons": d.Reasons, "basis": d.Basis}, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Reward]) error {
		list, err := openReviews(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		if d.End {
			if err := r.heard(t.Case, list, t.Today); err != nil {
				return err
			}
		}
		reasons, err := t.Seal(sealedRewardReasons, d.Reasons)
		if err != nil {
			return err
		}
		closeReviews(tx, list, closing{outcome, act.Actor.ID, d.Basis, reasons, t.Today})
		if len(list) > 0 {
			t.Event.RefersTo = list[0].Listing
		}
		t.Event.LegalBasis, t.Event.DocumentHash = d.Basis, r.Record.Vault.DocumentHash([]byte(d.Reasons))
		if !d.End {
			return outOfReview(ctx, tx, t, outcomeKept)
		}
		return endReward(ctx, tx, t, rewardEnding{endAfterReview, d.Reasons, d.Basis})
	}, move)
}

// heard holds what must come before an end: notice, and an answer or the whole
// time for one. A calendar loaded since never shortens that time.
func (r *Rewards) heard(w Reward, list []review, today day.Day) error {
	stayed := len(list) > 0
	for _, v := range list {
		stayed = stayed && v.Stayed
		if v.NoticedOn.IsZero() {
			return enforcement.Refuse("reward.notice")
		}
		until, _ := r.answerUntil(w, v.NoticedOn)
		until = max(until, v.AnswerUntil)
		if v.AnsweredOn.IsZero() && today <= until {
			return enforcement.Refuse("reward.answer-running", "until", until.String())
		}
	}
	if stayed {
		return enforcement.Refuse("reward.stayed")
	}
	return nil
}

// closing is how reviews are closed.
type closing struct {
	outcome, by, basis string
	reasons            []byte // sealed
	on                 day.Day
}

// closeReviews closes reviews with their outcome.
func closeReviews(tx *pg.Tx, list []review, c closing) {
	tx.Later(change(tx, list).Set("outcome = ?, decided_on = ?, decided_by = ?", c.outcome, c.on, c.by).Set("reasons = ?, basis = ?", c.reasons, bun.NullZero(c.basis)), "close %d reviews", len(list))
}

func change(tx *pg.Tx, list []review) *bun.UpdateQuery {
	return tx.NewUpdate().Model((*review)(nil)).Where("id IN (?)", bun.In(idsOf(list)))
}

// outOfReview closes the owner's task of a reward that is out of review.
func outOfReview(ctx context.Context, tx *pg.Tx, t *ground.Turn[Reward], because string) error {
	_, err := docket.CloseTasks(ctx, tx, t.ID, taskReview, because, t.Today)
	return err
}
