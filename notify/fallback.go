package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"concordat/enforcement/directive"
	"concordat/enforcement/hold"
	"concordat/internal/calendar"
)

// What is due at the first channel after this long, in legal time, goes to the
// next one as well: permits soonest, other liftings next, burdens after one
// working day.
const (
	permitDeadline  = 10 * time.Minute
	liftingDeadline = time.Hour
	burdenDeadline  = 1 // working days
)

// Late are the versions that are due, were queued before the deadline of their
// kind, and do not lie in the inbox yet. When a version was queued stands in the
// event that wrote it (of a change of plan, in the last one that followed it); where
// none is found it counts as late. What must not leave
// is not laid anywhere, nor what a hold stops.
const selectLate = `SELECT x.id, x.version FROM (
    SELECT id, 1::smallint AS version, 'impose' AS kind, ground_id,
        nullif(plan_id, (SELECT g.plan_id FROM ground g WHERE g.id = ground_id)) AS followed
      FROM directive WHERE $2 = 'bulk' AND organisation_id = $1 AND due
      AND NOT directive_held(organisation_id, ground_id, plan_id)
    UNION ALL
    SELECT a.directive_id, a.version, a.kind::text, d.ground_id, a.plan_id FROM amendment a JOIN directive d ON d.id = a.directive_id
      WHERE a.organisation_id = $1 AND a.lane = $2::text::lane AND a.due AND (a.not_before IS NULL OR a.not_before <= $6::date)
        AND NOT (a.burdens AND directive_held(d.organisation_id, d.ground_id, d.plan_id))
    UNION ALL
    SELECT directive_id, version, 'withdraw', NULL, NULL FROM orphan WHERE $2 = 'express' AND organisation_id = $1 AND due) x
  WHERE NOT EXISTS (SELECT FROM inbox_item i WHERE i.directive_id = x.id AND i.version = x.version)
    AND NOT EXISTS (SELECT FROM incident n WHERE n.closed_at IS NULL AND n.kind = 'under-fourteen' AND n.directive_id = x.id)
    AND coalesce((SELECT max(e.at) FROM event e WHERE e.kind = 'replanned' AND e.plan_id = x.followed),
        (SELECT max(e.at) FROM event e WHERE e.ground_id = x.ground_id AND CASE WHEN x.version = 1 THEN e.plan_id IS NOT NULL
          ELSE EXISTS (SELECT FROM unnest(e.directives, e.versions) u (id, v) WHERE u.id = x.id AND u.v = x.version) END), '-infinity')
      <= CASE WHEN x.kind = 'permit' THEN $3::timestamptz
        WHEN x.kind IN ('impose', 'resume', 'permit-end') OR $2 = 'bulk' THEN $5::timestamptz ELSE $4::timestamptz END
  ORDER BY x.id LIMIT $7`

// fallBack lays what the first channel did not take in time into the inbox as
// well. Both channels stay open: the version remains due at the first, and the
// first answer wins.
func (p *pass) fallBack(ctx context.Context) error {
	if p.to.current().Channel == InboxName || !p.d.mayFallBack(p.of) {
		return nil
	}
	if still, err := p.d.c.Register.Directives.StandsStill(ctx, p.of.Lane); still || err != nil {
		return err // what is late is told by the clock
	}
	all := false
	defer func() {
		if !all { // it broke off, or the slice was over: the next drain goes on
			p.d.forgetFallBack(p.of)
		}
	}()
	for p.d.c.Machine().Before(p.end) {
		items, err := p.late(ctx)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			all = true
			return nil
		}
		if err := p.layBeside(ctx, items); err != nil {
			return err
		}
	}
	return nil
}

func (d *Drainer) forgetFallBack(w directive.WakeUp) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.fellBackAt, w)
}

// mayFallBack bounds how often the due items of a silent organisation are walked. What
// is late is told by legal time: until that has moved on, another look finds nothing. A
// clock that was put back is no reason to wait.
func (d *Drainer) mayFallBack(w directive.WakeUp) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.c.Legal()
	if at, ok := d.fellBackAt[w]; ok && !now.Before(at) && now.Sub(at) < d.c.FallbackEvery {
		return false
	}
	d.fellBackAt[w] = now
	return true
}

func (p *pass) late(ctx context.Context) ([]directive.Item, error) {
	at := p.d.c.Legal().UTC()
	// Planning it takes longer than running it: a statement of the pool stays prepared.
	rows, err := p.d.c.DB.Pool.Query(ctx, selectLate, p.of.Organisation, string(p.of.Lane),
		at.Add(-permitDeadline), at.Add(-liftingDeadline), p.d.workingDayAgo(at), p.d.c.Register.Record.Today(at), p.d.batch(p.of.Lane))
	if err != nil {
		return nil, fmt.Errorf("look for what is late: %w", err)
	}
	defer rows.Close()
	var items []directive.Item
	for rows.Next() {
		var i directive.Item
		if err := rows.Scan(&i.Directive, &i.Version); err != nil {
			return nil, fmt.Errorf("look for what is late: %w", err)
		}
		items = append(items, i)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look for what is late: %w", err)
	}
	return items, nil
}

// workingDayAgo returns the newest instant whose deadline of one working day has
// passed at an instant.
func (d *Drainer) workingDayAgo(at time.Time) time.Time {
	on := d.c.Register.Record.Today(at).AddDays(-1)
	for calendar.End(d.c.Calendar.AddWorkingDays(on, burdenDeadline).Day).After(at) {
		on = on.AddDays(-1)
	}
	return calendar.End(on).Add(-time.Microsecond)
}

// layBeside is an attempt by the inbox whose items stay due.
func (p *pass) layBeside(ctx context.Context, items []directive.Item) error {
	p.beside = true
	defer func() { p.beside = false }()
	_, err := p.send(ctx, Endpoint{Organisation: p.of.Organisation, Channel: InboxName}, items)
	if errors.Is(err, hold.ErrStopped) {
		return nil // they are looked for again, without what is held
	}
	p.to.inboxOpen = true
	return err
}
