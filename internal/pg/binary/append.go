package pgbinary

import (
	"encoding/binary"
	"time"

	"concordat/memoranda/day"
)

const oidInt2 = 21

// zeroDay is the day from which PostgreSQL counts dates.
var zeroDay = day.Of(2000, time.January, 1)

// AppendLength writes the length of a field; -1 is NULL.
func AppendLength(buf []byte, n int32) []byte {
	return binary.BigEndian.AppendUint32(buf, uint32(n)) //nolint:gosec // two's complement, as the format has it
}

// AppendField writes a field: its length and its bytes.
func AppendField(buf, value []byte) []byte {
	return append(AppendLength(buf, int32(len(value))), value...) //nolint:gosec // a few bytes
}

// AppendInt32 writes an integer.
func AppendInt32(buf []byte, n int32) []byte { return AppendLength(AppendLength(buf, 4), n) }

// AppendDay writes a date, NULL for none.
func AppendDay(buf []byte, d day.Day) []byte {
	if d.IsZero() {
		return AppendLength(buf, -1)
	}
	return AppendInt32(buf, int32(d-zeroDay))
}

// AppendFlag writes a boolean.
func AppendFlag(buf []byte, flag bool) []byte {
	if flag {
		return append(AppendLength(buf, 1), 1)
	}
	return append(AppendLength(buf, 1), 0)
}

// AppendSmalls writes a smallint[] of one dimension.
func AppendSmalls(buf []byte, set []int16) []byte {
	const head = 5 * 4
	n := int32(len(set)) //nolint:gosec // a few numbers
	buf = AppendLength(buf, head+n*(4+2))
	for _, word := range []int32{1, 0, oidInt2, n, 1} { // dimensions, nulls, type, length, first index
		buf = AppendLength(buf, word)
	}
	for _, m := range set {
		buf = binary.BigEndian.AppendUint16(AppendLength(buf, 2), uint16(m)) //nolint:gosec // two's complement
	}
	return buf
}
