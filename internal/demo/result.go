package demo

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/internal/pg"
	"concordat/memoranda/day"
	"concordat/notify/receiver"
)

// Summary is what a demonstration came to, in the words of `demo --json`.
type Summary struct {
	// ListingsPublished counts listings published within the year.
	ListingsPublished int `json:"listings_published"`
	// DirectivesCreated counts directives: one for each listing and organisation.
	DirectivesCreated int `json:"directives_created"`
	// Delivered counts directives of which any version was delivered, and
	// Acknowledged those whose newest version was acknowledged.
	Delivered    int `json:"delivered"`
	Acknowledged int `json:"acknowledged"`
	// WithdrawalsDue counts directives that left and had to be withdrawn, and
	// WithdrawalsAcknowledged those of them that were, without anything kept.
	WithdrawalsDue          int `json:"withdrawals_due"`
	WithdrawalsAcknowledged int `json:"withdrawals_acknowledged"`
	// Kept counts pairs of directive and measure that a department keeps on its own basis
	// after the withdrawal: they are not withdrawn, and not held wrongly until their last
	// day. Left out where there are none.
	Kept int `json:"kept,omitempty"`
	// HeldWrongly counts pairs of directive and measure that a ledger holds and
	// the record does not want, or the other way round.
	HeldWrongly int `json:"held_wrongly"`
	// Overdue counts newest versions not acknowledged although the terms of their
	// organisations (three working days, of a withdrawal from the end of its
	// listing) are over on the last day.
	Overdue int `json:"overdue"`
	// Seconds of real time, the start of everything included.
	Seconds float64 `json:"seconds"`
}

// Line is one row of the summary table.
type Line struct {
	ZH, EN string
	N      int
}

// Result is what the year came to, for people too. Seconds is the caller's.
type Result struct {
	Summary
	// States counts listings by the state they are in at the end.
	States []Line
	// Refused counts what the record refused, as it should, by code.
	Refused []Line
	// Departments says how each that is not prompt received, with the number of
	// directives that its ledger knows.
	Departments []Line
}

func (d *Demo) result(ctx context.Context) (Result, error) {
	var r Result
	if err := d.counts(ctx, &r); err != nil {
		return r, fmt.Errorf("count what the year came to: %w", err)
	}
	wrongly, err := d.heldWrongly(ctx)
	if err != nil {
		return r, fmt.Errorf("compare the ledgers with the record: %w", err)
	}
	r.HeldWrongly = wrongly
	if r.States, err = d.states(ctx); err != nil {
		return r, fmt.Errorf("count the states of listings: %w", err)
	}
	for _, code := range slices.Sorted(maps.Keys(d.people.refused)) {
		r.Refused = append(r.Refused, Line{EN: code, N: d.people.refused[code]})
	}
	for _, department := range d.departments {
		if department.manner != prompt {
			r.Departments = append(r.Departments, Line{department.org.NameZH, string(department.manner), department.ledger.Len()})
		}
	}
	return r, nil
}

// Of each directive: how far any version got, and the newest version.
const selectCounts = `WITH d AS (
    SELECT coalesce(a.kind::text, 'impose') AS kind, coalesce(a.step, d.step) AS step,
      d.step IN ('delivered', 'acknowledged') OR coalesce(a.any_delivered, false) AS delivered,
      EXISTS (SELECT FROM report p WHERE p.directive_id = d.id AND p.outcome = 'kept') AS keeps
    FROM directive d LEFT JOIN LATERAL (
      SELECT (array_agg(kind ORDER BY version DESC))[1] AS kind, (array_agg(step ORDER BY version DESC))[1] AS step,
        bool_or(step IN ('delivered', 'acknowledged')) AS any_delivered
      FROM amendment WHERE directive_id = d.id HAVING count(*) > 0) a ON true)
  SELECT (SELECT count(*) FROM listing WHERE published_on IS NOT NULL), count(*), count(*) FILTER (WHERE delivered),
    count(*) FILTER (WHERE step = 'acknowledged'), count(*) FILTER (WHERE kind = 'withdraw' AND step <> 'cancelled'),
    count(*) FILTER (WHERE kind = 'withdraw' AND step = 'acknowledged' AND NOT keeps),
    (SELECT count(*) FROM report WHERE outcome = 'kept') FROM d`

// What is still open: the newest versions that nobody acknowledged.
const selectOpen = `SELECT coalesce(a.kind::text, 'impose') = 'withdraw' AS withdrawal, g.in_force_on, g.ended_on,
    o.ack_working_days AS term
  FROM directive d JOIN ground g ON g.id = d.ground_id JOIN organisation o ON o.id = d.organisation_id
  LEFT JOIN LATERAL (SELECT kind, step FROM amendment WHERE directive_id = d.id ORDER BY version DESC LIMIT 1) a ON true
  WHERE coalesce(a.step, d.step) NOT IN ('acknowledged', 'cancelled')`

