package ground

import (
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/paper"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
)

// Grounds keeps what directives rest on: it puts grounds in force, ends them, and
// lets the lives of the kinds ([Life]) do so. All fields are required.
type Grounds struct {
	Record     *record.Record
	Parties    *party.Parties
	Docket     *docket.Docket
	Plans      *plan.Plans
	Directives *directive.Directives
	Papers     *paper.Papers
	// Kinds are the tables of all kinds of case, for what concerns cases of every one.
	Kinds []*Table
}
