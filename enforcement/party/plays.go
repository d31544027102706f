package party

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// part is a body that an organisation stands for, as it is kept.
type part struct {
	bun.BaseModel `bun:"table:organisation_role,alias:p"`

	Organisation enforcement.OrganisationID `bun:"organisation_id,pk"`
	Body         string                     `bun:"body,pk"`
	From         day.Day                    `bun:"valid_from,pk"`
	Until        day.Day                    `bun:"valid_until"`
}

// Plays tells whether an organisation stands for one of some bodies on a day, and
// which region it serves.
func (r *Parties) Plays(ctx context.Context, db bun.IDB, org enforcement.OrganisationID, bodies []string, on day.Day) (plays bool, serves string, err error) {
	stands := db.NewSelect().Model((*part)(nil)).ColumnExpr("1").Where("p.organisation_id = o.id AND p.valid_from <= ?", on).
		Where("p.valid_until IS NULL OR p.valid_until >= ?", on).Where("p.body IN (?)", bun.List(bodies))
	err = db.NewSelect().TableExpr("organisation AS o").ColumnExpr("EXISTS (?), o.serves", stands).Where("o.id = ?", pg.Number(org)).Scan(ctx, &plays, &serves)
	if err != nil {
		return false, "", fmt.Errorf("read what organisation %d stands for: %w", org, err)
	}
	return plays, serves, nil
}
