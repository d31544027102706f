package lives_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/party"
	"concordat/enforcement/register"
	"concordat/internal/access"
	"concordat/internal/api"
	"concordat/internal/calendar"
	"concordat/internal/identifier/madeup"
	"concordat/internal/jobs"
	"concordat/internal/nanning"
	"concordat/internal/pg/pgtest"
	"concordat/internal/vault"
	"concordat/memoranda"
	"concordat/memoranda/day"
	"concordat/notify"
	"concordat/notify/receiver"
	"concordat/notify/wire"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func machine() time.Time { return time.Now().UTC() }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// town is Nanning with everything running: the API, the jobs, the deliveries, and a
// stand-in behind a webhook for every department.
type town struct {
	t        *testing.T
	register *register.Offices
	server   *httptest.Server
	tokens   *access.Tokens
	made     *madeup.Maker
	// bySlug are the organisations of the record, holding what each stand-in holds.
	bySlug  map[string]enforcement.OrganisationID
	holding map[enforcement.OrganisationID]*receiver.Ledger

	mu    sync.Mutex
	today day.Day
}

// settle makes a town on the first of September 2025, a Monday.
func settle(t *testing.T) *town {
	t.Helper()
	db := pgtest.New(t)
	v, err := vault.Ephemeral(true)
	must(t, err)
	days, err := calendar.Embedded()
	must(t, err)
	catalogue, err := memoranda.Embedded()
	must(t, err)
	attested, err := memoranda.DemonstrationAttestations(catalogue)
	must(t, err)
	inserting, err := jobs.Insert(db.Pool)
	must(t, err)
	w := &town{t: t, made: madeup.New(11), today: nanning.On, bySlug: map[string]enforcement.OrganisationID{}, holding: map[enforcement.OrganisationID]*receiver.Ledger{}}
	w.register, err = register.Open(t.Context(), register.Config{
		DB: db, Jobs: inserting, Vault: v, Calendar: days, Catalogue: catalogue, Attestations: attested, Demonstration: true, Machine: machine,
	})
	must(t, err)
	w.tokens = access.New(db, machine, true)
	w.tokens.Changes, w.tokens.Papers = w.register.Changes, w.register.Papers
	endpoints := &notify.Endpoints{DB: db, Vault: v, Machine: machine}
	inbox := &notify.Inbox{DB: db, Register: w.register, Machine: machine}
	w.enter(catalogue, endpoints)

	webhook := notify.NewWebhook(notify.WebhookConfig{Machine: machine, Timeout: 10 * time.Second})
	t.Cleanup(webhook.Close)
	drainer, err := notify.NewDrainer(notify.Config{
		DB: db, Register: w.register, Endpoints: endpoints, Catalogue: catalogue, Calendar: days,
		Channels: []notify.Channel{webhook, inbox}, Legal: w.now, Machine: machine, Demo: true,
	})
	must(t, err)
	worker, err := jobs.Work(db.Pool, jobs.Config{Drainer: drainer})
	must(t, err)
	must(t, worker.Start(t.Context()))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		_ = worker.StopAndCancel(ctx) // the test is over either way
		drainer.Close(ctx)
	})
	handler, err := api.New(api.Config{
		Register: w.register, Tokens: w.tokens, Inbox: inbox, Carriers: change.Carriers{}, Legal: w.now, Log: zerolog.Nop(), Demo: true,
		Ready: func(context.Context) error { return nil },
	})
	must(t, err)
	w.server = httptest.NewServer(handler)
	t.Cleanup(w.server.Close)
	return w
}

