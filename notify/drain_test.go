package notify_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/notify"
)

func TestEveryDepartmentHoldsWhatTheRecordSays(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	person := b.Published(b.Subject(b.Person()))
	b.Published(b.Subject(b.Company()))
	b.quiet(t, b.drainer)
	b.agree(t)
	b.end(t, person)
	b.quiet(t, b.drainer)
	b.agree(t)
	if n := b.Count(`SELECT count(*) FROM amendment WHERE kind = 'withdraw' AND step = 'acknowledged'`); n == 0 {
		t.Error("no withdrawal was acknowledged")
	}
	if n := b.Count(`SELECT count(*) FROM directive WHERE step <> 'acknowledged'`); n != 0 {
		t.Errorf("%d directives are not acknowledged", n)
	}
}

func (b *bench) end(t *testing.T, listing enforcement.ID) {
	t.Helper()
	if err := b.Listings.Delete(t.Context(), b.Judge(), enforcetest.Of(listing), b.Ending(1)); err != nil {
		t.Fatal(err)
	}
}

var steps = []string{notify.StepBeforeAttempt, notify.StepAfterAttempt, notify.StepAfterSend, notify.StepAfterAnswer}

// The process stops at each step of the first send in a lane, while the listing
// ends before, at, or after that point, or does not end. Whatever happened, the
// receivers come to hold what the record says.
func TestAStopAtAnyStepIsRecovered(t *testing.T) {
	t.Parallel()
	for _, step := range steps {
		for _, ended := range []string{"never", "at-the-stop", "after-the-stop", "withdrawal-stops-too"} {
			t.Run(step+"/"+ended, func(t *testing.T) {
				t.Parallel()
				errStop := errors.New("the process stops")
				var b *bench
				var listing enforcement.ID
				stopped := map[directive.Lane]bool{}
				lane := directive.Bulk
				b = setup(t, func(c *notify.Config) {
					c.Step = func(_ context.Context, at string) error {
						if at != step || stopped[lane] {
							return nil
						}
						stopped[lane] = true
						if ended == "at-the-stop" {
							b.end(t, listing)
						}
						return errStop
					}
				})
				listing = b.Published(b.Subject(b.Company()))
				org := b.Departments[len(b.Departments)-1]
				for _, org = range b.Departments {
					if b.Count(`SELECT count(*) FROM directive WHERE organisation_id = $1`, org) > 0 {
						break
					}
				}
				if err := b.drainer.Drain(t.Context(), directive.WakeUp{Organisation: org, Lane: lane}); !errors.Is(err, errStop) {
					t.Fatalf("the drain was not stopped: %v", err)
				}
				switch ended {
				case "after-the-stop":
					b.end(t, listing)
				case "withdrawal-stops-too":
					b.quiet(t, b.drainer)
					b.end(t, listing)
					lane = directive.Express
					if err := b.drainer.Drain(t.Context(), directive.WakeUp{Organisation: org, Lane: lane}); !errors.Is(err, errStop) {
						t.Fatalf("the withdrawal was not stopped: %v", err)
					}
				}
				fresh := b.config
				fresh.Step = nil
				b.quiet(t, b.newDrainer(t, fresh))
				b.agree(t)
				if n := b.Count(`SELECT count(*) FROM attempt WHERE settled_at IS NULL`); n != 0 {
					t.Errorf("%d attempts are open", n)
				}
			})
		}
	}
}

// The listing ends at each step of a send that lives on.
func TestAnEndUnderASendIsCaughtUp(t *testing.T) {
	t.Parallel()
	for _, step := range steps {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			var b *bench
			var listing enforcement.ID
			ended := false
			b = setup(t, func(c *notify.Config) {
				c.SweepWorkers = 1
				c.Step = func(_ context.Context, at string) error {
					if at == step && !ended {
						ended = true
						b.end(t, listing)
					}
					return nil
				}
			})
			listing = b.Published(b.Subject(b.Person()))
			b.quiet(t, b.drainer)
			b.agree(t)
			for org, d := range b.receivers {
				if left := d.Ledger.InForce(b.Day()); len(left) > 0 {
					t.Errorf("organisation %d still restricts by %d directives", org, len(left))
				}
			}
		})
	}
}

