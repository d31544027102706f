package explain

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// explainedGround is a ground with what an explanation says of its decision.
type explainedGround struct {
	id            enforcement.ID
	kind          memoranda.GroundKind
	listType      string
	subject       enforcement.ID
	subjectKind   memoranda.SubjectKind
	owner         enforcement.OrganisationID
	ownerZH       string
	ownerEN       string
	serves        string
	region        string // the subject's; empty: not known
	reference     string
	decidedOn     day.Day
	validUntil    day.Day
	state         string
	plan          int32
	inForceOn     day.Day
	endedOn       day.Day
	caseNumber    string
	envelope      []byte
	sealed        []byte
	conducts      []listing.Conduct // of a court's listing
	circumstances []string          // of an administrative listing, slugs of its list type
	basis         string            // as an administrative decision cites it
	noticedOn     day.Day
	windowUntil   day.Day // to state and defend
	announcedOn   day.Day
	how           string // it ended; empty: it did not, or before anything was in force
	servedOn      day.Day
	publishedOn   day.Day
	termUntil     day.Day
	suspensions   []suspension
	hasDirective  bool // one to the organisation that asks
}

// suspension is a span of days on which a ground was suspended; no until: still.
type suspension struct{ from, until day.Day }

const selectExplainedGround = `SELECT g.id, g.kind::text, g.list_type, g.subject_id, s.kind::text, g.organisation_id, o.name_zh, o.name_en, o.serves, coalesce(s.region, ''),
    g.reference, g.decided_on, g.valid_until, g.state::text, coalesce(g.plan_id, 0), g.in_force_on, g.ended_on, coalesce(c.number, ''), s.envelope, s.sealed,
    coalesce(l.conducts, '{}'), coalesce(m.grounds, '{}'), coalesce(m.basis, ''), coalesce(l.notice_served_on, m.notice_served_on), m.window_until, m.announced_on,
    coalesce(l.served_on, m.served_on), coalesce(l.published_on, m.published_on), coalesce(greatest(l.term_until, l.extended_until), m.term_until, w.valid_until),
    CASE WHEN g.state = 'ended' THEN coalesce(l.state::text, m.state::text, w.end_kind, '') ELSE '' END,
    EXISTS (SELECT FROM directive d WHERE d.subject_id = g.subject_id AND d.ground_id = g.id AND d.organisation_id = $2)
  FROM ground g JOIN subject s ON s.id = g.subject_id JOIN organisation o ON o.id = g.organisation_id
  LEFT JOIN execution_case c ON c.id = g.case_id LEFT JOIN listing l ON l.id = g.id
  LEFT JOIN administrative_listing m ON m.id = g.id LEFT JOIN reward w ON w.id = g.id`

func scanExplainedGround(row pgx.CollectableRow) (explainedGround, error) {
	var g explainedGround
	err := row.Scan(&g.id, &g.kind, &g.listType, &g.subject, &g.subjectKind, &g.owner, &g.ownerZH, &g.ownerEN, &g.serves, &g.region,
		&g.reference, &g.decidedOn, &g.validUntil, &g.state, &g.plan, &g.inForceOn, &g.endedOn, &g.caseNumber, &g.envelope, &g.sealed,
		&g.conducts, &g.circumstances, &g.basis, &g.noticedOn, &g.windowUntil, &g.announcedOn,
		&g.servedOn, &g.publishedOn, &g.termUntil, &g.how, &g.hasDirective)
	return g, err
}

