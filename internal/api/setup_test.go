package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/internal/access"
	"concordat/internal/api"
	"concordat/internal/edge"
	"concordat/internal/pg/pgtest"
	"concordat/notify"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// lines is a log that tests read.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// bundle is an API on a record of its own.
type bundle struct {
	*enforcetest.Bundle
	server *httptest.Server
	tokens *access.Tokens
	inbox  *notify.Inbox
	log    *lines
	config api.Config

	clerk, judge, president, otherClerk, department, reviewer, otherDepartment, overseer, operator string
}

func setup(t *testing.T) *bundle {
	t.Helper()
	return setupOn(t, enforcetest.Setup(t))
}

// setupOn is setup on a record of the caller's.
func setupOn(t *testing.T, record *enforcetest.Bundle) *bundle {
	t.Helper()
	b := &bundle{Bundle: record, log: &lines{}}
	machine := func() time.Time { return time.Now().UTC() }
	b.tokens = access.New(b.DB, machine, true)
	b.tokens.Changes, b.tokens.Papers = b.Changes, b.Papers
	b.inbox = &notify.Inbox{DB: b.DB, Register: b.Offices, Machine: machine}
	latest := b.Count(`SELECT max(version_id) FROM goose_db_version`)
	b.config = api.Config{
		Register: b.Offices, Tokens: b.tokens, Inbox: b.inbox, Legal: b.At, Log: zerolog.New(b.log), Demo: true,
		Carriers: change.Carriers{change.Organisation: b.Parties.CarryOrganisation},
		Ready:    edge.DatabaseReady(b.DB, machine, int64(latest)),
	}
	handler, err := api.New(b.config)
	must(t, err)
	b.server = httptest.NewServer(handler)
	t.Cleanup(b.server.Close)

	b.clerk, b.judge, b.president = b.token(enforcement.Clerk, b.Court), b.token(enforcement.Judge, b.Court), b.token(enforcement.President, b.Court)
	b.otherClerk = b.token(enforcement.Clerk, b.OtherCourt)
	if len(b.Departments) > 1 { // a record on a made catalogue has its own
		b.department, b.reviewer = b.token(enforcement.DepartmentClerk, b.Departments[0]), b.token(enforcement.DepartmentReviewer, b.Departments[0])
		b.otherDepartment = b.token(enforcement.DepartmentReviewer, b.Departments[1])
	}
	b.overseer, b.operator = b.token(enforcement.Overseer, 0), b.token(enforcement.Operator, 0)
	return b
}

