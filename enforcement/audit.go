package enforcement

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/memoranda/day"
)

// Finding is a place where the tables and the events disagree, or where a row
// of a bulk table refers to nothing.
type Finding struct {
	Directive ID     `json:"directive"`
	Version   int16  `json:"version"`
	What      string `json:"what"`
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

func (a *Audit) find(id ID, version int16, format string, args ...any) {
	a.Findings = append(a.Findings, Finding{id, version, fmt.Sprintf(format, args...)})
}

// versionKey names one version of one directive.
type versionKey struct {
	directive ID
	version   int16
}

// replayed is one version as the events tell it.
type replayed struct {
	kind         VersionKind
	step         Step
	due          bool
	organisation OrganisationID
	until        day.Day
	measures     []int16
}

type reportKey struct {
	versionKey
	measure int16
}

// replay holds what the events tell, while they are read in their order.
type replay struct {
	plans    map[int32][]planLine
	versions map[versionKey]*replayed
	newest   map[ID]int16
	later    map[ID][]int16 // the versions after the first
	reports  map[reportKey]int16
	open     map[ID][]versionKey // attempts not settled yet, by their event
	acts     map[EventKind]VersionKind
	// epoch counts the restorations so far; organisation is the event's own.
	epoch        int16
	organisation OrganisationID
}

// AuditDirectives recomputes every directive from the events and plans alone
// and compares it with the tables, in one snapshot; step, when not nil, is called
// with the number of events read. It holds one small record per version in
// memory. While sends are under way, a version that an open attempt names may
// rightly be told as left or as cancelled.
func (r *Register) AuditDirectives(ctx context.Context, step func(events int64)) (Audit, error) {
	var a Audit
	tx, err := r.db.Pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return a, fmt.Errorf("begin the audit: %w", err)
	}
	defer func() { _ = tx.Rollback(ctx) }() // nothing was written
	state := &replay{versions: map[versionKey]*replayed{}, newest: map[ID]int16{}, later: map[ID][]int16{}, reports: map[reportKey]int16{}, open: map[ID][]versionKey{}, acts: actsOf(Kinds())}
	if state.plans, err = readPlans(ctx, tx); err != nil {
		return a, err
	}
	if err := state.read(ctx, tx, &a, step); err != nil {
		return a, err
	}
	if err := state.compareVersions(ctx, tx, &a); err != nil {
		return a, err
	}
	if err := state.compareReports(ctx, tx, &a); err != nil {
		return a, err
	}
	if err := dangling(ctx, tx, &a); err != nil {
		return a, err
	}
	return a, disagreeing(ctx, tx, &a)
}

func readPlans(ctx context.Context, tx pgx.Tx) (map[int32][]planLine, error) {
	plans := map[int32][]planLine{}
	rows, err := tx.Query(ctx, `SELECT plan_id, organisation_id, measures FROM plan_line ORDER BY plan_id, position`)
	if err != nil {
		return nil, fmt.Errorf("read plans: %w", err)
	}
	var id int32
	var org OrganisationID
	var set []int16
	_, err = pgx.ForEachRow(rows, []any{&id, &org, &set}, func() error {
		plans[id] = append(plans[id], planLine{org, slices.Clone(set)})
		return nil
	})
	return plans, err
}

func (s *replay) read(ctx context.Context, tx pgx.Tx, a *Audit, step func(int64)) error {
	rows, err := tx.Query(ctx, `SELECT id, kind, refers_to, coalesce(plan_id, 0), coalesce(organisation_id, 0), until, directives, versions, outcomes, measures, untils
		FROM event WHERE directives IS NOT NULL OR kind IN ('settlement', 'restored') ORDER BY seq`)
	if err != nil {
		return fmt.Errorf("read events: %w", err)
	}
	var e event
	var org OrganisationID
	_, err = pgx.ForEachRow(rows, []any{&e.ID, &e.Kind, &e.RefersTo, &e.Plan, &org, &e.Until, &e.Directives, &e.Versions, &e.Outcomes, &e.Measures, &e.Untils}, func() error {
		a.Events++
		if step != nil && a.Events%1000 == 0 {
			step(a.Events)
		}
		s.organisation = org
		s.apply(a, e)
		return nil
	})
	return err
}

