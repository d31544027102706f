package replan

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement/directive"
	pgbinary "concordat/internal/pg/binary"
)

// amended is a later version that a change of plan writes.
type amended struct {
	of      *followed
	version int16
	told
}

// The columns in the order of copyAmendments.
const copyAmendmentsStatement = `COPY amendment (directive_id, version, organisation_id, kind, lane, step, valid_until, burdens, due, plan_id, measures) FROM STDIN (FORMAT binary)`

const (
	copyAmendmentColumns = 11
	copyAmendmentSize    = 160 // bytes, about
)

// copyAmendments writes later versions that follow a plan; see [directive.Copy].
func copyAmendments(ctx context.Context, t pgx.Tx, plan int32, list []amended) error {
	buf := make([]byte, 0, 32+len(list)*copyAmendmentSize)
	buf = append(buf, "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000"...)
	for i := range list {
		v := &list[i]
		until := v.of.until
		if v.kind == directive.Withdraw {
			until = 0
		}
		buf = binary.BigEndian.AppendUint16(buf, copyAmendmentColumns)
		buf = pgbinary.AppendField(buf, v.of.id[:])
		buf = binary.BigEndian.AppendUint16(pgbinary.AppendLength(buf, 2), uint16(v.version)) //nolint:gosec // two's complement
		buf = pgbinary.AppendInt32(buf, int32(v.of.organisation))
		buf = pgbinary.AppendField(buf, []byte(v.kind))
		buf = pgbinary.AppendField(buf, []byte(v.lane))
		buf = pgbinary.AppendField(buf, []byte(v.step))
		buf = pgbinary.AppendDay(buf, until)
		buf = pgbinary.AppendFlag(buf, v.burdens)
		buf = pgbinary.AppendFlag(buf, v.step == directive.Queued)
		buf = pgbinary.AppendInt32(buf, plan)
		buf = pgbinary.AppendSmalls(buf, v.set)
	}
	buf = binary.BigEndian.AppendUint16(buf, math.MaxUint16) // the trailer, -1
	tag, err := t.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(buf), copyAmendmentsStatement)
	if err != nil {
		return fmt.Errorf("copy %d versions: %w", len(list), err)
	}
	if tag.RowsAffected() != int64(len(list)) {
		return fmt.Errorf("copy %d versions: %d arrived", len(list), tag.RowsAffected())
	}
	return nil
}
