package register_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/administrative"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/memoranda/day"
)

func round(t testing.TB, l *enforcetest.Lists) (announced, published int) {
	t.Helper()
	_, published, _, err := l.Daily(t.Context(), l.System(), nil)
	must(t, err)
	announced, refused, err := l.Administrative.MonthlyBatch(t.Context(), l.System())
	must(t, err)
	for _, r := range refused { // what waits for its batch is not refused
		t.Errorf("on %s %s was refused: %v", l.Day(), r.Case, r.Because)
	}
	return announced, published
}

// A batch goes out on the first working day of the month and no other, is public
// and open to objections for seven working days, and only then restrains anybody.
func TestTheMonthlyBatch(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	id := l.ServedOn(enforcetest.ListBatch, l.Subject(l.Person())) // on 2025-09-09
	wantCode(t, "published by hand", l.Administrative.Publish(ctx, l.OwnersReviewer(), of(id)), "publication.batch")
	for l.Day() < day.Of(2025, time.October, 9) { // the first to the eighth of October are days off
		if announced, published := round(t, l); announced+published != 0 {
			t.Fatalf("something went out on %s", l.Day())
		}
		if n := len(value(l.Administrative.PublicEntries(ctx, l.Day(), "", enforcement.ID{}, 10))(t)); n != 0 {
			t.Fatalf("the public sees it on %s", l.Day())
		}
		l.Advance(1)
	}
	if announced, published := round(t, l); announced != 1 || published != 0 {
		t.Fatalf("%d announced, %d published", announced, published)
	}
	if announced, _ := round(t, l); announced != 0 {
		t.Error("it was announced twice")
	}
	have := listed(t, l, id)
	if have.State != "announced" || have.AnnouncedOn != l.Day() || have.ObjectionUntil != day.Of(2025, time.October, 17) { // Saturday the eleventh is worked
		t.Fatalf("%+v", have)
	}
	if l.Count(`SELECT count(*) FROM directive`) != 0 {
		t.Error("an announcement sent something")
	}
	public := value(l.Administrative.PublicEntries(ctx, l.Day(), enforcetest.ListBatch, enforcement.ID{}, 10))(t)
	if len(public) != 1 || !public[0].Published.IsZero() || public[0].ObjectUntil != have.ObjectionUntil {
		t.Errorf("%+v", public)
	}
	l.AdvanceTo(have.ObjectionUntil)
	if _, published := round(t, l); published != 0 {
		t.Error("published on the last day to object")
	}
	wantCode(t, "by hand on the last day", l.Administrative.Publish(ctx, l.OwnersReviewer(), of(id)), "publication.window")
	l.Advance(1)
	if _, published := round(t, l); published != 1 {
		t.Error("not published when the time to object was over")
	}
	if sent := sendAll(t, l.Bundle, directive.Acknowledged); len(sent) != 2 {
		t.Errorf("%d were sent", len(sent))
	}
	broken(t, l, "administrative_batch", `UPDATE administrative_listing SET objection_until = published_on WHERE id = $1`, id)
	broken(t, l, "administrative_announcement", `UPDATE administrative_listing SET publication = 'after-service' WHERE id = $1`, id)
	l.AdvanceTo(listed(t, l, id).TermUntil.AddDays(1))
	if ended, _, _, err := l.Daily(ctx, l.System(), nil); err != nil || ended != 1 {
		t.Errorf("%d ended: %v", ended, err)
	}
	if now := listed(t, l, id); now.State != ground.Expired {
		t.Errorf("%+v", now)
	}
	wantAudit(t, l.Bundle)
}

