package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/memoranda/day"
)

// FigureLimit is how far figures count: what is more than this is shown as this.
// So a backlog of millions costs no more to look at than one of thousands; that
// it grows shows in its age.
const FigureLimit = 1000

// oldestAmong is how many due later versions of a lane are asked for their age.
const oldestAmong = 25

// Figures are what operators watch of the record. Organisations are named by
// slug; nothing in them is about a person.
type Figures struct {
	Due []DueFigure
	// Unlifted is, by organisation, how many withdrawals it has not acknowledged,
	// counted up to FigureLimit.
	Unlifted map[string]int
	// Overdue is, by organisation, on how many days directives ended of whose
	// withdrawals some are not acknowledged although the term is over. Organisations
	// without one are left out.
	Overdue map[string]int
	// Incidents are the open ones by kind.
	Incidents map[string]int
	// Holds are those in force.
	Holds []HoldFigure
	// Imports counts runs by kind and state, and their rows.
	Imports []ImportFigure
	// Orphans counts what recipients hold that a restored record does not know and
	// whose withdrawal they have not acknowledged.
	Orphans int
}

// DueFigure is what waits in one lane of one organisation.
type DueFigure struct {
	Organisation string
	Lane         directive.Lane
	// Count is how many versions are due, those that a hold keeps back included, up
	// to FigureLimit.
	Count int
	// Oldest is when the oldest was written, machine time; zero if none is due. First
	// versions are written in order, so for them it is exact; of later versions the
	// first 25 in the order of sending are looked at.
	Oldest time.Time
}

// ImportFigure counts the runs of one kind in one state, and what became of their
// rows.
type ImportFigure struct {
	Kind, State                                      string
	Runs                                             int
	Drafted, Skipped, Conflicting, Refused, Reviewed int64
}

// HoldFigure counts holds of one scope and cause.
type HoldFigure struct {
	Scope, Cause string
	Count        int
}

// The bounds and orders are those of directive/due.go, for the same reason.
const selectDueFigures = `SELECT o.slug, l.lane::text, coalesce(f.n, 0) + a.n, f.first, t.oldest
  FROM organisation o CROSS JOIN unnest(enum_range(NULL::lane)) l (lane)
  LEFT JOIN LATERAL (SELECT count(*) AS n, (array_agg(id))[1] AS first FROM
    (SELECT id FROM directive WHERE due AND (organisation_id, id) > (o.id, $2) AND organisation_id <= o.id ORDER BY organisation_id, id LIMIT $3) x) f ON l.lane = 'bulk'
  CROSS JOIN LATERAL (SELECT count(*) AS n FROM
    (SELECT FROM amendment WHERE due AND (organisation_id, lane, directive_id) > (o.id, l.lane, $2) AND (organisation_id, lane) <= (o.id, l.lane)
      AND (not_before IS NULL OR not_before <= $1::date) ORDER BY organisation_id, lane, directive_id LIMIT $3) x) a
  LEFT JOIN LATERAL (SELECT min(e.recorded_at) AS oldest FROM
    (SELECT directive_id, version, plan_id FROM amendment WHERE due AND (organisation_id, lane, directive_id) > (o.id, l.lane, $2) AND (organisation_id, lane) <= (o.id, l.lane)
      AND (not_before IS NULL OR not_before <= $1::date) ORDER BY organisation_id, lane, directive_id LIMIT $4) v
    CROSS JOIN LATERAL (SELECT ground_id FROM directive WHERE id = v.directive_id LIMIT 1) d
    CROSS JOIN LATERAL (SELECT coalesce((SELECT max(w.recorded_at) FROM event w WHERE w.kind = 'replanned' AND w.plan_id = v.plan_id),
      (SELECT max(w.recorded_at) FROM event w WHERE w.ground_id = d.ground_id
        AND EXISTS (SELECT FROM unnest(w.directives, w.versions) u (id, v) WHERE u.id = v.directive_id AND u.v = v.version))) AS recorded_at) e) t ON a.n > 0
  ORDER BY o.slug, l.lane`

