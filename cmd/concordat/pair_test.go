package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/paper"
	"concordat/enforcement/party"
	"concordat/internal/calendar"
	"concordat/internal/identifier/madeup"
	"concordat/internal/nanning"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
	"concordat/notify"
	"concordat/notify/receiver"
	"concordat/notify/wire"
)

// How soon a process works that is started on a pair whose first host is dead (each new
// connection waits two seconds for it), and how soon one goes on whose first host dies
// while it runs (a connection that somebody waits for is given up after eleven).
const (
	startsWithin = 15 * time.Second
	goesWithin   = 30 * time.Second
)

// host is the first host of a pair: the way to the same database, until it is dead. Then
// it takes in nothing any more, as a machine whose plug was pulled: what is sent to it is
// dropped before it is acknowledged, and nobody is told.
type host struct {
	t        *testing.T
	target   string // the server's socket
	listener *net.TCPListener

	mu    sync.Mutex
	dead  bool
	taken []*net.TCPConn
}

func newHost(t *testing.T, target string) *host {
	t.Helper()
	config := net.ListenConfig{}
	config.SetMultipathTCP(false) // which takes no filter
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener, ok := l.(*net.TCPListener)
	if !ok {
		t.Fatalf("listens by a %T", l)
	}
	h := &host{t: t, target: target, listener: listener}
	t.Cleanup(h.close)
	go func() {
		for {
			c, err := h.listener.AcceptTCP()
			if err != nil {
				return
			}
			h.take(c)
		}
	}()
	return h
}

func (h *host) close() {
	_ = h.listener.Close()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.taken {
		_ = c.Close()
	}
}

func (h *host) take(c *net.TCPConn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.taken = append(h.taken, c)
	if h.dead { // it was connected to as it died
		deafen(h.t, c)
		return
	}
	out, err := new(net.Dialer).DialContext(h.t.Context(), "unix", h.target)
	if err != nil {
		_ = c.Close()
		return
	}
	carry := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		_, _ = to.Close(), from.Close()
	}
	go carry(c, out)
	go carry(out, c)
}

// die takes the host away, with all connections there are.
func (h *host) die() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dead = true
	deafen(h.t, h.listener)
	for _, c := range h.taken {
		deafen(h.t, c)
	}
}

// deafen has a socket drop whatever comes, unacknowledged. One that is closed is left.
func deafen(t *testing.T, c syscall.Conn) {
	t.Helper()
	raw, err := c.SyscallConn()
	if err == nil {
		_ = raw.Control(func(fd uintptr) {
			drop := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K}
			err = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &drop})
		})
	}
	if err != nil {
		t.Errorf("have a socket drop what comes: %v", err)
	}
}

// pair is an installation on a database with two hosts, of which the second is the
// server itself.
type pair struct {
	t            *testing.T
	first        *host
	data         string
	url          string // names both
	office       *office
	ledger       *receiver.Ledger
	court        enforcement.OrganisationID
	clerk, judge string
	stop         func() // ends the process that serves
	listing      string
	base         string // of the API
}

// newPair makes the installation, and a listing that waits to be published.
func newPair(t *testing.T) *pair {
	t.Helper()
	return newPairOn(t, listing.AbleButRefuses)
}

func newPairOn(t *testing.T, conduct listing.Conduct) *pair {
	t.Helper()
	dir, err := pg.FreshTestDir("concordat-pair")
	okay(t, err)
	cluster, err := pg.StartCluster(t.Context(), pg.ClusterConfig{Dir: dir, Profile: pg.ProfileTest, Temporary: true})
	okay(t, err)
	t.Cleanup(func() { okay(t, cluster.Remove()) })
	okay(t, cluster.CreateDatabase(t.Context(), "pair", ""))
	at, err := url.Parse(cluster.URL("pair"))
	okay(t, err)
	folder, port := at.Query().Get("host"), at.Query().Get("port")
	p := &pair{t: t, data: t.TempDir(), ledger: &receiver.Ledger{}, first: newHost(t, folder+"/.s.PGSQL."+port)}
	_, first, err := net.SplitHostPort(p.first.listener.Addr().String())
	okay(t, err)
	p.url = fmt.Sprintf("host=127.0.0.1,%s port=%s,%s user=%s dbname=pair sslmode=disable target_session_attrs=read-write", folder, first, port, at.User.Username())
	p.office, err = installation{Data: p.data, DatabaseURL: cluster.URL("pair"), Connections: 4}.openOrMake(t.Context())
	okay(t, err)
	t.Cleanup(func() { _ = p.office.Close() })
	enforcetest.Attested(t, p.office.register.Plans, enforcement.Act{At: now()})
	p.people()
	p.decide(conduct)
	return p
}

