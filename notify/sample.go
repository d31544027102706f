package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/notify/wire"
)

// TestOutcome is what a receiver made of a test message; its words are those of the code
// "endpoint-test." and it.
type TestOutcome string

// The outcomes of a test.
const (
	TestAcknowledged TestOutcome = "acknowledged" // it answers as docs/webhooks.md says
	TestDelivered    TestOutcome = "delivered"    // likewise; acknowledgement comes by the API
	TestUnsaid       TestOutcome = "unsaid"       // it takes messages and answers nothing of ours
	TestUnanswered   TestOutcome = "unanswered"   // it answers in our format and leaves the directive out
	TestMalformed    TestOutcome = "malformed"    // its answer was meant to be one and is none
	TestRefused      TestOutcome = "refused"      // 400, 413, 422: it does not take our content
	TestKey          TestOutcome = "key"          // 401: it does not take our signature
	TestAddress      TestOutcome = "address"      // 404, 410: nobody is at the address
	TestFault        TestOutcome = "fault"        // another status
	TestUnreachable  TestOutcome = "unreachable"  // no connection
	TestBroken       TestOutcome = "broken"       // no answer, or none that can be read
)

// testOutcomes lists them; the first three are those under which messages arrive.
var testOutcomes = []TestOutcome{
	TestAcknowledged, TestDelivered, TestUnsaid, TestUnanswered, TestMalformed, TestRefused, TestKey, TestAddress, TestFault, TestUnreachable, TestBroken,
}

func testCodes() []string {
	codes := make([]string, 0, len(testOutcomes))
	for _, o := range testOutcomes {
		codes = append(codes, o.Code())
	}
	return codes
}

// Code is the code of the outcome's words.
func (o TestOutcome) Code() string { return "endpoint-test." + string(o) }

// Arrives reports whether messages arrive at a receiver that answered so.
func (o TestOutcome) Arrives() bool {
	return o == TestAcknowledged || o == TestDelivered || o == TestUnsaid
}

// Tested is how a test ended.
type Tested struct {
	Outcome TestOutcome `json:"outcome"`
	Host    string      `json:"host"`
	Keys    []string    `json:"keys"`             // versions of the signatures that were made
	Status  int         `json:"status,omitempty"` // HTTP, 0 without an answer
	Reason  string      `json:"reason,omitempty"` // in our own words, never the receiver's
	TookMS  int64       `json:"took_ms"`          // to the end of the answer
}

// Test sends an organisation's webhook a signed sample and says what came of it, also
// where the endpoint is out of use. The sample is marked as a test, concerns nobody and
// withdraws what never was; nothing is written, here or at a receiver that follows
// docs/webhooks.md.
func (t *Endpoints) Test(ctx context.Context, act enforcement.Act, w *Webhook, org enforcement.OrganisationID) (Tested, error) {
	if err := operator(act); err != nil {
		return Tested{}, err
	}
	to, err := t.recipient(ctx, org)
	if err != nil {
		return Tested{}, err
	}
	e, ok := to.webhook()
	if !ok {
		return Tested{}, &enforcement.Refusal{Code: "not-found"}
	}
	began := w.machine()
	d := Delivery{Attempt: enforcement.NewID(), Organisation: org, Lane: directive.Express, Endpoint: e, Items: []directive.Item{{Directive: enforcement.NewID(), Version: 1}}}
	if d.Body, err = sample(to.slug, d.Items[0], began); err != nil {
		return Tested{}, err
	}
	outcome, err := w.Send(ctx, d)
	tested := Tested{Host: e.host(), Keys: e.KeyKinds(), Status: outcome.Status, Reason: outcome.Fault, TookMS: w.machine().Sub(began).Milliseconds()}
	failed := asSendError(err)
	switch {
	case failed != nil:
		tested.Outcome, tested.Status, tested.Reason = failed.tested(), failed.Status, failed.Reason()
	case err != nil:
		return tested, err
	default:
		tested.Outcome = outcome.tested()
	}
	return tested, nil
}

// sample is the body of a test.
func sample(slug string, i directive.Item, at time.Time) ([]byte, error) {
	body, err := json.Marshal(wire.Message{
		Format: wire.Format, Organisation: slug, Lane: string(directive.Express), SentAt: at.UTC(), Test: true, Measures: map[string]wire.Measure{},
		Directives: []wire.Directive{{
			ID: uuid.UUID(i.Directive), Version: i.Version, Kind: string(directive.Withdraw), Measures: []string{},
			Ground: wire.Ground{Kind: "listing", Reference: "测试 TEST", Owner: "test"},
		}},
	})
	if err != nil {
		return nil, fmt.Errorf("write a test: %w", err)
	}
	return body, nil
}

func (o Outcome) tested() TestOutcome {
	switch step := o.Results[0].Step; {
	case o.Unsaid:
		return TestUnsaid
	case o.Fault != "":
		return TestMalformed
	case step == directive.Acknowledged:
		return TestAcknowledged
	case step == directive.Delivered:
		return TestDelivered
	default:
		return TestUnanswered
	}
}

func (e *SendError) tested() TestOutcome {
	switch {
	case e.Verdict == Refused:
		return TestRefused
	case e.Verdict == Gone && e.Status == http.StatusUnauthorized:
		return TestKey
	case e.Verdict == Gone:
		return TestAddress
	case e.Stage == AfterSend:
		return TestFault
	case e.Stage == BeforeSend || errors.Is(e.Err, errInternal):
		return TestUnreachable
	default:
		return TestBroken
	}
}
