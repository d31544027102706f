package demo

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"concordat/internal/pg/pgtest"
	"concordat/internal/vault"
	"concordat/memoranda/day"
	"concordat/notify/receiver"
	"concordat/notify/wire"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func machine() time.Time { return time.Now().UTC() }

// A small year, with everything in it that the large one has.
func TestYear(t *testing.T) {
	t.Parallel()
	const listings, seed = 60, 5
	keys, err := vault.Ephemeral(true)
	if err != nil {
		t.Fatal(err)
	}
	days := 0
	d, err := Open(t.Context(), Config{
		DB: pgtest.New(t), Vault: keys, Machine: machine, Listings: listings, Seed: seed,
		Progress: func(p Progress) { days = p.Done },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	began := machine()
	got, err := d.Year(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("seed %d: %+v in %s", seed, got, machine().Sub(began))
	if days != 365 {
		t.Errorf("%d days, want 365", days)
	}
	if want := d.script.willPublish(); got.ListingsPublished != want {
		t.Errorf("%d listings published, want %d", got.ListingsPublished, want)
	}
	if got.DirectivesCreated < 10*got.ListingsPublished {
		t.Errorf("%d directives for %d listings, want at least 10 each", got.DirectivesCreated, got.ListingsPublished)
	}
	if got.HeldWrongly != 0 || got.Overdue != 0 || got.WithdrawalsDue == 0 || got.WithdrawalsAcknowledged != got.WithdrawalsDue {
		t.Errorf("at the end: %+v", got.Summary)
	}
	if got.Acknowledged > got.Delivered || got.Delivered > got.DirectivesCreated || got.Acknowledged == 0 {
		t.Errorf("counts contradict each other: %+v", got.Summary)
	}
	audit, err := d.Register.Auditor.Directives(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range audit.Findings {
		t.Errorf("audit: %+v", finding)
	}
	tampered(t, d)
}

// The count of what is held wrongly sees a measure that was lost, one that was
// kept, and a directive that the record does not know.
func tampered(t *testing.T, d *Demo) {
	t.Helper()
	var taken *department
	var lost, kept *uuid.UUID
	for _, taken = range d.departments {
		lost, kept = nil, nil
		for id, entry := range taken.ledger.Snapshot() {
			if entry.Withdrawn {
				kept = &id
			} else if len(entry.Measures) == 1 {
				lost = &id
			}
		}
		if lost != nil && kept != nil {
			break
		}
	}
	snapshot := taken.ledger.Snapshot()
	delete(snapshot, *kept)
	var number int16
	if err := d.config.DB.Pool.QueryRow(t.Context(), `SELECT measures[1] FROM directive WHERE id = $1`, *kept).Scan(&number); err != nil {
		t.Fatal(err)
	}
	var m wire.Message
	for id, entry := range snapshot {
		if id == *lost {
			continue
		}
		m.Directives = append(m.Directives, wire.Directive{ID: id, Version: entry.Version, Kind: entry.Kind, Measures: entry.Measures})
	}
	m.Directives = append(m.Directives,
		wire.Directive{ID: *kept, Version: 1, Kind: "impose", Measures: []string{measureText(d.Register, number), "b"}}, // never withdrawn
		wire.Directive{ID: uuid.Must(uuid.NewV7()), Version: 1, Kind: "impose", Measures: []string{"c", "d", "e"}},      // nobody's
	)
	taken.ledger = receiver.Ledger{}
	taken.ledger.Apply(m)
	if wrong, err := d.heldWrongly(t.Context()); err != nil || wrong != 1+2+3 {
		t.Errorf("%d pairs are held wrongly, %v; want 6", wrong, err)
	}
	keeps(t, d, *kept, number)
}

// What a department keeps on its own basis is counted as kept, not as withdrawn, and is not
// held wrongly until its last day.
func keeps(t *testing.T, d *Demo, directive uuid.UUID, measure int16) {
	t.Helper()
	var before Result
	if err := d.counts(t.Context(), &before); err != nil {
		t.Fatal(err)
	}
	for i, until := range []day.Day{lastDay, lastDay.AddDays(-1)} {
		_, err := d.config.DB.Pool.Exec(t.Context(), `INSERT INTO report (directive_id, version, measure_id, outcome, basis, kept_until, reported_on)
			SELECT directive_id, version, $2, 'kept', 'made up', $3, $3 FROM amendment WHERE directive_id = $1 AND kind = 'withdraw'
			ON CONFLICT ON CONSTRAINT report_pkey DO UPDATE SET outcome = 'kept', basis = 'made up', kept_until = $3`, directive, measure, until)
		if err != nil {
			t.Fatal(err)
		}
		var got Result
		if err := d.counts(t.Context(), &got); err != nil || got.Kept != 1 || got.WithdrawalsAcknowledged != before.WithdrawalsAcknowledged-1 || got.WithdrawalsDue != before.WithdrawalsDue {
			t.Errorf("kept until %s: %+v, %v", until, got.Summary, err)
		}
		if wrong, err := d.heldWrongly(t.Context()); err != nil || wrong != 5+i {
			t.Errorf("kept until %s: %d pairs are held wrongly, %v; want %d", until, wrong, err, 5+i)
		}
	}
}
