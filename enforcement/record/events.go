package record

import (
	"context"
	"fmt"
	"time"

	"concordat/enforcement"
	"concordat/internal/pg"
	pgbinary "concordat/internal/pg/binary"
)

// insertEvent writes one event; see [Event.args].
const insertEvent = `INSERT INTO event (id, kind, at, recorded_at, actor, role, organisation_id, act_key,
    subject_id, ground_id, refers_to, plan_id, day, reason, legal_basis,
    document_hash, directives, versions, outcomes, measures, until, grounds, untils)
  VALUES ($1, $2, $3, $4, $5, $6, nullif($7, 0), nullif($8, ''), $9, $10, $11, nullif($12, 0), $13::date, nullif($14, ''), nullif($15, ''),
    $16, $17, $18, $19, $20, $21::date, $22, $23)`

// args are the parameters of [insertEvent].
func (e *Event) args(act enforcement.Act, machine time.Time) []any {
	return []any{
		e.ID, e.Kind, act.At.UTC(), machine, act.Actor.ID, act.Actor.Role, int32(act.Actor.Organisation), e.Key,
		e.Subject, e.Ground, e.RefersTo, e.Plan, e.Day, e.Reason, e.LegalBasis,
		e.DocumentHash, e.Directives, e.Versions, e.Outcomes, e.Measures, e.Until, e.Grounds, e.Untils,
	}
}

// LogIn is [Record.Log] for deliveries, which are many: the statement is prepared, and
// travels by itself.
func (r *Record) LogIn(ctx context.Context, tx *pg.Tx, act enforcement.Act, e *Event) error {
	if e.ID.IsZero() {
		e.ID = enforcement.NewID()
	}
	if _, err := tx.Pgx().Exec(ctx, insertEvent, e.args(act, r.Machine())...); err != nil {
		return fmt.Errorf("log %s: %w", e.Kind, err)
	}
	return nil
}

const insertGroundEvents = `INSERT INTO event (id, kind, at, recorded_at, actor, role, organisation_id, act_key,
    subject_id, ground_id, plan_id, day, legal_basis, until,
    directives, refers_to, document_hash)
  SELECT ($3::uuid[])[u.n], $4, $5, $6, $7, $8, nullif($9, 0),
    CASE WHEN $10 = '' THEN NULL WHEN $15::boolean THEN $10 ELSE $10 || '/' || g.id END,
    g.subject_id, g.id, $11, $12::date, $13, g.valid_until,
    ($2::uuid[])[(u.n - 1) * $14 + 1 : u.n * $14], $16::uuid, $17::bytea
  FROM unnest($1::uuid[]) WITH ORDINALITY AS u (id, n) JOIN ground g ON g.id = u.id ORDER BY u.n`

// LogMany appends one event for each ground of e by one statement. The directives of
// e are theirs in turn, of each as many. With a key e is the event of the whole
// act and carries the act's own; without one each carries the act's and its ground.
func (r *Record) LogMany(ctx context.Context, tx *pg.Tx, act enforcement.Act, e Event) error {
	width := len(e.Directives) / max(len(e.Grounds), 1)
	_, err := tx.Pgx().Exec(ctx, insertGroundEvents, e.Grounds, e.Directives, enforcement.NewIDs(len(e.Grounds)), e.Kind, act.At.UTC(), r.Machine(), act.Actor.ID, act.Actor.Role, int32(act.Actor.Organisation),
		act.Key, e.Plan, e.Day, e.LegalBasis, width, e.Key != "", e.RefersTo, e.DocumentHash)
	if err != nil {
		return fmt.Errorf("log %s of %d grounds: %w", e.Kind, len(e.Grounds), err)
	}
	return nil
}

// LogBeside makes the statement that appends an event together with a row of the
// caller's: both, or where the condition free does not hold neither. The caller's
// INSERT takes its row FROM free; its own parameters are numbered from 12, and those
// before are id, kind, at, recorded_at, actor, role, organisation_id, reason,
// document_hash, directives and versions of the event.
func (r *Record) LogBeside(act enforcement.Act, e Event, free, insert string, args ...any) (sql string, all []any) {
	sql = `WITH free AS (SELECT WHERE ` + free + `),
  e AS (INSERT INTO event (id, kind, at, recorded_at, actor, role, organisation_id, reason, document_hash, directives, versions)
    SELECT $1, $2, $3::timestamptz, $4, $5, $6, $7::integer, $8, $9, $10, $11 FROM free)
  ` + insert
	return sql, append([]any{
		e.ID, e.Kind, act.At.UTC(), r.Machine(), act.Actor.ID, act.Actor.Role, act.Actor.Organisation, e.Reason,
		e.DocumentHash, e.Directives, e.Versions,
	}, args...)
}

// Copy appends events by one COPY. They have a day and a basis, and name no directives.
func (r *Record) Copy(ctx context.Context, tx *pg.Tx, act enforcement.Act, events []Event) error {
	c := pgbinary.NewCopier(13, `COPY event (id, kind, at, recorded_at, actor, role, organisation_id, subject_id, ground_id, refers_to, day, reason, legal_basis) FROM STDIN (FORMAT binary)`)
	machine := r.Machine()
	for i := range events {
		e := &events[i]
		c.Row()
		c.ID(enforcement.NewID())
		c.Text(string(e.Kind))
		c.Instant(act.At)
		c.Instant(machine)
		c.Text(act.Actor.ID)
		c.Text(string(act.Actor.Role))
		c.Int4(int32(act.Actor.Organisation))
		c.ID(e.Subject)
		c.ID(e.Ground)
		c.ID(e.RefersTo)
		c.Day(e.Day)
		c.TextOrNull(e.Reason)
		c.Text(e.LegalBasis)
	}
	return c.Send(ctx, tx.Pgx())
}
