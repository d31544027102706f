package receiver

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"concordat/memoranda/day"
	"concordat/notify/wire"
)

// Entry is what a ledger holds of one directive.
type Entry struct {
	Version  int16
	Kind     string
	Measures []string // the set in force; empty when suspended or withdrawn
	// ValidUntil is the last day of the set; none means until withdrawn.
	ValidUntil day.Day
	// Withdrawn marks a tombstone: nothing revives this directive.
	Withdrawn bool
}

// held is an entry as it is stored: sets are few, so each is kept once.
type held struct {
	version int16
	set     int32
	until   day.Day
	kind    string
}

// Ledger is a receiver's own record of directives. It is safe for concurrent
// use. The zero Ledger is empty and ready.
type Ledger struct {
	mu      sync.Mutex
	entries map[uuid.UUID]held
	sets    [][]string
	index   map[string]int32
}

// Apply takes a message over and answers every directive of it. A test is answered and
// forgotten.
func (l *Ledger) Apply(m wire.Message) wire.Answers {
	if m.Test {
		return acknowledge(m)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.entries == nil {
		l.entries, l.index = map[uuid.UUID]held{}, map[string]int32{}
	}
	for i := range m.Directives {
		l.apply(&m.Directives[i])
	}
	return acknowledge(m)
}

// acknowledge answers every directive of a message.
func acknowledge(m wire.Message) wire.Answers {
	answers := wire.Answers{Format: wire.Format, Answers: make([]wire.Answer, len(m.Directives))}
	for i := range m.Directives {
		answers.Answers[i] = wire.Answer{Directive: m.Directives[i].ID, Version: m.Directives[i].Version, Outcome: wire.OutcomeAcknowledged}
	}
	return answers
}

// apply holds the receiver's rule. An unknown id stores the carried set whatever
// the kind: what came before it was lost or is late. A tombstone is final
// whatever version comes after it.
func (l *Ledger) apply(d *wire.Directive) {
	have, known := l.entries[d.ID]
	if known && (have.version >= d.Version || wire.Final(have.kind)) {
		return
	}
	set := d.Measures
	if wire.Final(d.Kind) {
		set = nil
	}
	l.entries[d.ID] = held{version: d.Version, set: l.intern(set), until: d.ValidUntil, kind: strings.Clone(d.Kind)}
}

func (l *Ledger) intern(set []string) int32 {
	key := strings.Join(set, " ")
	if at, ok := l.index[key]; ok {
		return at
	}
	at := int32(len(l.sets)) //nolint:gosec // sets are few
	l.sets = append(l.sets, slices.Clone(set))
	l.index[key] = at
	return at
}

// Get returns what is held of a directive.
func (l *Ledger) Get(id uuid.UUID) (Entry, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h, ok := l.entries[id]
	return l.entry(h, ok), ok
}

// Len returns how many directives are held, tombstones included.
func (l *Ledger) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.entries)
}

// Snapshot returns a copy of everything held.
func (l *Ledger) Snapshot() map[uuid.UUID]Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make(map[uuid.UUID]Entry, len(l.entries))
	for id, h := range l.entries {
		all[id] = l.entry(h, true)
	}
	return all
}

// Inventory returns a page of what is held, tombstones included, by id.
func (l *Ledger) Inventory(q wire.InventoryQuery) wire.Inventory {
	l.mu.Lock()
	defer l.mu.Unlock()
	page := wire.Inventory{Format: wire.Format, Inventory: []wire.Held{}}
	for id, h := range l.entries {
		if bytes.Compare(id[:], q.After[:]) > 0 {
			page.Inventory = append(page.Inventory, wire.Held{
				Directive: id, Version: h.version, Withdrawn: wire.Final(h.kind), Carries: len(l.sets[h.set]) > 0,
			})
		}
	}
	slices.SortFunc(page.Inventory, func(a, b wire.Held) int { return bytes.Compare(a.Directive[:], b.Directive[:]) })
	if len(page.Inventory) > q.Limit {
		page.Inventory, page.More = page.Inventory[:q.Limit], true
	}
	return page
}

// InForce returns the ids of the directives that carry anything on a day, sorted.
func (l *Ledger) InForce(on day.Day) []uuid.UUID {
	l.mu.Lock()
	defer l.mu.Unlock()
	carries := func(h held) bool {
		return len(l.sets[h.set]) > 0 && (h.until.IsZero() || on <= h.until)
	}
	ids := slices.DeleteFunc(slices.Collect(maps.Keys(l.entries)), func(id uuid.UUID) bool { return !carries(l.entries[id]) })
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return ids
}

func (l *Ledger) entry(h held, ok bool) Entry {
	if !ok {
		return Entry{}
	}
	return Entry{Version: h.version, Kind: h.kind, Measures: slices.Clone(l.sets[h.set]), ValidUntil: h.until, Withdrawn: wire.Final(h.kind)}
}
