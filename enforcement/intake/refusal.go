package intake

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
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

// Refusals lists the refused rows of a run of the actor's court by line,
// from after on.
func (r *Intake) Refusals(ctx context.Context, act enforcement.Act, id enforcement.ID, after int64, limit int) ([]Refusal, error) {
	if _, err := r.Get(ctx, act, id); err != nil {
		return nil, err
	}
	rows, err := r.Record.DB.Pool.Query(ctx, `SELECT line, field, code, args FROM import_refusal WHERE import_id = $1 AND line > $2 ORDER BY line LIMIT $3`, id, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list the refusals of import %s: %w", id, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Refusal, error) {
		var f Refusal
		err := row.Scan(&f.Line, &f.Field, &f.Code, &f.Args)
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the refusals of import %s: %w", id, err)
	}
	return list, nil
}

func (w *importWriter) storeRefusals(ctx context.Context, t pgx.Tx) error {
	n := len(w.refusals)
	lines, fields, codes, args := make([]int64, n), make([]string, n), make([]string, n), make([]*string, n)
	for i, f := range w.refusals {
		lines[i], fields[i], codes[i] = f.Line, f.Field, f.Code
		if len(f.Args) > 0 {
			text, err := json.Marshal(f.Args)
			if err != nil {
				return fmt.Errorf("write the arguments of a refusal: %w", err)
			}
			args[i] = new(string(text))
		}
	}
	_, err := t.Exec(ctx, `INSERT INTO import_refusal (import_id, line, field, code, args)
		SELECT $1, l, f, c, a::jsonb FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) AS u (l, f, c, a) ON CONFLICT DO NOTHING`, w.run.ID, lines, fields, codes, args)
	if err != nil {
		return fmt.Errorf("store the refusals of import %s: %w", w.run.ID, err)
	}
	return nil
}
