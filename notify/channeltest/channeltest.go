// Package channeltest is the conformance suite of delivery channels: what the
// drain relies on, whatever the channel.
package channeltest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/memoranda/day"
	"concordat/notify"
)

// Channel is a channel under test with a receiver that takes everything.
type Channel struct {
	notify.Channel
	// Organisation and Endpoint lead to that receiver.
	Organisation enforcement.OrganisationID
	Endpoint     notify.Endpoint
	// Encode writes the body that the channel would be given.
	Encode func(items []directive.Item) []byte
	// Holds returns the newest version that the receiver has of a directive, 0 if
	// none.
	Holds func(id enforcement.ID) int16
}

// Run runs the suite; each subtest makes a channel of its own.
func Run(t *testing.T, makeChannel func(t *testing.T) Channel) {
	t.Helper()
	tests := map[string]func(t *testing.T, c Channel){
		"has a name that is a word":                    named,
		"gives one result for each item":               oneResultEach,
		"delivers twice as once":                       twice,
		"never lets an older version win":              olderLoses,
		"fails by a SendError or leaves nothing known": endedContext,
		"serves several lanes at once":                 atOnce,
		"changes neither items nor body":               leavesInputAlone,
	}
	for name, test := range tests {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			test(t, makeChannel(t))
		})
	}
}

func (c Channel) delivery(items []directive.Item) notify.Delivery {
	return notify.Delivery{
		Attempt: enforcement.NewID(), Organisation: c.Organisation, Lane: directive.Bulk, Endpoint: c.Endpoint, Items: items, Body: c.Encode(items),
	}
}

func (c Channel) send(t *testing.T, items []directive.Item) []directive.Result {
	t.Helper()
	outcome, err := c.Send(t.Context(), c.delivery(items))
	if err != nil {
		t.Fatalf("send %d items: %v", len(items), err)
	}
	if len(outcome.Results) != len(items) {
		t.Fatalf("%d results for %d items", len(outcome.Results), len(items))
	}
	return outcome.Results
}

func made(n int, version int16) []directive.Item {
	items := make([]directive.Item, n)
	for i := range items {
		items[i] = directive.Item{
			Directive: enforcement.NewID(), Version: version, Kind: directive.Impose, Measures: []int16{1, 2}, ValidUntil: day.Of(2027, 9, 1),
			Subject: party.Identity{Kind: "legal-person", Name: "演示公司", NumberKind: "uscc", Number: "91450100MA0DEMO000"},
			Ground:  directive.Ground{ID: enforcement.NewID(), Kind: "listing", ListType: plan.ListType, Reference: "演示决定", Owner: "demo-court"},
		}
	}
	return items
}

func named(t *testing.T, c Channel) {
	if c.Name() == "" || strings.ToLower(c.Name()) != c.Name() {
		t.Errorf("name %q", c.Name())
	}
}

func oneResultEach(t *testing.T, c Channel) {
	for _, n := range []int{1, 7, 1000} {
		items := made(n, 1)
		for i, result := range c.send(t, items) {
			known := slices.Contains([]directive.Step{directive.Left, directive.Delivered, directive.Acknowledged}, result.Step)
			if !known || (result.Step == directive.Left && !result.Placed) {
				t.Fatalf("item %d of %d: %+v from a receiver that takes everything", i, n, result)
			}
			if got := c.Holds(items[i].Directive); got != 1 {
				t.Fatalf("item %d of %d: the receiver holds version %d", i, n, got)
			}
		}
	}
}

func twice(t *testing.T, c Channel) {
	items := made(5, 1)
	first, second := c.send(t, items), c.send(t, items)
	for i := range items {
		if first[i].Step != second[i].Step || first[i].Placed != second[i].Placed {
			t.Errorf("item %d: %+v, then %+v", i, first[i], second[i])
		}
		if got := c.Holds(items[i].Directive); got != 1 {
			t.Errorf("item %d: the receiver holds version %d", i, got)
		}
	}
}

func olderLoses(t *testing.T, c Channel) {
	newer := made(1, 3)
	older := slices.Clone(newer)
	older[0].Version = 2
	c.send(t, newer)
	c.send(t, older)
	if got := c.Holds(newer[0].Directive); got != 3 {
		t.Errorf("the receiver holds version %d, want 3", got)
	}
}

func endedContext(t *testing.T, c Channel) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	outcome, err := c.Send(ctx, c.delivery(made(3, 1)))
	if err == nil {
		t.Fatalf("a send under an ended context succeeded: %+v", outcome)
	}
	if len(outcome.Results) != 0 {
		t.Errorf("results beside an error: %+v", outcome.Results)
	}
	if strings.Contains(err.Error(), "演示公司") {
		t.Error("the error quotes personal data")
	}
}

func atOnce(t *testing.T, c Channel) {
	var all sync.WaitGroup
	failed := make(chan error, 8)
	for range cap(failed) {
		all.Go(func() {
			items := made(20, 1)
			outcome, err := c.Send(t.Context(), c.delivery(items))
			if err == nil && len(outcome.Results) != len(items) {
				err = fmt.Errorf("%d results for %d items", len(outcome.Results), len(items))
			}
			if err != nil {
				failed <- err
			}
		})
	}
	all.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
}

func leavesInputAlone(t *testing.T, c Channel) {
	items := made(4, 1)
	d := c.delivery(items)
	ids, sum := slices.Clone(items), sha256.Sum256(d.Body)
	if _, err := c.Send(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if sha256.Sum256(d.Body) != sum {
		t.Error("the body was changed")
	}
	for i := range items {
		if items[i].Directive != ids[i].Directive || items[i].Version != ids[i].Version {
			t.Errorf("item %d was changed", i)
		}
	}
}
