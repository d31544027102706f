package notify

import (
	"context"
	"errors"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
)

// Channel is a way to an organisation. Implementations pass notify/channeltest.
type Channel interface {
	// Name is the channel's name in attempts and endpoints: webhook, inbox.
	Name() string
	// Send sends one attempt and returns one result for each item, in order.
	// What is not known to have arrived is in doubt: step Left. A failed send is
	// a *SendError; any other error is our own fault and leaves the attempt open.
	Send(ctx context.Context, d Delivery) (Outcome, error)
}

// Delivery is one attempt, already committed to the record.
type Delivery struct {
	Attempt      enforcement.ID
	Organisation enforcement.OrganisationID
	Lane         directive.Lane
	Endpoint     Endpoint
	Items        []directive.Item
	// Body is what the attempt's hash was made of.
	Body []byte
	// Sent, if not nil, is to be called once the delivery has left and before its
	// answer is read.
	Sent func()
}

// Outcome is what a send that was answered came to.
type Outcome struct {
	Results []directive.Result
	// Status is the HTTP status, 0 where the channel has none.
	Status int
	// Unsaid: the receiver took the message and said nothing of its directives. They
	// are delivered; that they are taken over is to be told by the API.
	Unsaid bool
	// Fault says what was wrong with an answer that was meant to be one, "" if
	// nothing was. It quotes nothing.
	Fault string
}

// Stage says how far a send got before it failed.
type Stage string

// The stages. Only BeforeSend is sure that nothing arrived; the record counts
// all of them as left.
const (
	BeforeSend Stage = "before-send"
	DuringSend Stage = "during-send" // in doubt
	AfterSend  Stage = "after-send"  // it was answered, badly
)

// Verdict is what to do about a failed send.
type Verdict string

// The verdicts.
const (
	// Fault is for the breaker: try again at the next probe.
	Fault Verdict = "fault"
	// Gone is for an operator: use the next channel at once.
	Gone Verdict = "gone"
	// Refused is for this content: try its halves.
	Refused Verdict = "refused"
)

// SendError is a send that failed at the receiver's side or on the way.
type SendError struct {
	Stage   Stage
	Verdict Verdict
	Status  int // HTTP status, 0 without an answer
	// RetryAfter is what the receiver asked for; 0 if it asked for nothing.
	RetryAfter time.Duration
	Err        error // for errors.Is; its text may quote the receiver, [SendError.Reason] never does
}

// Error names stage and reason; it holds nothing personal.
func (e *SendError) Error() string { return string(e.Stage) + ": " + e.Reason() }

// Unwrap returns the cause.
func (e *SendError) Unwrap() error { return e.Err }

// asSendError finds the SendError in err, or nil.
func asSendError(err error) *SendError {
	if failed, ok := errors.AsType[*SendError](err); ok {
		return failed
	}
	return nil
}
