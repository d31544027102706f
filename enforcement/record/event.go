package record

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

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

// row is an event as it stands in the log.
type row struct {
	bun.BaseModel `bun:"table:event"`

	ID           enforcement.ID             `bun:"id,pk"`
	Kind         EventKind                  `bun:"kind"`
	At           time.Time                  `bun:"at"`
	RecordedAt   time.Time                  `bun:"recorded_at"`
	Actor        string                     `bun:"actor"`
	Role         enforcement.Role           `bun:"role"`
	Organisation enforcement.OrganisationID `bun:"organisation_id,nullzero"`
	Key          string                     `bun:"act_key,nullzero"`
	Subject      enforcement.ID             `bun:"subject_id"`
	Ground       enforcement.ID             `bun:"ground_id"`
	RefersTo     enforcement.ID             `bun:"refers_to"`
	Plan         int32                      `bun:"plan_id,nullzero"`
	Day          day.Day                    `bun:"day"`
	Reason       string                     `bun:"reason,nullzero"`
	LegalBasis   string                     `bun:"legal_basis,nullzero"`
	DocumentHash []byte                     `bun:"document_hash"`
	Directives   []enforcement.ID           `bun:"directives,array"`
	Versions     []int16                    `bun:"versions,array"`
	Outcomes     []int16                    `bun:"outcomes,array"`
	Measures     []int16                    `bun:"measures,array"`
	Until        day.Day                    `bun:"until"`
	Grounds      []enforcement.ID           `bun:"grounds,array"`
	Untils       []day.Day                  `bun:"untils,array"`
}

// Log appends the event of an act inside its transaction.
func (r *Record) Log(ctx context.Context, tx *pg.Tx, act enforcement.Act, e Event) {
	if e.ID.IsZero() {
		e.ID = enforcement.NewID()
	}
	Traced(ctx, &e)
	tx.Later(tx.NewInsert().Model(&row{
		ID: e.ID, Kind: e.Kind, At: act.At.UTC(), RecordedAt: r.Machine(), Actor: act.Actor.ID, Role: act.Actor.Role, Organisation: act.Actor.Organisation, Key: e.Key,
		Subject: e.Subject, Ground: e.Ground, RefersTo: e.RefersTo, Plan: e.Plan, Day: e.Day, Reason: e.Reason, LegalBasis: e.LegalBasis, DocumentHash: e.DocumentHash,
		Directives: e.Directives, Versions: e.Versions, Outcomes: e.Outcomes, Measures: e.Measures, Until: e.Until, Grounds: e.Grounds, Untils: e.Untils,
	}), "log %s", e.Kind)
}

// Traced writes onto the span under way which act it is and how many directives
// it touched.
func Traced(ctx context.Context, e *Event) {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(
		attribute.String("concordat.act", string(e.Kind)),
		attribute.String("concordat.event", e.ID.String()),
		attribute.Int("concordat.directives", len(e.Directives)),
	)
}

// Entry is a row of the log as overseers read it.
type Entry struct {
	Seq        int64            `json:"seq"`
	ID         enforcement.ID   `json:"id"`
	Kind       EventKind        `json:"kind"`
	At         time.Time        `json:"at"`
	RecordedAt time.Time        `json:"recorded_at"`
	Actor      string           `json:"actor"`
	Name       string           `json:"name,omitempty" doc:"Whose number it was on the day of the act, if it was entered"`
	Post       string           `json:"post,omitempty" doc:"The post on that day"`
	Role       enforcement.Role `json:"role"`
	Day        day.Day          `json:"day,omitzero"`
	Reason     string           `json:"reason,omitempty"`
	LegalBasis string           `json:"legal_basis,omitempty"`
	Directives int              `json:"directives,omitempty"`
}

// The plans that the directives of a ground followed it to, and how many did.
var selectEvents = `WITH followed AS (
    SELECT f.plan_id, count(DISTINCT f.id) AS n
    FROM ground g JOIN directive d ON d.subject_id = g.subject_id AND d.ground_id = g.id
    CROSS JOIN LATERAL (
      SELECT d.id, a.plan_id FROM amendment a WHERE a.directive_id = d.id AND a.plan_id IS NOT NULL
      UNION ALL SELECT d.id, d.plan_id WHERE d.plan_id <> g.plan_id) f
    WHERE g.id = ?0 GROUP BY f.plan_id)
  SELECT l.seq, l.id, l.kind, l.at, l.recorded_at, l.actor, coalesce(p.name, '') AS name, coalesce(p.post, '') AS post,
    l.role, l.day, l.reason, l.legal_basis, l.directives
  FROM (SELECT seq, id, kind, at, recorded_at, actor, organisation_id, role, day, reason, legal_basis,
        coalesce(cardinality(directives), 0) AS directives
      FROM event WHERE ground_id = ?0
    UNION ALL SELECT e.*, f.n::integer FROM followed f CROSS JOIN LATERAL (
        SELECT seq, id, kind, at, recorded_at, actor, organisation_id, role, day, reason, legal_basis
        FROM event WHERE kind = 'replanned' AND plan_id = f.plan_id ORDER BY seq DESC LIMIT 1) e) l
  LEFT JOIN LATERAL ` + Person("l.organisation_id", "l.actor", "l.at") + ` p ON true
  ORDER BY l.seq`

// Person is the SQL of the name and the post that a staff number stood for on the legal day of
// a moment, among those who act for an organisation, by three columns; null: not entered.
func Person(organisation, number, at string) string {
	return `person_of(` + organisation + `, ` + number + `, (` + at + ` AT TIME ZONE 'Asia/Shanghai')::date)`
}

// EntriesOf asks for the log of one ground, as [Record.Entries] returns it.
func EntriesOf(db bun.IDB, ground enforcement.ID) *bun.RawQuery {
	return db.NewRaw(selectEvents, ground)
}

// Entries returns the log of one ground, oldest first. Of a change of plan, of which
// one event speaks of many grounds, it is the last one, with the number of the
// ground's own directives.
func (r *Record) Entries(ctx context.Context, ground enforcement.ID) (list []Entry, err error) {
	if err := EntriesOf(r.DB, ground).Scan(ctx, &list); err != nil {
		return nil, fmt.Errorf("read events of %s: %w", ground, err)
	}
	return list, nil
}
