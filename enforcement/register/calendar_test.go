package register_test

import (
	"strings"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/docket"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/register"
	"concordat/internal/calendar"
	"concordat/memoranda/day"
)

// made2027 is invented: off is 12-31 to 01-03, and Saturday 01-09 is worked.
const made2027 = `year: 2027
reference: made for this test
published: 2026-11-20
evidence: invented
off:
  - {name: 元旦, from: 2026-12-31, to: 2027-01-03}
  - {name: 劳动节, from: 2027-05-01, to: 2027-05-05}
  - {name: 国庆节, from: 2027-10-01, to: 2027-10-07}
worked: [2027-01-09]
`

// loaded has one operator propose a notice and another confirm it.
func loaded(t *testing.T, b *enforcetest.Bundle, source string) {
	t.Helper()
	asked := value(b.Docket.AskNotice(t.Context(), operator(b, "operator-1"), "2027.yaml", []byte(source)))(t)
	_, err := b.Changes.Confirm(t.Context(), operator(b, "operator-2"), asked.Proposal, carrying(b.Offices))
	must(t, err)
}

func carrying(o *register.Offices) change.Carriers {
	return change.Carriers{change.Calendar: o.Docket.CarryNotice}
}

// Once something was sent a notice is one operator's to propose and another's to confirm; who
// else asks, what does not fit, and the second of two that were proposed at once are refused.
func TestANoticeTakesTwoPeople(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	b.Published(b.Subject(b.Person()))
	one, two := operator(b, "operator-1"), operator(b, "operator-2")
	for _, act := range []enforcement.Act{b.President(), b.System(), b.Clerk()} {
		_, err := b.Docket.AskNotice(ctx, act, "n", []byte(made2027))
		wantCode(t, "asked by "+act.Actor.ID, err, "role.forbidden")
	}
	_, err := b.Docket.AskNotice(ctx, operator(b, "os:somebody"), "n", []byte(made2027))
	wantCode(t, "asked by an account", err, "change.account")
	_, err = b.Docket.AskNotice(ctx, one, "n", []byte(strings.Replace(made2027, "2027-01-09", "2027-01-08", 1)))
	if err == nil || !strings.Contains(err.Error(), "n:9:10: 2027-01-08 is a Friday") {
		t.Errorf("a weekday made up: %v", err)
	}
	first := value(b.Docket.AskNotice(ctx, one, "n", []byte(made2027)))(t)
	other := value(b.Docket.AskNotice(ctx, one, "n", []byte(strings.Replace(made2027, "2027-01-09", "2027-01-10", 1))))(t)
	if b.Count(`SELECT count(*) FROM calendar_notice`) != 0 {
		t.Error("one person loaded it")
	}
	_, err = b.Changes.Confirm(ctx, one, first.Proposal, carrying(b.Offices))
	wantCode(t, "confirmed by who proposed it", err, "change.second-person")
	_, err = b.Changes.Confirm(ctx, two, first.Proposal, carrying(b.Offices))
	must(t, err)
	_, err = b.Changes.Confirm(ctx, two, other.Proposal, carrying(b.Offices))
	wantCode(t, "another of the same year", err, "calendar.contradicts")
	if n := b.Count(`SELECT count(*) FROM event WHERE kind = 'calendar-loaded' AND actor = 'operator-2' AND reason LIKE '2027, national, made for this test of 2026-11-20: off%proposed by operator-1'`); n != 1 {
		t.Errorf("%d events tell of it", n)
	}
	if list := value(b.Docket.Notices(ctx))(t); len(list) != 1 || list[0].ProposedBy != "operator-1" || list[0].EnteredBy != "operator-2" {
		t.Errorf("%+v", list)
	}
	for _, sql := range []string{
		`UPDATE calendar_notice SET source = 'x'`, `DELETE FROM calendar_notice`,
		`INSERT INTO calendar_notice (region, year, reference, published, amends, file, source, entered_by, entered_at)
			SELECT region, year, 'y', published, amends, file, source, 'z', entered_at FROM calendar_notice`,
	} {
		if _, err := b.DB.Pool.Exec(ctx, sql); err == nil {
			t.Errorf("the schema takes %s", sql)
		}
	}
}

