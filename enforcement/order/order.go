package order

import (
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/party"
	"concordat/enforcement/record"
)

// Orders keeps the consumption-restriction orders. The fields are set by register.Open; Life
// comes last, for it stands on the others ([NewLife]).
type Orders struct {
	Record  *record.Record
	Parties *party.Parties
	Docket  *docket.Docket
	Grounds *ground.Grounds

	Life ground.Life[Order]
}
