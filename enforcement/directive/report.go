// pgx: reports come with answers, a thousand at a time.

package directive

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// incidentUnfit is opened where a system's report is dropped, for what it answered is
// settled all the same.
const incidentUnfit = "answer-unusable"

// reportedVersion is what a report may be about: one of a directive, with the measures it
// carries and those that any version up to it carried.
type reportedVersion struct {
	kind          VersionKind
	carried, ever []int16
	ground        enforcement.ID
	owner         enforcement.OrganisationID
	ended         bool // the ground
	// revoked says that the reason was revoked: it never stood, so nothing is kept of it.
	// Neither is anything of a reward, whose end lifts nothing.
	revoked, reward bool
	lifted          day.Day          // the day of a withdrawal
	said            map[int16]Report // the standing words on the measures of a withdrawal
	disputed        map[int16]bool   // by who keeps the list
}

// bears refuses a report that cannot be true of a version: that a withdrawal was
// implemented, that something was done to a measure that is not carried, that one that
// is carried was lifted, that one is kept though nothing was withdrawn.
func (v *reportedVersion) bears(measure int16, report *Report, c *memoranda.Catalogue, today day.Day) error {
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
		if !ever {
			return enforcement.Refuse("report.not-carried")
		}
		return v.bearsKept(measure, report, c, today)
	case NotApplicable:
		if !ever {
			return enforcement.Refuse("report.not-carried")
		}
		if v.said[measure].Outcome == kept {
			return enforcement.Refuse("report.kept-again")
		}
	}
	return nil
}

const selectReported = `SELECT u.id, u.v, CASE WHEN u.v = 1 THEN 'impose' ELSE coalesce(a.kind::text, 'withdraw') END,
    CASE WHEN u.v = 1 THEN d.measures ELSE a.measures END,
    d.measures || ARRAY(SELECT unnest(e.measures) FROM amendment e WHERE e.directive_id = u.id AND e.version <= u.v),
    g.id, coalesce(g.organisation_id, 0), coalesce(g.state = 'ended', true), coalesce(g.case_state = 'revoked', false),
    coalesce(d.ground_kind = 'reward', false), CASE WHEN a.kind = 'withdraw' THEN ` + liftedOn + ` END
  FROM (SELECT DISTINCT id, v FROM unnest($1::uuid[], $2::smallint[]) l (id, v)) u
    LEFT JOIN directive d ON d.id = u.id LEFT JOIN amendment a ON a.directive_id = u.id AND a.version = u.v
    LEFT JOIN ground g ON g.id = d.ground_id`