func TestALaneHasOneHolder(t *testing.T) {
	t.Parallel()
	reached, goOn := make(chan struct{}), make(chan struct{})
	b := setup(t, func(c *notify.Config) {
		c.Step = func(ctx context.Context, at string) error {
			if at == notify.StepBeforeAttempt {
				reached <- struct{}{}
				select {
				case <-goOn:
				case <-ctx.Done():
				}
			}
			return ctx.Err()
		}
	})
	b.Published(b.Subject(b.Person()))
	w := b.aLane(t)
	first := make(chan error, 1)
	go func() { first <- b.drainer.Drain(t.Context(), w) }()
	<-reached

	// In the same process and in another one: both come back at once, without work.
	other := b.config
	other.Step = func(context.Context, string) error { return errors.New("a second holder") }
	b.drain(t, w)
	if err := b.newDrainer(t, other).Drain(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	close(goOn)
	if err := <-first; err != nil {
		t.Fatal(err)
	}
}

func TestDrainsEndWithTheConnectionOfTheirLane(t *testing.T) {
	t.Parallel()
	reached := make(chan struct{}, 1)
	stuck := true
	b := setup(t, func(c *notify.Config) {
		c.Step = func(ctx context.Context, at string) error {
			if at == notify.StepAfterAttempt && stuck {
				reached <- struct{}{}
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
	})
	b.Published(b.Subject(b.Person()))
	w := b.aLane(t)
	first := make(chan error, 1)
	go func() { first <- b.drainer.Drain(t.Context(), w) }()
	<-reached
	if n := b.Count(`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'concordat-lanes' AND datname = current_database()`); n != 1 {
		t.Fatalf("%d connections hold lanes, want 1", n)
	}
	if err := <-first; err == nil {
		t.Fatal("the drain went on without its lane")
	}
	stuck = false
	b.quiet(t, b.drainer) // on a new connection
	b.agree(t)
}

// aLane returns a bulk lane with something due.
func (b *bench) aLane(t *testing.T) directive.WakeUp {
	t.Helper()
	lanes, err := b.Directives.Lanes(t.Context(), b.Day())
	if err != nil || len(lanes) == 0 {
		t.Fatalf("nothing is due: %v", err)
	}
	return lanes[len(lanes)-1]
}

// A slice that is over lets others have their turn by a new wake-up.
func TestAFullSliceWakesAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *notify.Config) {
		c.BulkBatch, c.Slice = 1, time.Nanosecond
	})
	b.Published(b.Subject(b.Person()))
	w := b.aLane(t)
	before := b.Count(`SELECT count(*) FROM river.river_job`)
	b.drain(t, w)
	if n := b.Count(`SELECT count(*) FROM river.river_job`) - before; n != 1 {
		t.Errorf("%d new wake-ups, want 1", n)
	}
}

func TestWhatIsBarredDoesNotLeave(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	child := party.Identity{Kind: "natural-person", Name: "演示童", NumberKind: b.Person().NumberKind, Number: b.Made.ResidentID(b.Day().AddYears(-9)).Number}
	ground := b.ground(t, b.Subject(child))
	w := b.aLane(t)
	b.drain(t, w)
	b.drain(t, w)
	if n := b.Count(`SELECT count(*) FROM attempt`); n != 0 {
		t.Errorf("%d attempts name a child", n)
	}
	if n := b.Count(`SELECT count(*) FROM incident WHERE kind = 'under-fourteen' AND organisation_id = $1`, w.Organisation); n != 1 {
		t.Errorf("%d incidents, want one", n)
	}
	// Others in the same lane are not held up by it.
	b.ground(t, b.Subject(b.Person()))
	b.drain(t, w)
	if got := b.receivers[w.Organisation].sizes(); len(got) != 1 || got[0] != 1 {
		t.Errorf("messages of %v directives, want one of 1", got)
	}
	if err := b.Grounds.End(t.Context(), b.Judge(), ground, "Art. 9"); err != nil {
		t.Fatal(err)
	}
	b.quiet(t, b.drainer)
	b.agree(t)
}

