package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"concordat/enforcement/change"
)

// begun is the installation once something was, or may have been, sent.
func (s shell) begun() {
	s.t.Helper()
	err := installation{Data: s.data}.within(func(ctx context.Context, o *office) error {
		_, err := o.db.NewRaw(`WITH h AS (INSERT INTO hold (id, scope, cause, reason, placed_by, placed_at)
			VALUES (gen_random_uuid(), 'everything', 'operator', 'x', 'x', now()) RETURNING id)
			INSERT INTO restoration (id, epoch, backup_at, restored_at, restored_by, hold_id)
			SELECT gen_random_uuid(), 1, now() - interval '1 hour', now() - interval '1 hour', 'x', id FROM h`).Exec(ctx)
		if err != nil {
			return err
		}
		_, err = o.db.NewRaw(`UPDATE token SET awake = record_epoch()`).Exec(ctx)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// At the command line too, what decides who is told is one operator's to propose and
// another's to confirm.
func TestChangesByCommandTakeTwoPeople(t *testing.T) {
	t.Parallel()
	s := newInstallation(t)
	one := s.manages()
	one.run(0, "organisations", "nanning")
	two, again := s.by(s.issue("operator-2", "operator")), s.by(s.issue("operator-0", "operator"))
	officer := s.by(s.issue("tax-7", "department-reviewer", "--organisation", "nanning-tax"))
	one.run(0, "endpoint", "webhook", "nanning-tax", "https://receiver.example/first") // nothing was sent
	s.begun()
	secret, said := one.run(0, "endpoint", "webhook", "nanning-tax", "https://receiver.example/second")
	_, id, ok := strings.Cut(said, "concordat changes confirm ")
	if id = strings.TrimSpace(id); !ok || !strings.HasPrefix(secret, "whsec_") {
		t.Fatalf("%s%s", secret, said)
	}
	lies := func() string {
		out, _ := s.run(0, "endpoint", "list")
		return out
	}
	for name, try := range map[string]struct {
		who  shell
		want string
	}{
		"without a token":            {s, "token.missing"},
		"by who proposed it":         {one, "change.second-person"},
		"by another token of theirs": {again, "change.second-person"},
		"by the department":          {officer, "role.forbidden"},
	} {
		if _, said := try.who.run(1, "changes", "confirm", id); !strings.Contains(said, try.want) {
			t.Errorf("%s, want %s: %s", name, try.want, said)
		}
	}
	if !strings.Contains(lies(), "/first") {
		t.Errorf("one person turned it: %s", lies())
	}
	out, _ := two.run(0, "changes", "list", "--json")
	var list []change.Proposal
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list) != 1 || list[0].ProposedBy != "operator-0" || strings.Contains(out, strings.TrimSpace(secret)) {
		t.Errorf("%s: %v", out, err)
	}
	two.run(0, "changes", "confirm", id)
	if !strings.Contains(lies(), "/second") {
		t.Errorf("two people did not: %s", lies())
	}
	if _, said := two.run(1, "changes", "confirm", id); !strings.Contains(said, "change.ended") {
		t.Errorf("twice: %s", said)
	}
	if _, said := one.run(1, "organisations", "nanning"); !strings.Contains(said, "organisation.exists") && !strings.Contains(said, "change.unproposed") {
		t.Errorf("organisations by one: %s", said)
	}
	one.run(0, "endpoint", "pause", "nanning-tax") // turns nothing to anybody else
	one.run(0, "endpoint", "resume", "nanning-tax")
	if _, said := one.run(1, append([]string{"token", "issue"}, entered("operator-3", "operator")...)...); !strings.Contains(said, "staff.unproposed") {
		t.Errorf("one person enters a human: %s", said)
	}
	if _, said := one.run(1, "token", "issue", "operator-3", "overseer"); !strings.Contains(said, "token.staff") {
		t.Errorf("a token of a human nobody entered: %s", said)
	}
	_, said = one.run(0, "staff", "enter", "operator-3", "--name", "演示三", "--post", "演示")
	_, id, ok = strings.Cut(said, "concordat changes confirm ")
	if id = strings.TrimSpace(id); !ok {
		t.Fatal(said)
	}
	if _, said := again.run(1, "changes", "confirm", id); !strings.Contains(said, "change.second-person") {
		t.Errorf("by another token of theirs: %s", said)
	}
	if out, _ := two.run(0, "changes", "list"); !strings.Contains(out, ": 演示三, 演示  by operator-0") {
		t.Errorf("a second person is not shown whom they would confirm: %s", out)
	}
	two.run(0, "changes", "confirm", id)
	plain, said := one.run(0, "token", "issue", "OPERATOR-3", "operator")
	_, id, ok = strings.Cut(said, "concordat changes confirm ")
	if !ok {
		t.Fatalf("an operator's token by one person: %s", said)
	}
	if _, said := s.by(strings.TrimSpace(plain)).run(1, "changes", "confirm", strings.TrimSpace(id)); !strings.Contains(said, "token.unknown") {
		t.Errorf("it confirms itself: %s", said)
	}
	two.run(0, "changes", "drop", strings.TrimSpace(id))
	if out, _ := two.run(0, "changes", "list", "--all"); !strings.Contains(out, "dropped by operator-2") || !strings.Contains(out, "confirmed by operator-2") || strings.Contains(out, "演示三") {
		t.Error(out)
	}
	if out, _ := two.run(0, "staff", "list"); !strings.Contains(out, "operator-3  (installation)  演示三") {
		t.Error(out)
	}
}
