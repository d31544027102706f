package listing

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/enforcement/party"
	"concordat/enforcement/record"
	"concordat/enforcement/replan"
	"concordat/enforcement/reward"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Orders are the consumption-restriction orders, which a listing's end and a debtor's
// performance ask something of.
type Orders interface {
	ListingEnded(ctx context.Context, tx *pg.Tx, listing enforcement.ID, today day.Day) error
	DebtorPerformed(ctx context.Context, tx *pg.Tx, execution, debtor enforcement.ID, today day.Day) error
}

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
	Orders    Orders

	Life ground.Life[Listing]
}
