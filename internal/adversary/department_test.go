package adversary_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/memoranda/day"
	"concordat/notify/receiver"
	"concordat/notify/wire"
)

// sendTimeout is how long a department's system may take to answer.
const sendTimeout = 250 * time.Millisecond

// channel is how a department gets to know.
type channel string

const (
	byWebhook channel = "webhook"
	byInbox   channel = "inbox"   // officers open it
	byReading channel = "reading" // officers open the inbox, and its system takes over what it reads by API
)

// manner is how a department's system answers. What it takes over it takes over for
// good: no manner says of a lifting that it was taken over when it was not.
type manner string

const (
	prompt       manner = "prompt"
	away         manner = "away"          // 503, nothing is taken over
	unauthorised manner = "unauthorised"  // 401: the endpoint is given up
	refusing     manner = "refusing"      // 422, nothing is taken over
	slow         manner = "slow"          // taken over when the sender has given up
	crashing     manner = "crashing"      // taken over, and 500
	wordless     manner = "wordless"      // taken over, and 204
	nonsense     manner = "nonsense"      // no answer of ours; what lifts is not taken over
	halves       manner = "halves"        // every second line of the answer is left out
	later        manner = "later"         // of a version to come
	earlier      manner = "earlier"       // of the version before
	foreign      manner = "foreign"       // of another department's directives too
	older        manner = "older"         // the answer to the message before
	twice        manner = "twice"         // every line twice, delivered after acknowledged
	implemented  manner = "implemented"   // whatever it is, it was implemented
	lifted       manner = "lifted"        // whatever it is, it was lifted
	kept         manner = "kept"          // whatever it is, it is kept
	refused      manner = "refused"       // whatever it is, it is refused
	doubtful     manner = "doubtful"      // whose identity it is, is doubted
	unappliable  manner = "unappliable"   // nothing applies
	unknown      manner = "unknown-words" // an outcome and a measure that nobody knows
)

var manners = []manner{
	prompt, away, slow, crashing, wordless, nonsense, halves, later, earlier, foreign, older, twice,
	implemented, lifted, kept, refused, doubtful, unappliable, unknown, refusing, unauthorised,
}

// department is an organisation with its system, its officers and its ledger.
type department struct {
	org             enforcement.OrganisationID
	channel         channel
	clerk, reviewer string // tokens
	ledger          *receiver.Ledger
	receiver        receiver.Receiver
	secret          string
	server          *httptest.Server

	mu       sync.Mutex
	manner   manner
	heard    []*http.Request // messages as they came, with their bodies
	bodies   [][]byte
	answered wire.Answers // the last answer that was given
	strange  []uuid.UUID  // directives of others, to be answered
	random   *rand.Rand
}

func newDepartment(t *testing.T, org enforcement.OrganisationID, c channel) *department {
	t.Helper()
	d := &department{org: org, channel: c, ledger: &receiver.Ledger{}, secret: wire.NewSecret(), manner: prompt, random: rand.New(rand.NewPCG(1, uint64(org)))}
	keys, err := wire.ParseKeys(d.secret)
	must(t, err)
	d.receiver = receiver.Receiver{Keys: keys, Ledger: d.ledger, Now: machine, Answer: d.change}
	d.server = httptest.NewServer(d)
	t.Cleanup(d.server.Close)
	return d
}

func (d *department) behave(m manner, strange []uuid.UUID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.manner, d.strange = m, strange
}

// ServeHTTP is the department's system.
func (d *department) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	d.mu.Lock()
	m := d.manner
	if len(d.heard) < 64 {
		d.heard, d.bodies = append(d.heard, r.Clone(r.Context())), append(d.bodies, body)
	}
	d.mu.Unlock()
	unheard := func() { d.receiver.ServeHTTP(httptest.NewRecorder(), r) }
	switch m {
	case away:
		http.Error(w, "away", http.StatusServiceUnavailable)
	case unauthorised:
		http.Error(w, "who are you", http.StatusUnauthorized)
	case refusing:
		http.Error(w, "no", http.StatusUnprocessableEntity)
	case slow:
		time.Sleep(sendTimeout + 30*time.Millisecond)
		unheard()
	case crashing:
		unheard()
		http.Error(w, "crashed", http.StatusInternalServerError)
	case wordless:
		unheard()
		w.WriteHeader(http.StatusNoContent)
	case nonsense:
		if !bytes.Contains(body, []byte(`"lane":"express"`)) {
			unheard()
		}
		_, _ = io.WriteString(w, `{"format":1,"answers":[{"directive":7}]}`)
	case prompt, halves, later, earlier, foreign, older, twice, implemented, lifted, kept, refused, doubtful, unappliable, unknown:
		d.receiver.ServeHTTP(w, r)
	}
}

