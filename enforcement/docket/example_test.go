package docket_test

import (
	"fmt"
	"time"

	"concordat/enforcement/docket"
	"concordat/internal/calendar"
	"concordat/memoranda/day"
)

// A deadline has a length, a unit and a source, and the calendar counts it: three working
// days from the Monday before the long holiday of 2025 end after it. Where no law sets a
// time it is called our own.
func ExampleDeadline() {
	days, err := calendar.Embedded()
	if err != nil {
		fmt.Println(err)
		return
	}
	lift := docket.Deadline{
		Kind:   "acknowledge-withdrawals",
		Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: docket.OwnTerm},
	}
	due := days.Add(day.Of(2025, time.September, 29), lift.Period)
	fmt.Println(lift.Kind, due.Day, due.Provisional, lift.Period.Source)
	// Output:
	// acknowledge-withdrawals 2025-10-10 false 内部时限
}
