package main

import (
	"context"
	"testing"
	"time"
)

// A stop that somebody holds up is broken off in its time; one that has ended is not.
func TestAStopKeepsItsPromise(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	late := make(chan struct{})
	keepPromise(ctx, 10*time.Millisecond, func() { close(late) }) // nobody is ever done
	done := keepPromise(ctx, 10*time.Millisecond, func() { t.Error("a stop that had ended was broken off") })
	select {
	case <-late:
		t.Fatal("broken off before there was a stop")
	case <-time.After(50 * time.Millisecond):
	}
	done()
	stop()
	select {
	case <-late:
	case <-time.After(time.Minute):
		t.Fatal("a stop that does not end is waited for")
	}
}
