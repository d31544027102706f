package docket

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Deadline is a kind of clock: its length, unit and source. One without a length has
// it from the list type of the case.
type Deadline struct {
	Kind   string
	Period calendar.Period
}

// OwnTerm is the source of a term of our own, where no law sets the time.
const OwnTerm = "内部时限"

// Clock is a running deadline.
type Clock struct {
	Kind         string                     `json:"kind"`
	Organisation enforcement.OrganisationID `json:"organisation"`
	Ground       enforcement.ID             `json:"ground,omitzero"`
	StartedOn    day.Day                    `json:"started_on"`
	DueOn        day.Day                    `json:"due_on"`
	Source       string                     `json:"source"`
	// Provisional: the period reaches a year without a loaded calendar.
	Provisional bool    `json:"provisional"`
	DoneOn      day.Day `json:"done_on,omitzero"`
}

// StartClock starts a deadline the day after its event, once: a clock of the kind
// that began on the day runs again.
func (r *Docket) StartClock(ctx context.Context, tx *pg.Tx, org enforcement.OrganisationID, ground enforcement.ID, from day.Day, d Deadline) error {
	due := r.Record.Calendar.Add(from, d.Period)
	return tx.Lend(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `INSERT INTO clock (kind, organisation_id, ground_id, started_on, value, unit, source, due_on, provisional)
			VALUES ($1, $2, $3, $4::date, $5, $6, $7, $8::date, $9) ON CONFLICT ON CONSTRAINT clock_key DO UPDATE SET done_on = NULL`,
			d.Kind, org, ground, from, d.Period.Value, string(d.Period.Unit), d.Period.Source, due.Day, due.Provisional)
		if err != nil {
			return fmt.Errorf("start the clock %s: %w", d.Kind, err)
		}
		return nil
	})
}

// StartClocks starts a deadline for each of several organisations by one statement, as
// StartClock does. organisations is a query for organisation_id; its own parameters are
// numbered from 8.
func (r *Docket) StartClocks(ctx context.Context, p pgx.Tx, from day.Day, d Deadline, organisations string, args ...any) error {
	due := r.Record.Calendar.Add(from, d.Period)
	_, err := p.Exec(ctx, `INSERT INTO clock (kind, organisation_id, started_on, value, unit, source, due_on, provisional)
		SELECT DISTINCT $1, organisation_id, $2::date, $3::smallint, $4, $5, $6::date, $7::boolean FROM (`+organisations+`) o
		ORDER BY organisation_id ON CONFLICT ON CONSTRAINT clock_key DO UPDATE SET done_on = NULL`,
		append([]any{d.Kind, from, d.Period.Value, string(d.Period.Unit), d.Period.Source, due.Day, due.Provisional}, args...)...)
	if err != nil {
		return fmt.Errorf("start the clocks %s: %w", d.Kind, err)
	}
	return nil
}

// StopClocksWhere records of every running clock c of a kind, of which a condition
// holds, that what it asked for was done on the day.
func (r *Docket) StopClocksWhere(ctx context.Context, p pgx.Tx, kind string, on day.Day, done string) error {
	_, err := p.Exec(ctx, `UPDATE clock c SET done_on = $2::date WHERE kind = $1 AND done_on IS NULL AND `+done, kind, on)
	if err != nil {
		return fmt.Errorf("stop the clocks %s: %w", kind, err)
	}
	return nil
}

// StopClock records that what deadlines of a ground asked for was done on the day.
func StopClock(ctx context.Context, tx *pg.Tx, ground enforcement.ID, kinds []string, on day.Day) error {
	if len(kinds) == 0 {
		return nil
	}
	return tx.Lend(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE clock SET done_on = $3::date WHERE ground_id = $1 AND kind = ANY ($2) AND done_on IS NULL`, ground, kinds, on)
		if err != nil {
			return fmt.Errorf("stop the clocks %v: %w", kinds, err)
		}
		return nil
	})
}

// StopClocks stops every deadline of grounds.
func StopClocks(ctx context.Context, tx *pg.Tx, grounds []enforcement.ID, on day.Day) error {
	return tx.Lend(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE clock SET done_on = $2::date WHERE ground_id = ANY ($1) AND done_on IS NULL`, grounds, on)
		if err != nil {
			return fmt.Errorf("stop the clocks of %d grounds: %w", len(grounds), err)
		}
		return nil
	})
}

// Clocks lists the deadlines of a ground, by start.
func (r *Docket) Clocks(ctx context.Context, ground enforcement.ID) ([]Clock, error) {
	rows, err := r.Record.DB.Pool.Query(ctx, `SELECT kind, organisation_id, ground_id, started_on, due_on, source, provisional, done_on FROM clock WHERE ground_id = $1 ORDER BY id`, ground)
	if err != nil {
		return nil, fmt.Errorf("read the clocks of %s: %w", ground, err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Clock, error) {
		var c Clock
		err := row.Scan(&c.Kind, &c.Organisation, &c.Ground, &c.StartedOn, &c.DueOn, &c.Source, &c.Provisional, &c.DoneOn)
		return c, err
	})
}
