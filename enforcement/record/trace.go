package record

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	status "go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"concordat/enforcement"
)

// scope names all rooms of enforcement in traces: who reads them asks which act it was,
// not which package wrote it.
const scope = "concordat/enforcement"

// Span begins a span below the one that ctx carries, and returns how to end it.
// A context without a span, as in every process without telemetry, costs two
// look-ups and records nothing: this package knows the interface of traces and
// not what becomes of them. Spans are of acts and batches, never of single
// directives, and carry ids and counts only.
func Span(ctx context.Context, name string, attributes ...attribute.KeyValue) (context.Context, func(*error)) {
	ctx, span := trace.SpanFromContext(ctx).TracerProvider().Tracer(scope).Start(ctx, name)
	if !span.IsRecording() {
		return ctx, func(*error) {}
	}
	span.SetAttributes(attributes...)
	return ctx, func(err *error) {
		if refusal, ok := errors.AsType[*enforcement.Refusal](*err); ok {
			span.SetAttributes(attribute.String("concordat.refused", refusal.Code)) // a person's mistake, no fault
		} else if *err != nil {
			span.SetStatus(status.Error, "") // the words stand in the log
		}
		span.End()
	}
}
