// pgx: the queue's client is one over pgx transactions.

package record

import (
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/internal/vault"
)

// Jobs is the queue's client, as the record needs it.
type Jobs = river.Client[pgx.Tx]

// Record performs acts: one act is one transaction with one event, and asked again it
// is done once. What only reads needs no Jobs, Vault or Calendar.
type Record struct {
	DB       *pg.DB
	Jobs     *Jobs
	Vault    *vault.Vault
	Calendar *calendar.Current
	// Machine is machine time, for the log's second column and for terms of storage.
	Machine func() time.Time
}
