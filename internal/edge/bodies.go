package edge

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"concordat/enforcement"
)

// How many large bodies are in memory at once: of one human, of all together, and how long
// one waits for its place.
const (
	largeOfOne = 2
	largeOfAll = 8
	largeWait  = 10 * time.Second
)

// Bodies lets no more large bodies be in memory at once than there is room for: read, as text
// and as what it says, one takes several times its length. The zero value is ready.
type Bodies struct {
	// Wait is how long a body waits for its place; 0 means 10 s.
	Wait time.Duration

	mu  sync.Mutex
	all chan struct{}
	of  map[string]*place
}

// place is where the bodies of one human wait.
type place struct {
	free chan struct{}
	// asked is how many are in it or wait for it.
	asked int
}

// Enter waits until a large body of somebody may be read; leave says that it is done with.
// Nobody takes the room of others: one human has two places, so that who sends slowly holds
// up nobody else. What lifts waits for the own two places and never for the others' eight.
// Where the time passes first the refusal says that there is no room now (unavailable).
func (b *Bodies) Enter(ctx context.Context, who enforcement.Actor, lifts bool) (leave func(), err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, or(b.Wait, largeWait), errCrowded)
	defer cancel()
	human := strconv.FormatBool(lifts) + " " + who.Organisation.String() + " " + who.ID
	own, all := b.place(human)
	if err := wait(ctx, own.free); err != nil {
		b.forget(human)
		return nil, err
	}
	if lifts {
		return func() { <-own.free; b.forget(human) }, nil
	}
	if err := wait(ctx, all); err != nil {
		<-own.free
		b.forget(human)
		return nil, err
	}
	return func() { <-all; <-own.free; b.forget(human) }, nil
}

// errCrowded is why a large body found no place.
var errCrowded = errors.New("too many large bodies at once")

func wait(ctx context.Context, free chan<- struct{}) error {
	select {
	case free <- struct{}{}:
		return nil
	case <-ctx.Done():
		if errors.Is(context.Cause(ctx), errCrowded) {
			return refuse(codeUnavailable)
		}
		return ctx.Err() //nolint:wrapcheck // the asker has gone
	}
}

// place is the place of a human, which whoever asked for it forgets.
func (b *Bodies) place(human string) (own *place, all chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of == nil {
		b.of, b.all = map[string]*place{}, make(chan struct{}, largeOfAll)
	}
	if own = b.of[human]; own == nil {
		own = &place{free: make(chan struct{}, largeOfOne)}
		b.of[human] = own
	}
	own.asked++
	return own, b.all
}

func (b *Bodies) forget(human string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if own := b.of[human]; own.asked > 1 {
		own.asked--
		return
	}
	delete(b.of, human)
}
