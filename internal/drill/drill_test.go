package drill_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/restore"
	"concordat/internal/backup"
	"concordat/notify"
)

func refusedWith(t *testing.T, err error, code string) {
	t.Helper()
	if !errors.Is(err, &enforcement.Refusal{Code: code}) {
		t.Errorf("got %v, want the refusal %s", err, code)
	}
}

// publish publishes n listings of companies and persons in turn.
func (s *scene) publish(n int) []enforcement.ID {
	ids := make([]enforcement.ID, 0, n)
	for i := range n {
		identity := s.Company()
		if i%2 == 1 {
			identity = s.Person()
		}
		ids = append(ids, s.Published(s.Subject(identity)))
	}
	return ids
}

func TestRestoreDrill(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ctx := t.Context()

	// Until the backup: ten lives, one of them ended, one suspended, two not sent yet.
	early := s.publish(8)
	s.quiet(t)
	must(t, s.Listings.Delete(ctx, s.Judge(), enforcetest.Of(early[0]), s.Ending(1)))
	must(t, s.Listings.Suspend(ctx, s.Judge(), enforcetest.Of(early[1]), enforcetest.Brake()))
	s.quiet(t)
	queued := s.publish(2)
	waiting := s.Decided(s.Subject(s.Person()))
	must(t, s.Listings.Serve(ctx, s.Clerk(), enforcetest.Of(waiting), s.Service()))
	dir := s.backup(t)

	// The time that will be lost: everything is sent, two end, one is suspended, one
	// resumed, one of the unsent ends after it was sent, and new ones come.
	s.quiet(t)
	s.Advance(3)
	must(t, s.Listings.Delete(ctx, s.Judge(), enforcetest.Of(early[2]), s.Ending(1)))
	must(t, s.Listings.Delete(ctx, s.Judge(), enforcetest.Of(early[3]), s.Ending(1)))
	must(t, s.Listings.Suspend(ctx, s.Clerk(), enforcetest.Of(early[4]), enforcetest.Brake()))
	must(t, s.Listings.Resume(ctx, s.President(), enforcetest.Of(early[1]), enforcetest.Resumption()))
	must(t, s.Listings.Delete(ctx, s.Judge(), enforcetest.Of(queued[1]), s.Ending(1)))
	must(t, s.Listings.Publish(ctx, s.Judge(), enforcetest.Of(waiting)))
	s.quiet(t)
	must(t, s.Listings.Revoke(ctx, s.Judge(), enforcetest.Of(waiting), s.Ending(0)))
	lost := s.publish(3)
	s.quiet(t)
	must(t, s.Listings.Delete(ctx, s.Judge(), enforcetest.Of(lost[0]), s.Ending(1)))
	s.quiet(t)
	s.audited(t)
	before := s.ledgers()

	// Back to the backup.
	url := empty(t, "drill_restored")
	made, m, err := backup.Restore(ctx, s.target(url), dir)
	must(t, err)
	if made.Epoch != 1 || !made.BackupAt.Equal(m.MachineAt) {
		t.Errorf("restoration %+v of %+v", made, m)
	}
	s.turnTo(t, url)
	s.audited(t)

	// Held: what is queued stays, nobody learns who is restricted, nothing ends the hold.
	s.quiet(t)
	notRevived(t, "under the hold", before, s.ledgers())
	lifted := []enforcement.ID{early[2], early[3], queued[1], waiting}
	s.shownNowhere(t, "before anybody was asked", before, lifted...)
	s.daily(t, "before anybody was asked")
	page, err := s.Restorer.Unconfirmed(ctx, s.President(), enforcement.ID{}, restore.MaxConfirmed)
	must(t, err)
	refusedWith(t, s.confirm(t, s.President(), page.Hash, lifted...), "restore.not-reconciled")
	refusedWith(t, s.Holds.End(ctx, operator(s.At(), "op-2"), made.Hold, "演示:核对完毕"), "restore.not-reconciled")

	// A court's end does not wait for any of it.
	must(t, s.Listings.Delete(ctx, s.Judge(), enforcetest.Of(early[5]), s.Ending(1)))
	s.quiet(t)
	s.ended(t, early[5])

	s.reconcile(t)
	s.quiet(t)
	after := s.ledgers()
	notRevived(t, "after reconciliation", before, after)
	s.suspended(t, early[1], early[2], early[3], early[4], queued[1])
	s.audited(t)
	if n := s.heldWrongly(t); n != 0 {
		t.Errorf("held_wrongly %d after reconciliation", n)
	}

	s.shownNowhere(t, "after reconciliation", before, lifted...)
	s.daily(t, "after reconciliation")

	// The court confirms the others in one act, with the list before its eyes, and says of
	// each that is in doubt what became of it.
	refusedWith(t, s.confirm(t, s.President(), page.Hash, lifted...), "confirmation.changed")
	if page, err = s.Restorer.Unconfirmed(ctx, s.President(), enforcement.ID{}, restore.MaxConfirmed); err != nil {
		t.Fatal(err)
	}
	var doubted []enforcement.ID
	for _, item := range page.Items {
		if item.Doubted {
			doubted = append(doubted, item.Ground)
		}
	}
	if len(doubted) != 5 {
		t.Errorf("%d of %d are in doubt", len(doubted), len(page.Items))
	}
	refusedWith(t, s.confirm(t, s.President(), page.Hash), "confirmation.doubted")
	refusedWith(t, s.confirm(t, s.As(enforcement.President, s.OtherCourt), page.Hash, doubted...), "confirmation.changed")
	must(t, s.confirm(t, s.President(), page.Hash, append(doubted, waiting)...)) // it finds the revocation in its file
	s.shownNowhere(t, "after the others were confirmed", before, lifted...)
	s.daily(t, "after the others were confirmed")
	refusedWith(t, s.Holds.End(ctx, operator(s.At(), "op-2"), made.Hold, "演示:核对完毕"), "restore.unconfirmed")
	refusedWith(t, s.Listings.Resume(ctx, s.President(), enforcetest.Of(early[4]), enforcetest.Resumption()), "resumption.reasons")
	for _, id := range []enforcement.ID{early[2], early[3], queued[1]} {
		must(t, s.Listings.Delete(ctx, s.Judge(), enforcetest.Of(id), s.Ending(1)))
	}
	for _, id := range []enforcement.ID{early[1], early[4]} {
		must(t, s.Listings.ResumeRestored(ctx, s.President(), enforcetest.Of(id), enforcetest.Resuming("演示:已核实,丢失期间无退出事由")))
	}
	must(t, s.Listings.Abandon(ctx, s.Judge(), enforcetest.Of(waiting), ground.WrongPerson))
	s.quiet(t)
	notRevived(t, "before the hold ended", before, s.ledgers())

	// A second person ends the hold, and deliveries go on.
	refusedWith(t, s.Holds.End(ctx, operator(s.At(), "op-1"), made.Hold, "演示:核对完毕"), "hold.second-person")
	must(t, s.Holds.End(ctx, operator(s.At(), "op-2"), made.Hold, "演示:核对完毕"))
	fresh := s.publish(1)
	had := inForce(s.ledgers())
	s.quiet(t)
	if now := inForce(s.ledgers()); now <= had {
		t.Errorf("%d directives in force after deliveries went on, %d before", now, had)
	}
	must(t, s.Listings.Suspend(ctx, s.Judge(), enforcetest.Of(fresh[0]), enforcetest.Stay()))
	s.quiet(t)
	if n := s.Count(`SELECT count(*) FROM amendment a JOIN directive d ON d.id = a.directive_id WHERE d.ground_id = $1 AND a.version <> 1001`, fresh[0]); n != 0 {
		t.Errorf("%d versions do not jump", n)
	}
	// What the departments withdrew stays withdrawn, whatever the court resumes.
	withdrawnStays(t, before, s.ledgers())
	if n := s.heldWrongly(t); n != 0 {
		t.Errorf("held_wrongly %d in the end", n)
	}
	s.audited(t)
	if n := s.Count(`SELECT count(*) FROM orphan WHERE step <> 'acknowledged'`); n != 0 || s.Count(`SELECT count(*) FROM orphan`) == 0 {
		t.Errorf("%d orphans are not withdrawn, of %d", n, s.Count(`SELECT count(*) FROM orphan`))
	}
	s.shownNowhere(t, "in the end", before, lifted...)
	list, err := s.Listings.PublicEntries(ctx, s.Day(), enforcement.ID{}, 100)
	must(t, err)
	if !slices.ContainsFunc(list, func(e listing.PublicEntry) bool { return e.Listing == early[6] }) {
		t.Error("what was confirmed is not shown")
	}
}

