package enforcement

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// term is a kind of deadline: its length, unit and source. Where no law sets the
// time the source is 内部时限, our own term.
type term struct {
	kind   string
	period calendar.Period
}

const internalTerm = "内部时限"

var (
	termDecideApplication = term{"decide-application", calendar.Period{Value: 15, Unit: calendar.CalendarDays, Source: "法释〔2017〕7号 Art. 5 ¶2"}}
	termStartService      = term{"start-service", calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: internalTerm}}
	termDelete            = term{"delete", calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: "法释〔2017〕7号 Art. 10 ¶1"}}
	termExpire            = term{"delete-on-expiry", calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: "法释〔2017〕7号 Art. 10 ¶2"}}
	termRevoke            = term{"revoke", calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: "法释〔2017〕7号 Art. 9"}}
	termCorrect           = term{"correct", calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: "法释〔2017〕7号 Art. 9"}}
)

// Clock is a running deadline.
type Clock struct {
	Kind         string         `json:"kind"`
	Organisation OrganisationID `json:"organisation"`
	Ground       ID             `json:"ground,omitzero"`
	StartedOn    day.Day        `json:"started_on"`
	DueOn        day.Day        `json:"due_on"`
	Source       string         `json:"source"`
	// Provisional: the period reaches a year without a loaded calendar.
	Provisional bool    `json:"provisional"`
	DoneOn      day.Day `json:"done_on,omitzero"`
}

// startClock starts a deadline the day after its event.
func (r *Register) startClock(ctx context.Context, tx *pg.Tx, org OrganisationID, ground ID, from day.Day, t term) error {
	due := r.calendar.Add(from, t.period)
	return tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `INSERT INTO clock (kind, organisation_id, ground_id, started_on, value, unit, source, due_on, provisional)
			VALUES ($1, $2, $3, $4::date, $5, $6, $7, $8::date, $9) ON CONFLICT ON CONSTRAINT clock_key DO NOTHING`,
			t.kind, org, ground, from, t.period.Value, string(t.period.Unit), t.period.Source, due.Day, due.Provisional)
		if err != nil {
			return fmt.Errorf("start the clock %s: %w", t.kind, err)
		}
		return nil
	})
}

// stopClock records that what a deadline asked for was done on the day.
func (r *Register) stopClock(ctx context.Context, tx *pg.Tx, org OrganisationID, ground ID, t term, on day.Day) error {
	return tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE clock SET done_on = $4::date WHERE organisation_id = $1 AND ground_id = $2 AND kind = $3 AND done_on IS NULL`, org, ground, t.kind, on)
		if err != nil {
			return fmt.Errorf("stop the clock %s: %w", t.kind, err)
		}
		return nil
	})
}

// stopClocks stops every deadline of a ground that is over.
func stopClocks(ctx context.Context, tx *pg.Tx, ground ID, on day.Day) error {
	return tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE clock SET done_on = $2::date WHERE ground_id = $1 AND done_on IS NULL`, ground, on)
		if err != nil {
			return fmt.Errorf("stop the clocks of %s: %w", ground, err)
		}
		return nil
	})
}

// Clocks lists the deadlines of a ground, by start.
func (r *Register) Clocks(ctx context.Context, ground ID) ([]Clock, error) {
	rows, err := r.db.Pool.Query(ctx, `SELECT kind, organisation_id, ground_id, started_on, due_on, source, provisional, done_on FROM clock WHERE ground_id = $1 ORDER BY id`, ground)
	if err != nil {
		return nil, fmt.Errorf("read the clocks of %s: %w", ground, err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Clock, error) {
		var c Clock
		err := row.Scan(&c.Kind, &c.Organisation, &c.Ground, &c.StartedOn, &c.DueOn, &c.Source, &c.Provisional, &c.DoneOn)
		return c, err
	})
}
