package notify_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/register"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda/day"
	"concordat/notify"
)

func (b *bench) inboxed(org enforcement.OrganisationID) int {
	return b.Count(`SELECT count(*) FROM inbox_item WHERE organisation_id = $1 AND closed_at IS NULL`, org)
}

// legalTime lets a test move hours, not only days.
func legalTime(b **bench, offset *time.Duration) func(*notify.Config) {
	return func(c *notify.Config) {
		c.Legal = func() time.Time {
			if *b == nil {
				return time.Date(2025, 9, 1, 2, 0, 0, 0, time.UTC)
			}
			return (*b).At().Add(*offset)
		}
	}
}

func TestFallbackIsByDeadlineAndBothChannelsStayOpen(t *testing.T) {
	t.Parallel()
	var b *bench
	var offset time.Duration
	b = setup(t, legalTime(&b, &offset))
	w, d := b.crowd(t, 3)
	down := func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) }
	d.intercept(down)

	try := func() {
		t.Helper()
		for range 5 { // however often it fails, attempts do not count
			b.put2(t, w.Organisation)
			b.drain(t, w)
		}
	}
	try()
	b.Advance(1) // Tuesday: the working day after is not over
	try()
	if n := b.inboxed(w.Organisation); n != 0 {
		t.Fatalf("%d items in the inbox before the deadline", n)
	}
	b.Advance(1)
	try()
	if n := b.inboxed(w.Organisation); n != 3 {
		t.Fatalf("%d items in the inbox after the deadline, want 3", n)
	}
	if due, err := b.Directives.IsDue(t.Context(), w, b.Day()); err != nil || !due {
		t.Errorf("the webhook is no longer tried: %v, %v", due, err)
	}

	// The first answer wins, here of a person, by the inbox.
	clerk := b.As(enforcement.DepartmentClerk, w.Organisation)
	open, err := b.inbox.List(t.Context(), clerk, "", enforcement.ID{}, 10)
	if err != nil || len(open) != 3 {
		t.Fatalf("list: %d items, %v", len(open), err)
	}
	if err := b.inbox.Answer(t.Context(), clerk, []directive.Answer{{Directive: open[0].Directive, Version: 1, Step: directive.Acknowledged}}); err != nil {
		t.Fatal(err)
	}
	d.intercept(nil)
	try()
	if got := d.sizes(); len(got) != 1 || got[0] != 2 {
		t.Errorf("the webhook got messages of %v, want one of the 2 that nobody had answered", got)
	}
	if n := b.inboxed(w.Organisation); n != 0 {
		t.Errorf("%d items are open in the inbox after the webhook's answer", n)
	}
	if got := b.steps(t, w.Organisation); got["acknowledged"] != 3 {
		t.Errorf("steps %v", got)
	}
	b.noFindings(t)
}

// put2 makes the endpoint due at once and keeps that it failed.
func (b *bench) put2(t *testing.T, org enforcement.OrganisationID) {
	t.Helper()
	if _, err := b.DB.Pool.Exec(t.Context(), `UPDATE endpoint SET express_due_at = NULL, bulk_due_at = NULL WHERE organisation_id = $1`, org); err != nil {
		t.Fatal(err)
	}
}

func TestAWithdrawalFallsBackAfterAnHour(t *testing.T) {
	t.Parallel()
	var b *bench
	var offset time.Duration
	b = setup(t, legalTime(&b, &offset))
	ground := b.ground(t, b.Subject(b.Company()))
	w := b.aLane(t)
	b.quiet(t, b.drainer)
	b.receivers[w.Organisation].intercept(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadGateway) })
	if err := b.Grounds.End(t.Context(), b.Judge(), ground, "Art. 10"); err != nil {
		t.Fatal(err)
	}
	w.Lane = directive.Express
	for _, c := range []struct {
		offset time.Duration
		want   int
	}{{0, 0}, {59 * time.Minute, 0}, {time.Hour, 1}, {2 * time.Hour, 1}} {
		offset = c.offset
		for range 2 {
			b.put2(t, w.Organisation)
			b.drain(t, w)
		}
		if n := b.inboxed(w.Organisation); n != c.want {
			t.Errorf("after %s: %d items in the inbox, want %d", c.offset, n, c.want)
		}
	}
}

