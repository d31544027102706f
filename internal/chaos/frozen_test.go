package chaos_test

import (
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/internal/calendar"
	"concordat/internal/pg"
)

// liftedWithin is how long a withdrawal may take although the process that was sending
// it stands still.
const liftedWithin = 30 * time.Second

// One of two processes is stopped while it holds the express lanes of departments that
// have not answered, or is cut off from the database without a FIN, or killed. Every
// withdrawal arrives through the other, and the one that wakes changes nothing.
func TestFrozenWhileItHoldsLanes(t *testing.T) {
	t.Parallel()
	const stopped, cutOff, killed = "stopped", "cut-off", "killed"
	for _, how := range []string{stopped, cutOff, killed} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, 1)
			lives := s.publish(t, 6)
			way := newWay(t, s.url)
			order := s.order(1, 0, nil)
			order.URL = way.url
			first := s.start(t, order)
			first.torn = true
			go first.attend(nil)
			s.nothingDue(t, first, patience)

			lost := s.loseMessages(3)
			s.revoke(t, lives)
			<-lost
			switch how {
			case stopped:
				must(t, first.cmd.Process.Signal(syscall.SIGSTOP))
			case cutOff:
				way.cut()
			case killed:
				must(t, first.cmd.Process.Kill())
			}
			begun := time.Now()
			s.answerAgain()
			second := s.start(t, s.order(1, 0, nil))
			go second.attend(nil)
			s.nothingDue(t, second, liftedWithin)
			t.Logf("everything was lifted after %s", time.Since(begun).Round(time.Millisecond))

			switch how {
			case stopped:
				must(t, first.cmd.Process.Signal(syscall.SIGCONT))
				must(t, first.input.Close())
			case cutOff:
				must(t, first.cmd.Process.Kill())
			}
			<-first.ended
			s.settle(t, second)
			if f := s.check(t); !f.none() {
				t.Errorf("%v", f)
			}
			if n := s.count(t, `SELECT count(*) FROM amendment WHERE kind = 'withdraw' AND step = 'acknowledged'`); n < 3 {
				t.Errorf("%d withdrawals were acknowledged", n)
			}
		})
	}
}

// loseMessages has every department keep what it is sent without a word, and closes
// what it returns when so many of them have been sent something.
func (s *scene) loseMessages(n int64) <-chan struct{} {
	reached := make(chan struct{})
	var asked atomic.Int64
	for _, d := range s.departments {
		mute := &muted{over: make(chan struct{})}
		mute.first = sync.OnceFunc(func() {
			if asked.Add(1) == n {
				close(reached)
			}
		})
		d.mute.Store(mute)
	}
	return reached
}

// answerAgain ends it; what was sent meanwhile is lost.
func (s *scene) answerAgain() {
	for _, d := range s.departments {
		if mute := d.mute.Swap(nil); mute != nil {
			close(mute.over)
		}
	}
}

// muted is a department that loses what it is sent.
type muted struct {
	first func()
	over  chan struct{}
}

func (m *muted) lose() {
	m.first()
	<-m.over
	panic(http.ErrAbortHandler)
}

// publish lives lives as far as their publication, without anybody who delivers.
func (s *scene) publish(t *testing.T, n int) []*life {
	t.Helper()
	lives := script(1, n)
	for _, l := range lives {
		for _, step := range l.steps {
			act := enforcement.Act{At: step.at, Key: step.key, Actor: enforcement.Actor{ID: string(step.role), Role: step.role, Organisation: s.courts[l.court]}}
			id, err := step.do(t.Context(), s.register, act)
			must(t, err)
			s.answered[step.key]++
			if step.keep != nil {
				*step.keep = id
			}
			var live bool
			must(t, s.db.NewRaw(`SELECT EXISTS (SELECT FROM ground WHERE id = ? AND state = 'in-force')`, l.listing).Scan(t.Context(), &live))
			if live {
				break
			}
		}
	}
	return lives
}

// revoke ends what was published.
func (s *scene) revoke(t *testing.T, lives []*life) {
	t.Helper()
	for _, l := range lives {
		must(t, s.tryRevoke(t, l))
		s.answered[revokeKey(l)]++
	}
}

func revokeKey(l *life) string { return "frozen/revoke/" + l.listing.String() }

func (s *scene) tryRevoke(t *testing.T, l *life) error {
	t.Helper()
	act := enforcement.Act{At: calendar.Start(delivery).Add(9 * time.Hour), Key: revokeKey(l), Actor: enforcement.Actor{ID: "judge", Role: enforcement.Judge, Organisation: s.courts[l.court]}}
	return s.register.Listings.Revoke(t.Context(), act, ground.Change{Ground: l.listing}, listing.Ending{EventOn: delivery, Reasons: "演示:撤销"})
}

