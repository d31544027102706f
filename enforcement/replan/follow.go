package replan

import (
	"context"

	"concordat/enforcement"
)

// Progress counts what a replanning has done so far.
type Progress struct {
	// Plans counts the plans that gave way to others, Open those of them that live
	// grounds have still to follow.
	Plans int `json:"plans"`
	Open  int `json:"open"`
	// Grounds counts the grounds looked at, in each of the two passes.
	Grounds int64 `json:"grounds"`
	// Withdrawn, Shrunk, Grown and Added count directives: withdrawn, amended so that
	// they lost something (and perhaps gained), amended so that they only gained, and
	// new ones.
	Withdrawn int64 `json:"withdrawn"`
	Shrunk    int64 `json:"shrunk"`
	Grown     int64 `json:"grown"`
	Added     int64 `json:"added"`
}

func (p *Progress) add(more Progress) {
	p.Grounds += more.Grounds
	p.Withdrawn += more.Withdrawn
	p.Shrunk += more.Shrunk
	p.Grown += more.Grown
	p.Added += more.Added
}

// Follow lets the directives of every live ground, in force or suspended, follow
// the plan of the act's day: after an edition was switched, a statement entered or
// taken back, an organisation added or succeeded, or a day passed on which a
// measure ends. What is lifted goes first, everywhere, and in express; then what is
// added. An organisation that drops out of the plan has its directive withdrawn for
// good; one that comes in, or comes back, gets a new one. Of a suspended ground
// only what a resumption will carry changes. A ground that ends meanwhile ends.
//
// It commits chunk by chunk and may be interrupted at any point: the next call goes
// on where the record is, in this process or another, and where the day's plans
// have changed again meanwhile it goes there from wherever each ground stands. Two
// at once take turns. step, when not nil, is called after each transaction with
// what was done so far. When it returns without an error every live directive
// stands on the day's plan; calling it then costs a look at the plans. Where an
// edition of a list cannot be read here, the directives of other lists follow, and
// the refusal comes in the end.
func (r *Replanner) Follow(ctx context.Context, act enforcement.Act, step func(Progress)) (Progress, error) {
	var sum Progress
	if err := act.Check(enforcement.System, enforcement.Operator); err != nil {
		return sum, err
	}
	if step == nil {
		step = func(Progress) {}
	}
	for {
		open, entered, stuck, err := r.enterSwitches(ctx, act)
		if err != nil {
			return sum, enforcement.AsRefusal(err)
		}
		sum.Plans += entered
		sum.Open = len(open)
		step(sum)
		if len(open) == 0 {
			return sum, stuck
		}
		for _, pass := range []int{passLifting, passAdding} {
			for _, s := range open {
				if err := r.followAll(ctx, act, s, pass, &sum, step); err != nil {
					return sum, err
				}
			}
		}
	}
}

// followAll does one pass of a change.
func (r *Replanner) followAll(ctx context.Context, act enforcement.Act, s *switching, pass int, sum *Progress, step func(Progress)) error {
	for {
		done, more, err := r.follow(ctx, act, s, pass)
		if err != nil {
			return err
		}
		sum.add(done)
		if !more {
			return nil
		}
		step(*sum)
	}
}
