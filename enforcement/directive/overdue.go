package directive

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// ClockLift is until when an organisation shall have acknowledged the withdrawals
// of one day. No law gives departments a number of days; ours follows the
// court's own three (法释〔2017〕7号 Art. 10).
var ClockLift = docket.Deadline{
	Kind: "acknowledge-withdrawals", Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: docket.OwnTerm}, Event: "withdrawals", OwnWay: true,
}

// incidentWithdrawals is opened where an organisation did not acknowledge the
// withdrawals of a day in time. The incident is the escalation; it changes nothing for the
// subject, whose listing has ended all the same.
const incidentWithdrawals = "withdrawals-overdue"

// liftedOn is the day on which the withdrawal a of a directive of ground g was
// written: that of the ground's end, or of the change of plan that it follows.
const liftedOn = `CASE WHEN a.plan_id IS NULL THEN g.ended_on ELSE (SELECT min(day) FROM plan_switch s WHERE s.to_plan = a.plan_id) END`

// StartLiftClocks starts one clock for each organisation that has something to lift
// from today on; the day's later ends find it running, or start it again.
func (r *Directives) StartLiftClocks(tx *pg.Tx, directives []enforcement.ID, today day.Day) {
	r.Docket.StartClocks(tx, today, ClockLift, tx.NewSelect().Model((*amendment)(nil)).Column("organisation_id").
		Where("directive_id = ANY (?)", pg.Array(directives)).Where("kind = 'withdraw' AND NOT burdens AND step <> 'cancelled'"))
}

// unlifted is true of a clock c of withdrawals while one of its day is not acknowledged.
const unlifted = `EXISTS (SELECT FROM amendment a JOIN directive d ON d.id = a.directive_id JOIN ground g ON g.id = d.ground_id
  WHERE a.organisation_id = c.organisation_id AND a.kind = 'withdraw' AND NOT a.burdens AND a.step IN ('queued', 'left', 'delivered') AND ` + liftedOn + ` <= c.started_on)`

// OverdueLiftings tells of which organisations, by slug, withdrawals were to be
// acknowledged before a day, and when, and counts all withdrawals that are not acknowledged yet. Clocks
// are stopped once a day, so what they say is asked again.
func (r *Directives) OverdueLiftings(ctx context.Context, on day.Day) (late map[string]day.Day, open int, err error) {
	var slugs []string
	var dues []day.Day
	err = r.Record.DB.NewSelect().TableExpr("clock AS c").Join("JOIN organisation AS o ON o.id = c.organisation_id").ColumnExpr("o.slug, min(c.due_on)").
		Where("c.kind = ? AND c.done_on IS NULL AND c.due_on < ?", ClockLift.Kind, on).Where(unlifted).Group("o.slug").Scan(ctx, &slugs, &dues)
	if err != nil {
		return nil, 0, fmt.Errorf("look for overdue withdrawals: %w", err)
	}
	late = make(map[string]day.Day, len(slugs))
	for i, slug := range slugs {
		late[slug] = dues[i]
	}
	err = r.Record.DB.NewSelect().Model((*amendment)(nil)).ColumnExpr("count(*)").Where("kind = 'withdraw' AND NOT burdens AND step IN ('queued', 'left', 'delivered')").Scan(ctx, &open)
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
		r.Docket.StopClocksWhere(tx, ClockLift.Kind, today, `NOT `+unlifted)
		overdue, err = r.escalate(ctx, tx, today)
		return err
	})
	return overdue, enforcement.AsRefusal(err)
}

// escalate opens an incident for each organisation and day whose term passed, once.
func (r *Directives) escalate(ctx context.Context, tx *pg.Tx, today day.Day) (int, error) {
	var late []struct {
		Organisation enforcement.OrganisationID `bun:"organisation_id"`
		Started      day.Day                    `bun:"started_on"`
		Reported     bool                       `bun:"reported"`
	}
	reported := tx.NewSelect().Table("incident").ColumnExpr("1").Where("kind = ? AND organisation_id = c.organisation_id AND detail = 'since ' || c.started_on", incidentWithdrawals)
	err := tx.NewSelect().TableExpr("clock AS c").Column("organisation_id", "started_on").ColumnExpr("EXISTS (?) AS reported", reported).
		Where("kind = ? AND done_on IS NULL AND due_on < ?", ClockLift.Kind, today).Order("id").Scan(ctx, &late)
	if err != nil {
		return 0, fmt.Errorf("look for overdue withdrawals: %w", err)
	}
	for _, l := range late {
		if !l.Reported {
			docket.Report(tx, incidentWithdrawals, l.Organisation, enforcement.ID{}, "since "+l.Started.String(), r.Record.Machine())
		}
	}
	return len(late), nil
}
