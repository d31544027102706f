package reward

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// openReview is what a decision looks at of each open review.
type openReview struct {
	id, listing                                  enforcement.ID
	openedOn, noticedOn, answerUntil, answeredOn day.Day
	stayed                                       bool // the listing is suspended
}

// openReviews reads the open reviews of a locked reward.
func openReviews(ctx context.Context, tx *pg.Tx, reward enforcement.ID) (list []openReview, err error) {
	err = tx.Lend(func(p pgx.Tx) error {
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
		var ids []enforcement.ID
		for _, v := range list {
			if !v.noticedOn.IsZero() {
				continue
			}
			if on < v.openedOn {
				return enforcement.Refuse("reward.dates")
			}
			ids = append(ids, v.id)
		}
		until, period := r.answerUntil(t.Case, on)
		t.Within(clockRewardAnswer, period)
		t.DoneOn = on
		t.Event.Day, t.Event.LegalBasis, t.Event.DocumentHash = on, period.Source, r.Record.Vault.DocumentHash(document)
		return tx.Lend(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `UPDATE reward_review SET noticed_on = $2::date, answer_until = $3::date WHERE id = ANY ($1)`, ids, on, until)
			if err != nil {
				return fmt.Errorf("record the notice of reward %s: %w", t.ID, err)
			}
			return nil
		})
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
		var ids []enforcement.ID
		for _, v := range list {
			if v.noticedOn.IsZero() || !v.answeredOn.IsZero() {
				continue
			}
			if on < v.noticedOn {
				return enforcement.Refuse("reward.dates")
			}
			ids = append(ids, v.id)
		}
		sealed, err := t.Seal(sealedRewardAnswer, text)
		if err != nil {
			return err
		}
		t.Event.Day, t.Event.DocumentHash = on, r.Record.Vault.DocumentHash([]byte(text))
		return tx.Lend(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `UPDATE reward_review SET answer = $2, answered_on = $3::date WHERE id = ANY ($1)`, ids, sealed, on)
			if err != nil {
				return fmt.Errorf("record the answer to reward %s: %w", t.ID, err)
			}
			return nil
		})
	}, moveAnswer)
}

// byReviews refuses a move of a reward by what its open reviews say.
func byReviews(may func(w Reward, list []openReview, today day.Day) error) func(context.Context, *pg.Tx, *Reward, day.Day) error {
	return func(ctx context.Context, tx *pg.Tx, w *Reward, today day.Day) error {
		list, err := openReviews(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		return may(*w, list, today)
	}
}

// unnoticed refuses a notice where every review had one.
func unnoticed(list []openReview) error {
	if !slices.ContainsFunc(list, func(v openReview) bool { return v.noticedOn.IsZero() }) {
		return enforcement.Refuse("reward.noticed")
	}
	return nil
}

// unanswered refuses an answer before any notice, and where every notice has one.
func unanswered(list []openReview) error {
	noticed := func(v openReview) bool { return !v.noticedOn.IsZero() }
	switch {
	case !slices.ContainsFunc(list, noticed):
		return enforcement.Refuse("reward.notice")
	case !slices.ContainsFunc(list, func(v openReview) bool { return noticed(v) && v.answeredOn.IsZero() }):
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
		if err := closeReviews(ctx, tx, list, closing{outcome, act.Actor.ID, d.Basis, reasons, t.Today}); err != nil {
			return err
		}
		if len(list) > 0 {
			t.Event.RefersTo = list[0].listing
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
func (r *Rewards) heard(w Reward, list []openReview, today day.Day) error {
	stayed := len(list) > 0
	for _, v := range list {
		stayed = stayed && v.stayed
		if v.noticedOn.IsZero() {
			return enforcement.Refuse("reward.notice")
		}
		until, _ := r.answerUntil(w, v.noticedOn)
		until = max(until, v.answerUntil)
		if v.answeredOn.IsZero() && today <= until {
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
func closeReviews(ctx context.Context, tx *pg.Tx, list []openReview, c closing) error {
	ids := make([]enforcement.ID, 0, len(list))
	for _, v := range list {
		ids = append(ids, v.id)
	}
	return tx.Lend(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE reward_review SET outcome = $2, decided_on = $3::date, decided_by = $4, reasons = $5, basis = nullif($6, '') WHERE id = ANY ($1)`,
			ids, c.outcome, c.on, c.by, c.reasons, c.basis)
		if err != nil {
			return fmt.Errorf("close %d reviews: %w", len(ids), err)
		}
		return nil
	})
}

// outOfReview closes the owner's task of a reward that is out of review.
func outOfReview(ctx context.Context, tx *pg.Tx, t *ground.Turn[Reward], because string) error {
	_, err := docket.CloseTasks(ctx, tx, t.ID, taskReview, because, t.Today)
	return err
}
