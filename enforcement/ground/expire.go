package ground

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/memoranda/day"
)

// ExpireDue ends up to limit cases whose term is over on the act's day, by a
// condition of it, and returns how many it ended; 0 means none is left.
func (l *Life[C]) ExpireDue(ctx context.Context, act enforcement.Act, over string, limit int, expire func(ctx context.Context, act enforcement.Act, c Change) error) (int, error) {
	var ids []enforcement.ID
	err := l.waiting(over, l.Grounds.Record.Today(act.At), enforcement.ID{}, limit).Column("l.id").Scan(ctx, &ids)
	if err != nil {
		return 0, fmt.Errorf("look for cases to expire: %w", err)
	}
	for _, id := range ids {
		one := act
		if act.Key != "" {
			one.Key = act.Key + "/" + id.String()
		}
		err := expire(ctx, one, Change{Ground: id})
		if errors.Is(err, enforcement.Refuse("state.forbidden")) {
			continue // somebody ended it since it was read
		}
		if err != nil {
			return 0, fmt.Errorf("expire %s %s: %w", l.Slug, id, err)
		}
	}
	return len(ids), nil
}

// waiting asks for cases of which a condition of the day ?0 holds, by id.
func (l *Life[C]) waiting(condition string, on day.Day, after enforcement.ID, limit int) *bun.SelectQuery {
	return l.Grounds.Record.DB.NewSelect().TableExpr("? AS l", bun.Ident(l.Rows)).Where(condition, on).Where("l.id > ?", after.Cursor()).OrderExpr("l.id").Limit(int64(limit))
}

// OverOn refuses what is not over on a day.
func OverOn(until, today day.Day) error {
	switch {
	case until.IsZero():
		return enforcement.Refuse("end.no-term")
	case until >= today:
		return enforcement.Refuse("end.term-running", "until", until.String())
	}
	return nil
}
