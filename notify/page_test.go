package notify_test

import (
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/notify"
	"concordat/notify/channeltest"
	"concordat/notify/standalone"
	"concordat/notify/wire"
)

var (
	exampleIn = regexp.MustCompile("(?s)<!-- example: ([a-z-]+) -->\n```[a-z]+\n(.*?)\n```\n")
	fences    = regexp.MustCompile("(?m)^```[a-z]+$")
)

// page is what receivers are told, in one language: its text and its examples.
type page struct {
	text     string
	examples map[string]string
}

func readPage(t *testing.T, name string) page {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	p := page{string(text), map[string]string{}}
	for _, m := range exampleIn.FindAllStringSubmatch(p.text, -1) {
		p.examples[m[1]] = m[2]
	}
	if n := len(fences.FindAllString(p.text, -1)); n != len(p.examples) {
		t.Errorf("%s: %d examples, of which %d are checked", name, n, len(p.examples))
	}
	return p
}

// strictly reads JSON without a member that the type does not have.
func strictly[T any](t *testing.T, text string) (v T) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil || d.More() {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func (p page) headers(t *testing.T) http.Header {
	t.Helper()
	h := http.Header{}
	for line := range strings.SplitSeq(p.examples["headers"], "\n") {
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			t.Fatalf("header %q", line)
		}
		h.Set(name, value)
	}
	return h
}

func (p page) sentAt(t *testing.T) time.Time {
	t.Helper()
	seconds, err := strconv.ParseInt(p.headers(t).Get(wire.HeaderTimestamp), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Unix(seconds, 0)
}

var pages = []string{"webhooks.md", "webhooks.zh.md"}

// Every example of the page is what is sent, and what is taken as an answer.
func TestThePageOfReceiversIsTrue(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(readPage(t, pages[0]).examples, readPage(t, pages[1]).examples); diff != "" {
		t.Errorf("the languages show different examples:\n%s", diff)
	}
	for _, name := range pages {
		p := readPage(t, name)
		for _, key := range []string{"key", "public-key"} {
			id, err := wire.Verify(p.headers(t), []byte(p.examples["message"]), mustKeys(t, p.examples[key]), p.sentAt(t))
			var compact bytes.Buffer
			if broken := json.Compact(&compact, []byte(p.examples["message"])); err != nil || broken != nil || id != wire.ContentID(compact.Bytes()) {
				t.Errorf("%s: the signature with the %s: %v; id %s", name, key, err, id)
			}
		}
		sent := strictly[wire.Message](t, p.examples["message"])
		if sent.SentAt.Unix() != p.sentAt(t).Unix() {
			t.Errorf("%s: sent at %s", name, sent.SentAt)
		}
		for _, example := range []string{"message", "withdrawal", "test"} {
			m := strictly[wire.Message](t, p.examples[example])
			if _, err := wire.ParseMessage("", []byte(p.examples[example])); err != nil || m.Test != (example == "test") {
				t.Errorf("%s: %s: %v", name, example, err)
			}
			again, err := json.Marshal(m)
			if err != nil || cmp.Diff(strictly[any](t, p.examples[example]), strictly[any](t, string(again))) != "" {
				t.Errorf("%s: %s is written otherwise: %s", name, example, again)
			}
			for _, d := range m.Directives {
				for _, measure := range d.Measures {
					if m.Measures[measure].ZH == "" {
						t.Errorf("%s: %s does not explain %s", name, example, measure)
					}
				}
			}
		}
		for example, version := range map[string]int16{"answer": 1, "answer-with-report": 1, "answer-kept": 2} {
			strictly[wire.Answers](t, p.examples[example])
			a, ours, err := wire.ReadAnswers([]byte(p.examples[example]))
			if err != nil || !ours || len(a.Answers) != 1 || a.Answers[0].Directive != sent.Directives[0].ID || a.Answers[0].Version != version {
				t.Errorf("%s: %s: %+v, %v", name, example, a, err)
			}
		}
		asked, err := wire.ParseInventoryRequest([]byte(p.examples["inventory-question"]))
		if err != nil || string(asked.Body()) != p.examples["inventory-question"] {
			t.Errorf("%s: the question: %v", name, err)
		}
		strictly[wire.Inventory](t, p.examples["inventory-answer"])
		if i, err := wire.ParseInventory([]byte(p.examples["inventory-answer"])); err != nil || len(i.Inventory) != 2 {
			t.Errorf("%s: the inventory: %v", name, err)
		}
	}
}

// The page names every member that a message, an answer and an inventory can have.
func TestThePageOfReceiversNamesEveryMember(t *testing.T) {
	t.Parallel()
	var names []string
	for _, of := range []reflect.Type{
		reflect.TypeFor[wire.Message](), reflect.TypeFor[wire.Directive](), reflect.TypeFor[wire.Subject](), reflect.TypeFor[wire.Ground](),
		reflect.TypeFor[wire.Carrying](), reflect.TypeFor[wire.Measure](), reflect.TypeFor[wire.Answers](), reflect.TypeFor[wire.Answer](),
		reflect.TypeFor[wire.Report](), reflect.TypeFor[wire.Cited](), reflect.TypeFor[wire.OwnDecision](), reflect.TypeFor[wire.InventoryRequest](), reflect.TypeFor[wire.InventoryQuery](),
		reflect.TypeFor[wire.Inventory](), reflect.TypeFor[wire.Held](),
	} {
		for field := range of.Fields() {
			if tag, _, _ := strings.Cut(field.Tag.Get("json"), ","); tag != "-" {
				names = append(names, tag)
			}
		}
	}
	kinds := []directive.VersionKind{directive.Impose, directive.Amend, directive.Suspend, directive.Resume, directive.Permit, directive.PermitEnd, directive.Withdraw}
	for _, k := range kinds {
		names = append(names, string(k))
	}
	for _, o := range directive.ReportOutcomes {
		names = append(names, string(o))
	}
	for _, name := range pages {
		p := readPage(t, name)
		for _, member := range names {
			if !strings.Contains(p.text, "`"+member+"`") && !strings.Contains(p.text, `"`+member+`"`) {
				t.Errorf("%s does not name %s", name, member)
			}
		}
	}
}

// post gives a body to a receiver, signed with the page's key, or with the page's own
// headers where they are given.
func (p page) post(t *testing.T, r *standalone.Receiver, h http.Header, body string) (int, string) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
	if h == nil {
		wire.Sign(request.Header, mustKeys(t, p.examples["key"]), "msg_other", p.sentAt(t), []byte(body))
	} else {
		request.Header = h
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, request)
	return w.Code, w.Body.String()
}

