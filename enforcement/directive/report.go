// pgx: reports come with answers, a thousand at a time.

package directive

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// TaskIdentityDoubtful is opened where a department cannot tell whether the person is the
// one that is meant; who decided must look.
const TaskIdentityDoubtful = "identity-doubtful"

// reasonDoubtful is the reason of a refusal that says so.
const reasonDoubtful = "identity-doubtful"

// keptYears is how long a measure may be kept on the department's own basis where that
// gives no period: ours, an open question.
const keptYears = 2

// incidentUnfit is opened where a system's report is dropped, for what it answered is
// settled all the same.
const incidentUnfit = "answer-unusable"

// reportedVersion is what a report may be about: one of a directive, with the measures it
// carries and those that any version up to it carried. revoked says that the reason was
// revoked: it never stood, so nothing is kept of it.
type reportedVersion struct {
	kind          VersionKind
	carried, ever []int16
	revoked       bool
	ground        enforcement.ID // zero where it has ended
}

// bears refuses a report that cannot be true of a version: that a withdrawal was
// implemented, that something was done to a measure that is not carried, that one that
// is carried was lifted, that one is kept though nothing was withdrawn.
func (v *reportedVersion) bears(measure int16, report Report, today day.Day) error {
	carried, ever := slices.Contains(v.carried, measure), slices.Contains(v.ever, measure)
	switch report.Outcome {
	case Implemented, RefusedReport:
		if !carried {
			return enforcement.Refuse("report.not-carried")
		}
	case Lifted:
		if carried || !ever {
			return enforcement.Refuse("report.not-carried")
		}
	case kept:
		switch {
		case !ever:
			return enforcement.Refuse("report.not-carried")
		case v.kind != Withdraw || v.revoked:
			return enforcement.Refuse("report.not-kept")
		case report.KeptUntil < today || report.KeptUntil > today.AddYears(keptYears):
			return enforcement.Refuse("report.kept-term", "until", today.AddYears(keptYears).String())
		}
	case NotApplicable:
		if !ever {
			return enforcement.Refuse("report.not-carried")
		}
	}
	return nil
}

const selectReported = `SELECT u.id, u.v, CASE WHEN u.v = 1 THEN 'impose' ELSE coalesce(m.kind::text, 'withdraw') END,
    CASE WHEN u.v = 1 THEN d.measures ELSE m.measures END,
    d.measures || ARRAY(SELECT unnest(e.measures) FROM amendment e WHERE e.directive_id = u.id AND e.version <= u.v),
    coalesce(g.case_state = 'revoked', false), CASE WHEN g.state <> 'ended' THEN g.id END
  FROM (SELECT DISTINCT id, v FROM unnest($1::uuid[], $2::smallint[]) l (id, v)) u
    LEFT JOIN directive d ON d.id = u.id LEFT JOIN amendment m ON m.directive_id = u.id AND m.version = u.v
    LEFT JOIN ground g ON g.id = d.ground_id`

