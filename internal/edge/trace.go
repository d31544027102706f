package edge

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// scope names this package in traces.
const scope = "concordat/internal/edge"

// traced gives the request its span: method, route pattern and status, and
// nothing of what the client sent. Ready-made middleware writes addresses, agents
// and the user of HTTP Basic into spans, so there is none.
//
// A caller that shows a token may bring its own trace along (traceparent), so
// that a court sees its request through to the departments, and a department's
// answer joins the trace that its message came in. For everybody else a new one
// begins.
func (d *Door) traced(next http.Handler) http.Handler {
	if d.Tracers == nil {
		return next
	}
	tracer := d.Tracers.Tracer(scope)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if r.Header.Get("Authorization") != "" {
			ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(r.Header))
		}
		ctx, span := tracer.Start(ctx, knownMethod(r.Method), trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// measured names the span of an answered request and tells whoever counts.
func (d *Door) measured(r *http.Request, pattern string, status int, took time.Duration) {
	method := knownMethod(r.Method)
	if d.Answered != nil {
		d.Answered(r.Context(), method, pattern, status, took)
	}
	span := trace.SpanFromContext(r.Context())
	if !span.IsRecording() {
		return
	}
	span.SetName(method + " " + pattern)
	span.SetAttributes(
		attribute.String("http.request.method", method), attribute.String("http.route", pattern),
		attribute.Int("http.response.status_code", status), attribute.String("concordat.reference", visitOf(r.Context()).Reference),
	)
	if status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, "")
	}
}

// patternOf is the pattern of the route that a request took, or "none". What
// stands behind a star is a path of the client's.
func patternOf(r *http.Request) string {
	pattern := chi.RouteContext(r.Context()).RoutePattern()
	if pattern == "" || pattern == "/*" {
		return "none"
	}
	return pattern
}
