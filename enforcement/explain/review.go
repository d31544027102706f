package explain

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/memoranda"
)

// explainedReviews reads the reviews of a reward, oldest first. That its subject
// stands on another list is nothing for those who only carry the reward out.
func (r *Explainer) explainedReviews(ctx context.Context, act enforcement.Act, g explainedGround) ([]Review, error) {
	if g.kind != memoranda.OnReward || (!seesAll(act) && g.owner != act.Actor.Organisation) {
		return nil, nil
	}
	rows, err := r.Record.DB.Pool.Query(ctx, `SELECT opened_on, noticed_on, answer_until, answered_on, coalesce(outcome, ''), decided_on, coalesce(basis, '')
		FROM reward_review WHERE reward_id = $1 ORDER BY opened_on, id`, g.id)
	if err != nil {
		return nil, fmt.Errorf("read the reviews of reward %s: %w", g.id, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Review, error) {
		var v Review
		err := row.Scan(&v.OpenedOn, &v.NoticedOn, &v.AnswerUntil, &v.AnsweredOn, &v.Outcome, &v.DecidedOn, &v.Basis)
		return v, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the reviews of reward %s: %w", g.id, err)
	}
	return list, nil
}
