package enforcement

// ListingState is where a listing stands. The states and their moves follow
// 法释〔2017〕7号 and 法发〔2019〕35号; "published" is an event and a date, not
// a state: publication and the first directives commit together as active.
type ListingState string

// The states of a listing.
const (
	Draft        ListingState = "draft"
	Warned       ListingState = "warned"
	Applied      ListingState = "applied"
	Refused      ListingState = "refused"
	Decided      ListingState = "decided"
	Served       ListingState = "served"
	Grace        ListingState = "grace"
	Abandoned    ListingState = "abandoned"
	Active       ListingState = "active"
	Extended     ListingState = "extended"
	Deleted      ListingState = "deleted"
	Expired      ListingState = "expired"
	EarlyDeleted ListingState = "early-deleted"
	Revoked      ListingState = "revoked"
)

// ListingStates lists every state, in the order of a life.
func ListingStates() []ListingState {
	return []ListingState{
		Draft, Warned, Applied, Refused, Decided, Served, Grace, Abandoned,
		Active, Extended, Deleted, Expired, EarlyDeleted, Revoked,
	}
}

// Live reports whether the listing is published and not ended.
func (s ListingState) Live() bool { return s == Active || s == Extended }

// Ended reports whether nothing can happen to the listing any more.
func (s ListingState) Ended() bool {
	switch s {
	case Refused, Abandoned, Deleted, Expired, EarlyDeleted, Revoked:
		return true
	case Draft, Warned, Applied, Decided, Served, Grace, Active, Extended:
		return false
	default:
		return false
	}
}

// ListingMove is what can happen to a listing.
type ListingMove string

// The moves of a listing.
const (
	MoveWarn       ListingMove = "warn"
	MoveApply      ListingMove = "apply"
	MoveRefuse     ListingMove = "refuse"
	MovePropose    ListingMove = "propose"
	MoveSign       ListingMove = "sign"
	MoveServe      ListingMove = "serve"
	MoveServeGrace ListingMove = "serve-with-grace"
	MoveAbandon    ListingMove = "abandon"
	MovePublish    ListingMove = "publish"
	MoveExtend     ListingMove = "extend"
	MoveSuspend    ListingMove = "suspend"
	MoveResume     ListingMove = "resume"
	MoveCorrect    ListingMove = "correct"
	MoveDelete     ListingMove = "delete"
	MoveExpire     ListingMove = "expire"
	MoveEarly      ListingMove = "early-delete"
	MoveRevoke     ListingMove = "revoke"
)

// ListingMoves lists every move.
func ListingMoves() []ListingMove {
	return []ListingMove{
		MoveWarn, MoveApply, MoveRefuse, MovePropose, MoveSign, MoveServe, MoveServeGrace, MoveAbandon, MovePublish,
		MoveExtend, MoveSuspend, MoveResume, MoveCorrect, MoveDelete, MoveExpire, MoveEarly, MoveRevoke,
	}
}

// listingMoves is the whole machine: the moves each state allows and where they
// lead. Every end is allowed from every state after publication, whatever else
// is under way; before publication every state can be abandoned.
var listingMoves = map[ListingState]map[ListingMove]ListingState{
	Draft:   {MoveWarn: Warned, MoveAbandon: Abandoned},
	Warned:  {MoveApply: Applied, MovePropose: Warned, MoveSign: Decided, MoveAbandon: Abandoned},
	Applied: {MovePropose: Applied, MoveSign: Decided, MoveRefuse: Refused, MoveAbandon: Abandoned},
	Decided: {MoveServe: Served, MoveServeGrace: Grace, MoveAbandon: Abandoned},
	Served:  {MovePublish: Active, MoveAbandon: Abandoned},
	Grace:   {MovePublish: Active, MoveAbandon: Abandoned},
	Active: {
		MoveExtend: Extended, MoveSuspend: Active, MoveResume: Active, MoveCorrect: Active,
		MoveDelete: Deleted, MoveExpire: Expired, MoveEarly: EarlyDeleted, MoveRevoke: Revoked,
	},
	Extended: {
		MoveSuspend: Extended, MoveResume: Extended, MoveCorrect: Extended,
		MoveDelete: Deleted, MoveExpire: Expired, MoveEarly: EarlyDeleted, MoveRevoke: Revoked,
	},
	Refused: {}, Abandoned: {}, Deleted: {}, Expired: {}, EarlyDeleted: {}, Revoked: {},
}

// After returns the state a move leads to, or a refusal that names the state.
func (s ListingState) After(move ListingMove) (ListingState, error) {
	next, ok := listingMoves[s][move]
	if !ok {
		return s, refuse("state.forbidden", "state", string(s), "move", string(move))
	}
	return next, nil
}
