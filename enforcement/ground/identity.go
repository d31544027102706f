package ground

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// EventDoubtConfirmed is the act of [Grounds.ConfirmDoubt] in the log.
const EventDoubtConfirmed record.EventKind = "identity-doubt-confirmed"

// ConfirmDoubt is the word of a second reviewer of a department that it cannot tell whose
// identity a directive of its own is about: the case is suspended everywhere at once, as
// when its owner was silent. What is suspended already stays so for its own reason.
func (r *Grounds) ConfirmDoubt(ctx context.Context, act enforcement.Act, id enforcement.ID) error {
	if err := act.Check(enforcement.DepartmentReviewer); err != nil {
		return err
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		found, err := directive.ToConfirm(ctx, tx, act, id)
		if err != nil {
			return nil, err
		}
		// First, for the case is locked before all that hangs on it.
		if _, err := r.suspendCases(ctx, tx, act, []enforcement.ID{found.Ground}, signal{reason: IdentityDoubtful, task: directive.TaskIdentityDoubtful}); err != nil {
			return nil, err
		}
		e := &record.Event{Kind: EventDoubtConfirmed, Reason: IdentityDoubtful, Ground: found.Ground, Day: r.Record.Today(act.At)}
		return e, found.Confirm(ctx, tx, act.Actor.ID, e.Day)
	})
	return err
}

// Doubted is a ground with what organisations were told of it, locked, for whoever
// examines whose identity it is.
type Doubted struct {
	directive.Standing

	id      enforcement.ID
	until   day.Day
	inForce bool
}

// LockDoubted locks a ground and its directives.
func LockDoubted(ctx context.Context, tx *pg.Tx, id enforcement.ID) (d Doubted, err error) {
	d.id = id
	one := tx.NewSelect().Model((*row)(nil)).Column("valid_until").ColumnExpr("state = 'in-force'").Where("id = ?", id).For("NO KEY UPDATE")
	if err := tx.Together(ctx, append([]pg.Ask{pg.One(one, &d.until, &d.inForce)}, d.Ask(tx, id)...)...); err != nil {
		return d, fmt.Errorf("lock the directives of ground %s: %w", id, err)
	}
	return d, nil
}

// Examined closes the doubts of a ground and gives back what they took away, to the
// organisations that had them alone; where the whole case is suspended, its resumption does.
// The versions are noted on the event of the examination.
func (r *Grounds) Examined(ctx context.Context, tx *pg.Tx, e *record.Event, d Doubted) error {
	directive.CloseDoubts(tx, d.id, "examined", e.Day)
	docket.StopClock(tx, d.id, []string{directive.ClockDoubt.Kind}, e.Day)
	if !d.inForce {
		return nil
	}
	return r.Directives.Append(ctx, tx, e, directive.Resume, d.OnlyDoubted().Cleared(), d.until)
}
