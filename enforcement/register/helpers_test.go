package register_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/administrative"
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/enforcement/reward"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

var of = enforcetest.Of

// The lives, as data.
var (
	listingTable        = listing.Table()
	administrativeTable = administrative.Table()
	rewardTable         = reward.Table()
)

// must ends the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// value ends the test on an error and otherwise hands the value on.
func value[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// codeOf is the code of a refusal, empty for no error, and the text of a fault.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	if refusal, ok := errors.AsType[*enforcement.Refusal](err); ok {
		return refusal.Code
	}
	return "fault: " + err.Error()
}

// wantCode demands a refusal with the code, or success for the empty one.
func wantCode(t testing.TB, what string, err error, code string) {
	t.Helper()
	if got := codeOf(err); got != code {
		t.Errorf("%s: got %q, want %q", what, got, code)
	}
}

// schemaRefuses demands that the database itself refuses a statement by the
// constraint of that name.
func schemaRefuses(t testing.TB, b *enforcetest.Bundle, constraint, sql string, args ...any) {
	t.Helper()
	_, err := b.DB.Pool.Exec(t.Context(), sql, args...)
	if name, ok := pg.Constraint(err); !ok || name != constraint {
		t.Errorf("%s: got %v, want the constraint %s", sql, err, constraint)
	}
}

// state is where a listing stands.
func state(t testing.TB, b *enforcetest.Bundle, id enforcement.ID) listing.Listing {
	t.Helper()
	return value(b.Listings.Get(t.Context(), b.System(), id))(t)
}

func wantState(t testing.TB, b *enforcetest.Bundle, id enforcement.ID, want ground.State) {
	t.Helper()
	if got := state(t, b, id).State; got != want {
		t.Errorf("listing %s is %s, want %s", id, got, want)
	}
}

// directives lists the directives of a ground.
func directives(t testing.TB, b *enforcetest.Bundle, ground enforcement.ID) []directive.Directive {
	t.Helper()
	return value(b.Directives.Of(t.Context(), ground))(t)
}

// wantAudit demands that events and tables agree.
func wantAudit(t testing.TB, b *enforcetest.Bundle) {
	t.Helper()
	audit := value(b.Auditor.Directives(t.Context(), nil))(t)
	for _, f := range audit.Findings {
		t.Errorf("audit: %s", f)
	}
}

// clockOf returns the one clock of a kind of a ground.
func clockOf(t testing.TB, b *enforcetest.Bundle, ground enforcement.ID, kind string) docket.Clock {
	t.Helper()
	for _, c := range value(b.Docket.Clocks(t.Context(), ground))(t) {
		if c.Kind == kind {
			return c
		}
	}
	t.Fatalf("ground %s has no clock %s", ground, kind)
	return docket.Clock{}
}

func date(t testing.TB, text string) day.Day {
	t.Helper()
	return value(day.Parse(text))(t)
}

