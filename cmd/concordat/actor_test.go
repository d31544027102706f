package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"concordat/enforcement/hold"
)

// Who placed a hold by the account of the operating system does not end it by a token of
// the same hands; and nobody ends one by a name that is typed.
func TestAHoldIsPlacedByAnAccountAndEndedByAToken(t *testing.T) {
	t.Parallel()
	s := newInstallation(t)
	s.manages().run(0, "organisations", "nanning")
	operator, clerk := s.issue("operator-1", "operator"), s.issue("clerk-1", "clerk", "--organisation", "qingxiu-court")
	revoked := s.issue("operator-2", "operator")
	s.manages().run(0, "token", "revoke", "--actor", "operator-2")
	out, _ := s.run(0, "hold", "impositions", "演示")
	id := strings.TrimSpace(out)
	s.run(2, "hold", "impositions", "演示", "--by", "somebody-else")
	s.run(2, "hold", "end", id, "演示", "--by", "somebody-else")
	another := s
	another.account = "os:another"
	for name, try := range map[string]struct {
		who  shell
		want string
	}{
		"without a token":       {another, "token.missing"},
		"by a clerk":            {another.by(clerk), "role.forbidden"},
		"by a revoked token":    {another.by(revoked), "token.unknown"},
		"by a made token":       {another.by("cct_" + strings.Repeat("A", 43)), "token.unknown"},
		"by a demo's":           {another.by("cct_demo_" + strings.Repeat("A", 43)), "token.demo"},
		"by the placer's hands": {s.by(operator), "hold.second-person"},
	} {
		if _, said := try.who.run(1, "hold", "end", id, "演示"); !strings.Contains(said, try.want) {
			t.Errorf("%s, want %s: %s", name, try.want, said)
		}
	}
	list := func() (holds []hold.Hold) {
		out, _ := s.run(0, "hold", "list", "--ended", "--json")
		if err := json.Unmarshal([]byte(out), &holds); err != nil || len(holds) != 1 {
			t.Fatalf("%s: %v", out, err)
		}
		return holds
	}
	if h := list()[0]; h.PlacedBy != "os:tester" || h.EndedBy != "" {
		t.Errorf("%+v", h)
	}
	another.by(operator).run(0, "hold", "end", id, "演示")
	if h := list()[0]; h.EndedBy != "operator-1" {
		t.Errorf("%+v", h)
	}
}

// An import is the act of whom the token names, for the token's court.
func TestImportsAreActsOfTheToken(t *testing.T) {
	t.Parallel()
	s := newInstallation(t)
	s.manages().run(0, "organisations", "nanning")
	token := func(role string) shell { return s.by(s.issue(role+"-1", role, "--organisation", "qingxiu-court")) }
	clerk, president := token("clerk"), token("president")
	dir := t.TempDir()
	listings, takeover := filepath.Join(dir, "listings.csv"), filepath.Join(dir, "takeover.csv")
	command(t, "import", "template", "listings", "-o", listings)
	command(t, "import", "template", "takeover", "-o", takeover)
	statement := filepath.Join(dir, "statement.txt")
	if err := os.WriteFile(statement, []byte("演示"), 0o600); err != nil {
		t.Fatal(err)
	}
	draft, over := []string{"import", "listings", listings}, []string{"import", "takeover", takeover, "--statement", statement}
	for name, try := range map[string]struct {
		who  shell
		line []string
		want string
	}{
		"a draft by nobody":      {s, draft, "token.missing"},
		"a draft by a president": {president, draft, "role.forbidden"},
		"a takeover by nobody":   {s, over, "token.missing"},
		"a takeover by a clerk":  {clerk, over, "takeover.file"},
	} {
		if _, said := try.who.run(1, try.line...); !strings.Contains(said, try.want) {
			t.Errorf("%s, want %s: %s", name, try.want, said)
		}
	}
	count := func(query string) (n int) {
		err := s.asked(query, &n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(`SELECT count(*) FROM import_run`); n != 0 {
		t.Errorf("%d runs of nobody's", n)
	}
	clerk.run(0, draft...)
	for range 2 { // alone it stays stated
		if said, _ := president.run(0, over...); !strings.Contains(said, "stated by president-1") {
			t.Errorf("%s", said)
		}
	}
	if n := count(`SELECT count(*) FROM listing WHERE state = 'active'`); n != 0 {
		t.Errorf("%d listings are in force on one person's word", n)
	}
	changed := filepath.Join(dir, "changed.csv")
	text, err := os.ReadFile(takeover)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(changed, append(text, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, said := clerk.run(1, "import", "takeover", changed, "--statement", statement); !strings.Contains(said, "takeover.file") {
		t.Errorf("a changed file: %s", said)
	}
	if _, said := clerk.run(1, "import", "takeover", takeover, "--statement", changed); !strings.Contains(said, "import.statement") {
		t.Errorf("another statement: %s", said)
	}
	clerk.run(0, over...)
	president.run(0, over...)
	if n := count(`SELECT count(*) FROM event WHERE kind = 'takeover-confirmed' AND actor = 'clerk-1'`); n != 1 {
		t.Errorf("%d confirmations", n)
	}
	if n := count(`SELECT count(*) FROM event WHERE kind = 'import-started' AND (actor, role) IN (('clerk-1', 'clerk'), ('president-1', 'president')) AND organisation_id > 0`); n != 2 {
		t.Errorf("%d runs of the tokens' holders", n)
	}
}

// asked asks the installation's database one number.
func (s shell) asked(query string, n *int) error {
	i := installation{Data: s.data}
	return i.within(func(ctx context.Context, o *office) error {
		return o.db.NewRaw(query).Scan(ctx, n)
	})
}