// confirm has the owner confirm the list with a hash.
func (s *scene) confirm(t *testing.T, by enforcement.Act, hash string, except ...enforcement.ID) error {
	t.Helper()
	_, err := s.Restorer.Confirm(t.Context(), by, restore.Confirmation{
		Limit: restore.MaxConfirmed, Hash: hash, Except: except, Reasons: "演示:已逐件核实,丢失期间无退出事由", Paper: enforcetest.Paper("演示确认决定书"),
	})
	return err
}

// shownNowhere asks for listings that were lifted in the lost time wherever somebody may
// ask, the public, the counter and the departments: nobody sees them, and nobody restricts
// who was not restricted before.
func (s *scene) shownNowhere(t *testing.T, when string, before ledgers, lifted ...enforcement.ID) {
	t.Helper()
	ctx := t.Context()
	s.quiet(t)
	list, err := s.Listings.PublicEntries(ctx, s.Day(), enforcement.ID{}, 100)
	if err != nil {
		refusedWith(t, err, "restore.reconciling")
	}
	for _, id := range lifted {
		if slices.ContainsFunc(list, func(e listing.PublicEntry) bool { return e.Listing == id }) {
			t.Errorf("%s: the public sees %s", when, id)
		}
		var subject enforcement.ID
		must(t, s.DB.Pool.QueryRow(ctx, `SELECT subject_id FROM ground WHERE id = $1`, id).Scan(&subject))
		measures, err := s.Directives.MeasuresInForce(ctx, subject, s.Day())
		if err != nil {
			refusedWith(t, err, "restore.reconciling")
		}
		if len(measures) > 0 {
			t.Errorf("%s: the counter sees %d measures of %s", when, len(measures), id)
		}
		s.ended(t, id)
	}
	now := s.ledgers()
	withdrawnStays(t, before, now)
	for org, held := range now { // the record may write more, and nothing of these
		for id, entry := range held {
			ground, known := s.groundOf(t, id)
			if known && slices.Contains(lifted, ground) && len(entry.Measures) > 0 && len(before[org][id].Measures) == 0 {
				t.Errorf("%s: organisation %d restricts by %s", when, org, id)
			}
		}
	}
}