func TestWorkingDayAgo(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, c := range []struct{ at, newest day.Day }{
		{day.Of(2025, 9, 3), day.Of(2025, 9, 1)},   // Wednesday: what was queued on Monday is late
		{day.Of(2025, 9, 8), day.Of(2025, 9, 4)},   // Monday: Thursday's, not Friday's
		{day.Of(2025, 10, 9), day.Of(2025, 9, 29)}, // after the holidays
	} {
		got := notify.WorkingDayAgo(b.Calendar, b.Offices, calendar.Start(c.at).Add(10*time.Hour))
		if calendar.DayOf(got) != c.newest {
			t.Errorf("on %s: %s, want %s", c.at, calendar.DayOf(got), c.newest)
		}
	}
}

func TestInboxOfAnOrganisationWithoutEndpoints(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	if _, err := b.DB.Pool.Exec(t.Context(), `DELETE FROM endpoint`); err != nil {
		t.Fatal(err)
	}
	ground := b.ground(t, b.Subject(b.Person()))
	w := b.aLane(t)
	b.quiet(t, b.drainer)
	act := b.As(enforcement.DepartmentReviewer, w.Organisation)
	open, err := b.inbox.List(t.Context(), act, directive.Bulk, enforcement.ID{}, 10)
	if err != nil || len(open) != 1 || open[0].OpenedAt != nil {
		t.Fatalf("list: %+v, %v", open, err)
	}
	if got := b.steps(t, w.Organisation); got["left"] != 1 {
		t.Errorf("laid is not delivered: %v", got)
	}
	ids := []enforcement.ID{open[0].Directive}
	for _, stranger := range []enforcement.Act{b.Clerk(), b.As(enforcement.DepartmentClerk, b.Court)} {
		if _, err := b.inbox.Open(t.Context(), stranger, ids); err == nil {
			t.Errorf("%s opened another organisation's inbox", stranger.Actor.Role)
		}
	}
	for range 2 { // opening twice is opening once
		items, err := b.inbox.Open(t.Context(), act, ids)
		if err != nil || len(items) != 1 || items[0].Subject.Name == "" || len(items[0].Measures) == 0 {
			t.Fatalf("open: %+v, %v", items, err)
		}
	}
	if got := b.steps(t, w.Organisation); got["delivered"] != 1 {
		t.Errorf("opened is not delivered: %v", got)
	}
	open, err = b.inbox.List(t.Context(), act, "", enforcement.ID{}, 10)
	if err != nil || len(open) != 1 || open[0].OpenedBy != act.Actor.ID {
		t.Fatalf("list after opening: %+v, %v", open, err)
	}

	// The withdrawal takes the place of the imposition.
	if err := b.Grounds.End(t.Context(), b.Judge(), ground, "Art. 10"); err != nil {
		t.Fatal(err)
	}
	b.quiet(t, b.drainer)
	open, err = b.inbox.List(t.Context(), act, "", enforcement.ID{}, 10)
	if err != nil || len(open) != 1 || open[0].Version != 2 || open[0].Lane != directive.Express {
		t.Fatalf("list after the end: %+v, %v", open, err)
	}
	if err := b.inbox.Answer(t.Context(), act, []directive.Answer{{Directive: ids[0], Version: 2, Step: directive.Acknowledged}}); err != nil {
		t.Fatal(err)
	}
	if n := b.inboxed(w.Organisation); n != 1 {
		t.Errorf("%d liftings lie open that somebody answered and nobody opened, want 1", n)
	}
	if _, err := b.inbox.Open(t.Context(), act, ids); err != nil {
		t.Fatal(err)
	}
	if n := b.inboxed(w.Organisation); n != 0 {
		t.Errorf("%d items are open after the answer and the opening", n)
	}
	b.noFindings(t)
}

func TestRunFindsWhatNobodyWokeFor(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.crowd(t, 2)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.drainer.Run(ctx, func(err error) { t.Error(err) })
	}()
	deadline := time.Now().Add(time.Minute)
	for b.Count(`SELECT count(*) FROM directive WHERE due`) > 0 {
		if time.Now().After(deadline) {
			t.Error("still due after a minute of sweeps")
			break
		}
	}
	stop()
	<-done
	b.agree(t)
}

// counted counts the statements that look for what is late.
type counted struct{ n atomic.Int64 }

func (c *counted) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if strings.Contains(q.SQL, "under-fourteen") {
		c.n.Add(1)
	}
	return ctx
}

