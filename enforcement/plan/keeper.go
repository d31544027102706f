package plan

import (
	"context"
	"slices"

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
	keeps, _, err := r.Parties.Plays(ctx, tx, act.Actor.Organisation, bodies, today)
	if err == nil && !keeps {
		err = enforcement.Refuse("role.forbidden", "role", string(act.Actor.Role))
	}
	return err
}
