package directive

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"concordat/enforcement"
	"concordat/enforcement/plan"
	"concordat/internal/pg"
	pgbinary "concordat/internal/pg/binary"
	"concordat/memoranda/day"
)

// InForce is what the directives of a ground take from it. It was read under the
// ground's lock, in the transaction that writes them.
type InForce struct {
	ID, Subject enforcement.ID
	Until       day.Day
}

// The columns in the order of [Directives.Copy].
const copyStatement = `COPY directive (id, subject_id, ground_id, organisation_id, plan_id, ground_kind, step, valid_until, due, measures) FROM STDIN (FORMAT binary)`

const (
	copyColumns = 10
	copyRowSize = 192 // bytes, about: a row of some ten measures
)

// Copy writes one directive for each ground and line of the plan, in
// that order, with ids in the same order, at the given step: Queued is due, and
// nothing else. It speaks PostgreSQL's binary COPY
// (manual, "COPY: Binary Format") by itself: measured side by side, INSERT …
// SELECT reached a half to two thirds of the limit, this about eight tenths.
func (r *Directives) Copy(ctx context.Context, tx *pg.Tx, p plan.Plan, kind string, grounds []InForce, ids []enforcement.ID, step Step) error {
	tails := make([][]byte, len(p.Shares))
	for i, line := range p.Shares {
		tails[i] = pgbinary.AppendSmalls(nil, line.Measures)
	}
	buf := make([]byte, 0, 32+len(ids)*copyRowSize)
	buf = append(buf, "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000"...)
	for g, ground := range grounds {
		for i, line := range p.Shares {
			id := ids[g*len(p.Shares)+i]
			buf = binary.BigEndian.AppendUint16(buf, copyColumns)
			buf = pgbinary.AppendField(buf, id[:])
			buf = pgbinary.AppendField(buf, ground.Subject[:])
			buf = pgbinary.AppendField(buf, ground.ID[:])
			buf = pgbinary.AppendInt32(buf, int32(line.Organisation))
			buf = pgbinary.AppendInt32(buf, p.ID)
			buf = pgbinary.AppendField(buf, []byte(kind))
			buf = pgbinary.AppendField(buf, []byte(step))
			buf = pgbinary.AppendDay(buf, ground.Until)
			buf = pgbinary.AppendFlag(buf, step == Queued)
			buf = append(buf, tails[i]...)
		}
	}
	buf = binary.BigEndian.AppendUint16(buf, math.MaxUint16) // the trailer, -1
	tag, err := tx.Pgx().Conn().PgConn().CopyFrom(ctx, bytes.NewReader(buf), copyStatement)
	if err != nil {
		return fmt.Errorf("copy %d directives: %w", len(ids), err)
	}
	if tag.RowsAffected() != int64(len(ids)) {
		return fmt.Errorf("copy %d directives: %d arrived", len(ids), tag.RowsAffected())
	}
	return nil
}

// Version is a later version of a directive as it is written; Queued is due, and
// nothing else.
type Version struct {
	Directive    enforcement.ID
	Number       int16
	Organisation enforcement.OrganisationID
	Kind         VersionKind
	Lane         Lane
	Step         Step
	Until        day.Day
	Burdens      bool
	Set          []int16
}

// CopyVersions writes later versions, many at once, that follow a plan (0: none). Who
// writes them holds their directives and has replaced what was pending.
func (r *Directives) CopyVersions(ctx context.Context, tx *pg.Tx, plan int32, list []Version) error {
	c := pgbinary.NewCopier(11, `COPY amendment (directive_id, version, organisation_id, kind, lane, step, valid_until, burdens, due, plan_id, measures) FROM STDIN (FORMAT binary)`)
	for i := range list {
		v := &list[i]
		c.Row()
		c.ID(v.Directive)
		c.Int2(v.Number)
		c.Int4(int32(v.Organisation))
		c.Text(string(v.Kind))
		c.Text(string(v.Lane))
		c.Text(string(v.Step))
		c.Day(v.Until)
		c.Boolean(v.Burdens)
		c.Boolean(v.Step == Queued)
		if plan == 0 {
			c.Null()
		} else {
			c.Int4(plan)
		}
		c.Smalls(v.Set)
	}
	if err := c.Send(ctx, tx.Pgx()); err != nil {
		return fmt.Errorf("copy %d versions: %w", len(list), err)
	}
	return nil
}
