package telemetry

import (
	"context"
	"fmt"
	"sync"
	"time"

	"concordat/enforcement/audit"
	"concordat/enforcement/register"
	"concordat/internal/jobs"
	"concordat/internal/pg"
	"concordat/notify"
)

const (
	// freshFor is how long figures are shown again before the database is asked anew.
	freshFor = 10 * time.Second
	// readTimeout bounds the reading; a scrape that gets none shows that.
	readTimeout = 3 * time.Second
)

// Record is what figures are read from; every field but Data and Failed must be set.
type Record struct {
	Register  *register.Offices
	Endpoints *notify.Endpoints
	DB        *pg.DB
	// Legal is legal time: which day it is.
	Legal func() time.Time
	// Data is the folder in which audits leave their outcome; empty leaves it out.
	Data string
	// Failed is told of every reading that failed; nil is nobody.
	Failed func(error)

	mu   sync.Mutex
	at   time.Time
	last figures
	err  error
}

// selectEnding counts by the database's clock, which is machine time.
const selectEnding = `SELECT count(*) FROM token WHERE revoked_at IS NULL AND expires_at BETWEEN now() AND now() + interval '30 days'`

// figures are one reading of the record.
type figures struct {
	record    audit.Figures
	endpoints []notify.EndpointFigure
	queues    []jobs.QueueFigure
	// tokensEnding counts the tokens that end within thirty days.
	tokensEnding int
}

// read returns figures that are no older than freshFor. A failure is kept as long,
// so that a database in trouble is not asked by every scrape.
func (r *Record) read(ctx context.Context, now time.Time) (figures, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.at.IsZero() && now.Sub(r.at) < freshFor {
		return r.last, r.err
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	r.at = now
	if r.last, r.err = r.ask(ctx); r.err != nil && r.Failed != nil {
		r.Failed(r.err)
	}
	return r.last, r.err
}

func (r *Record) ask(ctx context.Context) (f figures, err error) {
	if f.record, err = r.Register.Auditor.Figures(ctx, r.Register.Record.Today(r.Legal())); err != nil {
		return f, fmt.Errorf("read figures: %w", err)
	}
	if f.endpoints, err = r.Endpoints.Figures(ctx); err != nil {
		return f, fmt.Errorf("read figures: %w", err)
	}
	if f.queues, err = jobs.Figures(ctx, r.DB); err != nil {
		return f, fmt.Errorf("read figures: %w", err)
	}
	if err := r.DB.NewRaw(selectEnding).Scan(ctx, &f.tokensEnding); err != nil {
		return f, fmt.Errorf("count tokens that end: %w", err)
	}
	return f, nil
}
