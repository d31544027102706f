package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/restore"
	"concordat/internal/access"
	"concordat/internal/pg"
)

// shell runs commands on one data folder with a private PostgreSQL.
type shell struct {
	t    *testing.T
	data string
	// token and account are those of who runs the commands; empty: none, and os:tester.
	token, account string
	// operator is the token of the installation's first operator.
	operator string
}

// manages is the shell of the first operator.
func (s shell) manages() shell { return s.by(s.operator) }

// by is the shell of a person who brings a token along.
func (s shell) by(token string) shell {
	s.token = token
	return s
}

// issue makes a token by command, as the first operator.
func (s shell) issue(args ...string) string {
	out, _ := s.manages().run(0, append([]string{"token", "issue"}, entered(args...)...)...)
	return strings.TrimSpace(out)
}

// entered is a command line of token issue that enters the staff number along.
func entered(args ...string) []string {
	args = append(args, "--name", "演示人员", "--post", "演示")
	if args[1] == "president" {
		args = append(args, "--presides", "appointed")
	}
	return args
}

func newShell(t *testing.T) shell {
	t.Helper()
	dir, err := pg.FreshTestDir("concordat-command")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // the servers have stopped
	return shell{t: t, data: dir}
}

// newInstallation is a shell on an installation that was made.
func newInstallation(t *testing.T) shell {
	t.Helper()
	s := newShell(t)
	o, err := installation{Data: s.data}.openOrMake(t.Context())
	if err := errors.Join(err, o.Close()); err != nil {
		t.Fatal(err)
	}
	s.operator = s.issue("operator-0", "operator")
	return s
}

// run demands the exit code and returns what was printed.
func (s shell) run(want int, args ...string) (out, errs string) {
	s.t.Helper()
	var o, e bytes.Buffer
	if got := run(append(args, "--data", s.data, "--database-url="), &app{
		Out: &o, Err: &e, Token: func() string { return s.token }, Account: func() string { return cmp.Or(s.account, "os:tester") },
	}); got != want {
		s.t.Fatalf("%v exits with %d: %s%s", args, got, o.String(), e.String())
	}
	return o.String(), e.String()
}

