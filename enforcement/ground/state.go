package ground

// Rules is the set of constraints that binds a case; the columns of its kind's table say
// which of them ask for more than the release before gave.
type Rules int16

// The rule sets. What is entered today has its proofs at every step.
const (
	RulesBefore Rules = 0 // entered before papers, or taken over from elsewhere
	RulesProved Rules = 1
)

// The states that cases of several kinds know; those in force have directives.
const (
	Draft        State = "draft"
	Decided      State = "decided"
	Served       State = "served"
	Abandoned    State = "abandoned"
	Active       State = "active"
	Deleted      State = "deleted"
	Expired      State = "expired"
	EarlyDeleted State = "early-deleted"
	Revoked      State = "revoked"
)