// liftingTerm is within how many working days of a listing's end all its
// withdrawals shall be acknowledged.
const liftingTerm = 3

func (d *Demo) counts(ctx context.Context, r *Result) error {
	var open []struct {
		Withdrawal         bool
		InForceOn, EndedOn day.Day
		Term               int
	}
	db := d.config.DB
	err := db.Together(ctx, pg.One(db.NewRaw(selectCounts), &r.ListingsPublished, &r.DirectivesCreated, &r.Delivered, &r.Acknowledged,
		&r.WithdrawalsDue, &r.WithdrawalsAcknowledged, &r.Kept), pg.All(db.NewRaw(selectOpen), &open))
	for _, o := range open {
		due := d.Calendar.AddWorkingDays(o.InForceOn, o.Term)
		if o.Withdrawal {
			due = d.Calendar.AddWorkingDays(o.EndedOn, liftingTerm)
		}
		if due.Day < lastDay {
			r.Overdue++
		}
	}
	return err //nolint:wrapcheck // result says what it was doing
}

// The record's wanted set: that of the newest version, empty if it is withdrawn
// or suspended. What is kept until the last day or longer may be held or not.
const selectWanted = `SELECT d.id, d.organisation_id, coalesce(a.measures, d.measures) AS wanted,
    ARRAY(SELECT measure_id FROM report p WHERE p.directive_id = d.id AND p.outcome = 'kept' AND p.kept_until >= ?) AS kept FROM directive d
  LEFT JOIN LATERAL (SELECT measures FROM amendment WHERE directive_id = d.id ORDER BY version DESC LIMIT 1) a ON true`

// heldWrongly compares every department's own ledger with the record.
func (d *Demo) heldWrongly(ctx context.Context) (int, error) {
	ledgers := map[enforcement.OrganisationID]map[[16]byte]receiver.Entry{}
	for _, department := range d.departments {
		held := map[[16]byte]receiver.Entry{}
		for id, entry := range department.ledger.Snapshot() {
			held[id] = entry
		}
		ledgers[department.org.ID] = held
	}
	var rows []struct {
		ID           enforcement.ID
		Organisation enforcement.OrganisationID `bun:"organisation_id"`
		Wanted       []int16                    `bun:"wanted,array"`
		Kept         []int16                    `bun:"kept,array"`
	}
	if err := d.config.DB.NewRaw(selectWanted, lastDay).Scan(ctx, &rows); err != nil {
		return 0, err //nolint:wrapcheck // result says what it was doing
	}
	wrong := 0
	for _, row := range rows {
		texts := make([]string, 0, len(row.Wanted))
		for _, number := range row.Wanted {
			texts = append(texts, measureText(d.Register, number))
		}
		held := slices.Clone(ledgers[row.Organisation][row.ID].Measures)
		for _, number := range row.Kept {
			held = slices.DeleteFunc(held, func(text string) bool { return text == measureText(d.Register, number) })
		}
		wrong += differ(texts, held)
		delete(ledgers[row.Organisation], row.ID)
	}
	for _, unknown := range ledgers { // to the record, at that organisation
		for _, entry := range unknown {
			wrong += len(entry.Measures)
		}
	}
	return wrong, nil
}

// differ counts what is in one set and not in the other.
func differ(a, b []string) int {
	n := 0
	for _, x := range a {
		if !slices.Contains(b, x) {
			n++
		}
	}
	for _, x := range b {
		if !slices.Contains(a, x) {
			n++
		}
	}
	return n
}

// stateNames says the states in which a listing can be when the year is over.
var stateNames = map[ground.State]string{
	ground.Served: "送达,公告期间", listing.Grace: "宽限期内", ground.Active: "已公布", listing.Extended: "已延长",
	ground.Deleted: "已删除", ground.Expired: "期满", ground.EarlyDeleted: "提前删除", ground.Revoked: "已撤销",
	listing.Refused: "申请被驳回", ground.Abandoned: "公布前终止",
}

func (d *Demo) states(ctx context.Context) ([]Line, error) {
	var states []ground.State
	var counts []int
	err := d.config.DB.NewSelect().Table("listing").ColumnExpr("state, count(*)").Group("state").Order("state").Scan(ctx, &states, &counts)
	if err != nil {
		return nil, err //nolint:wrapcheck // result says what it was doing
	}
	lines := make([]Line, len(states))
	for i, state := range states {
		lines[i] = Line{stateNames[state], string(state), counts[i]}
	}
	suspended, err := d.config.DB.NewSelect().Table("listing").Where("suspended_for IS NOT NULL").Count(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // result says what it was doing
	}
	return append(lines, Line{"其中中止", "of these suspended", int(suspended)}), nil
}
