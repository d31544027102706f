// pgx: answers come a thousand at a time.

package directive

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// The acts of answers in the log.
const (
	EventAnswers record.EventKind = "answers"
	EventReports record.EventKind = "reports"
)

// ReportOutcome is what a department did with one measure.
type ReportOutcome string

// The outcomes of a measure.
const (
	Implemented   ReportOutcome = "implemented"
	NotApplicable ReportOutcome = "not-applicable"
	RefusedReport ReportOutcome = "refused"
	Lifted        ReportOutcome = "lifted"
	kept          ReportOutcome = "kept"
)

// ReportOutcomes are all outcomes; how an event writes them is [NumberedOutcome].
var ReportOutcomes = []ReportOutcome{Implemented, NotApplicable, RefusedReport, Lifted, kept}

// Report is a department's word on one measure of one version.
type Report struct {
	Measure plan.MeasureName
	Outcome ReportOutcome
	// Reason is the code of the ground of a refusal: no-legal-basis,
	// beyond-basic-list or identity-doubtful.
	Reason string
	// Basis is the slug of the catalogue's legal basis of what is kept; else it is Cited.
	Basis string
	// Cited, Decision and KeptUntil are of a measure kept after its end on the
	// department's own basis alone (中办发〔2016〕64号).
	Cited     Cited
	Decision  OwnDecision
	KeptUntil day.Day
}

// Answer is an organisation's answer to one version of one directive, given by
// API or by hand. Step is Delivered or Acknowledged.
type Answer struct {
	Directive enforcement.ID
	Version   int16
	Step      Step
	Reports   []Report
}

// check refuses a report that lacks what it must carry, or carries what it must not.
func (p *Report) check(c *memoranda.Catalogue, today day.Day) error {
	switch {
	case !slices.Contains(ReportOutcomes, p.Outcome):
		return enforcement.Refuse("report.outcome")
	case p.Outcome == RefusedReport && !slices.Contains([]string{"no-legal-basis", "beyond-basic-list", reasonDoubtful}, p.Reason):
		return enforcement.Refuse("report.reason")
	case p.Outcome == kept:
		return p.checkKept(c, today)
	case !p.KeptUntil.IsZero() || p.Cited != Cited{} || p.Decision != OwnDecision{}:
		return enforcement.Refuse("report.kept")
	}
	return nil
}

// CheckReports refuses a report that lacks, on the act's day, what it must carry.
func (r *Directives) CheckReports(act enforcement.Act, reports []Report) error {
	catalogue, today := r.Plans.Catalogue(), r.Record.Today(act.At)
	for i := range reports {
		p := &reports[i]
		if err := p.check(catalogue, today); err != nil {
			return err
		}
		if _, ok := r.Plans.MeasureNumber(p.Measure); !ok {
			return enforcement.Refuse("answer.measure", "measure", p.Measure.Slug)
		}
	}
	return nil
}

// Answer records the answers of the actor's own organisation. They are
// idempotent; an answer to an older version closes no newer one. Nobody answers what
// never left (answer.not-sent): a word on it would have it never leave.
func (r *Directives) Answer(ctx context.Context, act enforcement.Act, answers []Answer) error {
	return r.answer(ctx, act, answers, mayBeAnswered)
}

// Opened is [Directives.Answer] for versions that a named officer found where the
// organisation's own channel lays them: so they left, whatever the record knows of it.
func (r *Directives) Opened(ctx context.Context, act enforcement.Act, answers []Answer) error {
	return r.answer(ctx, act, answers, func(ctx context.Context, tx *pg.Tx, a Attempt) error {
		if err := mayBeAnswered(ctx, tx, a); !errors.Is(err, enforcement.Refuse("answer.not-sent")) {
			return err
		}
		return nil
	})
}

func (r *Directives) answer(ctx context.Context, act enforcement.Act, answers []Answer, may func(context.Context, *pg.Tx, Attempt) error) error {
	if err := act.Check(enforcement.DepartmentClerk, enforcement.DepartmentReviewer); err != nil {
		return err
	}
	a := Attempt{Organisation: act.Actor.Organisation}
	results := make([]Result, 0, len(answers))
	for _, given := range answers {
		if given.Step != Delivered && given.Step != Acknowledged {
			return enforcement.Refuse("answer.outcome")
		}
		if len(given.Reports) > 0 && act.Actor.Role != enforcement.DepartmentReviewer {
			return enforcement.Refuse("role.forbidden", "role", string(act.Actor.Role))
		}
		if err := r.CheckReports(act, given.Reports); err != nil {
			return err
		}
		a.Directives, a.Versions = append(a.Directives, given.Directive), append(a.Versions, given.Version)
		results = append(results, Result{Step: given.Step, Reports: given.Reports})
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		e := &record.Event{Kind: EventAnswers, Directives: a.Directives, Versions: a.Versions, Outcomes: make([]int16, len(results))}
		for i, result := range results {
			e.Outcomes[i] = StepNumber(result.Step)
		}
		if err := may(ctx, tx, a); err != nil {
			return nil, err
		}
		if err := lockLater(ctx, tx, a, results); err != nil {
			return nil, err
		}
		reports, err := r.weighed(ctx, tx, act, a, results, func(_ int, because error) error { return because })
		if err != nil {
			return nil, err
		}
		wakes, err := r.recordAnswers(ctx, tx, act, a, results)
		if err != nil {
			return nil, err
		}
		if err := r.writeReports(ctx, tx, act, a.Organisation, reports); err != nil {
			return nil, err
		}
		return e, r.WakeIn(ctx, tx, wakes)
	})
	return err
}

