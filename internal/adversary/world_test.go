package adversary_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/enforcetest"
	"concordat/internal/access"
	"concordat/internal/api"
	"concordat/internal/jobs"
	"concordat/internal/pg/pgtest"
	"concordat/notify"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func machine() time.Time { return time.Now().UTC() }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// object is a JSON object.
type object = map[string]any

// world is a record with its API, its workers and its departments. Tales are told in it
// one after another; each ends all that it began.
type world struct {
	*enforcetest.Bundle
	t           *testing.T
	server      *httptest.Server
	endpoints   *notify.Endpoints
	inbox       *notify.Inbox
	departments []*department

	clerk, judge, president string

	worker *worker
	// last is the newest request that bore a key, to be repeated.
	last *request
	// done counts what was answered well, by what was asked.
	done map[string]int
}

// worker is what a process of its own would be: River's client and the drainer.
type worker struct {
	client  *jobs.Client
	drainer *notify.Drainer
	stop    context.CancelFunc
	sweeps  sync.WaitGroup

	mu     sync.Mutex
	faults []error
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Bundle: enforcetest.Setup(t), t: t, done: map[string]int{}}
	w.endpoints = &notify.Endpoints{DB: w.DB, Vault: w.Vault, Machine: machine, Probes: notify.Probes{First: time.Millisecond, Express: 20 * time.Millisecond, Bulk: 50 * time.Millisecond}}
	w.inbox = &notify.Inbox{DB: w.DB, Register: w.Offices, Machine: machine}
	tokens := access.New(w.DB, machine, true)
	tokens.Changes, tokens.Papers = w.Changes, w.Papers
	handler, err := api.New(api.Config{
		Register: w.Offices, Tokens: tokens, Inbox: w.inbox, Carriers: change.Carriers{}, Legal: w.At, Log: zerolog.Nop(), Demo: true,
		Ready: func(context.Context) error { return nil },
	})
	must(t, err)
	w.server = httptest.NewServer(handler)
	t.Cleanup(w.server.Close)
	issue := func(role enforcement.Role, org enforcement.OrganisationID) string {
		plain, err := tokens.Issue(t.Context(), fmt.Sprintf("%s-of-%d", role, org), role, org, true, time.Time{})
		must(t, err)
		return plain
	}
	w.clerk, w.judge, w.president = issue(enforcement.Clerk, w.Court), issue(enforcement.Judge, w.Court), issue(enforcement.President, w.Court)
	w.settle(issue)
	w.start()
	t.Cleanup(func() { _ = w.worker.end(context.WithoutCancel(t.Context())) })
	return w
}

// settle deals all bodies out to a few departments and gives each its channel.
func (w *world) settle(issue func(enforcement.Role, enforcement.OrganisationID) string) {
	w.t.Helper()
	channels := []channel{byWebhook, byWebhook, byWebhook, byInbox, byReading}
	orgs := w.Departments[:len(channels)]
	_, err := w.DB.Pool.Exec(w.t.Context(), `UPDATE organisation_role SET organisation_id = ($1::integer[])[1 + abs(hashtext(body)) % $2]`, orgs, len(orgs))
	must(w.t, err)
	for i, org := range orgs {
		d := newDepartment(w.t, org, channels[i])
		d.clerk, d.reviewer = issue(enforcement.DepartmentClerk, org), issue(enforcement.DepartmentReviewer, org)
		w.departments = append(w.departments, d)
	}
	w.connect()
}

// connect says where the departments' systems are; one that was given up is tried again.
func (w *world) connect() {
	w.t.Helper()
	for _, d := range w.departments {
		if d.channel == byWebhook {
			must(w.t, w.endpoints.Put(w.t.Context(), w.System(), notify.NewEndpoint{Organisation: d.org, Channel: notify.WebhookName, Priority: 1, URL: d.server.URL, AllowInternal: true, Keys: []string{d.secret}}))
		}
	}
}

func (w *world) start() {
	w.t.Helper()
	webhook := notify.NewWebhook(notify.WebhookConfig{Machine: machine, Timeout: sendTimeout})
	ctx, stop := context.WithCancel(context.WithoutCancel(w.t.Context()))
	drainer, err := notify.NewDrainer(notify.Config{
		DB: w.DB, Register: w.Offices, Endpoints: w.endpoints, Catalogue: w.Config.Catalogue, Calendar: w.Calendar,
		Channels: []notify.Channel{webhook, w.inbox}, Legal: w.At, Machine: machine, Demo: true,
		ExpressBatch: 3, BulkBatch: 3, SweepEvery: 50 * time.Millisecond, Heartbeat: 100 * time.Millisecond, FallbackEvery: time.Nanosecond,
	})
	must(w.t, err)
	k := &worker{drainer: drainer, stop: func() { stop(); webhook.Close() }}
	k.client, err = jobs.Work(w.DB.Pool, jobs.Config{Drainer: drainer, MaxExpress: 2, MaxBulk: 2, SoftStop: time.Millisecond})
	must(w.t, err)
	must(w.t, k.client.Start(ctx))
	k.sweeps.Go(func() {
		drainer.Run(ctx, func(err error) {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.faults = append(k.faults, err)
		})
	})
	w.worker = k
}

// end breaks off whatever is being sent and returns what went wrong while it worked.
func (k *worker) end(ctx context.Context) error {
	bound, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	k.stop()
	err := k.client.StopAndCancel(bound)
	k.drainer.Close(bound)
	k.sweeps.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	return errors.Join(err, errors.Join(k.faults...))
}

// request is what was asked of the API.
type request struct {
	token, method, path string
	body                []byte
	key, tag            string
	status              int
}

// answer is what came back.
type answer struct {
	status int
	tag    string
	body   object
	text   string
}

func (a answer) ok() bool { return a.status/100 == 2 }

func (a answer) id() string { id, _ := a.body["id"].(string); return id }

// ask sends a request. What is refused is an answer like any other; a fault of ours is an
// error. what names the request among those that are counted.
func (w *world) ask(what, token, method, path string, body any, tag string) (answer, error) {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return answer{}, err
		}
	}
	r := &request{token: token, method: method, path: path, body: text, tag: tag}
	if method == http.MethodPost {
		r.key, w.last = uuid.NewString(), r
	}
	a, err := w.send(r)
	if r.status = a.status; err == nil && a.ok() {
		w.done[what]++
	}
	return a, err
}

func (w *world) send(q *request) (answer, error) {
	r, err := http.NewRequestWithContext(w.t.Context(), q.method, w.server.URL+q.path, bytes.NewReader(q.body))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Authorization", "Bearer "+q.token)
	for name, value := range map[string]string{"Idempotency-Key": q.key, "If-Match": q.tag} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	if len(q.body) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := w.server.Client().Do(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{status: response.StatusCode, tag: response.Header.Get("ETag"), text: string(text)}
	_ = json.Unmarshal(text, &a.body) // what is no object has none
	if a.status >= http.StatusInternalServerError {
		return a, fmt.Errorf("%s %s: a fault: %d %s", q.method, q.path, a.status, text)
	}
	return a, nil
}
