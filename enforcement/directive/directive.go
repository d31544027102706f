package directive

import (
	"concordat/enforcement/docket"
	"concordat/enforcement/hold"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
)

// Directives tells each organisation what to do, version by version, and keeps how far
// each version got. All fields but Remembered are required.
type Directives struct {
	Record  *record.Record
	Parties *party.Parties
	Docket  *docket.Docket
	Holds   *hold.Holds
	Plans   *plan.Plans
	// Remembered is for how many years after the end a department still finds the number of a
	// directive, a masked name and its own reports; 0 is three (政务数据共享条例 Art. 29: records of
	// the use are kept for three years at least).
	Remembered int
}
