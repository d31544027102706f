package administrative

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/ground"
)

// MonthlyBatch announces what the monthly batch takes along
// ([Administrative.AnnounceDue]), apart
// from the daily round because it is a public act of its own. It may be asked at
// any time: on other days than the first working day of a month it finds nothing,
// unless nobody asked on that day, which it makes good. What is announced the
// daily round publishes when the time to object is over.
func (r *Administrative) MonthlyBatch(ctx context.Context, act enforcement.Act) (announced int, refused []ground.NotMoved, err error) {
	refused, err = ground.Page(r.AnnounceDue).All(ctx, act, func(n int) { announced += n })
	if err != nil {
		return announced, refused, fmt.Errorf("announce the monthly batch: %w", err)
	}
	return announced, refused, nil
}
