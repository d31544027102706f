package register_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/hold"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/enforcement/register"
	"concordat/internal/pg"
	"concordat/internal/pg/pgtest"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// next is the text of an edition that follows the planned world's own from a day on.
func (w *planned) next(e madeEdition, from day.Day) []byte {
	w.list = append(w.list, e)
	n := len(w.list) - 1
	return []byte(e.text(n, from.AddDays(-n), true))
}

// attest states that all of a text is encoded rightly, before it is adopted.
func (w *planned) attest(text []byte) enforcement.ID {
	w.t.Helper()
	c, m, err := memoranda.Next(w.Plans.Catalogue(), "new.yaml", text)
	must(w.t, err)
	s := madeStatement(c, m)
	return value(w.Plans.Attest(w.t.Context(), lawyer(w.Bundle, "operator-1"), s, c))(w.t)
}

func madeStatement(c *memoranda.Catalogue, m *memoranda.Memorandum) memoranda.Attestation {
	s := memoranda.Attestation{
		Who: memoranda.Attester{Name: "演示律师", Role: "仅供演示"}, When: enforcetest.Start, Source: "made",
		Memorandum: m.Slug, Edition: m.Edition, BasicList: []string{"2024"}, Bases: []string{"made-law"}, Demonstration: true,
	}
	for i := range m.Measures {
		s.Measures = append(s.Measures, m.Measures[i].Slug)
	}
	s.Hash = c.AttestedHash(s)
	return s
}

func (w *planned) adopted(text []byte) plan.Adoption {
	w.t.Helper()
	return value(w.Replanner.Adopt(w.t.Context(), operator(w.Bundle, "operator-1"), text))(w.t)
}

var (
	firstEdition  = madeEdition{{1, 2, 3}, {2, 4}, {5}, {}}
	secondEdition = madeEdition{{1, 3}, {}, {5, 6}, {7}}
)

// An edition that is adopted is what is published under from then on, and what live
// grounds carry; one of a later day is entered now and followed when its day comes.
func TestAdoptThenPublish(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, firstEdition)
	ctx := t.Context()
	before := w.Published(w.Subject(w.Person()))
	text := w.next(secondEdition, w.Day().AddDays(3))
	w.attest(text)
	a := w.adopted(text)
	if a.From != "0" || a.To != "1" || a.Day != w.Day().AddDays(3) || !a.CompletedAt.IsZero() {
		t.Errorf("adopted %+v", a)
	}
	w.Advance(2)
	_, _, _, err := w.Daily(ctx, w.System(), nil)
	must(t, err)
	between := w.Published(w.Subject(w.Person()))
	w.wants("before its day", before, firstEdition)
	w.wants("published before its day", between, firstEdition)
	if open := value(w.Plans.Adoptions(ctx, true))(t); len(open) != 1 {
		t.Errorf("%d adoptions are open", len(open))
	}
	w.Advance(1)
	after := w.Published(w.Subject(w.Person()))
	w.wants("published on its day", after, secondEdition)
	_, _, _, err = w.Daily(ctx, w.System(), nil)
	must(t, err)
	w.wants("on its day", before, secondEdition)
	w.wants("on its day", between, secondEdition)
	if list := value(w.Plans.Adoptions(ctx, false))(t); len(list) != 1 || list[0].CompletedAt.IsZero() {
		t.Errorf("the adoptions are %+v", list)
	}
	for kind, n := range map[record.EventKind]int{"edition-adopted": 1, plan.EventAdoptionCompleted: 1, "attested": 1} {
		if got := w.Count(`SELECT count(*) FROM event WHERE kind = $1`, string(kind)); got != n {
			t.Errorf("%d events %s", got, kind)
		}
	}
	w.clean()
	wantAudit(t, w.Bundle)
}

