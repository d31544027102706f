package ground

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/memoranda/day"
)

// ExpireDue ends up to limit cases whose term is over on the act's day, by a
// condition of it, and returns how many it ended; 0 means none is left.
func (l *Life[C]) ExpireDue(ctx context.Context, act enforcement.Act, over string, limit int, expire func(ctx context.Context, act enforcement.Act, c Change) error) (int, error) {
	rows, err := l.Grounds.Record.DB.Pool.Query(ctx, `SELECT l.id FROM `+l.Rows+` l WHERE `+over+` ORDER BY l.id LIMIT $2`, l.Grounds.Record.Today(act.At), limit)
	if err != nil {
		return 0, fmt.Errorf("look for cases to expire: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[enforcement.ID])
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
