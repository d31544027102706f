package ground

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/party"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// TaskMinor is the owner's task to revoke what burdens a minor, or to put the record right.
const TaskMinor = "minor"

// The tasks with an order that somebody examines: a reported breach (法释〔2015〕17号 Art. 10),
// and that the debtor is said to have performed, so that it shall be lifted (Art. 9).
const (
	TaskOrderBreach    = "order-breach"
	TaskOrderPerformed = "order-performed"
)

// clockMinor is until when the owner shall have done so.
const clockMinor = "revoke-minor"

// RevokeMinor is the clock of [TaskMinor], by the source of a kind.
func RevokeMinor(source string) docket.Deadline {
	return docket.Deadline{Kind: clockMinor, Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: source}, Event: string(EventSuspended)}
}

// signal is what the record itself says against a case in force: it is suspended at every
// recipient, and its owner has a task.
type signal struct {
	reason, task string
	clock        func(*Table) docket.Deadline // nil: it runs already
}

// stoppable is a live case that burdens, locked.
type stoppable struct {
	ID           enforcement.ID             `bun:"id"`
	Subject      enforcement.ID             `bun:"subject_id"`
	Owner        enforcement.OrganisationID `bun:"owner"`
	SuspendedFor string                     `bun:"suspended_for"`
}

// suspendCases stops those of some cases that are in force and burden their subject, of
// whatever kind, in the order of all acts: cases, grounds, directives. One that is
// suspended stays so for its own reason, and its owner gets the task all the same.
func (r *Grounds) suspendCases(ctx context.Context, tx *pg.Tx, act enforcement.Act, ids []enforcement.ID, s signal) (stopped int, err error) {
	if len(ids) == 0 {
		return 0, nil
	}
	today := r.Record.Today(act.At)
	for _, t := range r.Kinds {
		if !t.Suspends || t.Favours {
			continue
		}
		var cases []stoppable
		q := tx.NewSelect().TableExpr("? AS l", bun.Ident(t.Rows)).Column("l.id", "l.subject_id").ColumnExpr("? AS owner, coalesce(l.suspended_for, '') AS suspended_for", bun.Safe(t.OwnerColumn)).
			Where("l.id IN (?)", bun.List(ids)).Where("l.state::text IN (?)", bun.List(t.Live)).OrderExpr("l.id").For("NO KEY UPDATE OF l")
		if err := q.Scan(ctx, &cases); err != nil {
			return stopped, fmt.Errorf("lock cases of kind %s: %w", t.Slug, err)
		}
		var waiting []enforcement.ID
		if err := docket.Waiting(tx, s.task, ids).Scan(ctx, &waiting); err != nil {
			return stopped, fmt.Errorf("look for tasks %s: %w", s.task, err)
		}
		for _, c := range cases {
			if c.SuspendedFor == "" {
				stopped++
				if err := r.suspendCase(ctx, tx, act, t, c, s.reason); err != nil {
					return stopped, err
				}
			}
			if slices.Contains(waiting, c.ID) {
				continue
			}
			docket.OpenTasks(tx, []enforcement.ID{c.ID}, s.task, today)
			if s.clock != nil {
				r.Docket.StartClock(tx, c.Owner, c.ID, today, s.clock(t))
			}
		}
	}
	return stopped, nil
}

// suspendDue is [Grounds.suspendCases] of what a day makes due, in one transaction; where a
// case is at fault, in one for each, so that it holds up no other. The faults are told when all
// else is done.
func (r *Grounds) suspendDue(ctx context.Context, act enforcement.Act, s signal, due func(ctx context.Context, tx *pg.Tx) ([]enforcement.ID, error)) (stopped int, err error) {
	var ids []enforcement.ID
	some := func(of func([]enforcement.ID) []enforcement.ID) (n int, err error) {
		err = r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if ids, err = due(ctx, tx); err == nil {
				n, err = r.suspendCases(ctx, tx, act, of(ids), s)
			}
			return err
		})
		return n, enforcement.AsRefusal(err)
	}
	stopped, err = some(func(all []enforcement.ID) []enforcement.ID { return all })
	if err == nil || pg.Broken(ctx, err) {
		return stopped, err
	}
	stopped, err = 0, nil
	for _, id := range ids {
		n, fault := some(func(all []enforcement.ID) []enforcement.ID {
			return slices.DeleteFunc(slices.Clone(all), func(other enforcement.ID) bool { return other != id })
		})
		if fault == nil {
			stopped += n
			continue
		}
		if err = errors.Join(err, fmt.Errorf("suspend case %s: %w", id, fault)); pg.Broken(ctx, fault) {
			break
		}
	}
	return stopped, err
}

