package pgtest

import (
	"context"
	"encoding/binary"
	"net"
	"sync"
	"testing"

	"concordat/internal/pg"
)

// Trips counts the round trips to a database: the messages after which its answer is
// waited for (manual, "Message Formats": Query and Sync).
type Trips struct {
	mu sync.Mutex
	n  int
}

// Taken returns how many there were since it was asked last.
func (c *Trips) Taken() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.n
	c.n = 0
	return n
}

// NewCounted is [New], and counts the round trips.
func NewCounted(t testing.TB) (*pg.DB, *Trips) {
	t.Helper()
	c := &Trips{}
	return open(t, func(ctx context.Context, network, address string) (net.Conn, error) {
		made, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return &counted{Conn: made, trips: c}, err
	}), c
}

// counted reads along in what is sent.
type counted struct {
	net.Conn

	trips *Trips
	// begun: the first message, which has no type, is over. head is the head of a message
	// as far as it was seen, left how much of its body is to come.
	begun bool
	head  []byte
	left  int
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	for _, b := range p[:n] {
		if c.left > 0 {
			c.left--
			continue
		}
		c.head = append(c.head, b)
		size := 5 // a type and the length of what follows, itself included
		if !c.begun {
			size = 4
		}
		if len(c.head) < size {
			continue
		}
		c.left = int(binary.BigEndian.Uint32(c.head[size-4:])) - 4
		if c.begun && (c.head[0] == 'Q' || c.head[0] == 'S') {
			c.trips.mu.Lock()
			c.trips.n++
			c.trips.mu.Unlock()
		}
		c.begun, c.head = true, c.head[:0]
	}
	return n, err
}
