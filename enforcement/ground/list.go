package ground

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/pg"
)

// Wanted picks cases for a list: those after an id, of a state and a list type;
// empty ones are any.
type Wanted struct {
	State    State
	ListType string
	After    enforcement.ID
	Limit    int
	// Also narrows it by what only the kind knows; nil does not.
	Also Narrow
}

// List lists the cases of the actor's organisation, an overseer's all, by id.
func (l *Life[C]) List(ctx context.Context, act enforcement.Act, w Wanted) ([]C, error) {
	if err := act.Check(append([]enforcement.Role{enforcement.Overseer, enforcement.System}, l.People...)...); err != nil {
		return nil, err
	}
	list, err := l.fetch(ctx, l.Grounds.Record.DB, func(q *bun.SelectQuery) *bun.SelectQuery {
		if act.Actor.Role != enforcement.Overseer && act.Actor.Role != enforcement.System {
			q = q.Where("? = ?", bun.Safe(l.OwnerColumn), pg.Number(act.Actor.Organisation))
		}
		if w.State != "" {
			q = q.Where("l.state::text = ?", w.State)
		}
		if w.ListType != "" {
			q = q.Where("? = ?", bun.Safe(l.ListColumn), w.ListType)
		}
		if w.Also != nil {
			q = w.Also(q)
		}
		return q.Where("l.id > ?", w.After.Cursor()).OrderExpr("l.id").Limit(int64(w.Limit))
	})
	if err != nil {
		return nil, fmt.Errorf("list cases of kind %s: %w", l.Slug, err)
	}
	return list, nil
}
