package directive

// Queries whose plans are tested.
const (
	SelectDue   = selectDue
	SelectIsDue = selectIsDue
	SelectLanes = selectLanes
)
