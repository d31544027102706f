package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/riverqueue/rivercontrib/otelriver"
	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
)

// middleware of a client that works: the trace is taken up first, so that the span
// of the job stands below it.
func middleware(c Config) []rivertype.Middleware {
	return []rivertype.Middleware{&carrier{}, otelriver.NewMiddleware(&otelriver.MiddlewareConfig{
		TracerProvider:              cmp.Or[trace.TracerProvider](c.Tracers, tracenoop.NewTracerProvider()),
		MeterProvider:               cmp.Or[metric.MeterProvider](c.Meters, metricnoop.NewMeterProvider()),
		EnableWorkSpanJobKindSuffix: true,
	})}
}

// carrier takes the trace of whoever inserts a job along to whoever works it, in
// the job's metadata (W3C Trace Context). otelriver makes spans at both ends and
// leaves out the way between them.
type carrier struct{ river.MiddlewareDefaults }

// metadata is what of a job's metadata is ours.
type metadata struct {
	Trace propagation.MapCarrier `json:"concordat:trace"`
}

// InsertMany writes the trace that ctx carries. Without one, which is without
// telemetry, it costs nothing and writes nothing.
func (*carrier) InsertMany(ctx context.Context, jobs []*rivertype.JobInsertParams, insert func(context.Context) ([]*rivertype.JobInsertResult, error)) ([]*rivertype.JobInsertResult, error) {
	carried := metadata{Trace: propagation.MapCarrier{}}
	propagation.TraceContext{}.Inject(ctx, carried.Trace)
	if len(carried.Trace) == 0 {
		return insert(ctx)
	}
	text, err := json.Marshal(carried)
	if err != nil {
		return nil, fmt.Errorf("write the trace of a job: %w", err)
	}
	for _, job := range jobs {
		if len(job.Metadata) == 0 || string(job.Metadata) == "{}" { // whatever has its own keeps it
			job.Metadata = text
		}
	}
	return insert(ctx)
}

// Work gives the job's trace to its worker. Metadata that cannot be read is no
// reason to leave a job undone.
func (*carrier) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
	var carried metadata
	if json.Unmarshal(job.Metadata, &carried) == nil && len(carried.Trace) > 0 {
		ctx = propagation.TraceContext{}.Extract(ctx, carried.Trace)
	}
	return work(ctx)
}
