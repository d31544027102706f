package docket

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

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
	// Event is from what it counts: the kind of an event, or of an occasion. A move puts its
	// own in.
	Event string
	// Whose time it is; empty is the authority's. When a subject's is over nobody is late.
	Whose calendar.Owner
	// OwnWay: its room tells who is late itself, and nobody is told here.
	OwnWay bool
}

// tells reports whether its owner is reminded of it, and others are told that it passed.
func (d *Deadline) tells() bool { return !d.OwnWay && d.Whose != calendar.Subject }

// OwnTerm is the source of a term of our own, where no law sets the time.
const OwnTerm = "内部时限"

// Clock is a running deadline.
type Clock struct {
	Kind         string                     `json:"kind"`
	Organisation enforcement.OrganisationID `json:"organisation"`
	Ground       enforcement.ID             `json:"ground,omitzero"`
	StartedOn    day.Day                    `json:"started_on"`
	DueOn        day.Day                    `json:"due_on"`
	Value        int                        `json:"value"`
	Unit         calendar.Unit              `json:"unit"`
	Source       string                     `json:"source"`
	// Event is from what it counts, Role whose task it is; empty: by a release that did not
	// ask.
	Event string           `json:"event,omitempty"`
	Role  enforcement.Role `json:"role,omitempty"`
	// Provisional: the period reaches a year without a loaded calendar.
	Provisional bool `json:"provisional"`
	// Fired is the last step that told somebody.
	Fired  Step    `json:"fired,omitempty"`
	DoneOn day.Day `json:"done_on,omitzero"`
}

// clockRow is a deadline as it is kept.
type clockRow struct {
	bun.BaseModel `bun:"table:clock,alias:c"`

	Kind         string                     `bun:"kind"`
	Organisation enforcement.OrganisationID `bun:"organisation_id"`
	Ground       enforcement.ID             `bun:"ground_id"`
	StartedOn    day.Day                    `bun:"started_on"`
	Value        int                        `bun:"value"`
	Unit         calendar.Unit              `bun:"unit"`
	Source       string                     `bun:"source"`
	DueOn        day.Day                    `bun:"due_on"`
	Provisional  bool                       `bun:"provisional"`
	DoneOn       day.Day                    `bun:"done_on"`
	Event        string                     `bun:"event,nullzero"`
	Role         enforcement.Role           `bun:"owner_role"`
	Whose        calendar.Owner             `bun:"whose"`
	Fired        Step                       `bun:"fired"`
	FiresOn      day.Day                    `bun:"fires_on"`
	CountedBy    int64                      `bun:"counted_by"`
}

// roleOf is whose task a deadline of the organisation o is: who decides there.
const roleOf = `CASE o.kind WHEN 'court' THEN 'judge' ELSE 'department-reviewer' END`

// again is what becomes of a clock of the kind that began on the day: it runs again.
const again = `CONFLICT ON CONSTRAINT clock_key DO UPDATE`

func (r *Docket) clock(from day.Day, d Deadline) clockRow {
	if d.Whose == "" {
		d.Whose = calendar.Authority
	}
	due := r.Record.Calendar.For(d.Whose, from, d.Period)
	c := clockRow{
		Kind: d.Kind, StartedOn: from, Value: d.Period.Value, Unit: d.Period.Unit, Source: d.Period.Source, DueOn: due.Day, Provisional: due.Provisional,
		Event: d.Event, Whose: d.Whose, CountedBy: r.Record.Calendar.Mark(),
	}
	if d.tells() {
		c.FiresOn = r.Schedule.next(r.Record.Calendar.Shelf(), &c)
	}
	return c
}

// StartClock starts a deadline the day after its event, once.
func (r *Docket) StartClock(tx *pg.Tx, org enforcement.OrganisationID, ground enforcement.ID, from day.Day, d Deadline) {
	c := r.clock(from, d)
	c.Organisation, c.Ground = org, ground
	tx.Later(tx.NewInsert().Model(&c).Value("owner_role", "(SELECT "+roleOf+" FROM organisation o WHERE o.id = ?)", pg.Number(org)).On(again).Set("done_on = NULL"),
		"start the clock %s", d.Kind)
}

// insertClocks starts a clock for the organisation, and the ground, of every row o.
const insertClocks = `INSERT INTO clock (kind, started_on, value, unit, source, due_on, provisional, event, whose, fires_on, counted_by,
    owner_role, organisation_id, ground_id)
  SELECT ?, ?::date, ?::smallint, ?, ?, ?::date, ?::boolean, nullif(?, ''), ?, ?::date, ?, ` + roleOf + `, `

func (c *clockRow) args(more ...any) []any {
	return append([]any{c.Kind, c.StartedOn, pg.Number(c.Value), c.Unit, c.Source, c.DueOn, c.Provisional, c.Event, c.Whose, c.FiresOn, pg.Number(c.CountedBy)}, more...)
}