// A receiver that was written from the page alone does with the page's examples what the
// page says.
func TestAReceiverFromThePage(t *testing.T) {
	t.Parallel()
	p := readPage(t, pages[0])
	at := p.sentAt(t)
	r := &standalone.Receiver{Secrets: []string{p.examples["key"]}, Now: func() time.Time { return at }}
	if status, _ := p.post(t, &standalone.Receiver{Secrets: []string{wire.NewSecret()}, Now: r.Now}, p.headers(t), p.examples["message"]); status != http.StatusUnauthorized {
		t.Errorf("another key: %d", status)
	}
	later := func() time.Time { return at.Add(6 * time.Minute) }
	if status, _ := p.post(t, &standalone.Receiver{Secrets: r.Secrets, Now: later}, p.headers(t), p.examples["message"]); status != http.StatusUnauthorized {
		t.Errorf("six minutes later: %d", status)
	}
	public := &standalone.Receiver{PublicKeys: []string{p.examples["public-key"]}, Now: r.Now}
	if status, _ := p.post(t, public, p.headers(t), p.examples["message"]); status != http.StatusOK || public.Version("01990000-0000-7000-8000-000000000001") != 1 {
		t.Errorf("by the public key: %d", status)
	}
	other := strings.ReplaceAll(p.examples["message"], "8000-000000000001", "8000-000000000009")
	const number, measure, on = "91450100MA0DEMO000", "judgment-debtor-141/securities-futures-fund-setup", "2025-10-10"
	for i, step := range []struct {
		body    string
		headers http.Header
		want    string
		applies bool
	}{
		{p.examples["message"], p.headers(t), p.examples["answer"], true},
		{other, nil, "", true},
		{p.examples["withdrawal"], nil, "", true},                         // the other directive still carries
		{p.examples["message"], p.headers(t), p.examples["answer"], true}, // late, and changes nothing
		{p.examples["test"], nil, "", true},
		{p.examples["inventory-question"], nil, p.examples["inventory-answer"], true},
		{strings.ReplaceAll(p.examples["withdrawal"], "8000-000000000001", "8000-000000000009"), nil, "", false},
		{strings.Replace(other, `"version": 1`, `"version": 7`, 1), nil, "", false}, // nothing revives it
	} {
		status, answer := p.post(t, r, step.headers, step.body)
		if status != http.StatusOK || (step.want != "" && cmp.Diff(strictly[any](t, step.want), strictly[any](t, answer)) != "") {
			t.Errorf("step %d: %d %s", i, status, answer)
		}
		if got := r.Applies(number, measure, on); got != step.applies {
			t.Errorf("step %d: the measure applies: %v", i, got)
		}
	}
}

