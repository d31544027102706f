package pgtest_test

import (
	"testing"

	"concordat/internal/pg/pgtest"
	"concordat/migrations"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestEachTestHasItsOwnMigratedDatabase(t *testing.T) {
	t.Parallel()
	latest, err := migrations.Latest()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		db := pgtest.New(t)
		version, err := migrations.Version(t.Context(), db.Pool)
		if err != nil {
			t.Fatal(err)
		}
		if version != latest {
			t.Errorf("version %d, want %d", version, latest)
		}
		// The second database would refuse it if it were the first.
		if _, err := db.ExecContext(t.Context(), "CREATE TABLE mine (id int)"); err != nil {
			t.Error(err)
		}
	}
}
