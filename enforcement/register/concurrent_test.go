package register_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
)

// Ends, suspensions and answers race with attempts and settlements; when all is
// drained, what the receivers hold equals the record and the audit finds nothing.
func TestEndsRaceWithSends(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var listings []enforcement.ID
	for range 24 {
		listings = append(listings, w.Published(w.Subject(w.Company())))
	}
	var acting, sending sync.WaitGroup
	var over atomic.Bool
	for _, org := range w.Departments {
		for _, lane := range []directive.Lane{directive.Express, directive.Bulk} {
			seed := uint64(org)<<8 + uint64(len(lane))
			t.Logf("lane %s of %d draws from %d", lane, org, seed)
			sending.Go(func() {
				s := &sender{world: w, lane: directive.WakeUp{Organisation: org, Lane: lane}, random: rand.New(rand.NewPCG(seed, 1))}
				for !over.Load() {
					if err := s.once(); err != nil {
						t.Errorf("lane %v: %v", s.lane, err)
						return
					}
				}
			})
		}
	}
	for n, id := range listings {
		acting.Go(func() {
			if err := hurried(w.Bundle, id, n); err != nil {
				t.Errorf("listing %d: %v", n, err)
			}
		})
	}
	acting.Wait()
	over.Store(true)
	sending.Wait()

	l := &life{world: w}
	for _, id := range listings {
		now := state(t, w.Bundle, id)
		l.add(&modelled{id: id, listing: true, state: now.State, suspended: now.SuspendedFor != "", until: now.Until()})
	}
	for _, lane := range value(w.Directives.Lanes(t.Context(), w.Day()))(t) {
		value(w.Directives.Recover(t.Context(), w.System(), lane))(t)
	}
	must(t, l.quiesce())
	for n, g := range l.grounds {
		if ended := n%4 != 3; listingTable.IsEnded(g.state) != ended {
			t.Errorf("listing %d is %s", n, g.state)
		}
	}
}

// hurried leads a listing on without waiting for anything: every fourth one
// lives on, the others end, some from the middle of something else.
func hurried(b *enforcetest.Bundle, id enforcement.ID, n int) error {
	ctx, c := b.T.Context(), of(id)
	var errs []error
	for range n % 3 {
		errs = append(errs, b.Listings.Suspend(ctx, b.Judge(), c, enforcetest.Brake()), b.Listings.Resume(ctx, b.President(), c, enforcetest.Resumption()))
	}
	switch n % 4 {
	case 0:
		errs = append(errs, b.Listings.Delete(ctx, b.Judge(), c, b.Ending(1)))
	case 1:
		errs = append(errs, b.Listings.Suspend(ctx, b.Judge(), c, enforcetest.Stay()), b.Listings.Revoke(ctx, b.Judge(), c, b.Ending(0)))
	case 2: // two courtrooms end it at once: one of them comes too late
		var late [2]error
		var both sync.WaitGroup
		for i := range late {
			both.Go(func() { late[i] = b.Listings.Revoke(ctx, b.Judge(), c, b.Ending(0)) })
		}
		both.Wait()
		if (late[0] == nil) == (late[1] == nil) || codeOf(errors.Join(late[0], late[1])) != "state.forbidden" {
			errs = append(errs, errors.New("two ends at once"), late[0], late[1])
		}
	}
	return errors.Join(errs...)
}

// sender holds one lane, as a drain does, and loses some of what it sends and of
// what it is answered.
type sender struct {
	*world
	lane   directive.WakeUp
	random *rand.Rand
}

func (s *sender) once() error {
	ctx := s.t.Context()
	items, err := s.Directives.Due(ctx, s.lane.Organisation, s.lane.Lane, s.Day(), enforcement.ID{}, 1+s.random.IntN(6))
	if err != nil || len(items) == 0 {
		return err
	}
	attempt, err := s.Directives.Open(ctx, s.System(), s.lane, "webhook", items, []byte("h"))
	if err != nil {
		return err
	}
	arrived := s.random.IntN(4) > 0
	if arrived {
		s.ledgers[s.lane.Organisation].apply(items...)
	}
	results := all(len(items), directive.Left)
	for i := range results {
		if arrived && s.random.IntN(3) > 0 {
			results[i].Step = []directive.Step{directive.Delivered, directive.Acknowledged}[s.random.IntN(2)]
		}
	}
	if arrived && s.random.IntN(3) == 0 { // the answer by API overtakes the settlement
		answer := []directive.Answer{{Directive: items[0].Directive, Version: items[0].Version, Step: directive.Acknowledged}}
		if err := s.Directives.Answer(ctx, officer(s.Bundle, s.lane.Organisation), answer); err != nil {
			return err
		}
	}
	if s.random.IntN(8) == 0 { // a crash: the next process settles everything as in doubt
		_, err := s.Directives.Recover(ctx, s.System(), s.lane)
		return err
	}
	return s.Directives.Settle(ctx, s.System(), attempt, results)
}

// An answer to a version in doubt, and the end of its ground, at once: the
// end waits for the answer and sees it, or the answer for the end.
func TestAnswerRacesWithEnd(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	identity := b.Company()
	id := b.Published(b.Subject(identity))
	must(t, b.Listings.OpenCorrection(ctx, b.Judge(), of(id), b.Day()))
	must(t, b.Listings.Correct(ctx, b.Judge(), of(id), identity))
	sendAll(t, b, directive.Left)
	d := directives(t, b, id)[0]
	if d.Version != 2 || d.Step != directive.Left {
		t.Fatalf("the corrected copy is version %d, %s", d.Version, d.Step)
	}
	// A third party holds version 2, so that both come to stand behind each other.
	third := value(b.DB.Pool.Begin(ctx))(t)
	defer func() { _ = third.Rollback(context.WithoutCancel(ctx)) }()
	_, err := third.Exec(ctx, `SELECT FROM amendment WHERE directive_id = $1 FOR UPDATE`, d.ID)
	must(t, err)
	var both sync.WaitGroup
	var answered, ended error
	both.Go(func() {
		answered = b.Directives.Answer(ctx, officer(b, d.Organisation), []directive.Answer{{Directive: d.ID, Version: 2, Step: directive.Acknowledged}})
	})
	waiting(t, b, 1)
	both.Go(func() { ended = b.Listings.Delete(ctx, b.Judge(), of(id), b.Ending(1)) })
	waiting(t, b, 2)
	must(t, third.Rollback(ctx))
	both.Wait()
	must(t, errors.Join(answered, ended))
	if now := directives(t, b, id)[0]; now.Kind != directive.Withdraw || now.Step != directive.Queued {
		t.Errorf("version 2 was acknowledged, and version %d is %s %s", now.Version, now.Kind, now.Step)
	}
	wantAudit(t, b)
}

// waiting returns when n backends of the test's database wait for a lock.
func waiting(t *testing.T, b *enforcetest.Bundle, n int) {
	t.Helper()
	for b.Count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) < n {
		must(t, t.Context().Err())
		runtime.Gosched()
	}
}
