package audit

import (
	"context"
	"fmt"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/ground"
	"concordat/enforcement/intake"
	"concordat/enforcement/kinds"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/enforcement/replan"
	"concordat/enforcement/restore"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Finding is a place where the tables and the events disagree, or where a row
// of a bulk table refers to nothing.
type Finding struct {
	Directive enforcement.ID `json:"directive"`
	Version   int16          `json:"version"`
	What      string         `json:"what"`
}

// String says it for an operator.
func (f Finding) String() string { return fmt.Sprintf("%s/%d: %s", f.Directive, f.Version, f.What) }

// Audit is the outcome of recomputing the record.
type Audit struct {
	Events   int64     `json:"events"`
	Versions int64     `json:"versions"`
	Reports  int64     `json:"reports"`
	Findings []Finding `json:"findings"`
}

// find notes a finding.
func (a *Audit) find(id enforcement.ID, version int16, format string, args ...any) {
	a.Findings = append(a.Findings, Finding{id, version, fmt.Sprintf(format, args...)})
}

// replayed is one version as the events tell it.
type replayed struct {
	kind         directive.VersionKind
	step         directive.Step
	due          bool
	organisation enforcement.OrganisationID
	until        day.Day
	measures     []int16
}

type reportKey struct {
	directive.VersionKey
	measure int16
}

// replay holds what the events tell, while they are read in their order.
type replay struct {
	plans    map[int32][]plan.Share
	versions map[directive.VersionKey]*replayed
	newest   map[enforcement.ID]int16
	later    map[enforcement.ID][]int16 // the versions after the first
	reports  map[reportKey]int16
	open     map[enforcement.ID][]directive.VersionKey // attempts not settled yet, by their event
	acts     map[record.EventKind]directive.VersionKind
	// epoch counts the restorations so far; organisation is the event's own.
	epoch        int16
	organisation enforcement.OrganisationID
}

// Directives recomputes every directive from the events and plans alone
// and compares it with the tables, in one snapshot; step, when not nil, is called
// with the number of events read. It holds one small record per version in
// memory. While sends are under way, a version that an open attempt names may
// rightly be told as left or as cancelled.
func (r *Auditor) Directives(ctx context.Context, step func(events int64)) (Audit, error) {
	var a Audit
	err := r.Record.DB.Snapshot(ctx, func(ctx context.Context, tx *pg.Tx) error { return a.run(ctx, tx, step) })
	return a, err
}

func (a *Audit) run(ctx context.Context, tx *pg.Tx, step func(events int64)) (err error) {
	state := &replay{versions: map[directive.VersionKey]*replayed{}, newest: map[enforcement.ID]int16{}, later: map[enforcement.ID][]int16{}, reports: map[reportKey]int16{}, open: map[enforcement.ID][]directive.VersionKey{}, acts: actsOf(kinds.All())}
	if state.plans, err = readPlans(ctx, tx.Pgx()); err != nil {
		return err
	}
	if err := state.read(ctx, tx.Pgx(), a, step); err != nil {
		return err
	}
	if err := state.compareVersions(ctx, tx.Pgx(), a); err != nil {
		return err
	}
	if err := state.compareReports(ctx, tx.Pgx(), a); err != nil {
		return err
	}
	if err := dangling(ctx, tx, a); err != nil {
		return err
	}
	return disagreeing(ctx, tx, a)
}

// apply follows one event. Its rules are those of packages directive (fanout.go,
// version.go, attempt.go, answer.go) and restore (compare.go), stated once more on
// their own.
func (s *replay) apply(a *Audit, e record.Event) {
	if kind, ok := s.acts[e.Kind]; ok && kind == directive.Impose {
		s.fannedOut(a, e)
	} else if ok {
		s.amended(a, e, kind)
	} else if follow, ok := travelEvents[e.Kind]; ok {
		follow(s, a, e)
	}
}

// travelEvents maps the acts that begin or move versions to what follows; those of
// cases are told by the tables of their kinds ([actsOf]).
var travelEvents = map[record.EventKind]func(*replay, *Audit, record.Event){
	ground.EventInForce:        (*replay).fannedOut,
	intake.EventTakenOver:      (*replay).fannedOut,
	record.EventRewardRestored: (*replay).fannedOut,
	directive.EventAttempt:     (*replay).attempted,
	directive.EventSettlement:  (*replay).settled,
	directive.EventAnswers:     (*replay).answered,
	directive.EventReports:     (*replay).reported,
	restore.EventRestored:      (*replay).restored,
	restore.EventReconciled:    (*replay).reconciled,
	replan.EventReplanned:      (*replay).replanned,
}

// actsOf says of the acts of cases which versions they write: Impose is the first,
// by the plan; the others are later ones.
func actsOf(tables []*ground.Table) map[record.EventKind]directive.VersionKind {
	written := map[ground.Effect]directive.VersionKind{ground.EffectInForce: directive.Impose, ground.EffectSuspends: directive.Suspend, ground.EffectResumes: directive.Resume, ground.EffectAmends: directive.Amend, ground.EffectEnds: directive.Withdraw}
	acts := map[record.EventKind]directive.VersionKind{ground.EventGroundEnded: directive.Withdraw, directive.EventDoubted: directive.Suspend, ground.EventIdentityCorrected: directive.Amend, record.EventTaskClosed: directive.Resume}
	for _, table := range tables {
		for _, m := range table.Moves {
			if k, ok := written[m.Effect]; ok {
				acts[m.Event] = k
			}
		}
	}
	return acts
}

func (s *replay) attempted(_ *Audit, e record.Event) {
	names := make([]directive.VersionKey, len(e.Directives))
	for i, id := range e.Directives {
		names[i] = directive.VersionKey{Directive: id, Version: e.Versions[i]}
	}
	s.open[e.ID] = names
}

func (s *replay) answered(a *Audit, e record.Event) {
	for i, id := range e.Directives {
		if v := s.known(a, directive.VersionKey{Directive: id, Version: e.Versions[i]}); v != nil {
			v.advance(directive.NumberedStep(e.Outcomes[i]))
			s.queueNewest(id, e.Versions[i])
		}
	}
}

// queueNewest is what an answer to an older version does to a newest one that
// was not to leave because nothing had.
func (s *replay) queueNewest(id enforcement.ID, answered int16) {
	if v := s.versions[directive.VersionKey{Directive: id, Version: s.newest[id]}]; s.newest[id] > answered && v != nil && v.step == directive.Cancelled {
		v.step, v.due = directive.Queued, true
	}
}

func (s *replay) reported(_ *Audit, e record.Event) {
	for i, id := range e.Directives {
		s.reports[reportKey{directive.VersionKey{Directive: id, Version: e.Versions[i]}, e.Measures[i]}] = e.Outcomes[i]
	}
}

func (s *replay) known(a *Audit, k directive.VersionKey) *replayed {
	v := s.versions[k]
	if v == nil {
		a.find(k.Directive, k.Version, "an event names a version that no event made")
	}
	return v
}

// advance is what a late or repeated answer does: forward, never back. What lifts stays
// due until it left for certain.
func (v *replayed) advance(to directive.Step) {
	if v.step == directive.Cancelled || further(to, v.step) {
		v.step, v.due = to, v.due && (v.kind == directive.Withdraw || v.kind == directive.Suspend)
	}
}

func further(a, b directive.Step) bool {
	return slices.Index(directive.Steps, a) > slices.Index(directive.Steps, b)
}

func (s *replay) fannedOut(a *Audit, e record.Event) {
	lines := s.plans[e.Plan]
	if len(lines) != len(e.Directives) {
		a.find(enforcement.ID{}, 0, "event %s: %d directives for a plan of %d organisations", e.ID, len(e.Directives), len(lines))
		return
	}
	for i, id := range e.Directives {
		s.versions[directive.VersionKey{Directive: id, Version: 1}] = &replayed{directive.Impose, directive.Queued, true, lines[i].Organisation, e.Until, lines[i].Measures}
		s.newest[id] = 1
	}
}

func (s *replay) amended(a *Audit, e record.Event, kind directive.VersionKind) {
	for i, id := range e.Directives {
		s.append(a, e, id, e.Versions[i], directive.NumberedStep(e.Outcomes[i]), kind)
	}
}

// append follows one later version.
func (s *replay) append(a *Audit, e record.Event, id enforcement.ID, version int16, step directive.Step, kind directive.VersionKind) {
	first := s.known(a, directive.VersionKey{Directive: id, Version: 1})
	if first == nil {
		return
	}
	s.replaceAll(id)
	next := &replayed{kind: kind, step: step, due: step == directive.Queued, organisation: first.organisation, until: e.Until}
	if kind != directive.Suspend && kind != directive.Withdraw {
		next.measures = s.carried(id)
	}
	if !s.mayFollow(e, s.newest[id], version) {
		a.find(id, version, "follows version %d after %d restorations", s.newest[id], s.epoch)
	}
	s.versions[directive.VersionKey{Directive: id, Version: version}] = next
	s.newest[id] = version
	s.later[id] = append(s.later[id], version)
}

// mayFollow holds the rule of versions: the next number, above a thousand for
// each restoration so far. What a reconciliation writes (it says of which
// restoration) may also lie above what a recipient was found to hold.
func (s *replay) mayFollow(e record.Event, newest, version int16) bool {
	want := max(int(newest)+1, 1000*int(s.epoch)+1)
	found := s.epoch > 0 && !e.RefersTo.IsZero() && (e.Kind == restore.EventReconciled || e.Kind == ground.EventSuspended)
	return int(version) == want || (found && int(version) > want)
}

func (s *replay) restored(a *Audit, e record.Event) {
	if len(e.Versions) != 1 || e.Versions[0] != s.epoch+1 {
		a.find(enforcement.ID{}, 0, "event %s: restoration %v follows %d", e.ID, e.Versions, s.epoch)
		return
	}
	s.epoch = e.Versions[0]
}

func (s *replay) reconciled(a *Audit, e record.Event) {
	for i, id := range e.Directives {
		k := directive.VersionKey{Directive: id, Version: e.Versions[i]}
		switch restore.Finding(e.Measures[i]) {
		case restore.FoundWithdrawn:
			s.append(a, e, id, e.Versions[i], directive.Acknowledged, directive.Withdraw)
		case restore.FoundOrphan:
			s.versions[k] = &replayed{kind: directive.Withdraw, step: directive.Queued, due: true, organisation: s.organisation}
		case restore.FoundAgain:
			if v := s.known(a, k); v != nil {
				v.step, v.due = directive.Queued, true
			}
		case restore.FoundDelivered:
			if v := s.known(a, k); v != nil {
				v.step, v.due = directive.Delivered, false
			}
		}
	}
}

// carried is the set that a directive carries when nothing is suspended.
func (s *replay) carried(id enforcement.ID) []int16 {
	for _, n := range slices.Backward(s.later[id]) {
		if v := s.versions[directive.VersionKey{Directive: id, Version: n}]; v != nil && (v.kind == directive.Amend || v.kind == directive.Resume || v.kind == directive.PermitEnd) {
			return v.measures
		}
	}
	return s.versions[directive.VersionKey{Directive: id, Version: 1}].measures
}

// replaceAll is what a newer version does to all that are still due.
func (s *replay) replaceAll(id enforcement.ID) {
	s.replace(directive.VersionKey{Directive: id, Version: 1})
	for _, n := range s.later[id] {
		s.replace(directive.VersionKey{Directive: id, Version: n})
	}
}

// replace is what a newer version does to one still due.
func (s *replay) replace(k directive.VersionKey) {
	v := s.versions[k]
	if v == nil || !v.due {
		return
	}
	v.due = false
	if v.step == directive.Queued {
		v.step = directive.Cancelled
		if s.inDoubt(k) {
			v.step = directive.Left
		}
	}
}

func (s *replay) inDoubt(k directive.VersionKey) bool {
	for _, names := range s.open {
		if slices.Contains(names, k) {
			return true
		}
	}
	return false
}

func (s *replay) settled(a *Audit, e record.Event) {
	names := s.open[e.RefersTo]
	delete(s.open, e.RefersTo)
	if len(names) != len(e.Outcomes) {
		a.find(enforcement.ID{}, 0, "settlement %s: %d outcomes for %d lines", e.ID, len(e.Outcomes), len(names))
		return
	}
	for i, k := range names {
		v := s.known(a, k)
		if v == nil {
			continue
		}
		step, again := directive.Left, e.Outcomes[i] != directive.Placed
		if again {
			step = directive.NumberedStep(e.Outcomes[i])
		}
		if v.due {
			if v.due = step == directive.Left && again; further(step, v.step) {
				v.step = step
			}
		} else {
			v.advance(step)
		}
	}
	for i, id := range e.Directives {
		if v := s.known(a, directive.VersionKey{Directive: id, Version: e.Versions[i]}); v != nil {
			v.step, v.due = directive.Queued, true
		}
	}
}
