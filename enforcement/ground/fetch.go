package ground

import (
	"context"

	"github.com/uptrace/bun"

	"concordat/enforcement"
)

// Narrow says which of the cases a query is about, in which order and how many.
type Narrow = func(q *bun.SelectQuery) *bun.SelectQuery

// Fetch reads cases of a kind.
type Fetch[C any] func(ctx context.Context, db bun.IDB, narrow Narrow) ([]C, error)

// Fetching is the [Fetch] of a kind with rows R: beside joins what is read beside the
// row, and made makes a case of it.
func Fetching[R, C any](beside Narrow, made func(*R) C) Fetch[C] {
	return func(ctx context.Context, db bun.IDB, narrow Narrow) ([]C, error) {
		var rows []R
		if err := db.NewSelect().Model(&rows).ColumnExpr("?TableColumns").Apply(beside, narrow).Scan(ctx); err != nil {
			return nil, err //nolint:wrapcheck // the caller says what of
		}
		cases := make([]C, len(rows))
		for i := range rows {
			cases[i] = made(&rows[i])
		}
		return cases, nil
	}
}

func byID(id enforcement.ID) Narrow {
	return func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("l.id = ?", id) }
}

// OnDay is a condition of a day, ?0 in it.
func OnDay(condition string, args ...any) Narrow {
	return func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where(condition, args...) }
}
