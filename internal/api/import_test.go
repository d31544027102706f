package api_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/intake"
	"concordat/internal/api"
	"concordat/internal/identifier/madeup"
	"concordat/internal/jobs"
)

// courtFile is a made file of a court; the number of every tenth record is a
// masked copy.
func courtFile(n int) string {
	var b strings.Builder
	b.WriteString("recordId,iname,cardNum,partyTypeName,caseCode,regDate,gistId,gistUnit,duty,performance,disruptTypeName\r\n")
	for i := range n {
		number := madeup.NthPersonID(i).Number
		if i%10 == 9 {
			number = number[:6] + "********" + number[14:]
		}
		fmt.Fprintf(&b, "R%d,%s,%s,0,（2025）桂0103执%d号,2025-03-02,（2024）桂0103民初%d号,演示法院,支付货款,全部未履行,违反财产报告制度\r\n", i, madeup.NthPersonName(i), number, i+1, i+1)
	}
	return b.String()
}

const file = "application/octet-stream"

// read does what the job does.
func (b *bundle) read() {
	b.T.Helper()
	runs, err := b.Intake.Waiting(b.T.Context())
	must(b.T, err)
	for _, run := range runs {
		upload, err := b.Intake.OpenUpload(b.T.Context(), run)
		must(b.T, err)
		_, err = jobs.Reading{Register: b.Offices, Legal: b.At}.Run(b.T.Context(), run, upload)
		must(b.T, err)
	}
}