// change is what the manners do to an answer.
func (d *department) change(m wire.Message, a wire.Answers) wire.Answers {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.answered
	d.answered = wire.Answers{Format: a.Format, Answers: slices.Clone(a.Answers)}
	switch d.manner {
	case halves:
		a.Answers = a.Answers[:len(a.Answers)/2]
	case later, earlier:
		for i := range a.Answers {
			a.Answers[i].Version += map[manner]int16{later: 1, earlier: -1}[d.manner]
		}
	case foreign:
		for _, id := range d.strange {
			a.Answers = append(a.Answers, wire.Answer{Directive: id, Version: int16(1 + d.random.IntN(3)), Outcome: wire.OutcomeAcknowledged})
		}
	case older:
		return before
	case twice:
		for _, line := range slices.Clone(a.Answers) {
			line.Outcome = wire.OutcomeDelivered
			a.Answers = append(a.Answers, line)
		}
	case unknown:
		for i := range a.Answers {
			a.Answers[i].Outcome = "burned"
			a.Answers[i].Reports = []wire.Report{{Measure: "nothing/at-all", Outcome: "implemented"}}
		}
	case implemented, lifted, kept, refused, doubtful, unappliable:
		for i := range m.Directives {
			a.Answers[i].Reports = d.reports(&m.Directives[i])
		}
	case prompt, away, unauthorised, refusing, slow, crashing, wordless, nonsense:
	}
	return a
}

// reports says what the manner says of every measure that the directive carries or, where
// it carries nothing any more, was heard to carry.
func (d *department) reports(x *wire.Directive) []wire.Report {
	said := reportOf(d.manner, calendarYear(1))
	names := x.Measures
	if len(names) == 0 {
		names = d.measuresOnceHeld(x.ID)
	}
	reports := make([]wire.Report, 0, len(names))
	for _, name := range names {
		r := wire.Report{Measure: name, Outcome: string(said.Outcome), Reason: said.Reason, Basis: said.Basis, KeptUntil: said.KeptUntil, Cited: wire.Cited(said.Cited), Decision: wire.OwnDecision(said.Decision)}
		reports = append(reports, r)
	}
	return reports
}

func (d *department) measuresOnceHeld(id uuid.UUID) []string {
	for _, body := range d.bodies {
		m, err := wire.ParseMessage("", body)
		if err != nil {
			continue
		}
		for i := range m.Directives {
			if m.Directives[i].ID == id && len(m.Directives[i].Measures) > 0 {
				return m.Directives[i].Measures
			}
		}
	}
	return nil
}

// calendarYear is a day so many years after the worlds' first one.
func calendarYear(years int) day.Day { return day.Of(2025, time.September, 1).AddYears(years) }

// reportOf is the one place that says what a report of each outcome is made of.
func reportOf(m manner, until day.Day) directive.Report {
	return map[manner]directive.Report{
		implemented: {Outcome: directive.Implemented},
		lifted:      {Outcome: directive.Lifted},
		refused:     {Outcome: directive.RefusedReport, Reason: "no-legal-basis"},
		doubtful:    {Outcome: directive.RefusedReport, Reason: "identity-doubtful"},
		unappliable: {Outcome: directive.NotApplicable},
		kept: {
			Outcome: "kept", KeptUntil: until, Cited: directive.Cited{Title: "演示法", Article: "第1条"},
			Decision: directive.OwnDecision{Number: "演示决〔2025〕1号", ServedOn: day.Of(2024, 1, 2), Remedy: "演示:收到之日起六十日内申请行政复议"},
		},
	}[m]
}
