package record

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// EventKind names an act in the log.
type EventKind string

// The acts that several rooms write; each names those of its own.
const (
	EventDrafted    EventKind = "listing-drafted"
	EventTaskClosed EventKind = "task-closed"

	EventRewardRestored EventKind = "reward-restored"
)

// Event is one row of the log, before it has a sequence number.
type Event struct {
	ID           enforcement.ID
	Kind         EventKind
	Key          string
	Subject      enforcement.ID
	Ground       enforcement.ID
	RefersTo     enforcement.ID
	Plan         int32
	Day          day.Day
	Reason       string
	LegalBasis   string
	DocumentHash []byte
	Directives   []enforcement.ID
	Versions     []int16
	Outcomes     []int16
	Measures     []int16
	Until        day.Day
	// Grounds and Untils are those of the lines, where an event makes directives of several grounds.
	Grounds []enforcement.ID
	Untils  []day.Day
}

// insertEvent writes one event; see [Event.args].
const insertEvent = `INSERT INTO event (id, kind, at, recorded_at, actor, role, organisation_id, act_key,
    subject_id, ground_id, refers_to, plan_id, day, reason, legal_basis, document_hash, directives, versions, outcomes, measures, until, grounds, untils)
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

// Log appends the event of an act inside its transaction.
func (r *Record) Log(ctx context.Context, tx *pg.Tx, act enforcement.Act, e Event) error {
	return tx.Lend(func(p pgx.Tx) error {
		if err := r.LogIn(ctx, p, act, &e); err != nil {
			return err
		}
		Traced(ctx, &e)
		return nil
	})
}

// LogIn is [Record.Log] for who works below an act and has its own span.
func (r *Record) LogIn(ctx context.Context, p pgx.Tx, act enforcement.Act, e *Event) error {
	if e.ID.IsZero() {
		e.ID = enforcement.NewID()
	}
	if _, err := p.Exec(ctx, insertEvent, e.args(act, r.Machine())...); err != nil {
		return fmt.Errorf("log %s: %w", e.Kind, err)
	}
	return nil
}

// Entry is a row of the log as overseers read it.
type Entry struct {
	Seq        int64            `json:"seq"`
	ID         enforcement.ID   `json:"id"`
	Kind       EventKind        `json:"kind"`
	At         time.Time        `json:"at"`
	RecordedAt time.Time        `json:"recorded_at"`
	Actor      string           `json:"actor"`
	Role       enforcement.Role `json:"role"`
	Day        day.Day          `json:"day,omitzero"`
	Reason     string           `json:"reason,omitempty"`
	LegalBasis string           `json:"legal_basis,omitempty"`
	Directives int              `json:"directives,omitempty"`
}

// The plans that the directives of a ground followed it to, and how many did.
const selectEvents = `WITH followed AS (
    SELECT f.plan_id, count(DISTINCT f.id) AS n FROM ground g JOIN directive d ON d.subject_id = g.subject_id AND d.ground_id = g.id
    CROSS JOIN LATERAL (SELECT d.id, a.plan_id FROM amendment a WHERE a.directive_id = d.id AND a.plan_id IS NOT NULL
      UNION ALL SELECT d.id, d.plan_id WHERE d.plan_id <> g.plan_id) f WHERE g.id = $1 GROUP BY f.plan_id)
  SELECT seq, id, kind, at, recorded_at, actor, role, day::text, coalesce(reason, ''), coalesce(legal_basis, ''), coalesce(cardinality(directives), 0) FROM event WHERE ground_id = $1
  UNION ALL SELECT e.seq, e.id, e.kind, e.at, e.recorded_at, e.actor, e.role, e.day::text, coalesce(e.reason, ''), coalesce(e.legal_basis, ''), f.n::integer
    FROM followed f CROSS JOIN LATERAL (SELECT seq, id, kind, at, recorded_at, actor, role, day, reason, legal_basis FROM event WHERE kind = 'replanned' AND plan_id = f.plan_id ORDER BY seq DESC LIMIT 1) e
  ORDER BY seq`

// Entries returns the log of one ground, oldest first. Of a change of plan, of which
// one event speaks of many grounds, it is the last one, with the number of the
// ground's own directives.
func (r *Record) Entries(ctx context.Context, ground enforcement.ID) ([]Entry, error) {
	rows, err := r.DB.Pool.Query(ctx, selectEvents, ground)
	if err != nil {
		return nil, fmt.Errorf("read events of %s: %w", ground, err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Entry, error) {
		var e Entry
		err := row.Scan(&e.Seq, &e.ID, &e.Kind, &e.At, &e.RecordedAt, &e.Actor, &e.Role, &e.Day, &e.Reason, &e.LegalBasis, &e.Directives)
		return e, err
	})
}
