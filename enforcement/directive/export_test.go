package directive

// Queries whose plans are tested.
const (
	SelectDue   = selectDue
	SelectIsDue = selectIsDue
	SelectLanes = selectLanes
)

// OutcomeNumber is how an event writes an outcome.
var OutcomeNumber = outcomeNumber