// A notice that is loaded moves what was provisional to the day that it gives, in every
// process, and nothing else: a subject's time becomes no shorter, what passed stays, and one
// event tells of it.
func TestALoadedNoticeMovesProvisionalDeadlines(t *testing.T) {
	t.Parallel()
	d := deadline(t, day.Of(2026, time.December, 28), calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: docket.OwnTerm})
	ctx := t.Context()
	d.Published(d.Subject(d.Company()))
	other, err := register.Open(ctx, d.Config)
	must(t, err)
	_, err = d.DB.Pool.Exec(ctx, `INSERT INTO clock (kind, organisation_id, ground_id, started_on, value, unit, source, due_on, provisional, whose, fired, fires_on) VALUES
		('state-and-defend', $1, $2, '2027-01-01', 5, 'working-days', 'x', '2027-01-11', true, 'subject', 0, NULL),
		('delete', $1, $2, '2026-12-20', 5, 'working-days', 'x', '2026-12-25', true, 'authority', 3, '2027-02-01'),
		('revoke', $1, $2, '2026-12-20', 3, 'working-days', 'x', '2026-12-23', false, 'authority', 0, '2027-02-01')`, d.Court, d.ground)
	must(t, err)
	dues := func() (list []string) {
		rows, err := d.DB.Pool.Query(ctx, `SELECT kind || ' ' || due_on || CASE WHEN provisional THEN ' provisional' ELSE '' END FROM clock WHERE ground_id = $1 ORDER BY kind`, d.ground)
		must(t, err)
		defer rows.Close()
		for rows.Next() {
			var line string
			must(t, rows.Scan(&line))
			list = append(list, line)
		}
		return list
	}
	d.tick()
	wantList(t, "before", dues(), []string{"delete 2026-12-25 provisional", "examine-bar 2026-12-31 provisional", "revoke 2026-12-23", "state-and-defend 2027-01-11 provisional"})
	loaded(t, d.Bundle, made2027)
	ticked, err := other.Docket.Tick(ctx, d.System()) // another process than the one that loaded it
	must(t, err)
	if ticked.Recounted != 3 {
		t.Errorf("%+v", ticked)
	}
	// 12-29, 12-30, 01-04; 01-04 to 01-08 would be enough for the subject's five.
	wantList(t, "after", dues(), []string{"delete 2026-12-25", "examine-bar 2027-01-04", "revoke 2026-12-23", "state-and-defend 2027-01-11"})
	for range 2 {
		if again := d.tick(); again.Recounted != 0 {
			t.Errorf("counted again and again: %+v", again)
		}
	}
	if n := d.Count(`SELECT count(*) FROM event WHERE kind = 'deadlines-recounted' AND reason = '3 deadlines were counted again, 1 have another last day'`); n != 1 {
		t.Errorf("%d events tell of it", n)
	}
	if n := d.Count(`SELECT count(*) FROM clock_recount WHERE was_due = '2026-12-31' AND due_on = '2027-01-04'`); n != 1 {
		t.Errorf("%d deadlines say what they were", n)
	}
	if got := other.Record.Calendar.AddWorkingDays(day.Of(2026, time.December, 30), 3); got != (calendar.Due{Day: day.Of(2027, time.January, 6)}) {
		t.Errorf("the other process counts %v", got)
	}
	fresh, err := register.Open(ctx, d.Config)
	must(t, err)
	if fresh.Record.Calendar.Mark() != other.Record.Calendar.Mark() {
		t.Error("a process that begins counts otherwise")
	}
}

// The last day to state and defend that a case keeps is the clock's.
func TestALoadedNoticeLengthensTheWindow(t *testing.T) {
	t.Parallel()
	l := enforcetest.SetupLists(t)
	ctx := t.Context()
	l.AdvanceTo(day.Of(2026, time.December, 28))
	id := l.On(enforcetest.ListSerious, l.Subject(l.Company()))
	must(t, l.Administrative.GiveNotice(ctx, l.OwnersClerk(), of(id), l.NoticeOfIt()))
	window := func() (until string) {
		must(t, l.DB.Pool.QueryRow(ctx, `SELECT to_char(l.window_until, 'YYYY-MM-DD') FROM administrative_listing l JOIN clock c ON c.ground_id = l.id AND c.kind = 'state-and-defend'
			WHERE l.id = $1 AND c.due_on = l.window_until AND c.whose = 'subject'`, id).Scan(&until))
		return until
	}
	before := window()
	asked := value(l.Docket.AskNotice(ctx, operator(l.Bundle, "operator-1"), "n", []byte(strings.Replace(made2027, "2027-01-09", "2027-02-14", 1))))(t)
	if !asked.Proposal.IsZero() {
		t.Fatal("nothing was sent yet")
	}
	_, err := l.Docket.Tick(ctx, l.System())
	must(t, err)
	if after := window(); after <= before {
		t.Errorf("until %s, and with the notice until %s", before, after)
	}
}
