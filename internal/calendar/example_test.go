package calendar_test

import (
	"fmt"
	"time"

	"concordat/internal/calendar"
	"concordat/memoranda/day"
)

// A period is counted from the day after its event. One in calendar days or months whose
// last day is a day off ends on the next working day; one that reaches a year without a
// published calendar is provisional.
func ExampleCalendar_Add() {
	days, err := calendar.Embedded()
	if err != nil {
		fmt.Println(err)
		return
	}
	monday := day.Of(2025, time.September, 29)
	for _, p := range []calendar.Period{
		{Value: 3, Unit: calendar.WorkingDays},
		{Value: 15, Unit: calendar.CalendarDays},
		{Value: 5, Unit: calendar.CalendarDays},
		{Value: 1200, Unit: calendar.Months},
	} {
		due := days.Add(monday, p)
		fmt.Println(p.Value, p.Unit, due.Day, due.Provisional)
	}
	// Output:
	// 3 working-days 2025-10-10 false
	// 15 calendar-days 2025-10-14 false
	// 5 calendar-days 2025-10-09 false
	// 1200 months 2125-10-04 true
}
