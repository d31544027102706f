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

const (
	lockTimeout = 5 * time.Second
	// heartbeat is how often the connection that holds lanes is tried, and silence how
	// long it may say nothing before others take them.
	heartbeat, silence = time.Second, 10 * time.Second
)

// lanes are the lanes this process holds. Each is a session advisory lock on one
// connection that serves nothing else: a killed process or a restarted database
// frees them at once. Such locks stack within a session, so the set in memory
// is what keeps two drains of one process apart.
//
// A process that is frozen, or cut off without a FIN, would keep them for as long as
// the kernel's timers say, and every lifting in them with it. So the lock is a lease:
// its holder says something on that connection every beat, whatever its sends do, and
// whoever wants a lane whose holder has been silent ends the holder's session. A holder
// that lives gives its lanes up by itself after a beat and lockTimeout, which is sooner.
// The database says how long the silence was, by its own clock.
type lanes struct {
	config  *pgx.ConnConfig
	beat    time.Duration
	silence time.Duration
	machine func() time.Time
	freed   func(sessions int) // nil is nobody

	mu      sync.Mutex
	conn    *pgx.Conn
	held    map[directive.WakeUp]*lane
	beating bool
	heard   time.Time // when the database last answered on conn
	looked  time.Time // when it was last asked for silent holders
}

func newLanes(config *pgx.ConnConfig, machine func() time.Time) *lanes {
	return &lanes{config: config, beat: heartbeat, silence: silence, machine: machine, held: map[directive.WakeUp]*lane{}}
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
	got, err := l.try(quiet, w)
	if err == nil && !got {
		if got, err = l.free(quiet); got && err == nil {
			got, err = l.try(quiet, w)
		}
	}
	if err != nil {
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

// try asks for the lock; the caller holds mu.
func (l *lanes) try(ctx context.Context, w directive.WakeUp) (got bool, err error) {
	err = l.conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1, $2)`, record.LaneLocks, lockKey(w)).Scan(&got)
	l.heard = l.machine()
	return got, err //nolint:wrapcheck // the caller says of which lane
}

// Ends the sessions that hold lanes and have been silent for so many seconds; one that
// is not gone within two is not counted.
var endSilent = `SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 2000)) FROM (
  SELECT DISTINCT a.pid FROM ` + silentSessions("$1", "$2") + ` WHERE a.pid <> pg_backend_pid()) silent`

// free ends the sessions of silent holders, and tells whether there were any. It looks
// once a beat at most, whoever asks: a lane is found taken many times a second. The
// caller holds mu.
func (l *lanes) free(ctx context.Context) (bool, error) {
	now := l.machine()
	if now.Sub(l.looked).Abs() < l.beat {
		return false, nil
	}
	l.looked = now
	var n int
	if err := l.conn.QueryRow(ctx, endSilent, record.LaneLocks, l.silence.Seconds()).Scan(&n); err != nil {
		return false, fmt.Errorf("end the sessions of silent holders: %w", err)
	}
	if n > 0 && l.freed != nil {
		l.freed(n)
	}
	return n > 0, nil
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
		return true
	}
	l.heard = l.machine()
	return true
}

// fenced tells whether the holder cannot know any more that the lane is its own: it was
// frozen, or the database has been away, for as long as after which others take it.
// Asked right before a send, it keeps a process that wakes from sending what a hold or
// an end has overtaken; what it writes does nothing, for whoever took the lane has
// settled its attempts ([directive.Directives.Settle]).
func (h *lane) fenced() bool {
	l := h.by
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held[h.of] != h || l.machine().Sub(l.heard) >= l.silence
}

// release lets the lane go and tells whether it was held until then. One that is not
// held any more where it is let go was lost without a word, and so was every other: the
// session is not the one that took it, as behind a pooler of transactions.
func (h *lane) release() (held bool) {
	l := h.by
	l.mu.Lock()
	defer l.mu.Unlock()
	defer h.cancel(nil)
	if l.held[h.of] != h {
		return false
	}
	quiet, stop := context.WithTimeout(context.WithoutCancel(h.ctx), lockTimeout)
	defer stop()
	err := l.conn.QueryRow(quiet, `SELECT pg_advisory_unlock($1, $2)`, record.LaneLocks, lockKey(h.of)).Scan(&held)
	if err != nil || !held {
		l.lost(quiet) // the connection's end frees it
		return false
	}
	l.heard = l.machine()
	delete(l.held, h.of)
	return true
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