// One that keeps a measure on its own decision says so as the page does, once.
func TestAReceiverThatKeeps(t *testing.T) {
	t.Parallel()
	p := readPage(t, pages[0])
	r := &standalone.Receiver{Secrets: []string{p.examples["key"]}, Now: func() time.Time { return p.sentAt(t) }, Keep: map[string]standalone.Keeping{
		"judgment-debtor-141/securities-futures-fund-setup": {
			Title: "演示条例", Article: "第1条", Number: "演示决字〔2025〕1号", ServedOn: "2025-10-08",
			Remedy: "自送达之日起六十日内向演示市人民政府申请行政复议", Until: "2026-10-08",
		},
	}}
	for i, step := range []struct{ body, want string }{
		{p.examples["message"], p.examples["answer"]},
		{p.examples["withdrawal"], p.examples["answer-kept"]},
		{p.examples["withdrawal"], strings.Replace(p.examples["answer"], `"version": 1`, `"version": 2`, 1)},
	} {
		if status, answer := p.post(t, r, nil, step.body); status != http.StatusOK || cmp.Diff(strictly[any](t, step.want), strictly[any](t, answer)) != "" {
			t.Errorf("step %d: %d %s", i, status, answer)
		}
	}
}

// It passes what every channel's receiver passes, and imports nothing of ours.
func TestAReceiverFromThePageIsAChannel(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob("standalone/*.go")
	if err != nil || len(sources) == 0 {
		t.Fatal(err)
	}
	for _, source := range sources {
		file, err := parser.ParseFile(token.NewFileSet(), source, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range file.Imports {
			if strings.Contains(i.Path.Value, ".") || strings.HasPrefix(i.Path.Value, `"concordat`) {
				t.Errorf("%s imports %s", source, i.Path.Value)
			}
		}
	}
	b := setup(t, nil)
	encode := notify.Encoder(b.Offices, b.Config.Catalogue, b.Day())
	private, public := wire.NewPair()
	secret := wire.NewSecret()
	org := b.Departments[0]
	r := &standalone.Receiver{Secrets: []string{secret}, PublicKeys: []string{public}, Now: machine}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	b.put(t, notify.NewEndpoint{Organisation: org, Channel: notify.WebhookName, Priority: 1, URL: server.URL, AllowInternal: true, Keys: []string{private, wire.NewSecret()}})
	channeltest.Run(t, func(t *testing.T) channeltest.Channel {
		return channeltest.Channel{
			Channel: b.config.Channels[0], Organisation: org, Endpoint: b.webhook(t, org),
			Encode: func(items []directive.Item) []byte { return encode(nil, "dept-demo", directive.Bulk, b.At(), items) },
			Holds:  func(id enforcement.ID) int16 { return int16(r.Version(id.String())) },
		}
	})
	webhook := notify.NewWebhook(notify.WebhookConfig{Machine: machine})
	t.Cleanup(webhook.Close)
	if tested, err := b.endpoints.Test(t.Context(), b.System(), webhook, org); err != nil || tested.Outcome != notify.TestAcknowledged || !slices.Equal(tested.Keys, []string{"v1a", "v1"}) {
		t.Errorf("the sample: %+v, %v", tested, err)
	}
}

func mustKeys(t *testing.T, texts ...string) []wire.Key {
	t.Helper()
	keys, err := wire.ParseKeys(texts...)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
