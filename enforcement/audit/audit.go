package audit

import (
	"concordat/enforcement/record"
)

// Auditor recomputes every directive from the events alone, and reads the figures that
// operators watch. It writes nothing; Record needs its DB and no more.
type Auditor struct {
	Record *record.Record
}
