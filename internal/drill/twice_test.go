package drill_test

import (
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/restore"
	"concordat/internal/backup"
)

// A backup that is restored a second time knows nothing of the first: departments
// then hold versions above the jump. Nothing that was lifted in either of the lost
// times comes back, and an end that was entered before anybody was asked, and that
// a department took for old, still lifts.
func TestRestoredTwiceFromTheSameBackup(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ctx := t.Context()
	early := s.publish(5)
	s.quiet(t)
	dir := s.backup(t)
	must(t, s.Listings.Delete(ctx, s.Judge(), enforcetest.Of(early[0]), s.Ending(1)))
	s.quiet(t)

	url := empty(t, "drill_first")
	made, _, err := backup.Restore(ctx, s.target(url), dir)
	must(t, err)
	s.turnTo(t, url)
	s.reconcile(t)
	s.settle(t, early[0])
	must(t, s.Holds.End(ctx, operator(s.At(), "op-2"), made.Hold, "演示:核对完毕"))
	for range 2 { // versions 1001 to 1004 of two listings
		for _, id := range early[1:3] {
			must(t, s.Listings.Suspend(ctx, s.Judge(), enforcetest.Of(id), enforcetest.Brake()))
			must(t, s.Listings.Resume(ctx, s.President(), enforcetest.Of(id), enforcetest.Resumption()))
		}
		s.quiet(t)
	}
	must(t, s.Listings.Delete(ctx, s.Judge(), enforcetest.Of(early[3]), s.Ending(1)))
	s.publish(2)
	s.quiet(t)
	s.audited(t)
	before := s.ledgers()

	url = empty(t, "drill_second")
	made, _, err = backup.Restore(ctx, s.target(url), dir)
	must(t, err)
	if made.Epoch != 1 {
		t.Errorf("epoch %d: the backup knows of no restoration", made.Epoch)
	}
	s.turnTo(t, url)
	must(t, s.Listings.Delete(ctx, s.Judge(), enforcetest.Of(early[1]), s.Ending(1)))
	s.quiet(t) // version 1001, which those who hold 1004 acknowledge and do not take
	s.reconcile(t)
	s.quiet(t)
	notRevived(t, "after the second restore", before, s.ledgers())
	withdrawnStays(t, before, s.ledgers())
	s.ended(t, early[1])
	s.suspended(t, early[0], early[2], early[3])
	if n := s.heldWrongly(t); n != 0 {
		t.Errorf("held_wrongly %d", n)
	}
	s.settle(t, early[0], early[3])
	must(t, s.Holds.End(ctx, operator(s.At(), "op-2"), made.Hold, "演示:核对完毕"))
	s.quiet(t)
	notRevived(t, "after the second hold", before, s.ledgers())
	if n := s.heldWrongly(t); n != 0 {
		t.Errorf("held_wrongly %d in the end", n)
	}
	s.audited(t)
}

// settle has the court end what ended in the lost time, resume what else is in doubt and
// confirm the rest.
func (s *scene) settle(t *testing.T, ended ...enforcement.ID) {
	t.Helper()
	ctx := t.Context()
	for _, id := range ended {
		must(t, s.Listings.Delete(ctx, s.Judge(), enforcetest.Of(id), s.Ending(1)))
	}
	page, err := s.Restorer.Unconfirmed(ctx, s.President(), enforcement.ID{}, restore.MaxConfirmed)
	must(t, err)
	for _, item := range page.Items {
		if item.Doubted {
			must(t, s.Listings.ResumeRestored(ctx, s.President(), enforcetest.Of(item.Ground), enforcetest.Resuming("演示:已核实,丢失期间无退出事由")))
		}
	}
	if page, err = s.Restorer.Unconfirmed(ctx, s.President(), enforcement.ID{}, restore.MaxConfirmed); err != nil {
		t.Fatal(err)
	}
	if len(page.Items) > 0 {
		must(t, s.confirm(t, s.President(), page.Hash))
	}
}
