package directive

import (
	"context"
	"maps"
	"slices"

	"github.com/uptrace/bun"

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
	ofGrounds        = ` FROM ground g JOIN directive d ON d.subject_id = g.subject_id AND d.ground_id = g.id`
	lockDirectivesOf = `SELECT` + ofGrounds + ` WHERE g.id = ANY (?) ORDER BY d.id FOR NO KEY UPDATE OF d`
	lockDirectives   = `SELECT FROM directive WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE`
)

// hasLeft is true of the step of what left; what a cancelled version names did not.
const hasLeft = `IN ('left', 'delivered', 'acknowledged')`

// Of each directive of the grounds: its newest version, whether anything of it
// may have left (an answer, a doubt, an attempt still open, or a restored record
// that does not know what left), the set that is carried when nothing is suspended
// or withdrawn, how often the record was restored, and whether the ground is unconfirmed
// since; and who doubts there whose identity it is.
const selectNewest = `SELECT d.id, g.id AS ground_id, d.organisation_id,
    coalesce(a.version, 1) AS version, coalesce(a.kind::text, 'impose') AS kind,
    d.step ` + hasLeft + ` OR coalesce(a.gone, false) OR ` + hold.Restoring + `
      OR EXISTS (SELECT FROM attempt t JOIN event e ON e.id = t.event_id
          WHERE t.settled_at IS NULL AND t.organisation_id = d.organisation_id AND d.id = ANY (e.directives)) AS gone,
    coalesce(a.carried, d.measures) AS carried, coalesce(a.valid_until, d.valid_until) AS valid_until,
    record_epoch() AS epoch, d.ground_kind = 'reward' AS reward, unconfirmed(g) AS unconfirmed,
    coalesce(i.reported_by, '') AS doubted_by, coalesce(i.confirmed_by, '') AS confirmed_by` + ofGrounds + `
  LEFT JOIN identity_doubt i ON i.ground_id = g.id AND i.organisation_id = d.organisation_id AND i.closed_on IS NULL
  LEFT JOIN LATERAL (SELECT max(version) AS version, bool_or(step ` + hasLeft + `) AS gone,
      (array_agg(kind ORDER BY version DESC))[1] AS kind, (array_agg(valid_until ORDER BY version DESC))[1] AS valid_until,
      (SELECT measures FROM amendment c WHERE c.directive_id = d.id AND kind IN ('amend', 'resume', 'permit-end')
        ORDER BY version DESC LIMIT 1) AS carried
    FROM amendment WHERE directive_id = d.id) a ON true`

// newest is the newest version of a directive, as it is read before another is written.
type newest struct {
	ID           enforcement.ID             `bun:"id"`
	Ground       enforcement.ID             `bun:"ground_id"`
	Organisation enforcement.OrganisationID `bun:"organisation_id"`
	Version      int16                      `bun:"version"`
	Kind         VersionKind                `bun:"kind"`
	Gone         bool                       `bun:"gone"`
	Carried      []int16                    `bun:"carried,array"`
	ValidUntil   day.Day                    `bun:"valid_until"`
	Epoch        int16                      `bun:"epoch"`
	Reward       bool                       `bun:"reward"`
	Unconfirmed  bool                       `bun:"unconfirmed"`
	// DoubtedBy reported that its organisation cannot tell whose identity it is, ConfirmedBy
	// confirmed it; empty: nobody.
	DoubtedBy   string `bun:"doubted_by"`
	ConfirmedBy string `bun:"confirmed_by"`

	above bool // its recipient was found to hold a newer one
}

func (c newest) doubted() bool { return c.DoubtedBy != "" }

// takes says whether a version of a kind is written of it. A withdrawal is final. Where the
// identity is doubted nothing but what lifts is told, and not again what is lifted already.
func (c newest) takes(kind VersionKind) bool {
	switch {
	case c.Kind == Withdraw || c.Version >= hold.MaxVersion:
		return false
	case !c.doubted() || kind == Withdraw:
		return true
	}
	return kind == Suspend && (c.Kind != Suspend || c.above)
}

// amendment is a later version of a directive as it is kept.
type amendment struct {
	bun.BaseModel `bun:"table:amendment,alias:a"`

	Directive    enforcement.ID             `bun:"directive_id,pk"`
	Version      int16                      `bun:"version,pk"`
	Organisation enforcement.OrganisationID `bun:"organisation_id"`
	Kind         VersionKind                `bun:"kind"`
	Lane         Lane                       `bun:"lane"`
	Step         Step                       `bun:"step"`
	Until        day.Day                    `bun:"valid_until"`
	Burdens      bool                       `bun:"burdens"`
	Due          bool                       `bun:"due"`
	Set          []int16                    `bun:"measures,array"`
}

// Standing is how the directives of grounds stand, locked.
type Standing []newest

// Ask asks for it: the directives are locked in the order of ids, and then read.
func (s *Standing) Ask(db bun.IDB, grounds ...enforcement.ID) []pg.Ask {
	of := pg.Array(grounds)
	return []pg.Ask{pg.Just(db.NewRaw(lockDirectivesOf, of)), pg.All(db.NewRaw(selectNewest+` WHERE g.id = ANY (?) ORDER BY d.id`, of), (*[]newest)(s))}
}