// What may not be adopted, and by whom: nothing of it is written.
func TestWhatMayNotBeAdopted(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, firstEdition)
	ctx := t.Context()
	today := w.next(secondEdition, w.Day())
	w.adopted(today)
	mistakes := func(what string, text []byte, code string) {
		t.Helper()
		_, err := w.Replanner.Adopt(ctx, operator(w.Bundle, "operator-1"), text)
		found, ok := errors.AsType[memoranda.Mistakes](err)
		if !ok || len(found) != 1 || found[0].Code != code || found[0].Line < 1 || found[0].Column < 1 {
			t.Errorf("%s: %v", what, err)
		}
	}
	mistakes("a second one of the same day", w.next(firstEdition, w.Day()), "memoranda.not-after")
	mistakes("one of before", w.next(firstEdition, w.Day().AddDays(-1)), "memoranda.not-after")
	mistakes("an unknown body", []byte(strings.Replace(string(w.next(firstEdition, w.Day().AddDays(1))), "bodies: [body-0", "bodies: [boby-0", 1)), "memoranda.unknown-body")
	closed := strings.Replace(string(w.next(firstEdition, w.Day().AddDays(1))), "  status: in-force\n  signatories", "  until: "+w.Day().AddDays(9).String()+"\n  status: in-force\n  signatories", 1)
	w.adopted([]byte(closed))
	mistakes("after a gap", w.next(firstEdition, w.Day().AddDays(11)), "memoranda.gap")
	for _, act := range []enforcement.Act{w.Clerk(), w.President(), w.System(), w.As(enforcement.Overseer, 0)} {
		_, err := w.Replanner.Adopt(ctx, act, today)
		wantCode(t, string(act.Actor.Role), err, "role.forbidden")
	}
	_, err := w.Replanner.Adopt(ctx, operator(w.Bundle, "operator-1"), nil)
	wantCode(t, "an empty file", err, "edition.too-large")
	if n := w.Count(`SELECT count(*) FROM edition`); n != 3 {
		t.Errorf("%d editions", n)
	}
	// The schema itself.
	schemaRefuses(t, w.Bundle, "edition_no_overlap", `INSERT INTO edition (memorandum, list_type, content_hash, valid_from, valid_until, adopted_by, adopted_at)
		SELECT memorandum, list_type, content_hash, valid_from + 1, valid_from + 2, 'made', adopted_at FROM edition WHERE valid_until > '2025-09-05'`)
	for _, sql := range []string{
		`UPDATE edition SET content_hash = sha256('made')`, `UPDATE edition SET source = 'made'`, `UPDATE edition SET valid_until = NULL`, `DELETE FROM edition`,
		`UPDATE adoption SET day = day + 1`, `DELETE FROM adoption`, `DELETE FROM attestation`, `TRUNCATE attestation_withdrawal`, `DELETE FROM attestation_confirmation`,
	} {
		if _, err := w.DB.Pool.Exec(ctx, sql); err == nil {
			t.Errorf("%s was done", sql)
		}
	}
}

// Two processes on one record: the one that did not adopt never plans with the old
// text, without having been told.
func TestAnotherProcessGoesByTheNewText(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, firstEdition)
	ctx := t.Context()
	other := value(register.Open(ctx, w.Config))(t)
	before := w.Published(w.Subject(w.Person()))
	text := w.next(secondEdition, w.Day())
	statement := w.attest(text)
	w.adopted(text)
	mine := w.Offices
	w.Offices = other
	after := w.Published(w.Subject(w.Person()))
	w.wants("published by the other", after, secondEdition)
	w.wants("seen by the other", before, secondEdition)
	must(t, mine.Plans.WithdrawAttestation(ctx, operator(w.Bundle, "operator-2"), statement, "演示：核定有误"))
	w.wants("after the statement was taken back", w.Published(w.Subject(w.Person())), madeEdition{})
	_, err := mine.Replanner.ResumeAdoptions(ctx, w.System(), nil)
	must(t, err)
	w.wants("followed", after, madeEdition{})
	wantCode(t, "taken back twice", other.Plans.WithdrawAttestation(ctx, operator(w.Bundle, "operator-2"), statement, "演示"), "attestation.withdrawn")
	w.clean()
	wantAudit(t, w.Bundle)
}

