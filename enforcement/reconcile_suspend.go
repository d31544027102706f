package enforcement

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// suspend stops a ground in doubt at every recipient, and gives its owner the
// task. What is suspended for this already gets no further versions, unless a
// recipient holds a newer one.
func (w *comparison) suspend(ctx context.Context, tx *pg.Tx, ground ID) error {
	var subject ID
	var state string
	var until day.Day
	err := tx.Pgx(func(p pgx.Tx) error {
		return p.QueryRow(ctx, `SELECT subject_id, state::text, valid_until FROM ground WHERE id = $1 FOR NO KEY UPDATE`, ground).Scan(&subject, &state, &until)
	})
	if err != nil {
		return fmt.Errorf("lock ground %s: %w", ground, err)
	}
	if state == "ended" {
		return nil // all its directives are withdrawn
	}
	today := w.r.Today(w.act.At)
	done, err := w.r.doubt(ctx, tx, ground, today)
	if err != nil {
		return err
	}
	newer := w.doubtful[ground]
	if done && len(newer) == 0 {
		return nil
	}
	if err := moveGround(ctx, tx, ground, "suspended"); err != nil {
		return err
	}
	e := event{Kind: EventSuspended, Reason: SuspendedRestored, Subject: subject, Ground: ground, RefersTo: w.standing.id, Day: today}
	if err := w.r.appendAbove(ctx, tx, &e, Suspend, []ID{ground}, until, newer); err != nil {
		return err
	}
	if err := w.r.log(ctx, tx, w.act, e); err != nil {
		return err
	}
	return openTasks(ctx, tx, []ID{ground}, TaskRestored, today)
}

// doubt marks the case of a ground, if its kind can be suspended, as put in doubt by a
// restoration; done says that it was marked before.
func (r *Register) doubt(ctx context.Context, tx *pg.Tx, ground ID, today day.Day) (done bool, err error) {
	for _, kind := range Kinds() {
		if !kind.Suspends {
			continue
		}
		rows := kind.Rows
		err := tx.Pgx(func(p pgx.Tx) error {
			return p.QueryRow(ctx, `SELECT EXISTS (SELECT FROM `+rows+` WHERE id = $1 AND suspended_for = $2)`, ground, SuspendedRestored).Scan(&done)
		})
		if err == nil && !done {
			err = tx.Pgx(func(p pgx.Tx) error {
				_, err := p.Exec(ctx, `UPDATE `+rows+` SET suspended_for = $2, suspended_on = $3::date, version = version + 1 WHERE id = $1`, ground, SuspendedRestored, today)
				return err
			})
		}
		if err != nil {
			return false, fmt.Errorf("mark ground %s as in doubt: %w", ground, err)
		}
		if done {
			return true, nil
		}
	}
	return false, nil
}
