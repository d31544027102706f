package directive

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"

	"concordat/enforcement"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// Batch is how many grounds one transaction publishes at most.
const Batch = 1000

// Origin is where grounds came from that were in force elsewhere before: the
// import, and the hash of the court's statement. The zero origin is here.
type Origin struct {
	RefersTo enforcement.ID
	Document []byte
}

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

// FanOut writes the directives of grounds, and returns the event that tells of them
// ([Directives.Tell]). That they are in force is written by who has the grounds.
func (r *Directives) FanOut(ctx context.Context, tx *pg.Tx, f FanOut) (e record.Event, err error) {
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
		if err := r.Copy(ctx, tx, f.Plan, string(f.Key.Ground), f.Grounds, ids, Queued); err != nil {
			return e, fmt.Errorf("fan out %d grounds: %w", len(grounds), err)
		}
	}
	// The directives of each ground stand in the plan's order, so that an event
	// needs their ids only.
	return record.Event{
		Kind: f.Kind, Plan: f.Plan.ID, Day: f.Key.On, LegalBasis: r.Plans.ListBasis(f.Key.ListType, f.Key.On),
		RefersTo: f.From.RefersTo, DocumentHash: f.From.Document, Directives: ids, Grounds: grounds,
	}, nil
}

// Tell logs the event of a fan-out: one for each ground.
func (r *Directives) Tell(ctx context.Context, tx *pg.Tx, f FanOut, e record.Event) error {
	if !f.Single {
		return r.Record.LogMany(ctx, tx, f.Act, e)
	}
	e.Key, e.Grounds = f.Act.Key, nil
	e.Ground, e.Subject, e.Until = f.Grounds[0].ID, f.Grounds[0].Subject, f.Grounds[0].Until
	r.Record.Log(ctx, tx, f.Act, e)
	return nil
}
