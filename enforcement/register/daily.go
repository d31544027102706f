package register

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/plan"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Daily is what the system does at the turn of a day, part by part: what is over is
// ended (liftings go first), what burdens somebody whom the record says to be a minor is
// suspended, statements without an answer are made tasks, withdrawals that nobody
// acknowledged in time and measures that are kept too long escalated, papers looked after
// ([paper.Papers.Daily]), rewards end, begin and are weighed, the directives of live
// grounds follow what is in force on the day ([replan.Replanner.ResumeAdoptions]), then
// listings are published: the courts' that were served and whose grace is over, and
// administrative ones; last, owners and those above them are told of deadlines that near
// their end or are over ([docket.Docket.Tick]). It may be run again at any time; step, when
// not nil, is called between transactions with what was done.
//
// What cannot be done to one case, or on a list of which an edition's text is unknown,
// holds up no other. refused are the listings that could not be published; an end that
// was refused and a text that is unknown are the error, said when all else is done. So is
// a machine's clock that differs from the database's (clock.skew): then only what lifts,
// or merely tells, is done. And so is a fault, of one case or of one part: what lifts goes on
// past it, what burdens waits until somebody has looked.
func (r *Offices) Daily(ctx context.Context, act enforcement.Act, step func(ended, published int)) (ended, published int, refused []ground.NotMoved, err error) {
	return r.round(ctx, act, step, false)
}

// Lift is what of [Offices.Daily] lifts or merely tells. Whoever lets the day stand still, as by
// a queue that is paused, stops with it nobody's end: it is done beside the day, too.
func (r *Offices) Lift(ctx context.Context, act enforcement.Act) (ended int, err error) {
	ended, _, _, err = r.round(ctx, act, nil, true)
	return ended, err
}

func (r *Offices) round(ctx context.Context, act enforcement.Act, step func(ended, published int), onlyLifts bool) (ended, published int, refused []ground.NotMoved, err error) {
	var rewards, minors int
	var notEnded, drafts []ground.NotMoved
	var unknown error
	var faults []error
	type pages func(context.Context, enforcement.Act, func(moved int)) ([]ground.NotMoved, error)
	all := func(take pages, n *int, not *[]ground.NotMoved) func() error {
		return func() error {
			no, err := take(ctx, act, func(moved int) {
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
		{"end the courts' listings", all(r.Listings.ExpireDue().Lifting, &ended, &notEnded), true},
		{"end administrative listings", all(r.Administrative.ExpireDue().Lifting, &ended, &notEnded), true},
		{"end orders", all(r.Orders.ExpireDue().Lifting, &ended, &notEnded), true},
		{"withdraw what needs who can perform", func() error { return r.followConducts(ctx, act) }, true},
		{"suspend what burdens minors", all(ground.Page(r.Grounds.SuspendMinors).Lifting, &minors, &notEnded), true},
		{"suspend what is doubted", func() error { _, err := r.Grounds.SuspendDoubted(ctx, act); return err }, true},
		{"ask cases under way for their papers", func() error { return r.Grounds.OweSteps(ctx, act) }, true},
		{"suspend what is unproved", func() error { _, err := r.Grounds.SuspendUnproved(ctx, act); return err }, true},
		{"look for statements without an answer", func() error { _, err := r.Administrative.CheckStatements(ctx, act); return err }, true},
		{"escalate what is overdue", func() error { _, err := r.Directives.CheckLiftings(ctx, act); return err }, true},
		{"escalate what is kept too long", func() error { _, err := r.Directives.CheckKept(ctx, act); return err }, true},
		{"look after the papers", func() error { return r.Papers.Daily(ctx, act) }, true},
		{"end rewards", all(r.Rewards.ExpireDue().All, &rewards, &notEnded), false},
		{"grant rewards", all(ground.Page(r.Rewards.GrantDue).All, &rewards, &drafts), false}, // one that nothing carries today waits on
		{"weigh rewards", func() error { return r.Rewards.ReviewDue(ctx, act) }, false},
		{"follow what is in force", func() error {
			_, err := r.Replanner.ResumeAdoptions(ctx, act, nil)
			if _, person := errors.AsType[*enforcement.Refusal](err); person {
				unknown, err = err, nil
			}
			return err
		}, false},
		{"publish the courts' listings", all(r.Listings.PublishDue().All, &published, &refused), false},
		{"publish administrative listings", all(r.Administrative.PublishDue().All, &published, &refused), false},
		{"have orders hold", all(r.Orders.IssueDue().All, &published, &refused), false},
		{"tell of deadlines", func() error { _, err := r.Docket.Tick(ctx, act); return err }, true}, // none by a wrong clock
	} {
		if (wrong != nil || faults != nil || onlyLifts) && !part.lifts {
			continue
		}
		err := part.do()
		if err == nil {
			continue
		}
		faults = append(faults, fmt.Errorf("%s: %w", part.doing, err))
		if pg.Broken(ctx, err) {
			return ended, published, refused, errors.Join(faults...)
		}
	}
	return ended, published, refused, errors.Join(append(faults, unread(refused, unknown), wrong, stuck(notEnded))...)
}

// unread is the fault of an edition whose text is unknown, which somebody met or which kept
// listings from their publication.
func unread(refused []ground.NotMoved, met error) error {
	i := slices.IndexFunc(refused, func(n ground.NotMoved) bool { return n.Because.Code == "plan.edition-unknown" })
	if i < 0 || met != nil {
		return met
	}
	return fmt.Errorf("publish what is due: %w", refused[i].Because)
}

// stuck are the ends that were refused.
func stuck(notEnded []ground.NotMoved) error {
	errs := make([]error, 0, len(notEnded))
	for _, n := range notEnded {
		errs = append(errs, fmt.Errorf("end case %s: %w", n.Case, n.Because))
	}
	return errors.Join(errs...)
}

// looked is under what a program looked whether every listing follows its conduct.
type looked struct {
	day  day.Day
	text *plan.Text
}

// followConducts is done once for each day and each text: a release of before, beside this one,
// puts in force what knows no difference of conduct, and where an edition's text was unknown a
// listing follows when it is known.
func (r *Offices) followConducts(ctx context.Context, act enforcement.Act) error {
	if err := r.Plans.Refresh(ctx); err != nil {
		return fmt.Errorf("read what is in force: %w", err)
	}
	now := looked{r.Record.Today(act.At), r.Plans.Text()}
	if before := r.conducts.Load(); before != nil && *before == now {
		return nil
	}
	if _, err := r.Replanner.FollowConducts(ctx, act); err != nil {
		return err
	}
	r.conducts.Store(&now)
	return nil
}
