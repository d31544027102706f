package enforcement

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// EventRestored is the act of a restoration in the log.
const EventRestored EventKind = "restored"

// epochVersions is how far each restoration makes the versions of directives
// jump: a recipient may hold newer versions than a restored record knows, and
// applies nothing that is not newer than what it holds.
const epochVersions = 1000

// maxVersion is the greatest version there can be.
const maxVersion = math.MaxInt16

// Following returns the version that follows newest after k restorations.
func following(newest, k int16) int16 { return max(newest+1, epochVersions*k+1) }

// RestoringMark names the table that stands in a database while a backup is
// being brought back into it. It goes with the transaction that places the hold.
const RestoringMark = "concordat_restoring"

// Unfinished reports whether a restore into this database has not come to its
// end: nobody may work on it.
func Unfinished(ctx context.Context, pool *pgxpool.Pool) (bool, error) {
	var marked bool
	if err := pool.QueryRow(ctx, `SELECT to_regclass('public.' || $1) IS NOT NULL`, RestoringMark).Scan(&marked); err != nil {
		return false, fmt.Errorf("look for an unfinished restore: %w", err)
	}
	return marked, nil
}

// refuseUnfinished is Unfinished as a refusal.
func refuseUnfinished(ctx context.Context, pool *pgxpool.Pool) error {
	marked, err := Unfinished(ctx, pool)
	if err == nil && marked {
		err = refuse("restore.unfinished")
	}
	return err
}

// Restoration is one return of the record to an earlier point.
type Restoration struct {
	ID ID `json:"id"`
	// Epoch counts restorations from 1: versions written since are above 1,000
	// times as much.
	Epoch int16 `json:"epoch"`
	// BackupAt is the machine time of the snapshot, RestoredAt of its return.
	BackupAt   time.Time `json:"backup_at"`
	RestoredAt time.Time `json:"restored_at"`
	RestoredBy string    `json:"restored_by"`
	// Hold stands until every organisation is reconciled and a second person ends it.
	Hold ID `json:"hold"`
}

// restoreHoldReason is for everybody to read.
const restoreHoldReason = "数据已恢复到较早时点，核对完成前暂停下发 The record was restored to an earlier point; nothing that burdens leaves before it is reconciled"

// Restored records that the database was brought back from a backup: the
// restoration with the next epoch, the hold on everything and the event commit
// together, and with them what finish does, which takes the mark away. Only an
// operator may. It needs no Register, for none can be made before.
func Restored(ctx context.Context, db *pg.DB, machine func() time.Time, act Act, backupAt time.Time, finish func(ctx context.Context, p pgx.Tx) error) (Restoration, error) {
	if err := act.check(Operator); err != nil {
		return Restoration{}, err
	}
	r := &Register{db: db, machine: machine}
	made := Restoration{ID: NewID(), BackupAt: backupAt.UTC(), RestoredAt: machine(), RestoredBy: act.Actor.ID, Hold: NewID()}
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		err := r.placeHold(ctx, tx, act, made.Hold, NewHold{Scope: HoldEverything, Cause: HoldRestore, Reason: restoreHoldReason})
		if err != nil {
			return nil, err
		}
		err = tx.Pgx(func(p pgx.Tx) error {
			err := p.QueryRow(ctx, `INSERT INTO restoration (id, epoch, backup_at, restored_at, restored_by, hold_id)
				SELECT $1, coalesce(max(epoch), 0) + 1, $2, $3, $4, $5 FROM restoration RETURNING epoch`,
				made.ID, made.BackupAt, made.RestoredAt, made.RestoredBy, made.Hold).Scan(&made.Epoch)
			if err != nil {
				return fmt.Errorf("write the restoration: %w", err)
			}
			if err := doubtServed(ctx, p, r.Today(act.At)); err != nil {
				return err
			}
			return finish(ctx, p)
		})
		return &event{Kind: EventRestored, RefersTo: made.ID, Day: r.Today(act.At), Versions: []int16{made.Epoch}}, err
	})
	return made, err
}

// doubtServed gives the courts a task for every listing that would be published
// by itself on its day: it may have been, and have ended, in the lost time, and
// recipients know nothing of it but ids.
func doubtServed(ctx context.Context, p pgx.Tx, today day.Day) error {
	for _, kind := range Kinds() {
		rows, err := p.Query(ctx, `SELECT id FROM `+kind.Rows+` WHERE state::text = ANY ($1) ORDER BY id FOR NO KEY UPDATE`, kind.Waits)
		if err != nil {
			return fmt.Errorf("look for cases to be published: %w", err)
		}
		waiting, err := pgx.CollectRows(rows, pgx.RowTo[ID])
		if err != nil {
			return fmt.Errorf("look for cases to be published: %w", err)
		}
		if err := giveTasks(ctx, p, waiting, TaskRestored, today); err != nil {
			return err
		}
	}
	return nil
}

