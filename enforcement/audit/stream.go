// pgx: every event, version and report is read, row by row.

package audit

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
)

func readPlans(ctx context.Context, tx pgx.Tx) (map[int32][]plan.Share, error) {
	plans := map[int32][]plan.Share{}
	rows, err := tx.Query(ctx, `SELECT plan_id, organisation_id, measures FROM plan_line ORDER BY plan_id, position`)
	if err != nil {
		return nil, fmt.Errorf("read plans: %w", err)
	}
	var id int32
	var org enforcement.OrganisationID
	var set []int16
	_, err = pgx.ForEachRow(rows, []any{&id, &org, &set}, func() error {
		plans[id] = append(plans[id], plan.Share{Organisation: org, Measures: slices.Clone(set)})
		return nil
	})
	return plans, err
}

func (s *replay) read(ctx context.Context, tx pgx.Tx, a *Audit, step func(int64)) error {
	rows, err := tx.Query(ctx, `SELECT id, kind, refers_to, coalesce(plan_id, 0), coalesce(organisation_id, 0), until, directives, versions,
		outcomes, measures, untils
		FROM event WHERE directives IS NOT NULL OR kind IN ('settlement', 'restored') ORDER BY seq`)
	if err != nil {
		return fmt.Errorf("read events: %w", err)
	}
	var e record.Event
	var org enforcement.OrganisationID
	_, err = pgx.ForEachRow(rows, []any{&e.ID, &e.Kind, &e.RefersTo, &e.Plan, &org, &e.Until, &e.Directives, &e.Versions, &e.Outcomes, &e.Measures, &e.Untils}, func() error {
		a.Events++
		if step != nil && a.Events%1000 == 0 {
			step(a.Events)
		}
		s.organisation = org
		s.apply(a, e)
		return nil
	})
	return err
}

func (s *replay) compareVersions(ctx context.Context, tx pgx.Tx, a *Audit) error {
	rows, err := tx.Query(ctx, `SELECT id, 1::smallint, 'impose', organisation_id, step::text, due, valid_until, measures FROM directive
		UNION ALL SELECT directive_id, version, kind::text, organisation_id, step::text, due, valid_until, measures FROM amendment
		UNION ALL SELECT directive_id, version, 'withdraw', organisation_id, step::text, due, NULL, '{}' FROM orphan`)
	if err != nil {
		return fmt.Errorf("read directives: %w", err)
	}
	var k directive.VersionKey
	var have replayed
	_, err = pgx.ForEachRow(rows, []any{&k.Directive, &k.Version, &have.kind, &have.organisation, &have.step, &have.due, &have.until, &have.measures}, func() error {
		a.Versions++
		told := s.versions[k]
		if told == nil {
			a.find(k.Directive, k.Version, "no event made it")
			return nil
		}
		s.compare(a, k, have, *told)
		delete(s.versions, k)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read directives: %w", err)
	}
	for k := range s.versions {
		a.find(k.Directive, k.Version, "the events made it and the tables lack it")
	}
	return nil
}

func (s *replay) compare(a *Audit, k directive.VersionKey, have, told replayed) {
	if have.kind != told.kind || have.organisation != told.organisation || have.until != told.until || !slices.Equal(have.measures, told.measures) {
		a.find(k.Directive, k.Version, "the table says %s for organisation %d until %q with measures %v, the events say %s for %d until %q with %v",
			have.kind, have.organisation, have.until, have.measures, told.kind, told.organisation, told.until, told.measures)
	}
	if have.step == told.step && have.due == told.due {
		return
	}
	doubtful := func(s directive.Step) bool { return s == directive.Left || s == directive.Cancelled }
	if have.due == told.due && doubtful(have.step) && doubtful(told.step) && s.inDoubt(k) {
		return
	}
	a.find(k.Directive, k.Version, "the table says %s (due %v), the events say %s (due %v)", have.step, have.due, told.step, told.due)
}

func (s *replay) compareReports(ctx context.Context, tx pgx.Tx, a *Audit) error {
	rows, err := tx.Query(ctx, `SELECT directive_id, version, measure_id, outcome::text FROM report`)
	if err != nil {
		return fmt.Errorf("read reports: %w", err)
	}
	var k reportKey
	var outcome directive.ReportOutcome
	_, err = pgx.ForEachRow(rows, []any{&k.Directive, &k.Version, &k.measure, &outcome}, func() error {
		a.Reports++
		told, ok := s.reports[k]
		if !ok || directive.NumberedOutcome(told) != outcome {
			a.find(k.Directive, k.Version, "the report on measure %d does not follow from the events", k.measure)
		}
		delete(s.reports, k)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read reports: %w", err)
	}
	for k := range s.reports {
		a.find(k.Directive, k.Version, "the tables lack the report on measure %d", k.measure)
	}
	return nil
}
