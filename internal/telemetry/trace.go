package telemetry

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// tracers builds the provider of spans, or nil where nobody takes them.
func tracers(ctx context.Context, c Config) (*sdktrace.TracerProvider, error) {
	if c.Share < 0 || c.Share > 1 {
		return nil, fmt.Errorf("the share of traces is %g and not between 0 and 1", c.Share)
	}
	options := []sdktrace.TracerProviderOption{
		// Said in full: what the machine is called is nobody's business.
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "concordat"), attribute.String("service.version", c.Version))),
		sdktrace.WithSampler(sampler(c.Share)),
	}
	switch {
	case c.Spans != nil:
		options = append(options, sdktrace.WithSyncer(c.Spans))
	case c.Endpoint != "":
		to, err := newCollector(c.Endpoint, c.Headers, c.Machine)
		if err != nil {
			return nil, err
		}
		exporter, err := otlptrace.New(ctx, to)
		if err != nil {
			return nil, fmt.Errorf("build the spans' exporter: %w", err)
		}
		options = append(options, sdktrace.WithBatcher(exporter))
	default:
		return nil, nil //nolint:nilnil // no collector, no provider, no fault
	}
	return sdktrace.NewTracerProvider(options...), nil
}

// sampler keeps a share of the traces by their id. One that comes from outside or
// out of a job is judged by the same rule, so that it is kept as a whole, and
// nobody can make us keep more by sending a flag.
func sampler(share float64) sdktrace.Sampler {
	by := sdktrace.TraceIDRatioBased(share)
	return sdktrace.ParentBased(by, sdktrace.WithRemoteParentSampled(by))
}