// Append writes a new version for every directive that stands, except those that are
// withdrawn already, and of those whose organisation doubts the identity all but what lifts
// ([newest.takes]). A version with an empty set of which nothing
// ever left is written as cancelled: its recipient never heard of the subject and shall
// not hear now; should an attempt turn out to have named it, the settlement queues it.
// Whatever was pending before is replaced. The versions are noted on the event of the
// act.
func (r *Directives) Append(ctx context.Context, tx *pg.Tx, e *record.Event, kind VersionKind, standing Standing, until day.Day) error {
	e.Until = until
	list := slices.DeleteFunc(standing, func(c newest) bool { return !c.takes(kind) })
	if len(list) == 0 {
		return nil
	}
	ids := make([]enforcement.ID, len(list))
	for i, c := range list {
		ids[i] = c.ID
	}
	rows, wakes := versions(e, kind, list, until)
	if err := r.WakeIn(ctx, tx, wakes); err != nil {
		return err
	}
	ReplacePending(tx, ids)
	tx.Later(tx.NewInsert().Model(&rows), "write %d versions", len(rows))
	return nil
}

// Above counts the versions that recipients were found to hold too. Where none is left
// above them, no version is written: the recipient would take none.
func (s Standing) Above(held []InventoryLine) Standing {
	for _, line := range held {
		for i := range s {
			if c := &s[i]; line.Directive == c.ID {
				c.above = c.above || line.Version > c.Version
				c.Version = max(c.Version, line.Version)
			}
		}
	}
	return s
}

// ReplacePending stops every pending version of the directives: a queued one is
// cancelled unless an open attempt names it, one in doubt stays in doubt.
func ReplacePending(tx *pg.Tx, ids []enforcement.ID) {
	of := pg.Array(ids)
	tx.Later(tx.NewRaw(replaceFirst, of), "replace the first versions")
	tx.Later(tx.NewRaw(replaceLater, of), "replace the later versions")
}

// What an open attempt names may have left.
const (
	openAttempts = `FROM attempt t JOIN event e ON e.id = t.event_id, unnest(e.directives, e.versions) u (id, version)
    WHERE t.settled_at IS NULL AND t.organisation_id = `
	replaced     = ` SET due = false, step = CASE WHEN step <> 'queued' THEN step WHEN EXISTS (SELECT ` + openAttempts
	replaceFirst = `UPDATE directive d` + replaced + `d.organisation_id AND u.id = d.id AND u.version = 1) THEN 'left'::step
    ELSE 'cancelled'::step END WHERE id = ANY (?) AND due`
	replaceLater = `UPDATE amendment a` + replaced + `a.organisation_id AND u.id = a.directive_id AND u.version = a.version) THEN 'left'::step
    ELSE 'cancelled'::step END WHERE directive_id = ANY (?) AND due`
)

// next says what a version of a kind would carry, in which lane it goes, whether it
// burdens, and where it begins.
func (c newest) next(kind VersionKind, until day.Day) (set []int16, lane Lane, burdens bool, step Step) {
	switch kind {
	case Withdraw, Suspend:
		step = Queued
		if !c.Gone {
			step = Cancelled
		}
		// The end of a grant lifts nothing: it takes something away, never goes before
		// a lifting, and a hold stops it.
		if c.Reward {
			return []int16{}, Bulk, true, step
		}
		return []int16{}, Express, false, step
	case Resume, PermitEnd:
		return c.Carried, Bulk, true, Queued
	case Amend:
		// The same set again lightens nothing and burdens nobody anew, unless
		// nothing ever left or the term grows; or it may have been lifted in the time
		// that a restoration lost, and would restrict again.
		if c.Gone && until <= c.ValidUntil && !c.Unconfirmed {
			return c.Carried, Express, false, Queued
		}
		return c.Carried, Bulk, true, Queued
	case Impose, Permit:
		return c.Carried, Bulk, true, Queued
	default:
		return c.Carried, Bulk, true, Queued
	}
}

// versions are those of a kind that follow, and whom to wake for them.
func versions(e *record.Event, kind VersionKind, list []newest, until day.Day) ([]amendment, []WakeUp) {
	touched := map[WakeUp]bool{}
	rows := make([]amendment, 0, len(list))
	for _, c := range list {
		set, lane, burdens, step := c.next(kind, until)
		version := hold.Following(c.Version, c.Epoch)
		e.Directives, e.Versions, e.Outcomes = append(e.Directives, c.ID), append(e.Versions, version), append(e.Outcomes, StepNumber(step))
		rows = append(rows, amendment{
			Directive: c.ID, Version: version, Organisation: c.Organisation, Kind: kind, Lane: lane, Step: step, Until: until, Burdens: burdens, Due: step == Queued, Set: set,
		})
		if step == Queued {
			touched[WakeUp{c.Organisation, lane}] = true
		}
	}
	return rows, slices.SortedFunc(maps.Keys(touched), CompareWakeUps)
}

// VersionKey names one version of one directive.
type VersionKey struct {
	Directive enforcement.ID
	Version   int16
}