// suspendCase stops one case that is locked. Who acts is who suspended it.
func (r *Grounds) suspendCase(ctx context.Context, tx *pg.Tx, act enforcement.Act, t *Table, c stoppable, reason string) error {
	var until day.Day
	var standing directive.Standing
	one := tx.NewSelect().Model((*row)(nil)).Column("valid_until").Where("id = ?", c.ID).For("NO KEY UPDATE")
	if err := tx.Together(ctx, append([]pg.Ask{pg.One(one, &until)}, standing.Ask(tx, c.ID)...)...); err != nil {
		return fmt.Errorf("lock the directives of %s %s: %w", t.Slug, c.ID, err)
	}
	e := record.Event{Kind: EventSuspended, Reason: reason, Subject: c.Subject, Ground: c.ID, Day: r.Record.Today(act.At)}
	if err := r.Directives.Append(ctx, tx, &e, directive.Suspend, standing, until); err != nil {
		return err
	}
	SetState(tx, c.ID, "suspended")
	tx.Later(tx.NewUpdate().Table(t.Rows).Set("suspended_for = ?, suspended_on = ?", reason, e.Day).Set("suspended_by = ?, resumed_by = NULL", act.Actor.ID).
		Set("version = version + 1").Where("id = ?", c.ID), "suspend %s %s", t.Slug, c.ID)
	r.Record.Log(ctx, tx, act, e)
	return nil
}

// decidedCase is a case in force with the day of its decision.
type decidedCase struct {
	ID      enforcement.ID `bun:"id"`
	Decided day.Day        `bun:"decided_on"`
	Subject enforcement.ID `bun:"subject_id"`
	Wrapped []byte         `bun:"envelope"`
	Sealed  []byte         `bun:"sealed"`
}

// ofMinors are the cases whose subject the identity says to be a minor, or to have been one
// when they were decided.
func ofMinors(cases []decidedCase, today day.Day, identity func(c *decidedCase) (party.Identity, error)) (ids []enforcement.ID, err error) {
	for i := range cases {
		c := &cases[i]
		who, unread := identity(c)
		if unread != nil {
			err = errors.Join(err, unread)
			continue
		}
		on := today
		if !c.Decided.IsZero() {
			on = min(on, c.Decided)
		}
		if CheckAge(who, on) != nil {
			ids = append(ids, c.ID)
		}
	}
	return ids, err
}

// minors is what the record says against whoever it shows to be one.
var minors = signal{SuspectedMinor, TaskMinor, func(t *Table) docket.Deadline { return RevokeMinor(t.WrongBy) }}

// SuspendIfMinor suspends, in the act by which an identity came into the record, every case
// in force against its subject that it says to be a minor's (法释〔2017〕7号 Art. 4, 9).
func (r *Grounds) SuspendIfMinor(ctx context.Context, tx *pg.Tx, act enforcement.Act, subject enforcement.ID, identity party.Identity) error {
	if identity.Kind != memoranda.NaturalPerson {
		return nil
	}
	var cases []decidedCase
	err := tx.NewSelect().TableExpr("ground AS g").Column("g.id", "g.decided_on").Where("g.subject_id IN (SELECT same_person(?))", subject).
		Where("g.state IN ('in-force', 'suspended') AND g.kind <> 'reward'").Order("g.id").Scan(ctx, &cases)
	if err != nil {
		return fmt.Errorf("look for cases against subject %s: %w", subject, err)
	}
	ids, err := ofMinors(cases, r.Record.Today(act.At), func(*decidedCase) (party.Identity, error) { return identity, nil })
	if err != nil {
		return err
	}
	_, err = r.suspendCases(ctx, tx, act, ids, minors)
	return err
}

// SuspendMinors is the [Page] that suspends every case in force against somebody whom the
// record says to be a minor, however that came into it.
func (r *Grounds) SuspendMinors(ctx context.Context, act enforcement.Act, after enforcement.ID, limit int) (last enforcement.ID, stopped int, refused []NotMoved, err error) {
	if err := act.Check(enforcement.System); err != nil {
		return last, 0, nil, err
	}
	var cases []decidedCase
	err = r.Record.DB.NewSelect().TableExpr("ground AS g").Join("JOIN subject AS s ON s.id = g.subject_id").
		Column("g.id", "g.decided_on", "g.subject_id", "s.envelope").ColumnExpr(party.SealedOf("g.organisation_id")+" AS sealed").
		Where("g.state = 'in-force' AND g.kind <> 'reward' AND s.kind = 'natural-person' AND s.envelope IS NOT NULL AND g.id > ?", after.Cursor()).
		OrderExpr("g.id").Limit(int64(limit)).Scan(ctx, &cases)
	if err != nil || len(cases) == 0 {
		return last, 0, nil, err
	}
	last = cases[len(cases)-1].ID
	ids, unread := ofMinors(cases, r.Record.Today(act.At), func(c *decidedCase) (party.Identity, error) {
		return r.Parties.OpenIdentity(c.Subject, c.Wrapped, c.Sealed)
	})
	if len(ids) == 0 {
		return last, 0, nil, unread
	}
	stopped, err = r.suspendDue(ctx, act, minors, func(context.Context, *pg.Tx) ([]enforcement.ID, error) { return ids, nil })
	return last, stopped, nil, errors.Join(err, unread)
}

// SuspendDoubted suspends every case whose identity a department doubts, and whose owner
// was silent about it for a working day. It returns how many were suspended.
func (r *Grounds) SuspendDoubted(ctx context.Context, act enforcement.Act) (stopped int, err error) {
	if err := act.Check(enforcement.System); err != nil {
		return 0, err
	}
	return r.suspendDue(ctx, act, signal{reason: IdentityDoubtful, task: directive.TaskIdentityDoubtful}, func(ctx context.Context, tx *pg.Tx) ([]enforcement.ID, error) {
		return docket.HoldLate(ctx, tx, directive.ClockDoubt.Kind, r.Record.Today(act.At))
	})
}
