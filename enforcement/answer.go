package enforcement

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// The acts of answers in the log.
const (
	EventAnswers EventKind = "answers"
	EventReports EventKind = "reports"
)

// ReportOutcome is what a department did with one measure.
type ReportOutcome string

// The outcomes of a measure.
const (
	Implemented   ReportOutcome = "implemented"
	NotApplicable ReportOutcome = "not-applicable"
	RefusedReport ReportOutcome = "refused"
	Lifted        ReportOutcome = "lifted"
	Kept          ReportOutcome = "kept"
)

var reportOutcomes = []ReportOutcome{Implemented, NotApplicable, RefusedReport, Lifted, Kept}

// Report is a department's word on one measure of one version.
type Report struct {
	Measure MeasureName
	Outcome ReportOutcome
	// Reason is the code of the ground of a refusal: no-legal-basis,
	// beyond-basic-list or identity-doubtful.
	Reason string
	// Basis and KeptUntil are required of a measure kept after its end on the
	// department's own basis (中办发〔2016〕64号).
	Basis     string
	KeptUntil day.Day
}

// Answer is an organisation's answer to one version of one directive, given by
// API or by hand. Step is Delivered or Acknowledged.
type Answer struct {
	Directive ID
	Version   int16
	Step      Step
	Reports   []Report
}

func (p Report) check() error {
	switch {
	case !slices.Contains(reportOutcomes, p.Outcome):
		return refuse("report.outcome")
	case p.Outcome == RefusedReport && !slices.Contains([]string{"no-legal-basis", "beyond-basic-list", "identity-doubtful"}, p.Reason):
		return refuse("report.reason")
	case p.Outcome == Kept && (p.Basis == "" || p.KeptUntil.IsZero()):
		return refuse("report.kept")
	case p.Outcome != Kept && !p.KeptUntil.IsZero():
		return refuse("report.kept")
	}
	return nil
}

// CheckReports refuses a report that lacks what it must carry.
func (r *Register) CheckReports(reports []Report) error {
	for _, p := range reports {
		if err := p.check(); err != nil {
			return err
		}
		if _, ok := r.MeasureNumber(p.Measure); !ok {
			return refuse("answer.measure", "measure", p.Measure.Slug)
		}
	}
	return nil
}

// Answer records the answers of the actor's own organisation. They are
// idempotent; an answer to an older version closes no newer one.
func (r *Register) Answer(ctx context.Context, act Act, answers []Answer) error {
	if err := act.check(DepartmentClerk, DepartmentReviewer); err != nil {
		return err
	}
	a := Attempt{Organisation: act.Actor.Organisation}
	results := make([]Result, 0, len(answers))
	for _, given := range answers {
		if given.Step != Delivered && given.Step != Acknowledged {
			return refuse("answer.outcome")
		}
		if len(given.Reports) > 0 && act.Actor.Role != DepartmentReviewer {
			return refuse("role.forbidden", "role", string(act.Actor.Role))
		}
		if err := r.CheckReports(given.Reports); err != nil {
			return err
		}
		a.Directives, a.Versions = append(a.Directives, given.Directive), append(a.Versions, given.Version)
		results = append(results, Result{Step: given.Step, Reports: given.Reports})
	}
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		e := &event{Kind: EventAnswers, Directives: a.Directives, Versions: a.Versions, Outcomes: make([]int16, len(results))}
		for i, result := range results {
			e.Outcomes[i] = stepNumber(result.Step)
		}
		return e, tx.Pgx(func(p pgx.Tx) error {
			if err := ownVersions(ctx, p, a); err != nil {
				return err
			}
			wakes, err := r.recordAnswers(ctx, p, act, a, results)
			if err != nil {
				return err
			}
			if err := r.writeReports(ctx, p, act, a, results); err != nil {
				return err
			}
			return r.wake(ctx, p, wakes)
		})
	})
	return err
}

// ownVersions refuses answers to directives of another organisation, or to
// versions that do not exist.
func ownVersions(ctx context.Context, p pgx.Tx, a Attempt) error {
	var known int
	err := p.QueryRow(ctx, `SELECT count(*) FROM unnest($1::uuid[], $2::smallint[]) u (id, v) LEFT JOIN directive d ON d.id = u.id AND d.organisation_id = $3
		LEFT JOIN amendment m ON m.directive_id = u.id AND m.version = u.v LEFT JOIN orphan n ON n.directive_id = u.id AND n.version = u.v AND n.organisation_id = $3
		WHERE (d.id IS NOT NULL AND (u.v = 1 OR m.version IS NOT NULL)) OR n.version IS NOT NULL`, a.Directives, a.Versions, a.Organisation).Scan(&known)
	if err != nil {
		return fmt.Errorf("look up the answered directives: %w", err)
	}
	if known != len(a.Directives) {
		return refuse("answer.directive")
	}
	return nil
}

