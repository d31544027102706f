package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"concordat/enforcement/directive"
	"concordat/enforcement/party"
	"concordat/notify/receiver"
	"concordat/notify/wire"
)

// manner is how a department of the demonstration receives.
type manner string

const (
	prompt    manner = "prompt"
	slow      manner = "slow"        // answers, but not at once
	fails     manner = "answers-500" // applies what came, then answers 500
	down      manner = "down"        // breaks every connection
	twice     manner = "answers-twice"
	byHand    manner = "by-hand" // has no system: an officer opens the inbox
	slowDelay        = 15 * time.Millisecond
)

// manners says who is not prompt, by slug.
var manners = map[string]manner{
	"guangxi-central-bank":         slow,
	"nanning-housing-construction": slow,
	"nanning-human-resources":      slow,
	"nanning-state-assets":         fails,
	"nanning-commerce":             down,
	"nanning-tax":                  twice,
	"nanning-forestry":             byHand,
}

// department stands in for one organisation that receives: a system of its own
// behind HTTP, and officers. Its ledger is its own record, apart from our tables,
// kept by the receiver's rule alone.
type department struct {
	org    party.Organisation
	manner manner
	ledger receiver.Ledger
	// mended ends what fails and what is down.
	mended atomic.Bool

	signing string // key text of the sender
	keys    []wire.Key
	server  *http.Server
	url     string

	mu sync.Mutex
	// reported are the measures reported on, so that their lifting is reported too.
	reported map[uuid.UUID][]string
	// again are the versions that a department that answers twice has still to
	// answer a second time.
	again []wire.Answer
}

// newDepartment makes the stand-in of an organisation; every third signs with
// Ed25519, the others with a shared secret.
func newDepartment(org party.Organisation, machine func() time.Time) (*department, error) {
	d := &department{org: org, manner: manners[org.Slug], reported: map[uuid.UUID][]string{}}
	if d.manner == "" {
		d.manner = prompt
	}
	if d.manner == byHand {
		return d, nil
	}
	verifying := wire.NewSecret()
	d.signing = verifying
	if org.ID%3 == 0 {
		d.signing, verifying = wire.NewPair()
	}
	var err error
	if d.keys, err = wire.ParseKeys(verifying); err != nil {
		return nil, fmt.Errorf("make the key of %s: %w", org.Slug, err)
	}
	takes := &receiver.Receiver{Keys: d.keys, Ledger: &d.ledger, Now: machine, Answer: d.answer}
	d.server = &http.Server{Handler: d.handler(takes), ReadHeaderTimeout: 5 * time.Second}
	return d, nil
}

// late reports whether nobody waits for this department.
func (d *department) late() bool {
	return (d.manner == fails || d.manner == down) && !d.mended.Load()
}

// open begins to receive on a free port of the loopback address.
func (d *department) open(ctx context.Context) error {
	if d.server == nil {
		return nil
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("open %s: %w", d.org.Slug, err)
	}
	d.url = "http://" + listener.Addr().String() + "/directives"
	go func() {
		_ = d.server.Serve(&door{listener, d}) // ends with Close, which needs no words
	}()
	return nil
}

func (d *department) close() error {
	if d.server == nil {
		return nil
	}
	if err := d.server.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("close %s: %w", d.org.Slug, err)
	}
	return nil
}

// door keeps the port of a department that is down, so that nobody else gets
// what is sent to it, and shuts every connection.
type door struct {
	net.Listener
	of *department
}

// Accept returns the next connection that is let in.
func (d *door) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil || d.of.manner != down || d.of.mended.Load() {
			return conn, err //nolint:wrapcheck // http.Server looks for net's own errors
		}
		_ = conn.Close() // it is meant to break
	}
}

func (d *department) handler(takes http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case d.manner == slow:
			pause := time.NewTimer(slowDelay)
			defer pause.Stop()
			select {
			case <-pause.C:
			case <-r.Context().Done():
				return
			}
		case d.manner == fails && !d.mended.Load():
			takes.ServeHTTP(&lostAnswer{header: http.Header{}}, r)
			http.Error(w, "演示:内部错误", http.StatusInternalServerError)
			return
		}
		takes.ServeHTTP(w, r)
	})
}

// lostAnswer takes an answer that nobody gets.
type lostAnswer struct {
	header http.Header
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (l *lostAnswer) Header() http.Header { return l.header }

// Write implements http.ResponseWriter.
func (l *lostAnswer) Write(b []byte) (int, error) { return l.body.Write(b) }

// WriteHeader implements http.ResponseWriter.
func (l *lostAnswer) WriteHeader(int) {}

// answer adds reports on one directive of eight, and says everything twice where
// that is the department's manner: in the same answer, and later by hand.
func (d *department) answer(m wire.Message, answers wire.Answers) wire.Answers {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range answers.Answers {
		answers.Answers[i].Reports = d.reports(m.Directives[i])
	}
	if d.manner == twice {
		d.again = append(d.again, answers.Answers...)
		answers.Answers = append(answers.Answers, answers.Answers...)
	}
	return answers
}

// reports says what was done with each measure: most are implemented, some have
// no object here, a few are refused for want of a legal basis; and what was once
// reported on is reported lifted.
func (d *department) reports(x wire.Directive) []wire.Report {
	if x.ID[15]%8 != 0 {
		return nil
	}
	var list []wire.Report
	if len(x.Measures) == 0 {
		for _, measure := range d.reported[x.ID] {
			list = append(list, wire.Report{Measure: measure, Outcome: string(directive.Lifted)})
		}
		delete(d.reported, x.ID)
		return list
	}
	d.reported[x.ID] = x.Measures
	for i, measure := range x.Measures {
		report := wire.Report{Measure: measure, Outcome: string(directive.Implemented)}
		switch (int(x.ID[14]) + i) % 16 {
		case 1, 5, 9, 13:
			report.Outcome = string(directive.NotApplicable)
		case 7:
			report.Outcome, report.Reason = string(directive.RefusedReport), "no-legal-basis"
		}
		list = append(list, report)
	}
	return list
}

// secondAnswers returns what is still to be answered a second time, once.
func (d *department) secondAnswers() []wire.Answer {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := d.again
	d.again = nil
	return list
}