// apply follows one event. Its rules are those of fanout.go, version.go,
// attempt.go, answer.go and reconcile.go, stated once more on their own.
func (s *replay) apply(a *Audit, e event) {
	if kind, ok := s.acts[e.Kind]; ok && kind == Impose {
		s.fannedOut(a, e)
	} else if ok {
		s.amended(a, e, kind)
	} else if follow, ok := travelEvents[e.Kind]; ok {
		follow(s, a, e)
	}
}

// travelEvents maps the acts that begin or move versions to what follows; those of
// cases are told by the tables of their kinds ([actsOf]).
var travelEvents = map[EventKind]func(*replay, *Audit, event){
	EventInForce:        (*replay).fannedOut,
	EventTakenOver:      (*replay).fannedOut,
	EventRewardRestored: (*replay).fannedOut,
	EventAttempt:        (*replay).attempted,
	EventSettlement:     (*replay).settled,
	EventAnswers:        (*replay).answered,
	EventReports:        (*replay).reported,
	EventRestored:       (*replay).restored,
	EventReconciled:     (*replay).reconciled,
	EventReplanned:      (*replay).replanned,
}

// actsOf says of the acts of cases which versions they write: Impose is the first,
// by the plan; the others are later ones.
func actsOf(kinds []*Table) map[EventKind]VersionKind {
	written := map[Effect]VersionKind{EffectInForce: Impose, EffectSuspends: Suspend, EffectResumes: Resume, EffectAmends: Amend, EffectEnds: Withdraw}
	acts := map[EventKind]VersionKind{EventGroundEnded: Withdraw}
	for _, kind := range kinds {
		for _, m := range kind.Moves {
			if k, ok := written[m.Effect]; ok {
				acts[m.Event] = k
			}
		}
	}
	return acts
}

func (s *replay) attempted(_ *Audit, e event) {
	names := make([]versionKey, len(e.Directives))
	for i, id := range e.Directives {
		names[i] = versionKey{id, e.Versions[i]}
	}
	s.open[e.ID] = names
}

func (s *replay) answered(a *Audit, e event) {
	for i, id := range e.Directives {
		if v := s.known(a, versionKey{id, e.Versions[i]}); v != nil {
			v.advance(steps[e.Outcomes[i]])
			s.queueNewest(id, e.Versions[i])
		}
	}
}

// queueNewest is what an answer to an older version does to a newest one that
// was not to leave because nothing had.
func (s *replay) queueNewest(id ID, answered int16) {
	if v := s.versions[versionKey{id, s.newest[id]}]; s.newest[id] > answered && v != nil && v.step == Cancelled {
		v.step, v.due = Queued, true
	}
}

func (s *replay) reported(_ *Audit, e event) {
	for i, id := range e.Directives {
		s.reports[reportKey{versionKey{id, e.Versions[i]}, e.Measures[i]}] = e.Outcomes[i]
	}
}

func (s *replay) known(a *Audit, k versionKey) *replayed {
	v := s.versions[k]
	if v == nil {
		a.find(k.directive, k.version, "an event names a version that no event made")
	}
	return v
}

// advance is what a late or repeated answer does: forward, never back.
func (v *replayed) advance(to Step) {
	if v.step == Cancelled || stepNumber(v.step) < stepNumber(to) {
		v.step, v.due = to, false
	}
}

func (s *replay) fannedOut(a *Audit, e event) {
	lines := s.plans[e.Plan]
	if len(lines) != len(e.Directives) {
		a.find(ID{}, 0, "event %s: %d directives for a plan of %d organisations", e.ID, len(e.Directives), len(lines))
		return
	}
	for i, id := range e.Directives {
		s.versions[versionKey{id, 1}] = &replayed{Impose, Queued, true, lines[i].organisation, e.Until, lines[i].measures}
		s.newest[id] = 1
	}
}

func (s *replay) amended(a *Audit, e event, kind VersionKind) {
	for i, id := range e.Directives {
		s.append(a, e, id, e.Versions[i], steps[e.Outcomes[i]], kind)
	}
}

