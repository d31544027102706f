package directive

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/attribute"

	"concordat/enforcement"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
)

// Batch is how many grounds one transaction publishes at most.
const Batch = 1000

// Origin is where grounds came from that were in force elsewhere before: the
// import, and the hash of the court's statement. The zero origin is here.
type Origin struct {
	RefersTo enforcement.ID
	Document []byte
}

// The directives of each ground stand in the plan's order, so that an event
// needs their ids only.
const insertFanOutEvents = `INSERT INTO event (id, kind, at, recorded_at, actor, role, organisation_id, act_key, subject_id, ground_id, plan_id, day, legal_basis, until, directives, refers_to, document_hash)
  SELECT ($3::uuid[])[u.n], $4, $5, $6, $7, $8, nullif($9, 0), CASE WHEN $10 = '' THEN NULL WHEN $15::boolean THEN $10 ELSE $10 || '/' || g.id END, g.subject_id, g.id, $11, $12::date, $13, g.valid_until,
    ($2::uuid[])[(u.n - 1) * $14 + 1 : u.n * $14], $16::uuid, $17::bytea
  FROM unnest($1::uuid[]) WITH ORDINALITY AS u (id, n) JOIN ground g ON g.id = u.id ORDER BY u.n`

// FanOut is what goes out at once: grounds that came into force under one plan.
type FanOut struct {
	Act     enforcement.Act
	Kind    record.EventKind
	From    Origin
	Plan    plan.Plan
	Key     plan.Key
	Grounds []InForce
	// Single says that the act is about one ground: its event carries the act's own
	// key, those of several the key and their ground.
	Single bool
}

// FanOut writes the directives and events of grounds. That they are in force was
// written by who has the grounds.
func (r *Directives) FanOut(ctx context.Context, t pgx.Tx, f FanOut) (err error) {
	ctx, end := record.Span(ctx, "fan-out", attribute.String("concordat.act", string(f.Kind)),
		attribute.Int("concordat.grounds", len(f.Grounds)), attribute.Int("concordat.directives", len(f.Grounds)*len(f.Plan.Shares)))
	defer end(&err)
	grounds := make([]enforcement.ID, len(f.Grounds))
	for i, g := range f.Grounds {
		grounds[i] = g.ID
	}
	width := len(f.Plan.Shares)
	ids := enforcement.NewIDs(len(grounds) * width)
	if width > 0 {
		if err := Copy(ctx, t, f.Plan, string(f.Key.Ground), f.Grounds, ids, Queued); err != nil {
			return fmt.Errorf("fan out %d grounds: %w", len(grounds), err)
		}
	}
	_, err = t.Exec(ctx, insertFanOutEvents, grounds, ids, enforcement.NewIDs(len(grounds)), f.Kind, f.Act.At.UTC(), r.Record.Machine(), f.Act.Actor.ID, f.Act.Actor.Role, int32(f.Act.Actor.Organisation),
		f.Act.Key, f.Plan.ID, f.Key.On, r.Plans.ListBasis(f.Key.ListType, f.Key.On), width, f.Single, f.From.RefersTo, f.From.Document)
	if err != nil {
		return fmt.Errorf("log the fan-out of %d grounds: %w", len(grounds), err)
	}
	return nil
}
