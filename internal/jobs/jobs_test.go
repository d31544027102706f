package jobs_test

import (
	"context"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/plan"
	"concordat/enforcement/register"
	"concordat/internal/jobs"
	"concordat/notify"
	"concordat/notify/receiver"
	"concordat/notify/wire"
)

const (
	writers = 8
	each    = 25
	bound   = time.Minute
)

// Many writers with small transactions, real River clients and no sweep: every
// wake-up must find its work, or what it names is stranded.
func TestNoWakeUpIsLost(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	machine := func() time.Time { return time.Now().UTC() }
	inserting, err := jobs.Insert(b.DB.Pool)
	if err != nil {
		t.Fatal(err)
	}
	b.Config.Jobs = inserting
	if b.Offices, err = register.Open(t.Context(), b.Config); err != nil {
		t.Fatal(err)
	}
	endpoints := &notify.Endpoints{DB: b.DB, Vault: b.Vault, Machine: machine}
	secret := wire.NewSecret()
	keys, err := wire.ParseKeys(secret)
	if err != nil {
		t.Fatal(err)
	}
	ledger := &receiver.Ledger{}
	server := httptest.NewServer(&receiver.Receiver{Keys: keys, Ledger: ledger, Now: machine})
	t.Cleanup(server.Close)
	for _, org := range b.Departments {
		err := endpoints.Put(t.Context(), b.System(), notify.NewEndpoint{Organisation: org, Channel: notify.WebhookName, Priority: 1, URL: server.URL, AllowInternal: true, Keys: []string{secret}})
		if err != nil {
			t.Fatal(err)
		}
	}
	webhook := notify.NewWebhook(notify.WebhookConfig{Machine: machine})
	t.Cleanup(webhook.Close)
	drainer, err := notify.NewDrainer(notify.Config{
		DB: b.DB, Register: b.Offices, Endpoints: endpoints, Catalogue: b.Config.Catalogue, Calendar: b.Calendar,
		Channels: []notify.Channel{webhook, &notify.Inbox{DB: b.DB, Register: b.Offices, Machine: machine}}, Legal: b.At, Machine: machine,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { drainer.Close(context.WithoutCancel(t.Context())) })
	working, err := jobs.Work(b.DB.Pool, jobs.Config{Drainer: drainer})
	if err != nil {
		t.Fatal(err)
	}
	if err := working.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := working.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})

	subject := b.Subject(b.Company())
	var all sync.WaitGroup
	for writer := range writers {
		all.Go(func() {
			for n := range each {
				id := enforcement.NewID()
				_, err := b.DB.Pool.Exec(t.Context(), `INSERT INTO ground (id, kind, list_type, subject_id, organisation_id, reference, decided_on) VALUES ($1, 'listing', $2, $3, $4, '演示决定', $5::date)`,
					id, plan.ListType, subject, b.Court, b.Day())
				if err == nil {
					err = b.Grounds.PutInForce(t.Context(), b.System(), []enforcement.ID{id})
				}
				if err == nil && (writer+n)%3 == 0 {
					err = b.Grounds.End(t.Context(), b.Judge(), id, "Art. 10")
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	end := time.Now().Add(bound)
	for {
		lanes, err := b.Directives.Lanes(t.Context(), b.Day())
		if err != nil {
			t.Fatal(err)
		}
		if len(lanes) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%s after the last commit %d directives are stranded: %v", bound, b.Count(`SELECT count(*) FROM directive WHERE due`), lanes)
		}
	}
	carrying := b.Count(`SELECT count(*) FROM directive d WHERE NOT EXISTS (SELECT FROM amendment a WHERE a.directive_id = d.id)`)
	if got := len(ledger.InForce(b.Day())); got != carrying || carrying == 0 {
		t.Errorf("receivers restrict by %d directives, the record by %d", got, carrying)
	}
	audit, err := b.Auditor.Directives(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range audit.Findings {
		t.Errorf("audit: %s", f)
	}
}
