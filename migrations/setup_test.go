package migrations

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"concordat/internal/pg" //nolint:depguard // only to have a server; what is tested imports nothing of ours
)

// empty returns a pool on a database that nothing was done to, in a server of
// the test's own: pgtest's are migrated, by this package.
func empty(t *testing.T) *pgxpool.Pool {
	t.Helper()
	dir, err := pg.FreshTestDir("concordat-migrations")
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := pg.StartCluster(t.Context(), pg.ClusterConfig{Dir: dir, Profile: pg.ProfileTest, Temporary: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Remove(); err != nil {
			t.Error(err)
		}
	})
	db, err := pg.Open(context.WithoutCancel(t.Context()), pg.Config{URL: cluster.URL("postgres")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db.Pool
}
