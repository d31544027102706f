package upgrade_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/plan"
	"concordat/enforcement/register"
	"concordat/internal/access"
	"concordat/internal/calendar"
	"concordat/internal/identifier/madeup"
	"concordat/internal/jobs"
	"concordat/internal/pg"
	"concordat/internal/pg/pgtest"
	"concordat/internal/vault"
	"concordat/memoranda"
	"concordat/memoranda/day"
	"concordat/migrations"
	"concordat/notify/receiver"
	"concordat/notify/wire"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func machine() time.Time { return time.Now().UTC() }

// object is a JSON object.
type object = map[string]any

// installation is one on which the previous release works.
type installation struct {
	release

	t               *testing.T
	data, url, base string
	clerk, judge    string
	president       string
	overseer        string
	ledger          *receiver.Ledger
	made            *madeup.Maker
	cases           int
	webhook         enforcement.OrganisationID
	stop            func() // its process
}

// open prepares an installation on a database; its schema is as it is.
func (r release) open(t *testing.T, url string) *installation {
	t.Helper()
	i := &installation{release: r, t: t, url: url, data: t.TempDir(), ledger: &receiver.Ledger{}, made: madeup.New(3)}
	i.command("organisations", "nanning")
	token := func(actor, role string) string {
		return i.command("token", "issue", actor, role, "--organisation", "qingxiu-court")
	}
	i.clerk, i.judge, i.president = token("clerk-1", "clerk"), token("judge-1", "judge"), token("president-1", "president")
	i.overseer = i.command("token", "issue", "overseer-1", "overseer")
	i.serve()
	return i
}

// ask sends a request and returns the answer's object and its ETag.
func (i *installation) ask(token, method, path string, body any, etag string) (object, string) {
	i.t.Helper()
	var text []byte
	if body != nil {
		var err error
		text, err = json.Marshal(body)
		must(i.t, err)
	}
	r, err := http.NewRequestWithContext(i.t.Context(), method, i.base+path, bytes.NewReader(text))
	must(i.t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if etag != "" {
		r.Header.Set("If-Match", etag)
	}
	if method == http.MethodPost {
		r.Header.Set("Idempotency-Key", uuid.NewString())
	}
	response, err := http.DefaultClient.Do(r)
	must(i.t, err)
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	must(i.t, err)
	if response.StatusCode >= 300 {
		i.t.Fatalf("%s %s: status %d: %s", method, path, response.StatusCode, answer)
	}
	var o object
	if len(answer) > 0 {
		must(i.t, json.Unmarshal(answer, &o))
	}
	return o, response.Header.Get("ETag")
}

func (i *installation) ready() {
	i.t.Helper()
	r, err := http.NewRequestWithContext(i.t.Context(), http.MethodGet, i.base+"/readyz", nil)
	must(i.t, err)
	response, err := http.DefaultClient.Do(r)
	must(i.t, err)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		i.t.Errorf("/readyz says %d", response.StatusCode)
	}
}

func (i *installation) enter(path string, body object) string {
	i.t.Helper()
	o, _ := i.ask(i.clerk, http.MethodPost, path, body, "")
	id, ok := o["id"].(string)
	if !ok {
		i.t.Fatalf("POST %s gave no id", path)
	}
	return id
}

func (i *installation) move(token, listing, name string, body any) object {
	i.t.Helper()
	_, etag := i.ask(i.clerk, http.MethodGet, "/v1/listings/"+listing, nil, "")
	o, _ := i.ask(token, http.MethodPost, "/v1/listings/"+listing+"/"+name, body, etag)
	return o
}

func today() day.Day { return calendar.DayOf(machine()) }

// draft enters a made company, a case and a draft against it.
func (i *installation) draft() string {
	i.t.Helper()
	i.cases++
	number := i.made.Company()
	subject := i.enter("/v1/subjects", object{"kind": "legal-person", "name": i.made.CompanyName(), "number_kind": "uscc", "number": number.Number, "head": i.made.PersonName()})
	year, _, _ := today().AddDays(-30).Date()
	execution := i.enter("/v1/cases", object{
		"number": fmt.Sprintf("(%d)桂0103执%d号", year, 900+i.cases), "filed_on": today().AddDays(-30).String(),
		"basis_document": fmt.Sprintf("(%d)桂0103民初%d号", year-1, i.cases), "basis_unit": "演示法院",
	})
	return i.enter("/v1/listings", object{
		"case": execution, "subject": subject, "capacity": "debtor", "conducts": []int{1},
		"facts": object{"obligation": "演示：支付货款", "performed": "none", "conduct": "演示：有履行能力而拒不履行"},
	})
}