// rewrite seals another identity into a subject's row, as no act can: what was
// known when the subject was entered turns out to be different.
func rewrite(t testing.TB, b *enforcetest.Bundle, subject enforcement.ID, change func(*party.Identity)) {
	t.Helper()
	identity := value(b.Parties.Subject(t.Context(), b.Clerk(), subject))(t)
	change(&identity)
	var wrapped []byte
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT envelope FROM subject WHERE id = $1`, subject).Scan(&wrapped))
	envelope := value(b.Vault.OpenEnvelope(subject, wrapped))(t)
	sealed := value(envelope.Seal(value(json.Marshal(identity))(t), party.SealedIdentity))(t)
	if _, err := b.DB.Pool.Exec(t.Context(), `UPDATE subject SET sealed = $2 WHERE id = $1`, subject, sealed); err != nil {
		t.Fatal(err)
	}
}

// aged is a made-up person born on a day.
func aged(b *enforcetest.Bundle, birth day.Day) party.Identity {
	identity := b.Person()
	number := b.Made.ResidentID(birth)
	identity.NumberKind, identity.Number = number.Kind, number.Number
	return identity
}

// sendAll sends everything due, express first, as a receiver that answers at
// once: with the step for every item.
func sendAll(t testing.TB, b *enforcetest.Bundle, step directive.Step) []directive.Item {
	t.Helper()
	return b.SendAll(step)
}

func all(n int, step directive.Step) []directive.Result {
	results := make([]directive.Result, n)
	for i := range results {
		results[i].Step = step
	}
	return results
}

// officer acts for a department as its reviewer.
func officer(b *enforcetest.Bundle, org enforcement.OrganisationID) enforcement.Act {
	return b.As(enforcement.DepartmentReviewer, org)
}

// everyone is every role, the system too.
func everyone() []enforcement.Role { return append(enforcement.Roles(), enforcement.System) }

// inRole is an act of somebody of an organisation in a role, at the same instant.
func inRole(act enforcement.Act, role enforcement.Role, org enforcement.OrganisationID) enforcement.Act {
	switch role { //nolint:exhaustive // the others are of an organisation
	case enforcement.Overseer, enforcement.Operator, enforcement.Lawyer, enforcement.System:
		org = 0
	}
	act.Actor = enforcement.Actor{ID: "a " + string(role), Role: role, Organisation: org}
	return act
}

// itself leaves an act with whom it is of.
func itself(act enforcement.Act) enforcement.Act { return act }

// barred is what a role meets that may never make a move; "" if it may.
func barred(m *ground.Move, role enforcement.Role) string {
	switch {
	case slices.Contains(m.Roles, role):
		return ""
	case m.Signer != "":
		return m.Signer
	default:
		return "role.forbidden"
	}
}

// fingerprint is everything that a refused move must leave as it is: every table.
func fingerprint(t testing.TB, b *enforcetest.Bundle) string {
	t.Helper()
	var query, text string
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT 'SELECT concat_ws(''|'', ' || string_agg(format('(SELECT md5(string_agg(x::text, '';'' ORDER BY x::text)) FROM %I.%I x)', schemaname, tablename), ', ' ORDER BY schemaname, tablename) || ')'
		FROM pg_tables WHERE schemaname = 'public' OR (schemaname, tablename) = ('river', 'river_job')`).Scan(&query))
	must(t, b.DB.Pool.QueryRow(t.Context(), query).Scan(&text))
	return text
}

// tryEverybody makes a move in every role of the owner, and in the right ones of
// another organisation; do makes it by the act that it is handed through as. refusal
// is what whoever may make it meets because of the case. What is refused leaves no
// trace; a move that somebody may make and that nothing refuses is not tried here: the
// roles that may are returned.
func tryEverybody(t testing.TB, b *enforcetest.Bundle, m *ground.Move, owner, other enforcement.OrganisationID, refusal string, do func(as func(enforcement.Act) enforcement.Act) error) (may []enforcement.Role) {
	t.Helper()
	before := fingerprint(t, b)
	for _, role := range everyone() {
		code := barred(m, role)
		if code == "" && refusal == "" {
			may = append(may, role)
		} else {
			wantCode(t, string(m.Name)+" by a "+string(role), do(func(act enforcement.Act) enforcement.Act { return inRole(act, role, owner) }), cmp.Or(code, refusal))
		}
		if barred(m, role) == "" && role != enforcement.System {
			wantCode(t, string(m.Name)+" by another's "+string(role), do(func(act enforcement.Act) enforcement.Act { return inRole(act, role, other) }), "not-found")
		}
	}
	if fingerprint(t, b) != before {
		t.Errorf("the refused move %s left something", m.Name)
	}
	return may
}

// askedOn is the day on which everybody asks; the others are who did what in every case.
var askedOn = day.Of(2025, time.September, 1)

func right(n ground.Need) any {
	switch n.Rule {
	case ground.RuleText:
		return "演"
	case ground.RuleWritten:
		return "。"
	case ground.RuleWhy:
		return strings.Repeat("演示理由", n.Min)[:3*n.Min]
	case ground.RuleCourtNumber:
		return "（2025）桂0103执1号之一"
	case ground.RuleNumbered:
		return "演示决字〔2025〕1号"
	case ground.RuleDay:
		return askedOn.AddDays(100)
	case ground.RulePast:
		return askedOn
	case ground.RuleOneOf:
		return n.Of[len(n.Of)-1]
	case ground.RuleAllOf:
		return append([]string{"more"}, n.Of...)
	case ground.RuleNumber:
		return n.Max
	case ground.RuleYes:
		return true
	case ground.RuleNoted:
	}
	return nil
}
