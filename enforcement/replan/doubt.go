// pgx: grounds are walked in chunks of thousands.

package replan

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/internal/pg"
)

// A doubt is rare: the index of those that are open is read, and not the chunk.
const selectDoubts = `SELECT array_position($1::uuid[], ground_id) - 1, organisation_id FROM identity_doubt
  WHERE closed_on IS NULL AND ground_id = ANY ($1)`

// readDoubts reads which organisations doubt whose identity a ground is about. Who reports a
// doubt holds the ground, so none comes in between.
func (c *chunk) readDoubts(ctx context.Context, tx *pg.Tx) error {
	ids := make([]enforcement.ID, len(c.grounds))
	for i, g := range c.grounds {
		ids[i] = g.ID
	}
	rows, err := tx.Pgx().Query(ctx, selectDoubts, ids)
	if err != nil {
		return fmt.Errorf("look for doubts: %w", err)
	}
	var at heldAt
	_, err = pgx.ForEachRow(rows, []any{&at.ground, &at.organisation}, func() error {
		c.doubted[at] = true
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for doubts: %w", err)
	}
	return nil
}

// suspended says whether an organisation is told nothing of a ground for now.
func (c *chunk) suspended(ground int, org enforcement.OrganisationID) bool {
	return c.grounds[ground].suspended || c.doubted[heldAt{ground, org}]
}
