package plan

import (
	"sync"
	"sync/atomic"

	"concordat/enforcement/party"
	"concordat/enforcement/record"
	"concordat/memoranda"
)

// Plans knows what was agreed and attested as of a day.
type Plans struct {
	Record  *record.Record
	Parties *party.Parties

	// What the configuration brings, and what is made of it and the record.
	Shipped       *memoranda.Catalogue
	Given         *memoranda.Attestations
	Demonstration bool
	knows         atomic.Pointer[Text]
	learning      sync.Mutex
}
