package register_test

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// pledge is the life of a kind that nobody else knows, a debtor's pledge, and makes its rows.
func pledge(t *testing.T, b *enforcetest.Bundle) (life ground.Life[ground.Head], enter func() enforcement.ID) {
	move := func(name ground.MoveName, from, to ground.State, e ground.Effect, kind record.EventKind) ground.Move {
		return ground.Move{Name: name, ZH: "演示", EN: "Made up", Door: string(name), From: []ground.State{from}, To: to, Roles: []enforcement.Role{enforcement.Judge}, Effect: e, Event: kind, Stops: []string{ground.Every}, Source: ground.Source{Ours: true}}
	}
	sign := move("sign", "offered", "signed", ground.EffectNone, "pledge-signed")
	sign.NotBy, sign.Second, sign.Needs = []ground.Person{ground.Drafter}, "decision.second-person", []ground.Need{{Field: "number", Rule: ground.RuleText, Code: "decision.number"}}
	life = ground.Life[ground.Head]{
		Table: &ground.Table{
			Slug: "pledge", Rows: "pledge", OwnerColumn: "l.owner", ListColumn: "'judgment-debtor'", Suspends: true, People: sign.Roles, Before: []ground.State{"drafted", "offered", "signed", "served"}, Live: []ground.State{"kept"}, Ended: []ground.State{"ended", "expired"},
			Moves: []ground.Move{
				move("offer", "drafted", "offered", ground.EffectNone, "pledge-offered"), sign,
				move("serve", "signed", "served", ground.EffectNone, "pledge-served"), move("keep", "served", "kept", ground.EffectInForce, ground.EventInForce),
				move("suspend", "kept", "", ground.EffectSuspends, ground.EventSuspended), move("resume", "kept", "", ground.EffectResumes, ground.EventResumed),
				move("end", "kept", "ended", ground.EffectEnds, ground.EventGroundEnded), move("expire", "kept", "expired", ground.EffectEnds, ground.EventGroundEnded),
			},
		}, Lock: "l", Grounds: b.Grounds, Head: func(h *ground.Head) ground.Head { return *h },
		Fetch: func(db bun.IDB, narrow ground.Narrow, into *[]ground.Head) pg.Ask {
			return pg.All(narrow(db.NewSelect().TableExpr("pledge AS l").Column("l.id", "l.subject", "l.owner", "l.state", "l.version", "l.suspended_for", "l.drafted_by")), into)
		},
	}
	_, err := b.DB.Pool.Exec(t.Context(), `CREATE TABLE pledge (id uuid PRIMARY KEY, subject uuid, owner integer, drafted_by text, state text, version integer DEFAULT 1, suspended_for text, suspended_on date, suspended_by text, resumed_by text, ended_on date, retain_until date);
		CREATE TRIGGER entered AFTER INSERT ON pledge REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ground_follows(); CREATE TRIGGER moved AFTER UPDATE ON pledge REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ground_follows()`)
	must(t, err)
	return life, func() enforcement.ID {
		id := enforcement.NewID()
		_, err := b.DB.Pool.Exec(t.Context(), `WITH g AS (INSERT INTO ground (id, kind, list_type, subject_id, organisation_id) VALUES ($1, 'order', 'judgment-debtor', $2, $3)) INSERT INTO pledge (id, subject, owner, drafted_by, state) VALUES ($1, $2, $3, 'a clerk', 'drafted')`, id, b.Subject(b.Company()), b.Court)
		must(t, err)
		return id
	}
}

// A fourth kind costs its table, its rows and nothing else: it is put in force, suspended, resumed and ended.
func TestAFourthKindOfCase(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	life, enter := pledge(t, b)
	for id, last := range map[enforcement.ID]ground.MoveName{enter(): "end", enter(): "expire"} {
		for i, name := range []ground.MoveName{"offer", "sign", "serve", "keep", "suspend", "resume", last} {
			must(t, life.Do(t.Context(), b.Judge(), of(id), ground.Given{"number": "演示1号"}, func(_ context.Context, tx *pg.Tx, turn *ground.Turn[ground.Head]) error {
				if turn.Event.Reason = ground.CourtStay; name == "sign" {
					turn.Decide(tx, "演示1号", 0)
				}
				return nil
			}, name))
			if again := map[ground.MoveName]string{"suspend": "listing.suspended", "resume": "listing.suspension"}[name]; again != "" {
				wantCode(t, "twice: "+string(name), life.Do(t.Context(), b.Judge(), of(id), nil, func(context.Context, *pg.Tx, *ground.Turn[ground.Head]) error { return nil }, name), again)
			}
			list, kinds := directives(t, b, id), []string{"", "", "", "impose", "suspend", "resume", "withdraw"}
			for _, d := range list {
				if string(d.Kind) != kinds[i] || (len(d.Measures) > 0) != (name == "keep" || name == "resume") {
					t.Errorf("after %s: %+v", name, d)
				}
			}
			if h := value(life.Read(t.Context(), b.Judge(), id))(t); (len(list) > 0) != (i >= 3) || h.Version != i+2 || (h.SuspendedFor != "") != (name == "suspend") {
				t.Errorf("after %s: %d directives of %+v", name, len(list), h)
			}
		}
	}
	wantAudit(t, b)
	if n := b.Count(`SELECT count(*) FROM pledge l JOIN ground g ON g.id = l.id AND (g.state, g.case_state, g.case_version, g.ended_on, g.retain_until) = ('ended', l.state, l.version, l.ended_on, l.retain_until)`); n != 2 {
		t.Errorf("%d grounds agree with their pledges", n)
	}
}
