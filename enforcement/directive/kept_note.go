package directive

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// EventKeptNoted is the act of [Directives.NoteKept] in the log; its reason is the note.
const EventKeptNoted record.EventKind = "kept-noted"

// Note is what who keeps the list says of a measure that a department keeps.
type Note string

// The notes. A dispute stands until the measure is lifted, or kept on something else.
const (
	Noted    Note = "noted"
	Disputed Note = "disputed"
)

// incidentDisputed tells the department that what it keeps is disputed.
const incidentDisputed = "kept-disputed"

// KeptNote is a note on one measure of one directive. Reasons are required of a dispute;
// the department reads them, so they say nothing about a person.
type KeptNote struct {
	Directive enforcement.ID
	Measure   plan.MeasureName
	Note      Note
	Reasons   string
}

func (n *KeptNote) check() error {
	switch {
	case n.Note != Noted && n.Note != Disputed:
		return enforcement.Refuse("kept.note")
	case (n.Note == Disputed || n.Reasons != "") && !shown(n.Reasons, MaxRemedy):
		return enforcement.Refuse("kept.reasons")
	}
	return enforcement.Public("reason", n.Reasons)
}

// noted is the kept measure that a note is about.
type noted struct {
	Ground       enforcement.ID             `bun:"ground_id"`
	Owner        enforcement.OrganisationID `bun:"owner"`
	Organisation enforcement.OrganisationID `bun:"organisation_id"`
	Version      int16                      `bun:"version"`
	By           string                     `bun:"kept_by"`
	Note         Note                       `bun:"note"`
}

// NoteKept says what a reviewer of who keeps the list holds of a measure that a department
// keeps on its own basis: noted, which ends the owner's task, or disputed with reasons, which
// the department and overseers see. Neither changes anything that the department was told,
// nor counts the measure as withdrawn. Who reported the measure does not note it.
func (r *Directives) NoteKept(ctx context.Context, act enforcement.Act, n KeptNote) error {
	if err := act.Check(enforcement.President, enforcement.DepartmentReviewer); err != nil {
		return err
	}
	if err := n.check(); err != nil {
		return err
	}
	measure, ok := r.Plans.MeasureNumber(n.Measure)
	if !ok {
		return enforcement.Refuse("answer.measure", "measure", n.Measure.Slug)
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		today := r.Record.Today(act.At)
		if _, err := tx.Pgx().Exec(ctx, lockDirectives, []enforcement.ID{n.Directive}); err != nil {
			return nil, fmt.Errorf("lock directive %s: %w", n.Directive, err)
		}
		found, err := r.mayNote(ctx, tx, act, n, measure)
		if err != nil {
			return nil, err
		}
		if err := n.write(ctx, tx, act, measure, today); err != nil {
			return nil, err
		}
		if n.Note == Disputed {
			docket.Report(tx, incidentDisputed, found.Organisation, n.Directive, n.Measure.Memorandum+"/"+n.Measure.Slug, r.Record.Machine())
		}
		return &record.Event{
			Kind: EventKeptNoted, Ground: found.Ground, Day: today, Reason: string(n.Note),
			Directives: []enforcement.ID{n.Directive}, Versions: []int16{found.Version}, Measures: []int16{measure},
		}, closeKept(ctx, tx, found.Ground, string(n.Note), today)
	})
	return err
}

// mayNote returns what is noted, for who keeps the list and did not report it.
func (r *Directives) mayNote(ctx context.Context, tx *pg.Tx, act enforcement.Act, n KeptNote, measure int16) (found noted, err error) {
	err = keptRows(tx).ColumnExpr("g.id AS ground_id, g.organisation_id AS owner, d.organisation_id, p.version, coalesce(p.kept_by, '') AS kept_by, coalesce(p.note, '') AS note").
		Where("p.directive_id = ? AND p.measure_id = ?", n.Directive, pg.Number(measure)).Scan(ctx, &found)
	if err != nil {
		return found, enforcement.NotFound(err, "read what is kept")
	}
	switch {
	case found.Owner != act.Actor.Organisation:
		return found, enforcement.Refuse("not-found")
	case found.By == act.Actor.ID:
		return found, enforcement.Refuse("kept.second-person")
	case found.Note == Disputed:
		return found, enforcement.Refuse("kept.disputed")
	}
	return found, nil
}

func (n *KeptNote) write(ctx context.Context, tx *pg.Tx, act enforcement.Act, measure int16, today day.Day) error {
	_, err := tx.NewUpdate().Table("report").Set("note = ?, note_reasons = nullif(?, '')", n.Note, n.Reasons).Set("noted_on = ?, noted_by = ?", today, act.Actor.ID).
		Where("directive_id = ? AND measure_id = ? AND outcome = 'kept'", n.Directive, pg.Number(measure)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note what is kept of directive %s: %w", n.Directive, err)
	}
	return nil
}
