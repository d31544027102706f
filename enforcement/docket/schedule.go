package docket

import (
	"fmt"

	"concordat/internal/calendar"
	"concordat/memoranda/day"
)

// Step is what a deadline tells, and whom, in the order of its days. The numbers are stored.
type Step int16

// The steps. The first two remind the owner while the deadline runs, half of it and shortly
// before; the others tell that it passed: the owner, a deputy, the head, the court above.
const (
	StepHalf Step = iota + 1
	StepNear
	StepPassed
	StepDeputy
	StepHead
	StepAbove
)

var stepNames = [...]string{"", "half", "near", "passed", "deputy", "head", "above"}

// String is the step's name; empty before the first.
func (s Step) String() string {
	if s < 0 || int(s) >= len(stepNames) {
		return fmt.Sprintf("step %d", int16(s))
	}
	return stepNames[s]
}

// MarshalText is the step's name.
func (s Step) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a step's name.
func (s *Step) UnmarshalText(text []byte) error {
	for i, name := range stepNames {
		if name == string(text) {
			*s = Step(i)
			return nil
		}
	}
	return fmt.Errorf("no step is called %q", text)
}

// task is what a step that opens a task calls it; the reminders share one.
func (s Step) task() string {
	if s <= StepNear {
		return TaskNear
	}
	return taskPrefix + s.String()
}

const taskPrefix = "deadline-"

// TaskNear is the task of a reminder. It closes when the deadline is met, or passes.
const TaskNear = taskPrefix + "near"

// Schedule says when a deadline tells whom. No law says so: it is ours. All are working
// days by the calendar; zero is the default.
type Schedule struct {
	// Near is how many before the last day the owner is reminded again; 0 means 1.
	Near int
	// Deputy, Head and Above are how many are over since the last day when a deputy, the head
	// and the court above are told, on the day after; 0 means 1, 3 and 5.
	Deputy, Head, Above int
}

// Validate refuses what tells anybody before who stands below, and periods beyond reason.
func (s Schedule) Validate() error {
	s = s.filled()
	if s.Near < 1 || s.Deputy < 1 || s.Head < s.Deputy || s.Above < s.Head || s.Near > 250 || s.Above > 250 {
		return fmt.Errorf("deadlines remind %d working days before and escalate %d, %d and %d after: these must be from 1 to 250, the last three ascending", s.Near, s.Deputy, s.Head, s.Above)
	}
	return nil
}

func (s Schedule) filled() Schedule {
	for _, d := range []struct {
		days     *int
		defaults int
	}{{&s.Near, 1}, {&s.Deputy, 1}, {&s.Head, 3}, {&s.Above, 5}} {
		if *d.days == 0 {
			*d.days = d.defaults
		}
	}
	return s
}

// days are the days on which a deadline's steps fire, by step; none where one is left out:
// a reminder that would come on the day of the event or before it, and the first where it
// would not come before the second.
func (s Schedule) days(c calendar.Shelf, k *clockRow) (days [StepAbove + 1]day.Day) {
	s = s.filled()
	if k.DueOn.IsZero() {
		return days
	}
	near := c.WorkingDaysBefore(k.DueOn, s.Near)
	half := k.StartedOn.AddDays(int(k.DueOn-k.StartedOn) / 2)
	if k.Unit == calendar.WorkingDays {
		half = c.AddWorkingDays(k.StartedOn, k.Value/2).Day
	}
	if half > k.StartedOn && half < near {
		days[StepHalf] = half
	}
	if near > k.StartedOn {
		days[StepNear] = near
	}
	days[StepPassed] = k.DueOn.AddDays(1)
	for step, n := range map[Step]int{StepDeputy: s.Deputy, StepHead: s.Head, StepAbove: s.Above} {
		days[step] = c.AddWorkingDays(k.DueOn, n).Day.AddDays(1)
	}
	return days
}

// next is the day of the first step of a deadline that has not fired; none: all have.
func (s Schedule) next(c calendar.Shelf, k *clockRow) day.Day {
	days := s.days(c, k)
	for step := k.Fired + 1; step <= StepAbove; step++ {
		if !days[step].IsZero() {
			return days[step]
		}
	}
	return 0
}
