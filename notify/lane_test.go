package notify_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"concordat/enforcement/directive"
	"concordat/notify"
)

// frozen is a drainer that stops in the midst of its first express send, with its lane
// held and its attempt committed, and says nothing any more until it is thawed.
type frozen struct {
	*bench
	lane  directive.WakeUp
	thaw  chan struct{}
	ended chan error // how its drain ended
}

func freeze(t *testing.T) *frozen {
	t.Helper()
	f := &frozen{bench: setup(t, nil), thaw: make(chan struct{}), ended: make(chan error, 1)}
	ground := f.ground(t, f.Subject(f.Company()))
	f.lane = directive.WakeUp{Organisation: f.aLane(t).Organisation, Lane: directive.Express}
	f.quiet(t, f.drainer)
	if err := f.Grounds.End(t.Context(), f.Judge(), ground, "Art. 10"); err != nil {
		t.Fatal(err)
	}
	reached := make(chan struct{})
	c := f.config
	c.Heartbeat, c.Silence = time.Hour, 200*time.Millisecond
	c.Step = func(_ context.Context, at string) error {
		if at == notify.StepAfterAttempt {
			close(reached)
			<-f.thaw
		}
		return nil
	}
	holder := f.newDrainer(t, c)
	go func() { f.ended <- holder.Drain(context.WithoutCancel(t.Context()), f.lane) }()
	<-reached
	return f
}

// Whoever wants a lane whose holder is silent takes it, and what it lifts arrives. The
// holder that wakes sends nothing and writes nothing.
func TestASilentHolderLosesItsLane(t *testing.T) {
	t.Parallel()
	f := freeze(t)
	sessions := 0
	c := f.config
	c.Silence = 200 * time.Millisecond
	c.Freed = func(n int) { sessions += n }
	f.lift(t, f.newDrainer(t, c))
	if sessions != 1 {
		t.Errorf("the sessions of %d silent holders were ended, want 1", sessions)
	}
	sent := len(f.receivers[f.lane.Organisation].sizes())
	close(f.thaw)
	if err := <-f.ended; err == nil {
		t.Error("the holder that woke found nothing amiss")
	}
	if n := len(f.receivers[f.lane.Organisation].sizes()); n != sent {
		t.Errorf("the holder that woke sent %d messages", n-sent)
	}
	f.quiet(t, f.drainer)
	f.agree(t)
}

// lift drains the frozen holder's lane until nothing is due in it.
func (f *frozen) lift(t *testing.T, d *notify.Drainer) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; {
		if err := d.Drain(t.Context(), f.lane); err != nil {
			t.Fatal(err)
		}
		due, err := f.Directives.IsDue(t.Context(), f.lane, f.Day())
		if err != nil {
			t.Fatal(err)
		}
		if !due {
			return
		}
		if time.Now().After(end) {
			t.Fatal("the withdrawal stands still with the process that holds its lane")
		}
	}
}

// A holder that says something keeps its lane, however long its send takes.
func TestAHolderThatLivesKeepsItsLane(t *testing.T) {
	t.Parallel()
	reached, leave := make(chan struct{}), make(chan struct{})
	stop := sync.OnceFunc(func() { close(reached); <-leave })
	b := setup(t, func(c *notify.Config) {
		c.Heartbeat, c.Silence = 10*time.Millisecond, time.Second
		c.Step = func(_ context.Context, at string) error {
			if at == notify.StepAfterAttempt {
				stop()
			}
			return nil
		}
	})
	b.Published(b.Subject(b.Person()))
	w := b.aLane(t)
	ended := make(chan error, 1)
	go func() { ended <- b.drainer.Drain(t.Context(), w) }()
	<-reached
	c := b.config
	c.Step = nil
	c.Freed = func(int) { t.Error("the session of a holder that lives was ended") }
	other := b.newDrainer(t, c)
	for end := time.Now().Add(1500 * time.Millisecond); time.Now().Before(end); {
		if err := other.Drain(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	close(leave)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	b.quiet(t, b.drainer)
	b.agree(t)
}

// A lane that is not held any more when it is let go was lost, and with it all that the
// connection held: what they sent is not taken for alone any more, and a new connection
// is made.
func TestALaneThatCannotBeLetGoIsLost(t *testing.T) {
	t.Parallel()
	var b *bench
	forgotten := false
	b = setup(t, func(c *notify.Config) {
		c.Step = func(ctx context.Context, at string) error {
			if at != notify.StepAfterAnswer || forgotten {
				return nil
			}
			forgotten = true
			return b.drainer.ForgetLanes(ctx)
		}
	})
	b.Published(b.Subject(b.Person()))
	if err := b.drainer.Drain(t.Context(), b.aLane(t)); err == nil {
		t.Error("a lane was let go that was not held, and nobody noticed")
	}
	const selectSessions = `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'concordat-lanes' AND datname = current_database()`
	for end := time.Now().Add(10 * time.Second); b.Count(selectSessions) != 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the session that lost a lane is kept")
		}
	}
	b.quiet(t, b.drainer)
	b.agree(t)
}
