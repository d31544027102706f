package replan

import (
	"context"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// EventReplanned is a chunk of live grounds that followed a change of plan: plan is
// the one they came to, and each line is a version that was written.
const EventReplanned record.EventKind = "replanned"

// How the event of a replanning writes the set of a line: the place of a line of
// its plan, from 1, whose whole set the version carries; or one of these. A version
// 1 is a new directive of that line's organisation.
const (
	setWithdrawn int16 = 0  // none, for good
	setSuspended int16 = -1 // none until the ground is resumed, or the next version
	setPart      int16 = -2 // followed by how many measures, and these
)

// replanEvent is an event under way. sets has one entry or more for each line, in
// their order; Grounds and Untils are aligned with the lines, and empty for later
// versions.
type replanEvent struct {
	record.Event
	makes bool
}

func (e *replanEvent) line(id enforcement.ID, version int16, step directive.Step, ground enforcement.ID, until day.Day) {
	e.Directives, e.Versions, e.Outcomes = append(e.Directives, id), append(e.Versions, version), append(e.Outcomes, directive.StepNumber(step))
	e.Grounds, e.Untils = append(e.Grounds, ground), append(e.Untils, until)
}

// amended notes a later version of a directive.
func (e *replanEvent) amended(f *followed, version int16, v told, s *switching) {
	e.line(f.id, version, v.step, enforcement.ID{}, 0)
	switch {
	case v.kind == directive.Withdraw:
		e.Measures = append(e.Measures, setWithdrawn)
	case v.kind == directive.Suspend:
		e.Measures = append(e.Measures, setSuspended)
	case slices.Equal(v.set, s.target[f.organisation]):
		e.Measures = append(e.Measures, s.place[f.organisation])
	default:
		e.Measures = append(append(e.Measures, setPart, int16(len(v.set))), v.set...) //nolint:gosec // measures of one line
	}
}

// made notes a new directive.
func (e *replanEvent) made(id enforcement.ID, ground directive.InForce, step directive.Step, place int16) {
	e.line(id, 1, step, ground.ID, ground.Until)
	e.Measures = append(e.Measures, place)
	e.makes = true
}

// log writes the event if it has a line.
func (e *replanEvent) log(ctx context.Context, tx *pg.Tx, c *chunk) error {
	if len(e.Directives) == 0 {
		return nil
	}
	if !e.makes {
		e.Grounds, e.Untils = nil, nil
	}
	e.Kind, e.Plan, e.Day = EventReplanned, c.s.to, c.r.Record.Today(c.act.At)
	if err := c.r.Record.LogIn(ctx, tx, c.act, &e.Event); err != nil {
		return err
	}
	record.Traced(ctx, &e.Event)
	return nil
}

// ReadSet reads the set of one line and returns what follows it. place is the line
// of the plan, 0 for none.
func ReadSet(lines []plan.Share, codes []int16) (set []int16, kind directive.VersionKind, place int, rest []int16, ok bool) {
	if len(codes) == 0 {
		return nil, "", 0, nil, false
	}
	code, rest := codes[0], codes[1:]
	switch {
	case code == setWithdrawn:
		return nil, directive.Withdraw, 0, rest, true
	case code == setSuspended:
		return nil, directive.Suspend, 0, rest, true
	case code == setPart && len(rest) > 0 && int(rest[0]) < len(rest):
		return slices.Clone(rest[1 : rest[0]+1]), directive.Amend, 0, rest[rest[0]+1:], true
	case code > 0 && int(code) <= len(lines):
		return lines[code-1].Measures, directive.Amend, int(code), rest, true
	default:
		return nil, "", 0, nil, false
	}
}
