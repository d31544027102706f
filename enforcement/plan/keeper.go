package plan

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/internal/pg"
)

// KeepsAnyList refuses a department that keeps no list: it has no subject to enter,
// and could only find out who is known here.
func (r *Plans) KeepsAnyList(ctx context.Context, tx *pg.Tx, act enforcement.Act) error {
	if !slices.Contains(enforcement.Department, act.Actor.Role) {
		return nil
	}
	today, catalogue := r.Record.Today(act.At), r.Catalogue()
	var bodies []string
	for i := range catalogue.ListTypes {
		for _, owner := range catalogue.ListTypes[i].Owners {
			bodies = append(bodies, catalogue.Body(owner, today)...)
		}
	}
	var keeps bool
	err := tx.Lend(func(p pgx.Tx) error {
		return p.QueryRow(ctx, `SELECT EXISTS (SELECT FROM organisation_role WHERE organisation_id = $1 AND body = ANY ($2)
			AND valid_from <= $3::date AND (valid_until IS NULL OR valid_until >= $3::date))`, int32(act.Actor.Organisation), bodies, today).Scan(&keeps)
	})
	if err != nil {
		return fmt.Errorf("read which lists organisation %d keeps: %w", act.Actor.Organisation, err)
	}
	if !keeps {
		return enforcement.Refuse("role.forbidden", "role", string(act.Actor.Role))
	}
	return nil
}
