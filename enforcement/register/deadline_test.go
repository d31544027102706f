package register_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/register"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// deadlines is a court with its superior, and one running deadline.
type deadlines struct {
	*enforcetest.Bundle

	ground enforcement.ID
}

// deadline starts a clock of a period on the bundle's day, of the kind that a court has for
// looking into what bars a listing.
func deadline(t *testing.T, on day.Day, p calendar.Period) *deadlines {
	t.Helper()
	b := enforcetest.Setup(t)
	b.AdvanceTo(on)
	_, err := b.DB.Pool.Exec(t.Context(), `UPDATE organisation SET superior_id = $1 WHERE id = $2`, b.Higher, b.Court)
	must(t, err)
	d := &deadlines{Bundle: b, ground: b.Draft(b.Subject(b.Company()))}
	d.start("examine-bar", p)
	return d
}

func (d *deadlines) start(kind string, p calendar.Period) {
	d.T.Helper()
	must(d.T, d.DB.InTx(d.T.Context(), func(_ context.Context, tx *pg.Tx) error {
		d.Docket.StartClock(tx, d.Court, d.ground, d.Day(), docket.Deadline{Kind: kind, Period: p, Event: "made"})
		return nil
	}))
}

func (d *deadlines) tick() docket.Ticked {
	d.T.Helper()
	done, err := d.Docket.Tick(d.T.Context(), d.System())
	must(d.T, err)
	return done
}

// fired lists what was told so far: step, day and the organisation told.
func (d *deadlines) fired() []string {
	d.T.Helper()
	rows, err := d.DB.Pool.Query(d.T.Context(), `SELECT step, to_char(planned_on, 'MM-DD'), to_char(fired_on, 'MM-DD'), coalesce(organisation_id, 0) FROM clock_firing ORDER BY clock_id, step`)
	must(d.T, err)
	defer rows.Close()
	var list []string
	for rows.Next() {
		var step int16
		var planned, fired string
		var org int32
		must(d.T, rows.Scan(&step, &planned, &fired, &org))
		who := map[enforcement.OrganisationID]string{d.Court: "court", d.Higher: "higher"}[enforcement.OrganisationID(org)]
		list = append(list, fmt.Sprintf("%s %s %s %s", docket.Step(step), planned, fired, who))
	}
	must(d.T, rows.Err())
	return list
}

func (d *deadlines) open(org enforcement.OrganisationID) []string {
	d.T.Helper()
	list, err := d.Docket.Tasks(d.T.Context(), d.As(enforcement.Judge, org), enforcement.ID{}, 20)
	must(d.T, err)
	var kinds []string
	for _, task := range list {
		kinds = append(kinds, task.Kind)
	}
	slices.Sort(kinds)
	return kinds
}

// besideDeadlines are the tasks that are not a deadline's own.
func besideDeadlines(list []docket.Task) []docket.Task {
	return slices.DeleteFunc(list, func(t docket.Task) bool { return strings.HasPrefix(t.Kind, "deadline-") })
}

func wantList(t *testing.T, what string, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: %s", what, diff)
	}
}

// Every step of a deadline of ten working days over a long holiday fires on its day, once,
// however often the tick runs; what was told closes when the deadline is met.
func TestADeadlineTellsEachStepOnce(t *testing.T) {
	t.Parallel()
	d := deadline(t, day.Of(2025, time.September, 22), calendar.Period{Value: 10, Unit: calendar.WorkingDays, Source: docket.OwnTerm})
	// 09-22 Monday; 23..26, 28 (Sunday, worked): half; 29, 30, 10-09, 10-10, 10-11 (Saturday, worked): the last day.
	for on := d.Day(); on <= day.Of(2025, time.October, 20); on = on.AddDays(1) {
		d.AdvanceTo(on)
		d.tick()
		if again := d.tick(); again != (docket.Ticked{}) {
			t.Errorf("%s: the second tick did %+v", on, again)
		}
		switch on {
		case day.Of(2025, time.September, 28):
			wantList(t, "after half of it", d.open(d.Court), []string{"deadline-near"})
		case day.Of(2025, time.October, 12):
			wantList(t, "when it is over", d.open(d.Court), []string{"deadline-passed"})
		}
	}
	wantList(t, "told", d.fired(), []string{
		"half 09-28 09-28 court", "near 10-10 10-10 court", "passed 10-12 10-12 court", "deputy 10-14 10-14 court", "head 10-16 10-16 court", "above 10-18 10-18 higher",
	})
	wantList(t, "the court's tasks", d.open(d.Court), []string{"deadline-deputy", "deadline-head", "deadline-passed"})
	wantList(t, "the court's above", d.open(d.Higher), []string{"deadline-above"})
	list, err := d.Docket.Clocks(t.Context(), d.ground)
	must(t, err)
	if k := list[0]; k.Fired != docket.StepAbove || k.Role != enforcement.Judge || k.Event != "made" || k.Value != 10 || k.Unit != calendar.WorkingDays {
		t.Errorf("the clock says %+v", k)
	}
	must(t, d.DB.InTx(t.Context(), func(_ context.Context, tx *pg.Tx) error {
		docket.StopClock(tx, d.ground, []string{"examine-bar"}, d.Day())
		return nil
	}))
	if open := slices.Concat(d.open(d.Court), d.open(d.Higher)); len(open) != 0 {
		t.Errorf("tasks of a deadline that is met: %s", strings.Join(open, ", "))
	}
}

