// pgx: how connections are made, and what they notice of a way that is dead.

package pg

import (
	"fmt"
	"net"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sys/unix"
)

// A host that answers nothing must not use up the time of the next one, nor a way that
// was cut without a word keep a connection that somebody waits for. All of these may be
// said otherwise in a URL, except what the client's kernel does.
const (
	// defaultConnect is how long one host of a URL may take to be connected to.
	defaultConnect = 2 * time.Second
	// pingPatience is how long an idle connection may take to answer before it is thrown
	// away and the next one is asked. All that are dead are gone by then by their
	// keepalives, so nobody asks many.
	pingPatience = 2 * time.Second
	// A silent peer is asked after keepIdle, every keepInterval, and given up after
	// keepCount questions or when what was sent to it was not received for unreceived.
	keepIdle, keepInterval = 5 * time.Second, 3 * time.Second
	keepCount              = 2
	unreceived             = 10 * time.Second
)

// keepalives are the server's side, as PostgreSQL takes it of a session or of its own
// configuration. A connection by a socket of the machine has none.
func keepalives() map[string]string {
	return map[string]string{
		"tcp_keepalives_idle":     fmt.Sprint(int(keepIdle.Seconds())),
		"tcp_keepalives_interval": fmt.Sprint(int(keepInterval.Seconds())),
		"tcp_keepalives_count":    fmt.Sprint(keepCount),
		"tcp_user_timeout":        milliseconds(unreceived),
	}
}

// dial is our side.
func dial() pgconn.DialFunc {
	d := &net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: keepIdle, Interval: keepInterval, Count: keepCount},
		Control: func(network, _ string, c syscall.RawConn) (err error) {
			if network == "unix" {
				return nil
			}
			broken := c.Control(func(fd uintptr) {
				err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(unreceived.Milliseconds()))
			})
			if broken != nil {
				return broken //nolint:wrapcheck // the dialer wraps it
			}
			return err //nolint:wrapcheck // as above
		},
	}
	return d.DialContext
}