// Publications by two processes while an edition is adopted: each ground ends up on a
// plan of the edition in force.
func TestPublicationsRaceAnAdoption(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, firstEdition)
	ctx := t.Context()
	other := value(register.Open(ctx, w.Config))(t)
	text := w.next(secondEdition, w.Day())
	w.attest(text)
	const publishers, each = 6, 5
	decided := make([][]enforcement.ID, publishers)
	for i := range decided {
		for range each {
			id := w.Decided(w.Subject(w.Person()))
			must(t, w.Listings.Serve(ctx, w.Clerk(), of(id), w.Service()))
			decided[i] = append(decided[i], id)
		}
	}
	var group sync.WaitGroup
	begin := make(chan struct{})
	for i, list := range decided {
		register := []*register.Offices{w.Offices, other}[i%2]
		group.Go(func() {
			<-begin
			for _, id := range list {
				if err := register.Listings.Publish(ctx, w.System(), of(id)); err != nil {
					t.Errorf("publish: %v", err)
				}
			}
		})
	}
	group.Go(func() {
		<-begin
		if _, err := w.Replanner.Adopt(ctx, operator(w.Bundle, "operator-1"), text); err != nil {
			t.Errorf("adopt: %v", err)
		}
	})
	close(begin)
	group.Wait()
	for _, list := range decided {
		for _, id := range list {
			w.wants("after the race", id, secondEdition)
		}
	}
	if n := w.Count(`SELECT count(*) FROM ground g JOIN plan_edition x ON x.plan_id = plan_now(g.plan_id) JOIN edition e ON e.id = x.edition_id WHERE e.valid_until IS NOT NULL`); n != 0 {
		t.Errorf("%d grounds stand on the old edition", n)
	}
	if open := value(w.Plans.Adoptions(ctx, true))(t); len(open) != 0 {
		t.Errorf("the adoption is not complete: %+v", open)
	}
	w.clean()
	wantAudit(t, w.Bundle)
}

// An adoption that breaks off after its switch, or in the midst of following, is
// finished by the daily round of any process.
func TestAnAdoptionIsFinishedAfterARestart(t *testing.T) {
	t.Parallel()
	for _, steps := range []int{-1, 0, 1, 2} {
		t.Run(fmt.Sprint(steps), func(t *testing.T) {
			t.Parallel()
			w := newPlanned(t, firstEdition)
			ctx := t.Context()
			var grounds []enforcement.ID
			for range 3 {
				grounds = append(grounds, w.Published(w.Subject(w.Person())))
			}
			text := w.next(secondEdition, w.Day())
			w.attest(text)
			_, err := w.Plans.SwitchEdition(ctx, operator(w.Bundle, "operator-1"), "new.yaml", text)
			must(t, err)
			if steps >= 0 {
				w.interrupted(steps)
			}
			w.Offices = value(register.Open(ctx, w.Config))(t) // with the old text in the binary
			_, _, _, err = w.Daily(ctx, w.System(), nil)
			must(t, err)
			for _, id := range grounds {
				w.wants("after the restart", id, secondEdition)
			}
			if list := value(w.Plans.Adoptions(ctx, false))(t); len(list) != 1 || list[0].CompletedAt.IsZero() {
				t.Errorf("the adoptions are %+v", list)
			}
			w.clean()
			wantAudit(t, w.Bundle)
		})
	}
}

// A memorandum that nobody knew before is added to the list's others.
func TestAFirstEditionIsAdopted(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, firstEdition)
	id := w.Published(w.Subject(w.Person()))
	text := strings.NewReplacer("slug: made\n", "slug: another\n", "measure-", "other-").Replace(string(madeEdition{{}, {8}, {}, {}}.text(0, w.Day(), true)))
	w.attest([]byte(text))
	a := w.adopted([]byte(text))
	if a.From != "" || a.CompletedAt.IsZero() {
		t.Errorf("adopted %+v", a)
	}
	got := w.carries(id)[w.Departments[1]]
	if strings.Join(got, " ") != "measure-02 measure-04 other-08" {
		t.Errorf("body 1 carries %v", got)
	}
	wantAudit(t, w.Bundle)
}

// rowOf enters an edition row as an older release did: without name and text.
func rowOf(t *testing.T, db *pg.DB, memorandum string, hash [32]byte) {
	t.Helper()
	_, err := db.Pool.Exec(t.Context(), `INSERT INTO edition (memorandum, list_type, content_hash, valid_from, adopted_by, adopted_at) VALUES ($1, $2, $3, '2016-01-20', 'catalogue', now())`,
		memorandum, plan.ListType, hash[:])
	must(t, err)
}

