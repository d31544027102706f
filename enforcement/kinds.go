package enforcement

// Kinds lists every kind of case, in the order in which their rows are locked.
func Kinds() []*Table { return []*Table{ListingTable(), AdministrativeTable(), RewardTable()} }