// enter enters Nanning's organisations and opens a stand-in for each that receives.
func (w *town) enter(catalogue *memoranda.Catalogue, endpoints *notify.Endpoints) {
	w.t.Helper()
	ctx, system := w.t.Context(), enforcement.Daily(w.now())
	list, err := nanning.Organisations(catalogue)
	must(w.t, err)
	list, err = nanning.Enter(ctx, w.register, system, list)
	must(w.t, err)
	for _, org := range list {
		w.bySlug[org.Slug] = org.ID
		if org.Kind == party.Court {
			continue
		}
		secret := wire.NewSecret()
		keys, err := wire.ParseKeys(secret)
		must(w.t, err)
		ledger := &receiver.Ledger{}
		w.holding[org.ID] = ledger
		standIn := httptest.NewServer(&receiver.Receiver{Keys: keys, Ledger: ledger, Now: machine})
		w.t.Cleanup(standIn.Close)
		must(w.t, endpoints.Put(ctx, system, notify.NewEndpoint{
			Organisation: org.ID, Channel: notify.WebhookName, Priority: 1, URL: standIn.URL + "/directives", AllowInternal: true, Keys: []string{secret},
		}))
	}
}

func (w *town) day() day.Day {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.today
}

// now is ten o'clock of the town's day in China.
func (w *town) now() time.Time { return calendar.Start(w.day()).Add(10 * time.Hour) }

func (w *town) moveTo(d day.Day) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.today = d
}

// after moves the town on by days.
func (w *town) after(days int) { w.moveTo(w.day().AddDays(days)) }

func (w *town) token(role enforcement.Role, organisation string) string {
	w.t.Helper()
	id := w.bySlug[organisation]
	if organisation != "" && id == 0 {
		w.t.Fatalf("Nanning has no organisation %s", organisation)
	}
	plain, err := w.tokens.Issue(w.t.Context(), fmt.Sprintf("%s-of-%s", role, organisation), role, id, true, time.Time{})
	must(w.t, err)
	return plain
}

type object = map[string]any

// answer is what came back.
type answer struct {
	tag  string
	body object
}

func (a answer) id() string { id, _ := a.body["id"].(string); return id }

// ask sends a request that must succeed.
func (w *town) ask(token, method, path string, body any, headers ...string) answer {
	w.t.Helper()
	var sent bytes.Buffer
	if body != nil {
		must(w.t, json.NewEncoder(&sent).Encode(body))
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, &sent)
	must(w.t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := w.server.Client().Do(r)
	must(w.t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	must(w.t, err)
	if response.StatusCode/100 != 2 {
		w.t.Fatalf("%s %s: %d %s", method, path, response.StatusCode, text)
	}
	a := answer{tag: response.Header.Get("ETag")}
	if len(text) > 0 {
		must(w.t, json.Unmarshal(text, &a.body))
	}
	return a
}

// move makes a move of what stands at an address, as who reads it there now.
func (w *town) move(token, path, name string, body any) {
	w.t.Helper()
	w.ask(token, http.MethodPost, path+"/"+name, body, "If-Match", w.ask(token, http.MethodGet, path, nil).tag)
}

// delivered waits until nothing is due anywhere: what the jobs send has been
// answered by the stand-ins.
func (w *town) delivered() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		due, err := w.register.Directives.Lanes(ctx, w.day())
		must(w.t, err)
		if len(due) == 0 {
			return
		}
		select {
		case <-ctx.Done():
			w.t.Fatalf("still due after a minute: %v", due)
		case <-again.C:
		}
	}
}

// nothingHeld demands that no stand-in holds a measure any more, and that the
// record follows from its events.
func (w *town) nothingHeld() {
	w.t.Helper()
	told := 0
	for org, ledger := range w.holding {
		for id, held := range ledger.Snapshot() {
			told++
			if len(held.Measures) > 0 {
				w.t.Errorf("organisation %d still holds %s: %v", org, enforcement.ID(id), held.Measures)
			}
		}
	}
	if told == 0 {
		w.t.Error("no stand-in was ever told anything")
	}
	audit, err := w.register.Auditor.Directives(w.t.Context(), nil)
	must(w.t, err)
	for _, f := range audit.Findings {
		w.t.Errorf("audit: %s", f)
	}
}

func (w *town) company() object {
	number := w.made.Company()
	return object{"kind": "legal-person", "name": w.made.CompanyName(), "number_kind": number.Kind, "number": number.Number, "head": w.made.PersonName()}
}