// people enters Nanning's organisations, with one receiver for all departments.
func (p *pair) people() {
	p.t.Helper()
	ctx, system, secret := p.t.Context(), enforcement.Daily(now()), wire.NewSecret()
	list, err := nanning.Organisations(p.office.catalogue)
	okay(p.t, err)
	list, err = nanning.Enter(ctx, p.office.register, system, list)
	okay(p.t, err)
	keys, err := wire.ParseKeys(secret)
	okay(p.t, err)
	server := httptest.NewServer(&receiver.Receiver{Keys: keys, Ledger: p.ledger, Now: now})
	p.t.Cleanup(server.Close)
	for _, o := range list {
		if o.Slug == "qingxiu-court" {
			p.court = o.ID
		}
		if o.Kind != party.Court {
			okay(p.t, p.office.endpoints.Put(ctx, system, notify.NewEndpoint{Organisation: o.ID, Channel: notify.WebhookName, Priority: 1, URL: server.URL, AllowInternal: true, Keys: []string{secret}}))
		}
	}
	p.clerk, err = p.office.tokens.Issue(ctx, "clerk-1", enforcement.Clerk, p.court, false, time.Time{})
	okay(p.t, err)
	p.judge, err = p.office.tokens.Issue(ctx, "judge-1", enforcement.Judge, p.court, false, time.Time{})
	okay(p.t, err)
}

// decide leads a listing as far as its service.
func (p *pair) decide(conduct listing.Conduct) {
	p.t.Helper()
	ctx, r, made, today := p.t.Context(), p.office.register, madeup.New(5), calendar.DayOf(now())
	as := func(role enforcement.Role) enforcement.Act {
		return enforcement.Act{At: now(), Actor: enforcement.Actor{ID: string(role) + "-2", Role: role, Organisation: p.court}}
	}
	number := made.Company()
	subject, err := r.Parties.EnterSubject(ctx, as(enforcement.Clerk), party.Identity{Kind: memoranda.LegalPerson, Name: made.CompanyName(), NumberKind: number.Kind, Number: number.Number, Head: made.PersonName()})
	okay(p.t, err)
	year, _, _ := today.AddDays(-30).Date()
	execution, err := r.Parties.EnterCase(ctx, as(enforcement.Clerk), party.Case{Number: fmt.Sprintf("(%d)桂0103执9号", year), FiledOn: today.AddDays(-30), BasisDocument: fmt.Sprintf("(%d)桂0103民初9号", year-1), BasisUnit: "演示法院"})
	okay(p.t, err)
	id, err := r.Listings.Draft(ctx, as(enforcement.Judge), listing.NewListing{
		Case: execution, Subject: subject, Capacity: listing.Debtor, Conducts: []listing.Conduct{conduct},
		Facts:  listing.Facts{Obligation: "演示:支付货款", Performed: "none", Conduct: "演示:有履行能力而拒不履行"},
		Papers: []ground.Brought{{Purpose: paper.Facts(int(conduct)), Paper: written("演示财产线索")}},
	})
	okay(p.t, err)
	of := ground.Change{Ground: id}
	warned := as(enforcement.Clerk)
	warned.At = warned.At.AddDate(0, 0, -20) // the period for performance is over
	okay(p.t, r.Listings.Warn(ctx, warned, of, listing.Notice{ExecutionNotice: ground.ExecutionNotice{ServedOn: today.AddDays(-20), PerformDays: 3, Paper: written("演示执行通知书")}, RiskWarning: true}))
	var term day.Day
	if conduct != listing.AbleButRefuses {
		term = today.AddDays(700)
	}
	okay(p.t, r.Listings.Propose(ctx, as(enforcement.Judge), of, listing.Decision{TermUntil: term, Number: "(2025)桂0103执9号之一", Reasons: "演示:经审查,符合规定的理由", OwnMotion: "演示:拒不申报财产,依职权列入", Paper: written("演示决定书全文")}))
	okay(p.t, r.Listings.Sign(ctx, as(enforcement.President), of))
	okay(p.t, r.Listings.Serve(ctx, as(enforcement.Clerk), of, ground.Service{Manner: ground.ServedDirectly, On: today, Enclosures: ground.Enclosures(), Paper: written("演示送达回证")}))
	p.listing = id.String()
}

// written is a made paper, as it comes with an act.
func written(text string) paper.Given { return paper.Given{Content: []byte(text)} }