// An objection keeps its subject out of the public's sight and from publication
// until it is answered; one that is upheld for good. The others of the batch go on.
func TestObjectionsToABatch(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	ids := make([]enforcement.ID, 3)
	for i := range ids {
		ids[i] = l.DecidedOn(enforcetest.ListBatch, l.Subject(l.Person()))
	}
	for _, id := range ids {
		must(t, l.Administrative.Serve(ctx, l.OwnersClerk(), of(id), l.Service()))
	}
	l.AdvanceTo(day.Of(2025, time.October, 20)) // eleven days after the batch nobody asked for
	if announced, _ := round(t, l); announced != 3 {
		t.Fatalf("%d announced", announced)
	}
	until := listed(t, l, ids[0]).ObjectionUntil
	if until != day.Of(2025, time.October, 29) {
		t.Errorf("a late announcement is open until %s, seven working days from itself", until)
	}
	l.Advance(1)
	object := func(id enforcement.ID) {
		must(t, l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(id), administrative.Statement{ReceivedOn: l.Day(), Text: "演示异议", Paper: enforcetest.Paper("演示陈述书")}))
	}
	object(ids[0])
	object(ids[1])
	if public := value(l.Administrative.PublicEntries(ctx, l.Day(), "", enforcement.ID{}, 10))(t); len(public) != 1 || public[0].Listing != ids[2] {
		t.Errorf("the public sees %v", public)
	}
	must(t, l.Administrative.AnswerStatement(ctx, l.OwnersReviewer(), of(ids[0]), administrative.StatementAnswer{Text: "演示采纳", Upheld: true, Paper: enforcetest.Paper("演示答复书")}))
	l.AdvanceTo(until.AddDays(1))
	if _, published := round(t, l); published != 1 {
		t.Errorf("%d published, want the one without an objection", published)
	}
	wantCode(t, "published over an objection", l.Administrative.Publish(ctx, l.OwnersReviewer(), of(ids[1])), "statement.unanswered")
	must(t, l.Administrative.AnswerStatement(ctx, l.OwnersReviewer(), of(ids[1]), administrative.StatementAnswer{Text: "演示:经核实,陈述不能成立", Paper: enforcetest.Paper("演示答复书")}))
	if _, published := round(t, l); published != 1 {
		t.Errorf("%d published, want the one whose objection is answered", published)
	}
	broken(t, l, "administrative_objection_answered", `UPDATE administrative_listing SET objection_answered_on = NULL WHERE id = $1`, ids[1])
	if have := listed(t, l, ids[0]); have.State != ground.Abandoned || have.EndCause != "objection-upheld" || !have.PublishedOn.IsZero() {
		t.Errorf("%+v", have)
	}
	if l.Count(`SELECT count(*) FROM directive d JOIN administrative_listing l ON l.id = d.ground_id WHERE l.id = $1`, ids[0]) != 0 {
		t.Error("an upheld objection did not keep it from the recipients")
	}
	wantAudit(t, l.Bundle)
}

