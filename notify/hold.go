package notify

import (
	"context"
	"fmt"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// An attempt whose lane nobody holds belongs to a process that died or lost its
// connection; the latter breaks its sends off within a heartbeat, so after this
// long such an attempt is under way no more.
const orphaned = 3 * time.Second

// Attempts not settled that name something a hold stops, and whether anybody
// holds their lane.
const selectUnderWay = `SELECT count(*) FILTER (WHERE held), count(*) FROM (
  SELECT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND l.classid::bigint = $1 AND l.objid::bigint = t.organisation_id * 2 + CASE t.lane WHEN 'express' THEN 1 ELSE 0 END) AS held
  FROM attempt t JOIN event e ON e.id = t.event_id WHERE t.settled_at IS NULL
    AND EXISTS (SELECT FROM unnest(e.directives, e.versions) u (id, v) JOIN directive d ON d.id = u.id
      LEFT JOIN amendment a ON a.directive_id = u.id AND a.version = u.v
      WHERE coalesce(a.burdens, u.v = 1) AND directive_held(d.organisation_id, d.ground_id, d.plan_id))) x`

// UnderWay counts the sends that were begun before a standing hold and are not
// settled: those that may still be on their way, and all of them.
func UnderWay(ctx context.Context, db *pg.DB) (sending, unsettled int, err error) {
	err = db.Pool.QueryRow(ctx, selectUnderWay, record.LaneLocks).Scan(&sending, &unsettled)
	if err != nil {
		return 0, 0, fmt.Errorf("count the sends under way: %w", err)
	}
	return sending, unsettled, nil
}

// Quiesce waits until nothing that a standing hold stops is on its way any more,
// in any process. tick, when not nil, is called with how many sends are waited
// for. It ends with ctx's error when ctx ends first.
func Quiesce(ctx context.Context, db *pg.DB, tick func(sending int)) error {
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	dead := time.NewTimer(orphaned)
	defer dead.Stop()
	gone := false
	for {
		sending, unsettled, err := UnderWay(ctx, db)
		if err != nil {
			return err
		}
		if unsettled == 0 || (gone && sending == 0) {
			return nil
		}
		if tick != nil {
			tick(unsettled)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d sends are still under way: %w", unsettled, context.Cause(ctx))
		case <-dead.C:
			gone = true
		case <-poll.C:
		}
	}
}

// held says of an officer's items whether a hold stops any of them.
func (b *Inbox) held(ctx context.Context, items []InboxItem) (bool, error) {
	ids, versions := make([]enforcement.ID, len(items)), make([]int16, len(items))
	for n, i := range items {
		ids[n], versions[n] = i.Directive, i.Version
	}
	return b.Register.Holds.StopsAny(ctx, ids, versions)
}