const selectUnlifted = `SELECT o.slug, w.n FROM organisation o CROSS JOIN LATERAL (SELECT count(*) AS n FROM
    (SELECT FROM amendment WHERE organisation_id = o.id AND kind = 'withdraw' AND NOT burdens AND step IN ('queued', 'left', 'delivered') LIMIT $1) x) w`

const selectOverdue = `SELECT o.slug, count(*) FROM clock c JOIN organisation o ON o.id = c.organisation_id
  WHERE c.done_on IS NULL AND c.due_on < $1::date AND c.kind = $2 GROUP BY o.slug`

const selectIncidentFigures = `SELECT kind, count(*) FROM incident WHERE closed_at IS NULL GROUP BY kind`

const selectHoldFigures = `SELECT scope::text, cause, count(*) FROM hold WHERE ended_at IS NULL GROUP BY scope, cause ORDER BY scope, cause`

// Runs are few: one for each file.
const selectImportFigures = `SELECT kind, state, count(*), sum(drafted)::bigint, sum(skipped)::bigint, sum(conflicting)::bigint, sum(refused)::bigint, sum(reviewed)::bigint
  FROM import_run GROUP BY kind, state ORDER BY kind, state`

const selectOrphanFigure = `SELECT count(*) FROM (SELECT FROM orphan WHERE due LIMIT $1) x`

// Figures reads them in one round trip. It walks indexes of what is open and never
// a table that grows with the years.
func (r *Auditor) Figures(ctx context.Context, on day.Day) (Figures, error) {
	f := Figures{Unlifted: map[string]int{}, Overdue: map[string]int{}, Incidents: map[string]int{}}
	var batch pgx.Batch
	batch.Queue(selectDueFigures, on, directive.NoCursor, FigureLimit, oldestAmong).Query(f.readDue)
	batch.Queue(selectUnlifted, FigureLimit).Query(counts(f.Unlifted))
	batch.Queue(selectOverdue, on, directive.ClockLift.Kind).Query(counts(f.Overdue))
	batch.Queue(selectIncidentFigures).Query(counts(f.Incidents))
	batch.Queue(selectHoldFigures).Query(func(rows pgx.Rows) (err error) {
		f.Holds, err = pgx.CollectRows(rows, pgx.RowToStructByPos[HoldFigure])
		return err
	})
	batch.Queue(selectImportFigures).Query(func(rows pgx.Rows) (err error) {
		f.Imports, err = pgx.CollectRows(rows, pgx.RowToStructByPos[ImportFigure])
		return err
	})
	batch.Queue(selectOrphanFigure, FigureLimit).QueryRow(func(row pgx.Row) error { return row.Scan(&f.Orphans) })
	if err := r.Record.DB.Pool.SendBatch(ctx, &batch).Close(); err != nil {
		return f, fmt.Errorf("read the record's figures: %w", err)
	}
	return f, nil
}

func (f *Figures) readDue(rows pgx.Rows) error {
	var d DueFigure
	var first enforcement.ID
	var oldest *time.Time
	_, err := pgx.ForEachRow(rows, []any{&d.Organisation, &d.Lane, &d.Count, &first, &oldest}, func() error {
		d.Oldest = time.Time{}
		if oldest != nil {
			d.Oldest = *oldest
		}
		if made := first.Made(); !made.IsZero() && (d.Oldest.IsZero() || made.Before(d.Oldest)) {
			d.Oldest = made
		}
		f.Due = append(f.Due, d)
		return nil
	})
	return err
}

// counts reads rows of a name and a number.
func counts(into map[string]int) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var name string
		var n int
		_, err := pgx.ForEachRow(rows, []any{&name, &n}, func() error {
			into[name] = n
			return nil
		})
		return err
	}
}
