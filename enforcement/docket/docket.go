package docket

import (
	"sync"

	"concordat/enforcement/change"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
)

// Docket keeps deadlines, tasks and incidents, and the calendar that deadlines are counted
// by.
type Docket struct {
	Record  *record.Record
	Changes *change.Changes
	// Given is the calendar that the process began with; the record's notices are laid over
	// it.
	Given calendar.Shelf
	// Kinds are the deadlines that are started anywhere, so that who is late can be told.
	Kinds    []Deadline
	Schedule Schedule

	mu   sync.Mutex
	read int // the last notice of the record that the calendar has, by id
}
