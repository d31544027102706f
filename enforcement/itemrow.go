package enforcement

import (
	"encoding/binary"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/memoranda"
	"concordat/memoranda/day"
)

// itemRow walks the columns of one row of an item as PostgreSQL sends them in
// binary. Every send passes here with each of its directives; pgx's own Scan
// takes three times as long, for it finds out anew what each column is.
type itemRow struct {
	columns [][]byte
	at      int
	err     error
}

// next returns the next column, nil for NULL; size is what it must have, in
// bytes, unless it is 0.
func (r *itemRow) next(size int) []byte {
	if r.at == len(r.columns) {
		r.err = fmt.Errorf("a row of %d columns", len(r.columns))
		return nil
	}
	column := r.columns[r.at]
	r.at++
	if column != nil && size != 0 && len(column) != size {
		r.err = fmt.Errorf("column %d has %d bytes instead of %d", r.at, len(column), size)
		return nil
	}
	return column
}

func (r *itemRow) id() (id [16]byte) {
	copy(id[:], r.next(len(id)))
	return id
}

func (r *itemRow) small() int16 {
	column := r.next(2)
	if column == nil {
		return 0
	}
	return int16(binary.BigEndian.Uint16(column)) //nolint:gosec // smallint is signed
}

func (r *itemRow) integer() int32 {
	column := r.next(4)
	if column == nil {
		return 0
	}
	return int32(binary.BigEndian.Uint32(column)) //nolint:gosec // integer is signed
}

func (r *itemRow) flag() bool {
	column := r.next(1)
	return len(column) == 1 && column[0] == 1
}

// text returns the text of the row before where it is the same.
func (r *itemRow) text(before string) string {
	if column := r.next(0); string(column) != before {
		return string(column)
	}
	return before
}

func (r *itemRow) day() day.Day {
	column := r.next(4)
	if column == nil {
		return 0
	}
	return epoch.AddDays(int(int32(binary.BigEndian.Uint32(column)))) //nolint:gosec // dates are signed
}

// smalls reads an array of smallint of one dimension: their number, flags and
// type; length and lower bound; then each with its size. An empty one has no
// dimension.
func (r *itemRow) smalls() []int16 {
	const head, each = 20, 6
	column := r.next(0)
	if len(column) == 12 && binary.BigEndian.Uint32(column) == 0 {
		return []int16{}
	}
	if len(column) < head || (len(column)-head)%each != 0 || binary.BigEndian.Uint32(column) != 1 || binary.BigEndian.Uint32(column[4:]) != 0 {
		r.err = fmt.Errorf("column %d is no array of smallint", r.at)
		return nil
	}
	set := make([]int16, 0, (len(column)-head)/each)
	for rest := column[head:]; len(rest) > 0; rest = rest[each:] {
		set = append(set, int16(binary.BigEndian.Uint16(rest[4:]))) //nolint:gosec // smallint is signed
	}
	return set
}

// readItems reads rows with the columns of selectDue and opens the identities.
func (r *Register) readItems(rows pgx.Rows, items []Item) ([]Item, error) {
	defer rows.Close()
	var before Item
	kind := "" // as the record has it
	for rows.Next() {
		row := itemRow{columns: rows.RawValues()}
		var i Item
		i.Directive, i.Version = row.id(), row.small()
		kind = row.text(kind)
		i.Measures, i.ValidUntil = row.smalls(), row.day()
		subject, wrapped, sealed := row.id(), row.next(0), row.next(0)
		i.Ground = Ground{
			ID: row.id(), Kind: row.text(before.Ground.Kind), ListType: row.text(before.Ground.ListType), Reference: row.text(before.Ground.Reference),
			DecidedOn: row.day(), Owner: row.text(before.Ground.Owner), CaseNumber: row.text(before.Ground.CaseNumber),
		}
		if row.err != nil {
			return nil, row.err
		}
		i.Kind = VersionKind(kind).Told(memoranda.GroundKind(i.Ground.Kind))
		var err error
		if i.Subject, err = r.openIdentity(subject, wrapped, sealed); err != nil {
			return nil, err
		}
		items = append(items, i)
		before = i
	}
	return items, rows.Err()
}