// about reads what reports are about. The caller holds the locks of later versions.
func (t *reportRows) about(ctx context.Context, p pgx.Tx) (map[VersionKey]*reportedVersion, error) {
	ids, numbers := make([]enforcement.ID, len(t.keys)), make([]int16, len(t.keys))
	for i, key := range t.keys {
		ids[i], numbers[i] = key.Directive, key.Version
	}
	rows, err := p.Query(ctx, selectReported, ids, numbers)
	if err != nil {
		return nil, fmt.Errorf("read what %d reports are about: %w", len(ids), err)
	}
	about := map[VersionKey]*reportedVersion{}
	var key VersionKey
	var v reportedVersion
	withdrawn := false
	scan := []any{&key.Directive, &key.Version, &v.kind, &v.carried, &v.ever, &v.ground, &v.owner, &v.ended, &v.revoked, &v.reward, &v.lifted}
	_, err = pgx.ForEachRow(rows, scan, func() error {
		found := v
		found.carried, found.ever = slices.Clone(v.carried), slices.Clone(v.ever)
		about[key] = &found
		withdrawn = withdrawn || v.kind == Withdraw
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what %d reports are about: %w", len(ids), err)
	}
	if withdrawn {
		return about, readSaid(ctx, p, about)
	}
	return about, nil
}

// weighed are the reports that may be written; the last of several words on one measure
// counts. unfit is told of the result whose report its version does not bear
// ([reportedVersion.bears]), and returns the error if it may not be passed over.
func (r *Directives) weighed(ctx context.Context, tx *pg.Tx, act enforcement.Act, a Attempt, results []Result, unfit func(result int, because error) error) (*reportRows, error) {
	today, catalogue := r.Record.Today(act.At), r.Plans.Catalogue()
	var rows reportRows
	for i, result := range results {
		for _, report := range result.Reports {
			number, ok := r.Plans.MeasureNumber(report.Measure)
			if !ok {
				return nil, enforcement.Refuse("answer.measure", "measure", report.Measure.Slug)
			}
			if err := report.check(catalogue, today); err != nil {
				return nil, err
			}
			rows.add(reportKey{VersionKey{a.Directives[i], a.Versions[i]}, number}, report, i)
		}
	}
	if len(rows.keys) == 0 {
		return &rows, nil
	}
	about, err := rows.about(ctx, tx.Pgx())
	if err != nil {
		return nil, err
	}
	fit := reportRows{versions: about}
	for i, key := range rows.keys {
		if because := about[key.VersionKey].bears(key.measure, &rows.reports[i], catalogue, today); because == nil {
			fit.add(key, rows.reports[i], rows.results[i])
		} else if err := unfit(rows.results[i], because); err != nil {
			return nil, err
		}
	}
	return &fit, nil
}

// doubted are the grounds, not ended, of which a word that is new doubts whose they are.
func (t *reportRows) doubted(changed map[reportKey]bool) (grounds []enforcement.ID) {
	for i, key := range t.keys {
		if v := t.versions[key.VersionKey]; changed[key] && t.reports[i].Reason == reasonDoubtful && !v.ended && !slices.Contains(grounds, v.ground) {
			grounds = append(grounds, v.ground)
		}
	}
	return grounds
}

// writeReports keeps the newest word of an organisation on each measure, and logs what
// changed. A doubt that is said again is no new one: an examination is not undone by an
// answer that came twice.
func (r *Directives) writeReports(ctx context.Context, tx *pg.Tx, act enforcement.Act, org enforcement.OrganisationID, rows *reportRows) error {
	if len(rows.keys) == 0 {
		return nil
	}
	day := r.Record.Today(act.At)
	changed, err := rows.write(ctx, tx.Pgx(), r.Plans.Catalogue(), act.Actor.ID, day)
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
	if err := r.followKept(ctx, tx, rows, changed, day); err != nil {
		return err
	}
	if err := r.Record.LogIn(ctx, tx, act, &e); err != nil {
		return err
	}
	return r.doubt(ctx, tx, act, org, rows.doubted(changed))
}

// reportKey names what a report is about.
type reportKey struct {
	VersionKey
	measure int16
}

// reportRows are reports on their way into the record, each key once, with the place of
// the result that bears it.
type reportRows struct {
	keys     []reportKey
	reports  []Report
	results  []int
	place    map[reportKey]int
	versions map[VersionKey]*reportedVersion // once they are weighed
}

func (t *reportRows) add(key reportKey, report Report, result int) {
	if at, again := t.place[key]; again {
		t.reports[at], t.results[at] = report, result
		return
	}
	if t.place == nil {
		t.place = map[reportKey]int{}
	}
	t.place[key] = len(t.keys)
	t.keys, t.reports, t.results = append(t.keys, key), append(t.reports, report), append(t.results, result)
}

// A word that changes takes away what was noted of the one before.
const insertReports = `INSERT INTO report AS p (directive_id, version, measure_id, outcome, reason, basis, kept_until,
    basis_slug, basis_title, basis_article, decision_number, decision_served_on, decision_remedy, kept_by, reported_on)
  SELECT directive, version, measure, outcome::report_outcome, reason, basis, nullif(kept, '')::date,
      nullif(slug, ''), nullif(title, ''), nullif(article, ''), nullif(number, ''), nullif(served, '')::date, nullif(remedy, ''),
      CASE WHEN kept <> '' THEN $14 END, $15::date
    FROM unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[])
      u (directive, version, measure, outcome, reason, basis, kept, slug, title, article, number, served, remedy)
  ON CONFLICT ON CONSTRAINT report_pkey DO UPDATE
    SET outcome = excluded.outcome, reason = excluded.reason, basis = excluded.basis, kept_until = excluded.kept_until,
      basis_slug = excluded.basis_slug, basis_title = excluded.basis_title, basis_article = excluded.basis_article,
      decision_number = excluded.decision_number, decision_served_on = excluded.decision_served_on,
      decision_remedy = excluded.decision_remedy, kept_by = excluded.kept_by, reported_on = excluded.reported_on,
      note = NULL, note_reasons = NULL, noted_on = NULL, noted_by = NULL
    WHERE (p.outcome, p.reason, p.basis, p.kept_until, p.basis_slug, p.basis_title, p.basis_article,
        p.decision_number, p.decision_served_on, p.decision_remedy)
      IS DISTINCT FROM (excluded.outcome, excluded.reason, excluded.basis, excluded.kept_until, excluded.basis_slug,
        excluded.basis_title, excluded.basis_article, excluded.decision_number, excluded.decision_served_on, excluded.decision_remedy)
  RETURNING directive_id, version, measure_id`

// write returns which reports say something new.
func (t *reportRows) write(ctx context.Context, p pgx.Tx, c *memoranda.Catalogue, by string, on day.Day) (map[reportKey]bool, error) {
	n := len(t.keys)
	directives, versions, measures := make([]enforcement.ID, n), make([]int16, n), make([]int16, n)
	var texts [10][]string // of each report in the order of the statement
	for i, key := range t.keys {
		q := &t.reports[i]
		directives[i], versions[i], measures[i] = key.Directive, key.Version, key.measure
		slug, basis := q.ownBasis(c)
		for k, text := range [...]string{
			string(q.Outcome), q.Reason, basis, q.KeptUntil.String(), slug, q.Cited.Title, q.Cited.Article,
			q.Decision.Number, q.Decision.ServedOn.String(), q.Decision.Remedy,
		} {
			texts[k] = append(texts[k], text)
		}
	}
	args := []any{directives, versions, measures}
	for _, column := range texts {
		args = append(args, column)
	}
	rows, err := p.Query(ctx, insertReports, append(args, by, on)...)
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
