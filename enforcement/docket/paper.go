package docket

import (
	"concordat/enforcement"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// paperDue begins the kinds of the tasks and clocks of papers for which an act did not wait.
const paperDue = "paper-due-"

// periodOwed is the time to bring one.
var periodOwed = calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: OwnTerm}

// OwePaper opens the task of the owner of a ground to bring the paper of an act that did not
// wait for it, and starts its clock; purpose says which paper. The schema closes both when the paper comes into
// the file (paper_came in migrations/00032_bound_papers.sql).
func (r *Docket) OwePaper(tx *pg.Tx, org enforcement.OrganisationID, ground enforcement.ID, purpose string, on day.Day) {
	OpenTasks(tx, []enforcement.ID{ground}, paperDue+purpose, on)
	r.StartClock(tx, org, ground, on, Deadline{Kind: paperDue + purpose, Period: periodOwed})
}

// OwedClocks are the kinds of the clocks of papers for some purposes.
func OwedClocks(purposes ...string) []string {
	kinds := make([]string, len(purposes))
	for i, p := range purposes {
		kinds[i] = paperDue + p
	}
	return kinds
}
