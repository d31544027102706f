package directive

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/hold"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Step is how far one version of a directive got.
type Step string

// The steps, in the order of progress. Left: an attempt names the version and no
// answer came, so it is in doubt. Cancelled is final only when no attempt ever
// named the version.
const (
	Queued       Step = "queued"
	Left         Step = "left"
	Delivered    Step = "delivered"
	Acknowledged Step = "acknowledged"
	Cancelled    Step = "cancelled"
)

// Steps are all steps, in the order of progress; how events write them is [StepNumber].
var Steps = []Step{Queued, Left, Delivered, Acknowledged, Cancelled}

// VersionKind says for people what a version is; its set decides.
type VersionKind string

// The kinds of version.
const (
	Impose    VersionKind = "impose"
	Amend     VersionKind = "amend"
	Suspend   VersionKind = "suspend"
	Resume    VersionKind = "resume"
	Permit    VersionKind = "permit"
	PermitEnd VersionKind = "permit-end"
	Withdraw  VersionKind = "withdraw"
)

// Words for the first and the last version under a reward. They are no kinds of
// the record, which has Impose and Withdraw ([VersionKind.Told]).
const (
	grant    = "grant"
	grantEnd = "grant-end"
)

// Told is what people are told that a version is. A reward is granted and its
// grant ends: nothing is imposed by it, and its end is no sanction.
func (k VersionKind) Told(ground memoranda.GroundKind) VersionKind {
	switch {
	case ground != memoranda.OnReward:
		return k
	case k == Impose:
		return grant
	case k == Withdraw:
		return grantEnd
	default:
		return k
	}
}

// The directive rows come first in the order of locks, sorted by id, and stand
// for all versions: whoever writes or moves a later version holds them. They are
// locked by a statement of their own, for a statement that waits for a lock goes
// on with what it saw of other tables before.
const (
	lockDirectivesOf = `SELECT FROM ground g JOIN directive d ON d.subject_id = g.subject_id AND d.ground_id = g.id
  WHERE g.id = ANY ($1) ORDER BY d.id FOR NO KEY UPDATE OF d`
	lockDirectives = `SELECT FROM directive WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE`
)

// Of each directive of the grounds: its newest version, whether anything of it
// may have left (an answer, a doubt, an attempt still open, or a restored record
// that does not know what left), the set that is carried when nothing is suspended
// or withdrawn, and how often the record was restored.
const selectCurrent = `SELECT d.id, d.organisation_id, coalesce(a.version, 1), coalesce(a.kind::text, 'impose'),
    d.step IN ('left', 'delivered', 'acknowledged') OR coalesce(a.gone, false) OR ` + hold.Restoring + `
      OR EXISTS (SELECT FROM attempt t JOIN event e ON e.id = t.event_id
          WHERE t.settled_at IS NULL AND t.organisation_id = d.organisation_id AND d.id = ANY (e.directives)),
    coalesce(a.carried, d.measures), coalesce(a.valid_until, d.valid_until), (SELECT coalesce(max(epoch), 0::smallint) FROM restoration), d.ground_kind = 'reward'
  FROM ground g JOIN directive d ON d.subject_id = g.subject_id AND d.ground_id = g.id
  LEFT JOIN LATERAL (SELECT max(version) AS version, bool_or(step IN ('left', 'delivered', 'acknowledged')) AS gone,
      (array_agg(kind ORDER BY version DESC))[1] AS kind, (array_agg(valid_until ORDER BY version DESC))[1] AS valid_until,
      (SELECT measures FROM amendment c WHERE c.directive_id = d.id AND kind IN ('amend', 'resume', 'permit-end') ORDER BY version DESC LIMIT 1) AS carried
    FROM amendment WHERE directive_id = d.id) a ON true
  WHERE g.id = ANY ($1) ORDER BY d.id`

// newest is the newest version of a directive, as it is read before another is written.
type newest struct {
	id           enforcement.ID
	organisation enforcement.OrganisationID
	version      int16
	kind         VersionKind
	gone         bool
	carried      []int16
	validUntil   day.Day
	epoch        int16
	reward       bool
}

// Append writes a new version for every directive of the grounds, except those
// that are withdrawn already: a withdrawal is final. A version with an empty set
// of which nothing ever left is written as cancelled: its recipient never heard
// of the subject and shall not hear now; should an attempt turn out to have named
// it, the settlement queues it. Whatever was pending before is replaced. The
// wake-ups come last. The versions are noted on the event of the act.
func (r *Directives) Append(ctx context.Context, tx *pg.Tx, e *record.Event, kind VersionKind, grounds []enforcement.ID, until day.Day) error {
	return r.AppendAbove(ctx, tx, e, kind, grounds, until, nil)
}

