package audit

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/kinds"
)

// selectDisagreeing finds the cases of a kind of which row and ground do not agree:
// about whom and whose they are, where they stand, and when they ended.
const selectDisagreeing = `SELECT l.id, 0::smallint FROM %s l WHERE NOT EXISTS (SELECT FROM ground g WHERE g.id = l.id
	AND g.subject_id = l.subject_id AND g.organisation_id = %s AND g.list_type = %s
	AND g.case_state = l.state::text AND g.case_version = l.version
	AND g.ended_on IS NOT DISTINCT FROM l.ended_on AND g.retain_until IS NOT DISTINCT FROM l.retain_until
	AND CASE WHEN l.state::text IN (?0) THEN g.state = 'pending' WHEN l.state::text IN (?1) THEN g.state = 'ended'
	  ELSE g.state IN ('in-force', 'suspended') END%s)`

// disagreeing looks for cases of which row and ground do not agree.
func disagreeing(ctx context.Context, db bun.IDB, a *Audit) error {
	for _, kind := range kinds.All() {
		suspended := ` AND g.suspended_for IS NULL AND g.suspended_on IS NULL`
		if kind.Suspends { // before publication a doubt is a task, and no suspension of the ground
			suspended = ` AND g.suspended_for IS NOT DISTINCT FROM l.suspended_for AND g.suspended_on IS NOT DISTINCT FROM l.suspended_on
				AND (g.state <> 'in-force' OR l.suspended_for IS NULL) AND (g.state <> 'suspended' OR l.suspended_for IS NOT NULL)`
		}
		var ids []enforcement.ID
		var versions []int16
		sql := fmt.Sprintf(selectDisagreeing, kind.Rows, kind.OwnerColumn, kind.ListColumn, suspended)
		if err := db.NewRaw(sql, bun.List(kind.Before), bun.List(kind.Ended)).Scan(ctx, &ids, &versions); err != nil {
			return fmt.Errorf("compare the %s with their grounds: %w", kind.Slug, err)
		}
		for i, id := range ids {
			a.find(id, versions[i], "is a %s whose ground says otherwise", kind.Slug)
		}
	}
	return nil
}

// dangling looks for what foreign keys would have prevented, and for what must
// never be: a directive of an ended ground that nothing withdraws.
func dangling(ctx context.Context, db bun.IDB, a *Audit) error {
	for what, sql := range map[string]string{
		"refers to nothing": `SELECT d.id, 1::smallint FROM directive d WHERE NOT EXISTS (SELECT FROM ground g WHERE g.id = d.ground_id
			AND g.subject_id = d.subject_id AND g.kind = d.ground_kind)
			OR NOT EXISTS (SELECT FROM organisation o WHERE o.id = d.organisation_id) OR NOT EXISTS (SELECT FROM plan p WHERE p.id = d.plan_id)`,
		"amends nothing": `SELECT directive_id, version FROM amendment a WHERE NOT EXISTS (SELECT FROM directive d WHERE d.id = a.directive_id
			AND d.organisation_id = a.organisation_id)`,
		"reports on nothing": `SELECT p.directive_id, p.version FROM report p WHERE NOT EXISTS (SELECT FROM directive d
			WHERE d.id = p.directive_id)
			OR (p.version > 1 AND NOT EXISTS (SELECT FROM amendment a WHERE a.directive_id = p.directive_id AND a.version = p.version))`,
		"is said to come from a file and does not": `SELECT s.listing_id, 0::smallint FROM listing_source s
			WHERE NOT EXISTS (SELECT FROM listing l WHERE l.id = s.listing_id AND l.case_id = s.case_id AND l.subject_id = s.subject_id)
				OR NOT EXISTS (SELECT FROM import_run r WHERE r.id = s.import_id)`,
		"is under review without one": `SELECT w.id, 0::smallint FROM reward w
			WHERE (w.state = 'under-review') <> EXISTS (SELECT FROM reward_review v WHERE v.reward_id = w.id AND v.outcome IS NULL)`,
		"its ground has ended and nothing withdraws it": unwithdrawn,
		"another directive tells its organisation of the same ground": `SELECT d.id, 1::smallint FROM directive d
			JOIN ground g ON g.id = d.ground_id AND g.plan_id <> d.plan_id
			JOIN directive o ON o.subject_id = d.subject_id AND o.ground_id = d.ground_id
				AND o.organisation_id = d.organisation_id AND o.id <> d.id
			WHERE NOT EXISTS (SELECT FROM amendment a WHERE a.directive_id IN (d.id, o.id) AND a.kind = 'withdraw')`,
		"stands under another ground than its event says": `SELECT u.id, 1::smallint FROM event e, unnest(e.directives, e.grounds) u (id, ground)
			WHERE e.kind = 'replanned' AND u.ground IS NOT NULL
				AND NOT EXISTS (SELECT FROM directive d WHERE d.id = u.id AND d.ground_id = u.ground)`,
	} {
		var ids []enforcement.ID
		var versions []int16
		if err := db.NewRaw(sql).Scan(ctx, &ids, &versions); err != nil {
			return fmt.Errorf("look for what %s: %w", what, err)
		}
		for i, id := range ids {
			a.find(id, versions[i], "%s", what)
		}
	}
	return nil
}

// unwithdrawn finds directives without an active decision that are not
// withdrawn: there must be none (invariant 35).
const unwithdrawn = `SELECT d.id, 1::smallint FROM directive d JOIN ground g ON g.id = d.ground_id
  WHERE g.state = 'ended' AND NOT EXISTS (SELECT FROM amendment a WHERE a.directive_id = d.id AND a.kind = 'withdraw')`
