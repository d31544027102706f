package enforcement

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// TaskConsumptionOrder is the task of a court whose debtor is listed while no
// consumption-restriction order stands yet (法释〔2015〕17号 Art. 1 ¶2).
const TaskConsumptionOrder = "consumption-order-missing"

// Task is something an organisation still has to do.
type Task struct {
	ID       ID      `json:"id"`
	Kind     string  `json:"kind"`
	Ground   ID      `json:"ground"`
	OpenedOn day.Day `json:"opened_on"`
}

// Tasks lists the open tasks of the actor's organisation, by id from after on.
func (r *Register) Tasks(ctx context.Context, act Act, after ID, limit int) ([]Task, error) {
	if err := act.check(); err != nil {
		return nil, err
	}
	rows, err := r.db.Pool.Query(ctx, `SELECT id, kind, ground_id, opened_on FROM task
		WHERE organisation_id = $1 AND closed_on IS NULL AND id > $2 ORDER BY id LIMIT $3`, act.Actor.Organisation, [16]byte(after), limit)
	if err != nil {
		return nil, fmt.Errorf("list tasks: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Task, error) {
		var t Task
		err := row.Scan(&t.ID, &t.Kind, &t.Ground, &t.OpenedOn)
		return t, err
	})
}

// CloseTask closes a task of the actor's court with the recorded reason why it
// need not be done (法发〔2019〕35号 item 16).
func (r *Register) CloseTask(ctx context.Context, act Act, id ID, reason string) error {
	if err := act.check(Judge, President); err != nil {
		return err
	}
	if !slices.Contains([]ExclusionKind{AssetsSuffice, CreditorAsksNot, CampusLoanStudent}, ExclusionKind(reason)) {
		return refuse("task.reason")
	}
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		e := &event{Kind: EventTaskClosed, RefersTo: id, Day: r.Today(act.At), Reason: reason, LegalBasis: "法发〔2019〕35号 item 16"}
		err := tx.Pgx(func(p pgx.Tx) error {
			return p.QueryRow(ctx, `UPDATE task SET closed_on = $2::date, closed_because = $3 WHERE id = $1 AND organisation_id = $4 AND closed_on IS NULL RETURNING ground_id`,
				id, r.Today(act.At), reason, act.Actor.Organisation).Scan(&e.Ground)
		})
		return e, notFound(err, "close a task")
	})
	return err
}

// openTasks gives the owner of each ground a task, once while it is open.
func openTasks(ctx context.Context, tx *pg.Tx, grounds []ID, kind string, on day.Day) error {
	return tx.Pgx(func(p pgx.Tx) error { return giveTasks(ctx, p, grounds, kind, on) })
}

func giveTasks(ctx context.Context, p pgx.Tx, grounds []ID, kind string, on day.Day) error {
	_, err := p.Exec(ctx, `INSERT INTO task (id, kind, organisation_id, ground_id, opened_on)
		SELECT ($2::uuid[])[u.n], $3, g.organisation_id, g.id, $4::date FROM unnest($1::uuid[]) WITH ORDINALITY u (id, n) JOIN ground g ON g.id = u.id
		ON CONFLICT (kind, ground_id) WHERE closed_on IS NULL DO NOTHING`, grounds, newIDs(len(grounds)), kind, on)
	if err != nil {
		return fmt.Errorf("open the task %s of %d grounds: %w", kind, len(grounds), err)
	}
	return nil
}

// anyTask is every kind of task.
const anyTask = ""

// closeTasks closes the open tasks of a ground and kind and returns how many there were.
func closeTasks(ctx context.Context, tx *pg.Tx, ground ID, kind, because string, on day.Day) (closed int64, err error) {
	err = tx.Pgx(func(p pgx.Tx) error {
		tag, err := p.Exec(ctx, `UPDATE task SET closed_on = $2::date, closed_because = $3 WHERE ground_id = $1 AND ($4 = '' OR kind = $4) AND closed_on IS NULL`,
			ground, on, because, kind)
		closed = tag.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("close the tasks of ground %s: %w", ground, err)
	}
	return closed, nil
}
