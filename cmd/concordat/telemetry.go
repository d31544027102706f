package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel"

	"concordat/internal/telemetry"
	"concordat/notify"
)

// telemetryFlags say what operators see of a process.
type telemetryFlags struct {
	// MetricsListen is an address of its own, and no route of the API: a scraper then
	// needs no token, which could do more than scrape, and it is answered while the
	// database is down, when tokens cannot be looked up. The default is reached from
	// the machine alone.
	MetricsListen string `help:"Address on which /metrics is shown, to whoever reaches it; empty shows none." default:"127.0.0.1:9464" env:"CONCORDAT_METRICS_LISTEN"`
	// TracesEndpoint is a collector's URL; empty makes no traces.
	TracesEndpoint string `help:"URL of a collector that takes traces by OTLP over HTTP, e.g. http://127.0.0.1:4318; empty makes none." env:"CONCORDAT_TRACES_ENDPOINT"`
	// TracesHeaders may be secrets, so they come by the variable; it is the one that
	// OpenTelemetry's own programs read.
	TracesHeaders string `help:"Headers for that collector: name=value pairs between commas, values percent-encoded; empty is none. Secrets belong in the variable: who is on the machine sees the flags." env:"OTEL_EXPORTER_OTLP_HEADERS"`
	// TracesShare of the traces that begin here is kept: 0 is none, 1 is all.
	TracesShare float64 `help:"Share of the traces that is kept, from 0 (none) to 1 (all)." default:"1" env:"CONCORDAT_TRACES_SHARE"`
}

// telemetry builds what the flags ask for on an opened installation.
func (f telemetryFlags) telemetry(ctx context.Context, o *office, data string, log zerolog.Logger) (*telemetry.Telemetry, error) {
	// The one place that OpenTelemetry keeps for the whole process: where it tells of
	// spans it could not send.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn().Err(err).Msg("telemetry") }))
	t, err := telemetry.New(ctx, telemetry.Config{
		Machine: now, Version: version(), Endpoint: f.TracesEndpoint, Headers: f.TracesHeaders, Share: f.TracesShare,
		Record: &telemetry.Record{
			Register: o.register, Endpoints: o.endpoints, DB: o.db, Legal: now, Data: data,
			Failed: func(err error) { log.Error().Err(err).Msg("figures") },
		},
	})
	if err != nil {
		return nil, fmt.Errorf("start telemetry: %w", err)
	}
	return t, nil
}

// version is what the build says of the program's version, or of its commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return "unknown"
}

// sent counts the sends of the drains, and writes down each that failed and each whose
// answer could not be used: ids and words of ours, nothing that a receiver wrote.
func sent(t *telemetry.Telemetry, log zerolog.Logger) func(context.Context, notify.Sent) {
	return func(ctx context.Context, s notify.Sent) {
		t.Send(ctx, s.Channel, string(s.Lane), string(s.Verdict), s.Items, s.Took)
		level, message := zerolog.WarnLevel, "a send failed"
		switch {
		case s.Verdict != notify.Answered:
		case s.Reason != "":
			message = "a message was taken and its answer cannot be used"
		case s.Unsaid:
			level, message = zerolog.InfoLevel, "a message was taken without an answer: it counts as delivered and is to be acknowledged by the API"
		default:
			return
		}
		log.WithLevel(level).Str("organisation", s.Organisation).Str("endpoint", s.Channel).Str("host", s.Host).Stringer("attempt", s.Attempt).
			Str("lane", string(s.Lane)).Int("items", s.Items).Int("status", s.Status).Str("verdict", string(s.Verdict)).Str("reason", s.Reason).Msg(message)
	}
}

// showMetrics serves /metrics until the returned function is called.
func (f telemetryFlags) showMetrics(ctx context.Context, t *telemetry.Telemetry, log zerolog.Logger) (stop func(), err error) {
	if f.MetricsListen == "" {
		return func() {}, nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", f.MetricsListen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s for metrics (another address with --metrics-listen, none with an empty one): %w", f.MetricsListen, err)
	}
	routes := http.NewServeMux()
	routes.Handle("GET /metrics", t.Handler())
	server := &http.Server{Handler: routes, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute}
	log.Info().Str("address", listener.Addr().String()).Msg("showing metrics")
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error().Err(err).Msg("show metrics")
		}
	}()
	return func() { _ = server.Close() }, nil // a scrape that is broken off is the scraper's to repeat
}
