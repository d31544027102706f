package access_test

import (
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/internal/access"
)

// A restoration puts every token to sleep, for it may have been revoked in the lost time:
// it is refused until an operator wakes it. What is issued after it is awake.
func TestTokensSleepAfterARestoration(t *testing.T) {
	t.Parallel()
	b, c := setup(t)
	ctx := t.Context()
	tokens := access.New(b.DB, c.machine, false)
	inPost(t, b, b.Court, "clerk-1", "clerk-2", "clerk-3", "clerk-4")
	issue := func(actor string) string {
		plain, err := tokens.IssueBy(ctx, operator(c), actor, enforcement.Clerk, b.Court, false, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		return plain
	}
	first, second, ended := issue("clerk-1"), issue("clerk-2"), issue("clerk-3")
	if err := tokens.RevokePlain(ctx, operator(c), ended); err != nil {
		t.Fatal(err)
	}
	// What package restore writes, which lies above.
	_, err := b.DB.Pool.Exec(ctx, `WITH h AS (INSERT INTO hold (id, scope, cause, reason, placed_by, placed_at)
		VALUES (gen_random_uuid(), 'everything', 'restore', 'x', 'x', now()) RETURNING id)
		INSERT INTO restoration (id, epoch, backup_at, restored_at, restored_by, hold_id) SELECT gen_random_uuid(), 1, now(), now(), 'x', id FROM h`)
	if err != nil {
		t.Fatal(err)
	}
	later := issue("clerk-4")
	for token, want := range map[string]string{first: access.CodeAsleep, second: access.CodeAsleep, ended: access.CodeUnknown} {
		if _, err := tokens.Authenticate(ctx, token); codeOf(t, err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := tokens.Authenticate(ctx, later); err != nil {
		t.Errorf("issued after it: %v", err)
	}
	list, err := tokens.Asleep(ctx, access.Sleepers{})
	if err != nil || len(list) != 2 || list[0].Actor != "clerk-1" {
		t.Fatalf("%+v: %v", list, err)
	}
	for what, row := range map[string]struct {
		role  enforcement.Role
		which access.Sleepers
		want  string
	}{
		"a president":         {enforcement.President, access.Sleepers{}, "role.forbidden"},
		"an overseer":         {enforcement.Overseer, access.Sleepers{}, "role.forbidden"},
		"who has none":        {enforcement.Operator, access.Sleepers{Actor: "clerk-9"}, access.CodeAwake},
		"who has a new one":   {enforcement.Operator, access.Sleepers{Actor: "clerk-4"}, access.CodeAwake},
		"whose was revoked":   {enforcement.Operator, access.Sleepers{Actor: "clerk-3"}, access.CodeAwake},
		"one that is unknown": {enforcement.Operator, access.Sleepers{IDs: []enforcement.ID{list[0].ID, enforcement.NewID()}}, access.CodeAwake},
	} {
		act := operator(c)
		act.Actor.Role = row.role
		if row.role == enforcement.President {
			act.Actor.Organisation = b.Court
		}
		if _, err := tokens.Wake(ctx, act, row.which); codeOf(t, err) != row.want {
			t.Errorf("%s: %v, want %s", what, err, row.want)
		}
	}
	if n, err := tokens.Wake(ctx, operator(c), access.Sleepers{IDs: []enforcement.ID{list[0].ID}}); err != nil || n != 1 {
		t.Errorf("woken %d: %v", n, err)
	}
	if _, err := tokens.Authenticate(ctx, first); err != nil {
		t.Errorf("woken: %v", err)
	}
	if _, err := tokens.Authenticate(ctx, second); codeOf(t, err) != access.CodeAsleep {
		t.Errorf("another one: %v", err)
	}
	if n := b.Count(`SELECT count(*) FROM event WHERE kind = 'token-woken' AND refers_to = $1 AND actor = 'operator-1'`, list[0].ID); n != 1 {
		t.Errorf("%d events", n)
	}
}
