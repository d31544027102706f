package access_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/record"
	"concordat/internal/access"
	"concordat/internal/pg"
	"concordat/internal/pg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// clock is machine time that a test moves.
type clock struct{ now time.Time }

func (c *clock) machine() time.Time { return c.now }

func setup(t *testing.T) (*enforcetest.Bundle, *clock) {
	t.Helper()
	return enforcetest.Setup(t), &clock{now: time.Date(2026, time.March, 2, 3, 4, 5, 0, time.UTC)}
}

// inPost enters staff numbers of an organisation (0: the installation's own), which two
// people want.
func inPost(t *testing.T, b *enforcetest.Bundle, org enforcement.OrganisationID, numbers ...string) {
	t.Helper()
	for _, number := range numbers {
		_, err := b.DB.Pool.Exec(t.Context(), `INSERT INTO staff (id, organisation_id, number, name, post, valid_from, proposed_by, entered_by, entered_at)
			VALUES (gen_random_uuid(), nullif($1, 0), $2, '演示人员', '演示', '2020-01-01', 'a', 'b', now())`, org, number)
		if err != nil {
			t.Fatal(err)
		}
	}
}

func codeOf(t *testing.T, err error) string {
	t.Helper()
	refusal, ok := errors.AsType[*enforcement.Refusal](err)
	if !ok {
		t.Fatalf("no refusal: %v", err)
	}
	return refusal.Code
}

