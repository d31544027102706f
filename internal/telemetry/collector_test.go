package telemetry_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"concordat/internal/telemetry"
)

// collector takes spans by HTTP, as a real one does, and answers in turn.
type collector struct {
	*httptest.Server
	mu      sync.Mutex
	answers []func(http.ResponseWriter) // none left: 200 and nothing
	heard   []string                    // method, path, kind, secret
	spans   []string                    // names, as they were read off the wire
}

func newCollector(t *testing.T, answers ...func(http.ResponseWriter)) *collector {
	t.Helper()
	c := &collector{answers: answers}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.heard = append(c.heard, strings.Join([]string{r.Method, r.URL.Path, r.Header.Get("Content-Type"), r.Header.Get("Authorization"), r.Header.Get("X-Tenant")}, " "))
		var got tracepb.TracesData
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = proto.Unmarshal(body, &got)
		}
		if err != nil {
			t.Errorf("the collector cannot read %d bytes: %v", len(body), err)
		}
		for _, resource := range got.GetResourceSpans() {
			service := ""
			for _, a := range resource.GetResource().GetAttributes() {
				if a.GetKey() == "service.name" {
					service = a.GetValue().GetStringValue()
				}
			}
			for _, scope := range resource.GetScopeSpans() {
				for _, span := range scope.GetSpans() {
					c.spans = append(c.spans, service+" "+scope.GetScope().GetName()+" "+span.GetName())
				}
			}
		}
		if len(c.answers) > 0 {
			c.answers[0](w)
			c.answers = c.answers[1:]
		}
	}))
	t.Cleanup(c.Close)
	return c
}

// send ends one span and waits until the sending is over.
func send(t *testing.T, c telemetry.Config) {
	t.Helper()
	c.Machine, c.Share = machine, 1
	sending, err := telemetry.New(t.Context(), c)
	must(t, err)
	_, span := sending.Tracers().Tracer("test").Start(t.Context(), "made up")
	span.End()
	must(t, sending.Close(t.Context()))
}

// status answers with a code, a wait, and what the protocol says of it.
func status(code int, after, said string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/x-protobuf")
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, said) // a client that is gone fails the test elsewhere
	}
}

// Spans go to the collector that is configured, readable, with the headers that
// it wants; and a name that is none is refused.
func TestSpansReachACollector(t *testing.T) {
	t.Parallel()
	c := newCollector(t)
	send(t, telemetry.Config{Endpoint: c.URL, Headers: "authorization=Bearer%20made%20up, x-tenant=a=b,"})
	if diff := cmp.Diff([]string{"POST /v1/traces application/x-protobuf Bearer made up a=b"}, c.heard); diff != "" {
		t.Errorf("the collector saw (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"concordat test made up"}, c.spans); diff != "" {
		t.Errorf("the collector read (-want +got):\n%s", diff)
	}
	for _, bad := range []string{"127.0.0.1:4318", "ftp://x", "http://", "%"} {
		if _, err := telemetry.New(t.Context(), telemetry.Config{Machine: machine, Share: 1, Endpoint: bad}); err == nil {
			t.Errorf("%q was taken for a collector", bad)
		}
	}
	for _, bad := range []string{"secret", "=secret", "a=%secret"} {
		_, err := telemetry.New(t.Context(), telemetry.Config{Machine: machine, Share: 1, Endpoint: c.URL, Headers: bad})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("headers %q: %v", bad, err)
		}
	}
}

// A collector that is busy is asked again, a path of its own is kept, and one that
// refuses is not.
func TestACollectorIsAskedAgain(t *testing.T) {
	t.Parallel()
	moved := func(w http.ResponseWriter) {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusTemporaryRedirect)
	}
	for _, test := range []struct {
		name    string
		answers []func(http.ResponseWriter)
		tries   int
	}{
		{"busy", []func(http.ResponseWriter){status(http.StatusServiceUnavailable, "", ""), status(http.StatusTooManyRequests, "0", "")}, 3},
		{"with a date that has passed", []func(http.ResponseWriter){status(http.StatusBadGateway, "Mon, 02 Jan 2006 15:04:05 GMT", "no protobuf")}, 2},
		{"refused", []func(http.ResponseWriter){status(http.StatusBadRequest, "", "\x12\x03no!")}, 1},
		{"taken in part", []func(http.ResponseWriter){status(http.StatusOK, "", "\x0a\x07\x08\x01\x12\x03no!")}, 1},
		{"moved", []func(http.ResponseWriter){moved}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newCollector(t, test.answers...)
			send(t, telemetry.Config{Endpoint: c.URL + "/of/its/own"})
			want := slices.Repeat([]string{"POST /of/its/own application/x-protobuf  "}, test.tries)
			if diff := cmp.Diff(want, c.heard); diff != "" {
				t.Errorf("the collector saw (-want +got):\n%s", diff)
			}
		})
	}
}

// What a collector says of spans that it did not take is told.
func TestWhatACollectorSaysIsTold(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		answer func(http.ResponseWriter)
		want   string
	}{
		{status(http.StatusOK, "", ""), "<nil>"},
		{status(http.StatusOK, "", "\x0a\x00"), "<nil>"},
		{status(http.StatusOK, "", "\x0a\x07\x08\x01\x12\x03no!"), `traces export: send spans: the collector rejected 1 of them: "no!"`},
		{status(http.StatusOK, "", "\x0a\x7f"), "<nil>"}, // cut off: the status counts
		{status(http.StatusBadRequest, "", "\x08\x03\x12\x03no!"), `traces export: send spans: the collector answered 400 "no!"`},
		{status(http.StatusNotFound, "", "not here"), `traces export: send spans: the collector answered 404 ""`},
	} {
		c := newCollector(t, test.answer)
		if got := fmt.Sprint(telemetry.Export(t.Context(), c.URL, machine)); got != test.want {
			t.Errorf("got %s\nwant %s", got, test.want)
		}
	}
}

// A collector that is away is waited for no longer than whoever asks.
func TestACollectorThatIsAway(t *testing.T) {
	t.Parallel()
	c := newCollector(t)
	address := c.URL
	c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := telemetry.Export(ctx, address, machine); err == nil || !strings.Contains(err.Error(), "send spans") {
		t.Errorf("got %v", err)
	}
}
