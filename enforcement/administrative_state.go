package enforcement

// AdministrativeState is where an entry on an administrative list stands. The
// order of notice, statement, answer and decision is that of 国办发〔2020〕49号
// item 8.
type AdministrativeState string

// The states of an administrative listing.
const (
	AdministrativeDraft        AdministrativeState = "draft"
	AdministrativeNotified     AdministrativeState = "notified" // the window to state and defend runs, or is over
	AdministrativeStated       AdministrativeState = "stated"   // a statement waits for its answer
	AdministrativeAnswered     AdministrativeState = "answered" // every statement is answered
	AdministrativeDecided      AdministrativeState = "decided"
	AdministrativeServed       AdministrativeState = "served"
	AdministrativeAnnounced    AdministrativeState = "announced" // batch lists: objections are heard
	AdministrativeActive       AdministrativeState = "active"
	AdministrativeDeleted      AdministrativeState = "deleted"
	AdministrativeExpired      AdministrativeState = "expired"
	AdministrativeEarlyDeleted AdministrativeState = "early-deleted"
	AdministrativeRevoked      AdministrativeState = "revoked"
	AdministrativeAbandoned    AdministrativeState = "abandoned"
)

// AdministrativeStates lists every state, in the order of a life.
func AdministrativeStates() []AdministrativeState {
	return []AdministrativeState{
		AdministrativeDraft, AdministrativeNotified, AdministrativeStated, AdministrativeAnswered, AdministrativeDecided,
		AdministrativeServed, AdministrativeAnnounced, AdministrativeActive,
		AdministrativeDeleted, AdministrativeExpired, AdministrativeEarlyDeleted, AdministrativeRevoked, AdministrativeAbandoned,
	}
}

// Live reports whether the listing is published and not ended.
func (s AdministrativeState) Live() bool { return s == AdministrativeActive }

// Ended reports whether nothing can happen to the listing any more.
func (s AdministrativeState) Ended() bool {
	_, known := administrativeMoves[s]
	return known && len(administrativeMoves[s]) == 0
}

// The moves that only administrative listings know; the others are those of
// every listing. To answer a statement leads back to where the listing waits, to
// uphold it gives the listing up.
const (
	MoveNotify   ListingMove = "notify"
	MoveState    ListingMove = "state"
	MoveReply    ListingMove = "answer"
	MoveUphold   ListingMove = "uphold"
	MoveDecide   ListingMove = "decide"
	MoveAnnounce ListingMove = "announce"
)

// AdministrativeMoves lists every move of an administrative listing.
func AdministrativeMoves() []ListingMove {
	return []ListingMove{
		MoveNotify, MoveState, MoveReply, MoveUphold, MoveDecide, MoveServe, MoveAnnounce, MovePublish,
		MoveSuspend, MoveResume, MoveDelete, MoveExpire, MoveEarly, MoveRevoke, MoveAbandon,
	}
}

// administrativeMoves is the whole machine. A statement is taken at any time
// before the decision, an objection at any time before publication.
var administrativeMoves = map[AdministrativeState]map[ListingMove]AdministrativeState{
	AdministrativeDraft:    {MoveNotify: AdministrativeNotified, MoveAbandon: AdministrativeAbandoned},
	AdministrativeNotified: {MoveState: AdministrativeStated, MoveDecide: AdministrativeDecided, MoveAbandon: AdministrativeAbandoned},
	AdministrativeStated:   {MoveState: AdministrativeStated, MoveReply: AdministrativeAnswered, MoveUphold: AdministrativeAbandoned, MoveAbandon: AdministrativeAbandoned},
	AdministrativeAnswered: {MoveState: AdministrativeStated, MoveDecide: AdministrativeDecided, MoveAbandon: AdministrativeAbandoned},
	AdministrativeDecided:  {MoveServe: AdministrativeServed, MoveAbandon: AdministrativeAbandoned},
	AdministrativeServed:   {MoveAnnounce: AdministrativeAnnounced, MovePublish: AdministrativeActive, MoveAbandon: AdministrativeAbandoned},
	AdministrativeAnnounced: {
		MoveState: AdministrativeAnnounced, MoveReply: AdministrativeAnnounced, MoveUphold: AdministrativeAbandoned,
		MovePublish: AdministrativeActive, MoveAbandon: AdministrativeAbandoned,
	},
	AdministrativeActive: {
		MoveSuspend: AdministrativeActive, MoveResume: AdministrativeActive,
		MoveDelete: AdministrativeDeleted, MoveExpire: AdministrativeExpired, MoveEarly: AdministrativeEarlyDeleted, MoveRevoke: AdministrativeRevoked,
	},
	AdministrativeDeleted: {}, AdministrativeExpired: {}, AdministrativeEarlyDeleted: {}, AdministrativeRevoked: {}, AdministrativeAbandoned: {},
}

// After returns the state a move leads to, or a refusal that names the state.
func (s AdministrativeState) After(move ListingMove) (AdministrativeState, error) {
	next, ok := administrativeMoves[s][move]
	if !ok {
		return s, refuse("state.forbidden", "state", string(s), "move", string(move))
	}
	return next, nil
}
