// pgx: the locks of lanes are held on a connection that serves nothing else.

package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement/directive"
	"concordat/enforcement/record"
)

// errLaneLost ends the drains of a process whose locks are gone with their connection.
var errLaneLost = errors.New("the connection that held the lane is lost")

const lockTimeout = 5 * time.Second

// lanes are the lanes this process holds. Each is a session advisory lock on one
// connection that serves nothing else: a killed process or a restarted database
// frees them at once. Such locks stack within a session, so the set in memory
// is what keeps two drains of one process apart.
type lanes struct {
	config *pgx.ConnConfig
	beat   time.Duration

	mu      sync.Mutex
	conn    *pgx.Conn
	held    map[directive.WakeUp]*lane
	beating bool
}

// lane is one held lane. Its ctx ends when the lock is lost.
type lane struct {
	ctx    context.Context //nolint:containedctx // it is the lock's life, made and ended with it
	cancel context.CancelCauseFunc
	of     directive.WakeUp
	by     *lanes
}

func lockKey(w directive.WakeUp) int32 {
	n := int32(w.Organisation) * 2
	if w.Lane == directive.Express {
		n++
	}
	return n
}

// take returns nil if anybody else holds the lane.
func (l *lanes) take(ctx context.Context, w directive.WakeUp) (*lane, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[w] != nil {
		return nil, nil //nolint:nilnil // no lane, no fault
	}
	// A query that is broken off would cost the connection and every lock on it.
	quiet, stop := context.WithTimeout(context.WithoutCancel(ctx), lockTimeout)
	defer stop()
	if err := l.connect(quiet); err != nil {
		return nil, err
	}
	var got bool
	if err := l.conn.QueryRow(quiet, `SELECT pg_try_advisory_lock($1, $2)`, record.LaneLocks, lockKey(w)).Scan(&got); err != nil {
		l.lost(quiet)
		return nil, fmt.Errorf("take lane %s of organisation %d: %w", w.Lane, w.Organisation, err)
	}
	if !got {
		return nil, nil //nolint:nilnil // no lane, no fault
	}
	life, cancel := context.WithCancelCause(ctx)
	held := &lane{ctx: life, cancel: cancel, of: w, by: l}
	l.held[w] = held
	if !l.beating {
		l.beating = true
		go l.watch(context.WithoutCancel(ctx))
	}
	return held, nil
}

func (l *lanes) connect(ctx context.Context) error {
	if l.conn != nil && !l.conn.IsClosed() {
		return nil
	}
	l.lost(ctx)
	conn, err := pgx.ConnectConfig(ctx, l.config)
	if err != nil {
		return fmt.Errorf("connect for the lanes: %w", err)
	}
	l.conn = conn
	return nil
}

// lost gives every lane up; the caller holds mu.
func (l *lanes) lost(ctx context.Context) {
	if l.conn != nil {
		_ = l.conn.Close(ctx) // it is of no use any more
		l.conn = nil
	}
	for _, h := range l.held {
		h.cancel(errLaneLost)
	}
	clear(l.held)
}

// watch notices a connection that died while its drains were busy elsewhere. It
// ends when nothing is held.
func (l *lanes) watch(ctx context.Context) {
	ticker := time.NewTicker(l.beat)
	defer ticker.Stop()
	for range ticker.C {
		if !l.check(ctx) {
			return
		}
	}
}

func (l *lanes) check(ctx context.Context) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.held) == 0 {
		l.beating = false
		return false
	}
	quiet, stop := context.WithTimeout(ctx, lockTimeout)
	defer stop()
	if l.conn == nil || l.conn.Ping(quiet) != nil {
		l.lost(quiet)
	}
	return true
}

// release lets the lane go; a lane that was lost is gone already.
func (h *lane) release() {
	l := h.by
	l.mu.Lock()
	defer l.mu.Unlock()
	defer h.cancel(nil)
	if l.held[h.of] != h {
		return
	}
	quiet, stop := context.WithTimeout(context.WithoutCancel(h.ctx), lockTimeout)
	defer stop()
	if _, err := l.conn.Exec(quiet, `SELECT pg_advisory_unlock($1, $2)`, record.LaneLocks, lockKey(h.of)); err != nil {
		l.lost(quiet) // the connection's end frees it
		return
	}
	delete(l.held, h.of)
}

// holds reports whether this process holds a lane.
func (l *lanes) holds(w directive.WakeUp) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held[w] != nil
}

// close ends the connection and with it every lane.
func (l *lanes) close(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost(ctx)
}
