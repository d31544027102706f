package restore

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/hold"
	"concordat/enforcement/kinds"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// Finding is what a line of an inventory shows. The numbers stand in the measures
// column of the log's reconciliations.
type Finding int16

// What a comparison can find of a line.
const (
	FoundWithdrawn Finding = 1 // withdrawn there, in force here
	FoundAgain     Finding = 2 // a lifting that must be sent once more
	FoundDelivered Finding = 3 // queued here, held there
	FoundOrphan    Finding = 4 // to be lifted by a version that is no directive's here
)

// compared is what the record has of one directive: its newest version.
type compared struct {
	ID      enforcement.ID        `bun:"id"`
	Ground  enforcement.ID        `bun:"ground_id"`
	Version int16                 `bun:"version"`
	Kind    directive.VersionKind `bun:"kind"`
	Step    directive.Step        `bun:"step"`
}

// verdict is what follows from one line.
type verdict struct {
	find Finding // 0: nothing to write
	// doubt: newer there than here; lost: less there than was acknowledged.
	doubt, lost bool
}

// judge holds the rules, for a directive that the record knows. line is nil where
// the organisation does not hold it.
func judge(have compared, line *directive.InventoryLine, manner string) verdict {
	arrived := have.Step == directive.Delivered || have.Step == directive.Acknowledged
	empty := have.Kind == directive.Withdraw || have.Kind == directive.Suspend
	switch {
	case line == nil && have.Kind == directive.Withdraw:
		// A list made by hand names what is in force; a system keeps its tombstones.
		if arrived && manner == ReconciledAsked {
			return verdict{find: FoundAgain, lost: true}
		}
		return verdict{}
	case line == nil:
		return verdict{lost: arrived && !empty}
	case line.Withdrawn && have.Kind != directive.Withdraw:
		return verdict{find: FoundWithdrawn}
	case line.Version == have.Version && (have.Step == directive.Queued || have.Step == directive.Left) && line.Withdrawn == (have.Kind == directive.Withdraw) && (!line.Carries || !empty):
		return verdict{find: FoundDelivered}
	case line.Withdrawn:
		return verdict{}
	case have.Kind == directive.Withdraw && line.Version >= have.Version:
		return verdict{find: FoundOrphan}
	case line.Version > have.Version, line.Version == have.Version && have.Kind == directive.Suspend && line.Carries:
		return verdict{doubt: true}
	case line.Version < have.Version && empty && (arrived || have.Step == directive.Cancelled):
		return verdict{find: FoundAgain, lost: arrived}
	default:
		return verdict{lost: line.Version < have.Version && arrived}
	}
}

// comparison is the work on one page, within its transaction.
type comparison struct {
	r           *Restorer
	act         enforcement.Act
	page        InventoryPage
	restoration hold.Unreconciled
	event       *record.Event

	lines map[enforcement.ID]*directive.InventoryLine
	have  []compared
	// suspends are the grounds in doubt, in the order of their ids.
	suspends []enforcement.ID
	doubtful map[enforcement.ID][]directive.InventoryLine // of each such ground, the lines that are newer
	lost     []enforcement.ID
	wakes    bool
}

func (w *comparison) corrected() int {
	n := len(w.event.Directives)
	for _, lines := range w.doubtful {
		n += len(lines)
	}
	return n
}

func (w *comparison) run(ctx context.Context, tx *pg.Tx) error {
	w.lines = make(map[enforcement.ID]*directive.InventoryLine, len(w.page.Lines))
	for i := range w.page.Lines {
		w.lines[w.page.Lines[i].Directive] = &w.page.Lines[i]
	}
	if err := w.lock(ctx, tx); err != nil {
		return err
	}
	if err := w.write(ctx, tx); err != nil {
		return err
	}
	for _, groundID := range w.suspends {
		if err := w.suspend(ctx, tx, groundID); err != nil {
			return err
		}
	}
	w.incidents(tx)
	if !w.wakes {
		return nil
	}
	return w.r.Directives.WakeIn(ctx, tx, []directive.WakeUp{{Organisation: w.page.Organisation, Lane: directive.Express}})
}

