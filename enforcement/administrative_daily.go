package enforcement

import (
	"context"
	"fmt"
)

// MonthlyBatch announces what the monthly batch takes along (AnnounceDue), apart
// from the daily round because it is a public act of its own. It may be asked at
// any time: on other days than the first working day of a month it finds nothing,
// unless nobody asked on that day, which it makes good. What is announced the
// daily round publishes when the time to object is over.
func (r *Register) MonthlyBatch(ctx context.Context, act Act) (announced int, refused []NotPublished, err error) {
	for after := (ID{}); ; {
		last, n, no, err := r.AnnounceDue(ctx, act, after, Batch)
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

// expireAdministrative ends every administrative listing whose term is over.
func (r *Register) expireAdministrative(ctx context.Context, act Act, step func(ended int)) (ended int, err error) {
	for {
		n, err := r.ExpireAdministrativeDue(ctx, act, Batch)
		if err != nil || n == 0 {
			return ended, err
		}
		ended += n
		step(ended)
	}
}

// publishAdministrativeRound publishes every administrative listing that is due.
func (r *Register) publishAdministrativeRound(ctx context.Context, act Act, step func(published int)) (published int, refused []NotPublished, err error) {
	for after := (ID{}); ; {
		last, n, no, err := r.PublishAdministrativeDue(ctx, act, after, Batch)
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
