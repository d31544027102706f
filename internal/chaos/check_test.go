package chaos_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/audit"
	"concordat/notify"
	"concordat/notify/receiver"
)

// wanted is the newest version of a directive as the record has it.
type wanted struct {
	version  int16
	measures []string
}

// pair is one measure under one directive.
type pair struct {
	directive uuid.UUID
	measure   string
}

// heldWrongly returns the pairs that stand in one of ledger and record, but not
// in the other.
func heldWrongly(ledger map[uuid.UUID]receiver.Entry, record map[uuid.UUID]wanted) []pair {
	var wrong []pair
	for id, entry := range ledger {
		for _, m := range entry.Measures {
			if !slices.Contains(record[id].measures, m) {
				wrong = append(wrong, pair{id, m})
			}
		}
	}
	for id, w := range record {
		for _, m := range w.measures {
			if !slices.Contains(ledger[id].Measures, m) {
				wrong = append(wrong, pair{id, m})
			}
		}
	}
	return wrong
}

const selectWanted = `SELECT d.id, coalesce(a.version, 1), ARRAY(SELECT m.memorandum || '/' || m.slug FROM unnest(coalesce(a.measures, d.measures)) n JOIN measure m ON m.id = n)
  FROM directive d LEFT JOIN LATERAL (SELECT version, measures FROM amendment WHERE directive_id = d.id ORDER BY version DESC LIMIT 1) a ON true
  WHERE d.organisation_id = $1`

func (s *scene) wanted(t *testing.T, org enforcement.OrganisationID) map[uuid.UUID]wanted {
	t.Helper()
	rows, err := s.db.Pool.Query(t.Context(), selectWanted, org)
	must(t, err)
	record := map[uuid.UUID]wanted{}
	var id [16]byte
	var w wanted
	_, err = pgx.ForEachRow(rows, []any{&id, &w.version, &w.measures}, func() error {
		record[id] = wanted{w.version, slices.Clone(w.measures)}
		return nil
	})
	must(t, err)
	return record
}

// findings are what is wrong with a scene, by kind. Nothing may be.
type findings struct {
	heldWrongly int
	// stale: a receiver holds another version than the newest, although the sets
	// are the same.
	stale int
	// events: answered acts without exactly one event.
	events []string
	// audit: what the events say otherwise than the tables.
	audit []audit.Finding
	// unwithdrawn: directives of ended grounds that nothing withdraws.
	unwithdrawn int
	// open: attempts that nobody settled.
	open int
	// inbox: what officers are shown although every version is answered.
	inbox int
	// jobs: faults of River's jobs that are no lost connection.
	jobs []string
}

func (f findings) none() bool {
	return f.heldWrongly == 0 && f.stale == 0 && len(f.events) == 0 && len(f.audit) == 0 && f.unwithdrawn == 0 && f.open == 0 && f.inbox == 0 && len(f.jobs) == 0
}

func (f findings) String() string {
	return fmt.Sprintf("held_wrongly %d, stale %d, unwithdrawn %d, open attempts %d, inbox %d\nevents: %v\naudit: %v\njobs: %v",
		f.heldWrongly, f.stale, f.unwithdrawn, f.open, f.inbox, f.events[:min(len(f.events), 20)], f.audit[:min(len(f.audit), 20)], f.jobs[:min(len(f.jobs), 5)])
}

// check looks at everything that must hold when nothing is due.
func (s *scene) check(t *testing.T) findings {
	t.Helper()
	var f findings
	for _, d := range s.departments {
		ledger, record := d.Ledger.Snapshot(), s.wanted(t, d.org)
		wrong := heldWrongly(ledger, record)
		f.heldWrongly += len(wrong)
		for _, p := range wrong[:min(len(wrong), 3)] {
			t.Logf("%s department %d: %s %s held at version %d, the record has version %d", d.manner, d.org, p.directive, p.measure, ledger[p.directive].Version, record[p.directive].version)
		}
		for id, entry := range ledger {
			if entry.Version != record[id].version {
				f.stale++
			}
		}
		officer := enforcement.Act{At: machine(), Actor: enforcement.Actor{ID: "officer", Role: enforcement.DepartmentClerk, Organisation: d.org}}
		inbox := &notify.Inbox{DB: s.db, Register: s.register, Machine: machine}
		shown, err := inbox.List(t.Context(), officer, "", enforcement.ID{}, 1000)
		must(t, err)
		f.inbox += len(shown)
	}
	f.events = s.eventsOfActs(t)
	audit, err := s.register.Auditor.Directives(t.Context(), nil)
	must(t, err)
	f.audit = audit.Findings
	f.unwithdrawn = s.count(t, `SELECT count(*) FROM directive d JOIN ground g ON g.id = d.ground_id WHERE g.state = 'ended'
		AND coalesce((SELECT kind::text FROM amendment a WHERE a.directive_id = d.id ORDER BY version DESC LIMIT 1), '') <> 'withdraw'`)
	f.open = s.count(t, `SELECT count(*) FROM attempt WHERE settled_at IS NULL`)
	rows, err := s.db.Pool.Query(t.Context(), `SELECT DISTINCT e->>'error' FROM river.river_job j, unnest(j.errors) e`)
	must(t, err)
	words, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	for _, text := range words {
		if !lostByWords(text) {
			f.jobs = append(f.jobs, text)
		}
	}
	return f
}

// eventsOfActs names each answered act that has not exactly one event.
func (s *scene) eventsOfActs(t *testing.T) []string {
	t.Helper()
	rows, err := s.db.Pool.Query(t.Context(), `SELECT act_key, count(*) FROM event WHERE act_key IS NOT NULL GROUP BY act_key`)
	must(t, err)
	events := map[string]int{}
	var key string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&key, &n}, func() error {
		events[key] = n
		return nil
	})
	must(t, err)
	var wrong []string
	for key := range s.answered {
		if events[key] != 1 {
			wrong = append(wrong, fmt.Sprintf("%s has %d events", key, events[key]))
		}
	}
	slices.Sort(wrong)
	return wrong
}

func (s *scene) count(t *testing.T, sql string) int {
	t.Helper()
	var n int
	must(t, s.db.Pool.QueryRow(t.Context(), sql).Scan(&n))
	return n
}
