package ground

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// retentionMonths is how long an ended record is kept before it is due for
// shredding. The law names no number: the shortest that serves archive and
// remedies is kept (PIPL Art. 19; docs/open-questions.md).
const retentionMonths = 12

// End ends one ground that has no life of its own here (the others end by
// decisions of theirs): its withdrawals are queued in the same transaction. Only its
// owner and the system may. Ending an ended ground changes nothing.
func (r *Grounds) End(ctx context.Context, act enforcement.Act, id enforcement.ID, basis string) error {
	if err := act.Check(enforcement.Judge, enforcement.President, enforcement.System); err != nil {
		return err
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		e := &record.Event{Kind: EventGroundEnded, Ground: id, Day: r.Record.Today(act.At), LegalBasis: basis}
		var owner enforcement.OrganisationID
		var ended bool
		var standing directive.Standing
		one := tx.NewSelect().Model((*row)(nil)).Column("subject_id", "organisation_id").ColumnExpr("state = 'ended'").Where("id = ? AND case_state IS NULL", id).For("NO KEY UPDATE")
		err := tx.Together(ctx, append([]pg.Ask{pg.One(one, &e.Subject, &owner, &ended)}, standing.Ask(tx, id)...)...)
		if err != nil {
			return nil, enforcement.NotFound(err, "lock a ground")
		}
		if err := act.OfOwner(owner); err != nil || ended {
			return nil, err
		}
		return e, r.carry(ctx, tx, act, e, grounded{effect: EffectEnds, ground: id, standing: standing})
	})
	return err
}
