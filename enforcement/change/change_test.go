package change_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/internal/pg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func codeOf(err error) string {
	if refusal, ok := errors.AsType[*enforcement.Refusal](err); ok {
		return refusal.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// bundle is a record on which something was sent, and a kind of change that is counted.
type bundle struct {
	*enforcetest.Bundle

	t       *testing.T
	changes *change.Changes
	now     atomic.Pointer[time.Time]
	carried atomic.Int32
	content atomic.Pointer[string]
}

func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{Bundle: enforcetest.Setup(t), t: t}
	start := time.Date(2026, time.March, 2, 3, 4, 5, 0, time.UTC)
	b.now.Store(&start)
	b.changes = &change.Changes{Record: &record.Record{DB: b.DB, Vault: b.Vault, Calendar: b.Record.Calendar, Machine: func() time.Time { return *b.now.Load() }}}
	return b
}

func (b *bundle) by(actor string, role enforcement.Role) enforcement.Act {
	return enforcement.Act{At: b.At(), Actor: enforcement.Actor{ID: actor, Role: role}}
}

func (b *bundle) propose(actor, content string) enforcement.ID {
	b.t.Helper()
	var id enforcement.ID
	act := b.by(actor, enforcement.Operator)
	must(b.t, b.DB.InTx(b.t.Context(), func(ctx context.Context, tx *pg.Tx) error {
		e, err := b.changes.ProposeIn(ctx, tx, act, change.New{Kind: change.Endpoint, Organisation: b.Departments[0], What: content, Content: content})
		if err != nil {
			return err
		}
		id = e.RefersTo
		b.changes.Record.Log(ctx, tx, act, *e)
		return nil
	}))
	return id
}

func (b *bundle) confirm(act enforcement.Act, id enforcement.ID) error {
	_, err := b.changes.Confirm(b.t.Context(), act, id, change.Carriers{change.Endpoint: b.carry})
	return err
}

func (b *bundle) carry(_ context.Context, _ *pg.Tx, _ enforcement.Act, _ change.Proposal, content []byte) (*record.Event, error) {
	text := string(content)
	b.content.Store(&text)
	b.carried.Add(1)
	return &record.Event{Kind: record.EventEndpointPut, Reason: "put"}, nil
}

func (b *bundle) exec(query string, args ...any) error {
	_, err := b.DB.Pool.Exec(b.t.Context(), query, args...)
	return err
}

// A proposal is carried out by another operator, once, in time, as it was proposed.
func TestAChangeTakesTwoPeople(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.propose("operator-1", "first")
	department := enforcement.Act{At: b.At(), Actor: enforcement.Actor{ID: "tax-7", Role: enforcement.DepartmentReviewer, Organisation: b.Departments[0]}}
	for name, try := range map[string]struct {
		act  enforcement.Act
		want string
	}{
		"by the same human, by whatever token": {b.by("operator-1", enforcement.Operator), "change.second-person"},
		"by an account":                        {b.by("os:somebody", enforcement.Operator), "change.account"},
		"by a president":                       {b.President(), "role.forbidden"},
		"by the department's officer":          {department, "role.forbidden"},
		"by an overseer":                       {b.by("overseer-1", enforcement.Overseer), "role.forbidden"},
		"by the program":                       {b.System(), "role.forbidden"},
	} {
		if got := codeOf(b.confirm(try.act, id)); got != try.want {
			t.Errorf("%s: got %q, want %s", name, got, try.want)
		}
	}
	if err := b.exec(`UPDATE change_proposal SET confirmed_by = proposed_by, confirmed_at = proposed_at WHERE id = $1`, id); err == nil {
		t.Error("the schema lets one person confirm the own proposal")
	}
	if b.carried.Load() != 0 {
		t.Fatal("a refused confirmation was carried out")
	}
	other := b.propose("operator-3", "meanwhile")
	must(t, b.confirm(b.by("operator-2", enforcement.Operator), id))
	if got := *b.content.Load(); got != `"first"` {
		t.Errorf("carried out: %s", got)
	}
	for name, ended := range map[string]enforcement.ID{"twice": id, "overtaken by another of the same organisation's": other} {
		if got := codeOf(b.confirm(b.by("operator-4", enforcement.Operator), ended)); got != "change.ended" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if n := b.Count(`SELECT count(*) FROM event WHERE kind = 'endpoint-put' AND actor = 'operator-2' AND reason = 'put, proposed by operator-1'`); n != 1 {
		t.Errorf("%d events name both", n)
	}
	if got := codeOf(b.confirm(b.by("operator-2", enforcement.Operator), enforcement.NewID())); got != "not-found" {
		t.Errorf("of no proposal: %q", got)
	}
	if b.carried.Load() != 1 {
		t.Errorf("carried out %d times", b.carried.Load())
	}
}

// What lapsed, was dropped, or was proposed before a restoration is not confirmed.
func TestAProposalEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	second := b.by("operator-2", enforcement.Operator)
	dropped := b.propose("operator-1", "dropped")
	if got := codeOf(b.changes.Drop(t.Context(), b.President(), dropped)); got != "role.forbidden" {
		t.Errorf("dropped by a president: %q", got)
	}
	must(t, b.changes.Drop(t.Context(), b.by("operator-1", enforcement.Operator), dropped))
	if got := codeOf(b.changes.Drop(t.Context(), second, dropped)); got != "change.ended" {
		t.Errorf("dropped twice: %q", got)
	}
	late, intime := b.propose("operator-1", "late"), b.now.Load().Add(change.Term)
	if list, err := b.changes.List(t.Context(), second, false); err != nil || len(list) != 1 || list[0].ID != late {
		t.Errorf("%+v %v", list, err)
	}
	b.now.Store(&intime) // to the instant
	if list, err := b.changes.List(t.Context(), second, false); err != nil || len(list) != 0 {
		t.Errorf("%+v %v", list, err)
	}
	if list, err := b.changes.List(t.Context(), second, true); err != nil || len(list) != 2 {
		t.Errorf("%+v %v", list, err)
	}
	for id, want := range map[enforcement.ID]string{dropped: "change.ended", late: "change.lapsed"} {
		if got := codeOf(b.confirm(second, id)); got != want {
			t.Errorf("got %q, want %s", got, want)
		}
	}
	if err := b.exec(`UPDATE change_proposal SET dropped_by = 'operator-9' WHERE id = $1`, dropped); err == nil {
		t.Error("the schema lets an end be another's")
	}
	for id, ends := range map[enforcement.ID]string{
		dropped: `UPDATE change_proposal SET confirmed_by = 'operator-2', confirmed_at = proposed_at WHERE id = $1`,
		late:    `UPDATE change_proposal SET confirmed_by = 'operator-2', confirmed_at = lapses_at WHERE id = $1`,
	} {
		if err := b.exec(ends, id); err == nil {
			t.Errorf("the schema takes %s", ends)
		}
	}
	lost := b.propose("operator-1", "before the restoration")
	b.restored()
	if got := codeOf(b.confirm(second, lost)); got != "change.lapsed" {
		t.Errorf("over a restoration: %q", got)
	}
	if b.carried.Load() != 0 {
		t.Errorf("carried out %d times", b.carried.Load())
	}
}

// restored is a record that was brought back from a backup now.
func (b *bundle) restored() {
	b.t.Helper()
	hold := enforcement.NewID()
	must(b.t, b.exec(`INSERT INTO hold (id, scope, cause, reason, placed_by, placed_at) VALUES ($1, 'everything', 'restore', 'x', 'os:x', now())`, hold))
	must(b.t, b.exec(`INSERT INTO restoration (id, epoch, backup_at, restored_at, restored_by, hold_id) VALUES ($1, 1, $2, $2, 'os:x', $3)`,
		enforcement.NewID(), *b.now.Load(), hold))
}

// Nobody confirms something else than what was proposed and read.
func TestWhatIsConfirmedIsWhatWasProposed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	good, bad := b.propose("operator-1", "good"), b.propose("operator-1", "bad")
	second := b.by("operator-2", enforcement.Operator)
	for _, change := range []string{
		`UPDATE change_proposal SET content = (SELECT content FROM change_proposal WHERE id = $2) WHERE id = $1`,
		`UPDATE change_proposal SET what = (SELECT what FROM change_proposal WHERE id = $2) WHERE id = $1`,
		`UPDATE change_proposal SET lapses_at = lapses_at + interval '1 year' WHERE id IN ($1, $2)`,
		`UPDATE change_proposal SET proposed_by = 'operator-9' WHERE id IN ($1, $2)`,
		`DELETE FROM change_proposal WHERE id IN ($1, $2)`,
	} {
		if err := b.exec(change, good, bad); err == nil {
			t.Errorf("the schema takes %s", change)
		}
	}
	// By who owns the tables: what is read is not what is sealed, or the other way round.
	must(t, b.exec(`ALTER TABLE change_proposal DISABLE TRIGGER change_proposal_final`))
	must(t, b.exec(`UPDATE change_proposal SET what = 'good' WHERE id = $1`, bad))
	must(t, b.exec(`UPDATE change_proposal SET content = (SELECT content FROM change_proposal WHERE id = $2) WHERE id = $1`, good, bad))
	must(t, b.exec(`ALTER TABLE change_proposal ENABLE TRIGGER change_proposal_final`))
	for _, id := range []enforcement.ID{good, bad} {
		if got := codeOf(b.confirm(second, id)); got != "change.content" {
			t.Errorf("got %q", got)
		}
	}
	if b.carried.Load() != 0 {
		t.Errorf("carried out %d times", b.carried.Load())
	}
}

