// pgx: what is due comes in binary, a thousand at a time.

package directive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/hold"
	"concordat/enforcement/party"
	"concordat/memoranda/day"
)

// Item is one version of one directive as it travels.
type Item struct {
	Directive  enforcement.ID
	Version    int16
	Kind       VersionKind
	Measures   []int16
	ValidUntil day.Day
	Subject    party.Identity
	Ground     Ground
}

// Ground is what an item says of the decision it rests on.
type Ground struct {
	ID         enforcement.ID
	Kind       string
	ListType   string
	Reference  string
	DecidedOn  day.Day
	Owner      string // slug of the list owner
	CaseNumber string
}

// Where the due versions of a lane begin and end in the due indexes. The bounds
// and the order name every column of the index, so that no other index can serve
// them: with the organisation as a plain equality the planner may walk the
// primary key instead, which is in order too, and if its statistics date from a
// day when everything was due it would walk the whole table.
const (
	fromDirective = `due AND (organisation_id, id) > ($1, $3) AND organisation_id <= $1`
	fromAmendment = `due AND (organisation_id, lane, directive_id) > ($1, $2::text::lane, $3) AND (organisation_id, lane) <= ($1, $2::text::lane)`
)

// What a hold stops is not due. The first versions of a lane that is held as a
// whole are not walked at all: there may be millions.
const (
	laneFree = `$2 = 'bulk' AND NOT (SELECT EXISTS (SELECT FROM hold
    WHERE ended_at IS NULL AND (scope = 'everything' OR (scope = 'organisation' AND organisation_id = $1))))`

	freeDirective = ` AND (NOT ` + hold.AnyHold + ` OR NOT directive_held(organisation_id, ground_id, plan_id))`
	freeAmendment = ` AND (NOT ` + hold.AnyHold + ` OR NOT burdens
    OR (SELECT NOT directive_held(f.organisation_id, f.ground_id, f.plan_id) FROM directive f WHERE f.id = directive_id LIMIT 1))`
)

// Later versions are few, so the two due indexes are read apart and merged; the
// cursor keeps one pass from sending twice what it left in doubt, and from
// passing again and again over what it has settled. What belongs to an item is
// fetched one by one (LIMIT 1 says so to the planner): a batch is small beside
// the tables, which a hash join would read through for each.
var selectDue = `SELECT x.id, x.version, x.kind, x.measures, x.valid_until, s.id, s.envelope, ` + party.SealedOf("g.organisation_id") + `,
    g.id, g.kind::text, g.list_type, g.reference, g.decided_on, o.slug, coalesce(c.number, '')
  FROM (
    (SELECT id, 1::smallint AS version, 'impose' AS kind, measures, valid_until, subject_id, ground_id
      FROM directive WHERE ` + laneFree + ` AND ` + fromDirective + freeDirective + ` ORDER BY organisation_id, id LIMIT $4)
    UNION ALL
    (SELECT a.directive_id, a.version, a.kind::text, a.measures, a.valid_until, d.subject_id, d.ground_id
      FROM (SELECT directive_id, version, kind, measures, valid_until FROM amendment WHERE ` + fromAmendment + freeAmendment + `
          AND (not_before IS NULL OR not_before <= $5::date) ORDER BY organisation_id, lane, directive_id LIMIT $4) a
        CROSS JOIN LATERAL (SELECT subject_id, ground_id FROM directive WHERE id = a.directive_id LIMIT 1) d)
    ORDER BY id LIMIT $4) x
  CROSS JOIN LATERAL (SELECT id, envelope, sealed FROM subject WHERE id = x.subject_id LIMIT 1) s
  CROSS JOIN LATERAL (SELECT id, kind, list_type, reference, decided_on, organisation_id, case_id
    FROM ground WHERE id = x.ground_id LIMIT 1) g
  JOIN organisation o ON o.id = g.organisation_id
  LEFT JOIN LATERAL (SELECT number FROM execution_case WHERE id = g.case_id LIMIT 1) c ON true`

// Due reads up to limit versions that are due at an organisation in a lane,
// by directive id from after on. Identities are opened for the send alone.
func (r *Directives) Due(ctx context.Context, org enforcement.OrganisationID, lane Lane, on day.Day, after enforcement.ID, limit int) ([]Item, error) {
	if held, err := r.StandsStill(ctx, lane); held || err != nil {
		return nil, err
	}
	// The mode is said because the rows are read in binary.
	rows, err := r.Record.DB.Pool.Query(ctx, selectDue, pgx.QueryExecModeCacheStatement, org, string(lane), [16]byte(after), limit, on)
	if err != nil {
		return nil, fmt.Errorf("read what is due at organisation %d: %w", org, err)
	}
	items, err := r.readItems(rows, make([]Item, 0, min(limit, Batch)))
	if err != nil {
		return nil, fmt.Errorf("read what is due at organisation %d: %w", org, err)
	}
	if items = inOrder(items); lane == Express {
		return r.withOrphans(ctx, org, after, limit, items)
	}
	return items, nil
}

