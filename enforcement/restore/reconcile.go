package restore

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/hold"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// EventReconciled is the act of a reconciliation in the log.
const EventReconciled record.EventKind = "reconciled"

// MaxInventoryPage is how many lines a page of an inventory may have.
const MaxInventoryPage = 1000

// InventoryPage is a part of what an organisation holds: everything with ids
// above After up to its last line, or to the end if it is the Last page.
type InventoryPage struct {
	Organisation enforcement.OrganisationID
	After        enforcement.ID
	// Lines stand in the order of ids, [MaxInventoryPage] at most.
	Lines []directive.InventoryLine
	Last  bool
	// Manner is ReconciledAsked or ReconciledFile.
	Manner string
	// By is the program that asked; who hands a file in answers for it with the own
	// staff number.
	By string
}

// ReconcilePage compares one page of what an organisation holds with the restored
// record and puts right what differs, always in the subject's favour:
//
//   - what the record does not know, or has withdrawn in an older version, is
//     withdrawn there by a version of its own (an orphan, sent like any lifting);
//   - what was withdrawn there is withdrawn in the record too, as acknowledged;
//     its ground is suspended everywhere and the court gets a task;
//   - what is held in a newer version may have been lifted since: its ground is
//     suspended in the same way;
//   - what the record has queued and is held at that very version is delivered;
//   - a lifting that was acknowledged and is not held is sent again.
//
// Nothing is ever imposed by it. A page that was done before changes nothing. The
// department's reviewer may for the own organisation, the operator and the system only
// with what its system answered.
func (r *Restorer) ReconcilePage(ctx context.Context, act enforcement.Act, page InventoryPage) (Reconciliation, error) {
	act, org, err := reconciles(act, page.Organisation, page.Manner)
	if err != nil {
		return Reconciliation{}, err
	}
	page.Organisation = org
	if page.By == "" || page.Manner != ReconciledAsked {
		page.By = act.Actor.ID
	}
	if err := page.check(); err != nil {
		return Reconciliation{}, err
	}
	var after Reconciliation
	_, err = r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		restoration, c, err := r.beginReconciliation(ctx, tx, page.Organisation, page.Manner, nil)
		if err != nil {
			return nil, err
		}
		after = c
		if c.Done() || bytes.Compare(page.After[:], c.Reached[:]) < 0 {
			return nil, nil //nolint:nilnil // done before: no act
		}
		if page.After != c.Reached {
			return nil, enforcement.Refuse("reconciliation.page", "reached", c.Reached.String())
		}
		w := &comparison{r: r, act: act, page: page, restoration: restoration, event: &record.Event{Kind: EventReconciled, RefersTo: restoration.ID, Reason: page.Manner, Day: r.Record.Today(act.At)}}
		if err := w.run(ctx, tx); err != nil {
			return nil, err
		}
		after, err = r.advance(ctx, tx, page, restoration, w.corrected())
		return w.event, err
	})
	if err == nil && after.Organisation == 0 { // the act was done under its key before
		after, err = r.reconciliation(ctx, org)
	}
	return after, err
}

func (r *Restorer) reconciliation(ctx context.Context, org enforcement.OrganisationID) (Reconciliation, error) {
	list, err := r.Reconciliations(ctx)
	if err != nil {
		return Reconciliation{}, err
	}
	for _, c := range list {
		if c.Organisation == org {
			return c, nil
		}
	}
	return Reconciliation{}, enforcement.Refuse("organisation.unknown")
}

// ReconcileStated records a reviewer's statement that nothing newer came to the own
// organisation (org, or 0) than the record shows; for who has no system to ask. Nobody
// states it for another. The statement is kept as a keyed hash.
func (r *Restorer) ReconcileStated(ctx context.Context, act enforcement.Act, org enforcement.OrganisationID, statement string) (Reconciliation, error) {
	act, org, err := reconciles(act, org, reconciledStated)
	if err != nil {
		return Reconciliation{}, err
	}
	if said := enforcement.Say(statement); !said.Fits(0) || !said.Says(1) {
		return Reconciliation{}, enforcement.Refuse("reconciliation.statement")
	}
	var after Reconciliation
	_, err = r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		hash := r.Record.Vault.DocumentHash([]byte(statement))
		restoration, c, err := r.beginReconciliation(ctx, tx, org, reconciledStated, hash)
		if after = c; err != nil || after.Done() {
			return nil, err
		}
		tx.Later(ofOrganisation(tx.NewUpdate(), restoration, org).Set("manner = ?, statement_hash = ?, done_at = ?, done_by = ?", reconciledStated, hash, r.Record.Machine(), act.Actor.ID),
			"record the statement of organisation %d", org)
		after, err = readReconciliation(ctx, tx, restoration, org)
		return &record.Event{
			Kind: EventReconciled, RefersTo: restoration.ID, Reason: reconciledStated, Day: r.Record.Today(act.At),
		}, err
	})
	if err == nil && after.Organisation == 0 { // as above
		after, err = r.reconciliation(ctx, org)
	}
	return after, err
}

