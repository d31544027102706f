package register_test

import (
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/listing"
)

// later is an act some years and days on.
func later(act enforcement.Act, years, days int) enforcement.Act {
	act.At = act.At.AddDate(years, 0, days)
	return act
}

// sentTo is a directive of a listing with the department that was sent it.
func sentTo(t *testing.T, b *enforcetest.Bundle, listing enforcement.ID) (directive.Directive, enforcement.Act) {
	t.Helper()
	d := directives(t, b, listing)[0]
	return d, b.As(enforcement.DepartmentReviewer, d.Organisation)
}

// What burdens and did not leave a department does not see: not a version that waits, nor what
// was cancelled; what lifts it sees at once.
func TestADepartmentSeesWhatLeft(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Person()), listing.EvadesBySham)
	d, reviewer := sentTo(t, b, id)
	_, err := b.Directives.Get(ctx, reviewer, d.ID)
	wantCode(t, "before it left", err, "not-found")
	_, err = b.Explainer.Directive(ctx, reviewer, d.ID)
	wantCode(t, "explained before it left", err, "not-found")
	sendAll(t, b, directive.Acknowledged)
	must(t, b.Listings.Extend(ctx, b.President(), of(id), extension(b, 1)))
	if now := value(b.Directives.Of(ctx, id))(t)[0]; now.Version != 2 {
		t.Fatalf("the newest version is %d", now.Version)
	}
	for _, got := range append(value(b.Directives.List(ctx, reviewer, enforcement.ID{}, 10))(t), value(b.Directives.Get(ctx, reviewer, d.ID))(t)) {
		if got.ID == d.ID && (got.Version != 1 || got.ValidUntil != d.ValidUntil || got.Past != nil) {
			t.Errorf("the department sees %+v, which waits", got)
		}
	}
	if e := value(b.Explainer.Directive(ctx, reviewer, d.ID))(t); e.State.Version != 1 || e.Subject.Name != "" {
		t.Errorf("explained to the department: %+v %+v", e.State, e.Subject)
	}
	if e := value(b.Explainer.Directive(ctx, b.Judge(), d.ID))(t); e.State.Version != 2 {
		t.Errorf("explained to the court: %+v", e.State)
	}
	must(t, b.Listings.DeleteEarly(ctx, b.Judge(), of(id), b.Ending(0)))
	if got := value(b.Directives.Get(ctx, reviewer, d.ID))(t); got.Kind != directive.Withdraw || len(got.Measures) != 0 {
		t.Errorf("what lifts is not seen: %+v", got)
	}
}

// After the end a department finds a number, a masked name and its own reports, for three
// years; what is still to be lifted stays.
func TestADepartmentForgets(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	person := b.Person()
	id, open := b.Published(b.Subject(person)), b.Published(b.Subject(b.Person()))
	d, reviewer := sentTo(t, b, id)
	o, other := sentTo(t, b, open)
	sendAll(t, b, directive.Acknowledged)
	must(t, b.Directives.Answer(ctx, reviewer, []directive.Answer{{Directive: d.ID, Version: 1, Step: directive.Acknowledged, Reports: []directive.Report{{Measure: d.Measures[0], Outcome: directive.Implemented}}}}))
	must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)))
	sendAll(t, b, directive.Acknowledged)
	must(t, b.Listings.Delete(ctx, b.Judge(), of(open), b.Ending(1))) // its withdrawal does not arrive

	last := later(reviewer, 3, 0)
	past := value(b.Directives.Get(ctx, last, d.ID))(t).Past
	if past == nil || past.Name != person.MaskedName() || strings.Contains(past.Name, person.Name) || past.CaseNumber == "" || len(past.Reports) != 1 || past.EndedOn != b.Day() {
		t.Fatalf("after the end the department finds %+v", past)
	}
	for _, gone := range []enforcement.Act{later(reviewer, 3, 1), later(b.As(enforcement.DepartmentClerk, d.Organisation), 10, 0)} {
		_, err := b.Directives.Get(ctx, gone, d.ID)
		wantCode(t, "after three years", err, "not-found")
		_, err = b.Explainer.Directive(ctx, gone, d.ID)
		wantCode(t, "explained after three years", err, "not-found")
		for _, left := range value(b.Directives.List(ctx, gone, enforcement.ID{}, 100))(t) {
			if left.ID == d.ID {
				t.Error("it is listed after three years")
			}
		}
		wantCode(t, "who it was", b.Directives.AskIdentity(ctx, later(reviewer, 3, 1), d.ID, "演示：行政诉讼应诉需要"), "not-found")
	}
	if _, err := b.Directives.Get(ctx, later(other, 4, 0), o.ID); err != nil {
		t.Errorf("what is still to be lifted is forgotten: %v", err)
	}
	if got := value(b.Directives.Get(ctx, later(b.As(enforcement.Overseer, 0), 10, 0), d.ID))(t); got.Past != nil {
		t.Errorf("an overseer reads %+v", got)
	}
}

// Whom an ended directive names a department learns by two of its reviewers, for a suit.
func TestWhoItWasTakesTwo(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	person := b.Person()
	subject := b.Subject(person)
	id := b.Published(subject)
	d, one := sentTo(t, b, id)
	two, clerk, foreign := one, b.As(enforcement.DepartmentClerk, d.Organisation), b.As(enforcement.DepartmentReviewer, b.Departments[1])
	if foreign.Actor.Organisation == d.Organisation {
		foreign = b.As(enforcement.DepartmentReviewer, b.Departments[0])
	}
	two.Actor.ID = "演示复核二"
	const why = "演示：行政诉讼应诉需要"
	sendAll(t, b, directive.Acknowledged)
	wantCode(t, "while it is in force", b.Directives.AskIdentity(ctx, one, d.ID, why), "not-found")
	must(t, b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)))
	sendAll(t, b, directive.Acknowledged)
	grant := func(act enforcement.Act) error {
		_, _, err := b.Directives.GrantIdentity(ctx, act, d.ID)
		return err
	}
	wantCode(t, "granted and not asked", grant(two), "reveal.none")
	wantCode(t, "by a clerk", b.Directives.AskIdentity(ctx, clerk, d.ID, why), "role.forbidden")
	wantCode(t, "by another department", b.Directives.AskIdentity(ctx, foreign, d.ID, why), "not-found")
	wantCode(t, "without a reason", b.Directives.AskIdentity(ctx, one, d.ID, "  　 "), "reveal.reason")
	must(t, b.Directives.AskIdentity(ctx, one, d.ID, why))
	wantCode(t, "twice", b.Directives.AskIdentity(ctx, two, d.ID, why), "reveal.open")
	wantCode(t, "granted by who asked", grant(one), "reveal.second-person")
	wantCode(t, "granted by a clerk", grant(clerk), "role.forbidden")
	wantCode(t, "granted by another department", grant(foreign), "not-found")
	schemaRefuses(t, b, "identity_request_second_person", `UPDATE identity_request SET granted_by = asked_by, granted_at = now()`)
	whom, identity, err := b.Directives.GrantIdentity(ctx, two, d.ID)
	if err != nil || whom != subject || identity.Number != person.Number {
		t.Errorf("granted: %v %v", identity, err)
	}
	wantCode(t, "granted twice", grant(two), "reveal.none")
	if list := value(b.Parties.Accesses(ctx, b.Judge(), subject))(t); len(list) != 2 || list[0].Actor != two.Actor.ID || list[1].Reason != why {
		t.Errorf("the file says %v", list)
	}
	wantAudit(t, b)
}
