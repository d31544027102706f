package party

import (
	"context"

	"concordat/enforcement"
	"concordat/internal/pg"
	pgbinary "concordat/internal/pg/binary"
)

// Copy enters new subjects and cases by one COPY for each table.
func (r *Parties) Copy(ctx context.Context, tx *pg.Tx, act enforcement.Act, list []Sealed, cases []Case) error {
	subjects := pgbinary.NewCopier(8, `COPY subject (id, kind, envelope, sealed, key_version, created_at, region, namesake) FROM STDIN (FORMAT binary)`)
	lookups := pgbinary.NewCopier(3, `COPY subject_lookup (key_version, hash, subject_id) FROM STDIN (FORMAT binary)`)
	for i := range list {
		s := &list[i]
		subjects.Row()
		subjects.ID(s.ID)
		subjects.Text(string(s.kind))
		subjects.Bytes(s.Wrapped)
		subjects.Bytes(s.identity)
		subjects.Int2(s.keyVersion)
		subjects.Instant(act.At)
		subjects.TextOrNull(s.region)
		if s.namesake == nil {
			subjects.Null()
		} else {
			subjects.Bytes(s.namesake)
		}
		for _, h := range s.Hashes {
			lookups.Row()
			lookups.Int2(h.Version)
			lookups.Bytes(h.Sum)
			lookups.ID(s.ID)
		}
	}
	for _, table := range []*pgbinary.Copier{subjects, lookups, copyCases(cases)} {
		if err := table.Send(ctx, tx.Pgx()); err != nil {
			return err
		}
	}
	return nil
}

// copyCases collects cases for one COPY.
func copyCases(list []Case) *pgbinary.Copier {
	t := pgbinary.NewCopier(6, `COPY execution_case (id, court_id, number, filed_on, basis_document, basis_unit) FROM STDIN (FORMAT binary)`)
	for i := range list {
		c := &list[i]
		t.Row()
		t.ID(c.ID)
		t.Int4(int32(c.Court))
		t.Text(c.Number)
		t.Day(c.FiledOn)
		t.Text(c.BasisDocument)
		t.Text(c.BasisUnit)
	}
	return t
}
