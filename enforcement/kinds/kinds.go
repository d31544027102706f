package kinds

import (
	"concordat/enforcement/administrative"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/order"
	"concordat/enforcement/reward"
)

// All lists every kind of case, in the order in which their rows are locked.
func All() []*ground.Table {
	return []*ground.Table{listing.Table(), administrative.Table(), reward.Table(), order.Table()}
}
