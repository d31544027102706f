package receiver_test

import (
	"testing"

	"github.com/google/uuid"

	"concordat/notify/receiver"
	"concordat/notify/wire"
)

// BenchmarkApply takes a batch over that the ledger knows already, as on a repeat,
// and one that is new every time.
func BenchmarkApply(b *testing.B) {
	batch := func(first uint32) wire.Message {
		m := wire.Message{Format: wire.Format, Directives: make([]wire.Directive, 1000)}
		for i := range m.Directives {
			id := uuid.UUID{6: 0x70, 8: 0x80}
			n := first + uint32(i)
			id[12], id[13], id[14], id[15] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
			m.Directives[i] = wire.Directive{ID: id, Version: 1, Kind: "impose", Measures: []string{"made/one", "made/two"}}
		}
		return m
	}
	b.Run("repeat", func(b *testing.B) {
		var ledger receiver.Ledger
		m := batch(0)
		for b.Loop() {
			ledger.Apply(m)
		}
	})
	b.Run("new", func(b *testing.B) {
		m := batch(0)
		for b.Loop() {
			var ledger receiver.Ledger
			ledger.Apply(m)
		}
	})
}
