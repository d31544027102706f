package enforcement

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/memoranda/day"
)

// EventReplanned is a chunk of live grounds that followed a change of plan: plan is
// the one they came to, and each line is a version that was written.
const EventReplanned EventKind = "replanned"

// How the event of a replanning writes the set of a line: the place of a line of
// its plan, from 1, whose whole set the version carries; or one of these. A version
// 1 is a new directive of that line's organisation.
const (
	setWithdrawn int16 = 0  // none, for good
	setSuspended int16 = -1 // none until the ground is resumed, or the next version
	setPart      int16 = -2 // followed by how many measures, and these
)

// replanEvent is an event under way. sets has one entry or more for each line, in
// their order; grounds and untils are aligned with the lines, and empty for later
// versions.
type replanEvent struct {
	event
	grounds []ID
	untils  []day.Day
	makes   bool
}

func (e *replanEvent) line(id ID, version int16, step Step, ground ID, until day.Day) {
	e.Directives, e.Versions, e.Outcomes = append(e.Directives, id), append(e.Versions, version), append(e.Outcomes, stepNumber(step))
	e.grounds, e.untils = append(e.grounds, ground), append(e.untils, until)
}

// amended notes a later version of a directive.
func (e *replanEvent) amended(f *followed, version int16, v told, s *switching) {
	e.line(f.id, version, v.step, ID{}, 0)
	switch {
	case v.kind == Withdraw:
		e.Measures = append(e.Measures, setWithdrawn)
	case v.kind == Suspend:
		e.Measures = append(e.Measures, setSuspended)
	case slices.Equal(v.set, s.target[f.organisation]):
		e.Measures = append(e.Measures, s.place[f.organisation])
	default:
		e.Measures = append(append(e.Measures, setPart, int16(len(v.set))), v.set...) //nolint:gosec // measures of one line
	}
}

// made notes a new directive.
func (e *replanEvent) made(id ID, ground inForce, step Step, place int16) {
	e.line(id, 1, step, ground.id, ground.until)
	e.Measures = append(e.Measures, place)
	e.makes = true
}

const insertReplanned = `INSERT INTO event (id, kind, at, recorded_at, actor, role, organisation_id, plan_id, day, directives, versions, outcomes, measures, grounds, untils)
  VALUES ($1, $2, $3, $4, $5, $6, nullif($7, 0), $8, $9::date, $10, $11, $12, $13, $14, $15)`

// log writes the event if it has a line.
func (e *replanEvent) log(ctx context.Context, p pgx.Tx, c *chunk) error {
	if len(e.Directives) == 0 {
		return nil
	}
	if !e.makes {
		e.grounds, e.untils = nil, nil
	}
	e.ID, e.Kind = NewID(), EventReplanned
	_, err := p.Exec(ctx, insertReplanned, e.ID, e.Kind, c.act.At.UTC(), c.r.machine(), c.act.Actor.ID, c.act.Actor.Role, int32(c.act.Actor.Organisation),
		c.s.to, c.r.Today(c.act.At), e.Directives, e.Versions, e.Outcomes, e.Measures, e.grounds, e.untils)
	if err != nil {
		return fmt.Errorf("log the replanning of %d versions: %w", len(e.Directives), err)
	}
	traced(ctx, &e.event)
	return nil
}

// replanned follows a replanning in the audit. The second version that it writes
// of a directive stands beside the first: what lifts goes out before what adds.
func (s *replay) replanned(a *Audit, e event) {
	lines, rest := s.plans[e.Plan], e.Measures
	for i, id := range e.Directives {
		set, kind, place, left, ok := readSet(lines, rest)
		if !ok {
			a.find(id, e.Versions[i], "event %s: set %v of plan %d", e.ID, rest[:min(len(rest), 3)], e.Plan)
			return
		}
		rest = left
		step := steps[e.Outcomes[i]]
		if e.Versions[i] == 1 {
			if place == 0 || i >= len(e.Untils) {
				a.find(id, 1, "event %s makes it of no line of plan %d", e.ID, e.Plan)
				return
			}
			s.versions[versionKey{id, 1}] = &replayed{Impose, step, step == Queued, lines[place-1].organisation, e.Untils[i], set}
			s.newest[id] = 1
			continue
		}
		beside := i > 0 && e.Directives[i-1] == id && e.Versions[i-1] > 1
		s.follow(a, e, id, e.Versions[i], kind, step, set, beside)
	}
}

// follow is a later version of a replanning: it lasts as long as the one before.
func (s *replay) follow(a *Audit, e event, id ID, version int16, kind VersionKind, step Step, set []int16, beside bool) {
	first, before := s.known(a, versionKey{id, 1}), s.versions[versionKey{id, s.newest[id]}]
	if first == nil || before == nil {
		return
	}
	if !beside {
		s.replaceAll(id)
	}
	if !s.mayFollow(e, s.newest[id], version) {
		a.find(id, version, "follows version %d after %d restorations", s.newest[id], s.epoch)
	}
	next := &replayed{kind: kind, step: step, due: step == Queued, organisation: first.organisation, until: before.until, measures: set}
	if kind == Withdraw {
		next.until = 0
	}
	s.versions[versionKey{id, version}] = next
	s.newest[id] = version
	s.later[id] = append(s.later[id], version)
}

// readSet reads the set of one line and returns what follows it. place is the line
// of the plan, 0 for none.
func readSet(lines []planLine, codes []int16) (set []int16, kind VersionKind, place int, rest []int16, ok bool) {
	if len(codes) == 0 {
		return nil, "", 0, nil, false
	}
	code, rest := codes[0], codes[1:]
	switch {
	case code == setWithdrawn:
		return nil, Withdraw, 0, rest, true
	case code == setSuspended:
		return nil, Suspend, 0, rest, true
	case code == setPart && len(rest) > 0 && int(rest[0]) < len(rest):
		return slices.Clone(rest[1 : rest[0]+1]), Amend, 0, rest[rest[0]+1:], true
	case code > 0 && int(code) <= len(lines):
		return lines[code-1].measures, Amend, int(code), rest, true
	default:
		return nil, "", 0, nil, false
	}
}
