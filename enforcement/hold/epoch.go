package hold

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/uptrace/bun"

	"concordat/enforcement"
)

// epochVersions is how far each restoration makes the versions of directives
// jump: a recipient may hold newer versions than a restored record knows, and
// applies nothing that is not newer than what it holds.
const epochVersions = 1000

// MaxVersion is the greatest version there can be.
const MaxVersion = math.MaxInt16

// Following returns the version that follows newest after k restorations.
func Following(newest, k int16) int16 { return max(newest+1, epochVersions*k+1) }

// Unreconciled is a restoration of the record whose hold stands.
type Unreconciled struct {
	ID    enforcement.ID
	Epoch int16
}

// OpenRestoration reads the newest restoration whose hold stands; older ones are reconciled
// with it, for it is asked what everybody holds.
func OpenRestoration(ctx context.Context, db bun.IDB) (found Unreconciled, err error) {
	err = db.NewSelect().TableExpr("restoration AS r").Column("r.id", "r.epoch").Join("JOIN hold AS h ON h.id = r.hold_id").
		Where("h.ended_at IS NULL").OrderExpr("r.epoch DESC").Limit(1).Scan(ctx, &found)
	if errors.Is(err, sql.ErrNoRows) {
		return found, enforcement.Refuse("restore.none")
	}
	if err != nil {
		return found, fmt.Errorf("look for an open restoration: %w", err)
	}
	return found, nil
}

// Restoring is true while the hold of a restoration stands.
const Restoring = `EXISTS (SELECT FROM hold WHERE ended_at IS NULL AND cause = 'restore')`

// RefuseRestoring refuses to say who is restricted while a restored record is not
// reconciled: it may have lost the end.
func (r *Holds) RefuseRestoring(ctx context.Context) error {
	var stands bool
	if err := r.Record.DB.NewRaw(`SELECT `+Restoring).Scan(ctx, &stands); err != nil {
		return fmt.Errorf("look for a restoration: %w", err)
	}
	if stands {
		return enforcement.Refuse("restore.reconciling")
	}
	return nil
}

// MustReconcile is true of an organisation o that must be asked, because it may hold
// something: it has an endpoint, stands for a body, or was ever sent to. The parts
// go from the cheap to the dear.
const MustReconcile = `(EXISTS (SELECT FROM endpoint e WHERE e.organisation_id = o.id)
  OR EXISTS (SELECT FROM organisation_role p WHERE p.organisation_id = o.id)
  OR EXISTS (SELECT FROM directive d WHERE d.organisation_id = o.id))`

// mayEndRestoreHold refuses to end the hold of a restoration while organisations
// are not reconciled, or anything is not confirmed by its owner. The newest restoration
// counts.
func mayEndRestoreHold(ctx context.Context, db bun.IDB) error {
	restoration, err := OpenRestoration(ctx, db)
	if errors.Is(err, enforcement.Refuse("restore.none")) {
		return nil // somebody placed it by hand
	}
	if err != nil {
		return err
	}
	open, err := Unanswered(ctx, db, restoration)
	if err != nil {
		return err
	}
	if open > 0 {
		return enforcement.Refuse("restore.not-reconciled", "count", strconv.Itoa(open))
	}
	// The schema holds it too (hold_confirmed), and says no number.
	cases, err := db.NewSelect().TableExpr("ground AS g").Where("unconfirmed(g)").Count(ctx)
	if err != nil {
		return fmt.Errorf("count what is unconfirmed: %w", err)
	}
	if cases > 0 {
		return enforcement.Refuse("restore.unconfirmed", "count", strconv.FormatInt(cases, 10))
	}
	return nil
}

// Unanswered counts the organisations that a restoration still has to be reconciled with.
func Unanswered(ctx context.Context, db bun.IDB, restoration Unreconciled) (open int, err error) {
	err = db.NewSelect().TableExpr("organisation AS o").ColumnExpr("count(*)").Where(MustReconcile).
		Where("NOT EXISTS (SELECT FROM reconciliation c WHERE c.restoration_id = ? AND c.organisation_id = o.id AND c.done_at IS NOT NULL)", restoration.ID).Scan(ctx, &open)
	if err != nil {
		return 0, fmt.Errorf("count the organisations to reconcile: %w", err)
	}
	return open, nil
}
