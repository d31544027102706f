package docket

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// DuePaper is the purpose of the paper that a task of this kind asks for; none: it asks for
// something else.
func DuePaper(kind string) (purpose string, ok bool) { return strings.CutPrefix(kind, paperDue) }

// Task is something an organisation still has to do.
type Task struct {
	ID       enforcement.ID `json:"id"`
	Kind     string         `json:"kind"`
	Ground   enforcement.ID `json:"ground"`
	OpenedOn day.Day        `json:"opened_on"`
	// Organisation has to do it, where that is not who asks.
	Organisation enforcement.OrganisationID `json:"organisation,omitempty"`
}

// taskRow is a task as it is kept.
type taskRow struct {
	bun.BaseModel `bun:"table:task"`

	ID           enforcement.ID             `bun:"id,pk"`
	Kind         string                     `bun:"kind"`
	Organisation enforcement.OrganisationID `bun:"organisation_id"`
	Ground       enforcement.ID             `bun:"ground_id"`
	OpenedOn     day.Day                    `bun:"opened_on"`
}

// Tasks lists the open tasks of the actor's organisation, by id from after on, of these kinds
// where some are named; for an overseer the papers that anybody still owes.
func (r *Docket) Tasks(ctx context.Context, act enforcement.Act, after enforcement.ID, limit int, kinds ...string) ([]Task, error) {
	if err := act.Check(); err != nil {
		return nil, err
	}
	var rows []taskRow
	q := r.Record.DB.NewSelect().Model(&rows).Where("closed_on IS NULL")
	oversees := act.Actor.Role == enforcement.Overseer
	if oversees {
		q = q.Where("kind LIKE ?", paperDue+"%")
	} else {
		q = q.Where("organisation_id = ?", pg.Number(act.Actor.Organisation))
	}
	if len(kinds) > 0 {
		q = q.Where("kind = ANY(?)", pg.Array(kinds))
	}
	err := q.Where("id > ?", after.Cursor()).Order("id").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tasks: %w", err)
	}
	list := make([]Task, len(rows))
	for i, t := range rows {
		list[i] = Task{ID: t.ID, Kind: t.Kind, Ground: t.Ground, OpenedOn: t.OpenedOn}
		if oversees {
			list[i].Organisation = t.Organisation
		}
	}
	return list, nil
}

// OpenTasks gives the owner of each ground a task, once while it is open.
func OpenTasks(tx *pg.Tx, grounds []enforcement.ID, kind string, on day.Day) {
	tx.Later(tx.NewRaw(`INSERT INTO task (id, kind, organisation_id, ground_id, opened_on)
		SELECT u.id, ?, g.organisation_id, g.id, ?::date FROM unnest(?::uuid[], ?::uuid[]) u (id, ground_id) JOIN ground g ON g.id = u.ground_id
		ON CONFLICT (kind, ground_id) WHERE closed_on IS NULL DO NOTHING`, kind, on, pg.Array(enforcement.NewIDs(len(grounds))), pg.Array(grounds)),
		"open the task %s of %d grounds", kind, len(grounds))
}

// Closing is how a task is closed: why, by whom, on which day.
type Closing struct {
	Because, By string
	On          day.Day
}

// CloseTask closes one task of an organisation, if may takes it, and returns its ground;
// may gives the reasons that it seals.
func (r *Docket) CloseTask(ctx context.Context, tx *pg.Tx, id enforcement.ID, org enforcement.OrganisationID, c Closing, may func(t Task) (reasons []byte, err error)) (ground enforcement.ID, err error) {
	var found taskRow
	err = tx.NewSelect().Model(&found).Column("kind", "ground_id").Where("id = ? AND organisation_id = ? AND closed_on IS NULL", id, pg.Number(org)).For("NO KEY UPDATE").Scan(ctx)
	if err != nil {
		return ground, enforcement.NotFound(err, "close a task")
	}
	reasons, err := may(Task{ID: id, Kind: found.Kind, Ground: found.Ground})
	if err != nil {
		return ground, err
	}
	tx.Later(shut(tx, c.Because, c.On).Set("closed_by = ?, closing_reasons = ?", c.By, reasons).Where("id = ?", id), "close a task")
	return found.Ground, nil
}

// CloseTasks closes the open tasks of a ground and kind and returns how many there were.
func CloseTasks(ctx context.Context, tx *pg.Tx, ground enforcement.ID, kind, because string, on day.Day) (closed int64, err error) {
	done, err := shut(tx, because, on).Where("ground_id = ? AND kind = ?", ground, kind).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("close the tasks of ground %s: %w", ground, err)
	}
	return done.RowsAffected()
}

// CloseTasksOf closes the open tasks of a kind of many grounds.
func CloseTasksOf(tx *pg.Tx, grounds []enforcement.ID, kind, because string, on day.Day) {
	tx.Later(shut(tx, because, on).Where("kind = ? AND ground_id IN (?)", kind, bun.List(grounds)), "close the task %s of %d grounds", kind, len(grounds))
}

// CloseTasksWhere closes the open tasks of a kind of the grounds that a query picks.
func CloseTasksWhere(tx *pg.Tx, grounds *bun.SelectQuery, kind, because string, on day.Day) {
	tx.Later(shut(tx, because, on).Where("kind = ? AND ground_id IN (?)", kind, grounds), "close the task %s", kind)
}

// CloseKinds closes the open tasks of a ground of several kinds, however many there are.
func CloseKinds(tx *pg.Tx, ground enforcement.ID, kinds []string, because string, on day.Day) {
	tx.Later(shut(tx, because, on).Where("ground_id = ? AND kind IN (?)", ground, bun.List(kinds)), "close the tasks %v of ground %s", kinds, ground)
}

// CloseEvery closes every open task of a ground that has ended.
func CloseEvery(tx *pg.Tx, ground enforcement.ID, on day.Day) {
	tx.Later(shut(tx, "ended", on).Where("ground_id = ?", ground), "close the tasks of ground %s", ground)
}

func shut(tx *pg.Tx, because string, on day.Day) *bun.UpdateQuery {
	return tx.NewUpdate().Model((*taskRow)(nil)).Set("closed_on = ?, closed_because = ?", on, because).Where("closed_on IS NULL")
}

// Waiting asks which of some grounds have an open task of a kind.
func Waiting(db bun.IDB, kind string, grounds []enforcement.ID) *bun.SelectQuery {
	return db.NewSelect().Model((*taskRow)(nil)).Column("ground_id").Where("kind = ? AND closed_on IS NULL AND ground_id IN (?)", kind, bun.List(grounds))
}
