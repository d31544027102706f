package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/register"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Days counts working days: a [calendar.Calendar], or the one that a process goes by, which
// a notice of holidays changes ([calendar.Current]).
type Days interface {
	AddWorkingDays(from day.Day, n int) calendar.Due
}

// Config is what a Drainer stands on. Fields with a stated zero may be left out.
type Config struct {
	DB        *pg.DB
	Register  *register.Offices
	Endpoints *Endpoints
	Catalogue *memoranda.Catalogue
	Calendar  Days
	// Channels are tried in the order of each organisation's endpoints. An Inbox
	// must be among them.
	Channels []Channel
	// Legal is legal time: acts, validity, fallback by deadline.
	Legal func() time.Time
	// Machine is machine time: probes, slices.
	Machine func() time.Time
	// Demo marks every message as made for demonstration.
	Demo bool

	ExpressBatch int           // items in one express send; 0 means 100, the most allowed
	BulkBatch    int           // items in one bulk send; 0 means 1,000, the most allowed
	Slice        time.Duration // how long one drain works before others get their turn; 0 means 30 s, the most allowed
	SweepEvery   time.Duration // pause between two sweeps; 0 means 5 s
	SweepWorkers int           // drains that a sweep runs at once in each lane; 0 means 8
	// Heartbeat is how often the connection that holds the lanes is tried; 0 means 1 s.
	Heartbeat time.Duration
	// Silence is how long the holder of a lane may say nothing before others take the
	// lane; 0 means 10 s, which is more than a beat and the time-out of one.
	Silence time.Duration
	// Freed is told when the sessions of silent holders were ended, and how many; nil
	// is nobody.
	Freed func(sessions int)
	// FallbackEvery is the shortest pause, in legal time, between two looks for late
	// items of one lane of an organisation; 0 means one minute.
	FallbackEvery time.Duration
	// Sent is told of every send that came to an end, from several goroutines; nil
	// is nobody.
	Sent func(ctx context.Context, s Sent)
	// Step is called at each step of a send; an error abandons it as a crash
	// would. For tests; nil is none.
	Step func(ctx context.Context, step string) error
}

// The steps of a send that Config.Step is called at.
const (
	StepBeforeAttempt = "before-attempt" // nothing is written, nothing sent
	StepAfterAttempt  = "after-attempt"  // the attempt is committed, nothing sent
	StepAfterSend     = "after-send"     // the receiver may have it, its answer is not read
	StepAfterAnswer   = "after-answer"   // the answer is read, nothing is settled
)

// Drainer sends what is due. It is safe for concurrent use.
type Drainer struct {
	c        Config
	channels map[string]Channel
	legend   atomic.Pointer[legend]
	lanes    *lanes

	mu         sync.Mutex
	fellBackAt map[directive.WakeUp]time.Time
	waits      map[directive.WakeUp]bool // lanes whose endpoint was waiting when last drained
}

// NewDrainer builds a Drainer. Close it to free its connection.
func NewDrainer(c Config) (*Drainer, error) {
	c.ExpressBatch = within(c.ExpressBatch, 100)
	c.BulkBatch = within(c.BulkBatch, 1000)
	c.Slice = within(c.Slice, 30*time.Second)
	c.SweepEvery = or(c.SweepEvery, 5*time.Second)
	c.SweepWorkers = or(c.SweepWorkers, 8)
	c.Heartbeat = or(c.Heartbeat, heartbeat)
	c.Silence = or(c.Silence, silence)
	c.FallbackEvery = or(c.FallbackEvery, time.Minute)
	d := &Drainer{c: c, channels: map[string]Channel{}, fellBackAt: map[directive.WakeUp]time.Time{}, waits: map[directive.WakeUp]bool{}}
	for _, channel := range c.Channels {
		d.channels[channel.Name()] = channel
	}
	if d.channels[InboxName] == nil {
		return nil, errors.New("a drainer needs an inbox: every organisation has one")
	}
	first := newLegend(c.Register, c.Catalogue, c.Register.Record.Today(c.Legal()))
	d.legend.Store(&first)
	config := c.DB.Pool.Config().ConnConfig
	config.RuntimeParams["application_name"] = "concordat-lanes"
	d.lanes = newLanes(config, c.Machine)
	d.lanes.beat, d.lanes.silence, d.lanes.freed = c.Heartbeat, c.Silence, c.Freed
	return d, nil
}

