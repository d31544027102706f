package register_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/memoranda/day"
)

// entry is what a receiver holds of one directive.
type entry struct {
	version int16
	kind    directive.VersionKind
	set     []int16
	until   day.Day
}

// ledger is a receiver by the rule that receivers follow: a version is applied
// only if it is newer than what is held, an unknown id stores the carried set
// whatever the kind, and a withdrawal is final. The zero ledger is empty.
type ledger struct {
	mu   sync.Mutex
	held map[enforcement.ID]entry
}

func (l *ledger) apply(items ...directive.Item) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = map[enforcement.ID]entry{}
	}
	for _, i := range items {
		have, known := l.held[i.Directive]
		if known && (have.version >= i.Version || have.kind == directive.Withdraw) {
			continue
		}
		l.held[i.Directive] = entry{i.Version, i.Kind, i.Measures, i.ValidUntil}
	}
}

func (l *ledger) get(id enforcement.ID) entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held[id]
}

// record is what the tables say now of one directive.
type recorded struct {
	id           enforcement.ID
	ground       enforcement.ID
	organisation enforcement.OrganisationID
	version      int16
	kind         directive.VersionKind
	step         directive.Step
	due          bool
	first, set   []int16 // of version 1, and of the newest
	until        day.Day
}

// recordOf reads the newest versions of the directives of grounds.
func recordOf(t testing.TB, b *enforcetest.Bundle, grounds ...enforcement.ID) []recorded {
	t.Helper()
	rows := value(b.DB.Pool.Query(t.Context(), `SELECT d.id, d.ground_id, d.organisation_id, coalesce(a.version, 1), coalesce(a.kind::text, 'impose'), coalesce(a.step, d.step)::text,
			coalesce(a.due, d.due), d.measures, coalesce(a.measures, d.measures), CASE WHEN a.version IS NULL THEN d.valid_until ELSE a.valid_until END
		FROM directive d LEFT JOIN LATERAL (SELECT * FROM amendment WHERE directive_id = d.id ORDER BY version DESC LIMIT 1) a ON true
		WHERE d.ground_id = ANY ($1) ORDER BY d.id`, grounds))(t)
	var list []recorded
	for rows.Next() {
		var r recorded
		must(t, rows.Scan(&r.id, &r.ground, &r.organisation, &r.version, &r.kind, &r.step, &r.due, &r.first, &r.set, &r.until))
		list = append(list, r)
	}
	must(t, rows.Err())
	return list
}

// holds compares what a receiver holds of a directive with what it should: the
// set and, where there is one, until when; and the newest version, unless that
// one was not to leave.
func (l *ledger) holds(r recorded, set []int16, until day.Day) error {
	have := l.get(r.id)
	if !slices.Equal(have.set, set) || (len(set) > 0 && have.until != until) || (r.step != directive.Cancelled && have.version != r.version) {
		return fmt.Errorf("directive %s at organisation %d: the receiver holds version %d (%s) with %v until %q, it should be %v until %q; the record is at version %d (%s %s, due %v)",
			r.id, r.organisation, have.version, have.kind, have.set, have.until, set, until, r.version, r.kind, r.step, r.due)
	}
	return nil
}

// few merges the departments of a bundle into n organisations, so that a listing
// makes n directives.
func few(t testing.TB, b *enforcetest.Bundle, n int) {
	t.Helper()
	b.Departments = b.Departments[:n]
	_, err := b.DB.Pool.Exec(t.Context(), `UPDATE organisation_role SET organisation_id = ($1::integer[])[1 + abs(hashtext(body)) % $2]`, b.Departments, n)
	must(t, err)
}
