package register

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/ground"
)

// Daily is what the system does at the turn of a day, in this order:
// listings whose term is over are ended (liftings go first), withdrawals that
// nobody acknowledged in time are escalated, statements without an answer made
// tasks, rewards expire and begin, the directives of live grounds follow what is in
// force on the day ([replan.Replanner.ResumeAdoptions]), then listings are published:
// the courts' that were served and whose grace is over, and administrative ones
// ([administrative.Administrative.PublishRound]). It may be run again at any time;
// step, when not nil, is called between transactions with what was done.
func (r *Offices) Daily(ctx context.Context, act enforcement.Act, step func(ended, published int)) (ended, published int, refused []ground.NotPublished, err error) {
	if step == nil {
		step = func(int, int) {}
	}
	for {
		n, err := r.Listings.ExpireDue(ctx, act, 100)
		if err != nil {
			return ended, published, refused, fmt.Errorf("end what is over: %w", err)
		}
		if n == 0 {
			break
		}
		ended += n
		step(ended, published)
	}
	courtsEnded := ended
	n, err := r.Administrative.ExpireRound(ctx, act, func(more int) { step(courtsEnded+more, published) })
	if ended += n; err != nil {
		return ended, published, refused, fmt.Errorf("end what is over: %w", err)
	}
	if _, err := r.Administrative.CheckStatements(ctx, act); err != nil {
		return ended, published, refused, fmt.Errorf("look for statements without an answer: %w", err)
	}
	if _, err := r.Directives.CheckLiftings(ctx, act); err != nil {
		return ended, published, refused, fmt.Errorf("escalate what is overdue: %w", err)
	}
	if err := r.Rewards.Round(ctx, act); err != nil {
		return ended, published, refused, fmt.Errorf("go through the rewards: %w", err)
	}
	// A list on which nothing can be planned, because an edition's text is unknown,
	// does not stand in the way of others, and is said in the end.
	_, stuck := r.Replanner.ResumeAdoptions(ctx, act, nil)
	if _, person := errors.AsType[*enforcement.Refusal](stuck); stuck != nil && !person {
		return ended, published, refused, stuck
	}
	var after enforcement.ID
	for {
		last, n, no, err := r.Listings.PublishDue(ctx, act, after, directive.Batch)
		if err != nil {
			return ended, published, refused, fmt.Errorf("publish what is due: %w", err)
		}
		if i := slices.IndexFunc(no, func(n ground.NotPublished) bool { return n.Because.Code == "plan.edition-unknown" }); i >= 0 && stuck == nil {
			stuck = fmt.Errorf("publish what is due: %w", no[i].Because)
		}
		refused = append(refused, no...)
		if last.IsZero() {
			break
		}
		after = last
		published += n
		step(ended, published)
	}
	courts := published
	n, no, err := r.Administrative.PublishRound(ctx, act, func(more int) { step(ended, courts+more) })
	if err != nil {
		return ended, published + n, append(refused, no...), fmt.Errorf("publish what is due: %w", err)
	}
	return ended, published + n, append(refused, no...), stuck
}
