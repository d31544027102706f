package ground

import (
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
)

// Grounds keeps what directives rest on.
type Grounds struct {
	Record     *record.Record
	Docket     *docket.Docket
	Plans      *plan.Plans
	Directives *directive.Directives
}
