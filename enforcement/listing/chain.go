package listing

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/internal/identifier"
	"concordat/internal/pg"
)

// casesOfChain are the cases in which one effective document is executed against one debtor:
// a round that was ended and resumed, a transfer to another court, an application made anew.
// Who enforces a document is the creditor it names or his successor, so the same document
// means the same creditor (docs/open-questions.md). The case itself is always among them.
func casesOfChain(ctx context.Context, tx *pg.Tx, l Listing) ([]enforcement.ID, error) {
	var rows []struct {
		ID       enforcement.ID `bun:"id"`
		Document string         `bun:"basis_document"`
		Unit     string         `bun:"basis_unit"`
	}
	err := tx.NewSelect().TableExpr("execution_case AS c").Column("c.id", "c.basis_document", "c.basis_unit").
		Where("c.id = ? OR c.id IN (SELECT case_id FROM listing WHERE subject_id = ?)", l.Case, l.Subject).Order("c.id").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read the chain of case %s: %w", l.Case, err)
	}
	basis := map[enforcement.ID][2]string{}
	for _, c := range rows {
		basis[c.ID] = [2]string{letters(identifier.NormaliseName(c.Document)), letters(identifier.NormaliseName(c.Unit))}
	}
	var chain []enforcement.ID
	for _, c := range rows {
		if basis[c.ID] == basis[l.Case] {
			chain = append(chain, c.ID)
		}
	}
	return chain, nil
}