// What fell due in three days on which nothing ran is told once after them, in one tick or in
// many at once.
func TestAnOutageOfThreeDaysTellsEachStepOnce(t *testing.T) {
	t.Parallel()
	d := deadline(t, day.Of(2025, time.September, 8), calendar.Period{Value: 4, Unit: calendar.WorkingDays, Source: docket.OwnTerm})
	for range 40 { // more clocks than processes
		d.ground = d.Draft(d.Subject(d.Company()))
		d.start("examine-bar", calendar.Period{Value: 4, Unit: calendar.WorkingDays, Source: docket.OwnTerm})
	}
	d.AdvanceTo(day.Of(2025, time.September, 10))
	stopping, err := d.DB.Pool.Begin(t.Context())
	must(t, err)
	defer func() { _ = stopping.Rollback(t.Context()) }()
	_, err = stopping.Exec(t.Context(), `SELECT FROM clock WHERE ground_id = $1 FOR UPDATE`, d.ground)
	must(t, err)
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if first, err := d.Docket.Tick(soon, d.System()); err != nil || first.Fired != 40 {
		t.Errorf("half of it, while one is being stopped elsewhere: %+v, %v", first, err)
	}
	must(t, stopping.Rollback(t.Context()))
	if last := d.tick(); last.Fired != 1 {
		t.Errorf("what was left: %+v", last)
	}
	d.AdvanceTo(day.Of(2025, time.September, 14)) // the last day was 09-12; 11, 12 and 13 nobody ran
	second, err := register.Open(t.Context(), d.Config)
	must(t, err)
	done := make(chan docket.Ticked, 6)
	for n := range cap(done) {
		offices := d.Offices
		if n%2 == 1 {
			offices = second
		}
		go func() {
			ticked, err := offices.Docket.Tick(t.Context(), d.System())
			if err != nil {
				t.Error(err)
			}
			done <- ticked
		}()
	}
	fired := 0
	for range cap(done) {
		fired += (<-done).Fired
	}
	fired += d.tick().Fired // of what was locked meanwhile
	if fired != 2*41 || d.Count(`SELECT count(*) FROM clock_firing`) != 3*41 {
		t.Errorf("%d steps fired after the outage, %d are written down", fired, d.Count(`SELECT count(*) FROM clock_firing`))
	}
	if n := d.Count(`SELECT count(*) FROM clock_firing WHERE step = 2 AND planned_on = '2025-09-11' AND fired_on = '2025-09-14'`); n != 41 {
		t.Errorf("%d reminders say that they came late", n)
	}
	if n := d.Count(`SELECT count(*) FROM task WHERE closed_on IS NULL AND kind LIKE 'deadline-%'`); n != 41 || len(d.open(d.Court)) != 20 {
		t.Errorf("%d tasks are open", n)
	}
	if _, err := d.DB.Pool.Exec(t.Context(), `INSERT INTO clock_firing (clock_id, step, due_on, planned_on, fired_on) SELECT clock_id, step, due_on, planned_on, fired_on FROM clock_firing LIMIT 1`); err == nil {
		t.Error("the schema takes a step twice")
	}
	for _, sql := range []string{`UPDATE clock SET fired = 0`, `UPDATE clock SET due_on = due_on + 1`, `UPDATE clock_firing SET fired_on = fired_on + 1`, `DELETE FROM clock_firing`} {
		if _, err := d.DB.Pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("the schema takes %s", sql)
		}
	}
}

