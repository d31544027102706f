package register_test

import (
	"errors"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/hold"
)

func operator(b *enforcetest.Bundle, name string) enforcement.Act {
	return enforcement.Act{At: b.At(), Actor: enforcement.Actor{ID: name, Role: enforcement.Operator}}
}

func lawyer(b *enforcetest.Bundle, name string) enforcement.Act {
	return enforcement.Act{At: b.At(), Actor: enforcement.Actor{ID: name, Role: enforcement.Lawyer}}
}

// dueAt counts what is due at all departments, and demands that every way to ask
// says the same.
func dueAt(t *testing.T, b *enforcetest.Bundle, lane directive.Lane) int {
	t.Helper()
	n := 0
	named := map[directive.WakeUp]bool{}
	for _, w := range value(b.Directives.Lanes(t.Context(), b.Day()))(t) {
		named[w] = true
	}
	for _, org := range b.Departments {
		w := directive.WakeUp{Organisation: org, Lane: lane}
		items := value(b.Directives.Due(t.Context(), org, lane, b.Day(), enforcement.ID{}, 1000))(t)
		due := value(b.Directives.IsDue(t.Context(), w, b.Day()))(t)
		if due != (len(items) > 0) || named[w] != due {
			t.Errorf("organisation %d, %s: %d items due, IsDue %v, DueLanes %v", org, lane, len(items), due, named[w])
		}
		n += len(items)
	}
	return n
}

// A hold stops what burdens within its scope, nothing else, and never a lifting.
func TestHoldStopsWhatBurdensInItsScope(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	left, ended := b.Published(b.Subject(b.Person())), b.Published(b.Subject(b.Company()))
	_ = left
	width := b.Count(`SELECT count(*) FROM directive`)
	sendAll(t, b, directive.Acknowledged)
	if err := b.Listings.Delete(ctx, b.Judge(), enforcetest.Of(ended), b.Ending(1)); err != nil {
		t.Fatal(err)
	}
	liftings := dueAt(t, b, directive.Express)
	b.Published(b.Subject(b.Person()))
	burdens := dueAt(t, b, directive.Bulk)
	if liftings == 0 || burdens == 0 || width == 0 {
		t.Fatalf("nothing to hold: %d liftings, %d burdens", liftings, burdens)
	}
	for _, row := range []struct {
		name string
		hold hold.NewHold
		left int
	}{
		{"everything", hold.NewHold{Scope: hold.Everything}, 0},
		{"this court", hold.NewHold{Scope: hold.Court, Organisation: b.Court}, 0},
		{"another court", hold.NewHold{Scope: hold.Court, Organisation: b.OtherCourt}, burdens},
		{"one organisation", hold.NewHold{Scope: hold.Organisation, Organisation: b.Departments[0]}, burdens - 1},
		{"the memorandum", hold.NewHold{Scope: hold.Memorandum, Memorandum: "judgment-debtor-141"}, 0},
	} {
		t.Run(row.name, func(t *testing.T) { //nolint:paralleltest // one after the other: they hold the same record
			row.hold.Reason = "演示"
			id, err := b.Holds.Place(ctx, operator(b, "first"), row.hold)
			if err != nil {
				t.Fatal(err)
			}
			if got := dueAt(t, b, directive.Bulk); got != row.left {
				t.Errorf("%d burdens are due, want %d", got, row.left)
			}
			if got := dueAt(t, b, directive.Express); got != liftings {
				t.Errorf("%d liftings are due, want all %d", got, liftings)
			}
			if err := b.Holds.End(ctx, operator(b, "first"), id, "演示"); !errors.Is(err, &enforcement.Refusal{Code: "hold.second-person"}) {
				t.Errorf("who placed it ends it: %v", err)
			}
			if err := b.Holds.End(ctx, operator(b, "second"), id, "演示"); err != nil {
				t.Error(err)
			}
			if got := dueAt(t, b, directive.Bulk); got != burdens {
				t.Errorf("after its end %d burdens are due, want %d", got, burdens)
			}
			if err := b.Holds.End(ctx, operator(b, "second"), id, "演示"); !errors.Is(err, &enforcement.Refusal{Code: "hold.ended"}) {
				t.Errorf("it ends twice: %v", err)
			}
		})
	}
	if placed := b.Count(`SELECT count(*) FROM event WHERE kind IN ('hold-placed', 'hold-ended')`); placed != 10 {
		t.Errorf("%d events tell of five holds and their ends", placed)
	}
}

