package telemetry_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/register"
	"concordat/internal/access"
	"concordat/internal/api"
	"concordat/internal/jobs"
	"concordat/internal/pg/pgtest"
	"concordat/internal/telemetry"
	"concordat/notify"
	"concordat/notify/receiver"
	"concordat/notify/wire"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func machine() time.Time { return time.Now().UTC() }

// scene is an installation with telemetry, and departments that receive.
type scene struct {
	*enforcetest.Bundle
	spans     *tracetest.InMemoryExporter
	telemetry *telemetry.Telemetry
	record    *telemetry.Record
	endpoints *notify.Endpoints
	drainer   *notify.Drainer
	tokens    *access.Tokens
	server    *httptest.Server // the API

	// clock is added to machine time of the figures.
	clock atomic.Int64
	// stop ends the jobs; what is due stays so.
	stop func()

	mu       sync.Mutex
	answer   func(m wire.Message, a wire.Answers) wire.Answers
	received []received
}

// received is one message as a department saw it.
type received struct {
	wire.Message
	traceparent string
}

// setup builds a scene whose departments acknowledge everything.
func setup(t *testing.T) *scene {
	t.Helper()
	s := &scene{Bundle: enforcetest.Setup(t), spans: tracetest.NewInMemoryExporter()}
	inserting, err := jobs.Insert(s.DB.Pool)
	must(t, err)
	s.Config.Jobs = inserting
	s.Offices, err = register.Open(t.Context(), s.Config)
	must(t, err)
	s.endpoints = &notify.Endpoints{DB: s.DB, Vault: s.Vault, Machine: machine}
	s.record = &telemetry.Record{Register: s.Offices, Endpoints: s.endpoints, DB: s.DB, Legal: s.At, Data: t.TempDir(), Failed: func(err error) { t.Log(err) }}
	s.telemetry, err = telemetry.New(t.Context(), telemetry.Config{Machine: s.later, Version: "test", Record: s.record, Spans: s.spans, Share: 1})
	must(t, err)
	t.Cleanup(func() { must(t, s.telemetry.Close(context.WithoutCancel(t.Context()))) })
	s.departments(t)
	s.deliver(t)

	s.tokens = access.New(s.DB, machine, true)
	s.tokens.Changes = s.Changes
	handler, err := api.New(api.Config{
		Register: s.Offices, Tokens: s.tokens, Inbox: &notify.Inbox{DB: s.DB, Register: s.Offices, Machine: machine}, Legal: s.At,
		Carriers: change.Carriers{change.Endpoint: s.endpoints.Carry},
		Log:      zerolog.Nop(), Demo: true, Ready: func(context.Context) error { return nil },
		Tracers: s.telemetry.Tracers(), Answered: s.telemetry.Request,
	})
	must(t, err)
	s.server = httptest.NewServer(handler)
	t.Cleanup(s.server.Close)
	return s
}

// departments gives every department a webhook at one receiver.
func (s *scene) departments(t *testing.T) {
	t.Helper()
	secret := wire.NewSecret()
	keys, err := wire.ParseKeys(secret)
	must(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		one := &receiver.Receiver{Keys: keys, Now: machine, Answer: func(m wire.Message, a wire.Answers) wire.Answers {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.received = append(s.received, received{m, r.Header.Get("Traceparent")})
			if s.answer != nil {
				return s.answer(m, a)
			}
			return a
		}}
		one.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	for _, org := range s.Departments {
		must(t, s.endpoints.Put(t.Context(), s.System(), notify.NewEndpoint{
			Organisation: org, Channel: notify.WebhookName, Priority: 1, URL: server.URL, AllowInternal: true, Keys: []string{secret},
		}))
	}
}

// deliver starts drains and jobs.
func (s *scene) deliver(t *testing.T) {
	t.Helper()
	webhook := notify.NewWebhook(notify.WebhookConfig{Machine: machine})
	t.Cleanup(webhook.Close)
	var err error
	s.drainer, err = notify.NewDrainer(notify.Config{
		DB: s.DB, Register: s.Offices, Endpoints: s.endpoints, Catalogue: s.Config.Catalogue, Calendar: s.Calendar,
		Channels: []notify.Channel{webhook, &notify.Inbox{DB: s.DB, Register: s.Offices, Machine: machine}},
		Legal:    s.At, Machine: machine, Demo: true,
		Sent: func(ctx context.Context, d notify.Sent) {
			s.telemetry.Send(ctx, d.Channel, string(d.Lane), string(d.Verdict), d.Items, d.Took)
		},
	})
	must(t, err)
	t.Cleanup(func() { s.drainer.Close(context.WithoutCancel(t.Context())) })
	client, err := jobs.Work(s.DB.Pool, jobs.Config{Drainer: s.drainer, Tracers: s.telemetry.Tracers(), Meters: s.telemetry.Meters()})
	must(t, err)
	must(t, client.Start(t.Context()))
	s.stop = sync.OnceFunc(func() { must(t, client.Stop(context.WithoutCancel(t.Context()))) })
	t.Cleanup(s.stop)
}

// later is machine time of the figures.
func (s *scene) later() time.Time { return machine().Add(time.Duration(s.clock.Load())) }

// until waits for a state, for half a minute at most.
func until(t *testing.T, what string, reached func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !reached(); {
		if time.Now().After(end) {
			t.Fatalf("after half a minute: %s", what)
		}
	}
}

func (s *scene) token(role enforcement.Role, org enforcement.OrganisationID) string {
	s.T.Helper()
	plain, err := s.tokens.Issue(s.T.Context(), "telemetry-"+string(role), role, org, true, time.Time{})
	must(s.T, err)
	return plain
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
