package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/propagation"

	"concordat/notify/wire"
)

// errAddress reports an address that net/http does not take.
var errAddress = errors.New("the endpoint's address is not one")

// WebhookName is the name of the webhook channel.
const WebhookName = "webhook"

// A response may be this long: so many bytes, and so many more for each item.
const (
	answerBase    = 64 << 10
	answerPerItem = 8 << 10
)

// WebhookConfig says how webhooks are sent.
type WebhookConfig struct {
	// Machine is machine time, for timestamps and Retry-After. Required.
	Machine func() time.Time
	// Timeout bounds one send from dial to the end of the answer; 0 means 15 s.
	Timeout time.Duration
}

// Webhook posts signed batches by HTTP. It follows no redirect, uses no proxy and
// connects to the public network only, unless the endpoint allows otherwise.
type Webhook struct {
	machine  func() time.Time
	timeout  time.Duration
	public   *http.Client
	internal *http.Client
}

// NewWebhook builds the channel; its connections are kept and used again.
func NewWebhook(c WebhookConfig) *Webhook {
	if c.Timeout == 0 {
		c.Timeout = 15 * time.Second
	}
	return &Webhook{machine: c.Machine, timeout: c.Timeout, public: client(false), internal: client(true)}
}

func client(internal bool) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            dialer(internal),
			TLSHandshakeTimeout:    5 * time.Second,
			ResponseHeaderTimeout:  0, // the send's own time-out bounds it
			MaxIdleConns:           256,
			MaxIdleConnsPerHost:    4,
			IdleConnTimeout:        90 * time.Second,
			MaxResponseHeaderBytes: 16 << 10,
			DisableCompression:     true,
			WriteBufferSize:        64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Close drops the idle connections.
func (w *Webhook) Close() {
	w.public.CloseIdleConnections()
	w.internal.CloseIdleConnections()
}

// Name is WebhookName.
func (w *Webhook) Name() string { return WebhookName }

// Send posts the body and reads the answers.
func (w *Webhook) Send(ctx context.Context, d Delivery) (Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	if d.Sent != nil {
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { d.Sent() }})
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Endpoint.URL, bytes.NewReader(d.Body))
	if err != nil {
		return Outcome{}, &SendError{Stage: BeforeSend, Verdict: Fault, Err: errAddress}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "concordat")
	propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(request.Header)) // nothing without telemetry
	request.Header.Set(wire.HeaderAttempt, d.Attempt.String())
	wire.Sign(request.Header, d.Endpoint.keys, wire.ContentID(d.Body), w.machine(), d.Body)
	if request.Header.Get(wire.HeaderSignature) == "" {
		return Outcome{}, &SendError{Stage: BeforeSend, Verdict: Fault, Err: wire.ErrKey}
	}
	client := w.public
	if d.Endpoint.AllowInternal {
		client = w.internal
	}
	response, err := client.Do(request)
	if err != nil {
		return Outcome{}, notAnswered(err)
	}
	defer func() { _ = response.Body.Close() }() // nothing is lost with it
	if response.StatusCode < 200 || response.StatusCode > 299 {
		_, _ = io.CopyN(io.Discard, response.Body, 4<<10) // so that the connection can be used again
		return Outcome{}, w.badStatus(response)
	}
	limit := int64(answerBase + answerPerItem*len(d.Items))
	body, err := readAnswer(response, limit)
	if err != nil {
		return Outcome{}, &SendError{Stage: DuringSend, Verdict: Fault, Status: response.StatusCode, Err: plain(err)}
	}
	outcome := heard(d, response.Header.Get("Content-Encoding"), body, limit)
	outcome.Status = response.StatusCode
	return outcome, nil
}

// readAnswer reads one byte more than limit at most, into one slice where the
// length was announced.
func readAnswer(r *http.Response, limit int64) ([]byte, error) {
	if r.ContentLength < 0 || r.ContentLength > limit {
		return io.ReadAll(io.LimitReader(r.Body, limit+1))
	}
	body := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, body)
	return body, err
}

// notAnswered tells a failed dial, which is sure to have sent nothing, from
// everything later, which is in doubt.
func notAnswered(err error) *SendError {
	e := &SendError{Stage: DuringSend, Verdict: Fault, Err: plain(err)}
	if failed, ok := errors.AsType[*net.OpError](err); ok && failed.Op == "dial" {
		e.Stage = BeforeSend
	}
	if errors.Is(err, errInternal) {
		e.Stage, e.Err = BeforeSend, errInternal
	}
	return e
}

// plain strips the address that net/http puts around its errors.
func plain(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

func (w *Webhook) badStatus(r *http.Response) *SendError {
	e := &SendError{Stage: AfterSend, Verdict: Fault, Status: r.StatusCode, Err: fmt.Errorf("status %d", r.StatusCode)}
	switch r.StatusCode {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		e.Verdict = Refused
	case http.StatusUnauthorized, http.StatusNotFound, http.StatusGone:
		e.Verdict = Gone
	default:
		e.RetryAfter = retryAfter(r.Header.Get("Retry-After"), w.machine())
	}
	return e
}

// retryAfter reads seconds or a date; what is malformed or past is 0. The
// endpoint bounds it.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil {
		return max(time.Duration(seconds)*time.Second, 0)
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
