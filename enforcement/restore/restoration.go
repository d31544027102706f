package restore

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// EventRestored is the act of a restoration in the log.
const EventRestored record.EventKind = "restored"

// Restoration is one return of the record to an earlier point.
type Restoration struct {
	ID enforcement.ID `json:"id"`
	// Epoch counts restorations from 1: versions written since are above 1,000
	// times as much.
	Epoch int16 `json:"epoch"`
	// BackupAt is the machine time of the snapshot, RestoredAt of its return.
	BackupAt   time.Time `json:"backup_at"`
	RestoredAt time.Time `json:"restored_at"`
	RestoredBy string    `json:"restored_by"`
	// Hold stands until every organisation is reconciled and a second person ends it.
	Hold enforcement.ID `json:"hold"`
}

// restoreHoldReason is for everybody to read.
const restoreHoldReason = "数据已恢复到较早时点，核对完成前暂停下发 The record was restored to an earlier point; nothing that burdens leaves before it is reconciled"

// Restored records that the database was brought back from a backup: the
// restoration with the next epoch, the hold on everything and the event commit
// together, and with them what finish does, which takes the mark away. By the epoch
// everything that burdens and was decided before is unconfirmed, and every token sleeps.
// Only an operator may. It needs no offices, for none can be opened before.
func Restored(ctx context.Context, db *pg.DB, machine func() time.Time, act enforcement.Act, backupAt time.Time, finish func(ctx context.Context, tx *pg.Tx) error) (Restoration, error) {
	if err := act.Check(enforcement.Operator); err != nil {
		return Restoration{}, err
	}
	records := &record.Record{DB: db, Machine: machine}
	r := &Restorer{Record: records, Holds: &hold.Holds{Record: records}}
	made := Restoration{ID: enforcement.NewID(), BackupAt: backupAt.UTC(), RestoredAt: machine(), RestoredBy: act.Actor.ID, Hold: enforcement.NewID()}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		err := r.Holds.PlaceIn(ctx, tx, act, made.Hold, hold.NewHold{Scope: hold.Everything, Cause: hold.Restore, Reason: restoreHoldReason})
		if err != nil {
			return nil, err
		}
		err = tx.NewRaw(`INSERT INTO restoration (id, epoch, backup_at, restored_at, restored_by, hold_id)
			SELECT ?, coalesce(max(epoch), 0) + 1, ?, ?, ?, ? FROM restoration RETURNING epoch`,
			made.ID, made.BackupAt, made.RestoredAt, made.RestoredBy, made.Hold).Scan(ctx, &made.Epoch)
		if err != nil {
			return nil, fmt.Errorf("write the restoration: %w", err)
		}
		if err := doubtWaiting(ctx, tx, r.Record.Today(act.At)); err != nil {
			return nil, err
		}
		if err := finish(ctx, tx); err != nil {
			return nil, err
		}
		return &record.Event{Kind: EventRestored, RefersTo: made.ID, Day: r.Record.Today(act.At), Versions: []int16{made.Epoch}}, nil
	})
	return made, err
}

// doubtWaiting gives owners a task for everything that was decided and not published: it
// may have been, and have ended, in the lost time, and recipients know nothing of it but
// ids. What is in force gets none: it is confirmed by the list ([Restorer.Confirm]).
func doubtWaiting(ctx context.Context, tx *pg.Tx, today day.Day) error {
	var waiting []enforcement.ID
	if err := tx.NewSelect().TableExpr("ground AS g").Column("g.id").Where("g.state = 'pending' AND unconfirmed(g)").Order("g.id").Scan(ctx, &waiting); err != nil {
		return fmt.Errorf("look for cases to be published: %w", err)
	}
	docket.OpenTasks(tx, waiting, ground.TaskRestored, today)
	return nil
}

// The manners of a reconciliation.
const (
	ReconciledAsked  = "asked"  // its system was asked
	ReconciledFile   = "file"   // it handed its inventory in
	reconciledStated = "stated" // a named officer stated that nothing newer came
)

// Reconciliation is how far what an organisation holds was compared with a
// restored record.
type Reconciliation struct {
	Restoration  enforcement.ID             `json:"restoration"`
	Organisation enforcement.OrganisationID `json:"organisation"`
	Slug         string                     `json:"slug"`
	// Manner is empty where nothing was begun.
	Manner  string         `json:"manner,omitempty"`
	Reached enforcement.ID `json:"reached,omitzero"`
	Checked int            `json:"checked"`
	// Corrected counts directives of which the record or the recipient was put right.
	Corrected int       `json:"corrected"`
	DoneAt    time.Time `json:"done_at,omitzero"`
	DoneBy    string    `json:"done_by,omitempty"`
}

// Done reports whether the organisation is reconciled.
func (c Reconciliation) Done() bool { return !c.DoneAt.IsZero() }

// reconciliations asks how far organisations are, each a [Reconciliation].
func reconciliations(db bun.IDB, restoration hold.Unreconciled) *bun.SelectQuery {
	return db.NewSelect().TableExpr("organisation AS o").
		Join("LEFT JOIN reconciliation AS c ON c.organisation_id = o.id AND c.restoration_id = ?", restoration.ID).
		ColumnExpr("?::uuid AS restoration, o.id AS organisation, o.slug", restoration.ID).
		Column("c.manner", "c.reached", "c.checked", "c.corrected", "c.done_at", "c.done_by")
}

// Reconciliations lists every organisation that must be reconciled before the
// hold of the newest restoration can end, by id. It refuses restore.none where no
// such hold stands.
func (r *Restorer) Reconciliations(ctx context.Context) (list []Reconciliation, err error) {
	restoration, err := hold.OpenRestoration(ctx, r.Record.DB)
	if err != nil {
		return nil, err
	}
	if err := reconciliations(r.Record.DB, restoration).Where("c.organisation_id IS NOT NULL OR "+hold.MustReconcile).OrderExpr("o.id").Scan(ctx, &list); err != nil {
		return nil, fmt.Errorf("list the organisations to reconcile: %w", err)
	}
	return list, nil
}
