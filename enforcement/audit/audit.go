package audit

import (
	"concordat/enforcement/record"
)

// Auditor recomputes every directive from the events alone.
type Auditor struct {
	Record *record.Record
}
