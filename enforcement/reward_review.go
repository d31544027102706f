package enforcement

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// TaskRewardReview is the task of a reward's owner to say whether it stays, since
// its subject was put on a list of serious dishonesty.
const TaskRewardReview = "reward-review"

// seriousLists are the lists of serious dishonesty; the court's own is one.
func (r *Register) seriousLists() []string {
	slugs := []string{ListType}
	known := r.Catalogue()
	for i := range known.ListTypes {
		if t := &known.ListTypes[i]; t.Kind == memoranda.Punish && t.Serious && t.Slug != ListType {
			slugs = append(slugs, t.Slug)
		}
	}
	return slugs
}

// Rewards in force and listings of their subjects on lists of serious dishonesty
// that were never weighed against each other.
const selectUnreviewed = `SELECT w.id, l.id FROM reward w JOIN ground l ON l.subject_id = w.subject_id
  WHERE w.state IN ('in-force', 'under-review') AND l.kind = 'listing' AND l.list_type = ANY ($1)
    AND NOT EXISTS (SELECT FROM reward_review v WHERE v.reward_id = w.id AND v.listing_id = l.id) AND `

// rewardsUnderReview is what a publication does to the rewards of its subjects, in
// the publication's own transaction: the owner of each gets the task to decide, and
// the reward goes on meanwhile. Only where the reward's own rule cites that it
// ends by itself does it end.
func (r *Register) rewardsUnderReview(ctx context.Context, tx *pg.Tx, act Act, published []ID) error {
	return r.reviewWhere(ctx, tx, act, `l.id = ANY ($2)`, published)
}

// reviewStanding weighs one reward against what its subject stands on now.
func (r *Register) reviewStanding(ctx context.Context, tx *pg.Tx, act Act, reward ID) error {
	return r.reviewWhere(ctx, tx, act, `l.state = 'in-force' AND w.id = $2`, reward)
}

// ReviewRewards opens the reviews that no publication opened: of a listing that
// was published while the reward was being entered, or that was suspended then.
func (r *Register) ReviewRewards(ctx context.Context, act Act) error {
	if err := act.check(System); err != nil {
		return err
	}
	err := r.db.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return r.reviewWhere(ctx, tx, act, `l.state = 'in-force' AND $2::boolean`, true)
	})
	return asRefusal(err)
}

func (r *Register) reviewWhere(ctx context.Context, tx *pg.Tx, act Act, which string, arg any) error {
	type pair struct{ reward, listing ID }
	var pairs []pair
	err := tx.Pgx(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, selectUnreviewed+which+` ORDER BY w.id, l.id`, r.seriousLists(), arg)
		if err != nil {
			return err
		}
		pairs, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (pair, error) {
			var found pair
			err := row.Scan(&found.reward, &found.listing)
			return found, err
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("look for rewards to review: %w", err)
	}
	act.Key, act.Request = "", nil // the act's own event carries the key
	for _, p := range pairs {
		w, err := r.rewards.lock(ctx, tx, p.reward)
		if err != nil {
			return err
		}
		if !r.rewards.IsLive(w.State) {
			continue // it ended while its row was waited for
		}
		if err := r.review(ctx, tx, act, w, p.listing); err != nil {
			return fmt.Errorf("review reward %s: %w", w.ID, err)
		}
	}
	return nil
}

// review opens the review of one reward because of one listing, or ends it where
// its own rule says so.
func (r *Register) review(ctx context.Context, tx *pg.Tx, act Act, w Reward, listing ID) error {
	today := r.Today(act.At)
	if basis := r.automaticEnd(w, today); basis != "" {
		return r.endAutomatically(ctx, tx, act, w, listing, basis)
	}
	t, err := r.rewardTurn(act, w, MoveReview)
	if err != nil {
		return err
	}
	opened := false
	err = tx.Pgx(func(p pgx.Tx) error {
		tag, err := p.Exec(ctx, `INSERT INTO reward_review (id, reward_id, listing_id, opened_on) VALUES ($1, $2, $3, $4::date) ON CONFLICT ON CONSTRAINT reward_review_key DO NOTHING`,
			NewID(), w.ID, listing, today)
		opened = tag.RowsAffected() > 0
		return err
	})
	if err != nil || !opened {
		return err
	}
	if err := openTasks(ctx, tx, []ID{w.ID}, TaskRewardReview, today); err != nil {
		return err
	}
	t.Event.RefersTo = listing
	if err := t.Carry(ctx, tx); err != nil {
		return err
	}
	return r.log(ctx, tx, act, t.Event)
}

// rewardTurn takes a move of a locked reward up inside another act.
func (r *Register) rewardTurn(act Act, w Reward, move MoveName) (*Turn[Reward], error) {
	t := r.rewards.turn(act, r.rewards.Move(move), w)
	var err error
	t.Next, err = t.Move.after(w.State)
	return t, err
}

