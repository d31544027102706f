package audit

import (
	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/record"
	"concordat/enforcement/replan"
)

// replanned follows a replanning in the audit. The second version that it writes
// of a directive stands beside the first: what lifts goes out before what adds.
func (s *replay) replanned(a *Audit, e record.Event) {
	lines, rest := s.plans[e.Plan], e.Measures
	for i, id := range e.Directives {
		set, kind, place, left, ok := replan.ReadSet(lines, rest)
		if !ok {
			a.find(id, e.Versions[i], "event %s: set %v of plan %d", e.ID, rest[:min(len(rest), 3)], e.Plan)
			return
		}
		rest = left
		step := directive.NumberedStep(e.Outcomes[i])
		if e.Versions[i] == 1 {
			if place == 0 || i >= len(e.Untils) {
				a.find(id, 1, "event %s makes it of no line of plan %d", e.ID, e.Plan)
				return
			}
			s.versions[directive.VersionKey{Directive: id, Version: 1}] = &replayed{directive.Impose, step, step == directive.Queued, lines[place-1].Organisation, e.Untils[i], set}
			s.newest[id] = 1
			continue
		}
		beside := i > 0 && e.Directives[i-1] == id && e.Versions[i-1] > 1
		s.follow(a, e, id, e.Versions[i], kind, step, set, beside)
	}
}

// follow is a later version of a replanning: it lasts as long as the one before.
func (s *replay) follow(a *Audit, e record.Event, id enforcement.ID, version int16, kind directive.VersionKind, step directive.Step, set []int16, beside bool) {
	first, before := s.known(a, directive.VersionKey{Directive: id, Version: 1}), s.versions[directive.VersionKey{Directive: id, Version: s.newest[id]}]
	if first == nil || before == nil {
		return
	}
	if !beside {
		s.replaceAll(id)
	}
	if !s.mayFollow(e, s.newest[id], version) {
		a.find(id, version, "follows version %d after %d restorations", s.newest[id], s.epoch)
	}
	next := &replayed{kind: kind, step: step, due: step == directive.Queued, organisation: first.organisation, until: before.until, measures: set}
	if kind == directive.Withdraw {
		next.until = 0
	}
	s.versions[directive.VersionKey{Directive: id, Version: version}] = next
	s.newest[id] = version
	s.later[id] = append(s.later[id], version)
}
