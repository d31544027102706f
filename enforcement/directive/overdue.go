package directive

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// ClockLift is until when an organisation shall have acknowledged the withdrawals
// of one day. No law gives departments a number of days; ours follows the
// court's own three (法释〔2017〕7号 Art. 10).
var ClockLift = docket.Deadline{Kind: "acknowledge-withdrawals", Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: docket.OwnTerm}}

// incidentWithdrawals is opened where an organisation did not acknowledge the
// withdrawals of a day in time. The incident is the escalation; it changes nothing for the
// subject, whose listing has ended all the same.
const incidentWithdrawals = "withdrawals-overdue"

// liftedOn is the day on which the withdrawal a of a directive of ground g was
// written: that of the ground's end, or of the change of plan that it follows.
const liftedOn = `CASE WHEN a.plan_id IS NULL THEN g.ended_on ELSE (SELECT min(day) FROM plan_switch s WHERE s.to_plan = a.plan_id) END`

// StartLiftClocks starts one clock for each organisation that has something to lift
// from today on; the day's later ends find it running, or start it again.
func (r *Directives) StartLiftClocks(ctx context.Context, p pgx.Tx, directives []enforcement.ID, today day.Day) error {
	return r.Docket.StartClocks(ctx, p, today, ClockLift,
		`SELECT organisation_id FROM amendment WHERE directive_id = ANY($8) AND kind = 'withdraw' AND NOT burdens AND step <> 'cancelled'`, directives)
}

// unlifted is true of a clock c of withdrawals while one of its day is not acknowledged.
const unlifted = `EXISTS (SELECT FROM amendment a JOIN directive d ON d.id = a.directive_id JOIN ground g ON g.id = d.ground_id
  WHERE a.organisation_id = c.organisation_id AND a.kind = 'withdraw' AND NOT a.burdens AND a.step IN ('queued', 'left', 'delivered') AND ` + liftedOn + ` <= c.started_on)`

// OverdueLiftings tells of which organisations, by slug, withdrawals were to be
// acknowledged before a day, and when, and counts all withdrawals that are not acknowledged yet. Clocks
// are stopped once a day, so what they say is asked again.
func (r *Directives) OverdueLiftings(ctx context.Context, on day.Day) (late map[string]day.Day, open int, err error) {
	rows, err := r.Record.DB.Pool.Query(ctx, `SELECT o.slug, min(c.due_on) FROM clock c JOIN organisation o ON o.id = c.organisation_id
		WHERE c.kind = $1 AND c.done_on IS NULL AND c.due_on < $2::date AND `+unlifted+` GROUP BY o.slug`, ClockLift.Kind, on)
	if err != nil {
		return nil, 0, fmt.Errorf("look for overdue withdrawals: %w", err)
	}
	late = map[string]day.Day{}
	var slug string
	var due day.Day
	_, err = pgx.ForEachRow(rows, []any{&slug, &due}, func() error {
		late[slug] = due
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("look for overdue withdrawals: %w", err)
	}
	err = r.Record.DB.Pool.QueryRow(ctx, `SELECT count(*) FROM amendment WHERE kind = 'withdraw' AND NOT burdens AND step IN ('queued', 'left', 'delivered')`).Scan(&open)
	if err != nil {
		return nil, 0, fmt.Errorf("count the open withdrawals: %w", err)
	}
	return late, open, nil
}

// CheckLiftings stops the clock of every organisation and day whose withdrawals
// are all acknowledged, and escalates those whose term passed, once each. It
// returns how many are overdue.
func (r *Directives) CheckLiftings(ctx context.Context, act enforcement.Act) (overdue int, err error) {
	if err := act.Check(enforcement.System, enforcement.Operator); err != nil {
		return 0, err
	}
	today := r.Record.Today(act.At)
	err = r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Lend(func(p pgx.Tx) error {
			if err := r.Docket.StopClocksWhere(ctx, p, ClockLift.Kind, today, `NOT `+unlifted); err != nil {
				return err
			}
			overdue, err = r.escalate(ctx, p, today)
			return err
		})
	})
	return overdue, enforcement.AsRefusal(err)
}

func (r *Directives) escalate(ctx context.Context, p pgx.Tx, today day.Day) (int, error) {
	rows, err := p.Query(ctx, `SELECT organisation_id, started_on FROM clock WHERE kind = $1 AND done_on IS NULL AND due_on < $2::date ORDER BY id`, ClockLift.Kind, today)
	if err != nil {
		return 0, fmt.Errorf("look for overdue withdrawals: %w", err)
	}
	type late struct {
		org     enforcement.OrganisationID
		started day.Day
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (late, error) {
		var l late
		err := row.Scan(&l.org, &l.started)
		return l, err
	})
	if err != nil {
		return 0, fmt.Errorf("look for overdue withdrawals: %w", err)
	}
	for _, l := range list {
		detail := "since " + l.started.String()
		var known bool
		err := p.QueryRow(ctx, `SELECT EXISTS (SELECT FROM incident WHERE kind = $1 AND organisation_id = $2 AND detail = $3)`, incidentWithdrawals, l.org, detail).Scan(&known)
		if err != nil {
			return 0, fmt.Errorf("look for the incident: %w", err)
		}
		if !known {
			if err := docket.Report(ctx, p, incidentWithdrawals, l.org, enforcement.ID{}, detail, r.Record.Machine()); err != nil {
				return 0, err
			}
		}
	}
	return len(list), nil
}