// A round that breaks off at any of its writes leaves nothing half done, and the
// next one does the rest.
func TestABatchThatBreaksOff(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	ids := []enforcement.ID{l.DecidedOn(enforcetest.ListBatch, l.Subject(l.Person())), l.DecidedOn(enforcetest.ListBatch, l.Subject(l.Person()))}
	for _, id := range ids {
		must(t, l.Administrative.Serve(ctx, l.OwnersClerk(), of(id), l.Service()))
	}
	l.AdvanceTo(day.Of(2025, time.October, 9))
	w := wayfarer{l, t}
	block := func(table, kind string) {
		_, err := l.DB.Pool.Exec(ctx, `CREATE OR REPLACE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF to_jsonb(NEW)->>'kind' = '`+kind+`' AND (SELECT count(*) FROM event WHERE kind = '`+kind+`') > 0 THEN
			RAISE EXCEPTION 'broken off'; END IF; RETURN NEW; END $$`)
		must(t, err)
		_, err = l.DB.Pool.Exec(ctx, `CREATE TRIGGER break_off BEFORE INSERT ON `+pgx.Identifier{table}.Sanitize()+` FOR EACH ROW EXECUTE FUNCTION break_off()`)
		must(t, err)
	}
	free := func(table string) {
		_, err := l.DB.Pool.Exec(ctx, `DROP TRIGGER break_off ON `+pgx.Identifier{table}.Sanitize())
		must(t, err)
	}
	before := fingerprint(t, w.Bundle)
	block("event", "administrative-announced")
	if _, _, err := l.Administrative.MonthlyBatch(ctx, l.System()); err == nil || fingerprint(t, w.Bundle) != before {
		t.Errorf("half a batch is announced: %v", err)
	}
	free("event")
	if announced, _ := round(t, l); announced != 2 {
		t.Errorf("%d announced after all", announced)
	}
	l.AdvanceTo(listed(t, l, ids[0]).ObjectionUntil.AddDays(1))
	before = fingerprint(t, w.Bundle)
	block("event", "administrative-published")
	if _, _, _, err := l.Daily(ctx, l.System(), nil); err == nil || fingerprint(t, w.Bundle) != before {
		t.Errorf("half a batch is published: %v", err)
	}
	free("event")
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, _, _, err := l.Daily(stopped, l.System(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped round says %v", err)
	}
	if _, published := round(t, l); published != 2 {
		t.Errorf("%d published after all", published)
	}
	wantAudit(t, l.Bundle)
}

// An entry on a list of which no memorandum speaks is published, and nobody is told.
func TestAListWithoutAMemorandum(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	alone := l.ServedOn(enforcetest.ListAlone, l.Subject(l.Company()))
	other := l.ServedOn(enforcetest.ListSerious, l.Subject(l.Company()))
	_, published, refused, err := l.Daily(t.Context(), l.System(), nil)
	must(t, err)
	if published != 2 || len(refused) != 0 {
		t.Errorf("%d published, refused %v", published, refused)
	}
	if listed(t, l, alone).State != ground.Active || listed(t, l, other).State != ground.Active {
		t.Error("one did not go out")
	}
	if told := len(directives(t, l.Bundle, alone)); told != 0 {
		t.Errorf("%d were told of an entry that carries nothing", told)
	}
	value(l.Replanner.Follow(t.Context(), l.System(), nil))(t)
	wantAudit(t, l.Bundle)
}

// What was done under a key is done once and answered alike.
func TestAdministrativeActsAreRepeatable(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	act := l.OwnersClerk()
	act.Key = "draft-1"
	n := enforcetest.NewOn(enforcetest.ListSerious, l.Subject(l.Company()))
	first, second := value(l.Administrative.Draft(ctx, act, n))(t), value(l.Administrative.Draft(ctx, act, n))(t)
	if first != second || l.Count(`SELECT count(*) FROM administrative_listing`) != 1 {
		t.Errorf("%s and %s", first, second)
	}
	id := l.ServedOn(enforcetest.ListSerious, l.Subject(l.Company()))
	act.Key, act.At = "publish-1", l.At()
	must(t, l.Administrative.Publish(ctx, act, of(id)))
	must(t, l.Administrative.Publish(ctx, act, of(id)))
	if n := l.Count(`SELECT count(*) FROM event WHERE kind = 'administrative-published'`); n != 1 {
		t.Errorf("published %d times", n)
	}
}

// While a hold stands nothing is announced or published; what waits goes on after.
func TestHoldsStopAdministrativePublication(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	id := l.ServedOn(enforcetest.ListSerious, l.Subject(l.Company()))
	hold := value(l.Holds.Place(ctx, l.As(enforcement.Operator, 0), hold.NewHold{Scope: hold.Everything, Reason: "演示"}))(t)
	wantCode(t, "publish under a hold", l.Administrative.Publish(ctx, l.OwnersReviewer(), of(id)), "hold.standing")
	second := l.As(enforcement.Operator, 0)
	second.Actor.ID = "another operator"
	must(t, l.Holds.End(ctx, second, hold, "演示"))
	must(t, l.Administrative.Publish(ctx, l.OwnersReviewer(), of(id)))
}

// Several processes go through the same day at once, while a subject objects:
// each listing is announced and published once, and none over an open objection.
func TestRoundsOfABatchAtOnce(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	const many = 12
	var ids []enforcement.ID
	for range many {
		ids = append(ids, l.DecidedOn(enforcetest.ListBatch, l.Subject(l.Person())))
	}
	for _, id := range ids {
		must(t, l.Administrative.Serve(ctx, l.OwnersClerk(), of(id), l.Service()))
	}
	atOnce := func(also func()) (announced, published int) {
		var all sync.WaitGroup
		var mu sync.Mutex
		for range 3 {
			all.Go(func() {
				_, p, _, err := l.Daily(ctx, l.System(), nil)
				if err != nil {
					t.Error(err)
				}
				a, _, err := l.Administrative.MonthlyBatch(ctx, l.System())
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				announced, published = announced+a, published+p
			})
		}
		also()
		all.Wait()
		return announced, published
	}
	l.Advance(40)
	if announced, _ := atOnce(func() {}); announced != many {
		t.Errorf("%d of %d announced", announced, many)
	}
	l.AdvanceTo(listed(t, l, ids[0]).ObjectionUntil.AddDays(1))
	objected := map[enforcement.ID]bool{}
	_, published := atOnce(func() {
		for _, id := range ids[:many/2] {
			err := l.Administrative.RecordStatement(ctx, l.OwnersClerk(), of(id), administrative.Statement{ReceivedOn: l.Day(), Text: "演示异议", Paper: enforcetest.Paper("演示陈述书")})
			if err == nil {
				objected[id] = true
			} else if !errors.Is(err, &enforcement.Refusal{Code: "state.forbidden"}) {
				t.Error(err)
			}
		}
	})
	t.Logf("%d objections came in time", len(objected))
	if published != many-len(objected) {
		t.Errorf("%d published, with %d objections", published, len(objected))
	}
	for _, id := range ids {
		if have := listed(t, l, id); (have.State == "announced") != objected[id] {
			t.Errorf("%s, objected to: %v", have.State, objected[id])
		}
	}
	wantAudit(t, l.Bundle)
}
