package replan

import (
	"context"
	"errors"
	"fmt"

	"concordat/enforcement"
	"concordat/internal/pg"
)

// FollowConduct has a court's listing in force stand on the plan of the conduct that it rests
// on: where being able to perform and refusing was dropped (法释〔2017〕7号 Art. 1 item 1),
// what only a clause on that carries is withdrawn everywhere it went. Nothing is added, so no
// hold stands in the way, nor an edition whose text this program does not know: what it leaves
// [Replanner.FollowConducts] takes up.
func (r *Replanner) FollowConduct(ctx context.Context, tx *pg.Tx, act enforcement.Act, id enforcement.ID) error {
	g, err := r.lockOne(ctx, tx, act, id, false)
	if err != nil {
		return err
	}
	if g.state == "pending" {
		return nil
	}
	if err := r.moveOne(ctx, tx, act, g); err != nil && !errors.Is(err, enforcement.Refuse("plan.edition-unknown")) {
		return fmt.Errorf("let listing %s follow its conduct: %w", id, err)
	}
	return nil
}

// misplaced are listings in force that rest on other conduct and stand on a plan of those
// that rest on being able to perform: of a release that knew no difference.
const misplaced = `SELECT g.id FROM plan p JOIN ground g ON g.plan_id = p.id AND g.state IN ('in-force', 'suspended')
  WHERE p.list_type = 'judgment-debtor' AND NOT p.other_conduct AND g.id > ?0 AND other_conduct(g) ORDER BY g.id LIMIT ?1`

// FollowConducts does the same for every listing that a release put in force which knew no
// difference, or that could not follow when its conduct was dropped. It looks at every live
// listing: once is enough for each day and each text of the editions.
// One that is at fault holds up no other; the faults are told when all else is done.
func (r *Replanner) FollowConducts(ctx context.Context, act enforcement.Act) (moved int, err error) {
	if err := act.Check(enforcement.System); err != nil {
		return 0, err
	}
	const page = 200
	var last enforcement.ID
	var faults []error
	for {
		var ids []enforcement.ID
		if err := r.Record.DB.NewRaw(misplaced, last.Cursor(), page).Scan(ctx, &ids); err != nil {
			return moved, fmt.Errorf("look for listings on a plan of other conduct: %w", err)
		}
		for _, id := range ids {
			err := r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
				r.Record.SameClock(tx)
				return r.FollowConduct(ctx, tx, act, id)
			})
			refused := enforcement.AsRefusal(err)
			switch {
			case refused == nil:
				moved++
			case errors.Is(refused, enforcement.Refuse("state.forbidden")): // it ended meanwhile: nothing is left to follow
			case pg.Broken(ctx, err):
				return moved, errors.Join(append(faults, refused)...)
			default:
				faults = append(faults, refused)
			}
		}
		if len(ids) < page {
			return moved, errors.Join(faults...)
		}
		last = ids[len(ids)-1]
	}
}
