package restore

import (
	"context"
	"slices"
	"strconv"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// EventConfirmed is the act of an owner who confirms a list in the log; its grounds are
// what was confirmed.
const EventConfirmed record.EventKind = "restored-confirmed"

// Confirmation is one act over a list that was shown.
type Confirmation struct {
	// After and Limit are those the list was asked for with, Hash is the list's.
	After enforcement.ID
	Limit int
	Hash  string
	// Except stay unconfirmed: to be ended, or resumed with reasons of their own.
	Except []enforcement.ID
	// Reasons say why the lost time held no end of the others; they stand in the paper, for
	// they may speak of many.
	Reasons string
	// Paper is the decision to stand by them, of all of them.
	Paper paper.Given
}

// Confirm confirms exactly the list that was seen, without those excepted, and returns how
// many: they are shown again and may go out when the hold of the restoration has ended.
// One event stands for the act, and the tasks of those that wait for publication are
// closed.
//
// A judge, the president or a department's reviewer may, of the own organisation's cases
// and of none that they drafted. It is refused while a recipient has not said what it
// holds (restore.not-reconciled), where the list has changed (confirmation.changed), and
// for what a recipient reports otherwise (confirmation.doubted).
func (r *Restorer) Confirm(ctx context.Context, act enforcement.Act, c Confirmation) (confirmed int, err error) {
	if err := act.Check(confirms...); err != nil {
		return 0, err
	}
	if c.Reasons = enforcement.Say(c.Reasons).String(); !ground.Says(c.Reasons) {
		return 0, enforcement.Refuse("resumption.reasons")
	}
	if !ground.Named(c.Paper) || !c.Paper.ID.IsZero() { // it is of no one case, and comes with the act
		return 0, ground.MissingPaper(ground.FieldDocument, paper.Confirmation)
	}
	_, err = r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		restoration, err := r.reconciled(ctx, tx)
		if err != nil {
			return nil, err
		}
		ids, err := c.pick(ctx, tx, act, restoration)
		if err != nil {
			return nil, err
		}
		decision, err := r.Papers.Keep(tx, act, paper.Holder{Owner: act.Actor.Organisation, Serves: restoration.ID}, paper.Confirmation, c.Paper)
		if err != nil {
			return nil, err
		}
		today := r.Record.Today(act.At)
		ground.Confirm(tx, ids...)
		docket.CloseTasksOf(tx, ids, ground.TaskRestored, "confirmed", today)
		confirmed = len(ids)
		return &record.Event{
			Kind: EventConfirmed, RefersTo: restoration.ID, Day: today, Grounds: ids, DocumentHash: decision.Hash,
		}, nil
	})
	return confirmed, err
}

// reconciled is the open restoration, once everybody has said what they hold: what
// recipients say is part of what an owner must have before the eyes.
func (r *Restorer) reconciled(ctx context.Context, tx *pg.Tx) (restoration hold.Unreconciled, err error) {
	if restoration, err = hold.OpenRestoration(ctx, tx); err != nil {
		return restoration, err
	}
	open, err := hold.Unanswered(ctx, tx, restoration)
	if err == nil && open > 0 {
		err = enforcement.Refuse("restore.not-reconciled", "count", strconv.Itoa(open))
	}
	return restoration, err
}

// pick locks the list, and says what of it is confirmed.
func (c *Confirmation) pick(ctx context.Context, tx *pg.Tx, act enforcement.Act, restoration hold.Unreconciled) (ids []enforcement.ID, err error) {
	p := part{act.Actor.Organisation, c.After, bounded(c.Limit)}
	tx.Later(p.of(tx.NewSelect().ColumnExpr("1")).For("NO KEY UPDATE"), "lock what organisation %d confirms", p.owner)
	rows, err := p.read(ctx, tx)
	if err != nil {
		return nil, err
	}
	if hashOf(restoration.ID, p.owner, rows) != c.Hash {
		return nil, enforcement.Refuse("confirmation.changed")
	}
	known := 0
	for i := range rows {
		switch row := &rows[i]; {
		case slices.Contains(c.Except, row.ID):
			known++
		case row.Doubted:
			return nil, enforcement.Refuse("confirmation.doubted", "ground", row.ID.String())
		case row.DraftedBy == act.Actor.ID:
			return nil, enforcement.Refuse("confirmation.second-person", "ground", row.ID.String())
		default:
			ids = append(ids, row.ID)
		}
	}
	switch {
	case known != len(c.Except):
		return nil, enforcement.Refuse("confirmation.except")
	case len(ids) == 0:
		return nil, enforcement.Refuse("confirmation.nothing")
	}
	return ids, nil
}