func TestBackupAndRestoreByCommand(t *testing.T) {
	t.Parallel()
	first, second := newInstallation(t), newShell(t)
	first.manages().run(0, "organisations", "nanning")
	for number, org := range map[string]string{"officer-7": "nanning-tax", "officer-8": "nanning-forestry"} {
		first.manages().run(0, "staff", "enter", number, "--organisation", org, "--name", "演示人员", "--post", "演示")
	}
	old, leaver := first.issue("op-old", "operator"), first.issue("op-leaver", "operator")
	place := t.TempDir()
	dir, keys := filepath.Join(place, "data"), filepath.Join(place, "keys.json")
	if _, said := first.run(1, "backup", dir, "--keys", filepath.Join(dir, "keys.json")); !strings.Contains(said, "密钥与数据须分开存放") {
		t.Error(said)
	}
	if _, said := first.run(1, "backup", filepath.Join(first.data, "backup")); !strings.Contains(said, "kept apart") {
		t.Error(said)
	}
	if _, said := first.run(0, "backup", dir, "--keys", keys); !strings.Contains(said, "apart from") {
		t.Error(said)
	}
	if _, said := first.run(0, "backup", filepath.Join(place, "again")); !strings.Contains(said, "keys were NOT saved") {
		t.Error(said)
	}

	if _, said := second.run(1, "restore", dir, "--keys", keys); !strings.Contains(said, "restore.nowhere") || !strings.Contains(said, "--make-cluster") {
		t.Error(said)
	}
	if _, said := second.run(1, "restore", dir, "--make-cluster"); !strings.Contains(said, "缺少密钥文件") {
		t.Error(said)
	}
	out, said := second.run(0, "restore", dir, "--keys", keys, "--make-cluster")
	hold := strings.TrimSpace(out)
	if _, err := enforcement.ParseID(hold); err != nil || !strings.Contains(said, "hold end "+hold) {
		t.Errorf("%q %q", out, said)
	}
	if info, err := os.Stat(filepath.Join(second.data, "keys.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the keys are not in their place: %v", err)
	}
	if _, said := second.run(1, "restore", dir); !strings.Contains(said, "not empty") {
		t.Error(said)
	}
	second.tokensSleep(old, leaver)
	// Nothing that lets burdens go on, or speaks for others, is done by a name that is typed.
	second.operator = first.operator
	if _, said := second.run(1, append([]string{"token", "issue"}, entered("op-2", "operator")...)...); !strings.Contains(said, "token.missing") {
		t.Errorf("an account beside two operators: %s", said)
	}
	operator := old
	for _, line := range [][]string{{"hold", "end", hold, "演示"}, {"reconcile"}, {"reconcile", "--stated", "演示", "--organisation", "nanning-tax"}} {
		if _, said := second.run(1, line...); !strings.Contains(said, "token.missing") {
			t.Errorf("%v without a token: %s", line, said)
		}
	}
	if _, said := second.by(operator).run(1, "hold", "end", hold, "演示"); !strings.Contains(said, "hold.second-person") {
		t.Errorf("by the account that placed it: %s", said)
	}
	ending := second.by(operator)
	ending.account = "os:another"
	if _, said := ending.run(1, "hold", "end", hold, "演示"); !strings.Contains(said, "are not yet") {
		t.Error(said)
	}

	state := func(token string, args ...string) (open int) {
		out, _ := second.by(token).run(0, append([]string{"reconcile", "--json"}, args...)...)
		var list []restore.Reconciliation
		if err := json.Unmarshal([]byte(out), &list); err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			if !c.Done() {
				open++
			}
		}
		return open
	}
	all := state(operator) // nobody has a system
	tax := second.issue("officer-7", "department-reviewer", "--organisation", "nanning-tax")
	forestry := second.issue("officer-8", "department-reviewer", "--organisation", "nanning-forestry")
	for token, code := range map[string]string{operator: "role.forbidden", forestry: "not-found"} {
		if _, said := second.by(token).run(1, "reconcile", "--organisation", "nanning-tax", "--stated", "演示:此后未收到"); !strings.Contains(said, code) {
			t.Errorf("for another organisation: %s", said)
		}
	}
	if _, said := second.by(tax).run(1, "reconcile"); !strings.Contains(said, "role.forbidden") {
		t.Errorf("a reviewer asks all: %s", said)
	}
	stated := state(tax, "--organisation", "nanning-tax", "--stated", "演示:此后未收到")
	file := filepath.Join(place, "held.csv")
	if err := os.WriteFile(file, []byte("\ufeffdirective,version,withdrawn,carries\n01990000-0000-7000-8000-000000000002,3,否,是\n01990000-0000-7000-8000-000000000001,2,是,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	filed := state(forestry, "--file", file)
	if all == 0 || stated != all-1 || filed != all-2 {
		t.Errorf("%d to reconcile, then %d, then %d", all, stated, filed)
	}
	if _, said := second.by(operator).run(1, "reconcile", "--organisation", "nanning-commerce"); !strings.Contains(said, "no system that can be asked") {
		t.Error(said)
	}
	second.run(0, "audit", "directives")
	second.keysAreNeverMadeBesideSealedData()
}

// tokensSleep: no token of the backup does anything before an operator has looked at it
// and woken it.
func (s shell) tokensSleep(old, leaver string) {
	s.t.Helper()
	asleep := func(token string) bool {
		_, said := s.by(token).run(1, "reconcile", "--organisation", "nobody")
		return strings.Contains(said, "token.asleep")
	}
	if !asleep(old) || !asleep(leaver) {
		s.t.Error("a token of the backup is taken")
	}
	list, said := s.run(1, "token", "wake", "--all")
	if strings.Count(list, "asleep since a restore") != 3 || !strings.Contains(said, "sleep on") || !asleep(old) {
		s.t.Errorf("shown: %s%s", list, said)
	}
	var tokens []access.Token
	out, _ := s.run(0, "token", "list", "--json")
	if err := json.Unmarshal([]byte(out), &tokens); err != nil || len(tokens) != 3 {
		s.t.Fatalf("%s: %v", out, err)
	}
	s.run(0, "token", "revoke", "--actor", "op-leaver")
	for _, line := range [][]string{{"--actor", "op-leaver"}, {tokens[0].ID.String(), tokens[1].ID.String()}, {enforcement.NewID().String()}} {
		if _, said := s.run(1, append([]string{"token", "wake", "--yes"}, line...)...); !strings.Contains(said, "token.awake") || !asleep(old) {
			s.t.Errorf("woken by %v: %s", line, said)
		}
	}
	s.run(2, "token", "wake", "--all", "--actor", "op-old")
	s.run(2, "token", "wake")
	s.run(0, "token", "wake", "--all", "--yes")
	if asleep(old) {
		s.t.Error("woken, and sleeps")
	}
	var woken int
	if err := s.asked(`SELECT count(*) FROM event WHERE kind = 'token-woken'`, &woken); err != nil || woken != 2 {
		s.t.Errorf("%d events: %v", woken, err)
	}
}

// keysAreNeverMadeBesideSealedData: where somebody is on record, a missing key
// file is an error and not a reason for new keys.
func (s shell) keysAreNeverMadeBesideSealedData() {
	s.t.Helper()
	i := installation{Data: s.data}
	err := i.at(false, func(ctx context.Context, url string) error {
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		_, err = conn.Exec(ctx, `INSERT INTO subject (id, kind, envelope, sealed, key_version, created_at) VALUES (gen_random_uuid(), 'legal-person', '\x00', '\x00', 1, now())`)
		return errors.Join(err, conn.Close(ctx))
	})
	if err == nil {
		err = os.Remove(i.keyFile())
	}
	if err != nil {
		s.t.Fatal(err)
	}
	if _, said := s.run(1, "hold", "list"); !strings.Contains(said, "key file is missing") {
		s.t.Error(said)
	}
	if _, err := os.Stat(i.keyFile()); !errors.Is(err, fs.ErrNotExist) {
		s.t.Errorf("keys were made: %v", err)
	}
}
