package receiver_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/uuid"

	"concordat/notify/receiver"
	"concordat/notify/wire"
)

// Page by page, an inventory is everything that is held, once each, in order.
func TestInventoryGoesThroughEverythingOnce(t *testing.T) {
	t.Parallel()
	l := &receiver.Ledger{}
	const n = 25
	for i := range n {
		d := wire.Directive{ID: uuid.Must(uuid.NewV7()), Version: int16(i + 1), Kind: "impose", Measures: []string{"m/a"}}
		switch i % 3 {
		case 1:
			d.Kind, d.Measures = "suspend", nil
		case 2:
			d.Kind, d.Measures = "withdraw", nil
		}
		l.Apply(wire.Message{Directives: []wire.Directive{d}})
	}
	var got []wire.Held
	var after uuid.UUID
	for {
		page := l.Inventory(wire.InventoryQuery{After: after, Limit: 7})
		got = append(got, page.Inventory...)
		if !page.More {
			break
		}
		after = page.Inventory[len(page.Inventory)-1].Directive
	}
	if len(got) != n || !slices.IsSortedFunc(got, func(a, b wire.Held) int { return bytes.Compare(a.Directive[:], b.Directive[:]) }) {
		t.Fatalf("%d lines", len(got))
	}
	for _, line := range got {
		held, _ := l.Get(line.Directive)
		if line.Version != held.Version || line.Withdrawn != held.Withdrawn || line.Carries != (len(held.Measures) > 0) {
			t.Errorf("%+v of %+v", line, held)
		}
	}
}
