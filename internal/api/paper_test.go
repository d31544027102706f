package api_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/listing"
	"concordat/enforcement/paper"
	"concordat/enforcement/party"
	"concordat/internal/i18n"
)

const receipt = "演示:送达回证,收件人签名"

// form is a form of fields and then a file.
func form(t testing.TB, file string, fields ...string) (body, kind string) {
	t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for i := 0; i+1 < len(fields); i += 2 {
		must(t, w.WriteField(fields[i], fields[i+1]))
	}
	part, err := w.CreateFormFile("file", "../../回证.exe")
	must(t, err)
	_, err = part.Write([]byte(file))
	must(t, err)
	must(t, w.Close())
	return buf.String(), w.FormDataContentType()
}

func TestPapersThroughTheAPI(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.Bare(b.Subject(b.Person())).String()
	path := "/v1/listings/" + id + "/papers"
	a := b.want(http.StatusCreated, b.clerk, http.MethodPost, path+"?purpose=service&day="+b.Day().String(), receipt, "Content-Type", "application/pdf", "Idempotency-Key", "once")
	sum := sha256.Sum256([]byte(receipt))
	for name, want := range map[string]any{"type": "text/plain", "purpose": "service", "title": "送达凭证", "size": float64(len(receipt)), "sha256": hex.EncodeToString(sum[:])} {
		if a.body[name] != want {
			t.Errorf("%s is %v, want %v", name, a.body[name], want)
		}
	}
	again := b.want(http.StatusCreated, b.clerk, http.MethodPost, path+"?purpose=service&day="+b.Day().String(), receipt, "Content-Type", "application/pdf", "Idempotency-Key", "once")
	if again.id() != a.id() || b.Count(`SELECT count(*) FROM paper`) != 1 {
		t.Errorf("asked again: %s", again.text)
	}
	text, kind := form(t, receipt, "purpose", "execution-notice", "title", "执行通知书", "day", "2025-08-01")
	formed := b.want(http.StatusCreated, b.judge, http.MethodPost, path, text, "Content-Type", kind)
	if formed.body["title"] != "执行通知书" || formed.body["day"] != "2025-08-01" {
		t.Errorf("form: %s", formed.text)
	}
	read := b.want(http.StatusOK, b.president, http.MethodGet, a.header.Get("Location"), nil)
	if read.text != receipt {
		t.Errorf("read: %q", read.text)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/plain", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"Content-Disposition": "attachment; filename=" + a.id() + ".txt", "Content-Length": "35",
	} {
		if got := read.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	list := b.want(http.StatusOK, b.clerk, http.MethodGet, path, nil)
	if len(list.items()) != 2 {
		t.Errorf("list: %s", list.text)
	}
	seen := b.want(http.StatusOK, b.overseer, http.MethodGet, path, nil)
	if len(seen.items()) != 2 || strings.Contains(seen.text, "送达凭证") || strings.Contains(seen.text, "sha256") {
		t.Errorf("an overseer reads %s", seen.text)
	}
	other := b.Bare(b.Subject(b.Person())).String()
	linked := b.want(http.StatusCreated, b.clerk, http.MethodPost, "/v1/listings/"+other+"/papers/link", object{"paper": a.id(), "purpose": "service"})
	if linked.id() != a.id() {
		t.Errorf("linked: %s", linked.text)
	}
	referred := b.want(http.StatusCreated, b.clerk, http.MethodPost, path+"/reference", object{
		"purpose": "service", "place": "演示:光盘柜 12 号", "sha256": hex.EncodeToString(sum[:]), "type": "video/mp4",
	})
	if a := b.call(b.clerk, http.MethodGet, referred.header.Get("Location"), nil); a.code() != "paper.elsewhere" {
		t.Errorf("a recording elsewhere: %s", a.text)
	}
	if n := b.Count(`SELECT count(*) FROM event WHERE kind = 'paper-read'`); n != 1 {
		t.Errorf("%d readings are logged", n)
	}
}

// Whoever is not of the owner's people finds no paper, and what is refused leaves nothing.
func TestOthersFindNoPapers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.Bare(b.Subject(b.Person())).String()
	path := "/v1/listings/" + id + "/papers"
	mine := b.want(http.StatusCreated, b.clerk, http.MethodPost, path+"?purpose=service", receipt, "Content-Type", file).id()
	theirs := b.theirDraft()
	before := b.Count(`SELECT count(*) FROM paper`) + b.Count(`SELECT count(*) FROM paper_use`) + b.Count(`SELECT count(*) FROM paper_chunk`) + b.Count(`SELECT count(*) FROM event`)
	for _, c := range []struct {
		name, token, method, path, body, code string
		status                                int
	}{
		{"another court brings", b.otherClerk, http.MethodPost, path + "?purpose=service", receipt, "not-found", http.StatusNotFound},
		{"another court lists", b.otherClerk, http.MethodGet, path, "", "not-found", http.StatusNotFound},
		{"another court reads", b.otherClerk, http.MethodGet, path + "/" + mine, "", "not-found", http.StatusNotFound},
		{"another court reads by its own case", b.otherClerk, http.MethodGet, "/v1/listings/" + theirs + "/papers/" + mine, "", "not-found", http.StatusNotFound},
		{"another kind of case", b.reviewer, http.MethodGet, "/v1/administrative-listings/" + id + "/papers", "", "not-found", http.StatusNotFound},
		{"a department", b.department, http.MethodPost, path + "?purpose=service", receipt, "role.forbidden", http.StatusForbidden},
		{"an overseer brings", b.overseer, http.MethodPost, path + "?purpose=service", receipt, "role.forbidden", http.StatusForbidden},
		{"an overseer reads", b.overseer, http.MethodGet, path + "/" + mine, "", "role.forbidden", http.StatusForbidden},
		{"an operator", b.operator, http.MethodGet, path, "", "role.forbidden", http.StatusForbidden},
		{"nobody", "", http.MethodGet, path + "/" + mine, "", "token.missing", http.StatusUnauthorized},
		{"no purpose", b.clerk, http.MethodPost, path, receipt, "paper.purpose", http.StatusUnprocessableEntity},
		{"nothing", b.clerk, http.MethodPost, path + "?purpose=service", "", "paper.empty", http.StatusUnprocessableEntity},
		{"tomorrow's", b.clerk, http.MethodPost, path + "?purpose=service&day=" + b.Day().AddDays(1).String(), receipt, "paper.day", http.StatusUnprocessableEntity},
		{"a program", b.clerk, http.MethodPost, path + "?purpose=service", "\x7fELF\x02\x01\x01\x00", "paper.type", http.StatusUnsupportedMediaType},
		{"half a PDF", b.clerk, http.MethodPost, path + "?purpose=service", "%PDF-1.7\n1 0 obj", "paper.cut", http.StatusUnprocessableEntity},
	} {
		a := b.call(c.token, c.method, c.path, c.body, "Content-Type", file)
		if a.status != c.status || a.code() != c.code {
			t.Errorf("%s: %d %s", c.name, a.status, a.text)
		}
	}
	link := b.call(b.otherClerk, http.MethodPost, "/v1/listings/"+theirs+"/papers/link", object{"paper": mine, "purpose": "service"})
	if link.status != http.StatusNotFound {
		t.Errorf("another court links it: %s", link.text)
	}
	after := b.Count(`SELECT count(*) FROM paper`) + b.Count(`SELECT count(*) FROM paper_use`) + b.Count(`SELECT count(*) FROM paper_chunk`) + b.Count(`SELECT count(*) FROM event`)
	if before != after {
		t.Errorf("%d rows were written", after-before)
	}
}

// theirDraft is a draft of the other court.
func (b *bundle) theirDraft() string {
	b.T.Helper()
	judge := b.As(enforcement.Judge, b.OtherCourt)
	execution, err := b.Parties.EnterCase(b.T.Context(), judge, party.Case{
		Number: "(2025)桂0105执1号", FiledOn: enforcetest.Start.AddDays(-60), BasisDocument: "(2024)桂0105民初1号", BasisUnit: "演示法院",
	})
	must(b.T, err)
	id, err := b.Listings.Draft(b.T.Context(), judge, listing.NewListing{
		Case: execution, Subject: b.Subject(b.Person()), Capacity: listing.Debtor, Conducts: []listing.Conduct{listing.AbleButRefuses}, Facts: enforcetest.Facts(),
	})
	must(b.T, err)
	return id.String()
}

// Every purpose has words in both languages.
func TestPurposesHaveWords(t *testing.T) {
	t.Parallel()
	for _, p := range paper.Purposes() {
		for _, lang := range i18n.Languages() {
			if i18n.Value(lang, "purpose", string(p)) == "" {
				t.Errorf("%s has no words in %s", p, lang)
			}
		}
	}
}
