package pgbinary

import (
	"encoding/binary"
	"fmt"

	"concordat/memoranda/day"
)

// Row walks the columns of one row of an item as PostgreSQL sends them in
// binary. Every send passes here with each of its directives; pgx's own Scan
// takes three times as long, for it finds out anew what each column is.
type Row struct {
	Columns [][]byte
	At      int
	Err     error
}

// Next returns the next column, nil for NULL; size is what it must have, in
// bytes, unless it is 0.
func (r *Row) Next(size int) []byte {
	if r.At == len(r.Columns) {
		r.Err = fmt.Errorf("a row of %d columns", len(r.Columns))
		return nil
	}
	column := r.Columns[r.At]
	r.At++
	if column != nil && size != 0 && len(column) != size {
		r.Err = fmt.Errorf("column %d has %d bytes instead of %d", r.At, len(column), size)
		return nil
	}
	return column
}

// ID reads a uuid, zero for NULL.
func (r *Row) ID() (ID [16]byte) {
	copy(ID[:], r.Next(len(ID)))
	return ID
}

// Small reads a smallint, 0 for NULL.
func (r *Row) Small() int16 {
	column := r.Next(2)
	if column == nil {
		return 0
	}
	return int16(binary.BigEndian.Uint16(column)) //nolint:gosec // smallint is signed
}

// Integer reads an integer, 0 for NULL.
func (r *Row) Integer() int32 {
	column := r.Next(4)
	if column == nil {
		return 0
	}
	return int32(binary.BigEndian.Uint32(column)) //nolint:gosec // integer is signed
}

// Flag reads a boolean, false for NULL.
func (r *Row) Flag() bool {
	column := r.Next(1)
	return len(column) == 1 && column[0] == 1
}

// Text returns the text of the row before where it is the same.
func (r *Row) Text(before string) string {
	if column := r.Next(0); string(column) != before {
		return string(column)
	}
	return before
}

// Day reads a date, none for NULL.
func (r *Row) Day() day.Day {
	column := r.Next(4)
	if column == nil {
		return 0
	}
	return zeroDay.AddDays(int(int32(binary.BigEndian.Uint32(column)))) //nolint:gosec // dates are signed
}

// Smalls reads an array of smallint of one dimension: their number, flags and
// type; length and lower bound; then each with its size. An empty one has no
// dimension.
func (r *Row) Smalls() []int16 {
	const head, each = 20, 6
	column := r.Next(0)
	if len(column) == 12 && binary.BigEndian.Uint32(column) == 0 {
		return []int16{}
	}
	if len(column) < head || (len(column)-head)%each != 0 || binary.BigEndian.Uint32(column) != 1 || binary.BigEndian.Uint32(column[4:]) != 0 {
		r.Err = fmt.Errorf("column %d is no array of smallint", r.At)
		return nil
	}
	set := make([]int16, 0, (len(column)-head)/each)
	for rest := column[head:]; len(rest) > 0; rest = rest[each:] {
		set = append(set, int16(binary.BigEndian.Uint16(rest[4:]))) //nolint:gosec // smallint is signed
	}
	return set
}
