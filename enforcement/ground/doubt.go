package ground

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// SuspendedRestored is the reason of a suspension of what a restored record may have
// lost the end of. The owner resumes it with reasons, or enters the lost end.
const SuspendedRestored = "restored"

// TaskRestored is the owner's task to say what became of such a ground.
const TaskRestored = "restored"

// Unconfirmed asks which of some grounds are unconfirmed: decided before the last
// restoration, which may have lost their end, and not confirmed by their owner since. The
// rule is the SQL function of that name; what leaves asks it through directive_held.
func Unconfirmed(db bun.IDB, grounds []enforcement.ID) *bun.SelectQuery {
	return db.NewSelect().TableExpr("ground AS g").Column("g.id").Where("g.id IN (?) AND unconfirmed(g)", bun.List(grounds))
}

// Confirm notes that the owner stands by grounds after all restorations so far.
func Confirm(tx *pg.Tx, ids ...enforcement.ID) {
	tx.Later(tx.NewUpdate().Model((*row)(nil)).Set("confirmed = record_epoch()").Where("id IN (?)", bun.List(ids)), "confirm %d grounds", len(ids))
}

// Unconfirm takes back what the owner confirmed since the last restoration: a recipient
// says otherwise.
func Unconfirm(tx *pg.Tx, id enforcement.ID) {
	tx.Later(tx.NewUpdate().Model((*row)(nil)).Set("confirmed = record_epoch() - 1").Where("id = ? AND confirmed = record_epoch()", id), "take the confirmation of ground %s back", id)
}

// Doubt marks a case of the kind as put in doubt by a restoration; done says that it
// was marked before. by is who restored the record.
func (t *Table) Doubt(ctx context.Context, tx *pg.Tx, id enforcement.ID, by string, on day.Day) (done bool, err error) {
	marked := tx.NewSelect().Table(t.Rows).ColumnExpr("1").Where("id = ? AND suspended_for = ?", id, SuspendedRestored)
	if done, err = marked.Exists(ctx); err != nil {
		return false, fmt.Errorf("look whether ground %s is in doubt: %w", id, err)
	}
	if !done {
		tx.Later(tx.NewUpdate().Table(t.Rows).Set("suspended_for = ?, suspended_on = ?", SuspendedRestored, on).
			Set("suspended_by = ?, resumed_by = NULL", by).Set("version = version + 1").Where("id = ?", id), "mark ground %s as in doubt", id)
	}
	return done, nil
}
