package docket

import (
	"concordat/enforcement/record"
)

// Docket keeps deadlines, tasks and incidents.
type Docket struct {
	Record *record.Record
}
