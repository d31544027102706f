package party

import (
	"context"
	"sync/atomic"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda"
)

// Parties knows who is concerned: subjects, organisations and cases.
type Parties struct {
	Record  *record.Record
	Changes *change.Changes

	// Bodies are those that an organisation can stand for.
	Bodies *memoranda.Catalogue
	// CheckKeeper refuses a department that keeps no list. Who keeps one the plans know,
	// a room further up: register.Open puts it in ([plan.Plans.KeepsAnyList]).
	CheckKeeper func(ctx context.Context, tx *pg.Tx, act enforcement.Act) error

	kept atomic.Pointer[keptOrganisations]
}
