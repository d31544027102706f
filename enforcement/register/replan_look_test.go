package register_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/register"
	"concordat/enforcement/replan"
	"concordat/internal/pg"
)

// linesRead counts the statements that read the lines of plans.
type linesRead struct{ n atomic.Int64 }

func (l *linesRead) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if strings.Contains(q.SQL, "FROM plan_line") {
		l.n.Add(1)
	}
	return ctx
}

func (l *linesRead) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// beside opens another process's record over the same database, with memories of its own.
func (w *planned) beside() (*register.Offices, *linesRead) {
	w.t.Helper()
	read := &linesRead{}
	db := value(pg.Open(w.t.Context(), pg.Config{URL: w.DB.Pool.Config().ConnString(), Tracer: read, MaxConns: 4}))(w.t)
	w.t.Cleanup(func() { must(w.t, db.Close()) })
	c := w.Config
	c.DB = db
	return value(register.Open(w.t.Context(), c))(w.t), read
}

// A process remembers for which reason plans are the day's, and asks none of them
// again. What any other process changes it sees all the same, and what the calendar
// does: each of these is one part of the reason.
func TestTheDailyLookSeesWhatChanged(t *testing.T) {
	t.Parallel()
	first := madeEdition{{1, 2}, {3}, {4}, {}}
	exec := func(w *planned, sql string, args ...any) {
		w.t.Helper()
		must(w.t, second(w.DB.Pool.Exec(w.t.Context(), sql, args...)))
	}
	for name, one := range map[string]struct {
		before func(w *planned) // what stands when the memory is made
		change func(w *planned) // in another process, or a day later
		want   replan.Counts
	}{
		"a role is taken": {
			change: func(w *planned) {
				_, err := w.Parties.AddOrganisation(t.Context(), w.System(), party.Organisation{
					Slug: "second", NameZH: "演示单位", NameEN: "Made organisation", Kind: party.Authority, Serves: "450103",
					Bodies: []party.Part{{Body: "body-1", From: w.Day()}},
				})
				must(w.t, err)
			},
			want: replan.Counts{Added: 1},
		},
		"a role is lost": {
			change: func(w *planned) {
				exec(w, `UPDATE organisation_role SET valid_until = $1::date WHERE body = 'body-1'`, w.Day().AddDays(-1))
			},
			want: replan.Counts{Withdrawn: 1},
		},
		"a role is struck out": {
			change: func(w *planned) { exec(w, `DELETE FROM organisation_role WHERE body = 'body-1'`) },
			want:   replan.Counts{Withdrawn: 1},
		},
		"a role ends by the calendar": {
			before: func(w *planned) {
				exec(w, `UPDATE organisation_role SET valid_until = $1::date WHERE body = 'body-1'`, w.Day())
			},
			change: func(w *planned) { w.Advance(1) },
			want:   replan.Counts{Withdrawn: 1},
		},
		"a role begins by the calendar": {
			before: func(w *planned) {
				exec(w, `UPDATE organisation_role SET valid_from = $1::date WHERE body = 'body-2'`, w.Day().AddDays(1))
			},
			change: func(w *planned) { w.Advance(1) },
			want:   replan.Counts{Added: 1},
		},
		"an organisation serves another region": {
			change: func(w *planned) { exec(w, `UPDATE organisation SET serves = '440103' WHERE slug = 'made-1'`) },
			want:   replan.Counts{Withdrawn: 1},
		},
		"an organisation becomes an informed body": {
			change: func(w *planned) { exec(w, `UPDATE organisation SET kind = 'informed-body' WHERE slug = 'made-1'`) },
			want:   replan.Counts{Withdrawn: 1},
		},
		"a statement is withdrawn": {
			before: func(w *planned) { w.adoptNow(first) },
			change: func(w *planned) {
				var id enforcement.ID
				must(w.t, w.DB.Pool.QueryRow(t.Context(), `SELECT id FROM attestation`).Scan(&id))
				must(w.t, w.Plans.WithdrawAttestation(t.Context(), operator(w.Bundle, "operator-1"), id, "演示"))
			},
			want: replan.Counts{Withdrawn: 3},
		},
		"an edition is adopted": {
			change: func(w *planned) { w.switchOn(madeEdition{{1}, {3, 5}, {}, {6}}, 0) },
			want:   replan.Counts{Withdrawn: 1, Shrunk: 1, Grown: 1, Added: 1},
		},
		"an edition begins by the calendar": {
			before: func(w *planned) { w.switchOn(madeEdition{{1}, {3}, {4}, {}}, 2) },
			change: func(w *planned) { w.Advance(2) },
			want:   replan.Counts{Shrunk: 1},
		},
		"a role goes to another": {
			change: func(w *planned) {
				exec(w, `UPDATE organisation_role SET organisation_id = (SELECT id FROM organisation WHERE slug = 'made-3') WHERE body = 'body-1'`)
			},
			want: replan.Counts{Withdrawn: 1, Added: 1},
		},
		"a gap was followed elsewhere": { // and the reason is again what it was
			change: func(w *planned) {
				exec(w, `UPDATE organisation_role SET valid_until = $1::date WHERE body = 'body-1'`, w.Day().AddDays(-1))
				w.replan()
				exec(w, `UPDATE organisation_role SET valid_until = NULL WHERE body = 'body-1'`)
			},
			want: replan.Counts{Added: 1},
		},
		"a plan of before stands again": { // and the reason too, when it is looked for
			change: func(w *planned) {
				exec(w, `UPDATE organisation_role SET valid_until = $1::date WHERE body = 'body-1'`, w.Day().AddDays(-1))
				w.Published(w.Subject(w.Person()))
				exec(w, `UPDATE organisation_role SET valid_until = NULL WHERE body = 'body-1'`)
			},
			want: replan.Counts{Added: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newPlanned(t, first)
			if one.before != nil {
				one.before(w)
			}
			ground := w.Published(w.Subject(w.Person()))
			other, read := w.beside()
			look := func() replan.Counts {
				done := value(other.Replanner.Follow(t.Context(), w.System(), nil))(t)
				return replan.Counts{Withdrawn: done.Withdrawn, Shrunk: done.Shrunk, Grown: done.Grown, Added: done.Added}
			}
			quiet := func(when string) {
				t.Helper()
				read.n.Store(0)
				if done := look(); done != (replan.Counts{}) || read.n.Load() != 0 {
					t.Errorf("%s: %+v, and plans were read %d times", when, done, read.n.Load())
				}
			}
			if done := look(); done != (replan.Counts{}) {
				t.Errorf("at first: %+v", done)
			}
			quiet("before")
			one.change(w)
			if done := look(); done != one.want {
				t.Errorf("done %+v, want %+v", done, one.want)
			}
			quiet("after")
			w.clean()
			must(t, w.Listings.Delete(t.Context(), w.Judge(), of(ground), w.Ending(1)))
		})
	}
}

// switchOn enters another edition, attested, which begins so many days from today;
// nobody follows it yet.
func (w *planned) switchOn(e madeEdition, days int) {
	w.t.Helper()
	text := w.next(e, w.Day().AddDays(days))
	w.attest(text)
	must(w.t, second(w.Plans.SwitchEdition(w.t.Context(), operator(w.Bundle, "operator-1"), "new.yaml", text)))
}

// adoptNow is switchOn today, followed by all.
func (w *planned) adoptNow(e madeEdition) plan.Adoption {
	w.t.Helper()
	text := w.next(e, w.Day())
	w.attest(text)
	return w.adopted(text)
}
