package telemetry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

const (
	// tryFor bounds the sending of one batch with all its tries; meanwhile the next
	// spans gather.
	tryFor = 30 * time.Second
	// answerWithin bounds one try.
	answerWithin = 10 * time.Second
	// firstPause goes before the second try; each further one is twice as long.
	firstPause = 250 * time.Millisecond
	// mostSaid is how much of an answer is read.
	mostSaid = 64 << 10
)

// collector sends spans by OTLP over HTTP. What a span is on the wire is the
// library's; only the sending is ours, because the library's own client for it
// links all of gRPC, which HTTP never uses (open-telemetry/opentelemetry-go#2579).
type collector struct {
	url     string
	headers http.Header
	client  *http.Client
	machine func() time.Time
}

// newCollector is for the collector at a URL; headers are those of [Config].
func newCollector(address, headers string, machine func() time.Time) (*collector, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New("the address of the traces' collector is no http or https URL")
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/v1/traces" // as the protocol has it
	}
	sent, err := readHeaders(headers)
	if err != nil {
		return nil, err
	}
	sent.Set("Content-Type", "application/x-protobuf")
	return &collector{url: u.String(), headers: sent, machine: machine, client: &http.Client{
		Timeout: answerWithin,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
			TLSHandshakeTimeout: 5 * time.Second, IdleConnTimeout: 90 * time.Second,
		},
		// Headers may be secrets: they go to nobody but whom they were meant for.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// readHeaders reads name=value pairs between commas, values percent-encoded.
func readHeaders(text string) (http.Header, error) {
	headers := http.Header{}
	for pair := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if name = strings.TrimSpace(name); !ok || name == "" || err != nil {
			return nil, errors.New("the headers for the traces' collector are no name=value pairs between commas") // not what they are: secrets
		}
		headers.Set(name, value)
	}
	return headers, nil
}

// Start implements otlptrace.Client: the first spans connect.
func (c *collector) Start(context.Context) error { return nil }

// Stop implements otlptrace.Client. Whoever batches has waited for what was under way.
func (c *collector) Stop(context.Context) error {
	c.client.CloseIdleConnections()
	return nil
}

// UploadTraces implements otlptrace.Client. It tries again what the protocol says
// is worth it: a collector that is not reached, busy, or away behind its proxy. A
// span that comes twice is known by its id.
func (c *collector) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	// The same on the wire as an ExportTraceServiceRequest, whose package brings gRPC.
	body, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: spans})
	if err != nil {
		return fmt.Errorf("encode spans: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	for pause := firstPause; ; pause *= 2 {
		again, wait, err := c.post(ctx, body)
		if err == nil || !again {
			return err
		}
		timer := time.NewTimer(max(pause, wait))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

// post sends once. again says that another try is worth it, after wait.
func (c *collector) post(ctx context.Context, body []byte) (again bool, wait time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return false, 0, fmt.Errorf("send spans: %w", err)
	}
	r.Header = c.headers.Clone()
	response, err := c.client.Do(r)
	if err != nil {
		return true, 0, fmt.Errorf("send spans: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // nothing is written to it
	said, err := io.ReadAll(io.LimitReader(response.Body, mostSaid))
	if err != nil {
		return true, 0, fmt.Errorf("send spans: read the answer: %w", err)
	}
	if response.Header.Get("Content-Type") != "application/x-protobuf" {
		said = nil
	}
	switch status := response.StatusCode; status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true, c.retryAfter(response.Header.Get("Retry-After")), answered(status, said)
	default:
		if status < 200 || status > 299 {
			return false, 0, answered(status, said)
		}
		return false, 0, rejected(said)
	}
}

// answered is a fault with the collector's own word, a google.rpc.Status (2: message).
func answered(status int, said []byte) error {
	why, _ := field(said, 2)
	return fmt.Errorf("send spans: the collector answered %d %q", status, why)
}

// rejected is what a collector did not take of what it took, in an
// ExportTraceServiceResponse (1: partial_success; in it 1: rejected_spans, 2: error_message).
func rejected(said []byte) error {
	part, _ := field(said, 1)
	why, _ := field(part, 2)
	if _, n := field(part, 1); n > 0 || len(why) > 0 {
		return fmt.Errorf("send spans: the collector rejected %d of them: %q", n, why)
	}
	return nil
}

// retryAfter reads seconds or a date; what is malformed or past is 0.
func (c *collector) retryAfter(text string) time.Duration {
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return at.Sub(c.machine())
	}
	return 0
}

// field returns the last field of a number in a protobuf message, text or whole
// number; nothing of a message that is none.
func field(message []byte, wanted protowire.Number) (text []byte, number uint64) {
	for len(message) > 0 {
		at, kind, head := protowire.ConsumeTag(message)
		if head < 0 {
			return nil, 0
		}
		value := message[head:]
		size := protowire.ConsumeFieldValue(at, kind, value)
		switch {
		case size < 0:
			return nil, 0
		case at == wanted && kind == protowire.BytesType:
			text, _ = protowire.ConsumeBytes(value)
		case at == wanted && kind == protowire.VarintType:
			number, _ = protowire.ConsumeVarint(value)
		}
		message = value[size:]
	}
	return text, number
}
