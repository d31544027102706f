// pgx: what a database that takes no writes says, and which sessions are thrown away.

package pg

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	codeReadOnly = "25006" // read_only_sql_transaction
	codeDiskFull = "53100"
	classSystem  = "58" // as an input or output error
	// resetPause is the shortest time between two times that all sessions are thrown
	// away: a database that stays read-only refuses every write.
	resetPause = time.Second
)

// IsReadOnly tells whether the database refused a write because it takes none at
// present: a standby, or one that was set so.
func IsReadOnly(err error) bool {
	said, ok := errors.AsType[*pgconn.PgError](err)
	return ok && said.Code == codeReadOnly
}

// Broken reports whether an error is none of one row: nothing else can be done either, since
// the database is away or read-only, or ctx has ended.
func Broken(ctx context.Context, err error) bool {
	return ctx.Err() != nil || err != nil && (IsAway(err) || IsReadOnly(err))
}

// IsAway tells whether the database could not be asked, or went away while it was:
// whether a commit under way came about is not known then. One that has no room left
// (class 53: disk, memory, connections) or cannot write to its disk (58) is away too.
func IsAway(err error) bool {
	if said, ok := errors.AsType[*pgconn.PgError](err); ok {
		for _, class := range []string{"08", "53", classSystem, "57P0"} {
			if strings.HasPrefix(said.Code, class) {
				return true
			}
		}
		return false
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok && !errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	for _, gone := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, driver.ErrBadConn, sql.ErrConnDone} {
		if errors.Is(err, gone) {
			return true
		}
	}
	return err != nil && strings.Contains(err.Error(), "conn closed") // pgx keeps it to itself
}

// writes is what is known of whether the database takes writes.
type writes struct {
	mu     sync.Mutex
	last   error // why the last write failed; nil once one was committed since
	failed int   // how many did, ever
	bad    atomic.Bool

	pool  atomic.Pointer[pgxpool.Pool]
	reset atomic.Bool // all sessions were thrown away a moment ago
}

// LastWrite tells why the last write failed because of the database's own state, and how
// many did since the start; nil if one was committed since.
func (db *DB) LastWrite() (failed int, err error) {
	db.writes.mu.Lock()
	defer db.writes.mu.Unlock()
	return db.writes.failed, db.writes.last
}

// heard takes in an error of the database and tells whether its session may stay.
func (w *writes) heard(said *pgconn.PgError) bool {
	readOnly := said.Code == codeReadOnly
	if !readOnly && said.Code != codeDiskFull && !strings.HasPrefix(said.Code, classSystem) {
		return true
	}
	w.mu.Lock()
	w.last = said
	w.failed++
	w.mu.Unlock()
	w.bad.Store(true)
	if !readOnly {
		return true
	}
	w.renew()
	return false
}

// Renew throws all sessions away, those in use when they are given back; new ones are
// made as they are needed. Once a second at most: more often it does nothing.
//
// A session that was made while the database was set read-only keeps the setting when
// that ends, and one to a host that was demoted leads nowhere else. The others of the
// pool are as old as the one that was found.
func (db *DB) Renew() { db.writes.renew() }

func (w *writes) renew() {
	if pool := w.pool.Load(); pool != nil && w.reset.CompareAndSwap(false, true) {
		pool.Reset()
		time.AfterFunc(resetPause, func() { w.reset.Store(false) })
	}
}

// committed notes a write that stands.
func (w *writes) committed() {
	if !w.bad.Load() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = nil
	w.bad.Store(false)
}
