package directive

import (
	"concordat/enforcement/docket"
	"concordat/enforcement/hold"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
)

// Directives tells each organisation what to do, version by version, and keeps how far
// each version got. All fields are required.
type Directives struct {
	Record  *record.Record
	Parties *party.Parties
	Docket  *docket.Docket
	Holds   *hold.Holds
	Plans   *plan.Plans
}
