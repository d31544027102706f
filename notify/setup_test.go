package notify_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/internal/pg/pgtest"
	"concordat/notify"
	"concordat/notify/receiver"
	"concordat/notify/wire"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func machine() time.Time { return time.Now().UTC() }

// department is a receiver on loopback whose behaviour a test can change.
type department struct {
	*receiver.Receiver
	org    enforcement.OrganisationID
	secret string
	server *httptest.Server

	mu     sync.Mutex
	before http.HandlerFunc // answers instead, if it writes a status above 0
	bodies []int            // directives of each message that verified
}

// intercept puts a handler in front; one that calls nothing lets the receiver answer.
func (d *department) intercept(h http.HandlerFunc) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.before = h
}

type seen struct {
	http.ResponseWriter
	wrote bool
}

// Unwrap lets http.ResponseController find the connection.
func (s *seen) Unwrap() http.ResponseWriter { return s.ResponseWriter }

func (s *seen) WriteHeader(code int) { s.wrote = true; s.ResponseWriter.WriteHeader(code) }

func (s *seen) Write(b []byte) (int, error) { s.wrote = true; return s.ResponseWriter.Write(b) }

func (d *department) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	before := d.before
	d.mu.Unlock()
	if before != nil {
		s := &seen{ResponseWriter: w}
		before(s, r)
		if s.wrote {
			return
		}
	}
	d.Receiver.ServeHTTP(w, r)
}

func (d *department) sizes() []int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]int(nil), d.bodies...)
}

// bench is a bundle of the record with everything that delivers.
type bench struct {
	*enforcetest.Bundle
	endpoints *notify.Endpoints
	inbox     *notify.Inbox
	config    notify.Config
	drainer   *notify.Drainer
	receivers map[enforcement.OrganisationID]*department
}

// setup makes a bundle whose departments all receive by webhook on loopback.
// Probes are milliseconds.
func setup(t testing.TB, change func(*notify.Config)) *bench {
	t.Helper()
	b := &bench{Bundle: enforcetest.Setup(t), receivers: map[enforcement.OrganisationID]*department{}}
	b.endpoints = &notify.Endpoints{DB: b.DB, Vault: b.Vault, Machine: machine, Probes: notify.Probes{First: time.Millisecond, Express: 5 * time.Millisecond, Bulk: 20 * time.Millisecond}}
	b.inbox = &notify.Inbox{DB: b.DB, Register: b.Offices, Machine: machine}
	webhook := notify.NewWebhook(notify.WebhookConfig{Machine: machine, Timeout: 2 * time.Second})
	t.Cleanup(webhook.Close)
	b.config = notify.Config{
		DB: b.DB, Register: b.Offices, Endpoints: b.endpoints, Catalogue: b.Config.Catalogue, Calendar: b.Calendar,
		Channels: []notify.Channel{webhook, b.inbox}, Legal: b.At, Machine: machine, Demo: true,
		SweepEvery: 10 * time.Millisecond, Heartbeat: 20 * time.Millisecond, FallbackEvery: time.Nanosecond,
	}
	if change != nil {
		change(&b.config)
	}
	for _, org := range b.Departments {
		b.receivers[org] = b.receive(t, org)
	}
	b.drainer = b.newDrainer(t, b.config)
	return b
}

func (b *bench) newDrainer(t testing.TB, c notify.Config) *notify.Drainer {
	t.Helper()
	d, err := notify.NewDrainer(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close(context.WithoutCancel(t.Context())) })
	return d
}

func (b *bench) receive(t testing.TB, org enforcement.OrganisationID) *department {
	t.Helper()
	d := &department{org: org, secret: wire.NewSecret()}
	keys, err := wire.ParseKeys(d.secret)
	if err != nil {
		t.Fatal(err)
	}
	d.Receiver = &receiver.Receiver{Keys: keys, Ledger: &receiver.Ledger{}, Now: machine, Answer: func(m wire.Message, a wire.Answers) wire.Answers {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.bodies = append(d.bodies, len(m.Directives))
		return a
	}}
	d.server = httptest.NewServer(d)
	t.Cleanup(d.server.Close)
	b.put(t, notify.NewEndpoint{Organisation: org, Channel: notify.WebhookName, Priority: 1, URL: d.server.URL + "/directives", AllowInternal: true, Keys: []string{d.secret}})
	return d
}

func (b *bench) put(t testing.TB, e notify.NewEndpoint) {
	t.Helper()
	if err := b.endpoints.Put(t.Context(), b.System(), e); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) drain(t testing.TB, w directive.WakeUp) {
	t.Helper()
	if err := b.drainer.Drain(t.Context(), w); err != nil {
		t.Fatal(err)
	}
}

// quiet sweeps until nothing is due anywhere, for half a minute at most.
func (b *bench) quiet(t *testing.T, d *notify.Drainer) {
	t.Helper()
	end := time.Now().Add(30 * time.Second)
	for {
		if err := d.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		lanes, err := b.Directives.Lanes(t.Context(), b.Day())
		if err != nil {
			t.Fatal(err)
		}
		if len(lanes) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("still due after half a minute: %v", lanes)
		}
	}
}

// agree demands that every receiver holds what the record says it was told: the
// newest version that left, and no directive of which nothing left.
func (b *bench) agree(t *testing.T) {
	t.Helper()
	for org, d := range b.receivers {
		held := d.Ledger.Snapshot()
		list, err := b.Directives.List(t.Context(), b.As(enforcement.DepartmentClerk, org), enforcement.ID{}, 10000)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range list {
			got, ok := held[[16]byte(want.ID)]
			switch {
			case want.Step == directive.Cancelled:
				if ok {
					t.Errorf("organisation %d holds directive %s, which is cancelled at version %d", org, want.ID, want.Version)
				}
				continue
			case !ok:
				t.Errorf("organisation %d does not hold directive %s, %s at version %d", org, want.ID, want.Step, want.Version)
				continue
			}
			if got.Version != want.Version || got.Kind != string(want.Kind) || len(got.Measures) != len(want.Measures) {
				t.Errorf("organisation %d holds %s as version %d %s with %d measures, the record has version %d %s with %d",
					org, want.ID, got.Version, got.Kind, len(got.Measures), want.Version, want.Kind, len(want.Measures))
			}
			delete(held, [16]byte(want.ID))
		}
		for id := range held {
			if !containsDirective(list, id) {
				t.Errorf("organisation %d holds %s, which the record does not know", org, enforcement.ID(id))
			}
		}
	}
	b.noFindings(t)
}

// noFindings demands that the tables follow from the events.
func (b *bench) noFindings(t *testing.T) {
	t.Helper()
	audit, err := b.Auditor.Directives(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range audit.Findings {
		t.Errorf("audit: %s", f)
	}
}

func containsDirective(list []directive.Directive, id [16]byte) bool {
	for _, d := range list {
		if d.ID == enforcement.ID(id) {
			return true
		}
	}
	return false
}