// reconciles says for which organisation somebody may reconcile, and makes the
// act that organisation's, as the log has it. What was not its system's answer nobody
// but its reviewer speaks.
func reconciles(act enforcement.Act, org enforcement.OrganisationID, manner string) (enforcement.Act, enforcement.OrganisationID, error) {
	speak := []enforcement.Role{enforcement.DepartmentReviewer}
	if manner == ReconciledAsked {
		speak = append(speak, enforcement.Operator, enforcement.System)
	}
	if err := act.Check(speak...); err != nil {
		return act, 0, err
	}
	if act.Actor.Role == enforcement.DepartmentReviewer {
		if org != 0 && org != act.Actor.Organisation {
			return act, 0, enforcement.Refuse("not-found")
		}
		return act, act.Actor.Organisation, nil
	}
	if org == 0 {
		return act, 0, enforcement.Refuse("organisation.unknown")
	}
	act.Actor.Organisation = org
	return act, org, nil
}

func (g InventoryPage) check() error {
	before := g.After
	if len(g.Lines) > MaxInventoryPage || (len(g.Lines) == 0 && !g.Last) {
		return enforcement.Refuse("reconciliation.lines")
	}
	for _, line := range g.Lines {
		if bytes.Compare(line.Directive[:], before[:]) <= 0 || line.Version < 1 || (line.Withdrawn && line.Carries) {
			return enforcement.Refuse("reconciliation.lines")
		}
		before = line.Directive
	}
	return nil
}

// beginReconciliation enters the organisation's row, or finds it, and locks it.
func (r *Restorer) beginReconciliation(ctx context.Context, tx *pg.Tx, org enforcement.OrganisationID, manner string, statement []byte) (restoration hold.Unreconciled, c Reconciliation, err error) {
	if restoration, err = hold.OpenRestoration(ctx, tx); err != nil {
		return restoration, c, err
	}
	tx.Later(tx.NewRaw(`INSERT INTO reconciliation (restoration_id, organisation_id, manner, begun_at, statement_hash)
		SELECT ?, id, ?, ?, ? FROM organisation WHERE id = ? ON CONFLICT DO NOTHING`, restoration.ID, manner, r.Record.Machine(), statement, pg.Number(org)),
		"begin to reconcile organisation %d", org)
	tx.Later(tx.NewSelect().Table("reconciliation").ColumnExpr("1").Where("restoration_id = ? AND organisation_id = ?", restoration.ID, pg.Number(org)).For("UPDATE"),
		"lock the reconciliation of organisation %d", org)
	c, err = readReconciliation(ctx, tx, restoration, org)
	return restoration, c, err
}

func readReconciliation(ctx context.Context, tx *pg.Tx, restoration hold.Unreconciled, org enforcement.OrganisationID) (c Reconciliation, err error) {
	err = reconciliations(tx, restoration).Where("o.id = ?", pg.Number(org)).Scan(ctx, &c)
	if errors.Is(err, sql.ErrNoRows) {
		return c, enforcement.Refuse("organisation.unknown")
	}
	if err != nil {
		return c, fmt.Errorf("read the reconciliation of organisation %d: %w", org, err)
	}
	return c, nil
}

// ofOrganisation picks the row of an organisation.
func ofOrganisation(q *bun.UpdateQuery, restoration hold.Unreconciled, org enforcement.OrganisationID) *bun.UpdateQuery {
	return q.Table("reconciliation").Where("restoration_id = ? AND organisation_id = ?", restoration.ID, pg.Number(org))
}

// advance records how far the comparison got.
func (r *Restorer) advance(ctx context.Context, tx *pg.Tx, page InventoryPage, restoration hold.Unreconciled, corrected int) (Reconciliation, error) {
	reached := page.After
	if n := len(page.Lines); n > 0 {
		reached = page.Lines[n-1].Directive
	}
	q := ofOrganisation(tx.NewUpdate(), restoration, page.Organisation).Set("manner = ?, reached = ?", page.Manner, reached).
		Set("checked = checked + ?, corrected = corrected + ?", pg.Number(len(page.Lines)), pg.Number(corrected))
	if page.Last {
		q.Set("done_at = ?, done_by = ?", r.Record.Machine(), page.By)
	} else {
		q.Set("done_at = NULL, done_by = NULL")
	}
	tx.Later(q, "record the reconciliation of organisation %d", page.Organisation)
	return readReconciliation(ctx, tx, restoration, page.Organisation)
}
