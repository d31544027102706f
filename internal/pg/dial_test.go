package pg_test

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"concordat/internal/pg"
	"concordat/internal/pg/pgtest"
)

// blackHole takes connections and says nothing.
func blackHole(t *testing.T) *net.TCPAddr {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	at, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatalf("listens on %v", l.Addr())
	}
	return at
}

// socketOf is the folder of the test server's socket, and its port.
func socketOf(t *testing.T) (folder, port string) {
	t.Helper()
	at, err := url.Parse(pgtest.Cluster(t).URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	return at.Query().Get("host"), at.Query().Get("port")
}

// The first host of a pair is dead and says nothing: the second has time enough, within
// what a lane gives a connection (five seconds).
func TestADeadFirstHostLeavesTimeForTheSecond(t *testing.T) {
	t.Parallel()
	folder, port := socketOf(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	db, err := pg.Open(ctx, pg.Config{URL: fmt.Sprintf(
		"host=127.0.0.1,%s port=%d,%s user=postgres dbname=postgres sslmode=disable target_session_attrs=read-write", folder, blackHole(t).Port, port,
	)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
}

// Both sides of a connection notice a peer that is gone without a word.
func TestConnectionsNoticeADeadPeer(t *testing.T) {
	t.Parallel()
	db, err := pg.Open(t.Context(), pg.Config{URL: pgtest.Cluster(t).URL("postgres")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	config := db.Pool.Config().ConnConfig
	for name, want := range map[string]string{
		"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "3", "tcp_keepalives_count": "2", "tcp_user_timeout": "10000",
	} {
		if got := config.RuntimeParams[name]; got != want {
			t.Errorf("the server's %s is %q, want %s", name, got, want)
		}
	}
	made, err := config.DialFunc(t.Context(), "tcp", blackHole(t).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = made.Close() })
	under, ok := made.(syscall.Conn)
	if !ok {
		t.Fatalf("a connection is a %T", made)
	}
	raw, err := under.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	err = raw.Control(func(fd uintptr) {
		for option, want := range map[[2]int]int{
			{unix.SOL_SOCKET, unix.SO_KEEPALIVE}: 1, {unix.IPPROTO_TCP, unix.TCP_KEEPIDLE}: 5, {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL}: 3,
			{unix.IPPROTO_TCP, unix.TCP_KEEPCNT}: 2, {unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT}: 10000,
		} {
			if got, err := unix.GetsockoptInt(int(fd), option[0], option[1]); err != nil || got != want {
				t.Errorf("our socket's option %v is %d, want %d; %v", option, got, want, err)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