// A clock that the previous release starts is planned by the first tick, and one of a
// subject's time, of withdrawals, or that is met tells nobody.
func TestWhichDeadlinesTellNobody(t *testing.T) {
	t.Parallel()
	d := deadline(t, day.Of(2025, time.September, 8), calendar.Period{Value: 4, Unit: calendar.WorkingDays, Source: docket.OwnTerm})
	must(t, d.DB.InTx(t.Context(), func(_ context.Context, tx *pg.Tx) error {
		docket.StopClocks(tx, []enforcement.ID{d.ground}, d.Day())
		return nil
	}))
	for _, kind := range []string{"state-and-defend", "object-to-announcement", "reward-answer", "acknowledge-withdrawals", "of-a-later-release", "delete"} {
		_, err := d.DB.Pool.Exec(t.Context(), `INSERT INTO clock (kind, organisation_id, ground_id, started_on, value, unit, source, due_on, provisional)
			VALUES ($1, $2, $3, '2025-09-01', 3, 'working-days', 'x', '2025-09-04', false)`, kind, d.Court, d.ground)
		must(t, err)
	}
	if done := d.tick(); done.Clocks != 1 || done.Fired != 4 {
		t.Errorf("%+v", done)
	}
	if n := d.Count(`SELECT count(*) FROM clock_firing f JOIN clock c ON c.id = f.clock_id WHERE c.kind <> 'delete'`); n != 0 {
		t.Errorf("%d steps of deadlines that tell nobody", n)
	}
}

// Where nobody stands above, an operator is told.
func TestADeadlineWithoutACourtAboveIsAnIncident(t *testing.T) {
	t.Parallel()
	d := deadline(t, day.Of(2025, time.September, 8), calendar.Period{Value: 1, Unit: calendar.WorkingDays, Source: docket.OwnTerm})
	_, err := d.DB.Pool.Exec(t.Context(), `UPDATE organisation SET superior_id = NULL`)
	must(t, err)
	d.AdvanceTo(day.Of(2025, time.September, 18))
	for range 2 {
		d.tick()
	}
	if kinds, err := d.Docket.OpenKinds(t.Context()); err != nil || kinds["deadline-above"] != 1 {
		t.Errorf("%v %v", kinds, err)
	}
	wantList(t, "told", d.fired(), []string{"passed 09-10 09-18 court", "deputy 09-11 09-18 court", "head 09-13 09-18 court", "above 09-17 09-18 "})
}

// A process whose clock runs ahead tells nobody anything, for what was told stays told.
func TestAWrongClockTellsNobodyOfDeadlines(t *testing.T) {
	t.Parallel()
	d := deadline(t, day.Of(2025, time.September, 8), calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: docket.OwnTerm})
	wrong, as := moved(t, d.Bundle, days(40))
	if _, _, _, err := wrong.Daily(t.Context(), as(d.System()), nil); !errors.Is(err, enforcement.Refuse("clock.skew")) {
		t.Errorf("the day of a wrong clock: %v", err)
	}
	_, err := wrong.Docket.Tick(t.Context(), as(d.System()))
	wantCode(t, "by the tick alone", err, "clock.skew")
	if n := d.Count(`SELECT count(*) FROM clock_firing`); n != 0 {
		t.Errorf("%d steps fired by a wrong clock", n)
	}
	_, err = d.Docket.Tick(t.Context(), d.Judge())
	wantCode(t, "by a judge", err, "role.forbidden")
}

// Every deadline that the program can start is one that it knows how to tell of.
func TestEveryDeadlineIsKnown(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, d := range register.Deadlines() {
		known[d.Kind] = true
	}
	kinds := regexp.MustCompile(`docket\.Deadline\{\s*Kind: "([a-z-]+)"`)
	found := 0
	must(t, filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range kinds.FindAllStringSubmatch(string(source), -1) {
			if found++; !known[m[1]] {
				t.Errorf("%s starts %s, of which nobody would be told", path, m[1])
			}
		}
		return err
	}))
	if found < 12 || !known["revoke-minor"] || !known["answer-statement"] {
		t.Errorf("%d deadlines were found", found)
	}
}
