package ground

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