// append follows one later version.
func (s *replay) append(a *Audit, e event, id ID, version int16, step Step, kind VersionKind) {
	first := s.known(a, versionKey{id, 1})
	if first == nil {
		return
	}
	s.replaceAll(id)
	next := &replayed{kind: kind, step: step, due: step == Queued, organisation: first.organisation, until: e.Until}
	if kind != Suspend && kind != Withdraw {
		next.measures = s.carried(id)
	}
	if !s.mayFollow(e, s.newest[id], version) {
		a.find(id, version, "follows version %d after %d restorations", s.newest[id], s.epoch)
	}
	s.versions[versionKey{id, version}] = next
	s.newest[id] = version
	s.later[id] = append(s.later[id], version)
}

// mayFollow holds the rule of versions: the next number, above a thousand for
// each restoration so far. What a reconciliation writes (it says of which
// restoration) may also lie above what a recipient was found to hold.
func (s *replay) mayFollow(e event, newest, version int16) bool {
	want := max(int(newest)+1, 1000*int(s.epoch)+1)
	found := s.epoch > 0 && !e.RefersTo.IsZero() && (e.Kind == EventReconciled || e.Kind == EventSuspended)
	return int(version) == want || (found && int(version) > want)
}

func (s *replay) restored(a *Audit, e event) {
	if len(e.Versions) != 1 || e.Versions[0] != s.epoch+1 {
		a.find(ID{}, 0, "event %s: restoration %v follows %d", e.ID, e.Versions, s.epoch)
		return
	}
	s.epoch = e.Versions[0]
}

func (s *replay) reconciled(a *Audit, e event) {
	for i, id := range e.Directives {
		k := versionKey{id, e.Versions[i]}
		switch finding(e.Measures[i]) {
		case foundWithdrawn:
			s.append(a, e, id, e.Versions[i], Acknowledged, Withdraw)
		case foundOrphan:
			s.versions[k] = &replayed{kind: Withdraw, step: Queued, due: true, organisation: s.organisation}
		case foundAgain:
			if v := s.known(a, k); v != nil {
				v.step, v.due = Queued, true
			}
		case foundDelivered:
			if v := s.known(a, k); v != nil {
				v.step, v.due = Delivered, false
			}
		}
	}
}

// carried is the set that a directive carries when nothing is suspended.
func (s *replay) carried(id ID) []int16 {
	for _, n := range slices.Backward(s.later[id]) {
		if v := s.versions[versionKey{id, n}]; v != nil && (v.kind == Amend || v.kind == Resume || v.kind == PermitEnd) {
			return v.measures
		}
	}
	return s.versions[versionKey{id, 1}].measures
}

// replaceAll is what a newer version does to all that are still due.
func (s *replay) replaceAll(id ID) {
	s.replace(versionKey{id, 1})
	for _, n := range s.later[id] {
		s.replace(versionKey{id, n})
	}
}

// replace is what a newer version does to one still due.
func (s *replay) replace(k versionKey) {
	v := s.versions[k]
	if v == nil || !v.due {
		return
	}
	v.due = false
	if v.step == Queued {
		v.step = Cancelled
		if s.inDoubt(k) {
			v.step = Left
		}
	}
}

func (s *replay) inDoubt(k versionKey) bool {
	for _, names := range s.open {
		if slices.Contains(names, k) {
			return true
		}
	}
	return false
}

func (s *replay) settled(a *Audit, e event) {
	names := s.open[e.RefersTo]
	delete(s.open, e.RefersTo)
	if len(names) != len(e.Outcomes) {
		a.find(ID{}, 0, "settlement %s: %d outcomes for %d lines", e.ID, len(e.Outcomes), len(names))
		return
	}
	for i, k := range names {
		v := s.known(a, k)
		if v == nil {
			continue
		}
		step, again := Left, e.Outcomes[i] != placed
		if again {
			step = steps[e.Outcomes[i]]
		}
		if v.due {
			v.step, v.due = step, step == Left && again
		} else {
			v.advance(step)
		}
	}
	for i, id := range e.Directives {
		if v := s.known(a, versionKey{id, e.Versions[i]}); v != nil {
			v.step, v.due = Queued, true
		}
	}
}
