package telemetry_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/internal/telemetry"
	"concordat/notify/wire"
)

// post sends a request of somebody who brings a trace along.
func (s *scene) post(token, path, traceparent string, body any, headers ...string) *http.Response {
	s.T.Helper()
	text, err := json.Marshal(body)
	must(s.T, err)
	method := http.MethodPost
	if body == nil {
		method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(s.T.Context(), method, s.server.URL+path, bytes.NewReader(text))
	must(s.T, err)
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if traceparent != "" {
		r.Header.Set("Traceparent", traceparent)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.server.Client().Do(r)
	must(s.T, err)
	said, err := io.ReadAll(response.Body)
	must(s.T, err)
	must(s.T, response.Body.Close())
	if response.StatusCode > 299 {
		s.T.Fatalf("%s %s: %d %s", method, path, response.StatusCode, said)
	}
	return response
}

const (
	courts      = "4bf92f3577b34da6a3ce929d0e0e4736"
	courtsSpan  = "00f067aa0ba902b7"
	courtsTrace = "00-" + courts + "-" + courtsSpan + "-01"
)

// The court ends a listing with a trace of its own; a department is told, takes
// it over, and acknowledges by a request of its own: all of it is one trace.
//
// go test -run TestOneTrace -v shows it.
func TestOneTrace(t *testing.T) {
	t.Parallel()
	s := setup(t)
	person := s.Person()
	listing := s.Published(s.Subject(person))
	settled := func() bool {
		return s.Count(`SELECT (SELECT count(*) FROM directive WHERE due) + (SELECT count(*) FROM amendment WHERE due) + (SELECT count(*) FROM attempt WHERE settled_at IS NULL)`) == 0
	}
	until(t, "impositions are still due", settled)

	// From now on one department takes over and acknowledges later, by itself.
	s.mu.Lock()
	s.received = nil
	slow := slugOf(t, s, s.Departments[0])
	s.answer = func(m wire.Message, a wire.Answers) wire.Answers {
		if m.Organisation == slow {
			for i := range a.Answers {
				a.Answers[i].Outcome = wire.OutcomeDelivered
			}
		}
		return a
	}
	s.mu.Unlock()
	s.spans.Reset()
	judge := s.token(enforcement.Judge, s.Court)
	tag := s.post(judge, "/v1/listings/"+listing.String(), "", nil).Header.Get("ETag")
	s.post(judge, "/v1/listings/"+listing.String()+"/deletion", courtsTrace,
		map[string]any{"item": 1, "event_on": s.Day().String(), "reasons": "演示：履行完毕"}, "If-Match", tag)
	until(t, "withdrawals are still due", settled)

	got := s.lastTo(t, slow)
	if !strings.HasPrefix(got.traceparent, "00-"+courts+"-") || !strings.HasSuffix(got.traceparent, "-01") {
		t.Fatalf("the department's message came with %q", got.traceparent)
	}
	answers := []map[string]any{}
	for _, d := range got.Directives {
		answers = append(answers, map[string]any{"directive": uuid.UUID(d.ID).String(), "version": d.Version, "outcome": "acknowledged"})
	}
	s.post(s.token(enforcement.DepartmentClerk, s.Departments[0]), "/v1/answers", got.traceparent, map[string]any{"answers": answers})
	until(t, "a withdrawal is not acknowledged", func() bool {
		return s.Count(`SELECT count(*) FROM amendment WHERE kind = 'withdraw' AND step <> 'acknowledged'`) == 0
	})

	of, err := trace.TraceIDFromHex(courts)
	must(t, err)
	way := s.wayTo(t, of, s.Departments[0])
	var shown strings.Builder
	must(t, telemetry.Tree(&shown, of, way))
	t.Logf("one trace, from the court's request to the department's answer:\n%s", shown.String())
	s.checkWay(t, way, got.traceparent)
	s.nothingPersonal(t, person)
}

func slugOf(t *testing.T, s *scene, org enforcement.OrganisationID) string {
	t.Helper()
	list, err := s.Parties.Organisations(t.Context())
	must(t, err)
	for _, o := range list {
		if o.ID == org {
			return o.Slug
		}
	}
	t.Fatalf("no organisation %d", org)
	return ""
}

func (s *scene) lastTo(t *testing.T, slug string) received {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range slices.Backward(s.received) {
		if r.Organisation == slug {
			return r
		}
	}
	t.Fatalf("%s got nothing", slug)
	return received{}
}

// wayTo takes out of the trace what was done for other departments: their jobs and
// all below.
func (s *scene) wayTo(t *testing.T, of trace.TraceID, org enforcement.OrganisationID) []sdktrace.ReadOnlySpan {
	t.Helper()
	var list []sdktrace.ReadOnlySpan
	until(t, "the job of the department has not ended", func() bool {
		list = nil
		for _, span := range s.spans.GetSpans().Snapshots() {
			if span.SpanContext().TraceID() == of {
				list = append(list, span)
			}
		}
		return slices.ContainsFunc(list, func(span sdktrace.ReadOnlySpan) bool {
			return span.Name() == "drain" && attributeOf(span, "concordat.organisation") == fmt.Sprint(int(org)) && parentOf(list, span) != nil
		})
	})
	others := map[trace.SpanID]bool{}
	for _, span := range list {
		if span.Name() == "drain" && attributeOf(span, "concordat.organisation") != fmt.Sprint(int(org)) {
			others[span.SpanContext().SpanID()], others[span.Parent().SpanID()] = true, true
		}
	}
	return slices.DeleteFunc(list, func(span sdktrace.ReadOnlySpan) bool {
		for at := span; at != nil; at = parentOf(list, at) {
			if others[at.SpanContext().SpanID()] {
				return true
			}
		}
		// A job that found its lane taken, or whose span is under way.
		return span.Name() == "river.work/wake-up" && !slices.ContainsFunc(list, func(below sdktrace.ReadOnlySpan) bool {
			return below.Parent().SpanID() == span.SpanContext().SpanID()
		})
	})
}

func attributeOf(span sdktrace.ReadOnlySpan, key string) string {
	for _, a := range span.Attributes() {
		if string(a.Key) == key {
			return a.Value.String()
		}
	}
	return ""
}

func parentOf(list []sdktrace.ReadOnlySpan, span sdktrace.ReadOnlySpan) sdktrace.ReadOnlySpan {
	for _, other := range list {
		if other.SpanContext().SpanID() == span.Parent().SpanID() {
			return other
		}
	}
	return nil
}

// checkWay follows the spans from the department's answer up to the court.
func (s *scene) checkWay(t *testing.T, way []sdktrace.ReadOnlySpan, traceparent string) {
	t.Helper()
	at := slices.IndexFunc(way, func(span sdktrace.ReadOnlySpan) bool { return span.Name() == "POST /v1/answers" })
	if at < 0 {
		t.Fatal("the answer is not in the trace")
	}
	var names []string
	span := way[at]
	for ; ; span = parentOf(way, span) {
		names = append(names, span.Name())
		if parentOf(way, span) == nil {
			break
		}
	}
	want := []string{"POST /v1/answers", "send webhook", "drain", "river.work/wake-up", "act", "POST /v1/listings/{id}/deletion"}
	if !slices.Equal(names, want) {
		t.Errorf("from the answer up: %v\nwant %v", names, want)
	}
	if span.Parent().SpanID().String() != courtsSpan || !span.Parent().IsRemote() {
		t.Errorf("the court's own span is not the parent but %s", span.Parent().SpanID())
	}
	if sent := parentOf(way, way[at]); !strings.Contains(traceparent, sent.SpanContext().SpanID().String()) {
		t.Errorf("the message named %s, the send was %s", traceparent, sent.SpanContext().SpanID())
	}
}

// allowed are the attributes that spans carry: ids, counts, patterns, codes.
var allowed = []string{
	"attempt", "created_at", "id", "kind", "priority", "queue", "scheduled_at", "status", "tag", // of otelriver, about a job
	"concordat.acknowledged", "concordat.act", "concordat.attempt", "concordat.delivered", "concordat.directives", "concordat.event", "concordat.grounds",
	"concordat.lane", "concordat.left", "concordat.organisation", "concordat.reference", "concordat.stage", "concordat.verdict",
	"http.request.method", "http.response.status_code", "http.route",
}

func (s *scene) nothingPersonal(t *testing.T, person party.Identity) {
	t.Helper()
	for _, span := range s.spans.GetSpans() {
		for _, a := range span.Attributes {
			if !slices.Contains(allowed, string(a.Key)) {
				t.Errorf("%s carries %s=%s", span.Name, a.Key, a.Value.String())
			}
		}
		text := fmt.Sprint(span.Name, span.Attributes, span.Events, span.Status)
		if strings.Contains(text, person.Name) || strings.Contains(text, person.Number) || strings.Contains(text, "演示") {
			t.Errorf("a span names the person: %s", text)
		}
		if len(span.Events) > 0 {
			t.Errorf("%s carries events", span.Name)
		}
	}
}

// Who shows no token begins a trace of his own: anybody could name one.
func TestNobodysTraceIsTakenOver(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.post("", "/v1/public/listings", courtsTrace, nil)
	for _, span := range s.spans.GetSpans() {
		if span.SpanContext.TraceID().String() == courts {
			t.Errorf("%s joined a trace that nobody of ours began", span.Name)
		}
	}
	if len(s.spans.GetSpans()) == 0 {
		t.Error("the request has no span")
	}
}

func TestAShareOfTraces(t *testing.T) {
	t.Parallel()
	for _, share := range []float64{-0.1, 1.1} {
		if _, err := telemetry.New(t.Context(), telemetry.Config{Machine: machine, Share: share}); err == nil {
			t.Errorf("a share of %g was taken", share)
		}
	}
	none, err := telemetry.New(t.Context(), telemetry.Config{Machine: machine, Share: 1})
	must(t, err)
	_, span := none.Tracers().Tracer("test").Start(t.Context(), "no collector")
	if span.IsRecording() || span.SpanContext().IsValid() {
		t.Error("spans are made for nobody")
	}
}