func TestAFileIsUploadedReadAndAskedAfter(t *testing.T) {
	t.Parallel()
	b := setup(t)
	text := courtFile(30)
	a := b.want(http.StatusAccepted, b.clerk, http.MethodPost, "/v1/imports?kind=listings", text, "Content-Type", file)
	location := a.header.Get("Location")
	if location != "/v1/imports/"+a.id() || a.body["state"] != "running" || at[float64](t, a.body, "size") != float64(len(text)) {
		t.Errorf("started: %s %s", location, a.text)
	}
	if n := b.Count(`SELECT count(*) FROM river.river_job WHERE kind = 'intake'`); n != 1 {
		t.Errorf("%d jobs", n)
	}
	if n := b.Count(`SELECT count(*) FROM import_chunk WHERE position(convert_to($1, 'UTF8') IN sealed) > 0`, madeup.NthPersonName(0)); n != 0 {
		t.Error("a name stands in clear in the upload")
	}
	again := b.want(http.StatusAccepted, b.clerk, http.MethodPost, "/v1/imports?kind=listings", text, "Content-Type", file)
	if again.id() != a.id() || b.Count(`SELECT count(*) FROM import_upload`) != 1 {
		t.Errorf("the same file again: %s", again.text)
	}
	b.read()
	run := b.want(http.StatusOK, b.judge, http.MethodGet, location, nil)
	for name, want := range map[string]any{"state": "done", "rows": 30.0, "drafted": 27.0, "refused": 3.0, "format": "csv", "bytes_done": float64(len(text))} {
		if run.body[name] != want {
			t.Errorf("%s is %v, want %v", name, run.body[name], want)
		}
	}
	page := b.want(http.StatusOK, b.clerk, http.MethodGet, location+"/refusals?limit=2", nil)
	rest := b.want(http.StatusOK, b.clerk, http.MethodGet, location+"/refusals?limit=2&after="+at[string](t, page.body, "next"), nil)
	if len(page.items()) != 2 || len(rest.items()) != 1 || at[string](t, rest.items()[0], "code") != "identity.masked" || at[float64](t, rest.items()[0], "line") != 31 {
		t.Errorf("refusals: %s %s", page.text, rest.text)
	}
	if list := b.want(http.StatusOK, b.president, http.MethodGet, "/v1/imports", nil); len(list.items()) != 1 {
		t.Errorf("list: %s", list.text)
	}
	if list := b.want(http.StatusOK, b.otherClerk, http.MethodGet, "/v1/imports", nil); len(list.items()) != 0 {
		t.Errorf("another court's list: %s", list.text)
	}
	b.want(http.StatusNotFound, b.otherClerk, http.MethodGet, location, nil)
	b.want(http.StatusNotFound, b.otherClerk, http.MethodGet, location+"/refusals", nil)
	b.want(http.StatusNotFound, b.otherClerk, http.MethodGet, location+"/remarks", nil)
	if told := b.want(http.StatusOK, b.clerk, http.MethodGet, location+"/remarks", nil); len(told.items()) != 0 {
		t.Errorf("told of a file without anything to be told: %s", told.text)
	}
	if n := b.Count(`SELECT count(*) FROM import_upload`); n != 0 {
		t.Error("the upload is kept")
	}
	done := b.want(http.StatusAccepted, b.clerk, http.MethodPost, "/v1/imports?kind=listings", text, "Content-Type", file)
	if done.id() != a.id() || done.body["state"] != "done" || b.Count(`SELECT count(*) FROM import_upload`) != 0 {
		t.Errorf("the same file when it was read: %s", done.text)
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	config := b.config
	config.UploadLimit = 1000
	handler, err := api.New(config)
	must(t, err)
	b.server.Config.Handler = handler
	for _, c := range []struct {
		name, token, query, text, kind, code string
		status                               int
	}{
		{"too large", b.clerk, "?kind=listings", courtFile(30), file, "import.too-large", http.StatusRequestEntityTooLarge},
		{"empty", b.clerk, "?kind=listings", "", file, "import.empty", http.StatusUnprocessableEntity},
		{"JSON", b.clerk, "?kind=listings", "{}", "application/json", "import.content-type", http.StatusUnsupportedMediaType},
		{"no kind", b.clerk, "", "a", file, "request.invalid", http.StatusUnprocessableEntity},
		{"a takeover", b.president, "?kind=takeover", "a", file, "role.forbidden", http.StatusForbidden},
		{"a department", b.department, "?kind=listings", "a", file, "role.forbidden", http.StatusForbidden},
	} {
		a := b.call(c.token, http.MethodPost, "/v1/imports"+c.query, c.text, "Content-Type", c.kind)
		if a.status != c.status || a.code() != c.code {
			t.Errorf("%s: %d %s", c.name, a.status, a.text)
		}
	}
	if n := b.Count(`SELECT count(*) FROM import_run`) + b.Count(`SELECT count(*) FROM import_upload`); n != 0 {
		t.Errorf("%d rows are left of what was refused", n)
	}
}

// An upload that breaks off leaves nothing: it is not taken for a short file.
func TestAnUploadThatBreaksOff(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.server.URL+"/v1/imports?kind=listings", strings.NewReader("only this"))
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+b.clerk)
	r.Header.Set("Content-Type", file)
	r.ContentLength = 100
	if response, err := b.server.Client().Do(r); err == nil {
		_ = response.Body.Close()
		t.Errorf("answered %s", response.Status)
	}
	b.server.Close() // waits for the handler
	if n := b.Count(`SELECT count(*) FROM import_run`) + b.Count(`SELECT count(*) FROM import_upload`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

func TestReviewsThroughTheAPI(t *testing.T) {
	t.Parallel()
	b := setup(t)
	subject := b.Subject(b.Person())
	execution := b.Case()
	run := b.want(http.StatusAccepted, b.clerk, http.MethodPost, "/v1/imports?kind=listings", courtFile(1), "Content-Type", file)
	b.read()
	id := enforcement.NewID()
	// A takeover comes by command; what it leaves is looked at here.
	var wrapped []byte
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT envelope FROM subject WHERE id = $1`, subject).Scan(&wrapped))
	envelope, err := b.Vault.OpenEnvelope(subject, wrapped)
	must(t, err)
	sealed, err := envelope.Seal([]byte(`{"subject":{"name":"演示甲子某","number_kind":"resident-id","number":"450103199001011234"},"case_number":"(2025)桂0103执9号","conducts":[3],"taken":{"decided_on":"2024-09-01"}}`), "review")
	must(t, err)
	_, err = b.DB.Pool.Exec(t.Context(), `INSERT INTO review_item (id, import_id, line, court_id, case_id, subject_id, source_record, content_hash, code, sealed, opened_on)
		VALUES ($1, $2::uuid, 7, $3, $4, $5, 'R', '\x00', 'takeover.term-over', $6, '2025-09-01')`, id, run.id(), b.Court, execution, subject, sealed)
	must(t, err)
	list := b.want(http.StatusOK, b.clerk, http.MethodGet, "/v1/reviews", nil)
	if len(list.items()) != 1 || at[string](t, list.items()[0], "number") != "450103************" || at[string](t, list.items()[0], "taken", "decided_on") != "2024-09-01" {
		t.Fatalf("reviews: %s", list.text)
	}
	path := "/v1/reviews/" + id.String() + "/closure"
	b.want(http.StatusForbidden, b.clerk, http.MethodPost, path, object{"reason": "ended"})
	b.want(http.StatusUnprocessableEntity, b.judge, http.MethodPost, path, object{"reason": "演示"})
	b.want(http.StatusNoContent, b.judge, http.MethodPost, path, object{"reason": "ended"})
	b.want(http.StatusNotFound, b.judge, http.MethodPost, path, object{"reason": "ended"})
	if list := b.want(http.StatusOK, b.clerk, http.MethodGet, "/v1/reviews", nil); len(list.items()) != 0 {
		t.Errorf("reviews: %s", list.text)
	}
}

// A takeover that a president stated is confirmed at the API by another person's token.
func TestATakeoverIsConfirmedByAnothersToken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	content, statement := sha256.Sum256([]byte("file")), []byte("演示声明")
	act := b.President()
	act.Actor.ID = b.who(b.president)
	run, err := b.Intake.Start(t.Context(), act, intake.NewRun{Kind: intake.Takeover, Content: content, Size: 4, Statement: statement})
	must(t, err)
	path := "/v1/imports/" + run.ID.String() + "/statement"
	body := func(file [32]byte) object {
		return object{"file_sha256": fmt.Sprintf("%x", file), "statement_sha256": fmt.Sprintf("%x", sha256.Sum256(statement))}
	}
	for name, try := range map[string]struct {
		token  string
		file   [32]byte
		status int
		code   string
	}{
		"who stated it":       {b.president, content, http.StatusForbidden, "takeover.second-person"},
		"another court":       {b.otherClerk, content, http.StatusNotFound, "not-found"},
		"over a changed file": {b.clerk, sha256.Sum256([]byte("changed")), http.StatusUnprocessableEntity, "takeover.file"},
		"an operator":         {b.operator, content, http.StatusForbidden, "role.forbidden"},
	} {
		if a := b.call(try.token, http.MethodPost, path, body(try.file)); a.status != try.status || a.code() != try.code {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	b.want(http.StatusUnprocessableEntity, b.clerk, http.MethodPost, path, object{"file_sha256": "x", "statement_sha256": ""})
	a := b.want(http.StatusOK, b.clerk, http.MethodPost, path, body(content))
	if a.body["confirmed_by"] != b.who(b.clerk) {
		t.Errorf("%s", a.text)
	}
	// What was stated lies in the file, for the court's people alone.
	if read := b.want(http.StatusOK, b.clerk, http.MethodGet, path, nil); read.text != string(statement) {
		t.Errorf("the statement reads %q", read.text)
	}
	b.want(http.StatusNotFound, b.otherClerk, http.MethodGet, path, nil)
	b.want(http.StatusForbidden, b.operator, http.MethodGet, path, nil)
}