// Whoever asks at once: it is carried out once.
func TestAProposalIsConfirmedOnceAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.propose("operator-1", "once")
	ended := make(chan error, 8)
	for n := range cap(ended) {
		go func() { ended <- b.confirm(b.by("operator-"+string(rune('2'+n)), enforcement.Operator), id) }()
	}
	done := 0
	for range cap(ended) {
		err := <-ended
		if err == nil {
			done++
		} else if got := codeOf(err); got != "change.ended" {
			t.Error(got)
		}
	}
	if n := b.Count(`SELECT count(*) FROM event WHERE kind = 'endpoint-put'`); done != 1 || n != 1 {
		t.Errorf("confirmed %d times, %d events", done, n)
	}
}

// One person is enough until something was sent, or may have been in a time that is lost.
func TestOnePersonMayBegin(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(b *bundle){
		"a directive": func(b *bundle) {
			b.Published(b.Subject(b.Person()))
			if b.Count(`SELECT count(*) FROM directive`) == 0 {
				b.t.Fatal("nothing was sent")
			}
		},
		"a restoration": func(b *bundle) { b.restored() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			operator := b.by("operator-1", enforcement.Operator)
			must(t, b.changes.RefuseAlone(t.Context(), b.DB, operator))
			begin(b)
			if got := codeOf(b.changes.RefuseAlone(t.Context(), b.DB, operator)); got != "change.unproposed" {
				t.Errorf("one person after %s: %q", name, got)
			}
			must(t, b.changes.RefuseAlone(t.Context(), b.DB, b.System()))
		})
	}
}
