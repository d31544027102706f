package pg_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"concordat/internal/pg"
	"concordat/internal/pg/pgtest"
)

// pooler gives each transaction of its clients a session of its own choice, as
// pgbouncer does in mode transaction.
type pooler struct {
	mu    sync.Mutex
	free  []*pgconn.HijackedConn
	there sync.Cond
	last  bool // the session that was given back last is lent first
}

func newPooler(t *testing.T, sessions int, last bool) (database string) {
	t.Helper()
	p := &pooler{last: last}
	p.there.L = &p.mu
	for range sessions {
		conn, err := pgx.Connect(t.Context(), pgtest.Cluster(t).URL("postgres"))
		if err != nil {
			t.Fatal(err)
		}
		taken, err := conn.PgConn().Hijack()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = taken.Conn.Close() })
		p.free = append(p.free, taken)
	}
	parameters := p.free[0].ParameterStatuses
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(client, parameters)
		}
	}()
	at := url.URL{Scheme: "postgres", User: url.User("postgres"), Host: l.Addr().String(), Path: "/postgres", RawQuery: "sslmode=disable"}
	return at.String()
}

func (p *pooler) take() *pgconn.HijackedConn {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.free) == 0 {
		p.there.Wait()
	}
	at := 0
	if p.last {
		at = len(p.free) - 1
	}
	s := p.free[at]
	p.free = append(p.free[:at], p.free[at+1:]...)
	return s
}

func (p *pooler) give(s *pgconn.HijackedConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, s)
	p.there.Signal()
}

// serve is one client's connection. The test ends with the listener; what fails until
// then ends the client alone.
func (p *pooler) serve(client net.Conn, parameters map[string]string) {
	defer func() { _ = client.Close() }()
	front := pgproto3.NewBackend(client, client)
	if _, err := front.ReceiveStartupMessage(); err != nil {
		return
	}
	front.Send(&pgproto3.AuthenticationOk{})
	for name, value := range parameters {
		front.Send(&pgproto3.ParameterStatus{Name: name, Value: value})
	}
	front.Send(&pgproto3.BackendKeyData{ProcessID: 1, SecretKey: []byte{1, 2, 3, 4}})
	front.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	var session *pgconn.HijackedConn
	for front.Flush() == nil {
		asked, err := front.Receive()
		if _, ends := asked.(*pgproto3.Terminate); ends || err != nil {
			break
		}
		if session == nil {
			session = p.take()
		}
		session.Frontend.Send(asked)
		if session.Frontend.Flush() != nil {
			return
		}
		switch asked.(type) {
		case *pgproto3.Query, *pgproto3.Sync:
		default:
			continue // more comes before there is an answer
		}
		for ready := false; !ready; {
			answer, err := session.Frontend.Receive()
			if err != nil {
				return
			}
			front.Send(answer)
			if state, ok := answer.(*pgproto3.ReadyForQuery); ok {
				ready = true
				if state.TxStatus == 'I' {
					p.give(session)
					session = nil
				}
			}
			if front.Flush() != nil {
				return
			}
		}
	}
}

// A pooler of transactions is recognised, whichever session it lends first and however
// many it has; a database that is reached without one is not taken for it.
func TestAPoolerOfTransactionsIsRefused(t *testing.T) {
	t.Parallel()
	for _, sessions := range []int{1, 2, 3, 5} {
		for _, last := range []bool{false, true} {
			t.Run(fmt.Sprint(sessions, last), func(t *testing.T) {
				t.Parallel()
				db, err := pg.Open(t.Context(), pg.Config{URL: newPooler(t, sessions, last)})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(db.Pool.Close)
				within(t, func() {
					if err := db.RequireSession(context.WithoutCancel(t.Context())); !errors.Is(err, pg.ErrPooler) {
						t.Errorf("not recognised: %v", err)
					}
				})
			})
		}
	}
	db, err := pg.Open(t.Context(), pg.Config{URL: pgtest.Cluster(t).URL("postgres"), MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.RequireSession(t.Context()); err != nil {
		t.Errorf("a database without a pooler: %v", err)
	}
}