// way leads to the database by TCP, until it is cut: then nothing comes through any
// more, and neither end is told.
type way struct {
	url    string
	target string // the server's socket
	broken atomic.Bool
	over   chan struct{}
}

func newWay(t *testing.T, database string) *way {
	t.Helper()
	to, err := url.Parse(database)
	must(t, err)
	w := &way{target: to.Query().Get("host") + "/.s.PGSQL." + to.Query().Get("port"), over: make(chan struct{})}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	from := url.URL{Scheme: "postgres", User: to.User, Host: listener.Addr().String(), Path: to.Path, RawQuery: "sslmode=disable"}
	w.url = from.String()
	t.Cleanup(func() { close(w.over); _ = listener.Close() })
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := new(net.Dialer).DialContext(t.Context(), "unix", w.target)
			if err != nil {
				_ = in.Close()
				continue
			}
			go w.carry(in, out)
			go w.carry(out, in)
		}
	}()
	return w
}

func (w *way) cut() { w.broken.Store(true) }

func (w *way) carry(from, to net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if w.broken.Load() {
			<-w.over
			err = net.ErrClosed
		}
		if err == nil {
			_, err = to.Write(buffer[:n])
		}
		if err != nil {
			_, _ = from.Close(), to.Close()
			return
		}
	}
}

// The database takes no writes for eight seconds: every session is ended, and those that
// are made meanwhile keep the setting. Within five seconds of its end an act is written
// and its withdrawals have arrived.
func TestReadOnlyForAWhile(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1)
	lives := s.publish(t, 6)
	worker := s.start(t, s.order(1, 0, nil))
	worker.torn = true
	go worker.attend(nil)
	s.nothingDue(t, worker, patience)
	s.revoke(t, lives[:3])

	server, err := pg.Open(t.Context(), pg.Config{URL: s.cluster.URL("postgres"), MaxConns: 1})
	must(t, err)
	t.Cleanup(func() { _ = server.Close() })
	for _, text := range []string{
		`ALTER DATABASE chaos SET default_transaction_read_only = on`,
		`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'chaos'`,
	} {
		_, err := server.Pool.Exec(t.Context(), text)
		must(t, err)
	}
	refused := 0
	for over := time.Now().Add(8 * time.Second); time.Now().Before(over); time.Sleep(100 * time.Millisecond) {
		if err := s.tryRevoke(t, lives[3]); err == nil {
			t.Fatal("an act was written to a database that takes no writes")
		}
		refused++
	}
	_, err = server.Pool.Exec(t.Context(), `ALTER DATABASE chaos RESET default_transaction_read_only`)
	must(t, err)
	ended := time.Now()
	for s.tryRevoke(t, lives[3]) != nil {
		if time.Since(ended) > goesOnWithin {
			t.Fatalf("no act is written %s after the end", goesOnWithin)
		}
		time.Sleep(100 * time.Millisecond)
	}
	s.answered[revokeKey(lives[3])]++
	s.nothingDue(t, worker, goesOnWithin-time.Since(ended))
	t.Logf("%d acts refused; everything went on after %s", refused, time.Since(ended).Round(time.Millisecond))
	s.settle(t, worker)
	f := s.check(t)
	f.jobs = nil // what River tried meanwhile
	if !f.none() {
		t.Errorf("%v", f)
	}
}

// The database crashes under a process that works. When it is back an act is written and
// its withdrawals arrive, without anybody's doing.
func TestTheDatabaseCrashes(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1)
	lives := s.publish(t, 6)
	worker := s.start(t, s.order(1, 0, nil))
	worker.torn = true
	go worker.attend(nil)
	s.nothingDue(t, worker, patience)
	crashed := time.Now()
	must(t, s.cluster.Restart(t.Context(), true))
	back := time.Now()
	for s.tryRevoke(t, lives[0]) != nil {
		if time.Since(back) > goesOnWithin {
			t.Fatalf("no act is written %s after the database is back", goesOnWithin)
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.answered[revokeKey(lives[0])]++
	acted := time.Since(back)
	s.nothingDue(t, worker, liftedWithin)
	t.Logf("the database was back after %.1f s; from then an act was written after %.1f s, and lifted after %.1f s", back.Sub(crashed).Seconds(), acted.Seconds(), time.Since(back).Seconds())
	s.settle(t, worker)
	f := s.check(t)
	f.jobs = nil // what River tried meanwhile
	if !f.none() {
		t.Errorf("%v", f)
	}
}

// goesOnWithin is how soon everything goes on when a database takes writes again.
const goesOnWithin = 5 * time.Second
