package pgbinary_test

import (
	"encoding/binary"
	"fmt"
	"time"

	pgbinary "concordat/internal/pg/binary"
	"concordat/memoranda/day"
)

// A row is written field by field, each with its length before it, and read column by
// column in the same order. Its error is read once, at the end.
func ExampleRow() {
	var buf []byte
	buf = pgbinary.AppendInt32(buf, 42)
	buf = pgbinary.AppendDay(buf, day.Of(2025, time.September, 1))
	buf = pgbinary.AppendDay(buf, 0) // NULL
	buf = pgbinary.AppendSmalls(buf, []int16{3, 7})
	buf = pgbinary.AppendFlag(buf, true)

	row := pgbinary.Row{Columns: columns(buf)}
	fmt.Println(row.Integer(), row.Day(), row.Day().IsZero(), row.Smalls(), row.Flag(), row.Err)

	row.Integer()
	fmt.Println(row.Err)
	// Output:
	// 42 2025-09-01 true [3 7] true <nil>
	// a row of 5 columns
}

// columns cuts fields as the server does before pgx hands them on.
func columns(buf []byte) (list [][]byte) {
	for len(buf) > 0 {
		n := int32(binary.BigEndian.Uint32(buf)) // -1 is NULL
		buf = buf[4:]
		if n < 0 {
			list = append(list, nil)
			continue
		}
		list, buf = append(list, buf[:n]), buf[n:]
	}
	return list
}
