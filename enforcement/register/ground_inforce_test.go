package register_test

import (
	"context"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/internal/pg"
)

// What a move of any kind puts in force is stopped by a hold and by a doubt after a
// restoration, needs a second person and is put in force once under its key, with one
// event that tells of its directives.
func TestWhatPutsACaseInForceOfAnyKind(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	life, enter := pledge(t, b)
	id := enter()
	do := func(act enforcement.Act, name ground.MoveName) error {
		return life.Do(ctx, act, of(id), ground.Given{"number": "演示1号"}, func(_ context.Context, tx *pg.Tx, turn *ground.Turn[ground.Head]) error {
			if name == "sign" {
				turn.Decide(tx, "演示1号", 0)
			}
			return nil
		}, name)
	}
	clerk := b.Judge()
	clerk.Actor.ID = "a clerk"
	must(t, do(b.Judge(), "offer"))
	wantCode(t, "the drafter signs", do(clerk, "sign"), "decision.second-person")
	must(t, do(b.Judge(), "sign"))
	must(t, do(b.Judge(), "serve"))

	hold := value(b.Holds.Place(ctx, operator(b, "first"), hold.NewHold{Scope: hold.Everything, Reason: "演示"}))(t)
	wantCode(t, "under a hold", do(b.Judge(), "keep"), "hold.standing")
	must(t, b.Holds.End(ctx, operator(b, "second"), hold, "演示"))

	_, err := b.DB.Pool.Exec(ctx, `INSERT INTO task (id, ground_id, organisation_id, kind, opened_on) VALUES (gen_random_uuid(), $1, $2, 'restored', $3::date)`, id, b.Court, b.Day())
	must(t, err)
	wantCode(t, "in doubt", do(b.Judge(), "keep"), "listing.restored")
	if n := b.Count(`SELECT count(*) FROM directive`); n != 0 {
		t.Errorf("what was refused left %d directives", n)
	}
	tamper(t, b, `DELETE FROM task`)

	keyed := b.Judge()
	keyed.Key = "演示-1"
	must(t, do(keyed, "keep"))
	must(t, do(keyed, "keep"))
	if n := b.Count(`SELECT count(*) FROM event WHERE ground_id = $1 AND kind = 'ground-in-force' AND cardinality(directives) > 0 AND act_key = '演示-1'`, id); n != 1 {
		t.Errorf("%d events tell that it is in force", n)
	}
	if n := b.Count(`SELECT count(*) FROM event WHERE ground_id = $1`, id); n != 4 {
		t.Errorf("%d events of four moves", n)
	}
	wantCode(t, "again without the key", do(b.Judge(), "keep"), "state.forbidden")
	wantAudit(t, b)
}
