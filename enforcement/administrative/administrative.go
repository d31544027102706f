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

// Administrative keeps the entries on departments' lists, from the draft to the end. The
// fields are set by register.Open; Life comes last, for it stands on the others
// ([NewLife]).
type Administrative struct {
	Record  *record.Record
	Parties *party.Parties
	Holds   *hold.Holds
	Plans   *plan.Plans
	Grounds *ground.Grounds
	Rewards *reward.Rewards

	// NoticeWindow is the time to state and defend where the list type sets none,
	// AnswerWithin that to answer a statement; zero is five working days.
	NoticeWindow, AnswerWithin calendar.Period
	Life                       ground.Life[Listing]
}
