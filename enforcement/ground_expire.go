package enforcement

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/memoranda/day"
)

// expireDue ends up to limit cases whose term is over on the act's day, by a
// condition of it, and returns how many it ended; 0 means none is left.
func (l *Life[C]) expireDue(ctx context.Context, act Act, over string, limit int, expire func(ctx context.Context, act Act, c Change) error) (int, error) {
	rows, err := l.Register.db.Pool.Query(ctx, `SELECT l.id FROM `+l.Rows+` l WHERE `+over+` ORDER BY l.id LIMIT $2`, l.Register.Today(act.At), limit)
	if err != nil {
		return 0, fmt.Errorf("look for cases to expire: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[ID])
	if err != nil {
		return 0, fmt.Errorf("look for cases to expire: %w", err)
	}
	for _, id := range ids {
		one := act
		if act.Key != "" {
			one.Key = act.Key + "/" + id.String()
		}
		err := expire(ctx, one, Change{Ground: id})
		if errors.Is(err, refuse("state.forbidden")) {
			continue // somebody ended it since it was read
		}
		if err != nil {
			return 0, fmt.Errorf("expire %s %s: %w", l.Slug, id, err)
		}
	}
	return len(ids), nil
}

// overOn refuses what is not over on a day.
func overOn(until, today day.Day) error {
	switch {
	case until.IsZero():
		return refuse("end.no-term")
	case until >= today:
		return refuse("end.term-running", "until", until.String())
	}
	return nil
}
