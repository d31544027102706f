package directive

import (
	"context"
	"fmt"
	"slices"

	"github.com/riverqueue/river"

	"concordat/enforcement"
	"concordat/internal/pg"
)

// Lane is one of the two ways messages go out: liftings in express, burdens in bulk.
type Lane string

// The lanes; each has its own River queue of the same name.
const (
	Express Lane = "express"
	Bulk    Lane = "bulk"
)

// WakeUp is the argument of the one kind of delivery job: there is something for
// this organisation in this lane. It says no more, so it may come twice or late.
type WakeUp struct {
	Organisation enforcement.OrganisationID `json:"organisation"`
	Lane         Lane                       `json:"lane"`
}

// Kind names the job in River.
func (WakeUp) Kind() string { return "wake-up" }

// WakeIn inserts the wake-ups last in the transaction, in order of organisation.
func (r *Directives) WakeIn(ctx context.Context, tx *pg.Tx, wakes []WakeUp) error {
	if len(wakes) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, 0, len(wakes))
	for _, w := range wakes {
		params = append(params, river.InsertManyParams{Args: w, InsertOpts: &river.InsertOpts{Queue: string(w.Lane), MaxAttempts: 2}})
	}
	if _, err := r.Record.Jobs.InsertManyTx(ctx, tx.Pgx(), params); err != nil {
		return fmt.Errorf("insert %d wake-ups: %w", len(params), err)
	}
	return nil
}

// Wake inserts one wake-up in a transaction of its own.
func (r *Directives) Wake(ctx context.Context, w WakeUp) error {
	_, err := r.Record.Jobs.Insert(ctx, w, &river.InsertOpts{Queue: string(w.Lane), MaxAttempts: 2})
	if err != nil {
		return fmt.Errorf("insert a wake-up: %w", err)
	}
	return nil
}

// The wake-ups of a lane that wait to be worked, completed by who holds it and reads
// only afterwards what is due: whoever wrote a wake-up that is seen here has committed,
// and so has what it tells of. One that comes later is not seen. What River is fetching
// just now is left to it, and not waited for. The organisation is compared as text: the
// index of the arguments knows every wake-up of the last hour.
const completeWakeUps = `UPDATE river.river_job SET state = 'completed', finalized_at = $3 WHERE id IN (
  SELECT id FROM river.river_job
  WHERE state = 'available' AND queue = $2 AND kind = 'wake-up' AND args->>'organisation' = $1::integer::text
  FOR UPDATE SKIP LOCKED)`

// CompareWakeUps orders wake-ups by organisation and lane.
func CompareWakeUps(a, b WakeUp) int {
	if a.Organisation != b.Organisation {
		return int(a.Organisation) - int(b.Organisation)
	}
	return slices.Compare([]string{string(a.Lane)}, []string{string(b.Lane)})
}
