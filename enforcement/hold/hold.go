package hold

import (
	"concordat/enforcement/record"
)

// Holds places and ends what stops everything that burdens.
type Holds struct {
	Record *record.Record
}
