package notify_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/notify"
	"concordat/notify/wire"
)

// saying has the receiver take every message, and answer with what say makes of it.
func (d *department) saying(say func(w http.ResponseWriter, answers []byte)) *sentIDs {
	ids := &sentIDs{}
	d.intercept(func(w http.ResponseWriter, r *http.Request) {
		m, err := wire.ParseMessage("", reread(r))
		if err != nil {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		ids.add(r.Header)
		say(w, d.Ledger.Apply(m).Append(nil))
		if s, ok := w.(*seen); ok {
			s.wrote = true
		}
	})
	return ids
}

// sentIDs are the ids of content and of attempts that a receiver saw.
type sentIDs struct {
	mu                 sync.Mutex
	contents, attempts []string
}

func (s *sentIDs) add(h http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.contents, s.attempts = append(s.contents, h.Get(wire.HeaderID)), append(s.attempts, h.Get(wire.HeaderAttempt))
}

func packed(text string) []byte {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return buf.Bytes()
}

func body(text string) func(http.ResponseWriter, []byte) {
	return func(w http.ResponseWriter, _ []byte) { _, _ = w.Write([]byte(text)) }
}

// Whoever takes a message with a status of success has it, whatever else it says.
func TestATakenMessageIsDelivered(t *testing.T) {
	t.Parallel()
	const bom = "\xef\xbb\xbf"
	for name, c := range map[string]struct {
		say  func(w http.ResponseWriter, answers []byte)
		want string
	}{
		"204":                 {func(w http.ResponseWriter, _ []byte) { w.WriteHeader(http.StatusNoContent) }, "delivered"},
		"202":                 {func(w http.ResponseWriter, _ []byte) { w.WriteHeader(http.StatusAccepted) }, "delivered"},
		"OK":                  {body("OK"), "delivered"},
		"another's JSON":      {body(`{"ok":true}`), "delivered"},
		"a BOM and no answer": {body(bom + `{"ok":true}`), "delivered"},
		"a page":              {body("<html>"), "delivered"},
		"endless":             {body(strings.Repeat(" ", 1<<20)), "delivered"},
		"OK, packed": {func(w http.ResponseWriter, _ []byte) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed("OK"))
		}, "delivered"},
		"a BOM": {func(w http.ResponseWriter, a []byte) { _, _ = w.Write(append([]byte(bom), a...)) }, "acknowledged"},
		"packed": {func(w http.ResponseWriter, a []byte) {
			w.Header().Set("Content-Encoding", "GZip")
			_, _ = w.Write(packed(bom + string(a)))
		}, "acknowledged"},
		"packed unsaid":  {func(w http.ResponseWriter, a []byte) { _, _ = w.Write(packed(string(a))) }, "acknowledged"},
		"said, unpacked": {func(w http.ResponseWriter, a []byte) { w.Header().Set("Content-Encoding", "gzip"); _, _ = w.Write(a) }, "acknowledged"},
		"C#": {func(w http.ResponseWriter, a []byte) {
			_, _ = w.Write(bytes.Replace(a, []byte(`"answers"`), []byte(`"Answers"`), 1))
		}, "acknowledged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(c *notify.Config) { c.Endpoints.Probes = notify.Probes{First: time.Hour} })
			w, d := b.crowd(t, 3)
			ids := d.saying(c.say)
			b.drain(t, w)
			b.drain(t, w)
			if got := b.steps(t, w.Organisation); got[c.want] != 3 || len(ids.contents) != 1 {
				t.Errorf("steps %v after %d messages, want 3 %s after one", got, len(ids.contents), c.want)
			}
			if e := b.webhook(t, w.Organisation); e.Failures != 0 || e.BulkDueAt != nil {
				t.Errorf("the breaker: %+v", e)
			}
			if n := b.incidents("answer-malformed"); n != 0 {
				t.Errorf("%d incidents", n)
			}
		})
	}
}

