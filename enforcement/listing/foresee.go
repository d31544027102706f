package listing

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/plan"
	"concordat/memoranda"
)

// Foresee tells what a listing would reach if it were published on the act's day.
func (r *Listings) Foresee(ctx context.Context, act enforcement.Act, id enforcement.ID) ([]plan.Line, []memoranda.Exclusion, []plan.Gap, error) {
	return r.Life.Foresee(ctx, act, id)
}