func (b *bundle) token(role enforcement.Role, org enforcement.OrganisationID) string {
	b.T.Helper()
	plain, err := b.tokens.Issue(b.T.Context(), fmt.Sprintf("api-%s-%d", role, org), role, org, true, time.Time{})
	must(b.T, err)
	return plain
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// object is a JSON object.
type object = map[string]any

// at reads what stands in JSON at a path of names; anything else ends the test.
func at[T any](t testing.TB, v any, path ...string) T {
	t.Helper()
	for _, name := range path {
		o, ok := v.(object)
		if !ok {
			t.Fatalf("no object around %s", name)
		}
		v = o[name]
	}
	found, ok := v.(T)
	if !ok {
		t.Fatalf("at %v stands %v", path, v)
	}
	return found
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	text   string
	body   object
}

func (a answer) code() string { code, _ := a.body["code"].(string); return code }

func (a answer) id() string { id, _ := a.body["id"].(string); return id }

func (a answer) items() []any { items, _ := a.body["items"].([]any); return items }

// call sends a request; body is text, or anything that becomes JSON; headers are
// names and values in turn.
// call sends a request. A warning is sent as it was [enforcetest.NoticeDays] ago, so that
// the period for performance is over.
func (b *bundle) call(token, method, path string, body any, headers ...string) (a answer) {
	b.T.Helper()
	if !strings.HasSuffix(path, "/warning") {
		return b.send(token, method, path, body, headers...)
	}
	b.Ago(func() { a = b.send(token, method, path, body, headers...) })
	return a
}

func (b *bundle) send(token, method, path string, body any, headers ...string) answer {
	b.T.Helper()
	var reader io.Reader
	switch given := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(given)
	default:
		text, err := json.Marshal(given)
		must(b.T, err)
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(b.T.Context(), method, b.server.URL+path, reader)
	must(b.T, err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := b.server.Client().Do(r)
	must(b.T, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	must(b.T, err)
	a := answer{status: response.StatusCode, header: response.Header, text: string(text)}
	if strings.Contains(response.Header.Get("Content-Type"), "json") {
		must(b.T, json.Unmarshal(text, &a.body))
	}
	return a
}

// want is call for what must succeed with a status.
func (b *bundle) want(status int, token, method, path string, body any, headers ...string) answer {
	b.T.Helper()
	a := b.call(token, method, path, body, headers...)
	if a.status != status {
		b.T.Fatalf("%s %s: status %d instead of %d: %s", method, path, a.status, status, a.text)
	}
	return a
}

// move makes a move of a listing as it stands.
func (b *bundle) move(token, listing, name string, body any) answer {
	b.T.Helper()
	tag := b.want(http.StatusOK, b.clerk, http.MethodGet, "/v1/listings/"+listing, nil).header.Get("ETag")
	return b.call(token, http.MethodPost, "/v1/listings/"+listing+"/"+name, body, "If-Match", tag)
}

func (b *bundle) moved(token, listing, name string, body any) answer {
	b.T.Helper()
	a := b.move(token, listing, name, body)
	if a.status != http.StatusOK {
		b.T.Fatalf("%s: status %d: %s", name, a.status, a.text)
	}
	return a
}

func identityBody(i party.Identity) object {
	o := object{"kind": i.Kind, "name": i.Name, "number_kind": i.NumberKind, "number": i.Number}
	if i.Head != "" {
		o["head"] = i.Head
	}
	return o
}

func (b *bundle) draftBody(subject, execution string) object {
	return object{
		"case": execution, "subject": subject, "capacity": "debtor", "conducts": []int{1},
		"facts":  object{"obligation": "演示：支付货款", "performed": "none", "conduct": "演示：有履行能力而拒不履行"},
		"papers": factPapers(1),
	}
}

// factPapers are papers of the facts of some grounds, as a draft brings them.
func factPapers(conducts ...listing.Conduct) (list []object) {
	for _, c := range conducts {
		for _, f := range listing.FactPapers(c) {
			list = append(list, object{"purpose": f.Purpose, "document": []byte("演示：" + f.ZH)})
		}
	}
	return list
}

func (b *bundle) serviceBody() object {
	return object{"manner": "direct", "on": b.Day().String(), "enclosures": ground.Enclosures(), "document": []byte("演示送达回证")}
}

// contents is a fingerprint of every row of every table.
func (b *bundle) contents() map[string]string {
	b.T.Helper()
	ctx := b.T.Context()
	rows, err := b.DB.Pool.Query(ctx, `SELECT table_schema, table_name FROM information_schema.tables
		WHERE table_schema IN ('public', 'river') AND table_type = 'BASE TABLE' ORDER BY 1, 2`)
	must(b.T, err)
	tables, err := pgx.CollectRows(rows, pgx.RowToStructByPos[tableName])
	must(b.T, err)
	found := map[string]string{}
	for _, table := range tables {
		name := pgx.Identifier{table.Schema, table.Name}.Sanitize()
		var print string
		must(b.T, b.DB.Pool.QueryRow(ctx, `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\n' ORDER BY t::text)), '') FROM `+name+` t`).Scan(&print))
		found[name] = print
	}
	if len(found) < 20 {
		b.T.Fatalf("only %d tables were found", len(found))
	}
	return found
}

type tableName struct{ Schema, Name string }