// What was read before a hold cannot leave after it: the attempt is refused and
// nothing is written.
func TestHoldPlacedBetweenReadingAndAttempt(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	b.Published(b.Subject(b.Person()))
	w := directive.WakeUp{Organisation: b.Departments[0], Lane: directive.Bulk}
	items := value(b.Directives.Due(ctx, w.Organisation, w.Lane, b.Day(), enforcement.ID{}, 10))(t)
	id := value(b.Holds.Place(ctx, operator(b, "first"), hold.NewHold{Scope: hold.Everything, Reason: "演示"}))(t)
	events := b.Count(`SELECT count(*) FROM event`)
	if _, err := b.Directives.Open(ctx, b.System(), w, "webhook", items, []byte("h")); !errors.Is(err, hold.ErrStopped) {
		t.Fatalf("the attempt was opened: %v", err)
	}
	if n := b.Count(`SELECT count(*) FROM attempt`) + b.Count(`SELECT count(*) FROM event`) - events; n != 0 {
		t.Errorf("%d rows of it were written", n)
	}
	if err := b.Holds.End(ctx, operator(b, "second"), id, "演示"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Directives.Open(ctx, b.System(), w, "webhook", items, []byte("h")); err != nil {
		t.Errorf("after its end: %v", err)
	}
}

// Nothing is published under a hold on everything or on the court; what is due
// comes when the hold ends.
func TestHoldPostponesPublication(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	listing := b.Decided(b.Subject(b.Person()))
	if err := b.Listings.Serve(ctx, b.Clerk(), enforcetest.Of(listing), b.Service()); err != nil {
		t.Fatal(err)
	}
	id := value(b.Holds.Place(ctx, b.President(), hold.NewHold{Scope: hold.Court, Organisation: b.Court, Reason: "演示"}))(t)
	held := &enforcement.Refusal{Code: "hold.standing"}
	if err := b.Listings.Publish(ctx, b.Judge(), enforcetest.Of(listing)); !errors.Is(err, held) {
		t.Errorf("published by hand: %v", err)
	}
	_, n, refused, err := b.Listings.PublishDue()(ctx, b.System(), enforcement.ID{}, 10)
	if err != nil || n != 0 || len(refused) != 1 || !errors.Is(refused[0].Because, held) {
		t.Errorf("the daily round published %d, refused %v, %v", n, refused, err)
	}
	if got := value(b.Holds.On(ctx, listing))(t); len(got) != 1 || got[0].ID != id {
		t.Errorf("the listing shows the holds %v", got)
	}
	if err := b.Holds.End(ctx, operator(b, "second"), id, "演示"); err != nil {
		t.Fatal(err)
	}
	if _, n, _, err = b.Listings.PublishDue()(ctx, b.System(), enforcement.ID{}, 10); err != nil || n != 1 {
		t.Errorf("after its end %d were published, %v", n, err)
	}
}

// Who may not hold, and what cannot be held.
func TestHoldIsRefused(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	for _, row := range []struct {
		name string
		act  enforcement.Act
		hold hold.NewHold
		code string
	}{
		{"a clerk", b.Clerk(), hold.NewHold{Scope: hold.Court, Organisation: b.Court, Reason: "演示"}, "role.forbidden"},
		{"a president elsewhere", b.President(), hold.NewHold{Scope: hold.Court, Organisation: b.OtherCourt, Reason: "演示"}, "role.forbidden"},
		{"a president, everything", b.President(), hold.NewHold{Scope: hold.Everything, Reason: "演示"}, "role.forbidden"},
		{"no reason", operator(b, "first"), hold.NewHold{Scope: hold.Everything, Reason: " "}, "hold.reason"},
		{"no such organisation", operator(b, "first"), hold.NewHold{Scope: hold.Organisation, Organisation: 9999, Reason: "演示"}, "hold.scope"},
		{"a court as organisation", operator(b, "first"), hold.NewHold{Scope: hold.Organisation, Organisation: b.Court, Reason: "演示"}, "hold.scope"},
		{"no such memorandum", operator(b, "first"), hold.NewHold{Scope: hold.Memorandum, Memorandum: "none", Reason: "演示"}, "hold.scope"},
	} {
		if _, err := b.Holds.Place(t.Context(), row.act, row.hold); !errors.Is(err, &enforcement.Refusal{Code: row.code}) {
			t.Errorf("%s: %v, want %s", row.name, err, row.code)
		}
	}
	if n := b.Count(`SELECT count(*) FROM hold`); n != 0 {
		t.Errorf("%d holds were placed", n)
	}
}