// AppendAbove is Append with versions above those that recipients were
// found to hold, too. Where none is left, no version is written: the recipient
// would take none.
func (r *Directives) AppendAbove(ctx context.Context, tx *pg.Tx, e *record.Event, kind VersionKind, grounds []enforcement.ID, until day.Day, held []InventoryLine) error {
	e.Until = until
	err := tx.Pgx(func(p pgx.Tx) error {
		if _, err := p.Exec(ctx, lockDirectivesOf, grounds); err != nil {
			return err
		}
		rows, err := p.Query(ctx, selectCurrent, grounds)
		if err != nil {
			return err
		}
		var wakes []WakeUp
		list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (newest, error) {
			var c newest
			err := row.Scan(&c.id, &c.organisation, &c.version, &c.kind, &c.gone, &c.carried, &c.validUntil, &c.epoch, &c.reward)
			for _, line := range held {
				if line.Directive == c.id {
					c.version = max(c.version, line.Version)
				}
			}
			return c, err
		})
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(c newest) bool { return c.kind == Withdraw || c.version >= hold.MaxVersion })
		if len(list) == 0 {
			return nil
		}
		ids := make([]enforcement.ID, len(list))
		for i, c := range list {
			ids[i] = c.id
		}
		if err := r.ReplacePending(ctx, p, ids); err != nil {
			return err
		}
		wakes, err = writeVersions(ctx, p, e, kind, list, until)
		if err != nil {
			return err
		}
		return r.WakeIn(ctx, p, wakes)
	})
	if err != nil {
		return fmt.Errorf("append %s to the directives of %d grounds: %w", kind, len(grounds), err)
	}
	return nil
}

// ReplacePending stops every pending version of the directives: a queued one is
// cancelled unless an open attempt names it, one in doubt stays in doubt.
func (r *Directives) ReplacePending(ctx context.Context, p pgx.Tx, ids []enforcement.ID) error {
	_, err := p.Exec(ctx, `UPDATE directive SET due = false, step = CASE WHEN step <> 'queued' THEN step
			WHEN EXISTS (`+openAttemptNames+`) THEN 'left'::step ELSE 'cancelled'::step END WHERE id = ANY($1) AND due`, ids)
	if err != nil {
		return fmt.Errorf("replace the first versions: %w", err)
	}
	_, err = p.Exec(ctx, `UPDATE amendment a SET due = false, step = CASE WHEN step <> 'queued' THEN step
			WHEN EXISTS (SELECT FROM attempt t JOIN event e ON e.id = t.event_id, unnest(e.directives, e.versions) u (id, version)
				WHERE t.settled_at IS NULL AND t.organisation_id = a.organisation_id AND u.id = a.directive_id AND u.version = a.version) THEN 'left'::step
			ELSE 'cancelled'::step END WHERE directive_id = ANY($1) AND due`, ids)
	if err != nil {
		return fmt.Errorf("replace the later versions: %w", err)
	}
	return nil
}

const openAttemptNames = `SELECT FROM attempt t JOIN event e ON e.id = t.event_id, unnest(e.directives, e.versions) u (id, version)
  WHERE t.settled_at IS NULL AND t.organisation_id = directive.organisation_id AND u.id = directive.id AND u.version = 1`

// next says what a version of a kind would carry, in which lane it goes, whether it
// burdens, and where it begins.
func (c newest) next(kind VersionKind, until day.Day) (set []int16, lane Lane, burdens bool, step Step) {
	switch kind {
	case Withdraw, Suspend:
		step = Queued
		if !c.gone {
			step = Cancelled
		}
		// The end of a grant lifts nothing: it takes something away, never goes before
		// a lifting, and a hold stops it.
		if c.reward {
			return []int16{}, Bulk, true, step
		}
		return []int16{}, Express, false, step
	case Resume, PermitEnd:
		return c.carried, Bulk, true, Queued
	case Amend:
		// The same set again lightens nothing and burdens nobody anew, unless
		// nothing ever left or the term grows.
		if c.gone && until <= c.validUntil {
			return c.carried, Express, false, Queued
		}
		return c.carried, Bulk, true, Queued
	case Impose, Permit:
		return c.carried, Bulk, true, Queued
	default:
		return c.carried, Bulk, true, Queued
	}
}

func writeVersions(ctx context.Context, p pgx.Tx, e *record.Event, kind VersionKind, list []newest, until day.Day) ([]WakeUp, error) {
	touched := map[WakeUp]bool{}
	batch := make([][]any, 0, len(list))
	for _, c := range list {
		set, lane, burdens, step := c.next(kind, until)
		e.Directives = append(e.Directives, c.id)
		version := hold.Following(c.version, c.epoch)
		e.Versions = append(e.Versions, version)
		e.Outcomes = append(e.Outcomes, StepNumber(step))
		batch = append(batch, []any{c.id, version, c.organisation, kind, lane, step, until, burdens, step == Queued, set})
		if step == Queued {
			touched[WakeUp{c.organisation, lane}] = true
		}
	}
	const insert = `INSERT INTO amendment (directive_id, version, organisation_id, kind, lane, step, valid_until, burdens, due, measures)
		VALUES ($1, $2, $3, $4::text::version_kind, $5::text::lane, $6::text::step, $7::date, $8, $9, $10)`
	b := &pgx.Batch{}
	for _, args := range batch {
		b.Queue(insert, args...)
	}
	if err := p.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("write %d versions: %w", len(batch), err)
	}
	return slices.SortedFunc(maps.Keys(touched), CompareWakeUps), nil
}

// VersionKey names one version of one directive.
type VersionKey struct {
	Directive enforcement.ID
	Version   int16
}
