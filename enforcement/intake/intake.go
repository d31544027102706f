package intake

import (
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/paper"
	"concordat/enforcement/party"
	"concordat/enforcement/record"
	"concordat/enforcement/reward"
)

// Intake takes courts' files in. All fields are required.
type Intake struct {
	Record   *record.Record
	Papers   *paper.Papers
	Parties  *party.Parties
	Grounds  *ground.Grounds
	Rewards  *reward.Rewards
	Listings *listing.Listings
}
