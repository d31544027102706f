package intake

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/pg"
)

// FileRemark is told of a file, or of a row that was taken all the same: a person should look.
type FileRemark struct {
	// Number counts the remarks of a run, from 1.
	Number int64 `json:"number"`
	// Line is where the row begins in the file, from 1; 0 where the file is meant.
	Line int64 `json:"line,omitempty"`
	// Field is the column as the courts' published records name it; "" for none.
	Field string `json:"field,omitempty"`
	Code  string `json:"code"`
	// Args are codes and numbers, never personal data.
	Args map[string]string `json:"args,omitempty"`

	raw []string // the row's cells, for the file beside the input only
}

// remarkRow is a remark as it is kept.
type remarkRow struct {
	bun.BaseModel `bun:"table:import_remark"`

	Import enforcement.ID    `bun:"import_id"`
	Number int64             `bun:"number"`
	Line   int64             `bun:"line"`
	Field  string            `bun:"field"`
	Code   string            `bun:"code"`
	Args   map[string]string `bun:"args,type:jsonb,nullzero"`
}

// Remarks lists what is told of a run of the actor's court by number, from after on.
func (r *Intake) Remarks(ctx context.Context, act enforcement.Act, id enforcement.ID, after int64, limit int) ([]FileRemark, error) {
	if _, err := r.Get(ctx, act, id); err != nil {
		return nil, err
	}
	var rows []remarkRow
	if err := r.Record.DB.NewSelect().Model(&rows).Where("import_id = ? AND number > ?", id, pg.Number(after)).Order("number").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list the remarks on import %s: %w", id, err)
	}
	list := make([]FileRemark, len(rows))
	for i, k := range rows {
		list[i] = FileRemark{Number: k.Number, Line: k.Line, Field: k.Field, Code: k.Code, Args: k.Args}
	}
	return list, nil
}

// storeRemarks numbers the batch's remarks behind those of the run.
func (w *importWriter) storeRemarks(tx *pg.Tx) {
	if len(w.remarks) == 0 {
		return
	}
	rows := make([]remarkRow, len(w.remarks))
	for i := range w.remarks {
		w.run.Remarks++
		k := &w.remarks[i]
		k.Number = w.run.Remarks
		rows[i] = remarkRow{Import: w.run.ID, Number: k.Number, Line: k.Line, Field: k.Field, Code: k.Code, Args: k.Args}
	}
	tx.Later(tx.NewInsert().Model(&rows), "store the remarks on import %s", w.run.ID)
}

// beside is what stands in the file beside the input: refusals and remarks, by line.
func (w *importWriter) beside() []Refusal {
	all := slices.Clone(w.refusals)
	for _, k := range w.remarks {
		all = append(all, Refusal{Line: k.Line, Field: k.Field, Code: k.Code, Args: k.Args, Raw: k.raw})
	}
	slices.SortStableFunc(all, func(a, b Refusal) int { return int(a.Line - b.Line) })
	return all
}