// ground puts a bare ground in force, without the life of a listing around it.
func (b *bench) ground(t *testing.T, subject enforcement.ID) enforcement.ID {
	t.Helper()
	id := enforcement.NewID()
	_, err := b.DB.Pool.Exec(t.Context(), `INSERT INTO ground (id, kind, list_type, subject_id, organisation_id, reference, decided_on) VALUES ($1, 'listing', $2, $3, $4, '演示决定', $5::date)`,
		id, plan.ListType, subject, b.Court, b.Day())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Grounds.PutInForce(t.Context(), b.System(), []enforcement.ID{id}); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAnExpiredSetDoesNotLeave(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.Published(b.Subject(b.Person()), listing.EvadesBySham)
	w := b.aLane(t)
	b.AdvanceTo(b.Day().AddYears(3))
	b.drain(t, w)
	if n := b.Count(`SELECT count(*) FROM attempt`); n != 0 {
		t.Errorf("%d attempts carry a set that has expired", n)
	}
}

func TestAReceiverThatComesBack(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.Published(b.Subject(b.Person()))
	w := b.aLane(t)
	d := b.receivers[w.Organisation]
	tries := 0
	d.intercept(func(rw http.ResponseWriter, _ *http.Request) {
		if tries++; tries <= 3 {
			rw.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	b.quiet(t, b.drainer)
	b.agree(t)
	if tries != 4 {
		t.Errorf("%d tries, want 4", tries)
	}
	if e := b.webhook(t, w.Organisation); e.Failures != 0 || e.BulkDueAt != nil {
		t.Errorf("the breaker is still open: %+v", e)
	}
}

func (b *bench) webhook(t *testing.T, org enforcement.OrganisationID) notify.Endpoint {
	t.Helper()
	list, err := b.endpoints.Of(t.Context(), org)
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

// What becomes due behind the cursor while the lane is held found it taken: the
// holder must look once more after letting go.
func TestTheHolderLooksOnceMore(t *testing.T) {
	t.Parallel()
	var b *bench
	var first enforcement.ID
	var w directive.WakeUp
	late := false
	b = setup(t, func(c *notify.Config) {
		c.Step = func(ctx context.Context, at string) error {
			if w.Lane != directive.Express || at != notify.StepAfterAnswer || late {
				return nil
			}
			late = true
			if err := b.Grounds.End(ctx, b.Judge(), first, "Art. 10"); err != nil {
				return err
			}
			return b.drainer.Drain(ctx, w) // its wake-up: the lane is taken
		}
	})
	first = b.ground(t, b.Subject(b.Company()))
	second := b.ground(t, b.Subject(b.Company()))
	lane := b.aLane(t)
	b.quiet(t, b.drainer)
	if err := b.Grounds.End(t.Context(), b.Judge(), second, "Art. 10"); err != nil {
		t.Fatal(err)
	}
	w = directive.WakeUp{Organisation: lane.Organisation, Lane: directive.Express}
	b.drain(t, w)
	if due, err := b.Directives.IsDue(t.Context(), w, b.Day()); err != nil || due || !late {
		t.Errorf("what became due while the lane was held is stranded: %v, %v", due, err)
	}
}

// Who holds a lane takes all wake-ups that wait for it, and none that comes later or
// is somebody else's.
func TestTheHolderTakesTheWakeUpsThatWait(t *testing.T) {
	t.Parallel()
	var b *bench
	var w directive.WakeUp
	b = setup(t, func(c *notify.Config) {
		c.Step = func(ctx context.Context, at string) error {
			if at != notify.StepBeforeAttempt {
				return nil
			}
			return b.Directives.Wake(ctx, w)
		}
	})
	if _, err := b.DB.Pool.Exec(t.Context(), `DELETE FROM river.river_job`); err != nil {
		t.Fatal(err)
	}
	b.ground(t, b.Subject(b.Person()))
	w = b.aLane(t)
	express := directive.WakeUp{Organisation: w.Organisation, Lane: directive.Express}
	for _, more := range []directive.WakeUp{w, w, express} {
		if err := b.Directives.Wake(t.Context(), more); err != nil {
			t.Fatal(err)
		}
	}
	waiting := func(of directive.WakeUp) int {
		return b.Count(`SELECT count(*) FROM river.river_job WHERE state = 'available' AND queue = $1 AND (args->>'organisation')::integer = $2`, string(of.Lane), of.Organisation)
	}
	all := b.Count(`SELECT count(*) FROM river.river_job WHERE state = 'available'`)
	if n := waiting(w); n != 3 {
		t.Fatalf("%d wake-ups wait, want 3", n)
	}
	b.drain(t, w)
	if n := waiting(w); n != 1 {
		t.Errorf("%d wake-ups wait after the drain, want the one that came meanwhile", n)
	}
	if n := waiting(express); n != 1 {
		t.Errorf("%d wake-ups wait in the other lane, want 1", n)
	}
	if n := b.Count(`SELECT count(*) FROM river.river_job WHERE state = 'completed' AND finalized_at IS NOT NULL`); n != 3 {
		t.Errorf("%d wake-ups are completed, want 3", n)
	}
	if n := b.Count(`SELECT count(*) FROM river.river_job WHERE state = 'available'`); n != all-3+1 {
		t.Errorf("%d of %d wake-ups wait", n, all)
	}
}