func TestATokenNamesItsHolder(t *testing.T) {
	t.Parallel()
	b, c := setup(t)
	tokens := access.New(b.DB, c.machine, true)
	for _, demo := range []bool{false, true} {
		plain, err := tokens.Issue(t.Context(), "clerk-7", enforcement.Clerk, b.Court, demo, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(plain, "cct_") || strings.HasPrefix(plain, "cct_demo_") != demo {
			t.Errorf("demo %t: prefix of %.10s…", demo, plain)
		}
		actor, err := tokens.Authenticate(t.Context(), plain)
		if err != nil {
			t.Fatal(err)
		}
		want := enforcement.Actor{ID: "clerk-7", Role: enforcement.Clerk, Organisation: b.Court}
		if diff := cmp.Diff(want, actor); diff != "" {
			t.Error(diff)
		}
		if n := b.Count(`SELECT count(*) FROM token t WHERE position(convert_to($1, 'UTF8') IN t.hash) > 0 OR t.actor LIKE '%' || $1 || '%'`, plain); n != 0 {
			t.Error("the plain token is stored")
		}
	}
}

func TestTokensThatAreRefused(t *testing.T) {
	t.Parallel()
	b, c := setup(t)
	demo := access.New(b.DB, c.machine, true)
	production := access.New(b.DB, c.machine, false)
	issue := func(isDemo bool, expires time.Time) string {
		plain, err := demo.Issue(t.Context(), "judge-1", enforcement.Judge, b.Court, isDemo, expires)
		if err != nil {
			t.Fatal(err)
		}
		return plain
	}
	good, made := issue(false, time.Time{}), issue(true, time.Time{})
	short := issue(false, c.now.Add(time.Hour))
	revoked := issue(false, time.Time{})
	if err := demo.RevokePlain(t.Context(), operator(c), revoked); err != nil {
		t.Fatal(err)
	}
	if err := demo.RevokePlain(t.Context(), operator(c), revoked); codeOf(t, err) != access.CodeRevoked {
		t.Fatal("revoked twice", err)
	}
	// Somebody carries a demonstration's row over and gives it another look.
	carried := issue(false, time.Time{})
	if _, err := b.DB.Pool.Exec(t.Context(), `UPDATE token SET demo = true WHERE hash = sha256(convert_to($1, 'UTF8'))`, carried); err != nil {
		t.Fatal(err)
	}
	if _, err := production.Authenticate(t.Context(), short); err != nil {
		t.Fatal(err)
	}
	c.now = c.now.Add(time.Hour)

	for _, row := range []struct{ name, token, want string }{
		{"none", "", access.CodeMissing},
		{"of somebody else's making", "cct_" + strings.Repeat("A", 43), access.CodeUnknown},
		{"without prefix", strings.TrimPrefix(good, "cct_"), access.CodeUnknown},
		{"one character more", good + "A", access.CodeUnknown},
		{"far too long", "cct_" + strings.Repeat("A", 1<<20), access.CodeUnknown},
		{"expired at this instant", short, access.CodeUnknown},
		{"revoked", revoked, access.CodeUnknown},
		{"demonstration", made, access.CodeDemo},
		{"demonstration's row", carried, access.CodeDemo},
	} {
		t.Run(row.name, func(t *testing.T) {
			actor, err := production.Authenticate(t.Context(), row.token)
			if got := codeOf(t, err); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
			if actor != (enforcement.Actor{}) {
				t.Errorf("an actor all the same: %+v", actor)
			}
		})
	}
	if n, err := demo.RevokeAll(t.Context(), operator(c), "judge-1"); err != nil || n != 4 {
		t.Errorf("revoked %d of the holder's tokens, want 4: %v", n, err)
	}
	if _, err := production.Authenticate(t.Context(), good); codeOf(t, err) != access.CodeUnknown {
		t.Error("a token outlived its holder's leaving")
	}
}

// operator is an act of an operator's.
func operator(c *clock) enforcement.Act {
	return enforcement.Act{At: c.now, Actor: enforcement.Actor{ID: "operator-1", Role: enforcement.Operator}}
}

// An account of the operating system begins and no more: one operator's token, while no
// operator has one, however many ask at once.
func TestAnAccountIssuesTheFirstTokenOnly(t *testing.T) {
	t.Parallel()
	b, c := setup(t)
	tokens := access.New(b.DB, c.machine, false)
	inPost(t, b, 0, "operator-6", "operator-7")
	inPost(t, b, b.Court, "operator-7")
	inPost(t, b, b.Departments[0], "operator-7")
	account := operator(c)
	account.Actor.ID = "os:somebody"
	issue := func(role enforcement.Role, org enforcement.OrganisationID) error {
		_, err := tokens.IssueBy(t.Context(), account, "operator-7", role, org, false, c.now.Add(time.Hour))
		return err
	}
	for role, org := range map[enforcement.Role]enforcement.OrganisationID{enforcement.Overseer: 0, enforcement.Judge: b.Court, enforcement.DepartmentReviewer: b.Departments[0]} {
		if got := codeOf(t, issue(role, org)); got != access.CodeMissing {
			t.Errorf("a %s: %s", role, got)
		}
	}
	// Who asks while another is deciding waits for them.
	err := b.DB.InTx(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.NewRaw(`SELECT pg_advisory_xact_lock_shared` + record.FirstOperatorLock).Exec(ctx); err != nil {
			return err
		}
		waiting, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if _, err := tokens.IssueBy(waiting, account, "operator-6", enforcement.Operator, 0, false, c.now.Add(time.Hour)); err == nil || waiting.Err() == nil {
			t.Errorf("it did not wait: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	made := make(chan error, 8)
	for range cap(made) {
		go func() { made <- issue(enforcement.Operator, 0) }()
	}
	issued := 0
	for range cap(made) {
		err := <-made
		if err == nil {
			issued++
		} else if got := codeOf(t, err); got != access.CodeMissing {
			t.Error(got)
		}
	}
	if issued != 1 {
		t.Errorf("%d were issued at once", issued)
	}
	if _, err := tokens.Issue(t.Context(), "tax-7", enforcement.DepartmentClerk, b.Departments[0], false, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if n, err := tokens.RevokeAll(t.Context(), account, "tax-7"); n != 0 || err != nil {
		t.Errorf("an account ended %d tokens of a department's: %v", n, err)
	}
	if err := issue(enforcement.Operator, 0); codeOf(t, err) != access.CodeMissing {
		t.Error("beside an operator", err)
	}
	c.now = c.now.Add(time.Hour) // it ends
	if err := issue(enforcement.Operator, 0); err != nil {
		t.Error("when all have ended", err)
	}
	if n, err := tokens.RevokeAll(t.Context(), account, "operator-7"); n != 2 || err != nil {
		t.Errorf("%d ended: %v", n, err)
	}
	if err := issue(enforcement.Operator, 0); err != nil {
		t.Error("when the only one was lost", err)
	}
}

// Whoever makes operators makes second people of nobody: once anything was sent another
// operator's token takes two people, and it is neither's own.
func TestAnOperatorsTokenTakesTwoPeople(t *testing.T) {
	t.Parallel()
	b, c := setup(t)
	tokens := access.New(b.DB, c.machine, false)
	tokens.Changes = &change.Changes{Record: &record.Record{DB: b.DB, Vault: b.Vault, Machine: c.machine}}
	inPost(t, b, 0, "operator-1", "operator-2", "operator-3", "operator-4", "operator-9", "overseer-1")
	ask := func(by, actor string, role enforcement.Role) (plain string, proposal enforcement.ID, err error) {
		act := operator(c)
		act.Actor.ID = by
		return tokens.Ask(t.Context(), act, access.Wanted{Staff: actor, Role: role, Expires: c.now.Add(time.Hour)})
	}
	confirm := func(by string, id enforcement.ID) error {
		act := operator(c)
		act.Actor.ID = by
		_, err := tokens.Changes.Confirm(t.Context(), act, id, change.Carriers{change.OperatorToken: tokens.Carry})
		return err
	}
	works := func(plain string) bool {
		_, err := tokens.Authenticate(t.Context(), plain)
		return err == nil
	}
	if plain, proposal, err := ask("os:somebody", "operator-1", enforcement.Operator); err != nil || !proposal.IsZero() || !works(plain) {
		t.Fatalf("the first: %s %v", proposal, err)
	}
	b.Published(b.Subject(b.Person()))
	if _, err := tokens.IssueBy(t.Context(), operator(c), "operator-9", enforcement.Operator, 0, false, time.Time{}); codeOf(t, err) != "change.unproposed" {
		t.Error("issued alone", err)
	}
	if plain, proposal, err := ask("operator-1", "overseer-1", enforcement.Overseer); err != nil || !proposal.IsZero() || !works(plain) {
		t.Errorf("an overseer's: %s %v", proposal, err)
	}
	// One is left: the account makes the second, and not a third.
	if plain, _, err := ask("os:somebody", "operator-2", enforcement.Operator); err != nil || !works(plain) {
		t.Fatal("the second", err)
	}
	if _, _, err := ask("os:somebody", "operator-3", enforcement.Operator); codeOf(t, err) != access.CodeMissing {
		t.Error("a third by an account", err)
	}
	plain, proposal, err := ask("operator-1", "operator-3", enforcement.Operator)
	if err != nil || proposal.IsZero() || works(plain) {
		t.Fatalf("the third: %s %v", proposal, err)
	}
	if err := confirm("operator-1", proposal); codeOf(t, err) != "change.second-person" || works(plain) {
		t.Error("by who proposed it", err)
	}
	if err := confirm("operator-3", proposal); codeOf(t, err) != access.CodeRevoked || works(plain) {
		t.Error("by whom it is for", err)
	}
	if err := confirm("operator-2", proposal); err != nil || !works(plain) {
		t.Error("by another", err)
	}
	plain, proposal, err = ask("operator-1", "operator-4", enforcement.Operator)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := tokens.RevokeAll(t.Context(), operator(c), "operator-4"); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if err := confirm("operator-2", proposal); codeOf(t, err) != access.CodeRevoked || works(plain) {
		t.Error("revoked while it waited", err)
	}
}

// An installation may let tokens hold for less than a year, and never for more.
func TestTokensHoldAsLongAsTheInstallationSays(t *testing.T) {
	t.Parallel()
	b, c := setup(t)
	for longest, want := range map[time.Duration]time.Duration{0: access.Most, time.Hour: time.Hour, 2 * access.Most: access.Most} {
		tokens := access.New(b.DB, c.machine, false)
		tokens.Longest = longest
		if _, err := tokens.Issue(t.Context(), "x", enforcement.Overseer, 0, false, c.now.Add(want+time.Second)); codeOf(t, err) != access.CodeTooLong {
			t.Errorf("%s: %v", longest, err)
		}
		plain, err := tokens.Issue(t.Context(), "x", enforcement.Overseer, 0, false, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if _, ends, err := tokens.Holder(t.Context(), plain); err != nil || !ends.Equal(c.now.Add(want)) {
			t.Errorf("%s: until %s, %v", longest, ends, err)
		}
	}
}

// Who gave and who took is in the log, under the token's number, and nothing of the token.
func TestIssuingAndRevokingAreEvents(t *testing.T) {
	t.Parallel()
	b, c := setup(t)
	tokens := access.New(b.DB, c.machine, false)
	inPost(t, b, b.Court, "clerk-7")
	plain, err := tokens.IssueBy(t.Context(), operator(c), "clerk-7", enforcement.Clerk, b.Court, false, c.now.Add(access.Soon+time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	_, expires, err := tokens.Holder(t.Context(), plain)
	if err != nil || tokens.EndsSoon(expires) {
		t.Errorf("ends %s: %v", expires, err)
	}
	c.now = c.now.Add(2 * time.Hour)
	if !tokens.EndsSoon(expires) || tokens.EndsSoon(time.Time{}) {
		t.Error("its holder is not told of its end")
	}
	if _, err := tokens.Issue(t.Context(), "clerk-7", enforcement.Clerk, b.Court, false, time.Time{}); err != nil {
		t.Fatal(err)
	}
	list, err := tokens.List(t.Context(), false)
	if err != nil || len(list) != 2 || !list[1].ExpiresAt.Equal(c.now.Add(access.Most)) {
		t.Fatalf("%+v %v", list, err)
	}
	if err := tokens.Revoke(t.Context(), b.President(), list[0].ID); codeOf(t, err) != "role.forbidden" {
		t.Error(err)
	}
	if err := tokens.Revoke(t.Context(), operator(c), list[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := tokens.Revoke(t.Context(), operator(c), enforcement.NewID()); codeOf(t, err) != access.CodeRevoked {
		t.Error(err)
	}
	changes, err := b.Record.Changes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, change := range changes[:3] {
		said = append(said, string(change.Kind)+" "+change.Actor+": "+change.What)
	}
	court := b.Court.String()
	want := []string{
		"token-revoked operator-1: clerk-7 clerk of organisation " + court,
		"token-issued command-line: clerk-7 clerk of organisation " + court + " until 2027-03-03",
		"token-issued operator-1: clerk-7 clerk of organisation " + court + " until 2026-04-01",
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Error(diff)
	}
	if n := b.Count(`SELECT count(*) FROM event WHERE kind = 'token-revoked' AND refers_to = $1`, list[0].ID); n != 1 {
		t.Errorf("%d events under the token's number", n)
	}
	if left, err := tokens.List(t.Context(), false); err != nil || len(left) != 1 {
		t.Errorf("%+v %v", left, err)
	}
	if all, err := tokens.List(t.Context(), true); err != nil || len(all) != 2 {
		t.Errorf("%+v %v", all, err)
	}
}

func TestIssueRefuses(t *testing.T) {
	t.Parallel()
	b, c := setup(t)
	tokens := access.New(b.DB, c.machine, false)
	for _, row := range []struct {
		name    string
		actor   string
		role    enforcement.Role
		org     enforcement.OrganisationID
		demo    bool
		expires time.Time
		want    string
	}{
		{"nobody", "", enforcement.Clerk, b.Court, false, time.Time{}, access.CodeActor},
		{"a telephone", "13800138000", enforcement.Clerk, b.Court, false, time.Time{}, "words.number"},
		{"the system", "x", enforcement.System, 0, false, time.Time{}, access.CodeRole},
		{"an unknown role", "x", "king", 0, false, time.Time{}, access.CodeRole},
		{"a clerk of nowhere", "x", enforcement.Clerk, 0, false, time.Time{}, access.CodeOrganisation},
		{"a clerk of no such court", "x", enforcement.Clerk, 9999, false, time.Time{}, access.CodeOrganisation},
		{"a president of a department", "x", enforcement.President, b.Departments[0], false, time.Time{}, access.CodeOrganisation},
		{"a department's clerk at a court", "x", enforcement.DepartmentClerk, b.Court, false, time.Time{}, access.CodeOrganisation},
		{"over already", "x", enforcement.Clerk, b.Court, false, c.now, access.CodeExpires},
		{"far too long", "x", enforcement.Clerk, b.Court, false, c.now.Add(access.Most + time.Second), access.CodeTooLong},
		{"under the daily round's name", "daily-round", enforcement.Overseer, 0, false, time.Time{}, access.CodeActor},
		{"under the deliveries' name", "delivery", enforcement.Overseer, 0, false, time.Time{}, access.CodeActor},
		{"under the command line's name", "command-line", enforcement.Operator, 0, false, time.Time{}, access.CodeActor},
		{"under an account's name", "os:root", enforcement.Operator, 0, false, time.Time{}, access.CodeActor},
		{"for a demonstration", "x", enforcement.Clerk, b.Court, true, time.Time{}, access.CodeDemo},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := tokens.Issue(t.Context(), row.actor, row.role, row.org, row.demo, row.expires)
			if got := codeOf(t, err); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
	if n := b.Count(`SELECT count(*) FROM token`); n != 0 {
		t.Errorf("%d tokens were stored", n)
	}
	if _, err := tokens.IssueBy(t.Context(), b.President(), "x", enforcement.Operator, 0, false, time.Time{}); codeOf(t, err) != "role.forbidden" {
		t.Error("a president made an operator", err)
	}
	if _, err := b.DB.Pool.Exec(t.Context(), `INSERT INTO token (hash, actor, role, created_at) VALUES ('\x00', 'x', 'system', now())`); err == nil {
		t.Error("a token of the program's own role was stored")
	}
	for _, role := range []enforcement.Role{enforcement.Overseer, enforcement.Operator} {
		if _, err := tokens.Issue(t.Context(), "x", role, 0, false, time.Time{}); err != nil {
			t.Errorf("%s without an organisation: %v", role, err)
		}
	}
}
