package enforcement

// RewardState is where a reward stands.
type RewardState string

// The states of a reward.
const (
	// RewardDraft is entered for a day that has not come: nobody is told yet.
	RewardDraft   RewardState = "draft"
	RewardInForce RewardState = "in-force"
	// RewardUnderReview is in force all the same: its owner has to say whether it
	// stays, because its subject stands on a list of serious dishonesty.
	RewardUnderReview RewardState = "under-review"
	RewardEnded       RewardState = "ended"
)

// RewardStates lists every state, in the order of a life.
func RewardStates() []RewardState {
	return []RewardState{RewardDraft, RewardInForce, RewardUnderReview, RewardEnded}
}

// Live reports whether the reward is granted and not ended.
func (s RewardState) Live() bool { return s == RewardInForce || s == RewardUnderReview }

// RewardMove is what can happen to a reward.
type RewardMove string

// The moves of a reward. MoveReviewMoot closes a review whose listing was revoked.
const (
	MoveGrant         RewardMove = "grant"
	MoveReview        RewardMove = "review"
	MoveNotice        RewardMove = "notice"
	MoveAnswer        RewardMove = "answer"
	MoveKeep          RewardMove = "keep"
	MoveEndReviewed   RewardMove = "end-after-review"
	MoveReviewMoot    RewardMove = "close-review"
	MoveEndAutomatic  RewardMove = "end-automatically"
	MoveEndReward     RewardMove = "end"
	MoveExpireReward  RewardMove = "expire-reward"
	MoveConfirmReward RewardMove = "confirm"
)

// RewardMoves lists every move.
func RewardMoves() []RewardMove {
	return []RewardMove{
		MoveGrant, MoveReview, MoveNotice, MoveAnswer, MoveKeep, MoveEndReviewed, MoveReviewMoot,
		MoveEndAutomatic, MoveEndReward, MoveExpireReward, MoveConfirmReward,
	}
}

// rewardMoves is the whole machine. A review ends by a decision, by the end of
// what it was opened for, or with the reward's own term; its owner cannot go
// round it.
var rewardMoves = map[RewardState]map[RewardMove]RewardState{
	RewardDraft: {MoveGrant: RewardInForce, MoveEndReward: RewardEnded, MoveExpireReward: RewardEnded},
	RewardInForce: {
		MoveReview: RewardUnderReview, MoveEndAutomatic: RewardEnded, MoveEndReward: RewardEnded,
		MoveExpireReward: RewardEnded, MoveConfirmReward: RewardInForce,
	},
	RewardUnderReview: {
		MoveReview: RewardUnderReview, MoveNotice: RewardUnderReview, MoveAnswer: RewardUnderReview,
		MoveKeep: RewardInForce, MoveEndReviewed: RewardEnded, MoveReviewMoot: RewardInForce,
		MoveEndAutomatic: RewardEnded, MoveExpireReward: RewardEnded, MoveConfirmReward: RewardUnderReview,
	},
	RewardEnded: {},
}

// After returns the state a move leads to, or a refusal that names the state.
func (s RewardState) After(move RewardMove) (RewardState, error) {
	next, ok := rewardMoves[s][move]
	if !ok {
		return s, refuse("state.forbidden", "state", string(s), "move", string(move))
	}
	return next, nil
}

// RewardEnd is how a reward ended.
type RewardEnd string

// The ends of a reward. Only what the two reviews ended is restored when the
// listing behind them is revoked.
const (
	RewardExpired            RewardEnd = "expired"
	RewardEndedByOwner       RewardEnd = "ended-by-owner"
	RewardEndedAfterReview   RewardEnd = "ended-after-review"
	RewardEndedAutomatically RewardEnd = "ended-automatically"
)
