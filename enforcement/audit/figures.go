package audit

import (
	"context"
	"fmt"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/internal/pg"
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
	// Kept counts what organisations keep on their own basis after its withdrawal. It
	// counts as kept, never as withdrawn.
	Kept []KeptFigure
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

// KeptFigure counts the measures that an organisation keeps, in one state.
type KeptFigure struct {
	Organisation string
	State        directive.KeptState
	Count        int
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
const selectDueFigures = `SELECT o.slug AS organisation, l.lane, coalesce(f.n, 0) + a.n AS count, f.first, t.oldest
  FROM organisation o CROSS JOIN unnest(enum_range(NULL::lane)) l (lane)
  LEFT JOIN LATERAL (SELECT count(*) AS n, (array_agg(id))[1] AS first FROM
    (SELECT id FROM directive WHERE due AND (organisation_id, id) > (o.id, ?1) AND organisation_id <= o.id
      ORDER BY organisation_id, id LIMIT ?2) x) f ON l.lane = 'bulk'
  CROSS JOIN LATERAL (SELECT count(*) AS n FROM
    (SELECT FROM amendment WHERE due AND (organisation_id, lane, directive_id) > (o.id, l.lane, ?1)
      AND (organisation_id, lane) <= (o.id, l.lane)
      AND (not_before IS NULL OR not_before <= ?0) ORDER BY organisation_id, lane, directive_id LIMIT ?2) x) a
  LEFT JOIN LATERAL (SELECT min(e.recorded_at) AS oldest FROM
    (SELECT directive_id, version, plan_id FROM amendment WHERE due AND (organisation_id, lane, directive_id) > (o.id, l.lane, ?1)
      AND (organisation_id, lane) <= (o.id, l.lane)
      AND (not_before IS NULL OR not_before <= ?0) ORDER BY organisation_id, lane, directive_id LIMIT ?3) v
    CROSS JOIN LATERAL (SELECT ground_id FROM directive WHERE id = v.directive_id LIMIT 1) d
    CROSS JOIN LATERAL (SELECT coalesce((SELECT max(w.recorded_at) FROM event w WHERE w.kind = 'replanned' AND w.plan_id = v.plan_id),
      (SELECT max(w.recorded_at) FROM event w WHERE w.ground_id = d.ground_id
        AND EXISTS (SELECT FROM unnest(w.directives, w.versions) u (id, v) WHERE u.id = v.directive_id
          AND u.v = v.version))) AS recorded_at) e) t ON a.n > 0
  ORDER BY o.slug, l.lane`

const selectUnlifted = `SELECT o.slug AS name, w.n FROM organisation o CROSS JOIN LATERAL (SELECT count(*) AS n FROM
    (SELECT FROM amendment WHERE organisation_id = o.id AND kind = 'withdraw' AND NOT burdens
      AND step IN ('queued', 'left', 'delivered') LIMIT ?) x) w`

const selectOverdue = `SELECT o.slug AS name, count(*) AS n FROM clock c JOIN organisation o ON o.id = c.organisation_id
  WHERE c.done_on IS NULL AND c.due_on < ?0 AND c.kind = ?1 GROUP BY o.slug`

// What is kept has an index of its own.
const selectKeptFigures = `SELECT o.slug AS organisation, ` + directive.KeptStateOn + ` AS state, count(*) AS count
  FROM report p JOIN directive d ON d.id = p.directive_id JOIN ground g ON g.id = d.ground_id
    JOIN organisation o ON o.id = d.organisation_id WHERE p.outcome = 'kept' GROUP BY 1, 2 ORDER BY 1, 2`

const selectIncidentFigures = `SELECT kind AS name, count(*) AS n FROM incident WHERE closed_at IS NULL GROUP BY kind`

const selectHoldFigures = `SELECT scope, cause, count(*) AS count FROM hold WHERE ended_at IS NULL GROUP BY scope, cause
  ORDER BY scope, cause`

// Runs are few: one for each file.
const selectImportFigures = `SELECT kind, state, count(*) AS runs, sum(drafted)::bigint AS drafted, sum(skipped)::bigint AS skipped,
    sum(conflicting)::bigint AS conflicting, sum(refused)::bigint AS refused, sum(reviewed)::bigint AS reviewed
  FROM import_run GROUP BY kind, state ORDER BY kind, state`

const selectOrphanFigure = `SELECT count(*) FROM (SELECT FROM orphan WHERE due LIMIT ?) x`

// dueRow is what waits in a lane, as it is read: First is the first of its directives.
type dueRow struct {
	Organisation string         `bun:"organisation"`
	Lane         directive.Lane `bun:"lane"`
	Count        int            `bun:"count"`
	First        enforcement.ID `bun:"first"`
	Oldest       time.Time      `bun:"oldest"`
}

func (d dueRow) figure() DueFigure {
	f := DueFigure{Organisation: d.Organisation, Lane: d.Lane, Count: d.Count, Oldest: d.Oldest}
	if made := d.First.Made(); !made.IsZero() && (f.Oldest.IsZero() || made.Before(f.Oldest)) {
		f.Oldest = made
	}
	return f
}

// count is how many there are of a name.
type count struct {
	Name string `bun:"name"`
	N    int    `bun:"n"`
}

func byName(list []count) map[string]int {
	named := make(map[string]int, len(list))
	for _, c := range list {
		named[c.Name] = c.N
	}
	return named
}

// Figures reads them in one round trip. It walks indexes of what is open and never
// a table that grows with the years.
func (r *Auditor) Figures(ctx context.Context, on day.Day) (f Figures, err error) {
	var due []dueRow
	var unlifted, overdue, incidents []count
	db := r.Record.DB
	err = db.Together(ctx,
		pg.All(db.NewRaw(selectDueFigures, on, enforcement.ID{}.Cursor(), FigureLimit, oldestAmong), &due),
		pg.All(db.NewRaw(selectUnlifted, FigureLimit), &unlifted),
		pg.All(db.NewRaw(selectOverdue, on, directive.ClockLift.Kind), &overdue),
		pg.All(db.NewRaw(selectKeptFigures, on), &f.Kept),
		pg.All(db.NewRaw(selectIncidentFigures), &incidents),
		pg.All(db.NewRaw(selectHoldFigures), &f.Holds),
		pg.All(db.NewRaw(selectImportFigures), &f.Imports),
		pg.One(db.NewRaw(selectOrphanFigure, FigureLimit), &f.Orphans))
	if err != nil {
		return f, fmt.Errorf("read the record's figures: %w", err)
	}
	f.Unlifted, f.Overdue, f.Incidents = byName(unlifted), byName(overdue), byName(incidents)
	for _, d := range due {
		f.Due = append(f.Due, d.figure())
	}
	return f, nil
}