func okay(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// serve starts `concordat serve` on the pair and waits until it serves.
func (p *pair) serve() {
	p.t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(p.t.Context()), os.Args[0], "serve", "--data", p.data, "--database-url", p.url, "--listen", "127.0.0.1:0", "--metrics-listen=")
	cmd.Env = []string{asProgram + "=1", "PATH=" + os.Getenv("PATH")}
	pipe, err := cmd.StderrPipe()
	okay(p.t, err)
	okay(p.t, cmd.Start())
	var log bytes.Buffer
	address, ended := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(io.TeeReader(pipe, &log)); lines.Scan(); {
			var line struct{ Address, Message string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Message == "serving" {
				address <- line.Address
			}
		}
	}()
	p.stop = sync.OnceFunc(func() {
		_ = cmd.Process.Kill() // how it stops is told elsewhere
		<-ended
		_ = cmd.Wait()
	})
	p.t.Cleanup(func() {
		p.stop()
		if p.t.Failed() {
			p.t.Logf("the process said:\n%s", log.String())
		}
	})
	select {
	case a := <-address:
		p.base = "http://" + a
	case <-ended:
		p.t.Fatalf("it did not start:\n%s", log.String())
	case <-time.After(time.Minute):
		p.t.Fatal("it does not serve")
	}
}

// moves makes a move of the listing, and asks again under the same key where the
// database is away, as an asker is told to.
func (p *pair) moves(token, door string, body any, until time.Time) {
	p.t.Helper()
	text, err := json.Marshal(body)
	okay(p.t, err)
	for said := ""; ; time.Sleep(100 * time.Millisecond) { // between two questions
		if time.Now().After(until) {
			p.t.Fatalf("no %s in its time: %s", door, said)
		}
		ctx, cancel := context.WithDeadline(p.t.Context(), until)
		said = p.asks(ctx, token, door, text)
		cancel()
		if said == "" {
			return
		}
	}
}

// asks says why a move was not made, nothing where it was.
func (p *pair) asks(ctx context.Context, token, door string, body []byte) string {
	p.t.Helper()
	tag := ""
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		path := map[string]string{http.MethodGet: "", http.MethodPost: "/" + door}[method]
		r, err := http.NewRequestWithContext(ctx, method, p.base+"/v1/listings/"+p.listing+path, bytes.NewReader(body))
		okay(p.t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		if method == http.MethodPost {
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Idempotency-Key", "pair/"+door)
			r.Header.Set("If-Match", tag)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return err.Error()
		}
		text, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || answer.StatusCode/100 != 2 {
			return fmt.Sprint(answer.Status, " ", string(text), err)
		}
		if door == "publication" && strings.Contains(string(text), `"state":"active"`) {
			return "" // the round of the day was there first
		}
		tag = cmp.Or(answer.Header.Get("ETag"), tag)
	}
	return ""
}

// holding waits until the receiver restricts, or does not.
func (p *pair) holding(restricts bool, until time.Time) {
	p.t.Helper()
	for ; len(p.ledger.InForce(calendar.DayOf(now()))) > 0 != restricts; time.Sleep(20 * time.Millisecond) { // between two looks
		if time.Now().After(until) {
			p.t.Fatalf("not delivered in its time: restricting is %t", !restricts)
		}
	}
}

func (p *pair) publish(until time.Time) {
	p.t.Helper()
	p.moves(p.clerk, "publication", nil, until)
	p.holding(true, until)
}

func (p *pair) revoke(until time.Time) {
	p.t.Helper()
	p.moves(p.judge, "revocation", map[string]any{"event_on": calendar.DayOf(now()), "reasons": "演示:经审查,符合规定的理由"}, until)
	p.holding(false, until)
}

// A process that is started while the first host of its pair is dead serves and delivers
// by the second.
func TestAPairWhoseFirstHostIsDead(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.first.die()
	begun := time.Now()
	p.serve()
	served := time.Since(begun)
	p.publish(begun.Add(startsWithin))
	published := time.Since(begun)
	p.revoke(begun.Add(goesWithin))
	t.Logf("from the start: served after %.1f s, published and delivered after %.1f s, revoked and lifted after %.1f s", served.Seconds(), published.Seconds(), time.Since(begun).Seconds())
}

// The first host dies while the process works by it: acts and liftings go on by the
// second, although the database still keeps the sessions of the dead way.
func TestAPairWhoseFirstHostDies(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.serve()
	p.publish(time.Now().Add(goesWithin))
	begun := time.Now()
	p.first.die()
	until := begun.Add(goesWithin)
	p.moves(p.judge, "revocation", map[string]any{"event_on": calendar.DayOf(now()), "reasons": "演示:经审查,符合规定的理由"}, until)
	acted := time.Since(begun)
	p.holding(false, until)
	t.Logf("from the death: an act was answered after %.1f s, its withdrawals had arrived after %.1f s", acted.Seconds(), time.Since(begun).Seconds())
}
