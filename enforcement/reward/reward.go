package reward

import (
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
)

// Rewards keeps the entries on lists that reward, and their reviews.
type Rewards struct {
	Record  *record.Record
	Parties *party.Parties
	Holds   *hold.Holds
	Plans   *plan.Plans
	Grounds *ground.Grounds

	Life ground.Life[Reward]
}