func (s *scene) groundOf(t *testing.T, directive uuid.UUID) (id enforcement.ID, known bool) {
	t.Helper()
	err := s.DB.Pool.QueryRow(t.Context(), `SELECT ground_id FROM directive WHERE id = $1`, directive).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return id, false
	}
	must(t, err)
	return id, true
}

// daily works a day: nothing is published by it.
func (s *scene) daily(t *testing.T, when string) {
	t.Helper()
	if _, published, _, err := s.Daily(t.Context(), s.System(), nil); err != nil || published != 0 {
		t.Errorf("%s: the day published %d: %v", when, published, err)
	}
}

// reconcile goes through every organisation, each in its manner.
func (s *scene) reconcile(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	inquirer := &notify.Inquirer{DB: s.DB, Register: s.Offices, Endpoints: s.endpoints, Webhook: s.webhook, Legal: s.At, Machine: machine, Page: 3}
	_, err := inquirer.Ask(ctx, operator(s.At(), "op-1"), s.byHand)
	if !errors.Is(err, notify.ErrUnasked) {
		t.Errorf("asked who has no system: %v", err)
	}
	for org := range s.departments {
		if org == s.byFile {
			continue
		}
		c, err := inquirer.Ask(ctx, operator(s.At(), "op-1"), org)
		must(t, err)
		if !c.Done() || c.Checked != s.departments[org].Len() {
			t.Errorf("organisation %d: %+v of %d", org, c, s.departments[org].Len())
		}
		again, err := inquirer.Ask(ctx, operator(s.At(), "op-1"), org)
		must(t, err)
		if again != c {
			t.Errorf("asked again, organisation %d: %+v, was %+v", org, again, c)
		}
	}
	lines := inventoryOf(s.departments[s.byFile])
	reviewer := s.As(enforcement.DepartmentReviewer, s.byFile)
	for range 2 {
		c, err := backup.HandIn(ctx, s.Offices, reviewer, s.byFile, lines)
		must(t, err)
		if !c.Done() || c.Manner != restore.ReconciledFile {
			t.Errorf("by file: %+v", c)
		}
	}
	list, err := s.Restorer.Reconciliations(ctx)
	must(t, err)
	for _, c := range list {
		if !c.Done() {
			_, err := s.Restorer.ReconcileStated(ctx, s.As(enforcement.DepartmentReviewer, c.Organisation), 0, "演示:此后未收到任何任务")
			must(t, err)
		}
	}
}

// ended demands that no department has anything of a listing in force.
func (s *scene) ended(t *testing.T, listing enforcement.ID) {
	t.Helper()
	list, err := s.Directives.Of(t.Context(), listing)
	must(t, err)
	for _, d := range list {
		if l := s.departments[d.Organisation]; l != nil {
			if held, _ := l.Get(uuid.UUID(d.ID)); len(held.Measures) > 0 {
				t.Errorf("organisation %d still has %s in force: %+v", d.Organisation, d.ID, held)
			}
		}
	}
}

// suspended demands that listings wait for the court, with a task each.
func (s *scene) suspended(t *testing.T, listings ...enforcement.ID) {
	t.Helper()
	for i, id := range listings {
		l, err := s.Listings.Get(t.Context(), s.Judge(), id)
		must(t, err)
		tasks := s.Count(`SELECT count(*) FROM task WHERE ground_id = $1 AND kind = 'restored' AND closed_on IS NULL`, id)
		if l.SuspendedFor != ground.SuspendedRestored || tasks != 1 {
			t.Errorf("listing %d is %s, suspended for %q, with %d tasks", i, l.State, l.SuspendedFor, tasks)
		}
		s.ended(t, id)
	}
}

func withdrawnStays(t *testing.T, before, now ledgers) {
	t.Helper()
	for org, held := range before {
		for id, entry := range held {
			if entry.Withdrawn && !now[org][id].Withdrawn {
				t.Errorf("organisation %d had withdrawn %s and holds it as %+v", org, id, now[org][id])
			}
		}
	}
}