// automaticEnd is the rule by which a reward ends without a decision, or nothing:
// it must be cited, in force that day, known to us and attested by a lawyer.
func (r *Register) automaticEnd(w Reward, on day.Day) string {
	list := r.rewardList(w.ListType)
	if list == nil || list.Reward == nil || list.Reward.Automatic == nil || list.Reward.Evidence == memoranda.Unverified ||
		!r.known().attested.Basis(list.Reward.Automatic.Basis) {
		return ""
	}
	return r.cited(*list.Reward.Automatic, on)
}

func (r *Register) endAutomatically(ctx context.Context, tx *pg.Tx, act Act, w Reward, listing ID, basis string) error {
	today := r.Today(act.At)
	found := false
	err := tx.Pgx(func(p pgx.Tx) error {
		tag, err := p.Exec(ctx, `INSERT INTO reward_review (id, reward_id, listing_id, opened_on, outcome, decided_on, decided_by, basis)
			VALUES ($1, $2, $3, $4::date, 'ended-automatically', $4::date, $5, $6) ON CONFLICT ON CONSTRAINT reward_review_key DO NOTHING`,
			NewID(), w.ID, listing, today, act.Actor.ID, basis)
		found = tag.RowsAffected() == 0
		return err
	})
	if err != nil || found {
		return err
	}
	t, err := r.rewardTurn(act, w, MoveEndAutomatic)
	if err != nil {
		return err
	}
	t.Event.RefersTo, t.Event.LegalBasis = listing, basis
	if err := endReward(ctx, tx, t, rewardEnding{kind: RewardEndedAutomatically, basis: basis}); err != nil {
		return err
	}
	if err := t.Carry(ctx, tx); err != nil {
		return err
	}
	return r.log(ctx, tx, act, t.Event)
}

// answerUntil is the last day for the subject's answer to a notice of a day, and the
// period it was counted by.
func (r *Register) answerUntil(w Reward, noticed day.Day) (day.Day, calendar.Period) {
	var set *memoranda.Period
	if list := r.rewardList(w.ListType); list != nil && list.Reward != nil {
		set = list.Reward.Review
	}
	due, period := r.within(noticed, set, defaultReview)
	return due.Day, period
}

// RewardReview is one review of a reward.
type RewardReview struct {
	ID ID `json:"id"`
	// Listing is the ground on the list of serious dishonesty, ListType that list.
	Listing     ID      `json:"listing"`
	ListType    string  `json:"list_type"`
	OpenedOn    day.Day `json:"opened_on"`
	NoticedOn   day.Day `json:"noticed_on,omitzero"`
	AnswerUntil day.Day `json:"answer_until,omitzero"`
	AnsweredOn  day.Day `json:"answered_on,omitzero"`
	// Outcome is kept, ended, ended-automatically or without-effect; empty while open.
	Outcome   string  `json:"outcome,omitempty"`
	DecidedOn day.Day `json:"decided_on,omitzero"`
	Basis     string  `json:"basis,omitempty"`
	// Answer and Reasons only the owner's own people see.
	Answer  string `json:"answer,omitempty"`
	Reasons string `json:"reasons,omitempty"`
}

// The outcomes of a review.
const (
	OutcomeKept               = "kept"
	OutcomeEnded              = "ended"
	OutcomeEndedAutomatically = "ended-automatically"
	OutcomeWithoutEffect      = "without-effect"
)

// RewardReviews lists the reviews of a reward, oldest first; who may read the
// reward may read them.
func (r *Register) RewardReviews(ctx context.Context, act Act, id ID) ([]RewardReview, error) {
	w, err := r.Reward(ctx, act, id)
	if err != nil {
		return nil, err
	}
	rows, err := r.db.Pool.Query(ctx, `SELECT v.id, v.listing_id, l.list_type, v.opened_on, v.noticed_on, v.answer_until, v.answered_on, coalesce(v.outcome, ''),
		v.decided_on, coalesce(v.basis, ''), v.answer, v.reasons FROM reward_review v JOIN ground l ON l.id = v.listing_id WHERE v.reward_id = $1 ORDER BY v.id`, id)
	if err != nil {
		return nil, fmt.Errorf("read the reviews of reward %s: %w", id, err)
	}
	open := func(sealed []byte, field string) (string, error) {
		if sealed == nil || w.envelope == nil || act.Actor.Role == Overseer {
			return "", nil
		}
		plain, err := r.openFor(w.Subject, w.envelope, sealed, field)
		return string(plain), err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (RewardReview, error) {
		var v RewardReview
		var answer, reasons []byte
		err := row.Scan(&v.ID, &v.Listing, &v.ListType, &v.OpenedOn, &v.NoticedOn, &v.AnswerUntil, &v.AnsweredOn, &v.Outcome, &v.DecidedOn, &v.Basis, &answer, &reasons)
		if err != nil {
			return v, err
		}
		var first, second error
		v.Answer, first = open(answer, sealedRewardAnswer)
		v.Reasons, second = open(reasons, sealedRewardReasons)
		return v, errors.Join(first, second)
	})
}
