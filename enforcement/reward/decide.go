package reward

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// RecordNotice records that the owner gave the subject notice of the review
// on a day; the time to answer runs from it. notice is the paper.
func (r *Rewards) RecordNotice(ctx context.Context, act enforcement.Act, c ground.Change, on day.Day, notice paper.Given) error {
	return r.Life.Do(ctx, act, c, ground.Given{"on": on, ground.FieldDocument: notice}, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Reward]) error {
		var fresh []review
		for _, v := range t.Case.open {
			if !v.NoticedOn.IsZero() {
				continue
			}
			if on < v.OpenedOn {
				return enforcement.Refuse("reward.dates")
			}
			fresh = append(fresh, v)
		}
		t.Since = t.From(on, ground.FieldReceipt)
		until, period := r.answerUntil(t.Case, t.Since)
		t.Within(clockRewardAnswer, period)
		t.DoneOn = on
		t.Event.Day, t.Event.LegalBasis = on, period.Source
		tx.Later(change(tx, fresh).Set("noticed_on = ?, answer_until = ?, notice_paper = ?, noticed_by = ?", on, until, t.Kept(ground.FieldDocument).ID, act.Actor.ID).Set("notice_recorded_on = ?", t.Today), "record the notice of reward %s", t.ID)
		return nil
	}, moveNotice)
}

// RecordAnswer records what the subject answered, also after its time while
// nothing is decided; it is heard without its paper too.
func (r *Rewards) RecordAnswer(ctx context.Context, act enforcement.Act, c ground.Change, on day.Day, text string, written paper.Given) error {
	text = enforcement.Say(text).String()
	return r.Life.Do(ctx, act, c, ground.Given{"text": text, "on": on, ground.FieldDocument: written}, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Reward]) error {
		var heard []review
		for _, v := range t.Case.open {
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
		t.Event.Day = on
		tx.Later(change(tx, heard).Set("answer = ?, answered_on = ?", sealed, on), "record the answer to reward %s", t.ID)
		return nil
	}, moveAnswer)
}

// byReviews reads the open reviews of a reward beside it, and refuses a move by what they
// say.
func byReviews(may func(w *Reward, today day.Day) error) func(bun.IDB, enforcement.ID) ground.Question[Reward] {
	return func(db bun.IDB, id enforcement.ID) ground.Question[Reward] {
		var open []review
		return ground.Question[Reward]{
			Asks: []pg.Ask{pg.All(reviews(db, id).Where("v.outcome IS NULL"), &open)},
			Refuse: func(w *Reward, today day.Day) error {
				w.open = open
				return may(w, today)
			},
		}
	}
}

// unnoticed refuses a notice where every review had one.
func unnoticed(w *Reward, _ day.Day) error {
	if !slices.ContainsFunc(w.open, func(v review) bool { return v.NoticedOn.IsZero() }) {
		return enforcement.Refuse("reward.noticed")
	}
	return nil
}

// unanswered refuses an answer before any notice, and where every notice has one.
func unanswered(w *Reward, _ day.Day) error {
	list := w.open
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
	// Paper is the decision; required for an end.
	Paper paper.Given
}

// DecideReview keeps or ends a reward under review, for every open review of it.
// An end is refused before the subject was given notice and has answered or let
// the time pass, and while every listing behind it is itself suspended.
func (r *Rewards) DecideReview(ctx context.Context, act enforcement.Act, c ground.Change, d Decision) error {
	d.Reasons, d.Basis = enforcement.Say(d.Reasons).String(), enforcement.Say(d.Basis).String()
	move, outcome := moveKeep, outcomeKept
	if d.End {
		move, outcome = moveEndReviewed, outcomeEnded
	}
	return r.Life.Do(ctx, act, c, ground.Given{"reasons": d.Reasons, "basis": d.Basis, ground.FieldDocument: d.Paper}, func(ctx context.Context, tx *pg.Tx, t *ground.Turn[Reward]) error {
		list := t.Case.open
		reasons, err := t.Seal(sealedRewardReasons, d.Reasons)
		if err != nil {
			return err
		}
		closeReviews(tx, list, closing{outcome, act.Actor.ID, d.Basis, reasons, t.Today, t.Kept(ground.FieldDocument).ID})
		if len(list) > 0 {
			t.Event.RefersTo = list[0].Listing
		}
		t.Event.LegalBasis = d.Basis
		if !d.End {
			return outOfReview(ctx, tx, t, outcomeKept)
		}
		sealed, err := t.Seal(sealedRewardEnd, d.Reasons)
		if err != nil {
			return err
		}
		return endReward(ctx, tx, t, rewardEnding{endAfterReview, sealed, d.Basis})
	}, move)
}

// heard holds what must come before an end: notice, and an answer or the whole
// time for one. A calendar loaded since never shortens that time.
func (r *Rewards) heard(w *Reward, today day.Day) error {
	stayed := len(w.open) > 0
	for _, v := range w.open {
		stayed = stayed && v.Stayed
		if v.NoticedOn.IsZero() {
			return enforcement.Refuse("reward.notice")
		}
		until, _ := r.answerUntil(*w, v.NoticedOn)
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

// outOfReview closes the owner's task of a reward that is out of review.
func outOfReview(ctx context.Context, tx *pg.Tx, t *ground.Turn[Reward], because string) error {
	_, err := docket.CloseTasks(ctx, tx, t.ID, taskReview, because, t.Today)
	return err
}
