// pgx: what a drain reads is prepared.

package directive

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

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
func (r *Directives) LiftUnknown(tx *pg.Tx, org enforcement.OrganisationID, restoration enforcement.ID, line InventoryLine, version int16) {
	tx.Later(tx.NewInsert().Model(&orphan{
		Directive: line.Directive, Version: version, Organisation: org, Restoration: restoration, Found: line.Version, Step: Queued, Due: true,
	}), "have directive %s withdrawn", line.Directive)
}

// orphan is the withdrawal of what the record does not know, as it is kept.
type orphan struct {
	bun.BaseModel `bun:"table:orphan"`

	Directive    enforcement.ID             `bun:"directive_id,pk"`
	Version      int16                      `bun:"version,pk"`
	Organisation enforcement.OrganisationID `bun:"organisation_id"`
	Restoration  enforcement.ID             `bun:"restoration_id"`
	Found        int16                      `bun:"found_version"`
	Step         Step                       `bun:"step"`
	Due          bool                       `bun:"due"`
}

// SendAgain queues a later version once more.
func (r *Directives) SendAgain(tx *pg.Tx, v VersionKey) {
	tx.Later(tx.NewUpdate().Model((*amendment)(nil)).Set("step = 'queued', due = true").Where("directive_id = ? AND version = ?", v.Directive, pg.Number(v.Version)),
		"send version %d of directive %s again", v.Version, v.Directive)
}

// Arrived records that a version is where it was sent, though no answer says so.
func (r *Directives) Arrived(tx *pg.Tx, v VersionKey) {
	there := tx.NewUpdate().Set("step = 'delivered', due = false")
	if v.Version == 1 {
		there = there.Table("directive").Where("id = ?", v.Directive)
	} else {
		there = there.Model((*amendment)(nil)).Where("directive_id = ? AND version = ?", v.Directive, pg.Number(v.Version))
	}
	tx.Later(there, "record version %d of directive %s as delivered", v.Version, v.Directive)
}
