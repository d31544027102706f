package administrative

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/ground"
)

// MonthlyBatch announces what the monthly batch takes along
// ([Administrative.AnnounceDue]), apart
// from the daily round because it is a public act of its own. It may be asked at
// any time: on other days than the first working day of a month it finds nothing,
// unless nobody asked on that day, which it makes good. What is announced the
// daily round publishes when the time to object is over.
func (r *Administrative) MonthlyBatch(ctx context.Context, act enforcement.Act) (announced int, refused []ground.NotPublished, err error) {
	for after := (enforcement.ID{}); ; {
		last, n, no, err := r.AnnounceDue(ctx, act, after, directive.Batch)
		if err != nil {
			return announced, refused, fmt.Errorf("announce the monthly batch: %w", err)
		}
		announced += n
		refused = append(refused, no...)
		if last.IsZero() {
			return announced, refused, nil
		}
		after = last
	}
}

// ExpireRound ends every administrative listing whose term is over.
func (r *Administrative) ExpireRound(ctx context.Context, act enforcement.Act, step func(ended int)) (ended int, err error) {
	for {
		n, err := r.ExpireDue(ctx, act, directive.Batch)
		if err != nil || n == 0 {
			return ended, err
		}
		ended += n
		step(ended)
	}
}

// PublishRound publishes every administrative listing that is due.
func (r *Administrative) PublishRound(ctx context.Context, act enforcement.Act, step func(published int)) (published int, refused []ground.NotPublished, err error) {
	for after := (enforcement.ID{}); ; {
		last, n, no, err := r.PublishDue(ctx, act, after, directive.Batch)
		if err != nil {
			return published, refused, err
		}
		refused = append(refused, no...)
		if last.IsZero() {
			return published, refused, nil
		}
		after = last
		published += n
		step(published)
	}
}
