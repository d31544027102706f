// pgx: River works over a pgx pool and inserts into pgx transactions.

package jobs

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"concordat/enforcement/directive"
	"concordat/enforcement/record"
	"concordat/enforcement/register"
	"concordat/migrations"
	"concordat/notify"
)

const (
	// Workers ÷ fetchCooldown caps the jobs worked in a second.
	fetchCooldown = 2 * time.Millisecond
	expressPoll   = 100 * time.Millisecond
	bulkPoll      = time.Second
	jobTimeout    = time.Minute
	// A worker killed with its process leaves a job that looks at work; the sweep
	// does not wait for it.
	rescueAfter = 5 * time.Minute
	keepDone    = time.Hour

	defaultExpress = 16
	defaultBulk    = 4
)

// Client is River's, which inserts jobs into our transactions and, if it came from
// [Work], works them.
type Client = record.Jobs

// Config says how jobs are worked.
type Config struct {
	Drainer *notify.Drainer
	// Register and Legal serve the daily round and the reading of uploads; without
	// a Register both are left to the caller, as in the demonstration, whose days
	// go by faster.
	Register *register.Offices
	Legal    func() time.Time
	// MaxExpress and MaxBulk are how many lanes this process drains at once in
	// each queue; 0 means 16 and 4.
	MaxExpress, MaxBulk int
	// Logger gets River's warnings and errors; the zero Logger drops them.
	Logger zerolog.Logger
	// Tracers and Meters get spans and durations of the jobs; nil is nobody.
	Tracers trace.TracerProvider
	Meters  metric.MeterProvider
	// SoftStop is how long a stop waits for the drains under way; 0 means 20 s.
	SoftStop time.Duration
}

// Insert returns a client that only inserts.
func Insert(pool *pgxpool.Pool) (*Client, error) {
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Schema: migrations.RiverSchema, FetchCooldown: fetchCooldown, Logger: slog.New(slog.DiscardHandler),
		Middleware: []rivertype.Middleware{&carrier{}},
	})
	if err != nil {
		return nil, fmt.Errorf("make the inserting River client: %w", err)
	}
	return client, nil
}

// Work returns a client that works wake-ups once it is started. Starting and
// stopping it is the caller's.
func Work(pool *pgxpool.Pool, c Config) (*Client, error) {
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, &notify.WakeUpWorker{Drainer: c.Drainer}); err != nil {
		return nil, fmt.Errorf("register the drain: %w", err)
	}
	if c.SoftStop == 0 {
		c.SoftStop = 20 * time.Second
	}
	config := &river.Config{
		Schema: migrations.RiverSchema,
		Queues: map[string]river.QueueConfig{
			string(directive.Express): {MaxWorkers: positive(c.MaxExpress, defaultExpress), FetchPollInterval: expressPoll},
			string(directive.Bulk):    {MaxWorkers: positive(c.MaxBulk, defaultBulk), FetchPollInterval: bulkPoll},
		},
		Workers:                     workers,
		FetchCooldown:               fetchCooldown,
		JobTimeout:                  jobTimeout,
		RescueStuckJobsAfter:        rescueAfter,
		CompletedJobRetentionPeriod: keepDone,
		Middleware:                  middleware(c),
		SoftStopTimeout:             c.SoftStop,
		Logger:                      slog.New(zerolog.NewSlogHandler(c.Logger.Level(max(c.Logger.GetLevel(), zerolog.WarnLevel)))),
	}
	if err := errors.Join(addDaily(config, c), addMonthly(config, c), addIntake(config, c)); err != nil {
		return nil, err
	}
	if err := addForgetting(config, c); err != nil {
		return nil, err
	}
	client, err := river.NewClient(riverpgxv5.New(pool), config)
	if err != nil {
		return nil, fmt.Errorf("make the working River client: %w", err)
	}
	return client, nil
}

func positive(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}
