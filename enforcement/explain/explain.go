package explain

import (
	"concordat/enforcement/directive"
	"concordat/enforcement/hold"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/enforcement/reward"
)

// Explainer says why a measure is, or is not, applied. It only reads.
type Explainer struct {
	Record     *record.Record
	Parties    *party.Parties
	Holds      *hold.Holds
	Plans      *plan.Plans
	Directives *directive.Directives
	Rewards    *reward.Rewards
}
