package reward

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/plan"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// taskReview is the task of a reward's owner to say whether it stays, since
// its subject was put on a list of serious dishonesty.
const taskReview = "reward-review"

// seriousLists are the lists of serious dishonesty; the court's own is one.
func (r *Rewards) seriousLists() []string {
	slugs := []string{plan.ListType}
	known := r.Plans.Catalogue()
	for i := range known.ListTypes {
		if t := &known.ListTypes[i]; t.Kind == memoranda.Punish && t.Serious && t.Slug != plan.ListType {
			slugs = append(slugs, t.Slug)
		}
	}
	return slugs
}

// Rewards in force and listings of their subjects on lists of serious dishonesty
// that were never weighed against each other.
const (
	selectUnreviewed = ` WHERE w.state IN ('in-force', 'under-review') AND l.kind = 'listing' AND l.list_type IN (?0)
    AND NOT EXISTS (SELECT FROM reward_review v WHERE v.reward_id = w.id AND v.listing_id = l.id) AND `
	// From which side the person is looked for elsewhere: few are published at once, and few
	// rewarded at all.
	ofListings = `SELECT w.id, l.id FROM ground l CROSS JOIN LATERAL same_person(l.subject_id) p (id) JOIN reward w ON w.subject_id = p.id`
	ofRewards  = `SELECT w.id, l.id FROM reward w CROSS JOIN LATERAL same_person(w.subject_id) p (id) JOIN ground l ON l.subject_id = p.id`
)

// OpenReviews is what a publication does to the rewards of its subjects, in
// the publication's own transaction: the owner of each gets the task to decide, and
// the reward goes on meanwhile. Only where the reward's own rule cites that it
// ends by itself does it end.
func (r *Rewards) OpenReviews(ctx context.Context, tx *pg.Tx, act enforcement.Act, published []enforcement.ID) error {
	return r.reviewWhere(ctx, tx, act, ofListings, `l.id IN (?1)`, bun.List(published))
}

// reviewStanding weighs one reward against what its subject stands on now.
func (r *Rewards) reviewStanding(ctx context.Context, tx *pg.Tx, act enforcement.Act, reward enforcement.ID) error {
	return r.reviewWhere(ctx, tx, act, ofRewards, `l.state = 'in-force' AND w.id = ?1`, reward)
}

// ReviewDue opens the reviews that no publication opened: of a listing that
// was published while the reward was being entered, or that was suspended then.
func (r *Rewards) ReviewDue(ctx context.Context, act enforcement.Act) error {
	if err := act.Check(enforcement.System); err != nil {
		return err
	}
	err := r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return r.reviewWhere(ctx, tx, act, ofRewards, `l.state = 'in-force' AND ?1`, true)
	})
	return enforcement.AsRefusal(err)
}

func (r *Rewards) reviewWhere(ctx context.Context, tx *pg.Tx, act enforcement.Act, from, which string, arg any) error {
	var rewards, listings []enforcement.ID
	err := tx.NewRaw(from+selectUnreviewed+which+` ORDER BY w.id, l.id`, bun.List(r.seriousLists()), arg).Scan(ctx, &rewards, &listings)
	if err != nil {
		return fmt.Errorf("look for rewards to review: %w", err)
	}
	act.Key, act.Request = "", nil // the act's own event carries the key
	for i, reward := range rewards {
		w, err := r.Life.LockOne(ctx, tx, reward)
		if err != nil {
			return err
		}
		if !r.Life.IsLive(w.State) {
			continue // it ended while its row was waited for
		}
		if err := r.review(ctx, tx, act, w, listings[i]); err != nil {
			return fmt.Errorf("review reward %s: %w", w.ID, err)
		}
	}
	return nil
}

// review opens the review of one reward because of one listing, or ends it where
// its own rule says so.
func (r *Rewards) review(ctx context.Context, tx *pg.Tx, act enforcement.Act, w Reward, listing enforcement.ID) error {
	today := r.Record.Today(act.At)
	if basis := r.AutomaticEnd(w, today); basis != "" {
		return r.endAutomatically(ctx, tx, act, w, listing, basis)
	}
	t, err := r.rewardTurn(act, w, moveReview)
	if err != nil {
		return err
	}
	opened, err := open(ctx, tx, review{Reward: w.ID, Listing: listing, OpenedOn: today})
	if err != nil || !opened {
		return err
	}
	docket.OpenTasks(tx, []enforcement.ID{w.ID}, taskReview, today)
	t.Event.RefersTo = listing
	return t.CarryWithin(ctx, tx)
}

// open enters a review, unless the listing was weighed against the reward before.
func open(ctx context.Context, tx *pg.Tx, v review) (opened bool, err error) {
	v.ID = enforcement.NewID()
	done, err := tx.NewInsert().Model(&v).On("CONFLICT ON CONSTRAINT reward_review_key DO NOTHING").Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("open a review of reward %s: %w", v.Reward, err)
	}
	n, err := done.RowsAffected()
	return n > 0, err
}

