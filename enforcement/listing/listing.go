package listing

import (
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/enforcement/party"
	"concordat/enforcement/record"
	"concordat/enforcement/replan"
	"concordat/enforcement/reward"
)

// Listings keeps the courts' listings, from the draft to the end. The fields are set by
// register.Open; Life comes last, for it stands on the others ([NewLife]).
type Listings struct {
	Record    *record.Record
	Parties   *party.Parties
	Docket    *docket.Docket
	Holds     *hold.Holds
	Grounds   *ground.Grounds
	Rewards   *reward.Rewards
	Replanner *replan.Replanner

	Life ground.Life[Listing]
}
