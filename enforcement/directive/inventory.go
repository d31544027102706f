// pgx: what recipients are sent comes in binary, a thousand at a time.

package directive

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/party"
)

var selectInventory = `SELECT d.id, coalesce(a.version, 1::smallint), coalesce(a.kind::text, 'impose'), coalesce(a.measures, d.measures),
    CASE WHEN a.version IS NULL THEN d.valid_until ELSE a.valid_until END, s.id, s.envelope, ` + party.SealedOf("g.organisation_id") + `,
    g.id, g.kind::text, g.list_type, g.reference, g.decided_on, o.slug, coalesce(c.number, '')
  FROM directive d
  LEFT JOIN LATERAL (SELECT version, kind, measures, valid_until
    FROM amendment WHERE directive_id = d.id ORDER BY version DESC LIMIT 1) a ON true
  JOIN subject s ON s.id = d.subject_id JOIN ground g ON g.id = d.ground_id JOIN organisation o ON o.id = g.organisation_id
  LEFT JOIN execution_case c ON c.id = g.case_id
  WHERE d.organisation_id = $1 AND d.id = ANY ($2) ORDER BY d.id`

// Inventory returns the newest versions of directives of the actor's own organisation
// with the identities they concern, by id, for an officer who works on them. Ids
// of other organisations are left out.
func (r *Directives) Inventory(ctx context.Context, act enforcement.Act, ids []enforcement.ID) ([]Item, error) {
	if err := act.Check(enforcement.DepartmentClerk, enforcement.DepartmentReviewer); err != nil {
		return nil, err
	}
	rows, err := r.Record.DB.Pool.Query(ctx, selectInventory, pgx.QueryExecModeCacheStatement, act.Actor.Organisation, ids)
	if err != nil {
		return nil, fmt.Errorf("read %d directives of organisation %d: %w", len(ids), act.Actor.Organisation, err)
	}
	items, err := r.readItems(rows, nil)
	if err != nil {
		return nil, fmt.Errorf("read %d directives of organisation %d: %w", len(ids), act.Actor.Organisation, err)
	}
	orphans, err := r.orphansOf(ctx, act.Actor.Organisation, ids)
	if err != nil {
		return nil, err
	}
	return mergeOrphans(items, orphans), nil
}

// InventoryLine is what a recipient says it holds of one directive.
type InventoryLine struct {
	Directive enforcement.ID
	// Version is the newest that it holds.
	Version int16
	// Withdrawn: it holds a withdrawal, so nothing is in force there.
	Withdrawn bool
	// Carries: measures are in force there under this directive.
	Carries bool
}