// inDoubt says which of the listings wait for the court's word after a restoration.
func inDoubt(ctx context.Context, tx *pg.Tx, listings []ID) (map[ID]bool, error) {
	doubtful := map[ID]bool{}
	err := tx.Pgx(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, `SELECT ground_id FROM task WHERE kind = $2 AND closed_on IS NULL AND ground_id = ANY ($1)`, listings, TaskRestored)
		if err != nil {
			return err
		}
		var id ID
		_, err = pgx.ForEachRow(rows, []any{&id}, func() error {
			doubtful[id] = true
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look which of %d listings a restoration put in doubt: %w", len(listings), err)
	}
	return doubtful, nil
}

// standing is a restoration whose hold stands.
type standing struct {
	id    ID
	epoch int16
}

// selectStanding finds the newest restoration with a hold that stands; older ones
// are reconciled with it, for it is asked what everybody holds.
const selectStanding = `SELECT r.id, r.epoch FROM restoration r JOIN hold h ON h.id = r.hold_id WHERE h.ended_at IS NULL ORDER BY r.epoch DESC LIMIT 1`

func readStanding(ctx context.Context, q pg.Querier) (standing, error) {
	var s standing
	err := q.QueryRow(ctx, selectStanding).Scan(&s.id, &s.epoch)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, refuse("restore.none")
	}
	if err != nil {
		return s, fmt.Errorf("look for a standing restoration: %w", err)
	}
	return s, nil
}

// restoring is true while the hold of a restoration stands.
const restoring = `EXISTS (SELECT FROM hold WHERE ended_at IS NULL AND cause = 'restore')`

// refuseRestoring refuses to say who is restricted while a restored record is not
// reconciled: it may have lost the end.
func (r *Register) refuseRestoring(ctx context.Context) error {
	var stands bool
	if err := r.db.Pool.QueryRow(ctx, `SELECT `+restoring).Scan(&stands); err != nil {
		return fmt.Errorf("look for a restoration: %w", err)
	}
	if stands {
		return refuse("restore.reconciling")
	}
	return nil
}

// Whoever may hold something must be asked: who has an endpoint, stands for a
// body, or was ever sent to. The parts go from the cheap to the dear.
const mustReconcile = `(EXISTS (SELECT FROM endpoint e WHERE e.organisation_id = o.id) OR EXISTS (SELECT FROM organisation_role p WHERE p.organisation_id = o.id)
  OR EXISTS (SELECT FROM directive d WHERE d.organisation_id = o.id))`

// mayEndRestoreHold refuses to end the hold of a restoration while organisations
// are not reconciled. The newest restoration counts.
func mayEndRestoreHold(ctx context.Context, p pgx.Tx) error {
	s, err := readStanding(ctx, p)
	if errors.Is(err, refuse("restore.none")) {
		return nil // somebody placed it by hand
	}
	if err != nil {
		return err
	}
	var open int
	err = p.QueryRow(ctx, `SELECT count(*) FROM organisation o WHERE `+mustReconcile+`
		AND NOT EXISTS (SELECT FROM reconciliation c WHERE c.restoration_id = $1 AND c.organisation_id = o.id AND c.done_at IS NOT NULL)`, s.id).Scan(&open)
	if err != nil {
		return fmt.Errorf("count the organisations to reconcile: %w", err)
	}
	if open > 0 {
		return refuse("restore.not-reconciled", "count", strconv.Itoa(open))
	}
	return nil
}

// The manners of a reconciliation.
const (
	ReconciledAsked  = "asked"  // its system was asked
	ReconciledFile   = "file"   // it handed its inventory in
	ReconciledStated = "stated" // a named officer stated that nothing newer came
)

// Reconciliation is how far what an organisation holds was compared with a
// restored record.
type Reconciliation struct {
	Restoration  ID             `json:"restoration"`
	Organisation OrganisationID `json:"organisation"`
	Slug         string         `json:"slug"`
	// Manner is empty where nothing was begun.
	Manner  string `json:"manner,omitempty"`
	Reached ID     `json:"reached,omitzero"`
	Checked int    `json:"checked"`
	// Corrected counts directives of which the record or the recipient was put right.
	Corrected int       `json:"corrected"`
	DoneAt    time.Time `json:"done_at,omitzero"`
	DoneBy    string    `json:"done_by,omitempty"`
}

// Done reports whether the organisation is reconciled.
func (c Reconciliation) Done() bool { return !c.DoneAt.IsZero() }

const selectReconciliation = `SELECT $1::uuid, o.id, o.slug, coalesce(c.manner, ''), c.reached, coalesce(c.checked, 0), coalesce(c.corrected, 0),
    coalesce(c.done_at, '0001-01-01Z'), coalesce(c.done_by, '')
  FROM organisation o LEFT JOIN reconciliation c ON c.organisation_id = o.id AND c.restoration_id = $1`

func scanReconciliation(row pgx.CollectableRow) (Reconciliation, error) {
	var c Reconciliation
	err := row.Scan(&c.Restoration, &c.Organisation, &c.Slug, &c.Manner, &c.Reached, &c.Checked, &c.Corrected, &c.DoneAt, &c.DoneBy)
	return c, err
}

// Reconciliations lists every organisation that must be reconciled before the
// hold of the newest restoration can end, by id. It refuses restore.none where no
// such hold stands.
func (r *Register) Reconciliations(ctx context.Context) ([]Reconciliation, error) {
	s, err := readStanding(ctx, r.db.Pool)
	if err != nil {
		return nil, err
	}
	rows, err := r.db.Pool.Query(ctx, selectReconciliation+` WHERE c.organisation_id IS NOT NULL OR `+mustReconcile+` ORDER BY o.id`, s.id)
	if err != nil {
		return nil, fmt.Errorf("list the organisations to reconcile: %w", err)
	}
	return pgx.CollectRows(rows, scanReconciliation)
}
