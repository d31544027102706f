package drill_test

import (
	"context"
	"maps"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/register"
	"concordat/internal/backup"
	"concordat/internal/jobs"
	"concordat/internal/pg"
	"concordat/internal/pg/pgtest"
	"concordat/internal/vault"
	"concordat/notify"
	"concordat/notify/receiver"
	"concordat/notify/wire"
)

func machine() time.Time { return time.Now().UTC() }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// scene is a record with everything that delivers, and its departments.
type scene struct {
	*enforcetest.Bundle
	url, keyFile string
	keys         *vault.Vault
	departments  map[enforcement.OrganisationID]*receiver.Ledger
	// byHand has an inbox only, byFile a system that answers no inventory request.
	byHand, byFile enforcement.OrganisationID
	endpoints      *notify.Endpoints
	inbox          *notify.Inbox
	webhook        *notify.Webhook
	drainer        *notify.Drainer
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{keyFile: filepath.Join(t.TempDir(), "keys.json"), departments: map[enforcement.OrganisationID]*receiver.Ledger{}}
	var err error
	s.keys, err = vault.Open(s.keyFile, vault.Options{Demo: true, Create: true})
	must(t, err)
	db := pgtest.New(t)
	s.url = db.Pool.Config().ConnString()
	s.Bundle = enforcetest.SetupWith(t, db, s.keys)
	s.webhook = notify.NewWebhook(notify.WebhookConfig{Machine: machine, Timeout: 5 * time.Second})
	t.Cleanup(s.webhook.Close)
	s.assemble(t)
	s.byHand, s.byFile = s.Departments[0], s.Departments[1]
	for _, org := range s.Departments[1:] {
		s.connect(t, org)
	}
	return s
}

// assemble makes what delivers on the bundle's database.
func (s *scene) assemble(t *testing.T) {
	t.Helper()
	s.endpoints = &notify.Endpoints{DB: s.DB, Vault: s.keys, Machine: machine, Probes: notify.Probes{First: time.Millisecond, Express: 5 * time.Millisecond, Bulk: 20 * time.Millisecond}}
	s.inbox = &notify.Inbox{DB: s.DB, Register: s.Offices, Machine: machine}
	var err error
	s.drainer, err = notify.NewDrainer(notify.Config{
		DB: s.DB, Register: s.Offices, Endpoints: s.endpoints, Catalogue: s.Config.Catalogue, Calendar: s.Calendar,
		Channels: []notify.Channel{s.webhook, s.inbox}, Legal: s.At, Machine: machine, Demo: true, Heartbeat: 20 * time.Millisecond,
	})
	must(t, err)
	drainer := s.drainer
	t.Cleanup(func() { drainer.Close(context.WithoutCancel(t.Context())) })
}

// connect opens a department's system.
func (s *scene) connect(t *testing.T, org enforcement.OrganisationID) {
	t.Helper()
	secret := wire.NewSecret()
	keys, err := wire.ParseKeys(secret)
	must(t, err)
	s.departments[org] = &receiver.Ledger{}
	server := httptest.NewServer(&receiver.Receiver{Keys: keys, Ledger: s.departments[org], Now: machine})
	t.Cleanup(server.Close)
	must(t, s.endpoints.Put(t.Context(), s.System(), notify.NewEndpoint{
		Organisation: org, Channel: notify.WebhookName, Priority: 1, URL: server.URL, AllowInternal: true, Keys: []string{secret},
	}))
}

// quiet delivers until nothing is due, for half a minute at most.
func (s *scene) quiet(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; {
		must(t, s.drainer.Sweep(t.Context()))
		lanes, err := s.Directives.Lanes(t.Context(), s.Day())
		must(t, err)
		if len(lanes) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("still due after half a minute: %v", lanes)
		}
	}
}

// backup takes one into a new folder.
func (s *scene) backup(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "backup")
	m, err := backup.Make(t.Context(), backup.Source{
		DB: s.DB, URL: s.url, Vault: s.keys, KeyFile: s.keyFile, Program: "drill", MachineAt: machine(), LegalAt: s.At(),
	}, dir, "")
	must(t, err)
	if m.Rows["directive"] == 0 || m.Rows["event"] == 0 {
		t.Fatalf("the backup counts %v", m.Rows)
	}
	return dir
}