// within returns n, or the most where n is unset or more.
func within[T int | time.Duration](n, most T) T {
	if n <= 0 {
		return most
	}
	return min(n, most)
}

func or[T int | time.Duration](n, otherwise T) T {
	if n <= 0 {
		return otherwise
	}
	return n
}

// Close frees the connection that holds the lanes; drains under way are ended.
func (d *Drainer) Close(ctx context.Context) { d.lanes.close(ctx) }

// act is how the drain acts in the record.
func (d *Drainer) act() enforcement.Act {
	return enforcement.Act{At: d.c.Legal().UTC(), Actor: enforcement.Actor{ID: "delivery", Role: enforcement.System}}
}

func (d *Drainer) step(ctx context.Context, name string) error {
	if d.c.Step == nil {
		return nil
	}
	return d.c.Step(ctx, name)
}

// Drain empties a lane as far as it can: until nothing is due, the slice is over,
// or the endpoint waits for its next probe. If anybody else holds the lane it
// returns at once, for the holder looks once more after letting go. A receiver's
// fault is no error.
func (d *Drainer) Drain(ctx context.Context, w directive.WakeUp) (err error) {
	ctx, done := beginDrain(ctx, w)
	defer done(&err)
	end := d.c.Machine().Add(d.c.Slice)
	for {
		held, err := d.lanes.take(ctx, w)
		if err != nil || held == nil {
			return err
		}
		p := &pass{d: d, of: w, lane: held, end: end, skipped: map[enforcement.ID]bool{}}
		err = p.run(held.ctx)
		lost := errors.Is(err, errLaneLost) || errors.Is(context.Cause(held.ctx), errLaneLost)
		kept := held.release()
		d.setWaits(w, p.waits)
		if lost || !kept {
			return fmt.Errorf("drain lane %s of organisation %d: %w", w.Lane, w.Organisation, errLaneLost)
		}
		if err != nil {
			return fmt.Errorf("drain lane %s of organisation %d: %w", w.Lane, w.Organisation, err)
		}
		if p.waits {
			return nil // the sweep comes back at the endpoint's next probe
		}
		// What was committed while the lane was held found it taken: look once more.
		more, err := d.due(ctx, w, p.skipped)
		if err != nil || !more {
			return err
		}
		if p.over {
			return d.c.Register.Directives.Wake(ctx, w)
		}
	}
}

func (d *Drainer) waited(w directive.WakeUp) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.waits[w]
}

func (d *Drainer) setWaits(w directive.WakeUp, waits bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if waits {
		d.waits[w] = true
	} else {
		delete(d.waits, w)
	}
}

// due reports whether anything is due besides what must not leave.
func (d *Drainer) due(ctx context.Context, w directive.WakeUp, skipped map[enforcement.ID]bool) (bool, error) {
	on := d.c.Register.Record.Today(d.c.Legal())
	if len(skipped) == 0 {
		return d.c.Register.Directives.IsDue(ctx, w, on)
	}
	items, err := d.c.Register.Directives.Due(ctx, w.Organisation, w.Lane, on, enforcement.ID{}, len(skipped)+1)
	if err != nil {
		return false, err
	}
	for i := range items {
		if !skipped[items[i].Directive] {
			return true, nil
		}
	}
	return false, nil
}

func (d *Drainer) batch(lane directive.Lane) int {
	if lane == directive.Express {
		return d.c.ExpressBatch
	}
	return d.c.BulkBatch
}
