package replan

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// Adopt switches a memorandum to the edition of a file, or enters the first one of
// a memorandum, and has the directives of all live grounds follow ([Replanner.Follow]).
// The edition must begin after the day on which the present one began, and ends that
// the day before; one that begins later is entered now, and directives follow when
// its day comes. Between the switch and the end it may break off at any point:
// [Replanner.ResumeAdoptions] goes on. What is wrong with the file is
// [memoranda.Mistakes].
func (r *Replanner) Adopt(ctx context.Context, act enforcement.Act, source []byte) (plan.Adoption, error) {
	a, err := r.Plans.SwitchEdition(ctx, act, "edition.yaml", source)
	if err != nil {
		return a, err
	}
	if _, err := r.ResumeAdoptions(ctx, act, nil); err != nil {
		return a, err
	}
	return r.Plans.Adoption(ctx, a.ID)
}

// Whether live grounds still stand on an edition of the memorandum that began before
// a day, or are on their way from one. A plan of nobody stands on none.
var selectFollowing = `WITH RECURSIVE b (id) AS ((SELECT plan_id FROM ground WHERE state IN ('in-force', 'suspended')
      ORDER BY plan_id LIMIT 1)
    UNION ALL SELECT (SELECT plan_id FROM ground WHERE state IN ('in-force', 'suspended') AND plan_id > b.id ORDER BY plan_id LIMIT 1)
      FROM b WHERE b.id IS NOT NULL)
  SELECT EXISTS (SELECT FROM plan_switch WHERE done_at IS NULL)
    OR EXISTS (SELECT FROM b JOIN plan_edition x ON x.plan_id = ` + plan.Now("b.id") + `
      JOIN edition e ON e.id = x.edition_id
      WHERE b.id IS NOT NULL AND e.memorandum = ? AND e.valid_from < ? AND EXISTS (SELECT FROM plan_line l WHERE l.plan_id = x.plan_id))`

// ResumeAdoptions has the directives of all live grounds follow what is in force on
// the act's day, whatever changed it: an adoption, begun by whom it may be, a
// statement, or the day itself. It records the adoptions that are complete by it, and
// returns how far it came. step, when not nil, is called between transactions.
func (r *Replanner) ResumeAdoptions(ctx context.Context, act enforcement.Act, step func(Progress)) (Progress, error) {
	progress, err := r.Follow(ctx, act, step)
	if err != nil {
		return progress, fmt.Errorf("have directives follow what is in force: %w", err)
	}
	open, err := r.Plans.SelectAdoptions(ctx, `WHERE a.completed_at IS NULL AND a.day <= ? ORDER BY a.adopted_at`, r.Record.Today(act.At))
	if err != nil {
		return progress, err
	}
	for _, a := range open {
		if err := r.complete(ctx, act, a); err != nil {
			return progress, err
		}
	}
	return progress, nil
}

// complete records that an adoption is, where it is.
func (r *Replanner) complete(ctx context.Context, act enforcement.Act, a plan.Adoption) error {
	return r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var follows bool
		if err := tx.NewRaw(selectFollowing, a.Memorandum, a.Day).Scan(ctx, &follows); err != nil {
			return fmt.Errorf("look for what stands on older editions of %s: %w", a.Memorandum, err)
		}
		if follows {
			return nil
		}
		done, err := r.Plans.CompleteAdoption(ctx, tx, act, a.ID)
		if err != nil || !done {
			return err
		}
		r.Record.Log(ctx, tx, enforcement.Act{At: act.At, Actor: act.Actor}, record.Event{Kind: plan.EventAdoptionCompleted, RefersTo: a.ID, Reason: a.Memorandum})
		return nil
	})
}