// empty makes an empty database beside the others and returns its URL.
func empty(t *testing.T, name string) string {
	t.Helper()
	cluster := pgtest.Cluster(t)
	must(t, cluster.CreateDatabase(t.Context(), name, ""))
	t.Cleanup(func() { must(t, cluster.DropDatabase(context.WithoutCancel(t.Context()), name)) })
	return cluster.URL(name)
}

func operator(at time.Time, id string) enforcement.Act {
	return enforcement.Act{At: at, Actor: enforcement.Actor{ID: id, Role: enforcement.Operator}}
}

func (s *scene) target(url string) backup.Target {
	return backup.Target{URL: url, Vault: s.keys, Act: operator(s.At(), "op-1"), Machine: machine}
}

// turnTo goes on with the database at the URL, as a restarted program would.
func (s *scene) turnTo(t *testing.T, url string) {
	t.Helper()
	db, err := pg.Open(t.Context(), pg.Config{URL: url, MaxConns: 10})
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	inserting, err := jobs.Insert(db.Pool)
	must(t, err)
	s.DB, s.Config.DB, s.Config.Jobs = db, db, inserting
	s.Offices, err = register.Open(t.Context(), s.Config)
	must(t, err)
	s.assemble(t)
}

// ledgers is what all departments hold.
type ledgers map[enforcement.OrganisationID]map[uuid.UUID]receiver.Entry

func (s *scene) ledgers() ledgers {
	all := ledgers{}
	for org, l := range s.departments {
		all[org] = l.Snapshot()
	}
	return all
}

// notRevived demands that nothing is in force now which was not before.
func notRevived(t *testing.T, when string, before, now ledgers) {
	t.Helper()
	for org, held := range now {
		for id, entry := range held {
			if len(entry.Measures) > 0 && len(before[org][id].Measures) == 0 {
				t.Errorf("%s: organisation %d has directive %s in force at version %d, which it had at %+v", when, org, id, entry.Version, before[org][id])
			}
		}
	}
}

func inForce(all ledgers) (n int) {
	for _, held := range all {
		for _, entry := range held {
			if len(entry.Measures) > 0 {
				n++
			}
		}
	}
	return n
}

// heldWrongly counts directives of which a department's set is not what the
// record wants: that of the newest version.
func (s *scene) heldWrongly(t *testing.T) int {
	t.Helper()
	wrong := 0
	for org, l := range s.departments {
		held := l.Snapshot()
		list, err := s.Directives.List(t.Context(), s.As(enforcement.DepartmentClerk, org), enforcement.ID{}, 10000)
		must(t, err)
		for _, want := range list {
			if len(held[uuid.UUID(want.ID)].Measures) != len(want.Measures) {
				t.Logf("organisation %d holds %s as %+v, the record has %+v", org, want.ID, held[uuid.UUID(want.ID)], want)
				wrong++
			}
			delete(held, uuid.UUID(want.ID))
		}
		for id, unknown := range held {
			if len(unknown.Measures) > 0 {
				t.Logf("organisation %d holds %s as %+v, which the record does not know", org, id, unknown)
				wrong++
			}
		}
	}
	return wrong
}

func (s *scene) audited(t *testing.T) {
	t.Helper()
	audit, err := s.Auditor.Directives(t.Context(), nil)
	must(t, err)
	for _, f := range audit.Findings[:min(len(audit.Findings), 20)] {
		t.Errorf("audit: %s", f)
	}
}

// inventoryOf is the file that a department without an answer hands in.
func inventoryOf(l *receiver.Ledger) []directive.InventoryLine {
	held := l.Snapshot()
	ids := slices.SortedFunc(maps.Keys(held), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	lines := make([]directive.InventoryLine, 0, len(ids))
	for _, id := range ids {
		e := held[id]
		lines = append(lines, directive.InventoryLine{Directive: enforcement.ID(id), Version: e.Version, Withdrawn: e.Withdrawn, Carries: len(e.Measures) > 0})
	}
	return lines
}
