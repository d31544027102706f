package migrations

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// before returns the files of the schema before a migration.
func before(t *testing.T, name string) fstest.MapFS {
	t.Helper()
	older := fstest.MapFS{}
	all, err := fs.Glob(files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range all {
		if file < name {
			data, err := files.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			older[file] = &fstest.MapFile{Data: data}
		}
	}
	if len(older) == len(all) {
		t.Fatalf("there is no %s", name)
	}
	return older
}

// Cases of every kind as the schema before 18 keeps them: waiting, in force, suspended
// and ended; the last ground is an order's, which has no life of its own.
const casesBefore = `
INSERT INTO organisation (id, slug, name_zh, name_en, kind, serves, court_code, ack_working_days, report_working_days) VALUES
  (1, 'court', '演示法院', 'Made court', 'court', '450103', '桂0103', 3, 10), (2, 'owner', '演示单位', 'Made owner', 'authority', '4501', NULL, 3, 10);
INSERT INTO subject (id, kind, envelope, sealed, key_version, created_at)
  SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid, 'legal-person', '\x01', '\x01', 1, now() FROM generate_series(1, 4) n;
INSERT INTO execution_case (id, court_id, number, filed_on, basis_document, basis_unit) VALUES ('cccccccc-0000-0000-0000-000000000000', 1, '(2025)桂0103执1号', '2025-01-02', '演示', '演示法院');
INSERT INTO plan (id, hash, list_type, subject_kind, territory) VALUES (1, decode(repeat('00', 32), 'hex'), 'judgment-debtor', 'legal-person', '4501');

INSERT INTO ground (id, kind, list_type, subject_id, organisation_id, reference, decided_on, state, plan_id, in_force_on, ended_on) VALUES
  ('11111111-0000-0000-0000-000000000001', 'listing', 'judgment-debtor', '00000000-0000-0000-0000-000000000001', 1, '', NULL, 'pending', NULL, NULL, NULL),
  ('11111111-0000-0000-0000-000000000002', 'listing', 'judgment-debtor', '00000000-0000-0000-0000-000000000002', 1, '演示1号', '2025-03-01', 'suspended', 1, '2025-03-02', NULL),
  ('11111111-0000-0000-0000-000000000003', 'listing', 'judgment-debtor', '00000000-0000-0000-0000-000000000003', 1, '演示2号', '2025-03-01', 'ended', 1, '2025-03-02', '2025-05-01'),
  ('22222222-0000-0000-0000-000000000001', 'listing', 'made-list', '00000000-0000-0000-0000-000000000001', 2, '', NULL, 'pending', NULL, NULL, NULL),
  ('22222222-0000-0000-0000-000000000002', 'listing', 'made-list', '00000000-0000-0000-0000-000000000002', 2, '演示3号', '2025-03-10', 'suspended', 1, '2025-03-20', NULL),
  ('22222222-0000-0000-0000-000000000003', 'listing', 'made-list', '00000000-0000-0000-0000-000000000003', 2, '演示4号', '2025-03-10', 'ended', 1, '2025-03-20', '2025-06-01'),
  ('33333333-0000-0000-0000-000000000001', 'reward', 'made-reward', '00000000-0000-0000-0000-000000000004', 2, '演示5号', '2025-03-10', 'in-force', 1, '2025-03-10', NULL),
  ('33333333-0000-0000-0000-000000000002', 'reward', 'made-reward', '00000000-0000-0000-0000-000000000003', 2, '演示6号', '2025-03-10', 'ended', 1, '2025-03-10', '2025-07-01'),
  ('44444444-0000-0000-0000-000000000001', 'order', 'judgment-debtor', '00000000-0000-0000-0000-000000000001', 1, '演示7号', '2025-03-10', 'in-force', 1, '2025-03-10', NULL);

INSERT INTO listing (id, court_id, case_id, subject_id, state, version, conducts, facts, drafted_by) VALUES
  ('11111111-0000-0000-0000-000000000001', 1, 'cccccccc-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001', 'draft', 1, '{1}', '\x01', 'clerk');
INSERT INTO listing (id, court_id, case_id, subject_id, state, version, conducts, facts, drafted_by, risk_warning, notice_served_on, reasons, decision_number, signed_by, signer_role, decided_on,
    service_manner, served_on, enclosures, published_on, suspended_for, suspended_on, ended_on, end_item, retain_until)
  SELECT ('11111111-0000-0000-0000-00000000000' || n)::uuid, 1, 'cccccccc-0000-0000-0000-000000000000', ('00000000-0000-0000-0000-00000000000' || n)::uuid, state::listing_state, version, '{1}', '\x01', 'clerk',
    true, '2025-02-01', '\x01', '演示1号', 'president', 'president', '2025-03-01', 'direct', '2025-03-01', '{repair-notice}', '2025-03-02', why, since::date, over::date, item, kept::date
  FROM (VALUES (2, 'active', 7, 'court-stay', '2025-04-01', NULL, NULL::smallint, NULL), (3, 'deleted', 8, NULL, NULL, '2025-05-01', 1, '2026-05-01')) v (n, state, version, why, since, over, item, kept);

INSERT INTO administrative_listing (id, list_type, organisation_id, subject_id, state, version, grounds, facts, drafted_by) VALUES
  ('22222222-0000-0000-0000-000000000001', 'made-list', 2, '00000000-0000-0000-0000-000000000001', 'draft', 1, '{}', '\x01', 'clerk');
INSERT INTO administrative_listing (id, list_type, organisation_id, subject_id, state, version, grounds, facts, drafted_by, notice_manner, notice_served_on, notice_contents, window_until,
    decision_number, reasons, basis, removal_conditions, remedies, decided_by, signer_role, decided_on, serious, footing_kind, list_region, publication, open_term, term_until, term_limit,
    service_manner, served_on, enclosures, published_on, suspended_for, suspended_on, ended_on, retain_until)
  SELECT ('22222222-0000-0000-0000-00000000000' || n)::uuid, 'made-list', 2, ('00000000-0000-0000-0000-00000000000' || n)::uuid, state::administrative_state, version, '{}', '\x01', 'clerk',
    'direct', '2025-02-01', '{cause,basis,rights}', '2025-03-01', '演示', '\x01', '演示法', '\x01', '\x01', 'reviewer', 'department-reviewer', '2025-03-10', true, 'law', '', 'after-service', false, '2026-03-10', '2026-03-10',
    'direct', '2025-03-15', '{repair-notice}', '2025-03-20', why, since::date, over::date, kept::date
  FROM (VALUES (2, 'active', 6, 'restored', '2025-04-02', NULL, NULL), (3, 'revoked', 7, NULL, NULL, '2025-06-01', '2026-06-01')) v (n, state, version, why, since, over, kept);

INSERT INTO reward (id, list_type, owner_id, subject_id, state, version, reference, decided_on, valid_from, entered_by, granted_on, ended_on, end_kind, end_reasons, retain_until) VALUES
  ('33333333-0000-0000-0000-000000000001', 'made-reward', 2, '00000000-0000-0000-0000-000000000004', 'under-review', 3, '演示5号', '2025-03-10', '2025-03-10', 'clerk', '2025-03-10', NULL, NULL, NULL, NULL),
  ('33333333-0000-0000-0000-000000000002', 'made-reward', 2, '00000000-0000-0000-0000-000000000003', 'ended', 4, '演示6号', '2025-03-10', '2025-03-10', 'clerk', '2025-03-10', '2025-07-01', 'ended-by-owner', '\x01', '2026-07-01');
`

// told is what each ground tells of its case, a line each.
func told(t *testing.T, pool *pgxpool.Pool) []string {
	t.Helper()
	rows, err := pool.Query(t.Context(), `SELECT concat_ws(' ', left(id::text, 1) || '/' || right(id::text, 1), coalesce(case_state, '-'), coalesce(case_version::text, '-'),
		coalesce(suspended_for, '-'), coalesce(suspended_on::text, '-'), coalesce(retain_until::text, '-')) FROM ground ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// Migration 18 tells of every case that was there before it with its ground, and of
// each later move of it, by whichever program.
func TestGroundsTellOfTheCasesThatWereThereBefore(t *testing.T) {
	t.Parallel()
	pool := empty(t)
	if err := up(t.Context(), pool, before(t, "00018_ground_common.sql")); err != nil {
		t.Fatal(err)
	}
	wantVersion(t, pool, 17)
	if _, err := pool.Exec(t.Context(), casesBefore); err != nil {
		t.Fatal(err)
	}
	if err := Up(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"1/1 draft 1 - - -", "1/2 active 7 court-stay 2025-04-01 -", "1/3 deleted 8 - - 2026-05-01",
		"2/1 draft 1 - - -", "2/2 active 6 restored 2025-04-02 -", "2/3 revoked 7 - - 2026-06-01",
		"3/1 under-review 3 - - -", "3/2 ended 4 - - 2026-07-01",
		"4/1 - - - - -",
	}
	if diff := cmp.Diff(want, told(t, pool)); diff != "" {
		t.Errorf("after the migration: %s", diff)
	}

	// A program of the release before moves rows and knows nothing of the new columns.
	for i, kind := range []string{"listing", "administrative_listing", "reward"} {
		move := `version = version + 1, suspended_for = NULL, suspended_on = NULL`
		if kind == "reward" {
			move = `version = version + 1, state = 'in-force'`
		}
		id := fmt.Sprintf("%s-0000-0000-0000-00000000000%d", strings.Repeat(fmt.Sprint(i+1), 8), 2-i/2)
		if _, err := pool.Exec(t.Context(), `UPDATE `+kind+` SET `+move+` WHERE id = $1`, id); err != nil {
			t.Fatal(err)
		}
	}
	want[1], want[4], want[6] = "1/2 active 8 - - -", "2/2 active 7 - - -", "3/1 in-force 4 - - -"
	if diff := cmp.Diff(want, told(t, pool)); diff != "" {
		t.Errorf("after moves: %s", diff)
	}
}
