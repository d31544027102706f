package pgtest

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
)

// Counted is [New] with the round trips of the pool counted, where they can be seen: in
// the messages to the server. It counts those that end in waiting for an answer, a simple
// query or a Sync; a statement that is prepared first is two, several that are asked
// together are one. Opening a connection is not counted.
func Counted(t testing.TB) (db *pg.DB, trips func() int64) {
	t.Helper()
	url := database(t)
	target, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{address: filepath.Join(target.Host, fmt.Sprintf(".s.PGSQL.%d", target.Port))}
	var listen net.ListenConfig
	listener, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.serve(context.WithoutCancel(t.Context()), listener)
	}()
	t.Cleanup(func() {
		_ = listener.Close() // serve ends by it
		<-done
	})
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	through := fmt.Sprintf("host=%s port=%s user=%s dbname=%s sslmode=disable", host, port, target.User, target.Database)
	return open(t, through), c.trips.Load
}

// counter stands between clients and the server.
type counter struct {
	address string // the server's socket
	trips   atomic.Int64
}

func (c *counter) serve(ctx context.Context, listener net.Listener) {
	var open sync.WaitGroup
	defer open.Wait()
	for {
		client, err := listener.Accept()
		if err != nil {
			return // the test is over
		}
		open.Go(func() {
			defer func() { _ = client.Close() }() // so is what it was for
			c.relay(ctx, client)
		})
	}
}

// relay passes everything on until either side ends.
func (c *counter) relay(ctx context.Context, client net.Conn) {
	var dialer net.Dialer
	server, err := dialer.DialContext(ctx, "unix", c.address)
	if err != nil {
		return // the client sees its connection end
	}
	go func() {
		_, _ = io.Copy(client, server) // the end of either is the end of both
		_ = client.Close()
	}()
	defer func() { _ = server.Close() }()
	_ = c.count(bufio.NewReader(client), server)
}

// count passes on what a client says: one message without a type, then messages with one.
func (c *counter) count(client *bufio.Reader, server io.Writer) error {
	for typed := false; ; typed = true {
		head := make([]byte, 4, 5)
		if typed {
			head = head[:5]
		}
		if _, err := io.ReadFull(client, head); err != nil {
			return fmt.Errorf("read a message: %w", err)
		}
		if typed && (head[0] == 'Q' || head[0] == 'S') {
			c.trips.Add(1)
		}
		_, err := server.Write(head)
		length := int64(binary.BigEndian.Uint32(head[len(head)-4:])) - 4
		_, copied := io.CopyN(server, client, length)
		if err := errors.Join(err, copied); err != nil {
			return fmt.Errorf("pass a message on: %w", err)
		}
	}
}
