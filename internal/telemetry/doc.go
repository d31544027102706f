// Package telemetry is what operators see of a running process: metrics and
// traces.
//
// [New] builds both without any state of the process: a registry of its own that
// [Telemetry.Handler] shows in Prometheus' text form, and a tracer provider that
// sends spans to a collector (OTLP over HTTP, collector.go) where an endpoint is
// configured and otherwise does nothing. The rest of the program is handed the interfaces
// (go.opentelemetry.io/otel/trace) and plain functions to call
// ([Telemetry.Request], [Telemetry.Send]); no other package imports the SDK.
//
// Some metrics count what this process does. The others are figures of the
// record, read from the database when somebody scrapes: in one go, at most every
// ten seconds, with a time-out, and from indexes of what is open, so that a
// scrape costs the same in the tenth year as in the first (record.go). Every
// process shows the same figures of the record; rules take their maximum.
//
// Nothing here is about a person: labels are slugs of organisations, names of
// lanes, channels, queues and kinds, route patterns and classes of status; spans
// carry ids and counts. A trace goes from the request of a court over the job and
// the send to the answer of a department; [Tree] writes one as text.
package telemetry