func (w *comparison) read(ctx context.Context, tx *pg.Tx) error {
	newest := tx.NewSelect().Table("amendment").Column("version", "kind", "step").Where("directive_id = d.id").OrderExpr("version DESC").Limit(1)
	q := tx.NewSelect().TableExpr("directive AS d").Join("LEFT JOIN LATERAL (?) AS a ON true", newest).
		ColumnExpr("d.id, d.ground_id, coalesce(a.version, 1) AS version, coalesce(a.kind::text, 'impose') AS kind, coalesce(a.step, d.step) AS step").
		Where("d.organisation_id = ? AND d.id > ?", pg.Number(w.page.Organisation), w.page.After.Cursor()).OrderExpr("d.id")
	if n := len(w.page.Lines); n > 0 && !w.page.Last {
		q.Where("d.id <= ?", w.page.Lines[n-1].Directive)
	}
	w.have = nil
	if err := q.Scan(ctx, &w.have); err != nil {
		return fmt.Errorf("read what organisation %d shall hold: %w", w.page.Organisation, err)
	}
	return nil
}

// lock finds what will change, locks it (grounds before directives, each in the
// order of ids) and reads it once more. What changes meanwhile only takes lines
// out of it: versions grow, and a withdrawal is final.
func (w *comparison) lock(ctx context.Context, tx *pg.Tx) error {
	if err := w.read(ctx, tx); err != nil {
		return err
	}
	var ids, grounds []enforcement.ID
	for _, c := range w.have {
		v := judge(c, w.lines[c.ID], w.page.Manner)
		if v.find != 0 || v.doubt {
			ids = append(ids, c.ID)
		}
		if v.find == FoundWithdrawn || v.doubt {
			grounds = append(grounds, c.Ground)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	for _, kind := range kinds.All() {
		tx.Later(tx.NewSelect().TableExpr(kind.Rows).ColumnExpr("1").Where("id IN (?)", bun.List(grounds)).Order("id").For("NO KEY UPDATE"), "lock %d cases", len(grounds))
	}
	tx.Later(tx.NewRaw(`SELECT FROM directive WHERE id IN (?)
		OR id IN (SELECT d.id FROM ground g JOIN directive d ON d.subject_id = g.subject_id AND d.ground_id = g.id WHERE g.id IN (?))
		ORDER BY id FOR NO KEY UPDATE`, bun.List(ids), bun.List(grounds)), "lock %d directives", len(ids))
	return w.read(ctx, tx)
}

// note writes a line into the event.
func (w *comparison) note(id enforcement.ID, version int16, step directive.Step, find Finding) {
	e := w.event
	e.Directives, e.Versions = append(e.Directives, id), append(e.Versions, version)
	e.Outcomes, e.Measures = append(e.Outcomes, directive.StepNumber(step)), append(e.Measures, int16(find))
}

// write judges each directive and puts right what needs no ground.
func (w *comparison) write(ctx context.Context, tx *pg.Tx) error {
	w.doubtful = map[enforcement.ID][]directive.InventoryLine{}
	var withdrawn []compared
	known := make(map[enforcement.ID]bool, len(w.have))
	for _, c := range w.have {
		known[c.ID] = true
		line := w.lines[c.ID]
		v := judge(c, line, w.page.Manner)
		if v.lost {
			w.lost = append(w.lost, c.ID)
		}
		if v.doubt {
			w.doubtful[c.Ground] = append(w.doubtful[c.Ground], *line)
			if line.Version >= hold.MaxVersion {
				w.outOfVersions(tx, c.ID)
			}
		}
		if v.doubt || v.find == FoundWithdrawn {
			w.suspends = append(w.suspends, c.Ground)
		}
		switch v.find {
		case FoundWithdrawn:
			withdrawn = append(withdrawn, c)
		case FoundAgain:
			w.sendAgain(tx, c)
		case FoundDelivered:
			w.delivered(tx, c)
		case FoundOrphan:
			w.orphan(tx, *line, max(line.Version, c.Version))
		}
	}
	slices.SortFunc(w.suspends, func(a, b enforcement.ID) int { return bytes.Compare(a[:], b[:]) })
	w.suspends = slices.Compact(w.suspends)
	if err := w.withdraw(ctx, tx, withdrawn); err != nil {
		return err
	}
	return w.unknown(ctx, tx, known)
}

// unknown has what the record does not know withdrawn. What it knows as another
// organisation's is left to an operator.
func (w *comparison) unknown(ctx context.Context, tx *pg.Tx, known map[enforcement.ID]bool) error {
	var ids []enforcement.ID
	for _, line := range w.page.Lines {
		if !known[line.Directive] && !line.Withdrawn {
			ids = append(ids, line.Directive)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var foreign []enforcement.ID
	if err := tx.NewSelect().Table("directive").Column("id").Where("id IN (?)", bun.List(ids)).Scan(ctx, &foreign); err != nil {
		return fmt.Errorf("look for %d unknown directives: %w", len(ids), err)
	}
	for _, id := range ids {
		if slices.Contains(foreign, id) {
			docket.Report(tx, incidentForeign, w.page.Organisation, id, "in the inventory of another organisation", w.r.Record.Machine())
			continue
		}
		line := w.lines[id]
		w.orphan(tx, *line, line.Version)
	}
	return nil
}

// orphan has a directive withdrawn by a version that stands in no amendment.
func (w *comparison) orphan(tx *pg.Tx, line directive.InventoryLine, newest int16) {
	if newest >= hold.MaxVersion {
		w.outOfVersions(tx, line.Directive)
		return
	}
	version := hold.Following(newest, w.restoration.Epoch)
	w.r.Directives.LiftUnknown(tx, w.page.Organisation, w.restoration.ID, line, version)
	w.note(line.Directive, version, directive.Queued, FoundOrphan)
	w.wakes = true
}

// outOfVersions calls an operator: no message can lift what is held there.
func (w *comparison) outOfVersions(tx *pg.Tx, id enforcement.ID) {
	docket.Report(tx, incidentVersion, w.page.Organisation, id, "no version is left to lift it by", w.r.Record.Machine())
}

func (w *comparison) sendAgain(tx *pg.Tx, c compared) {
	w.r.Directives.SendAgain(tx, directive.VersionKey{Directive: c.ID, Version: c.Version})
	w.note(c.ID, c.Version, directive.Queued, FoundAgain)
	w.wakes = true
}

func (w *comparison) delivered(tx *pg.Tx, c compared) {
	w.r.Directives.Arrived(tx, directive.VersionKey{Directive: c.ID, Version: c.Version})
	w.note(c.ID, c.Version, directive.Delivered, FoundDelivered)
}

// withdraw writes the withdrawals that the recipient has carried out already.
func (w *comparison) withdraw(ctx context.Context, tx *pg.Tx, list []compared) error {
	if len(list) == 0 {
		return nil
	}
	ids, versions := make([]enforcement.ID, len(list)), make([]directive.Version, len(list))
	for i, c := range list {
		ids[i] = c.ID
		versions[i] = directive.Version{
			Directive: c.ID, Number: max(hold.Following(c.Version, w.restoration.Epoch), w.lines[c.ID].Version), Organisation: w.page.Organisation,
			Kind: directive.Withdraw, Lane: directive.Express, Step: directive.Acknowledged, Set: []int16{},
		}
		w.note(c.ID, versions[i].Number, directive.Acknowledged, FoundWithdrawn)
	}
	directive.ReplacePending(tx, ids)
	return w.r.Directives.CopyVersions(ctx, tx, 0, versions)
}

// incidents tells an operator what the recipient lost.
func (w *comparison) incidents(tx *pg.Tx) {
	if len(w.lost) > 0 {
		docket.Report(tx, incidentReceiverLost, w.page.Organisation, w.lost[0],
			fmt.Sprintf("restoration %s: %d directives from this one on", w.restoration.ID, len(w.lost)), w.r.Record.Machine())
	}
}

// What a reconciliation can bring to an operator.
const (
	// incidentReceiverLost: a recipient holds less than it acknowledged.
	incidentReceiverLost = "receiver-lost"
	// incidentForeign: a recipient holds what was told to another.
	incidentForeign = "inventory-foreign"
	// incidentVersion: a recipient holds the last version there can be.
	incidentVersion = "inventory-version"
)
