package ground

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/internal/pg"
)

// SuspendedRestored is the reason of a suspension of what a restored record may have
// lost the end of. The owner resumes it with reasons, or enters the lost end.
const SuspendedRestored = "restored"

// TaskRestored is the owner's task to say what became of such a ground.
const TaskRestored = "restored"

// inDoubt says which of the listings wait for the court's word after a restoration.
func inDoubt(ctx context.Context, tx *pg.Tx, listings []enforcement.ID) (map[enforcement.ID]bool, error) {
	doubtful := map[enforcement.ID]bool{}
	err := tx.Pgx(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, `SELECT ground_id FROM task WHERE kind = $2 AND closed_on IS NULL AND ground_id = ANY ($1)`, listings, TaskRestored)
		if err != nil {
			return err
		}
		var id enforcement.ID
		_, err = pgx.ForEachRow(rows, []any{&id}, func() error {
			doubtful[id] = true
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look which of %d listings a restoration put in doubt: %w", len(listings), err)
	}
	return doubtful, nil
}
