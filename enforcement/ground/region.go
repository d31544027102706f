package ground

import (
	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// EventRegionStated is the act by which an owner says where the subject of its case is
// registered or lives.
const EventRegionStated record.EventKind = "region-stated"

// SetRegion writes the region of a ground, with its reason sealed; whoever does so has the
// directives follow (package replan).
func SetRegion(tx *pg.Tx, id enforcement.ID, region string, reason []byte) {
	updateGround(tx, id, "region = ?, region_reason = ?", region, reason)
}

// SetPlan writes under which plan a ground stands, when it alone moves to another.
func SetPlan(tx *pg.Tx, id enforcement.ID, plan int32) {
	updateGround(tx, id, "plan_id = ?", pg.Number(plan))
}
