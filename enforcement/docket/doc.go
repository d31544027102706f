// Package docket says what somebody still has to do, and until when.
//
// A [Clock] is a running deadline of a ground: started on a day, due on a day that the
// calendar counts, stopped when it is done. A [Deadline] is its kind with length, unit and
// source: the article, or [OwnTerm] where no law sets a time, so that nobody takes our
// own term for the law's. A period that reaches a year without a published calendar is
// provisional. A [Task] is something an owner has to do or to answer, once per kind and
// ground while it is open. An [Incident] is something an operator must look at; its
// detail is codes and ids only.
//
// [Docket.Tick] tells of deadlines: their owner before they end ([Schedule]), a deputy, the
// head and the court above after they have. Each [Step] fires once, by any number of
// processes, and also when nothing ran on its day; clock_firing says so. A notice of
// holidays is loaded by [Docket.AskNotice] while everything runs: processes take it up by
// [Docket.Refresh], and the next tick counts again what was provisional.
//
// It owns clock, clock_firing, clock_recount, calendar_notice, task and incident. A deadline that passes changes nothing by itself: no
// subject loses or gains anything by a clock here. What follows, if anything, is an act
// of the room that started it. Withdrawals have one clock per organisation and day, never
// one per directive.
//
// The rooms that decide start and stop clocks inside their own transactions (the tables
// of moves say which, see package ground), the API shows them, and everybody may report.
// It calls record, change and the calendar. Begin with clock.go, then schedule.go and tick.go; the example counts a deadline.
package docket
