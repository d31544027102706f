package docket

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Task is something an organisation still has to do.
type Task struct {
	ID       enforcement.ID `json:"id"`
	Kind     string         `json:"kind"`
	Ground   enforcement.ID `json:"ground"`
	OpenedOn day.Day        `json:"opened_on"`
}

// Tasks lists the open tasks of the actor's organisation, by id from after on.
func (r *Docket) Tasks(ctx context.Context, act enforcement.Act, after enforcement.ID, limit int) ([]Task, error) {
	if err := act.Check(); err != nil {
		return nil, err
	}
	rows, err := r.Record.DB.Pool.Query(ctx, `SELECT id, kind, ground_id, opened_on FROM task
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

// OpenTasks gives the owner of each ground a task, once while it is open.
func OpenTasks(ctx context.Context, tx *pg.Tx, grounds []enforcement.ID, kind string, on day.Day) error {
	return tx.Lend(func(p pgx.Tx) error { return GiveTasks(ctx, p, grounds, kind, on) })
}

// GiveTasks opens a task for each of several grounds.
func GiveTasks(ctx context.Context, p pgx.Tx, grounds []enforcement.ID, kind string, on day.Day) error {
	_, err := p.Exec(ctx, `INSERT INTO task (id, kind, organisation_id, ground_id, opened_on)
		SELECT ($2::uuid[])[u.n], $3, g.organisation_id, g.id, $4::date FROM unnest($1::uuid[]) WITH ORDINALITY u (id, n) JOIN ground g ON g.id = u.id
		ON CONFLICT (kind, ground_id) WHERE closed_on IS NULL DO NOTHING`, grounds, enforcement.NewIDs(len(grounds)), kind, on)
	if err != nil {
		return fmt.Errorf("open the task %s of %d grounds: %w", kind, len(grounds), err)
	}
	return nil
}

// CloseTask closes one task of an organisation and returns its ground.
func (r *Docket) CloseTask(ctx context.Context, tx *pg.Tx, id enforcement.ID, org enforcement.OrganisationID, because string, on day.Day) (ground enforcement.ID, err error) {
	err = tx.Lend(func(p pgx.Tx) error {
		return p.QueryRow(ctx, `UPDATE task SET closed_on = $2::date, closed_because = $3 WHERE id = $1 AND organisation_id = $4 AND closed_on IS NULL RETURNING ground_id`,
			id, on, because, org).Scan(&ground)
	})
	return ground, enforcement.NotFound(err, "close a task")
}

// AnyTask is every kind of task.
const AnyTask = ""

// CloseTasks closes the open tasks of a ground and kind and returns how many there were.
func CloseTasks(ctx context.Context, tx *pg.Tx, ground enforcement.ID, kind, because string, on day.Day) (closed int64, err error) {
	err = tx.Lend(func(p pgx.Tx) error {
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