// weigh drops the reports that their versions do not bear, and returns the grounds of
// which somebody doubts whose they are.
func (t *reportRows) weigh(ctx context.Context, p pgx.Tx, today day.Day, unfit func(enforcement.ID, error) error) (doubted []enforcement.ID, err error) {
	ids, numbers := make([]enforcement.ID, len(t.keys)), make([]int16, len(t.keys))
	for i, key := range t.keys {
		ids[i], numbers[i] = key.Directive, key.Version
	}
	rows, err := p.Query(ctx, selectReported, ids, numbers)
	if err != nil {
		return nil, fmt.Errorf("read what %d reports are about: %w", len(ids), err)
	}
	about := map[VersionKey]reportedVersion{}
	var key VersionKey
	var v reportedVersion
	_, err = pgx.ForEachRow(rows, []any{&key.Directive, &key.Version, &v.kind, &v.carried, &v.ever, &v.revoked, &v.ground}, func() error {
		about[key] = reportedVersion{v.kind, slices.Clone(v.carried), slices.Clone(v.ever), v.revoked, v.ground}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what %d reports are about: %w", len(ids), err)
	}
	var fit reportRows
	for i, key := range t.keys {
		v := about[key.VersionKey]
		because := v.bears(key.measure, t.reports[i], today)
		if because == nil {
			if fit.add(key, t.reports[i]); t.reports[i].Reason == reasonDoubtful && !v.ground.IsZero() && !slices.Contains(doubted, v.ground) {
				doubted = append(doubted, v.ground)
			}
			continue
		}
		if err := unfit(key.Directive, because); err != nil {
			return nil, err
		}
	}
	*t = fit
	return doubted, nil
}

// writeReports keeps the newest word on each measure, and logs what changed. The last
// of several words on one measure counts. unfit is told of a report that its version
// does not bear ([reportedVersion.bears]), and returns the error if it may not be passed over.
func (r *Directives) writeReports(ctx context.Context, tx *pg.Tx, act enforcement.Act, a Attempt, results []Result, unfit func(directive enforcement.ID, because error) error) error {
	day := r.Record.Today(act.At)
	var rows reportRows
	for i, result := range results {
		for _, report := range result.Reports {
			number, ok := r.Plans.MeasureNumber(report.Measure)
			if !ok {
				return enforcement.Refuse("answer.measure", "measure", report.Measure.Slug)
			}
			if err := report.check(); err != nil {
				return err
			}
			rows.add(reportKey{VersionKey{a.Directives[i], a.Versions[i]}, number}, report)
		}
	}
	if len(rows.keys) == 0 {
		return nil
	}
	doubted, err := rows.weigh(ctx, tx.Pgx(), day, unfit)
	if err != nil || len(rows.keys) == 0 {
		return err
	}
	if len(doubted) > 0 {
		docket.OpenTasks(tx, doubted, TaskIdentityDoubtful, day)
	}
	changed, err := rows.write(ctx, tx.Pgx(), day)
	if err != nil || len(changed) == 0 {
		return err
	}
	e := record.Event{Kind: EventReports, Day: day}
	for i, key := range rows.keys {
		if changed[key] {
			e.Directives, e.Versions = append(e.Directives, key.Directive), append(e.Versions, key.Version)
			e.Measures, e.Outcomes = append(e.Measures, key.measure), append(e.Outcomes, outcomeNumber(rows.reports[i].Outcome))
		}
	}
	return r.Record.LogIn(ctx, tx, act, &e)
}

// reportKey names what a report is about.
type reportKey struct {
	VersionKey
	measure int16
}

// reportRows are reports on their way into the record, each key once.
type reportRows struct {
	keys    []reportKey
	reports []Report
	place   map[reportKey]int
}

func (t *reportRows) add(key reportKey, report Report) {
	if at, again := t.place[key]; again {
		t.reports[at] = report
		return
	}
	if t.place == nil {
		t.place = map[reportKey]int{}
	}
	t.place[key] = len(t.keys)
	t.keys, t.reports = append(t.keys, key), append(t.reports, report)
}

const insertReports = `INSERT INTO report (directive_id, version, measure_id, outcome, reason, basis, kept_until, reported_on)
  SELECT directive, version, measure, outcome::report_outcome, reason, basis, nullif(kept, '')::date, $8::date
    FROM unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::text[])
      u (directive, version, measure, outcome, reason, basis, kept)
  ON CONFLICT ON CONSTRAINT report_pkey DO UPDATE
    SET outcome = excluded.outcome, reason = excluded.reason, basis = excluded.basis,
      kept_until = excluded.kept_until, reported_on = excluded.reported_on
    WHERE (report.outcome, report.reason, report.basis, report.kept_until)
      IS DISTINCT FROM (excluded.outcome, excluded.reason, excluded.basis, excluded.kept_until)
  RETURNING directive_id, version, measure_id`

// write returns which reports say something new.
func (t *reportRows) write(ctx context.Context, p pgx.Tx, on day.Day) (map[reportKey]bool, error) {
	n := len(t.keys)
	directives, versions, measures := make([]enforcement.ID, n), make([]int16, n), make([]int16, n)
	outcomes, reasons, bases, until := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	for i, key := range t.keys {
		report := &t.reports[i]
		directives[i], versions[i], measures[i] = key.Directive, key.Version, key.measure
		outcomes[i], reasons[i], bases[i], until[i] = string(report.Outcome), report.Reason, report.Basis, report.KeptUntil.String()
	}
	rows, err := p.Query(ctx, insertReports, directives, versions, measures, outcomes, reasons, bases, until, on)
	if err != nil {
		return nil, fmt.Errorf("write %d reports: %w", n, err)
	}
	changed := map[reportKey]bool{}
	var key reportKey
	_, err = pgx.ForEachRow(rows, []any{&key.Directive, &key.Version, &key.measure}, func() error {
		changed[key] = true
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("write %d reports: %w", n, err)
	}
	return changed, nil
}
