package ground

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/memoranda/day"
)

// ExpireDue is the [Page] that ends cases whose term is over, by a condition of the
// day ?0. One that somebody else ended meanwhile does not count; one whose end is
// refused holds up no other.
func (l *Life[C]) ExpireDue(over string, expire func(ctx context.Context, act enforcement.Act, c Change) error) Page {
	return func(ctx context.Context, act enforcement.Act, after enforcement.ID, limit int) (last enforcement.ID, ended int, refused []NotMoved, err error) {
		var ids []enforcement.ID
		err = l.waiting(over, l.Grounds.Record.Today(act.At), after, limit).Column("l.id").Scan(ctx, &ids)
		if err != nil {
			return last, 0, nil, fmt.Errorf("look for cases to expire: %w", err)
		}
		for _, id := range ids {
			one := act
			if act.Key != "" {
				one.Key = act.Key + "/" + id.String()
			}
			last = id
			err := expire(ctx, one, Change{Ground: id})
			because, person := errors.AsType[*enforcement.Refusal](err)
			switch {
			case err == nil:
				ended++
			case person && because.Code == "state.forbidden":
			case person:
				refused = append(refused, NotMoved{id, because})
			default:
				return last, ended, refused, fmt.Errorf("expire %s %s: %w", l.Slug, id, err)
			}
		}
		return last, ended, refused, nil
	}
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
