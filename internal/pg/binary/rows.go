package pgbinary

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/memoranda/day"
)

// Row begins a row.
func (c *Copier) Row() {
	if c.buf == nil {
		c.buf = append(make([]byte, 0, 1<<18), "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000"...)
	}
	c.buf = binary.BigEndian.AppendUint16(c.buf, c.columns)
	c.rows++
}

// ID writes a uuid, NULL for the zero one.
func (c *Copier) ID(ID [16]byte) {
	if ID == [16]byte{} {
		c.Null()
		return
	}
	c.buf = AppendField(c.buf, ID[:])
}

// Bytes writes a bytea.
func (c *Copier) Bytes(value []byte) { c.buf = AppendField(c.buf, value) }

// Text writes a text.
func (c *Copier) Text(value string) {
	c.buf = append(AppendLength(c.buf, int32(len(value))), value...) //nolint:gosec // a field of a bounded row
}

// TextOrNull writes a text, NULL for the empty one.
func (c *Copier) TextOrNull(value string) {
	if value == "" {
		c.Null()
		return
	}
	c.Text(value)
}

// Null writes NULL.
func (c *Copier) Null() { c.buf = AppendLength(c.buf, -1) }

// Int2 writes a smallint.
func (c *Copier) Int2(n int16) {
	c.buf = binary.BigEndian.AppendUint16(AppendLength(c.buf, 2), uint16(n)) //nolint:gosec // two's complement
}

// Int4 writes an integer.
func (c *Copier) Int4(n int32) { c.buf = AppendInt32(c.buf, n) }

// Int8 writes a bigint.
func (c *Copier) Int8(n int64) {
	c.buf = binary.BigEndian.AppendUint64(AppendLength(c.buf, 8), uint64(n)) //nolint:gosec // two's complement
}

// Boolean writes a boolean.
func (c *Copier) Boolean(b bool) { c.buf = AppendFlag(c.buf, b) }

// Day writes a date, NULL for none.
func (c *Copier) Day(d day.Day) { c.buf = AppendDay(c.buf, d) }

// Instant writes a timestamptz.
func (c *Copier) Instant(t time.Time) { c.Int8(t.UnixMicro() - zeroMicros) }

// Texts writes a text[] of one dimension.
func (c *Copier) Texts(list ...string) {
	const oidText = 25
	n := 5 * 4
	for _, s := range list {
		n += 4 + len(s)
	}
	c.buf = AppendLength(c.buf, int32(n))
	for _, word := range []int32{1, 0, oidText, int32(len(list)), 1} { //nolint:gosec // a few words
		c.buf = AppendLength(c.buf, word)
	}
	for _, s := range list {
		c.Text(s)
	}
}

// JSON writes a jsonb: its version, and the text.
func (c *Copier) JSON(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write a column: %w", err)
	}
	c.buf = append(AppendLength(c.buf, int32(1+len(text))), 1) //nolint:gosec // a few words
	c.buf = append(c.buf, text...)
	return nil
}

// Send copies the rows, if there are any.
func (c *Copier) Send(ctx context.Context, t pgx.Tx) error {
	if c.rows == 0 {
		return nil
	}
	c.buf = binary.BigEndian.AppendUint16(c.buf, math.MaxUint16) // the trailer, -1
	tag, err := t.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(c.buf), c.statement)
	if err != nil {
		return fmt.Errorf("%.40s…: %w", c.statement, err)
	}
	if tag.RowsAffected() != c.rows {
		return fmt.Errorf("%.40s…: %d of %d rows arrived", c.statement, tag.RowsAffected(), c.rows)
	}
	return nil
}
