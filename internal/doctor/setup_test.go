package doctor_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement/enforcetest"
	"concordat/internal/doctor"
	"concordat/internal/jobs"
	"concordat/internal/pg"
	"concordat/internal/vault"
	"concordat/migrations"
	"concordat/notify"
	"concordat/notify/wire"
)

// sound is an installation in which nothing is wrong, on a durable server of its
// own; faults are planted in copies of it.
type sound struct {
	cluster *pg.Cluster
	data    string
	day     time.Time // legal time
	mu      sync.Mutex
	copies  int
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func build(t *testing.T) *sound {
	t.Helper()
	dir, err := pg.FreshTestDir("concordat-doctor")
	must(t, err)
	s := &sound{data: dir}
	s.cluster, err = pg.StartCluster(t.Context(), pg.ClusterConfig{Dir: filepath.Join(dir, "postgres"), Temporary: true})
	must(t, err)
	t.Cleanup(func() {
		if err := s.cluster.Remove(); err != nil {
			t.Error(err)
		}
		_ = os.RemoveAll(dir)
	})
	keys, err := vault.Open(filepath.Join(dir, "keys.json"), vault.Options{Create: true})
	must(t, err)

	must(t, s.cluster.CreateDatabase(t.Context(), "sound", ""))
	db, err := pg.Open(t.Context(), pg.Config{URL: s.cluster.URL("sound")})
	must(t, err)
	must(t, migrations.Up(t.Context(), db.Pool))
	s.furnish(t, db, keys)
	must(t, db.Close())
	return s
}

// furnish leads real lives: listings published, delivered and ended, a webhook,
// queues that River itself made.
func (s *sound) furnish(t *testing.T, db *pg.DB, keys *vault.Vault) {
	t.Helper()
	ctx := t.Context()
	b := enforcetest.SetupOn(t, db)
	enforcetest.Attested(t, b.Plans, b.System())
	ended := b.Published(b.Subject(b.Person()))
	b.Published(b.Subject(b.Company()))
	_, err := db.Pool.Exec(ctx, `UPDATE directive SET step = 'acknowledged', due = false`)
	must(t, err)
	must(t, b.Listings.Delete(ctx, b.Judge(), enforcetest.Of(ended), b.Ending(1)))
	_, err = db.Pool.Exec(ctx, `UPDATE amendment SET step = 'acknowledged', due = false`)
	must(t, err)
	endpoints := &notify.Endpoints{DB: db, Vault: keys, Machine: time.Now}
	must(t, endpoints.Put(ctx, b.System(), notify.NewEndpoint{
		Organisation: b.Departments[0], Channel: notify.WebhookName, Priority: 1, URL: "https://receiver.example", Keys: []string{wire.NewSecret()},
	}))
	_, err = db.Pool.Exec(ctx, `DELETE FROM river.river_job`)
	must(t, err)
	s.day = b.At()

	client, err := jobs.Work(db.Pool, jobs.Config{Register: b.Offices, Legal: b.At})
	must(t, err)
	must(t, client.Start(ctx))
	for b.Count(`SELECT count(*) FROM river.river_leader`) == 0 || b.Count(`SELECT count(*) FROM river.river_queue`) < 3 {
		time.Sleep(10 * time.Millisecond) // until River leads and has its queues
	}
	must(t, client.Stop(context.WithoutCancel(ctx)))
	_, err = db.Pool.Exec(ctx, `DELETE FROM river.river_job`)
	must(t, err)
	// The leader went with the client: one that stays for the tests.
	_, err = db.Pool.Exec(ctx, `INSERT INTO river.river_leader (elected_at, expires_at, leader_id) VALUES (now(), now() + interval '1 hour', 'made')`)
	must(t, err)
}

// place is a copy of the sound installation to plant a fault in.
type place struct {
	doctor.Config

	t    *testing.T
	name string
	of   *sound
}

func (s *sound) copy(t *testing.T) *place {
	t.Helper()
	s.mu.Lock()
	s.copies++
	name := fmt.Sprintf("copy_%d", s.copies)
	err := s.cluster.CreateDatabase(t.Context(), name, "sound")
	s.mu.Unlock()
	must(t, err)
	dir := t.TempDir()
	text, err := os.ReadFile(filepath.Join(s.data, "keys.json"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "keys.json"), text, 0o600))
	return &place{t: t, name: name, of: s, Config: doctor.Config{
		Data: dir, DatabaseURL: s.cluster.URL(name),
		Machine: func() time.Time { return time.Now().UTC() }, Legal: func() time.Time { return s.day }, FreeBytes: 1, FreePercent: 1, // the machine of the tests may be fuller than an installation should
	}}
}

func (p *place) sql(sql string) {
	p.t.Helper()
	conn, err := pgx.Connect(p.t.Context(), p.DatabaseURL)
	must(p.t, err)
	defer func() { _ = conn.Close(p.t.Context()) }()
	_, err = conn.Exec(p.t.Context(), sql)
	must(p.t, err)
	// What was written is counted before the doctor comes.
	_, err = conn.Exec(p.t.Context(), `SELECT pg_stat_force_next_flush()`)
	must(p.t, err)
}

func (p *place) keys() string { return filepath.Join(p.Data, "keys.json") }

func (p *place) later(d time.Duration) { p.Legal = func() time.Time { return p.of.day.Add(d) } }