// An answer that was meant to be one and is none is told with what is wrong. What
// burdens has arrived all the same; a lifting is not believed to have.
func TestAMalformedAnswerIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		say  func(w http.ResponseWriter, answers []byte)
		want string
	}{
		"another format": {body(`{"format":99,"answers":[]}`), "its format is 99, not 1"},
		"no list":        {body(`{"format":1,"answer":[]}`), "it has no list of answers"},
		"cut off":        {func(w http.ResponseWriter, a []byte) { _, _ = w.Write(a[:len(a)-9]) }, "it is not JSON from byte"},
		"without wrapper": {func(w http.ResponseWriter, a []byte) {
			_, _ = w.Write(bytes.TrimSuffix(bytes.TrimPrefix(a, []byte(`{"format":1,"answers":`)), []byte("}")))
		}, "something else stands than an object"},
		"wrapped": {func(w http.ResponseWriter, a []byte) { _, _ = fmt.Fprintf(w, `{"data":%s}`, a) }, "its format is 0, not 1"},
		"other type": {func(w http.ResponseWriter, a []byte) {
			_, _ = w.Write(bytes.Replace(a, []byte(`"version":`), []byte(`"version":"x","v":`), 1))
		}, "something else stands than answers.version takes"},
		"too long": {func(w http.ResponseWriter, a []byte) { _, _ = w.Write(append(a, strings.Repeat(" ", 1<<20)...)) }, "longer than"},
		"damaged":  {func(w http.ResponseWriter, a []byte) { _, _ = w.Write(packed(string(a))[:30]) }, "its gzip is damaged"},
		"otherwise": {func(w http.ResponseWriter, a []byte) {
			w.Header().Set("Content-Encoding", "br")
			_, _ = w.Write([]byte("\x0b"))
		}, "packed otherwise"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(c *notify.Config) { c.Endpoints.Probes = notify.Probes{First: time.Hour} })
			listing := b.Published(b.Subject(b.Company()))
			w := b.aLane(t)
			d := b.receivers[w.Organisation]
			d.saying(c.say)
			b.drain(t, w)
			if got := b.steps(t, w.Organisation); got["delivered"] != 1 {
				t.Errorf("a restriction: steps %v, want 1 delivered", got)
			}
			detail := ""
			if err := b.DB.Pool.QueryRow(t.Context(), `SELECT detail FROM incident WHERE kind = 'answer-malformed'`).Scan(&detail); err != nil || !strings.Contains(detail, c.want) {
				t.Errorf("told %q, %v; want %q", detail, err, c.want)
			}
			b.end(t, listing)
			b.drain(t, directive.WakeUp{Organisation: w.Organisation, Lane: directive.Express})
			if n := b.Count(`SELECT count(*) FROM amendment WHERE organisation_id = $1 AND kind = 'withdraw' AND step = 'left' AND due`, w.Organisation); n != 1 {
				t.Errorf("%d liftings in doubt and due, want 1", n)
			}
		})
	}
}

// A line that cannot be used is told; the lines beside it stand.
func TestAnUnusableLineIsTold(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *notify.Config) { c.Endpoints.Probes = notify.Probes{First: time.Hour} })
	w, d := b.crowd(t, 3)
	d.answering(func(a wire.Answers) wire.Answers { a.Answers[1].Outcome = "张三"; return a })
	b.drain(t, w)
	if n := b.Count(`SELECT count(*) FROM incident WHERE kind = 'answer-malformed' AND detail LIKE '%line 2 has an outcome%' AND detail NOT LIKE '%张三%'`); n != 1 {
		t.Errorf("%d incidents, want 1", n)
	}
}

// The same content bears the same id at every retry, and each attempt its own.
func TestARetryKeepsItsID(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	w, d := b.crowd(t, 2)
	ids := d.saying(func(rw http.ResponseWriter, _ []byte) { rw.WriteHeader(http.StatusServiceUnavailable) })
	for len(ids.contents) < 3 {
		b.drain(t, w)
	}
	for i := 1; i < 3; i++ {
		if ids.contents[i] != ids.contents[0] || ids.attempts[i] == ids.attempts[0] {
			t.Errorf("try %d: content %s, attempt %s; before %s, %s", i+1, ids.contents[i], ids.attempts[i], ids.contents[0], ids.attempts[0])
		}
	}
	a, _ := json.Marshal(wire.Message{Format: 1, Organisation: "x", SentAt: machine()})
	other, _ := json.Marshal(wire.Message{Format: 1, Organisation: "x", SentAt: machine().Add(time.Hour)})
	if wire.ContentID(a) != wire.ContentID(other) {
		t.Error("the instant of sending is content")
	}
	if more, _ := json.Marshal(wire.Message{Format: 1, Organisation: "y", SentAt: machine()}); wire.ContentID(a) == wire.ContentID(more) {
		t.Error("other content has the same id")
	}
}

// Who only says that it has a withdrawal is overdue in its term as anybody, and
// acknowledges by the API.
func TestDeliveredIsOverdueUntilAcknowledged(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	listing := b.Published(b.Subject(b.Company()))
	for _, d := range b.receivers {
		d.saying(func(w http.ResponseWriter, _ []byte) { w.WriteHeader(http.StatusNoContent) })
	}
	b.quiet(t, b.drainer)
	b.end(t, listing)
	b.quiet(t, b.drainer)
	told := b.Count(`SELECT count(*) FROM amendment WHERE kind = 'withdraw' AND step = 'delivered'`)
	b.AdvanceTo(b.Day().AddDays(15))
	if overdue, err := b.Directives.CheckLiftings(t.Context(), b.System()); err != nil || overdue == 0 || overdue != told {
		t.Fatalf("%d overdue of %d delivered, %v", overdue, told, err)
	}
	for org := range b.receivers {
		list, err := b.Directives.List(t.Context(), b.As(enforcement.DepartmentClerk, org), enforcement.ID{}, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			if d.Kind != directive.Withdraw {
				continue
			}
			answer := directive.Answer{Directive: d.ID, Version: d.Version, Step: directive.Acknowledged}
			if err := b.inbox.Answer(t.Context(), b.As(enforcement.DepartmentClerk, org), []directive.Answer{answer}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if overdue, err := b.Directives.CheckLiftings(t.Context(), b.System()); err != nil || overdue != 0 {
		t.Errorf("%d overdue after all were acknowledged, %v", overdue, err)
	}
}
