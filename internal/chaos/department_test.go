package chaos_test

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/notify/receiver"
	"concordat/notify/wire"
)

// sendTimeout is how long the worker waits for a department.
const sendTimeout = time.Second

// manner is how a department behaves. Each but prompt does so to some messages
// only, so that in the end everything arrives.
type manner string

const (
	prompt  manner = "prompt"
	slow    manner = "slow"    // takes its time
	stalls  manner = "stalls"  // applies when the sender has given up
	fails   manner = "fails"   // applies, and answers 500
	busy    manner = "busy"    // applies nothing, and answers 503
	twice   manner = "twice"   // answers each line twice, and gets old messages again
	drops   manner = "drops"   // applies, and leaves out lines of the answer
	cuts    manner = "cuts"    // applies, and shuts the connection
	reports manner = "reports" // says of each measure what became of it
)

var manners = []manner{prompt, slow, stalls, fails, busy, twice, drops, cuts, reports, prompt}

// department is a receiver on loopback. Its ledger and what is on its way to it
// outlive every worker.
type department struct {
	receiver.Receiver
	manner manner
	org    enforcement.OrganisationID
	secret string
	server *httptest.Server

	// burdens counts what arrived that burdens, however it was answered.
	burdens atomic.Int64
	// mute is set while it loses what it is sent.
	mute atomic.Pointer[muted]

	mu     sync.Mutex
	random *rand.Rand
	old    []wire.Message
}

func newDepartment(t *testing.T, m manner, seed uint64) *department {
	t.Helper()
	d := &department{manner: m, secret: wire.NewSecret(), random: rand.New(rand.NewPCG(seed, 0x64657074))}
	keys, err := wire.ParseKeys(d.secret)
	if err != nil {
		t.Fatal(err)
	}
	d.Receiver = receiver.Receiver{Keys: keys, Ledger: &receiver.Ledger{}, Now: machine, Answer: d.change}
	d.server = httptest.NewServer(d)
	t.Cleanup(d.server.Close)
	return d
}

// chance is true once in n.
func (d *department) chance(n int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.random.IntN(n) == 0
}

// ServeHTTP takes a message from the wire before anything else: what has arrived
// is dealt with, though its sender be dead.
func (d *department) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // it was cut off half way
	}
	if mute := d.mute.Load(); mute != nil {
		mute.lose()
	}
	d.burdens.Add(burdens(body))
	r = r.Clone(context.WithoutCancel(r.Context()))
	r.Body = io.NopCloser(bytes.NewReader(body))
	switch {
	case d.manner == slow:
		time.Sleep(30 * time.Millisecond)
	case d.manner == stalls && d.chance(25):
		time.Sleep(sendTimeout + 100*time.Millisecond)
	case d.manner == busy && d.chance(3):
		w.Header().Set("Retry-After", "1")
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	case d.manner == fails && d.chance(3):
		d.Receiver.ServeHTTP(httptest.NewRecorder(), r)
		http.Error(w, "fails", http.StatusInternalServerError)
		return
	case d.manner == cuts && d.chance(4):
		d.Receiver.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}
	d.Receiver.ServeHTTP(w, r)
}

// change is what the manners do to an answer.
func (d *department) change(m wire.Message, a wire.Answers) wire.Answers {
	switch d.manner {
	case drops:
		kept := a.Answers[:0]
		for _, line := range a.Answers {
			if !d.chance(4) {
				kept = append(kept, line)
			}
		}
		a.Answers = kept
	case twice:
		a.Answers = append(a.Answers, a.Answers...)
		d.again(m)
	case reports:
		for i, x := range m.Directives {
			for _, measure := range x.Measures {
				a.Answers[i].Reports = append(a.Answers[i].Reports, wire.Report{Measure: measure, Outcome: string(directive.Implemented)})
			}
		}
	case prompt, slow, stalls, fails, busy, cuts:
	}
	return a
}

// again delivers an older message once more, out of its order.
func (d *department) again(m wire.Message) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.old) < 64 {
		d.old = append(d.old, m)
	} else {
		d.old[d.random.IntN(len(d.old))] = m
	}
	d.Ledger.Apply(d.old[d.random.IntN(len(d.old))])
}
