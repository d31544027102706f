package reward

import (
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
)

// Rewards keeps the entries on lists that reward, and their reviews. The fields are set
// by register.Open; Life comes last, for it stands on the others ([NewLife]).
type Rewards struct {
	Record  *record.Record
	Parties *party.Parties
	Holds   *hold.Holds
	Plans   *plan.Plans
	Grounds *ground.Grounds

	Life ground.Life[Reward]
}
