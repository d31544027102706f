package administrative

import (
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/enforcement/reward"
	"concordat/internal/calendar"
)

// Administrative keeps the entries on departments' lists.
type Administrative struct {
	Record  *record.Record
	Parties *party.Parties
	Holds   *hold.Holds
	Plans   *plan.Plans
	Grounds *ground.Grounds
	Rewards *reward.Rewards

	NoticeWindow, AnswerWithin calendar.Period // zero is the time of our own
	Life                       ground.Life[Listing]
}