func (c *counted) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// However often a silent endpoint is tried, in either lane, what is late is looked for
// once until legal time has moved on by a minute; and then it is laid in the inbox.
func TestTheLookForWhatIsLateIsBounded(t *testing.T) {
	t.Parallel()
	for _, lane := range []directive.Lane{directive.Bulk, directive.Express} {
		t.Run(string(lane), func(t *testing.T) {
			t.Parallel()
			var b *bench
			var offset time.Duration
			looks := &counted{}
			b = setup(t, func(c *notify.Config) {
				legalTime(&b, &offset)(c)
				c.FallbackEvery = 0
				db, err := pg.Open(t.Context(), pg.Config{URL: c.DB.Pool.Config().ConnString(), Tracer: looks})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = db.Close() })
				c.DB = db
			})
			ground := b.ground(t, b.Subject(b.Company()))
			w := b.aLane(t)
			w.Lane = lane
			down := func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadGateway) }
			if lane == directive.Express {
				b.quiet(t, b.drainer)
				if err := b.Grounds.End(t.Context(), b.Judge(), ground, "Art. 10"); err != nil {
					t.Fatal(err)
				}
			}
			b.receivers[w.Organisation].intercept(down)
			try := func(want int64) {
				t.Helper()
				for range 4 {
					b.put2(t, w.Organisation)
					b.drain(t, w)
				}
				if n := looks.n.Load(); n != want {
					t.Errorf("after %s: %d looks, want %d", offset, n, want)
				}
			}
			try(1)
			offset = 59 * time.Second
			try(1)
			offset = time.Minute
			try(2)
			offset = 80 * 24 * time.Hour
			try(4) // the second one finds no more
			if n := b.inboxed(w.Organisation); n != 1 {
				t.Errorf("%d items in the inbox, want 1", n)
			}
		})
	}
}

// ahead is a drainer of a process whose machine's clock, and legal time with it, run ahead.
func (b *bench) ahead(t *testing.T, by time.Duration) *notify.Drainer {
	t.Helper()
	record := b.Config
	record.Machine = func() time.Time { return machine().Add(by) }
	offices, err := register.Open(t.Context(), record)
	if err != nil {
		t.Fatal(err)
	}
	c := b.config
	c.Register, c.Machine, c.Legal = offices, record.Machine, func() time.Time { return b.At().Add(by) }
	return b.newDrainer(t, c)
}

// A process that is forty days ahead takes everything for late. It lays no imposition
// beside and sends none; what lifts it lays beside and sends.
func TestAClockThatRunsAheadLaysNothingThatBurdensBeside(t *testing.T) {
	t.Parallel()
	const fortyDays = 40 * 24 * time.Hour
	b := setup(t, nil)
	ground := b.ground(t, b.Subject(b.Company()))
	w := b.aLane(t)
	d := b.receivers[w.Organisation]
	d.intercept(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadGateway) })
	b.drain(t, w) // it fails, so that what is late is looked for
	wrong := b.ahead(t, fortyDays)
	try := func(drainer *notify.Drainer, lane directive.Lane) {
		t.Helper()
		b.put2(t, w.Organisation)
		if err := drainer.Drain(t.Context(), directive.WakeUp{Organisation: w.Organisation, Lane: lane}); err != nil {
			t.Fatal(err)
		}
	}
	try(wrong, directive.Bulk)
	if n := b.inboxed(w.Organisation); n != 0 {
		t.Errorf("a wrong clock laid %d impositions into the inbox", n)
	}
	d.intercept(nil)
	try(wrong, directive.Bulk)
	b.set(t, `UPDATE endpoint SET failures = 0 WHERE organisation_id = $1`, w.Organisation)
	try(wrong, directive.Bulk) // and by what a drain reads first
	if got := d.sizes(); len(got) != 0 {
		t.Errorf("a wrong clock sent messages of %v", got)
	}
	try(b.drainer, directive.Bulk)
	if got := d.sizes(); len(got) != 1 {
		t.Fatalf("a right clock sent messages of %v", got)
	}

	d.intercept(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadGateway) })
	if err := b.Grounds.End(t.Context(), b.Judge(), ground, "Art. 10"); err != nil {
		t.Fatal(err)
	}
	try(wrong, directive.Express)
	try(wrong, directive.Express)
	if n := b.inboxed(w.Organisation); n != 1 {
		t.Errorf("%d liftings in the inbox, want 1", n)
	}
	d.intercept(nil)
	try(wrong, directive.Express)
	b.quiet(t, b.drainer)
	b.agree(t)
}
