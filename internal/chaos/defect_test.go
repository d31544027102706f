package chaos_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"concordat/enforcement"
	"concordat/notify/receiver"
)

// A harness that finds nothing proves nothing: a worker that loses one message
// with a withdrawal must be found out, and so must every other thing that check
// looks for.
func TestAPlantedDefectIsFound(t *testing.T) {
	t.Parallel()
	const seed, lives = 7, 48
	s := newScene(t, seed)
	o := s.order(seed, lives, nil)
	o.Swallow = s.departments[0].org
	p := s.start(t, o)
	go p.attend(nil)
	s.nothingDue(t, p, patience)
	s.revokeOneHeld(t, o.Swallow)
	s.settle(t, p)
	f := s.check(t)
	if f.heldWrongly == 0 {
		t.Fatalf("a lost withdrawal was not found: %v", f)
	}
	f.heldWrongly, f.stale = 0, 0
	if !f.none() {
		t.Fatalf("the record itself is at odds: %v", f)
	}
	for _, defect := range []struct {
		name, sql string
		found     func(f findings) bool
	}{
		{
			"a step that no event tells", `UPDATE amendment SET step = 'left' WHERE (directive_id, version) = (SELECT directive_id, version FROM amendment WHERE step = 'acknowledged' LIMIT 1)`,
			func(f findings) bool { return len(f.audit) == 1 },
		},
		{
			"an end without withdrawals", `UPDATE ground SET state = 'ended', ended_on = in_force_on WHERE id = (SELECT ground_id FROM directive d WHERE NOT EXISTS (SELECT FROM amendment WHERE directive_id = d.id AND kind = 'withdraw') LIMIT 1)`,
			func(f findings) bool { return f.unwithdrawn > 0 },
		},
		{
			"an attempt that nobody settled", `UPDATE attempt SET settled_at = NULL WHERE id = (SELECT id FROM attempt LIMIT 1)`,
			func(f findings) bool { return f.open == 1 },
		},
		{
			"an item nobody opened", `WITH laid AS (INSERT INTO inbox_item (organisation_id, directive_id, version, lane, placed_at)
				SELECT organisation_id, id, 1, 'bulk', (SELECT max(recorded_at) FROM event) FROM directive d
				WHERE NOT EXISTS (SELECT FROM amendment WHERE directive_id = d.id) LIMIT 1
				ON CONFLICT (directive_id, version) DO UPDATE SET closed_at = NULL RETURNING directive_id)
			UPDATE directive SET step = 'left' WHERE id = (SELECT directive_id FROM laid)`,
			func(f findings) bool { return f.inbox == 1 },
		},
		{
			"a fault of a job", `UPDATE river.river_job SET errors = ARRAY['{"error": "a fault of ours"}'::jsonb] WHERE id = (SELECT id FROM river.river_job LIMIT 1)`,
			func(f findings) bool { return len(f.jobs) == 1 },
		},
	} {
		tag, err := s.db.Pool.Exec(t.Context(), defect.sql)
		must(t, err)
		if tag.RowsAffected() != 1 {
			t.Fatalf("%s: %d rows", defect.name, tag.RowsAffected())
		}
		if f := s.check(t); !defect.found(f) {
			t.Errorf("%s is not found: %v", defect.name, f)
		}
	}
	s.answered["an act that left nothing"]++
	if f := s.check(t); len(f.events) != 1 {
		t.Errorf("an answered act without event is not found: %v", f)
	}
}

// revokeOneHeld revokes a listing that the script leaves standing and an organisation has
// carried out as it was first told. On a slow machine the script may end every other
// before its imposition has left, and there would be no withdrawal to swallow.
func (s *scene) revokeOneHeld(t *testing.T, org enforcement.OrganisationID) {
	t.Helper()
	var court enforcement.OrganisationID
	var held int
	var listed enforcement.ID
	must(t, s.db.Pool.QueryRow(t.Context(), `SELECT g.id, g.organisation_id, count(*) OVER () FROM ground g JOIN directive d ON d.ground_id = g.id
		WHERE g.state = 'in-force' AND d.organisation_id = $1 AND d.step = 'acknowledged' AND NOT EXISTS (SELECT FROM amendment WHERE directive_id = d.id)
		ORDER BY g.id LIMIT 1`, org).Scan(&listed, &court, &held))
	t.Logf("of %d listings that stand one is revoked", held)
	l := &life{listing: listed, court: slices.Index(s.courts, court)}
	must(t, s.tryRevoke(t, l))
	s.answered[revokeKey(l)]++
}

func TestHeldWrongly(t *testing.T) {
	t.Parallel()
	id := uuid.UUID{1}
	for _, c := range []struct {
		name           string
		ledger, record []string
		want           []pair
	}{
		{"the same", []string{"a", "b"}, []string{"b", "a"}, nil},
		{"neither", nil, nil, nil},
		{"held and not wanted", []string{"a", "b"}, []string{"b"}, []pair{{id, "a"}}},
		{"wanted and not held", nil, []string{"b"}, []pair{{id, "b"}}},
		{"both", []string{"a"}, []string{"b"}, []pair{{id, "a"}, {id, "b"}}},
	} {
		ledger := map[uuid.UUID]receiver.Entry{id: {Version: 1, Measures: c.ledger}}
		got := heldWrongly(ledger, map[uuid.UUID]wanted{id: {1, c.record}})
		if d := cmp.Diff(c.want, got, cmp.AllowUnexported(pair{}), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
	if got := heldWrongly(nil, map[uuid.UUID]wanted{id: {1, []string{"a"}}}); len(got) != 1 {
		t.Errorf("an unknown directive: %v", got)
	}
	if got := heldWrongly(map[uuid.UUID]receiver.Entry{id: {Measures: []string{"a"}}}, nil); len(got) != 1 {
		t.Errorf("a directive that the record does not know: %v", got)
	}
}