// StartClocks starts a deadline for each of several organisations by one statement, as
// StartClock does. organisations is a query for organisation_id.
func (r *Docket) StartClocks(tx *pg.Tx, from day.Day, d Deadline, organisations *bun.SelectQuery) {
	c := r.clock(from, d)
	tx.Later(tx.NewRaw(insertClocks+`o.id, NULL FROM organisation o WHERE o.id IN (?) ORDER BY o.id ON `+again+` SET done_on = NULL`, c.args(organisations)...),
		"start the clocks %s", d.Kind)
}

// StartClocksOf starts a deadline for the owner of each of several grounds that burden,
// unless one of the kind runs already.
func (r *Docket) StartClocksOf(tx *pg.Tx, grounds []enforcement.ID, from day.Day, d Deadline) {
	c := r.clock(from, d)
	tx.Later(tx.NewRaw(insertClocks+`o.id, g.id FROM ground g JOIN organisation o ON o.id = g.organisation_id
		WHERE g.id = ANY (?::uuid[]) AND g.kind <> 'reward'
		  AND NOT EXISTS (SELECT FROM clock c WHERE c.ground_id = g.id AND c.kind = ? AND c.done_on IS NULL)
		ORDER BY g.id ON `+again+` SET done_on = NULL`, c.args(pg.Array(grounds), c.Kind)...), "start the clocks %s", d.Kind)
}

// HoldLate lists, locked, the grounds of which a clock of a kind ran out before a day.
func HoldLate(ctx context.Context, tx *pg.Tx, kind string, on day.Day) (grounds []enforcement.ID, err error) {
	err = tx.NewSelect().Model((*clockRow)(nil)).Column("ground_id").Where("kind = ? AND done_on IS NULL AND due_on < ?", kind, on).OrderExpr("id").For("NO KEY UPDATE").Scan(ctx, &grounds)
	if err != nil {
		return nil, fmt.Errorf("hold the clocks %s that ran out: %w", kind, err)
	}
	return grounds, nil
}

// StopClocksWhere records of every running clock c of a kind, of which a condition
// holds, that what it asked for was done on the day.
func (r *Docket) StopClocksWhere(tx *pg.Tx, kind string, on day.Day, done string) {
	tx.Later(stop(tx, on).Where("kind = ?", kind).Where(done), "stop the clocks %s", kind)
}

// StopClock records that what deadlines of a ground asked for was done on the day.
func StopClock(tx *pg.Tx, ground enforcement.ID, kinds []string, on day.Day) {
	if len(kinds) > 0 {
		tx.Later(stop(tx, on).Where("ground_id = ? AND kind IN (?)", ground, bun.List(kinds)), "stop the clocks %v", kinds)
	}
}

// StopClocks stops every deadline of grounds.
func StopClocks(tx *pg.Tx, grounds []enforcement.ID, on day.Day) {
	tx.Later(stop(tx, on).Where("ground_id IN (?)", bun.List(grounds)), "stop the clocks of %d grounds", len(grounds))
}

func stop(tx *pg.Tx, on day.Day) *bun.UpdateQuery {
	return tx.NewUpdate().Model((*clockRow)(nil)).Set("done_on = ?", on).Where("done_on IS NULL")
}

// Late lists the grounds of which a clock of a kind ran out before a day.
func Late(ctx context.Context, db bun.IDB, kind string, on day.Day) (grounds []enforcement.ID, err error) {
	err = db.NewSelect().Model((*clockRow)(nil)).Distinct().Column("ground_id").Where("kind = ? AND done_on IS NULL AND due_on < ?", kind, on).Order("ground_id").Scan(ctx, &grounds)
	if err != nil {
		return nil, fmt.Errorf("look for clocks %s that ran out: %w", kind, err)
	}
	return grounds, nil
}

// ClocksOf asks for the deadlines of a ground, by start.
func ClocksOf(db bun.IDB, ground enforcement.ID) *bun.SelectQuery {
	return db.NewSelect().Table("clock").Column("kind", "started_on", "due_on", "value", "unit", "source", "provisional", "fired", "done_on").
		ColumnExpr("coalesce(event, '') AS event, coalesce(owner_role, '') AS role").
		ColumnExpr("organisation_id AS organisation, ground_id AS ground").Where("ground_id = ?", ground).Order("id")
}

// Clocks lists the deadlines of a ground, by start.
func (r *Docket) Clocks(ctx context.Context, ground enforcement.ID) (list []Clock, err error) {
	if err := ClocksOf(r.Record.DB, ground).Scan(ctx, &list); err != nil {
		return nil, fmt.Errorf("read the clocks of %s: %w", ground, err)
	}
	return list, nil
}