// What an answer is about: how many of the versions are the organisation's, and how many
// of those left, or may have with an attempt that is open.
const selectAnswered = `WITH open AS (SELECT u.id, u.version ` + openAttempts + `$3)
  SELECT count(step), count(step) FILTER (WHERE step ` + hasLeft + `
    OR EXISTS (SELECT FROM open WHERE open.id = answered.id AND open.version = answered.v))
  FROM (SELECT u.id, u.v, CASE WHEN d.id IS NULL THEN n.step WHEN u.v = 1 THEN d.step ELSE coalesce(m.step, n.step) END AS step
    FROM unnest($1::uuid[], $2::smallint[]) u (id, v)
      LEFT JOIN directive d ON d.id = u.id AND d.organisation_id = $3
      LEFT JOIN amendment m ON m.directive_id = u.id AND m.version = u.v
      LEFT JOIN orphan n ON n.directive_id = u.id AND n.version = u.v AND n.organisation_id = $3) answered`

// mayBeAnswered refuses answers to directives of another organisation, to versions that
// do not exist, and to those that never left.
func mayBeAnswered(ctx context.Context, tx *pg.Tx, a Attempt) error {
	var own, left int
	err := tx.Pgx().QueryRow(ctx, selectAnswered, a.Directives, a.Versions, a.Organisation).Scan(&own, &left)
	switch {
	case err != nil:
		return fmt.Errorf("look up the answered directives: %w", err)
	case own != len(a.Directives):
		return enforcement.Refuse("answer.directive")
	case left != own:
		return enforcement.Refuse("answer.not-sent")
	}
	return nil
}

// recordAnswers moves versions forward, never back. What was cancelled and is
// answered all the same did leave: its newest version is queued if it was held
// for nothing-left. The caller holds the locks ([lockLater]).
func (r *Directives) recordAnswers(ctx context.Context, tx *pg.Tx, act enforcement.Act, a Attempt, results []Result) ([]WakeUp, error) {
	if err := advance(ctx, tx, a, results, true); err != nil {
		return nil, err
	}
	_, wakes, err := r.queueNewer(ctx, tx, act, a)
	return wakes, err
}

// places are where the step of a version stands: of a first one with its directive d, of
// later ones beside it, of what only the recipient knows among the orphans. lifts is true
// of what lifts.
var places = [...]struct{ table, of, lifts string }{
	{"directive", "d.id = u.id AND u.v = 1", "false"},
	{"amendment", "d.directive_id = u.id AND d.version = u.v", "d.kind IN ('withdraw', 'suspend')"},
	{"orphan", "d.directive_id = u.id AND d.version = u.v", "true"},
}

// advance moves versions to where results say they got, never back: those that are not
// due, or any. What was due and burdens then is no longer; what lifts stays due until it
// left on the recipient's own channel, whatever anybody answers. Of several results of
// one version the furthest counts.
func advance(ctx context.Context, tx *pg.Tx, a Attempt, results []Result, due bool) error {
	steps := make([]string, len(results))
	for i, result := range results {
		steps[i] = string(result.Step)
	}
	for _, place := range places {
		_, err := tx.Pgx().Exec(ctx, `UPDATE `+place.table+` d SET step = u.step, due = d.due AND `+place.lifts+`
			FROM (SELECT id, v, max(step::step) AS step FROM unnest($1::uuid[], $2::smallint[], $3::text[]) l (id, v, step) GROUP BY id, v) u
			WHERE `+place.of+` AND d.organisation_id = $4 AND ($5 OR NOT d.due) AND (d.step = 'cancelled' OR d.step < u.step)`,
			a.Directives, a.Versions, steps, a.Organisation, due)
		if err != nil {
			return fmt.Errorf("record how far %d versions got, by %s: %w", len(results), place.table, err)
		}
	}
	return nil
}
