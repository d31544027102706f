package enforcement_test

import (
	"encoding/json"
	"errors"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

var of = enforcetest.Of

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
func state(t testing.TB, b *enforcetest.Bundle, id enforcement.ID) enforcement.Listing {
	t.Helper()
	return value(b.Listing(t.Context(), b.System(), id))(t)
}

func wantState(t testing.TB, b *enforcetest.Bundle, id enforcement.ID, want enforcement.ListingState) {
	t.Helper()
	if got := state(t, b, id).State; got != want {
		t.Errorf("listing %s is %s, want %s", id, got, want)
	}
}

// directives lists the directives of a ground.
func directives(t testing.TB, b *enforcetest.Bundle, ground enforcement.ID) []enforcement.Directive {
	t.Helper()
	return value(b.DirectivesOf(t.Context(), ground))(t)
}

// wantAudit demands that events and tables agree.
func wantAudit(t testing.TB, b *enforcetest.Bundle) {
	t.Helper()
	audit := value(b.AuditDirectives(t.Context(), nil))(t)
	for _, f := range audit.Findings {
		t.Errorf("audit: %s", f)
	}
}

// clockOf returns the one clock of a kind of a ground.
func clockOf(t testing.TB, b *enforcetest.Bundle, ground enforcement.ID, kind string) enforcement.Clock {
	t.Helper()
	for _, c := range value(b.Clocks(t.Context(), ground))(t) {
		if c.Kind == kind {
			return c
		}
	}
	t.Fatalf("ground %s has no clock %s", ground, kind)
	return enforcement.Clock{}
}

func date(t testing.TB, text string) day.Day {
	t.Helper()
	return value(day.Parse(text))(t)
}

// rewrite seals another identity into a subject's row, as no act can: what was
// known when the subject was entered turns out to be different.
func rewrite(t testing.TB, b *enforcetest.Bundle, subject enforcement.ID, change func(*enforcement.Identity)) {
	t.Helper()
	identity := value(b.Register.Subject(t.Context(), b.Clerk(), subject))(t)
	change(&identity)
	var wrapped []byte
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT envelope FROM subject WHERE id = $1`, subject).Scan(&wrapped))
	envelope := value(b.Vault.OpenEnvelope(subject, wrapped))(t)
	sealed := value(envelope.Seal(value(json.Marshal(identity))(t), enforcement.SealedIdentity))(t)
	if _, err := b.DB.Pool.Exec(t.Context(), `UPDATE subject SET sealed = $2 WHERE id = $1`, subject, sealed); err != nil {
		t.Fatal(err)
	}
}

// aged is a made-up person born on a day.
func aged(b *enforcetest.Bundle, birth day.Day) enforcement.Identity {
	identity := b.Person()
	number := b.Made.ResidentID(birth)
	identity.NumberKind, identity.Number = number.Kind, number.Number
	return identity
}

// sendAll sends everything due, express first, as a receiver that answers at
// once: with the step for every item.
func sendAll(t testing.TB, b *enforcetest.Bundle, step enforcement.Step) []enforcement.Item {
	t.Helper()
	var sent []enforcement.Item
	for _, w := range value(b.DueLanes(t.Context(), b.Day()))(t) {
		items := value(b.DueItems(t.Context(), w.Organisation, w.Lane, b.Day(), enforcement.ID{}, 1000))(t)
		attempt := value(b.OpenAttempt(t.Context(), b.System(), w, "webhook", items, []byte("hash")))(t)
		must(t, b.Settle(t.Context(), b.System(), attempt, all(len(items), step)))
		sent = append(sent, items...)
	}
	return sent
}

func all(n int, step enforcement.Step) []enforcement.Result {
	results := make([]enforcement.Result, n)
	for i := range results {
		results[i].Step = step
	}
	return results
}

// officer acts for a department as its reviewer.
func officer(b *enforcetest.Bundle, org enforcement.OrganisationID) enforcement.Act {
	return b.As(enforcement.DepartmentReviewer, org)
}
