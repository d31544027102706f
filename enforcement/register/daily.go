package register

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/ground"
)

// Daily is what the system does at the turn of a day, part by part: what is over is
// ended (liftings go first), what burdens somebody whom the record says to be a minor is
// suspended, statements without an answer are made tasks, withdrawals that nobody
// acknowledged in time and measures that are kept too long escalated, papers looked after
// ([paper.Papers.Daily]), rewards end, begin and are weighed, the
// directives of live grounds follow what is in force on the day
// ([replan.Replanner.ResumeAdoptions]), then listings are published: the courts' that
// were served and whose grace is over, and administrative ones. It may be run again at
// any time; step, when not nil, is called between transactions with what was done.
//
// What cannot be done to one case, or on a list of which an edition's text is unknown,
// holds up no other. refused are the listings that could not be published; an end that
// was refused and a text that is unknown are the error, said when all else is done. So is
// a machine's clock that differs from the database's (clock.skew): then only what lifts,
// or merely tells, is done.
func (r *Offices) Daily(ctx context.Context, act enforcement.Act, step func(ended, published int)) (ended, published int, refused []ground.NotMoved, err error) {
	var rewards, minors int
	var notEnded, drafts []ground.NotMoved
	var unknown error
	all := func(page ground.Page, n *int, not *[]ground.NotMoved) func() error {
		return func() error {
			no, err := page.All(ctx, act, func(moved int) {
				if *n += moved; step != nil {
					step(ended, published)
				}
			})
			*not = append(*not, no...)
			return err
		}
	}
	wrong := r.Record.RightClock(ctx)
	if _, person := errors.AsType[*enforcement.Refusal](wrong); wrong != nil && !person {
		return 0, 0, nil, wrong
	}
	for _, part := range []struct {
		doing string
		do    func() error
		lifts bool // also by a wrong clock
	}{
		{"end the courts' listings", all(r.Listings.ExpireDue(), &ended, &notEnded), true},
		{"end administrative listings", all(r.Administrative.ExpireDue(), &ended, &notEnded), true},
		{"suspend what burdens minors", all(r.Grounds.SuspendMinors, &minors, &notEnded), true},
		{"suspend what is doubted", func() error { _, err := r.Grounds.SuspendDoubted(ctx, act); return err }, true},
		{"ask cases under way for their papers", func() error { return r.Grounds.OweSteps(ctx, act) }, true},
		{"suspend what is unproved", func() error { _, err := r.Grounds.SuspendUnproved(ctx, act); return err }, true},
		{"look for statements without an answer", func() error { _, err := r.Administrative.CheckStatements(ctx, act); return err }, true},
		{"escalate what is overdue", func() error { _, err := r.Directives.CheckLiftings(ctx, act); return err }, true},
		{"escalate what is kept too long", func() error { _, err := r.Directives.CheckKept(ctx, act); return err }, true},
		{"look after the papers", func() error { return r.Papers.Daily(ctx, act) }, true},
		{"end rewards", all(r.Rewards.ExpireDue(), &rewards, &notEnded), false},
		{"grant rewards", all(r.Rewards.GrantDue, &rewards, &drafts), false}, // one that nothing carries today waits on
		{"weigh rewards", func() error { return r.Rewards.ReviewDue(ctx, act) }, false},
		{"follow what is in force", func() error {
			_, err := r.Replanner.ResumeAdoptions(ctx, act, nil)
			if _, person := errors.AsType[*enforcement.Refusal](err); person {
				unknown, err = err, nil
			}
			return err
		}, false},
		{"publish the courts' listings", all(r.Listings.PublishDue(), &published, &refused), false},
		{"publish administrative listings", all(r.Administrative.PublishDue(), &published, &refused), false},
	} {
		if wrong != nil && !part.lifts {
			continue
		}
		if err := part.do(); err != nil {
			return ended, published, refused, fmt.Errorf("%s: %w", part.doing, err)
		}
	}
	if i := slices.IndexFunc(refused, func(n ground.NotMoved) bool { return n.Because.Code == "plan.edition-unknown" }); i >= 0 && unknown == nil {
		unknown = fmt.Errorf("publish what is due: %w", refused[i].Because)
	}
	stuck := []error{unknown, wrong}
	for _, n := range notEnded {
		stuck = append(stuck, fmt.Errorf("end case %s: %w", n.Case, n.Because))
	}
	return ended, published, refused, errors.Join(stuck...)
}