// explainable reads the grounds of a subject that the one who asks may know of:
// an overseer and the system all, others their own organisation's decisions and
// those that sent it a directive.
func (r *Explainer) explainable(ctx context.Context, act enforcement.Act, subject enforcement.ID) ([]explainedGround, error) {
	rows, err := r.Record.DB.Pool.Query(ctx, selectExplainedGround+` WHERE g.subject_id = $1 ORDER BY g.id`, subject, int32(act.Actor.Organisation))
	if err != nil {
		return nil, fmt.Errorf("read the grounds of subject %s: %w", subject, err)
	}
	list, err := pgx.CollectRows(rows, scanExplainedGround)
	if err != nil {
		return nil, fmt.Errorf("read the grounds of subject %s: %w", subject, err)
	}
	list = slices.DeleteFunc(list, func(g explainedGround) bool { return !g.mayExplain(act) })
	for i := range list {
		if err := r.readSuspensions(ctx, &list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// explainedGroundOf reads the ground of one directive.
func (r *Explainer) explainedGroundOf(ctx context.Context, act enforcement.Act, groundID enforcement.ID) (explainedGround, error) {
	rows, err := r.Record.DB.Pool.Query(ctx, selectExplainedGround+` WHERE g.id = $1`, groundID, int32(act.Actor.Organisation))
	if err != nil {
		return explainedGround{}, fmt.Errorf("read ground %s: %w", groundID, err)
	}
	g, err := pgx.CollectExactlyOneRow(rows, scanExplainedGround)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return g, enforcement.Refuse("not-found")
	case err != nil:
		return g, fmt.Errorf("read ground %s: %w", groundID, err)
	case !g.mayExplain(act):
		return g, enforcement.Refuse("not-found")
	}
	return g, r.readSuspensions(ctx, &g)
}

func seesAll(act enforcement.Act) bool {
	return act.Actor.Role == enforcement.Overseer || act.Actor.Role == enforcement.System
}

func (g explainedGround) mayExplain(act enforcement.Act) bool {
	return seesAll(act) || g.owner == act.Actor.Organisation || g.hasDirective
}

// readSuspensions reads from the log when the ground was suspended.
func (r *Explainer) readSuspensions(ctx context.Context, g *explainedGround) error {
	rows, err := r.Record.DB.Pool.Query(ctx, `SELECT kind = $2, at FROM event WHERE ground_id = $1 AND kind IN ($2, $3) ORDER BY seq`, g.id, ground.EventSuspended, ground.EventResumed)
	if err != nil {
		return fmt.Errorf("read the suspensions of ground %s: %w", g.id, err)
	}
	var began bool
	var e record.Entry
	_, err = pgx.ForEachRow(rows, []any{&began, &e.At}, func() error {
		on := r.Record.Today(e.At)
		if began {
			g.suspensions = append(g.suspensions, suspension{from: on})
		} else if n := len(g.suspensions); n > 0 {
			g.suspensions[n-1].until = on
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the suspensions of ground %s: %w", g.id, err)
	}
	return nil
}

// stateOn is the ground's state on a day, as far as days tell: what changed on a
// day counts for all of it. today is the day of the one who asks.
func (g explainedGround) stateOn(on, today day.Day) string {
	if on == today {
		return g.state
	}
	switch {
	case g.inForceOn.IsZero() || on < g.inForceOn:
		return "pending"
	case !g.endedOn.IsZero() && g.endedOn <= on:
		return "ended"
	case slices.ContainsFunc(g.suspensions, func(s suspension) bool { return s.from <= on && (s.until.IsZero() || on < s.until) }):
		return "suspended"
	default:
		return "in-force"
	}
}

// outOfForce is why nothing of the ground applies on a day; empty if it may.
func (g explainedGround) outOfForce(on, today day.Day) string {
	switch g.stateOn(on, today) {
	case "pending":
		return unappliedPending
	case "ended":
		return unappliedEnded
	case "suspended":
		return unappliedSuspended
	}
	if until := max(g.validUntil, g.termUntil); !until.IsZero() && until < on {
		return unappliedTermOver
	}
	return ""
}

// key is what the ground's plan depends on, on a day.
func (g explainedGround) key(on day.Day) plan.Key {
	return plan.Key{Ground: g.kind, ListType: g.listType, Subject: g.subjectKind, Territory: g.serves, Region: g.region, On: on}
}

func (g explainedGround) decision(on, today day.Day) *Decision {
	d := &Decision{
		Ground: g.id, Kind: g.kind, Reference: g.reference, CaseNumber: g.caseNumber, OwnerZH: g.ownerZH, OwnerEN: g.ownerEN,
		DecidedOn: g.decidedOn, ServedOn: g.servedOn, PublishedOn: g.publishedOn, InForceOn: g.inForceOn, EndedOn: g.endedOn, State: g.stateOn(on, today),
		NoticeServedOn: g.noticedOn, WindowUntil: g.windowUntil, AnnouncedOn: g.announcedOn, Basis: g.basis, Circumstances: []LegalWord{},
	}
	return d
}

// explainedSubject names the subject, with its name for the court of the ground
// and for overseers, who find it under its id as well.
func (r *Explainer) explainedSubject(act enforcement.Act, g explainedGround) (Subject, error) {
	s := Subject{ID: g.subject, Kind: g.subjectKind}
	ofOwner := g.owner == act.Actor.Organisation && slices.Contains([]enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President}, act.Actor.Role)
	if g.envelope == nil || (!ofOwner && act.Actor.Role != enforcement.Overseer) {
		return s, nil
	}
	identity, err := r.Parties.OpenIdentity(g.subject, g.envelope, g.sealed)
	s.Name = identity.Name
	return s, err
}

// explainedDirective is one directive of a ground in its newest version, and the
// measures that any version of it carried.
type explainedDirective struct {
	id           enforcement.ID
	organisation enforcement.OrganisationID
	plan         int32
	version      int16
	kind         directive.VersionKind
	step         directive.Step
	validUntil   day.Day
	measures     []int16
	ever         []int16
	gone         bool // some version may have left
	held         bool
}

const selectExplainedDirectives = `SELECT d.id, d.organisation_id, d.plan_id, coalesce(a.version, 1), coalesce(a.kind::text, 'impose'), coalesce(a.step, d.step)::text,
    CASE WHEN a.version IS NULL THEN d.valid_until ELSE a.valid_until END, coalesce(a.measures, d.measures),
    ARRAY(SELECT DISTINCT unnest(d.measures || coalesce(e.measures, '{}')) ORDER BY 1), d.step IN ('left', 'delivered', 'acknowledged') OR coalesce(e.gone, false),
    coalesce(a.due, d.due) AND coalesce(a.burdens, true) AND directive_held(d.organisation_id, d.ground_id, d.plan_id)
  FROM directive d
  LEFT JOIN LATERAL (SELECT version, kind, step, valid_until, measures, due, burdens FROM amendment WHERE directive_id = d.id ORDER BY version DESC LIMIT 1) a ON true
  LEFT JOIN LATERAL (SELECT array_agg(m) FILTER (WHERE m IS NOT NULL) AS measures, bool_or(step IN ('left', 'delivered', 'acknowledged')) AS gone FROM amendment x LEFT JOIN LATERAL unnest(x.measures) m ON true WHERE x.directive_id = d.id) e ON true`

// explainedDirectives reads the directives of a ground, by organisation.
func (r *Explainer) explainedDirectives(ctx context.Context, g explainedGround) ([]explainedDirective, error) {
	rows, err := r.Record.DB.Pool.Query(ctx, selectExplainedDirectives+` WHERE d.subject_id = $1 AND d.ground_id = $2 ORDER BY d.organisation_id, d.id`, g.subject, g.id)
	if err != nil {
		return nil, fmt.Errorf("read the directives of ground %s: %w", g.id, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (explainedDirective, error) {
		var d explainedDirective
		err := row.Scan(&d.id, &d.organisation, &d.plan, &d.version, &d.kind, &d.step, &d.validUntil, &d.measures, &d.ever, &d.gone, &d.held)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the directives of ground %s: %w", g.id, err)
	}
	return list, nil
}

// explainedReports reads what was said of a directive's measures, the newest word
// on each.
func (r *Explainer) explainedReports(ctx context.Context, directiveID enforcement.ID) (map[int16]*Report, error) {
	rows, err := r.Record.DB.Pool.Query(ctx, `SELECT measure_id, outcome::text, reason, basis, kept_until, reported_on FROM report WHERE directive_id = $1 ORDER BY version`, directiveID)
	if err != nil {
		return nil, fmt.Errorf("read the reports on directive %s: %w", directiveID, err)
	}
	reports := map[int16]*Report{}
	var measure int16
	var one Report
	_, err = pgx.ForEachRow(rows, []any{&measure, &one.Outcome, &one.Reason, &one.Basis, &one.KeptUntil, &one.ReportedOn}, func() error {
		kept := one
		reports[measure] = &kept
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the reports on directive %s: %w", directiveID, err)
	}
	return reports, nil
}

// plannedOn is the plan that the ground stood under on a day, as lines.
func (r *Explainer) plannedOn(ctx context.Context, g explainedGround, on day.Day) ([]plan.Share, error) {
	rows, err := r.Record.DB.Pool.Query(ctx, `WITH RECURSIVE chain (id, n) AS (SELECT $1::integer, 0 UNION ALL
			SELECT s.to_plan, c.n + 1 FROM chain c JOIN plan_switch s ON s.from_plan = c.id WHERE s.day <= $2::date)
		SELECT organisation_id, measures FROM plan_line WHERE plan_id = (SELECT id FROM chain ORDER BY n DESC LIMIT 1) ORDER BY position`, g.plan, on)
	if err != nil {
		return nil, fmt.Errorf("read plan %d: %w", g.plan, err)
	}
	lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (plan.Share, error) {
		var line plan.Share
		err := row.Scan(&line.Organisation, &line.Measures)
		return line, err
	})
	if err != nil {
		return nil, fmt.Errorf("read plan %d: %w", g.plan, err)
	}
	return lines, nil
}
