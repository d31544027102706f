package enforcement

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/memoranda/day"
)

// inForce is what the directives of a ground take from it. It was read under the
// ground's lock, in the transaction that writes them.
type inForce struct {
	id, subject ID
	until       day.Day
}

// The columns in the order of copyDirectives.
const copyStatement = `COPY directive (id, subject_id, ground_id, organisation_id, plan_id, ground_kind, step, valid_until, due, measures) FROM STDIN (FORMAT binary)`

const (
	copyColumns = 10
	copyRowSize = 192 // bytes, about: a row of some ten measures
	oidInt2     = 21
)

// epoch is the day from which PostgreSQL counts dates.
var epoch = day.Of(2000, time.January, 1)

// copyDirectives writes one directive for each ground and line of the plan, in
// that order, with ids in the same order, at the given step: Queued is due, and
// nothing else. It speaks PostgreSQL's binary COPY
// (manual, "COPY: Binary Format") by itself: measured side by side, INSERT …
// SELECT reached a half to two thirds of the limit, this about eight tenths.
func copyDirectives(ctx context.Context, t pgx.Tx, p plan, kind string, grounds []inForce, ids []ID, step Step) error {
	tails := make([][]byte, len(p.lines))
	for i, line := range p.lines {
		tails[i] = appendSmalls(nil, line.measures)
	}
	buf := make([]byte, 0, 32+len(ids)*copyRowSize)
	buf = append(buf, "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000"...)
	for g, ground := range grounds {
		for i, line := range p.lines {
			id := ids[g*len(p.lines)+i]
			buf = binary.BigEndian.AppendUint16(buf, copyColumns)
			buf = appendField(buf, id[:])
			buf = appendField(buf, ground.subject[:])
			buf = appendField(buf, ground.id[:])
			buf = appendInt32(buf, int32(line.organisation))
			buf = appendInt32(buf, p.id)
			buf = appendField(buf, []byte(kind))
			buf = appendField(buf, []byte(step))
			buf = appendDay(buf, ground.until)
			buf = appendFlag(buf, step == Queued)
			buf = append(buf, tails[i]...)
		}
	}
	buf = binary.BigEndian.AppendUint16(buf, math.MaxUint16) // the trailer, -1
	tag, err := t.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(buf), copyStatement)
	if err != nil {
		return fmt.Errorf("copy %d directives: %w", len(ids), err)
	}
	if tag.RowsAffected() != int64(len(ids)) {
		return fmt.Errorf("copy %d directives: %d arrived", len(ids), tag.RowsAffected())
	}
	return nil
}

func appendLength(buf []byte, n int32) []byte {
	return binary.BigEndian.AppendUint32(buf, uint32(n)) //nolint:gosec // two's complement, as the format has it
}

func appendField(buf, value []byte) []byte {
	return append(appendLength(buf, int32(len(value))), value...) //nolint:gosec // a few bytes
}

func appendInt32(buf []byte, n int32) []byte { return appendLength(appendLength(buf, 4), n) }

// appendDay writes a date, NULL for none.
func appendDay(buf []byte, d day.Day) []byte {
	if d.IsZero() {
		return appendLength(buf, -1)
	}
	return appendInt32(buf, int32(d-epoch))
}

// appendFlag writes a boolean.
func appendFlag(buf []byte, flag bool) []byte {
	if flag {
		return append(appendLength(buf, 1), 1)
	}
	return append(appendLength(buf, 1), 0)
}

// appendSmalls writes a smallint[] of one dimension.
func appendSmalls(buf []byte, set []int16) []byte {
	const head = 5 * 4
	n := int32(len(set)) //nolint:gosec // a few numbers
	buf = appendLength(buf, head+n*(4+2))
	for _, word := range []int32{1, 0, oidInt2, n, 1} { // dimensions, nulls, type, length, first index
		buf = appendLength(buf, word)
	}
	for _, m := range set {
		buf = binary.BigEndian.AppendUint16(appendLength(buf, 2), uint16(m)) //nolint:gosec // two's complement
	}
	return buf
}