// Of several answers to one version the furthest counts.
const answered = `(SELECT id, v, max(step::step) AS step FROM unnest($1::uuid[], $2::smallint[], $3::text[]) l (id, v, step) GROUP BY id, v)`

// recordAnswers moves versions forward, never back. What was cancelled and is
// answered all the same did leave: its newest version is queued if it was held
// for nothing-left.
func (r *Register) recordAnswers(ctx context.Context, p pgx.Tx, act Act, a Attempt, results []Result) ([]WakeUp, error) {
	if err := lockLater(ctx, p, a); err != nil {
		return nil, err
	}
	names := make([]string, len(results))
	for i, result := range results {
		names[i] = string(result.Step)
	}
	_, err := p.Exec(ctx, `UPDATE directive d SET step = u.step, due = false FROM `+answered+` u
		WHERE d.id = u.id AND u.v = 1 AND (d.step = 'cancelled' OR d.step < u.step)`, a.Directives, a.Versions, names)
	if err != nil {
		return nil, fmt.Errorf("record answers to first versions: %w", err)
	}
	_, err = p.Exec(ctx, `UPDATE amendment d SET step = u.step, due = false FROM `+answered+` u
		WHERE d.directive_id = u.id AND d.version = u.v AND (d.step = 'cancelled' OR d.step < u.step)`, a.Directives, a.Versions, names)
	if err != nil {
		return nil, fmt.Errorf("record answers to later versions: %w", err)
	}
	_, err = p.Exec(ctx, `UPDATE orphan d SET step = u.step, due = false FROM `+answered+` u
		WHERE d.directive_id = u.id AND d.version = u.v AND d.organisation_id = $4 AND d.step < u.step`, a.Directives, a.Versions, names, a.Organisation)
	if err != nil {
		return nil, fmt.Errorf("record answers to orphans: %w", err)
	}
	_, wakes, err := r.queueNewer(ctx, p, act, a)
	return wakes, err
}

// writeReports keeps the newest word on each measure, and logs what changed.
func (r *Register) writeReports(ctx context.Context, p pgx.Tx, act Act, a Attempt, results []Result) error {
	var e event
	day := r.Today(act.At)
	for i, result := range results {
		for _, report := range result.Reports {
			number, ok := r.MeasureNumber(report.Measure)
			if !ok {
				return refuse("answer.measure", "measure", report.Measure.Slug)
			}
			if err := report.check(); err != nil {
				return err
			}
			tag, err := p.Exec(ctx, `INSERT INTO report (directive_id, version, measure_id, outcome, reason, basis, kept_until, reported_on)
				VALUES ($1, $2, $3, $4::text::report_outcome, $5, $6, $7::date, $8::date)
				ON CONFLICT ON CONSTRAINT report_pkey DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason, basis = excluded.basis, kept_until = excluded.kept_until, reported_on = excluded.reported_on
				WHERE (report.outcome, report.reason, report.basis, report.kept_until) IS DISTINCT FROM (excluded.outcome, excluded.reason, excluded.basis, excluded.kept_until)`,
				a.Directives[i], a.Versions[i], number, report.Outcome, report.Reason, report.Basis, report.KeptUntil, day)
			if err != nil {
				return fmt.Errorf("write a report: %w", err)
			}
			if tag.RowsAffected() > 0 {
				e.Directives, e.Versions = append(e.Directives, a.Directives[i]), append(e.Versions, a.Versions[i])
				e.Measures, e.Outcomes = append(e.Measures, number), append(e.Outcomes, place(reportOutcomes, report.Outcome))
			}
		}
	}
	if len(e.Directives) == 0 {
		return nil
	}
	e.ID, e.Kind, e.Day = NewID(), EventReports, day
	if _, err := p.Exec(ctx, insertEvent, e.args(act, r.machine())...); err != nil {
		return fmt.Errorf("log reports: %w", err)
	}
	return nil
}

// Directive is a directive as its own organisation or an overseer sees it.
type Directive struct {
	ID           ID                   `json:"id"`
	Organisation OrganisationID       `json:"organisation"`
	Ground       ID                   `json:"ground"`
	GroundKind   memoranda.GroundKind `json:"ground_kind"`
	Version      int16                `json:"version"`
	Kind         VersionKind          `json:"kind"`
	Step         Step                 `json:"step"`
	Measures     []MeasureName        `json:"measures"`
	ValidUntil   day.Day              `json:"valid_until,omitzero"`

	plan int32 // that made it
	set  []int16
}