// publish leads a draft to its publication.
func (i *installation) publish(listing string) {
	i.t.Helper()
	day := today().String()
	i.move(i.clerk, listing, "warning", object{"served_on": day, "risk_warning": true})
	i.move(i.clerk, listing, "application", object{"received_on": day})
	i.move(i.judge, listing, "proposal", object{"number": "（2025）桂0103执1号之一", "reasons": "演示:经审查,符合规定的理由"})
	i.move(i.president, listing, "signature", nil)
	if i.webhook == 0 {
		i.reach(listing)
	}
	i.move(i.clerk, listing, "service", object{"manner": "direct", "on": day, "enclosures": ground.Enclosures()})
	if state := i.move(i.clerk, listing, "publication", nil)["state"]; state != "active" {
		i.t.Errorf("published, and %v", state)
	}
}

// reach gives an organisation that the listing will reach a receiver.
func (i *installation) reach(listing string) {
	i.t.Helper()
	var plan struct {
		Lines []plan.Line `json:"lines"`
	}
	o, _ := i.ask(i.clerk, http.MethodGet, "/v1/listings/"+listing+"/foresee", nil, "")
	text, err := json.Marshal(o)
	must(i.t, err)
	must(i.t, json.Unmarshal(text, &plan))
	if len(plan.Lines) == 0 {
		i.t.Fatal("the plan reaches nobody")
	}
	i.webhook = plan.Lines[0].Organisation
	secret := wire.NewSecret()
	keys, err := wire.ParseKeys(secret)
	must(i.t, err)
	server := httptest.NewServer(&receiver.Receiver{Keys: keys, Ledger: i.ledger, Now: machine})
	i.t.Cleanup(server.Close)
	organisations, _ := i.ask(i.overseer, http.MethodGet, "/v1/organisations?limit=200", nil, "")
	items, _ := organisations["items"].([]any)
	for _, item := range items {
		if one, _ := item.(object); one["id"] == float64(i.webhook) {
			slug, _ := one["slug"].(string)
			i.command("endpoint", "webhook", slug, server.URL, "--allow-internal", "--key", secret)
			return
		}
	}
	i.t.Fatal("the organisation of the plan is not listed")
}

// eventually waits for a state.
func (i *installation) eventually(what string, is func() bool) {
	i.t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(20 * time.Millisecond) { // between two looks
		if time.Now().After(end) {
			i.t.Fatalf("%s never came", what)
		}
	}
}

// step is how far the newest version of the listing's directive at the receiver is.
func (i *installation) step(listing string) string {
	i.t.Helper()
	file, _ := i.ask(i.clerk, http.MethodGet, "/v1/listings/"+listing, nil, "")
	directives, _ := file["directives"].([]any)
	for _, d := range directives {
		if one, _ := d.(object); one["organisation"] == float64(i.webhook) {
			return fmt.Sprint(one["kind"], " ", one["step"])
		}
	}
	return ""
}

func (i *installation) delivered(listing string, restricts int) {
	i.t.Helper()
	i.eventually("the delivery", func() bool { return i.step(listing) == "impose acknowledged" })
	if n := len(i.ledger.InForce(today())); n != restricts {
		i.t.Errorf("the receiver restricts by %d directives, not %d", n, restricts)
	}
}

func (i *installation) end(listing string, restricts int) {
	i.t.Helper()
	if state := i.move(i.judge, listing, "deletion", object{"item": 1, "event_on": today().String(), "reasons": "演示：履行完毕"})["state"]; state != "deleted" {
		i.t.Errorf("deleted, and %v", state)
	}
	i.eventually("the withdrawal", func() bool { return i.step(listing) == "withdraw acknowledged" })
	if n := len(i.ledger.InForce(today())); n != restricts {
		i.t.Errorf("after the end the receiver restricts by %d directives, not %d", n, restricts)
	}
}

// decided leads a draft to its decision.
func (i *installation) decided(listing string) {
	i.t.Helper()
	i.move(i.clerk, listing, "warning", object{"served_on": today().String(), "risk_warning": true})
	i.move(i.judge, listing, "proposal", object{"number": "演示决定" + listing[:8], "reasons": "演示理由"})
	i.move(i.president, listing, "signature", nil)
}

