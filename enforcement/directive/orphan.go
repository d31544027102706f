// pgx: what a drain reads is prepared.

package directive

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/internal/pg"
)

// fromOrphan is what fromAmendment is, for withdrawals without a directive; they
// are liftings, so no hold stops them.
const fromOrphan = `due AND (organisation_id, directive_id) > ($1, $3) AND organisation_id <= $1`

const selectOrphans = `SELECT directive_id, version FROM orphan WHERE ` + fromOrphan + ` AND $2 = 'express' ORDER BY organisation_id, directive_id LIMIT $4`

// withOrphans adds the withdrawals of what the record does not know to items of
// the express lane, in the order of ids. They say no more than the id: nothing is
// known of whom they concern. A directive that has both travels as the orphan,
// which is the newer.
func (r *Directives) withOrphans(ctx context.Context, org enforcement.OrganisationID, after enforcement.ID, limit int, items []Item) ([]Item, error) {
	rows, err := r.Record.DB.Pool.Query(ctx, selectOrphans, org, string(Express), [16]byte(after), limit)
	if err != nil {
		return nil, fmt.Errorf("read the orphans of organisation %d: %w", org, err)
	}
	orphans, err := pgx.CollectRows(rows, scanOrphan)
	if err != nil {
		return nil, fmt.Errorf("read the orphans of organisation %d: %w", org, err)
	}
	items = mergeOrphans(items, orphans)
	return items[:min(len(items), limit)], nil
}

// orphansOf returns those of an organisation among the ids, the newest of each.
func (r *Directives) orphansOf(ctx context.Context, org enforcement.OrganisationID, ids []enforcement.ID) ([]Item, error) {
	rows, err := r.Record.DB.Pool.Query(ctx, `SELECT directive_id, max(version) FROM orphan
		WHERE organisation_id = $1 AND directive_id = ANY ($2)
		GROUP BY directive_id`, org, ids)
	if err != nil {
		return nil, fmt.Errorf("read the orphans of organisation %d: %w", org, err)
	}
	orphans, err := pgx.CollectRows(rows, scanOrphan)
	if err != nil {
		return nil, fmt.Errorf("read the orphans of organisation %d: %w", org, err)
	}
	return orphans, nil
}

func scanOrphan(row pgx.CollectableRow) (Item, error) {
	i := Item{Kind: Withdraw, Measures: []int16{}}
	err := row.Scan(&i.Directive, &i.Version)
	return i, err
}

// mergeOrphans puts orphans among items, by id, each in the place of an older version.
func mergeOrphans(items, orphans []Item) []Item {
	if len(orphans) == 0 {
		return items
	}
	items = append(items, orphans...)
	slices.SortFunc(items, func(a, b Item) int {
		if c := bytes.Compare(a.Directive[:], b.Directive[:]); c != 0 {
			return c
		}
		return int(b.Version) - int(a.Version)
	})
	return slices.CompactFunc(items, func(a, b Item) bool { return a.Directive == b.Directive })
}

// LiftUnknown has what an organisation holds and the record does not know as live
// withdrawn, by a version that stands in no amendment.
func (r *Directives) LiftUnknown(ctx context.Context, tx *pg.Tx, org enforcement.OrganisationID, restoration enforcement.ID, line InventoryLine, version int16) error {
	_, err := tx.Pgx().Exec(ctx, `INSERT INTO orphan (directive_id, version, organisation_id, restoration_id, found_version, step, due)
		VALUES ($1, $2, $3, $4, $5, 'queued', true)`,
		line.Directive, version, org, restoration, line.Version)
	if err != nil {
		return fmt.Errorf("have directive %s withdrawn: %w", line.Directive, err)
	}
	return nil
}

// SendAgain queues a later version once more.
func (r *Directives) SendAgain(ctx context.Context, tx *pg.Tx, v VersionKey) error {
	_, err := tx.Pgx().Exec(ctx, `UPDATE amendment SET step = 'queued', due = true WHERE directive_id = $1 AND version = $2`, v.Directive, v.Version)
	if err != nil {
		return fmt.Errorf("send version %d of directive %s again: %w", v.Version, v.Directive, err)
	}
	return nil
}

// Arrived records that a version is where it was sent, though no answer says so.
func (r *Directives) Arrived(ctx context.Context, tx *pg.Tx, v VersionKey) error {
	update := `UPDATE amendment SET step = 'delivered', due = false WHERE directive_id = $1 AND version = $2`
	if v.Version == 1 {
		update = `UPDATE directive SET step = 'delivered', due = false WHERE id = $1 AND $2::smallint = 1`
	}
	if _, err := tx.Pgx().Exec(ctx, update, v.Directive, v.Version); err != nil {
		return fmt.Errorf("record version %d of directive %s as delivered: %w", v.Version, v.Directive, err)
	}
	return nil
}
