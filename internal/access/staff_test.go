package access_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/access"
	"concordat/internal/calendar"
)

// desk is an installation with its tokens, and who confirms what at it.
type desk struct {
	*enforcetest.Bundle

	t      *testing.T
	c      *clock
	tokens *access.Tokens
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	b, c := setup(t)
	d := &desk{Bundle: b, t: t, c: c, tokens: access.New(b.DB, c.machine, false)}
	r := &record.Record{DB: b.DB, Vault: b.Vault, Machine: c.machine}
	d.tokens.Changes, d.tokens.Papers = &change.Changes{Record: r}, &paper.Papers{Record: r}
	return d
}

func (d *desk) by(who string) enforcement.Act {
	act := operator(d.c)
	act.Actor.ID = who
	return act
}

func (d *desk) confirm(who string, id enforcement.ID) error {
	_, err := d.tokens.Changes.Confirm(d.t.Context(), d.by(who), id, change.Carriers{
		change.OperatorToken: d.tokens.Carry, change.Staff: d.tokens.CarryStaff, change.Borrowed: d.tokens.CarryBorrowed,
	})
	return err
}

// entered has two operators enter a staff number.
func (d *desk) entered(s access.Staff) {
	d.t.Helper()
	id, err := d.tokens.EnterStaff(d.t.Context(), d.by("operator-1"), s)
	if err == nil && !id.IsZero() {
		err = d.confirm("operator-2", id)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// reads reads the paper of what a query names as an operator and an overseer may, and nobody else.
func (d *desk) reads(query, want string) {
	d.t.Helper()
	var id enforcement.ID
	if err := d.DB.Pool.QueryRow(d.t.Context(), query).Scan(&id); err != nil {
		d.t.Fatal(err)
	}
	act := d.by("operator-1")
	for _, role := range []enforcement.Role{enforcement.Operator, enforcement.Overseer, enforcement.Clerk, enforcement.President, enforcement.DepartmentReviewer} {
		if act.Actor.Role, act.Actor.Organisation = role, 0; role != enforcement.Operator && role != enforcement.Overseer {
			act.Actor.Organisation = d.Court
		}
		content, err := d.tokens.OpenPaper(d.t.Context(), act, id)
		if role != enforcement.Operator && role != enforcement.Overseer {
			d.refused(string(role), err, "role.forbidden")
			continue
		}
		var text strings.Builder
		if err == nil {
			_, err = content.WriteTo(&text)
		}
		if err != nil || text.String() != want {
			d.t.Errorf("%s reads %q: %v", role, text.String(), err)
		}
	}
	if _, err := d.tokens.OpenPaper(d.t.Context(), d.by("operator-1"), enforcement.NewID()); !errors.Is(err, enforcement.Refuse("not-found")) {
		d.t.Errorf("of nothing: %v", err)
	}
}

func (d *desk) issue(w access.Wanted) (string, error) {
	plain, _, err := d.tokens.Ask(d.t.Context(), d.by("operator-1"), w)
	return plain, err
}

func (d *desk) refused(what string, err error, want string) {
	d.t.Helper()
	if err == nil {
		d.t.Errorf("%s: not refused", what)
	} else if got := codeOf(d.t, err); got != want {
		d.t.Errorf("%s: %s, want %s", what, got, want)
	}
}

// Two tokens of one staff number are one human, however it is written, in whatever role; and
// a human whom nobody entered gets no token.
func TestAStaffNumberIsOneHuman(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Published(d.Subject(d.Person()))
	_, err := d.issue(access.Wanted{Staff: "W1001", Role: enforcement.Judge, Organisation: d.Court})
	d.refused("of nobody", err, access.CodeStaff)
	_, err = d.issue(access.Wanted{Staff: "W1001", Role: enforcement.Judge, Organisation: d.Court, Enter: &access.Staff{Name: "演示", Post: "审判员"}})
	d.refused("entered along by one person", err, "staff.unproposed")
	d.entered(access.Staff{Organisation: d.Court, Number: " Ｗ1001 ", Name: "演示甲", Post: "审判员", Presides: access.Appointed})
	ids := map[string]bool{}
	for number, role := range map[string]enforcement.Role{"W1001": enforcement.Judge, "w1001": enforcement.President, " Ｗ1001": enforcement.Clerk} {
		plain, err := d.issue(access.Wanted{Staff: number, Role: role, Organisation: d.Court})
		if number != "W1001" && number != "w1001" {
			d.refused("of another width", err, access.CodeActor)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		actor, err := d.tokens.Authenticate(t.Context(), plain)
		if err != nil {
			t.Fatal(err)
		}
		ids[actor.ID] = true
	}
	if len(ids) != 1 || !ids["W1001"] {
		t.Errorf("one human is %v", ids)
	}
	_, err = d.issue(access.Wanted{Staff: "W1001", Role: enforcement.Clerk, Organisation: d.OtherCourt})
	d.refused("at a court that has no such number", err, access.CodeStaff)
	_, err = d.issue(access.Wanted{Staff: "W1001", Of: d.Court, Role: enforcement.Clerk, Organisation: d.OtherCourt})
	d.refused("at a court that did not borrow", err, access.CodePost)
	id, err := d.tokens.EnterStaff(t.Context(), d.by("operator-1"), access.Staff{Organisation: d.Court, Number: "w1001", Name: "演示乙", Post: "书记员"})
	if err != nil {
		t.Fatal(err)
	}
	d.refused("a second human of one number", enforcement.AsRefusal(d.confirm("operator-2", id)), "staff.exists")
	staff, err := d.tokens.StaffOn(t.Context(), d.Court, "w1001", calendar.DayOf(d.c.now))
	if err != nil || staff.Name != "演示甲" || staff.ProposedBy != "operator-1" || staff.EnteredBy != "operator-2" {
		t.Errorf("%+v %v", staff, err)
	}
	for _, sql := range []string{
		`UPDATE staff SET name = '演示丙'`, `UPDATE staff SET number = 'x'`, `UPDATE staff SET valid_until = '2030-01-01', valid_from = '2030-01-01'`, `DELETE FROM staff`,
		`UPDATE staff SET presides = 'acting'`,
	} {
		if _, err := d.DB.Pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("the schema takes %s", sql)
		}
	}
}

// Who enters humans can make a second person of nobody: it takes two, neither of them the one
// whom it is about; and what is entered says something and identifies nobody.
func TestHumansAreEnteredByTwo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx := t.Context()
	d.Published(d.Subject(d.Person()))
	good := access.Staff{Organisation: d.Court, Number: "1001", Name: "演示甲", Post: "审判员"}
	for name, try := range map[string]struct {
		act    enforcement.Act
		change func(*access.Staff)
		want   string
	}{
		"by a president":      {d.President(), func(*access.Staff) {}, "role.forbidden"},
		"by an account":       {d.by("os:root"), func(*access.Staff) {}, "change.account"},
		"about themselves":    {d.by("1001"), func(*access.Staff) {}, "staff.own"},
		"no number":           {d.by("operator-1"), func(s *access.Staff) { s.Number = "  " }, "staff.number"},
		"the program's name":  {d.by("operator-1"), func(s *access.Staff) { s.Number = "daily-round" }, "staff.number"},
		"an account's":        {d.by("operator-1"), func(s *access.Staff) { s.Number = "os:root" }, "staff.number"},
		"a personal number":   {d.by("operator-1"), func(s *access.Staff) { s.Number = "450103-19900101-1234" }, "staff.number"},
		"no name":             {d.by("operator-1"), func(s *access.Staff) { s.Name = "　 " }, "staff.text"},
		"dots for a name":     {d.by("operator-1"), func(s *access.Staff) { s.Name = "……" }, "staff.text"},
		"a name that turns":   {d.by("operator-1"), func(s *access.Staff) { s.Name = "演示\u202e甲" }, "staff.text"},
		"a name with a bell":  {d.by("operator-1"), func(s *access.Staff) { s.Name = "演示\a" }, "staff.text"},
		"a number in a post":  {d.by("operator-1"), func(s *access.Staff) { s.Post = "审判员 450103199001011234" }, "staff.text"},
		"no such court":       {d.by("operator-1"), func(s *access.Staff) { s.Organisation = 9999 }, "staff.court"},
		"a department's head": {d.by("operator-1"), func(s *access.Staff) { s.Organisation, s.Presides = d.Departments[0], access.Appointed }, "staff.court"},
		"over already":        {d.by("operator-1"), func(s *access.Staff) { s.Until = calendar.DayOf(d.c.now).AddDays(-1) }, "staff.period"},
		"acting without end":  {d.by("operator-1"), func(s *access.Staff) { s.Presides, s.Document = access.Acting, []byte("x") }, "staff.period"},
		"acting by no paper":  {d.by("operator-1"), func(s *access.Staff) { s.Presides, s.Until = access.Acting, calendar.DayOf(d.c.now) }, "staff.paper"},
	} {
		s := good
		try.change(&s)
		_, err := d.tokens.EnterStaff(ctx, try.act, s)
		d.refused(name, err, try.want)
	}
	if n := d.Count(`SELECT count(*) FROM staff`) + d.Count(`SELECT count(*) FROM change_proposal`); n != 0 {
		t.Errorf("%d were entered or proposed", n)
	}
	id, err := d.tokens.EnterStaff(ctx, d.by("operator-1"), good)
	if err != nil || id.IsZero() || d.Count(`SELECT count(*) FROM staff`) != 0 {
		t.Fatalf("entered by one: %v", err)
	}
	d.refused("by who proposed it", d.confirm("operator-1", id), "change.second-person")
	d.refused("by whom it is about", d.confirm("1001", id), "staff.own")
	if err := d.confirm("operator-2", id); err != nil {
		t.Error(err)
	}
	for _, sql := range []string{
		`INSERT INTO staff (id, number, name, post, valid_from, proposed_by, entered_by, entered_at) VALUES (gen_random_uuid(), '7', 'x', 'x', '2026-01-01', 'a', 'a', now())`,
		`INSERT INTO staff (id, number, name, post, valid_from, entered_by, entered_at) VALUES (gen_random_uuid(), '7', 'x', 'x', '2026-01-01', '7', now())`,
		`INSERT INTO staff (id, number, name, post, valid_from, entered_by, entered_at) VALUES (gen_random_uuid(), '450103199001011234', 'x', 'x', '2026-01-01', 'a', now())`,
		`INSERT INTO staff (id, organisation_id, number, name, post, presides, valid_from, entered_by, entered_at) VALUES (gen_random_uuid(), 1, '7', 'x', 'x', 'acting', '2026-01-01', 'a', now())`,
	} {
		if _, err := d.DB.Pool.Exec(ctx, sql); err == nil {
			t.Errorf("the schema takes %s", sql)
		}
	}
}

// A president is one by an appointment that is entered, an acting one by a paper and in its
// days alone; whoever leaves acts no more, by any token.
func TestAPresidentPresidesInTheDaysOfTheAppointment(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	today := calendar.DayOf(d.c.now)
	d.entered(access.Staff{Organisation: d.Court, Number: "1001", Name: "演示甲", Post: "审判员"})
	d.entered(access.Staff{
		Organisation: d.Court, Number: "1002", Name: "演示乙", Post: "副院长", Presides: access.Acting, From: today.AddDays(2), Until: today.AddDays(3), Document: []byte("演示任命文件"),
	})
	_, err := d.issue(access.Wanted{Staff: "1001", Role: enforcement.President, Organisation: d.Court})
	d.refused("a judge presides", err, access.CodePost)
	_, err = d.issue(access.Wanted{Staff: "1002", Role: enforcement.President, Organisation: d.Court})
	d.refused("before the appointment", err, access.CodeStaff)
	d.c.now = d.c.now.Add(48 * time.Hour)
	plain, err := d.issue(access.Wanted{Staff: "1002", Role: enforcement.President, Organisation: d.Court})
	if err != nil {
		t.Fatal(err)
	}
	judge, err := d.issue(access.Wanted{Staff: "1001", Role: enforcement.Judge, Organisation: d.Court})
	if err != nil {
		t.Fatal(err)
	}
	works := func(token string) error {
		_, err := d.tokens.Authenticate(t.Context(), token)
		return err
	}
	if err := works(plain); err != nil {
		t.Error("in its days", err)
	}
	d.c.now = d.c.now.Add(48 * time.Hour)
	d.refused("after its end", works(plain), access.CodePost)
	list, err := d.tokens.ListStaff(t.Context(), d.Clerk())
	if err != nil || len(list) != 2 || list[0].Number != "1001" {
		t.Fatalf("%+v %v", list, err)
	}
	if other, err := d.tokens.ListStaff(t.Context(), d.As(enforcement.Clerk, d.OtherCourt)); err != nil || len(other) != 0 {
		t.Errorf("another court reads %+v %v", other, err)
	}
	d.refused("ended by a clerk", d.tokens.EndStaff(t.Context(), d.Clerk(), list[0].ID), "role.forbidden")
	if err := works(judge); err != nil {
		t.Error(err)
	}
	if err := d.tokens.EndStaff(t.Context(), d.by("operator-1"), list[0].ID); err != nil {
		t.Fatal(err)
	}
	d.refused("who left", works(judge), access.CodePost)
	d.refused("ended twice", d.tokens.EndStaff(t.Context(), d.by("operator-1"), list[0].ID), "staff.none")
}

// A small court has its second person from a court above it, by a paper, for some days, and
// never its president.
func TestASecondPersonIsBorrowedFromTheCourtAbove(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx, today := t.Context(), calendar.DayOf(d.c.now)
	if _, err := d.DB.Pool.Exec(ctx, `UPDATE organisation SET superior_id = $2 WHERE id = $1`, d.Court, d.OtherCourt); err != nil {
		t.Fatal(err)
	}
	d.Published(d.Subject(d.Person()))
	d.entered(access.Staff{Organisation: d.OtherCourt, Number: "5001", Name: "演示丙", Post: "审判员", Presides: access.Appointed})
	d.entered(access.Staff{Organisation: d.Court, Number: "1001", Name: "演示甲", Post: "审判员"})
	whole := access.Borrowed{Organisation: d.Court, Of: d.OtherCourt, Number: "5001", Until: today.AddDays(1), Document: []byte("演示借用函")}
	for name, try := range map[string]struct {
		by     string
		change func(*access.Borrowed)
		want   string
	}{
		"without a paper":     {"operator-1", func(b *access.Borrowed) { b.Document = nil }, "staff.paper"},
		"a paper of blanks":   {"operator-1", func(b *access.Borrowed) { b.Document = []byte(" \n") }, "paper.blank"},
		"without an end":      {"operator-1", func(b *access.Borrowed) { b.Until = 0 }, "staff.period"},
		"of nobody":           {"operator-1", func(b *access.Borrowed) { b.Number = "5002" }, "staff.none"},
		"of a court below":    {"operator-1", func(b *access.Borrowed) { b.Organisation, b.Of, b.Number = d.OtherCourt, d.Court, "1001" }, "staff.court"},
		"by who is lent":      {"5001", func(*access.Borrowed) {}, "staff.own"},
		"to a department":     {"operator-1", func(b *access.Borrowed) { b.Organisation = d.Departments[0] }, "staff.court"},
		"from the same court": {"operator-1", func(b *access.Borrowed) { b.Of, b.Number = d.Court, "1001" }, "staff.court"},
	} {
		b := whole
		try.change(&b)
		_, err := d.tokens.Borrow(ctx, d.by(try.by), b)
		d.refused(name, err, try.want)
	}
	id, err := d.tokens.Borrow(ctx, d.by("operator-1"), whole)
	if err != nil {
		t.Fatal(err)
	}
	wanted := access.Wanted{Staff: "5001", Of: d.OtherCourt, Role: enforcement.Judge, Organisation: d.Court}
	_, err = d.issue(wanted)
	d.refused("before it is confirmed", err, access.CodePost)
	d.refused("confirmed by who proposed it", d.confirm("operator-1", id), "change.second-person")
	if err := d.confirm("operator-2", id); err != nil {
		t.Fatal(err)
	}
	d.reads(`SELECT id FROM staff_borrowed`, "演示借用函")
	plain, err := d.issue(wanted)
	if err != nil {
		t.Fatal(err)
	}
	if actor, err := d.tokens.Authenticate(ctx, plain); err != nil || actor.ID != "5001" || actor.Organisation != d.Court {
		t.Errorf("%+v %v", actor, err)
	}
	wanted.Role = enforcement.President
	_, err = d.issue(wanted)
	d.refused("it presides", err, access.CodePost)
	d.c.now = d.c.now.Add(48 * time.Hour)
	_, err = d.tokens.Authenticate(ctx, plain)
	d.refused("after its end", err, access.CodePost)
}

// An actor's name is shown and logged: it says something, turns no reading and identifies
// nobody.
func TestActorsAreTexts(t *testing.T) {
	t.Parallel()
	b, c := setup(t)
	tokens := access.New(b.DB, c.machine, true)
	for _, actor := range []string{"", " ", "..", "a\u202eb", "a\nb", "a\x00", "450103199001011234", "x 4501 0319 9001 0112", " x", "ａbc", "x\u200b"} {
		if _, err := tokens.Issue(t.Context(), actor, enforcement.Overseer, 0, true, time.Time{}); err == nil || codeOf(t, err) != access.CodeActor {
			t.Errorf("%q: %v", actor, err)
		}
	}
	if n := b.Count(`SELECT count(*) FROM token`); n != 0 {
		t.Errorf("%d tokens", n)
	}
}
