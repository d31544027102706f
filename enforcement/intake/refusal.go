package intake

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/pg"
)

// Refusal is a row that was not taken.
type Refusal struct {
	// Line is where the row begins in the file, from 1.
	Line int64 `json:"line"`
	// Field is the column as the courts' published records name it; "" where
	// the whole row is meant.
	Field string `json:"field,omitempty"`
	Code  string `json:"code"`
	// Args are codes, dates and numbers, never personal data.
	Args map[string]string `json:"args,omitempty"`
	// Raw are the row's cells, for the file beside the input only.
	Raw []string `json:"-"`
}

// refusalRow is a refused row as it is kept.
type refusalRow struct {
	bun.BaseModel `bun:"table:import_refusal"`

	Import enforcement.ID    `bun:"import_id"`
	Line   int64             `bun:"line"`
	Field  string            `bun:"field"`
	Code   string            `bun:"code"`
	Args   map[string]string `bun:"args,type:jsonb,nullzero"`
}

// Refusals lists the refused rows of a run of the actor's court by line,
// from after on.
func (r *Intake) Refusals(ctx context.Context, act enforcement.Act, id enforcement.ID, after int64, limit int) ([]Refusal, error) {
	if _, err := r.Get(ctx, act, id); err != nil {
		return nil, err
	}
	var rows []refusalRow
	if err := r.Record.DB.NewSelect().Model(&rows).Where("import_id = ? AND line > ?", id, pg.Number(after)).Order("line").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list the refusals of import %s: %w", id, err)
	}
	list := make([]Refusal, len(rows))
	for i, f := range rows {
		list[i] = Refusal{Line: f.Line, Field: f.Field, Code: f.Code, Args: f.Args}
	}
	return list, nil
}

func (w *importWriter) storeRefusals(tx *pg.Tx) {
	if len(w.refusals) == 0 {
		return
	}
	rows := make([]refusalRow, len(w.refusals))
	for i, f := range w.refusals {
		rows[i] = refusalRow{Import: w.run.ID, Line: f.Line, Field: f.Field, Code: f.Code, Args: f.Args}
	}
	tx.Later(tx.NewInsert().Model(&rows).On("CONFLICT DO NOTHING"), "store the refusals of import %s", w.run.ID)
}