// rewardTurn takes a move of a locked reward up inside another act.
func (r *Rewards) rewardTurn(act enforcement.Act, w Reward, move ground.MoveName) (*ground.Turn[Reward], error) {
	t := r.Life.NewTurn(act, r.Life.Move(move), w)
	var err error
	t.Next, err = t.Move.After(w.State)
	return t, err
}

// AutomaticEnd is the rule by which a reward ends without a decision, or nothing:
// it must be cited, in force that day, known to us and attested by a lawyer.
func (r *Rewards) AutomaticEnd(w Reward, on day.Day) string {
	list := r.rewardList(w.ListType)
	if list == nil || list.Reward == nil || list.Reward.Automatic == nil || list.Reward.Evidence == memoranda.Unverified ||
		!r.Plans.Text().Attested.Basis(list.Reward.Automatic.Basis) {
		return ""
	}
	return r.cited(*list.Reward.Automatic, on)
}

// cited is a citation as text, or nothing where its basis is not in force on a day.
func (r *Rewards) cited(c memoranda.Citation, on day.Day) string {
	if b := r.Plans.Catalogue().Basis(c.Basis); b == nil || !plan.Citable(b, on) {
		return ""
	}
	return r.Plans.Cite(c)
}

func (r *Rewards) endAutomatically(ctx context.Context, tx *pg.Tx, act enforcement.Act, w Reward, listing enforcement.ID, basis string) error {
	today := r.Record.Today(act.At)
	opened, err := open(ctx, tx, review{
		Reward: w.ID, Listing: listing, OpenedOn: today, Outcome: outcomeEndedAutomatically, DecidedOn: today, DecidedBy: act.Actor.ID, Basis: basis,
	})
	if err != nil || !opened {
		return err
	}
	t, err := r.rewardTurn(act, w, moveEndAutomatic)
	if err != nil {
		return err
	}
	t.Event.RefersTo, t.Event.LegalBasis = listing, basis
	if err := endReward(ctx, tx, t, rewardEnding{kind: endAutomatically, basis: basis}); err != nil {
		return err
	}
	return t.CarryWithin(ctx, tx)
}

// answerUntil is the last day for the subject's answer to a notice of a day, and the
// period it was counted by.
func (r *Rewards) answerUntil(w Reward, noticed day.Day) (day.Day, calendar.Period) {
	var set *memoranda.Period
	if list := r.rewardList(w.ListType); list != nil && list.Reward != nil {
		set = list.Reward.Review
	}
	due, period := r.Plans.Within(noticed, set, defaultReview)
	return due.Day, period
}

// Review is one review of a reward.
type Review struct {
	ID enforcement.ID `json:"id"`
	// Listing is the ground on the list of serious dishonesty, ListType that list.
	Listing     enforcement.ID `json:"listing"`
	ListType    string         `json:"list_type"`
	OpenedOn    day.Day        `json:"opened_on"`
	NoticedOn   day.Day        `json:"noticed_on,omitzero"`
	AnswerUntil day.Day        `json:"answer_until,omitzero"`
	AnsweredOn  day.Day        `json:"answered_on,omitzero"`
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
	outcomeKept               = "kept"
	outcomeEnded              = "ended"
	outcomeEndedAutomatically = "ended-automatically"
	outcomeWithoutEffect      = "without-effect"
)

// Reviews lists the reviews of a reward, oldest first; who may read the
// reward may read them.
func (r *Rewards) Reviews(ctx context.Context, act enforcement.Act, id enforcement.ID) ([]Review, error) {
	w, err := r.Get(ctx, act, id)
	if err != nil {
		return nil, err
	}
	var rows []review
	if err := reviews(r.Record.DB, id).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read the reviews of reward %s: %w", id, err)
	}
	open := func(sealed []byte, field string) (string, error) {
		if sealed == nil || w.envelope == nil || act.Actor.Role == enforcement.Overseer {
			return "", nil
		}
		plain, err := r.Record.OpenFor(w.Subject, w.envelope, sealed, field)
		return string(plain), err
	}
	list := make([]Review, len(rows))
	for i, v := range rows {
		list[i] = Review{
			ID: v.ID, Listing: v.Listing, ListType: v.ListType, OpenedOn: v.OpenedOn, NoticedOn: v.NoticedOn, AnswerUntil: v.AnswerUntil, AnsweredOn: v.AnsweredOn,
			Outcome: v.Outcome, DecidedOn: v.DecidedOn, Basis: v.Basis,
		}
		var first, second error
		list[i].Answer, first = open(v.Answer, sealedRewardAnswer)
		list[i].Reasons, second = open(v.Reasons, sealedRewardReasons)
		if err := errors.Join(first, second); err != nil {
			return nil, err
		}
	}
	return list, nil
}
