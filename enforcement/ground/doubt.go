package ground

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// SuspendedRestored is the reason of a suspension of what a restored record may have
// lost the end of. The owner resumes it with reasons, or enters the lost end.
const SuspendedRestored = "restored"

// TaskRestored is the owner's task to say what became of such a ground.
const TaskRestored = "restored"

// Doubt marks a case of the kind as put in doubt by a restoration; done says that it
// was marked before.
func (t *Table) Doubt(ctx context.Context, tx *pg.Tx, id enforcement.ID, on day.Day) (done bool, err error) {
	err = tx.Lend(func(p pgx.Tx) error {
		if err := p.QueryRow(ctx, `SELECT EXISTS (SELECT FROM `+t.Rows+` WHERE id = $1 AND suspended_for = $2)`, id, SuspendedRestored).Scan(&done); err != nil || done {
			return err
		}
		_, err := p.Exec(ctx, `UPDATE `+t.Rows+` SET suspended_for = $2, suspended_on = $3::date, version = version + 1 WHERE id = $1`, id, SuspendedRestored, on)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("mark ground %s as in doubt: %w", id, err)
	}
	return done, nil
}

// inDoubt says which of the listings wait for the court's word after a restoration.
func inDoubt(ctx context.Context, tx *pg.Tx, listings []enforcement.ID) (map[enforcement.ID]bool, error) {
	doubtful := map[enforcement.ID]bool{}
	err := tx.Lend(func(p pgx.Tx) error {
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
