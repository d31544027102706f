package enforcement_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/internal/pg"
)

// pledge is the life of a kind that nobody else knows, a debtor's pledge, and makes its rows.
func pledge(t *testing.T, b *enforcetest.Bundle) (life enforcement.Life[enforcement.Head], enter func() enforcement.ID) {
	states := func(s ...enforcement.State) []enforcement.State { return s }
	move := func(name enforcement.MoveName, from, to enforcement.State, e enforcement.Effect, kind enforcement.EventKind) enforcement.Move {
		return enforcement.Move{Name: name, ZH: "演示", EN: "Made up", Door: string(name), From: states(from), To: to, Roles: []enforcement.Role{enforcement.Judge}, Effect: e, Event: kind, Source: enforcement.Source{Ours: true}}
	}
	sign := move("sign", "offered", "signed", enforcement.EffectNone, "pledge-signed")
	sign.NotBy, sign.Second, sign.Needs = enforcement.Drafter, "decision.second-person", []enforcement.Need{{Field: "number", Rule: enforcement.RuleText, Code: "decision.number"}}
	end, expire := move("end", "kept", "ended", enforcement.EffectEnds, enforcement.EventGroundEnded), move("expire", "kept", "expired", enforcement.EffectEnds, enforcement.EventGroundEnded)
	end.Stops, expire.Stops = []string{enforcement.Every}, []string{enforcement.Every}
	life = enforcement.Life[enforcement.Head]{
		Table: &enforcement.Table{
			Slug: "pledge", Rows: "pledge", OwnerColumn: "l.owner_id", ListColumn: "'judgment-debtor'", Suspends: true, People: sign.Roles, Before: states("drafted", "offered", "signed", "served"), Live: states("kept"), Ended: states("ended", "expired"),
			Moves: []enforcement.Move{
				move("offer", "drafted", "offered", enforcement.EffectNone, "pledge-offered"), sign,
				move("serve", "signed", "served", enforcement.EffectNone, "pledge-served"), move("keep", "served", "kept", enforcement.EffectInForce, enforcement.EventInForce),
				move("suspend", "kept", "", enforcement.EffectSuspends, enforcement.EventSuspended), move("resume", "kept", "", enforcement.EffectResumes, enforcement.EventResumed), end, expire,
			},
		}, Enum: "text", Lock: "l", Register: b.Register, Head: func(h *enforcement.Head) enforcement.Head { return *h },
		Select: `SELECT l.id, l.subject_id, l.owner_id, l.state, l.version, coalesce(l.suspended_for, ''), l.drafted_by FROM pledge l`,
		Scan: func(row pgx.CollectableRow) (h enforcement.Head, err error) {
			err = row.Scan(&h.ID, &h.Subject, &h.Owner, &h.State, &h.Version, &h.SuspendedFor, &h.DraftedBy)
			return h, err
		},
	}
	_, err := b.DB.Pool.Exec(t.Context(), `CREATE TABLE pledge (id uuid PRIMARY KEY, subject_id uuid, owner_id integer, drafted_by text, state text, version integer DEFAULT 1, suspended_for text, suspended_on date, ended_on date, retain_until date);
		CREATE TRIGGER entered AFTER INSERT ON pledge REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ground_follows(); CREATE TRIGGER moved AFTER UPDATE ON pledge REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ground_follows()`)
	must(t, err)
	return life, func() enforcement.ID {
		id := enforcement.NewID()
		_, err := b.DB.Pool.Exec(t.Context(), `WITH g AS (INSERT INTO ground (id, kind, list_type, subject_id, organisation_id) VALUES ($1, 'order', 'judgment-debtor', $2, $3)) INSERT INTO pledge (id, subject_id, owner_id, drafted_by, state) VALUES ($1, $2, $3, 'a clerk', 'drafted')`, id, b.Subject(b.Company()), b.Court)
		must(t, err)
		return id
	}
}

// A fourth kind costs its table, its rows and nothing else: it is put in force, suspended, resumed and ended.
func TestAFourthKindOfCase(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	life, enter := pledge(t, b)
	for id, last := range map[enforcement.ID]enforcement.MoveName{enter(): "end", enter(): "expire"} {
		for i, name := range []enforcement.MoveName{"offer", "sign", "serve", "keep", "suspend", "resume", last} {
			must(t, life.Do(t.Context(), b.Judge(), of(id), enforcement.Given{"number": "演示1号"}, func(ctx context.Context, tx *pg.Tx, turn *enforcement.Turn[enforcement.Head]) error {
				turn.Event.Reason = enforcement.CourtStay
				if name == "sign" {
					return turn.Decide(ctx, tx, "演示1号", 0)
				}
				return nil
			}, name))
			list, kinds := directives(t, b, id), []enforcement.VersionKind{"", "", "", enforcement.Impose, enforcement.Suspend, enforcement.Resume, enforcement.Withdraw}
			for _, d := range list {
				if d.Kind != kinds[i] || (len(d.Measures) > 0) != (name == "keep" || name == "resume") {
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
