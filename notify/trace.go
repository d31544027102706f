package notify

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"concordat/enforcement/directive"
)

// scope names this package in traces.
const scope = "concordat/notify"

// begin begins a span below the one that ctx carries. Without one, as in sweeps
// and in every process without telemetry, nothing is recorded.
func begin(ctx context.Context, name string, kind trace.SpanKind) (context.Context, trace.Span) {
	return trace.SpanFromContext(ctx).TracerProvider().Tracer(scope).Start(ctx, name, trace.WithSpanKind(kind))
}

// beginDrain is the span of one drain: which lane, of whom.
func beginDrain(ctx context.Context, w directive.WakeUp) (context.Context, func(*error)) {
	ctx, span := begin(ctx, "drain", trace.SpanKindInternal)
	if !span.IsRecording() {
		return ctx, func(*error) {}
	}
	span.SetAttributes(attribute.Int("concordat.organisation", int(w.Organisation)), attribute.String("concordat.lane", string(w.Lane)))
	return ctx, func(err *error) {
		if *err != nil {
			span.SetStatus(codes.Error, "") // the words stand in the log
		}
		span.End()
	}
}

// dispatch gives a delivery to its channel within a span of its own, and tells
// whoever counts sends how it ended.
func (p *pass) dispatch(ctx context.Context, channel Channel, d Delivery) (Outcome, error) {
	ctx, span := begin(ctx, "send "+channel.Name(), trace.SpanKindClient)
	defer span.End()
	began := p.d.c.Machine()
	outcome, err := p.deliver(ctx, channel, d)
	verdict := Answered
	failed := asSendError(err)
	switch {
	case failed != nil:
		verdict = failed.Verdict
	case err != nil: // our own fault: the attempt stays open and was no send
		span.SetStatus(codes.Error, "")
		return outcome, err
	}
	if p.d.c.Sent != nil {
		s := Sent{
			Organisation: p.to.slug, Channel: channel.Name(), Host: d.Endpoint.host(), Attempt: d.Attempt, Lane: p.of.Lane,
			Status: outcome.Status, Reason: outcome.Fault, Unsaid: outcome.Unsaid, Verdict: verdict, Items: len(d.Items), Took: p.d.c.Machine().Sub(began),
		}
		if failed != nil {
			s.Status, s.Reason = failed.Status, failed.Reason()
		}
		p.d.c.Sent(ctx, s)
	}
	if span.IsRecording() {
		describe(span, d, verdict, failed, outcome)
	}
	return outcome, err
}

// describe says how a send ended: ids and counts.
func describe(span trace.Span, d Delivery, verdict Verdict, failed *SendError, outcome Outcome) {
	span.SetAttributes(
		attribute.String("concordat.attempt", d.Attempt.String()), attribute.Int("concordat.directives", len(d.Items)),
		attribute.String("concordat.verdict", string(verdict)),
	)
	if failed != nil {
		span.SetAttributes(attribute.String("concordat.stage", string(failed.Stage)), attribute.Int("http.response.status_code", failed.Status))
		span.SetStatus(codes.Error, "")
		return
	}
	steps := map[directive.Step]int{}
	for i := range outcome.Results {
		steps[outcome.Results[i].Step]++
	}
	for step, n := range steps {
		span.SetAttributes(attribute.Int("concordat."+string(step), n))
	}
}
