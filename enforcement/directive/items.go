// pgx: what recipients are sent comes in binary, a thousand at a time.

package directive

import (
	"github.com/jackc/pgx/v5"

	pgbinary "concordat/internal/pg/binary"
	"concordat/memoranda"
)

// readItems reads rows with the columns of selectDue and opens the identities.
func (r *Directives) readItems(rows pgx.Rows, items []Item) ([]Item, error) {
	defer rows.Close()
	var before Item
	kind := "" // as the record has it
	for rows.Next() {
		row := pgbinary.Row{Columns: rows.RawValues()}
		var i Item
		i.Directive, i.Version = row.ID(), row.Small()
		kind = row.Text(kind)
		i.Measures, i.ValidUntil = row.Smalls(), row.Day()
		subject, wrapped, sealed := row.ID(), row.Next(0), row.Next(0)
		i.Ground = Ground{
			ID: row.ID(), Kind: row.Text(before.Ground.Kind), ListType: row.Text(before.Ground.ListType), Reference: row.Text(before.Ground.Reference),
			DecidedOn: row.Day(), Owner: row.Text(before.Ground.Owner), CaseNumber: row.Text(before.Ground.CaseNumber),
		}
		if row.Err != nil {
			return nil, row.Err
		}
		i.Kind = VersionKind(kind).Told(memoranda.GroundKind(i.Ground.Kind))
		var err error
		if i.Subject, err = r.Parties.OpenIdentity(subject, wrapped, sealed); err != nil {
			return nil, err
		}
		items = append(items, i)
		before = i
	}
	return items, rows.Err()
}
