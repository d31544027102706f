package telemetry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/exemplar"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Config says what is measured and where spans go.
type Config struct {
	// Machine is machine time. Required.
	Machine func() time.Time
	// Version of the program, shown as concordat_info and on every span.
	Version string
	// Record is what figures are read from; nil leaves them out.
	Record *Record

	// Endpoint is the URL of a collector that takes OTLP over HTTP, such as
	// http://127.0.0.1:4318; empty makes no spans at all.
	Endpoint string
	// Headers go to the collector with every batch, for one that wants to be told a
	// secret: name=value pairs between commas, values percent-encoded; empty is none.
	Headers string
	// Share is how many of the traces that begin here are kept, from 0 (none) to 1
	// (all). A trace is kept or dropped as a whole.
	Share float64
	// Spans takes the place of the collector, for tests; nil is none.
	Spans sdktrace.SpanExporter
}

// Telemetry holds the providers of one process.
type Telemetry struct {
	registry *prometheus.Registry
	metrics  *sdkmetric.MeterProvider
	spans    *sdktrace.TracerProvider // nil without an endpoint
	counted  counted
}

// scope names our instruments.
const scope = "concordat"

// New builds the providers. Nothing is sent before spans end, and nothing is read
// before somebody scrapes. Close flushes what is left.
func New(ctx context.Context, c Config) (*Telemetry, error) {
	if c.Machine == nil {
		return nil, errors.New("build telemetry: no clock")
	}
	t := &Telemetry{registry: prometheus.NewRegistry()}
	t.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(t.registry), otelprometheus.WithoutScopeInfo(), otelprometheus.WithoutTargetInfo())
	if err != nil {
		return nil, fmt.Errorf("build the metrics' exporter: %w", err)
	}
	t.metrics = sdkmetric.NewMeterProvider(
		sdkmetric.WithReader(exporter), sdkmetric.WithView(riverViews()...),
		// Exemplars would bring back what views leave out.
		sdkmetric.WithExemplarFilter(exemplar.AlwaysOffFilter),
	)
	meter := t.metrics.Meter(scope)
	if t.counted, err = newCounted(meter); err != nil {
		return nil, err
	}
	if err := showVersion(meter, c.Version); err != nil {
		return nil, err
	}
	if c.Record != nil {
		if err := c.Record.observe(meter, c.Machine); err != nil {
			return nil, err
		}
	}
	t.spans, err = tracers(ctx, c)
	return t, err
}

// Tracers is for whoever makes spans.
func (t *Telemetry) Tracers() trace.TracerProvider {
	if t.spans == nil {
		return noop.NewTracerProvider()
	}
	return t.spans
}

// Meters is for libraries that measure by themselves.
func (t *Telemetry) Meters() metric.MeterProvider { return t.metrics }

// Handler shows the metrics. It asks nobody who they are: it belongs on an address
// that only the scraper reaches.
func (t *Telemetry) Handler() http.Handler {
	return promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4, Timeout: 10 * time.Second,
	})
}

// Close sends the spans that wait and stops measuring.
func (t *Telemetry) Close(ctx context.Context) error {
	err := t.metrics.Shutdown(ctx)
	if t.spans != nil {
		err = errors.Join(err, t.spans.Shutdown(ctx))
	}
	if err != nil {
		return fmt.Errorf("close telemetry: %w", err)
	}
	return nil
}

func showVersion(meter metric.Meter, version string) error {
	_, err := meter.Int64ObservableGauge("concordat_info", metric.WithDescription("Version of the program; always 1."),
		metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(1, metric.WithAttributes(attribute.String("version", version)))
			return nil
		}))
	if err != nil {
		return fmt.Errorf("define concordat_info: %w", err)
	}
	return nil
}
