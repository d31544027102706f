package restore

import (
	"concordat/enforcement/directive"
	"concordat/enforcement/hold"
	"concordat/enforcement/paper"
	"concordat/enforcement/party"
	"concordat/enforcement/record"
)

// Restorer finds out what a restored record lost, by comparing it with what recipients
// hold. All fields are required.
type Restorer struct {
	Record     *record.Record
	Holds      *hold.Holds
	Directives *directive.Directives
	Papers     *paper.Papers
	Parties    *party.Parties
}
