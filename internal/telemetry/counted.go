package telemetry

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

// counted is what this process counts as it goes.
type counted struct {
	requests metric.Float64Histogram
	sends    metric.Int64Counter
	versions metric.Int64Counter
	took     metric.Float64Histogram
}

// Bounds of durations, in seconds: requests are milliseconds, sends may take up to
// their time-out of 15 s.
var (
	requestBounds = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}
	sendBounds    = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15}
	jobBounds     = []float64{0.005, 0.025, 0.1, 0.5, 1, 5, 15, 30, 60, 300, 600}
)

func newCounted(meter metric.Meter) (c counted, err error) {
	c.requests, err = meter.Float64Histogram("concordat_request_duration_seconds",
		metric.WithDescription("Requests to the API, by route pattern and class of status."), metric.WithExplicitBucketBoundaries(requestBounds...))
	if err == nil {
		c.sends, err = meter.Int64Counter("concordat_sends_total", metric.WithDescription("Sends that came to an end, by channel, lane and verdict."))
	}
	if err == nil {
		c.versions, err = meter.Int64Counter("concordat_sent_versions_total", metric.WithDescription("Versions of directives that those sends carried."))
	}
	if err == nil {
		c.took, err = meter.Float64Histogram("concordat_send_duration_seconds",
			metric.WithDescription("How long sends took, from the call to the end of the answer."), metric.WithExplicitBucketBoundaries(sendBounds...))
	}
	if err != nil {
		return c, fmt.Errorf("define the counters: %w", err)
	}
	return c, nil
}

// Request counts one request. route is a pattern and never a path.
func (t *Telemetry) Request(ctx context.Context, method, route string, status int, took time.Duration) {
	t.counted.requests.Record(ctx, took.Seconds(), metric.WithAttributes(
		attribute.String("method", method), attribute.String("route", route), attribute.String("status", class(status)),
	))
}

// class is the class of an HTTP status: 2xx.
func class(status int) string { return strconv.Itoa(status/100) + "xx" }

// Send counts one send of a number of versions.
func (t *Telemetry) Send(ctx context.Context, channel, lane, verdict string, versions int, took time.Duration) {
	by := metric.WithAttributes(attribute.String("channel", channel), attribute.String("lane", lane), attribute.String("verdict", verdict))
	t.counted.sends.Add(ctx, 1, by)
	t.counted.versions.Add(ctx, int64(versions), by)
	t.counted.took.Record(ctx, took.Seconds(), metric.WithAttributes(attribute.String("channel", channel), attribute.String("lane", lane)))
}

// riverViews keep of what otelriver measures the jobs worked and how long they
// took, under our names and with few labels, and drop the rest.
func riverViews() []sdkmetric.View {
	few := attribute.NewAllowKeysFilter("kind", "queue", "status")
	worked := sdkmetric.NewView(sdkmetric.Instrument{Name: "river.work_count"},
		sdkmetric.Stream{Name: "concordat_jobs_worked_total", Description: "Jobs worked by this process, by kind, queue and outcome.", AttributeFilter: few})
	took := sdkmetric.NewView(sdkmetric.Instrument{Name: "river.work_duration_histogram"},
		sdkmetric.Stream{
			Name: "concordat_job_duration_seconds", Description: "How long jobs were worked.", AttributeFilter: few,
			Aggregation: sdkmetric.AggregationExplicitBucketHistogram{Boundaries: jobBounds},
		})
	return []sdkmetric.View{func(i sdkmetric.Instrument) (sdkmetric.Stream, bool) {
		for _, view := range []sdkmetric.View{worked, took} {
			if stream, ok := view(i); ok {
				stream.Unit = "" // the names say it
				return stream, true
			}
		}
		if i.Scope.Name != scope {
			return sdkmetric.Stream{Aggregation: sdkmetric.AggregationDrop{}}, true
		}
		return sdkmetric.Stream{}, false
	}}
}
