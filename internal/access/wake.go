package access

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// Sleepers picks tokens that sleep since a restoration: those of some ids, or those of a
// person; where neither is given all.
type Sleepers struct {
	Actor string
	IDs   []enforcement.ID
}

// where picks those that are valid but for their sleep.
func (s Sleepers) where(machine any) (condition string, args []any) {
	condition, args = asleep+" AND "+valid, []any{machine}
	switch {
	case len(s.IDs) > 0:
		return condition + " AND id IN (?)", append(args, bun.List(s.IDs))
	case s.Actor != "":
		return condition + " AND actor = ?", append(args, s.Actor)
	}
	return condition, args
}

// Asleep lists them, by holder.
func (t *Tokens) Asleep(ctx context.Context, s Sleepers) ([]Token, error) {
	condition, args := s.where(t.machine().UTC())
	return t.list(ctx, condition, args...)
}

// Wake makes valid again what a restoration put to sleep, an event for each, and returns
// how many. Where one of the ids does not sleep, or nothing does, it refuses (token.awake):
// whoever wakes must know what was woken. An account wakes only while no operator's token
// is awake.
func (t *Tokens) Wake(ctx context.Context, act enforcement.Act, s Sleepers) (n int, err error) {
	if err := act.Check(enforcement.Operator, enforcement.System); err != nil {
		return 0, err
	}
	err = t.db.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if act.ByAccount() {
			if err := t.refuseWhereOperatorsAre(ctx, tx, true); err != nil {
				return err
			}
		}
		var woken []tokenRow
		condition, args := s.where(t.machine().UTC())
		err := tx.NewUpdate().Model((*tokenRow)(nil)).Set("awake = record_epoch()").Where(condition, args...).
			Returning("id, actor, role, organisation_id, expires_at").Scan(ctx, &woken)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if n = len(woken); n == 0 || n < len(s.IDs) {
			return refuse(CodeAwake)
		}
		for i := range woken {
			t.log(ctx, tx, act, record.EventTokenWoken, &woken[i])
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("wake tokens: %w", err)
	}
	return n, nil
}
