package lives_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"concordat/enforcement"
	"concordat/internal/access"
	"concordat/internal/api"
	"concordat/internal/calendar"
	"concordat/internal/i18n"
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

var update = flag.Bool("update", false, "write the golden files anew")

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
	register *enforcement.Register
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
	w.register, err = enforcement.New(t.Context(), enforcement.Config{
		DB: db, Jobs: inserting, Vault: v, Calendar: days, Catalogue: catalogue, Attestations: attested, Machine: machine,
	})
	must(t, err)
	w.tokens = access.New(db, machine, true)
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
		Register: w.register, Tokens: w.tokens, Inbox: inbox, Legal: w.now, Log: zerolog.Nop(), Demo: true,
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
		if org.Kind == enforcement.Court {
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
		due, err := w.register.DueLanes(ctx, w.day())
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
	audit, err := w.register.AuditDirectives(w.t.Context(), nil)
	must(w.t, err)
	for _, f := range audit.Findings {
		w.t.Errorf("audit: %s", f)
	}
}

// life follows one measure and one subject.
type life struct {
	*town
	name    string
	subject string
	measure enforcement.MeasureName
	// reader is who asks why: the list's owner.
	reader string
	pages  map[i18n.Language]*strings.Builder
}

func (w *town) follow(name, subject, reader string, measure enforcement.MeasureName) *life {
	l := &life{town: w, name: name, subject: subject, reader: reader, measure: measure, pages: map[i18n.Language]*strings.Builder{}}
	for _, lang := range i18n.Languages() {
		l.pages[lang] = &strings.Builder{}
	}
	return l
}

// explained waits for what is under way, and asks why the measure is, or is not,
// applied; code is the reason that must be given.
func (l *life) explained(step, code string) {
	l.t.Helper()
	l.delivered()
	l.agrees(strings.HasPrefix(code, "applied"))
	for _, lang := range i18n.Languages() {
		page := l.pages[lang]
		fmt.Fprintf(page, "== %s, %s\n", l.day(), step)
		got := l.ask(l.reader, http.MethodGet, fmt.Sprintf("/v1/subjects/%s/explanation?memorandum=%s&measure=%s&lang=%s", l.subject, l.measure.Memorandum, l.measure.Slug, lang), nil)
		items, _ := got.body["items"].([]any)
		if len(items) == 0 {
			l.t.Fatalf("%s: nothing is said", step)
		}
		first, _ := items[0].(object)["explanation"].(object)["reason"].(object)
		if first["code"] != code {
			l.t.Errorf("%s: %v, want %s", step, first["code"], code)
		}
		for _, item := range items {
			sentences, _ := item.(object)["sentences"].([]any)
			for _, s := range sentences {
				fmt.Fprintln(page, s)
			}
			fmt.Fprintln(page)
		}
	}
}

// agrees demands that the look-up of what is in force says the same.
func (l *life) agrees(applied bool) {
	l.t.Helper()
	subject, err := enforcement.ParseID(l.subject)
	must(l.t, err)
	list, err := l.register.MeasuresInForce(l.t.Context(), subject, l.day())
	must(l.t, err)
	if slices.ContainsFunc(list, func(m enforcement.MeasureInForce) bool { return m.Measure == l.measure }) != applied {
		l.t.Errorf("on %s the look-up says %v, the explanation applied %t", l.day(), list, applied)
	}
}

// state is what the explanation says of the organisation and the directive.
func (l *life) state() (organisation, directive string) {
	l.t.Helper()
	got := l.ask(l.reader, http.MethodGet, fmt.Sprintf("/v1/subjects/%s/explanation?memorandum=%s&measure=%s", l.subject, l.measure.Memorandum, l.measure.Slug), nil)
	items, _ := got.body["items"].([]any)
	explanation, _ := items[0].(object)["explanation"].(object)
	o, _ := explanation["organisation"].(object)
	d, _ := explanation["state"].(object)
	organisation, _ = o["slug"].(string)
	directive, _ = d["directive"].(string)
	return organisation, directive
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// told prints the life and compares it with its golden files.
func (l *life) told() {
	l.t.Helper()
	for _, lang := range i18n.Languages() {
		got := uuid.ReplaceAllString(l.pages[lang].String(), "<id>")
		l.t.Log("\n" + got)
		path := filepath.Join("testdata", l.name+"."+string(lang)+".txt")
		if *update {
			must(l.t, os.MkdirAll("testdata", 0o750))
			must(l.t, os.WriteFile(path, []byte(got), 0o600))
		}
		want, err := os.ReadFile(path)
		must(l.t, err)
		if diff := cmp.Diff(string(want), got); diff != "" {
			l.t.Errorf("%s (-golden +told); if that is meant, run with -update:\n%s", path, diff)
		}
	}
}

func (w *town) company() object {
	number := w.made.Company()
	return object{"kind": "legal-person", "name": w.made.CompanyName(), "number_kind": number.Kind, "number": number.Number, "head": w.made.PersonName()}
}