// A record of an older release, whose rows have no text: where it is the programme's
// own nothing changes; where it is another nothing is published on it, until an
// edition is adopted that it knows.
func TestRowsOfAnOlderRelease(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c, a := editions(t, enforcetest.Start, []madeEdition{firstEdition})
	same, another := pgtest.New(t), pgtest.New(t)
	rowOf(t, same, "made", c.EditionHash(&c.Memoranda[0]))
	rowOf(t, another, "made", [32]byte{1})
	for _, known := range []bool{true, false} {
		db := another
		if known {
			db = same
		}
		w := &planned{Bundle: enforcetest.SetupWithout(t, db, c, a), t: t, list: []madeEdition{firstEdition}}
		for b := range madeBodies {
			w.Departments = append(w.Departments, value(w.Parties.AddOrganisation(ctx, w.System(), party.Organisation{
				Slug: fmt.Sprintf("made-%d", b), NameZH: "演示单位", NameEN: "Made", Kind: party.Authority, Serves: "450103",
				Bodies: []party.Part{{Body: fmt.Sprintf("body-%d", b), From: day.Of(2016, 1, 1)}},
			}))(t))
		}
		id := w.Decided(w.Subject(w.Person()))
		must(t, w.Listings.Serve(ctx, w.Clerk(), of(id), w.Service()))
		err := w.Listings.Publish(ctx, w.System(), of(id))
		unknown := value(w.Plans.UnknownEditions(ctx, w.Day()))(t)
		if known {
			must(t, err)
			w.wants("as before", id, firstEdition)
			if n := w.Count(`SELECT count(*) FROM edition WHERE source IS NOT NULL AND name = '0' AND list_types = ARRAY[list_type]`); n != 1 || len(unknown) != 0 {
				t.Errorf("%d rows got their text; unknown: %v", n, unknown)
			}
			continue
		}
		wantCode(t, "another text", err, "plan.edition-unknown")
		if len(unknown) != 1 || unknown[0] != "made@2016-01-20" {
			t.Errorf("unknown: %v", unknown)
		}
		_, _, _, err = w.Daily(ctx, w.System(), nil)
		wantCode(t, "the round", err, "plan.edition-unknown") // it is said, and the rest is done
		_, err = w.Replanner.Adopt(ctx, operator(w.Bundle, "operator-1"), w.next(secondEdition, day.Of(2016, 1, 20)))
		wantCode(t, "not after the unknown one", err, "edition.not-after")
		text := w.next(secondEdition, w.Day())
		w.attest(text)
		w.adopted(text)
		must(t, w.Listings.Publish(ctx, w.System(), of(id)))
		w.wants("the way out", id, secondEdition)
	}
}

// Measures keep their numbers, and starting a process takes none.
func TestNumbersOfMeasures(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, firstEdition)
	numbers := func() string { return value(w.numbers())(t) }
	before := numbers()
	for range 3 {
		_, err := register.Open(t.Context(), w.Config)
		must(t, err)
	}
	if after := numbers(); after != before {
		t.Errorf("%s, then %s", before, after)
	}
	text := w.next(madeEdition{{1, 30}, {31}, {}, {}}, w.Day())
	w.adopted(text)
	if n := w.Count(`SELECT max(id) - count(*) FROM measure`); n != 0 {
		t.Errorf("%d numbers were lost", n)
	}
	if after := numbers(); !strings.HasPrefix(after, before) {
		t.Errorf("%s, then %s", before, after)
	}
}

func (w *planned) numbers() (list string, err error) {
	err = w.DB.Pool.QueryRow(w.t.Context(), `SELECT string_agg(id || ' ' || memorandum || '/' || slug, ', ' ORDER BY id) FROM measure`).Scan(&list)
	return list, err
}

// A hold on the memorandum stops what the new edition adds and nothing that it takes
// away; the adoption is complete all the same.
func TestAHoldDuringAnAdoption(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, firstEdition)
	ctx := t.Context()
	w.Published(w.Subject(w.Person()))
	sendAll(t, w.Bundle, directive.Acknowledged)
	must(t, justError(w.Holds.Place(ctx, operator(w.Bundle, "operator-1"), hold.NewHold{Scope: hold.Memorandum, Memorandum: "made", Reason: "演示"})))
	text := w.next(secondEdition, w.Day())
	w.attest(text)
	if a := w.adopted(text); a.CompletedAt.IsZero() {
		t.Error("the hold keeps the adoption from being complete")
	}
	sent := sendAll(t, w.Bundle, directive.Acknowledged)
	withdrawn := 0
	for _, item := range sent {
		if item.Kind == directive.Withdraw {
			withdrawn++
		}
		for _, m := range item.Measures {
			if name := w.Plans.MeasureName(m).Slug; name == "measure-06" || name == "measure-07" {
				t.Errorf("%s left while it was held", name)
			}
		}
	}
	if withdrawn != 1 || len(sent) < 2 {
		t.Errorf("%d of %d sent versions withdraw", withdrawn, len(sent))
	}
	wantAudit(t, w.Bundle)
}
