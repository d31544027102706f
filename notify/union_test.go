package notify_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/hold"
	"concordat/enforcement/listing"
	"concordat/notify/wire"
)

// A lifting names what of the same recipient still carries, and nothing that a hold
// stops, that never left, or that is on its way to be lifted.
func TestALiftingNamesWhatStillCarries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(t *testing.T, b *bench, subject, other enforcement.ID)
		want   int
	}{
		"another ground": {func(*testing.T, *bench, enforcement.ID, enforcement.ID) {}, 1},
		"lifted as well": {func(t *testing.T, b *bench, _, other enforcement.ID) { t.Helper(); b.finish(t, other) }, 0},
		"never sent": {func(t *testing.T, b *bench, _, other enforcement.ID) {
			t.Helper()
			b.set(t, `UPDATE directive SET step = 'queued', due = true WHERE ground_id = $1`, other)
		}, 0},
		"another's term is over": {func(t *testing.T, b *bench, subject, _ enforcement.ID) {
			t.Helper()
			b.Published(subject, listing.EvadesBySham)
			b.quiet(t, b.drainer)
			b.AdvanceTo(b.Day().AddYears(4))
		}, 1},
		"held": {func(t *testing.T, b *bench, _, _ enforcement.ID) { t.Helper(); b.stop(t) }, 0},
		"of a plan that is over": {func(t *testing.T, b *bench, _, other enforcement.ID) {
			t.Helper()
			b.set(t, `WITH later AS (INSERT INTO plan (hash, edition_id, list_type, subject_kind, territory)
				SELECT sha256('later'), p.edition_id, p.list_type, p.subject_kind, p.territory FROM plan p JOIN ground g ON g.plan_id = p.id WHERE g.id = $1 RETURNING id)
				INSERT INTO plan_switch (from_plan, to_plan, day, begun_at, begun_by)
				SELECT g.plan_id, (SELECT id FROM later), '2026-01-01', now(), 'test' FROM ground g WHERE g.id = $1`, other)
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, nil)
			subject := b.Subject(b.Company())
			first, other := b.ground(t, subject), b.ground(t, subject)
			b.ground(t, b.Subject(b.Company())) // somebody else's carries too
			b.quiet(t, b.drainer)
			var mu sync.Mutex
			liftings := map[enforcement.OrganisationID]wire.Directive{}
			measures := map[enforcement.OrganisationID]map[string]wire.Measure{}
			for org, d := range b.receivers {
				d.intercept(func(_ http.ResponseWriter, r *http.Request) {
					m, err := wire.ParseMessage("", reread(r))
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					defer mu.Unlock()
					for _, line := range m.Directives {
						if line.Kind == string(directive.Withdraw) && b.Count(`SELECT count(*) FROM directive WHERE id = $1 AND ground_id = $2`, enforcement.ID(line.ID), first) == 1 {
							liftings[org], measures[org] = line, m.Measures
						}
					}
				})
			}
			c.before(t, b, subject, other)
			b.finish(t, first)
			for org := range b.receivers {
				b.drain(t, directive.WakeUp{Organisation: org, Lane: directive.Express})
			}
			if len(liftings) == 0 {
				t.Fatal("nothing was lifted")
			}
			for org, line := range liftings {
				if len(line.Still) != c.want {
					t.Errorf("organisation %d is told %+v still carries, want %d", org, line.Still, c.want)
				}
				for _, s := range line.Still {
					held, ok := b.receivers[org].Ledger.Get(uuid.UUID(s.Directive))
					if !ok || !slices.Equal(held.Measures, s.Measures) || measures[org][s.Measures[0]].ZH == "" {
						t.Errorf("organisation %d: told %+v, it holds %+v", org, s, held)
					}
				}
			}
		})
	}
}

func (b *bench) finish(t *testing.T, ground enforcement.ID) {
	t.Helper()
	if err := b.Grounds.End(t.Context(), b.Judge(), ground, "Art. 9"); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) set(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := b.DB.Pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) stop(t *testing.T) {
	t.Helper()
	if _, err := b.Holds.Place(t.Context(), act(b, "first"), hold.NewHold{Scope: hold.Everything, Reason: "演示"}); err != nil {
		t.Fatal(err)
	}
}
