package demo

import (
	"testing"
	"time"

	"concordat/internal/pg/pgtest"
	"concordat/internal/vault"
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
	audit, err := d.Register.AuditDirectives(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range audit.Findings {
		t.Errorf("audit: %+v", finding)
	}
}
