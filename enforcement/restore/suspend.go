package restore

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/kinds"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// suspend stops a ground in doubt at every recipient, and gives its owner the
// task. What is suspended for this already gets no further versions, unless a
// recipient holds a newer one.
func (w *comparison) suspend(ctx context.Context, tx *pg.Tx, groundID enforcement.ID) error {
	var subject enforcement.ID
	var state string
	var until day.Day
	err := tx.NewSelect().Table("ground").Column("subject_id", "state", "valid_until").Where("id = ?", groundID).For("NO KEY UPDATE").Scan(ctx, &subject, &state, &until)
	if err != nil {
		return fmt.Errorf("lock ground %s: %w", groundID, err)
	}
	if state == "ended" {
		return nil // all its directives are withdrawn
	}
	ground.Unconfirm(tx, groundID)
	today := w.r.Record.Today(w.act.At)
	done, err := doubt(ctx, tx, groundID, w.act.Actor.ID, today)
	if err != nil {
		return err
	}
	newer := w.doubtful[groundID]
	if done && len(newer) == 0 {
		return nil
	}
	ground.SetState(tx, groundID, "suspended")
	e := record.Event{Kind: ground.EventSuspended, Reason: ground.SuspendedRestored, Subject: subject, Ground: groundID, RefersTo: w.restoration.ID, Day: today}
	var standing directive.Standing
	if err := tx.Together(ctx, standing.Ask(tx, groundID)...); err != nil {
		return fmt.Errorf("lock the directives of ground %s: %w", groundID, err)
	}
	if err := w.r.Directives.Append(ctx, tx, &e, directive.Suspend, standing.Above(newer), until); err != nil {
		return err
	}
	w.r.Record.Log(ctx, tx, w.act, e)
	docket.OpenTasks(tx, []enforcement.ID{groundID}, ground.TaskRestored, today)
	return nil
}

// doubt marks the case of a ground, if its kind can be suspended, as put in doubt by a
// restoration; done says that it was marked before.
func doubt(ctx context.Context, tx *pg.Tx, groundID enforcement.ID, by string, today day.Day) (done bool, err error) {
	for _, kind := range kinds.All() {
		if !kind.Suspends {
			continue
		}
		done, err := kind.Doubt(ctx, tx, groundID, by, today)
		if err != nil {
			return false, err
		}
		if done {
			return true, nil
		}
	}
	return false, nil
}
