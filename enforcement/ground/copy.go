package ground

import (
	"context"

	"concordat/internal/pg"
	pgbinary "concordat/internal/pg/binary"
)

// Copy enters grounds that are not in force yet by one COPY.
func (r *Grounds) Copy(ctx context.Context, tx *pg.Tx, list []NewGround) error {
	c := pgbinary.NewCopier(9, `COPY ground (id, kind, list_type, subject_id, organisation_id, case_id, reference, decided_on, valid_until) FROM STDIN (FORMAT binary)`)
	for i := range list {
		g := &list[i]
		c.Row()
		c.ID(g.ID)
		c.Text(string(g.Kind))
		c.Text(g.ListType)
		c.ID(g.Subject)
		c.Int4(int32(g.Owner))
		c.ID(g.ExecutionCase)
		c.Text(g.Reference)
		c.Day(g.DecidedOn)
		c.Day(g.Until)
	}
	return c.Send(ctx, tx.Pgx())
}
