package replan

import (
	"concordat/enforcement/directive"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
)

// Replanner lets live grounds follow a changed plan. All exported fields are required.
type Replanner struct {
	Record     *record.Record
	Plans      *plan.Plans
	Directives *directive.Directives

	memory memory
}