const selectDirective = `SELECT d.id, d.organisation_id, d.ground_id, d.ground_kind::text, d.plan_id, coalesce(a.version, 1), coalesce(a.kind::text, 'impose'),
    coalesce(a.step, d.step)::text, coalesce(a.measures, d.measures), CASE WHEN a.version IS NULL THEN d.valid_until ELSE a.valid_until END
  FROM directive d LEFT JOIN LATERAL (SELECT version, kind, step, measures, valid_until FROM amendment WHERE directive_id = d.id ORDER BY version DESC LIMIT 1) a ON true`

func (r *Register) scanDirective(row pgx.CollectableRow) (Directive, error) {
	var d Directive
	err := row.Scan(&d.ID, &d.Organisation, &d.Ground, &d.GroundKind, &d.plan, &d.Version, &d.Kind, &d.Step, &d.set, &d.ValidUntil)
	d.Kind = d.Kind.Told(d.GroundKind)
	d.Measures = r.measureNames(d.set)
	return d, err
}

func (r *Register) measureNames(set []int16) []MeasureName {
	names := make([]MeasureName, 0, len(set))
	for _, m := range set {
		names = append(names, r.MeasureName(m))
	}
	return names
}

// Directives lists what an organisation holds or shall hold, by id from after
// on: a department its own and nothing else, an overseer all. Measures that the plan
// of the act's day no longer holds are left out, though their withdrawal may not be
// written yet.
func (r *Register) Directives(ctx context.Context, act Act, after ID, limit int) ([]Directive, error) {
	if err := act.check(DepartmentClerk, DepartmentReviewer, Overseer, System); err != nil {
		return nil, err
	}
	org := act.Actor.Organisation
	if act.Actor.Role == Overseer || act.Actor.Role == System {
		org = 0
	}
	rows, err := r.db.Pool.Query(ctx, selectDirective+` WHERE ($1 = 0 OR d.organisation_id = $1) AND d.id > $2 ORDER BY d.id LIMIT $3`, int32(org), [16]byte(after), limit)
	if err != nil {
		return nil, fmt.Errorf("list directives: %w", err)
	}
	list, err := pgx.CollectRows(rows, r.scanDirective)
	if err != nil {
		return nil, fmt.Errorf("list directives: %w", err)
	}
	return r.uphold(ctx, list, r.Today(act.At))
}

// DirectivesOn is [Register.DirectivesOf] without the measures that the plan of a
// day no longer holds, though their withdrawal may not be written yet.
func (r *Register) DirectivesOn(ctx context.Context, ground ID, on day.Day) ([]Directive, error) {
	list, err := r.DirectivesOf(ctx, ground)
	if err != nil {
		return nil, err
	}
	return r.uphold(ctx, list, on)
}

// DirectivesOf lists the directives of one ground with what their newest versions
// carry, for the list owner.
func (r *Register) DirectivesOf(ctx context.Context, ground ID) ([]Directive, error) {
	rows, err := r.db.Pool.Query(ctx, selectDirective+` JOIN ground g ON g.id = d.ground_id AND g.subject_id = d.subject_id WHERE g.id = $1 ORDER BY d.id`, ground)
	if err != nil {
		return nil, fmt.Errorf("list the directives of %s: %w", ground, err)
	}
	return pgx.CollectRows(rows, r.scanDirective)
}

// Directive returns one directive of the actor's organisation, with what the plan of
// the act's day still holds.
func (r *Register) Directive(ctx context.Context, act Act, id ID) (Directive, error) {
	if err := act.check(DepartmentClerk, DepartmentReviewer, Overseer, System); err != nil {
		return Directive{}, err
	}
	rows, err := r.db.Pool.Query(ctx, selectDirective+` WHERE d.id = $1`, id)
	if err != nil {
		return Directive{}, fmt.Errorf("read directive %s: %w", id, err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, r.scanDirective)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, refuse("not-found")
	}
	if err == nil && (act.Actor.Role == DepartmentClerk || act.Actor.Role == DepartmentReviewer) && d.Organisation != act.Actor.Organisation {
		return Directive{}, refuse("not-found")
	}
	if err != nil {
		return d, fmt.Errorf("read directive %s: %w", id, err)
	}
	list, err := r.uphold(ctx, []Directive{d}, r.Today(act.At))
	if err != nil {
		return d, err
	}
	return list[0], nil
}
