package plan

import (
	"sync"
	"sync/atomic"

	"concordat/enforcement/party"
	"concordat/enforcement/record"
	"concordat/memoranda"
)

// Plans tells what was agreed and attested as of a day. What the record says is read
// once and kept as a [Text] until the record says more ([Plans.Refresh]).
type Plans struct {
	Record  *record.Record
	Parties *party.Parties

	// Shipped is the catalogue in the binary, Given statements of a demonstration's
	// configuration, nil for none. Demonstration lets them count, and those of the record that
	// were made for demonstration.
	Shipped       *memoranda.Catalogue
	Given         *memoranda.Attestations
	Demonstration bool
	text          atomic.Pointer[Text]
	reading       sync.Mutex
}
