package plan

import (
	"context"

	"github.com/uptrace/bun"

	"concordat/internal/pg"
)

// Fresh asks, together with other questions, whether the record tells more of what was
// agreed and attested than this process knows ([Plans.Since]).
type Fresh struct{ mark mark }

// Ask is the question.
func (f *Fresh) Ask(db bun.IDB) pg.Ask {
	return pg.One(db.NewRaw(selectMark), &f.mark.editions, &f.mark.statements, &f.mark.withdrawals)
}

// Since is the text that this process goes by when the question was answered. It costs
// nothing, unless the record tells more: then it is read anew ([Plans.Refresh]).
func (r *Plans) Since(ctx context.Context, f *Fresh) (*Text, error) {
	if k := r.Text(); k != nil && k.mark == f.mark {
		return k, nil
	}
	if err := r.Refresh(ctx); err != nil {
		return nil, err
	}
	return r.Text(), nil
}
