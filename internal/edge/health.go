package edge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"concordat/internal/pg"
)

// maxSkew is how far machine time and the database's may lie apart.
const maxSkew = 5 * time.Second

// readyTimeout bounds a readiness check.
const readyTimeout = 3 * time.Second

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
)

// DatabaseReady is the usual [Door.Ready]: the database answers, its schema is at
// least of the wanted version (a binary also runs on the next one), and its clock
// lies within 5 s of machine time.
func DatabaseReady(db *pg.DB, machine func() time.Time, wanted int64) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		var schema int64
		var now time.Time
		err := db.NewRaw(`SELECT coalesce(max(version_id), 0), clock_timestamp() FROM goose_db_version WHERE is_applied`).Scan(ctx, &schema, &now)
		if err != nil {
			return fmt.Errorf("ask the database: %w", err)
		}
		if schema < wanted {
			return fmt.Errorf("version %d instead of %d: %w", schema, wanted, errSchema)
		}
		if skew := machine().Sub(now).Abs(); skew > maxSkew {
			return fmt.Errorf("%s: %w", skew.Round(time.Millisecond), errSkew)
		}
		return nil
	}
}
