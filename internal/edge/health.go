package edge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"concordat/enforcement/record"
	"concordat/internal/pg"
)

const (
	// readyTimeout bounds a readiness check.
	readyTimeout = 3 * time.Second
	// failedFor is how long a write that failed counts although none was tried since:
	// who is sent no work has none to try.
	failedFor = 30 * time.Second
)

// Health answers whether the process lives (/healthz) and whether it should be
// sent work (/readyz). Why it is not ready stands in the log only.
func (d *Door) Health(router chi.Router) {
	router.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { writeOK(w) })
	router.Get("/readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		if err := d.Ready(ctx); err != nil {
			d.Log.Warn().Str("reference", visitOf(ctx).Reference).Err(err).Msg("not ready")
			d.Fail(w, r, refuse(codeNotReady))
			return
		}
		writeOK(w)
	})
}

func writeOK(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"status":"ok"}` + "\n")) // the prober may have left
}

// The causes of not being ready.
var (
	errSchema = errors.New("the database's schema is of another version")
	errSkew   = errors.New("machine time and database time lie too far apart")
	// errReadOnly: a standby, or the setting default_transaction_read_only.
	errReadOnly = errors.New("the database takes no writes")
)

// DatabaseReady is the usual [Door.Ready]: the database answers and takes writes, the
// last one did not fail for its state (none committed since, and not 30 s ago), its
// schema is at least of the wanted version (a binary also runs on the next one), and its
// clock lies within [record.MaxSkew] of machine time.
func DatabaseReady(db *pg.DB, machine func() time.Time, wanted int64) func(ctx context.Context) error {
	failure := lastFailure{machine: machine}
	return func(ctx context.Context) error {
		var schema int64
		var now time.Time
		var readOnly bool
		err := db.NewRaw(`SELECT coalesce(max(version_id), 0), clock_timestamp(),
				pg_is_in_recovery() OR current_setting('transaction_read_only')::bool
			FROM goose_db_version WHERE is_applied`).Scan(ctx, &schema, &now, &readOnly)
		if err != nil {
			return fmt.Errorf("ask the database: %w", err)
		}
		if readOnly {
			db.Renew() // the setting may be this session's alone
			return errReadOnly
		}
		if failed, err := db.LastWrite(); err != nil && failure.fresh(failed) {
			return fmt.Errorf("the last write failed: %w", err)
		}
		if schema < wanted {
			return fmt.Errorf("version %d instead of %d: %w", schema, wanted, errSchema)
		}
		if skew := machine().Sub(now).Abs(); skew > record.MaxSkew {
			return fmt.Errorf("%s: %w", skew.Round(time.Millisecond), errSkew)
		}
		return nil
	}
}

// lastFailure is when a write was first seen to have failed.
type lastFailure struct {
	machine func() time.Time

	mu     sync.Mutex
	failed int // writes, by then
	at     time.Time
}

// fresh tells whether one failed since the last look, or not long before.
func (l *lastFailure) fresh(failed int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if failed != l.failed {
		l.failed, l.at = failed, l.machine()
	}
	return l.machine().Sub(l.at) < failedFor
}