// StandsStill reports whether a lane stands still because machine time and the
// database's lie too far apart: nothing that burdens is due then. Liftings go on.
func (r *Directives) StandsStill(ctx context.Context, lane Lane) (held bool, err error) {
	if lane == Express {
		return false, nil
	}
	err = r.Record.RightClock(ctx)
	if _, skewed := errors.AsType[*enforcement.Refusal](err); skewed {
		return true, nil
	}
	return false, err
}

// inOrder sorts by directive. Items come in order as a rule; the planner does not know
// and would sort all the columns.
func inOrder(items []Item) []Item {
	byID := func(a, b Item) int { return bytes.Compare(a.Directive[:], b.Directive[:]) }
	if !slices.IsSortedFunc(items, byID) {
		slices.SortFunc(items, byID)
	}
	return items
}

const selectIsDue = `SELECT CASE WHEN ` + laneFree + `
    THEN (SELECT true FROM directive WHERE ` + fromDirective + freeDirective + `
      ORDER BY organisation_id, id LIMIT 1) END IS TRUE
  OR (SELECT true FROM amendment WHERE ` + fromAmendment + freeAmendment + `
      AND (not_before IS NULL OR not_before <= $4::date)
    ORDER BY organisation_id, lane, directive_id LIMIT 1) IS TRUE
  OR ($2 = 'express' AND (SELECT true FROM orphan WHERE ` + fromOrphan + ` ORDER BY organisation_id, directive_id LIMIT 1)) IS TRUE`

// IsDue reports whether anything is due at an organisation in a lane.
func (r *Directives) IsDue(ctx context.Context, w WakeUp, on day.Day) (bool, error) {
	if held, err := r.StandsStill(ctx, w.Lane); held || err != nil {
		return false, err
	}
	var due bool
	err := r.Record.DB.Pool.QueryRow(ctx, selectIsDue, w.Organisation, string(w.Lane), noCursor, on).Scan(&due)
	if err != nil {
		return false, fmt.Errorf("ask what is due at organisation %d: %w", w.Organisation, err)
	}
	return due, nil
}

// noCursor is below every id; as an ID it would be NULL.
var noCursor = [16]byte{}

const selectLanes = `SELECT o.id, l.lane::text FROM organisation o, unnest(enum_range(NULL::lane)) l (lane)
  WHERE CASE WHEN l.lane = 'bulk' AND NOT EXISTS (SELECT FROM hold h
      WHERE h.ended_at IS NULL AND (h.scope = 'everything' OR (h.scope = 'organisation' AND h.organisation_id = o.id)))
    THEN (SELECT true FROM directive d
      WHERE due AND (d.organisation_id, d.id) > (o.id, $2) AND d.organisation_id <= o.id` + freeDirective + `
      ORDER BY d.organisation_id, d.id LIMIT 1) END
  OR (SELECT true FROM amendment a
    WHERE due AND (a.organisation_id, a.lane, a.directive_id) > (o.id, l.lane, $2)
      AND (a.organisation_id, a.lane) <= (o.id, l.lane)` + freeAmendment + `
      AND (not_before IS NULL OR not_before <= $1::date)
    ORDER BY a.organisation_id, a.lane, a.directive_id LIMIT 1)
  OR (l.lane = 'express' AND EXISTS (SELECT FROM orphan n WHERE n.due AND n.organisation_id = o.id))
  OR EXISTS (SELECT FROM attempt t WHERE t.organisation_id = o.id AND t.lane = l.lane AND settled_at IS NULL)
  ORDER BY l.lane, o.id`

// Lanes lists every lane of every organisation with something due or with an
// attempt left open, express first.
func (r *Directives) Lanes(ctx context.Context, on day.Day) ([]WakeUp, error) {
	rows, err := r.Record.DB.Pool.Query(ctx, selectLanes, on, noCursor)
	if err != nil {
		return nil, fmt.Errorf("list the lanes with something due: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (WakeUp, error) {
		var w WakeUp
		err := row.Scan(&w.Organisation, &w.Lane)
		return w, err
	})
}