// waits demands that this release makes tasks of what the previous one decided without
// papers, and publishes it with the papers of its steps only.
func (i *installation) waits(db *pg.DB, listing string) {
	i.t.Helper()
	ctx, offices := i.t.Context(), i.offices(db)
	id, err := enforcement.ParseID(listing)
	must(i.t, err)
	must(i.t, offices.Grounds.OweSteps(ctx, enforcement.Daily(machine())))
	var owed int
	must(i.t, db.Pool.QueryRow(ctx, `SELECT count(*) FROM task WHERE ground_id = $1 AND closed_on IS NULL AND kind IN ('paper-due-execution-notice', 'paper-due-decision')`, listing).Scan(&owed))
	if owed != 2 {
		i.t.Errorf("%d papers are owed", owed)
	}
	written := paper.Given{Content: []byte("演示送达回证")}
	must(i.t, offices.Listings.Serve(ctx, enforcement.Daily(machine()), ground.Change{Ground: id}, ground.Service{Manner: ground.ServedDirectly, On: today(), Enclosures: ground.Enclosures(), Paper: written}))
	err = offices.Listings.Publish(ctx, enforcement.Daily(machine()), ground.Change{Ground: id})
	if refusal, ok := errors.AsType[*enforcement.Refusal](err); !ok || refusal.Code != "paper.missing" {
		i.t.Errorf("published without the papers of its steps: %v", err)
	}
}

// offices are this release's over the database of the previous one.
func (i *installation) offices(db *pg.DB) *register.Offices {
	i.t.Helper()
	ctx := i.t.Context()
	inserting, err := jobs.Insert(db.Pool)
	must(i.t, err)
	keys, err := vault.Open(filepath.Join(i.data, "keys.json"), vault.Options{})
	must(i.t, err)
	days, err := calendar.Embedded()
	must(i.t, err)
	catalogue, err := memoranda.Embedded()
	must(i.t, err)
	offices, err := register.Open(ctx, register.Config{DB: db, Jobs: inserting, Vault: keys, Calendar: days, Catalogue: catalogue, Machine: machine})
	must(i.t, err)
	return offices
}

// audited recomputes, with this release, all that the previous one wrote.
func (i *installation) audited(db *pg.DB) {
	i.t.Helper()
	ctx := i.t.Context()
	audit, err := i.offices(db).Auditor.Directives(ctx, nil)
	must(i.t, err)
	if audit.Versions == 0 || len(audit.Findings) > 0 {
		i.t.Errorf("%d versions; findings: %v", audit.Versions, audit.Findings)
	}
	// The token of the previous release opens this one's door.
	actor, err := access.New(db, machine, false).Authenticate(ctx, i.judge)
	if err != nil || actor.Role != enforcement.Judge {
		i.t.Errorf("%+v: %v", actor, err)
	}
}

// The previous release works on the schema of this one: where it starts there, as
// when one machine of two was upgraded, and where the schema changes under it.
func TestThePreviousReleaseRunsOnThisSchema(t *testing.T) {
	t.Parallel()
	r := build(t)
	t.Run("from its start", r.onThisSchema)
	t.Run("changed under it", r.schemaChanges)
}

func (r release) onThisSchema(t *testing.T) {
	db := pgtest.New(t)
	i := r.open(t, db.Pool.Config().ConnString())
	i.ready()
	listing := i.draft()
	i.publish(listing)
	i.delivered(listing, 1)
	i.end(listing, 0)
	i.ready()
	i.audited(db)
}

func (r release) schemaChanges(t *testing.T) {
	cluster := pgtest.Cluster(t)
	const name = "upgraded"
	must(t, cluster.CreateDatabase(t.Context(), name, ""))
	db, err := pg.Open(t.Context(), pg.Config{URL: cluster.URL(name), MaxConns: 6})
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	i := r.open(t, cluster.URL(name)) // it brings its own schema
	before, err := migrations.Version(t.Context(), db.Pool)
	must(t, err)
	published, drafted, underWay := i.draft(), i.draft(), i.draft()
	i.decided(underWay)
	i.publish(published)
	i.delivered(published, 1)

	must(t, migrations.Up(t.Context(), db.Pool))
	after, err := migrations.Version(t.Context(), db.Pool)
	must(t, err)
	if after <= before {
		t.Logf("this release brings no migration: the schema stays at %d", after)
	}
	i.ready()
	i.publish(drafted)
	i.delivered(drafted, 2)
	i.end(published, 1)
	i.move(i.judge, drafted, "suspension", object{"reason": "court-stay"})
	i.eventually("the suspension", func() bool { return i.step(drafted) == "suspend acknowledged" })
	i.move(i.judge, drafted, "resumption", nil)
	i.eventually("the resumption", func() bool { return i.step(drafted) == "resume acknowledged" })
	i.end(drafted, 0)
	i.audited(db)
	i.stop() // its day would publish what it decided itself, by its own rules
	i.waits(db, underWay)
}
