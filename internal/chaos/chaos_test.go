package chaos_test

import (
	"math/rand/v2"
	"testing"
	"time"
)

// patience is how long, after the script, something may still be due.
const patience = time.Minute

// TestChaos lives the lives of a seed through kills and crashes; see the package's
// words.
func TestChaos(t *testing.T) {
	t.Parallel()
	seed := *seedFlag
	for seed == 0 {
		seed = rand.Uint64N(1_000_000)
	}
	n, kills := *livesFlag, *killsFlag
	t.Logf("seed %d: repeat with -chaos.seed=%d -chaos.lives=%d -chaos.kills=%d", seed, seed, n, kills)
	s := newScene(t, seed)
	lives := script(seed, n)
	begun := time.Now()
	for _, d := range deaths(seed, lives, kills) {
		p := s.start(t, s.order(seed, n, s.finished(lives)))
		crashed := p.attend(&d)
		if d.restart && !crashed {
			must(t, s.cluster.Restart(t.Context(), true))
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	t.Logf("%d of %d lives were over at the last kill, after %s", len(s.finished(lives)), n, time.Since(begun).Round(time.Millisecond))

	p := s.start(t, s.order(seed, n, nil))
	go p.attend(nil)
	s.settle(t, p)
	t.Logf("nothing due after %s; the last worker: %s", time.Since(begun).Round(time.Millisecond), tally(p.steps))

	if got := len(s.finished(lives)); got != n {
		t.Errorf("%d of %d lives are over", got, n)
	}
	if f := s.check(t); !f.none() {
		t.Errorf("%v", f)
	}
	s.enough(t, n)
}

func (s *scene) order(seed uint64, lives int, finished []int) order {
	return order{URL: s.url, KeyFile: s.keyFile, Seed: seed, Lives: lives, Finished: finished}
}

// settle waits until nothing is due and ends the worker, which has to go by
// itself, and then the departments, when they have dealt with what arrived.
func (s *scene) settle(t *testing.T, p *process) {
	t.Helper()
	defer func() {
		_ = p.input.Close() // its wish to live
		<-p.ended
	}()
	s.nothingDue(t, p, patience)
	must(t, p.input.Close())
	<-p.ended
	for _, d := range s.departments {
		d.server.Close()
	}
}

// deaths draws the kills of a seed: when, at which step, and which come with a
// crash of PostgreSQL. Half of them do, and of these every second in the midst of
// a life. Together the steps are as a rule fewer than the script has.
func deaths(seed uint64, lives []*life, kills int) []death {
	random := rand.New(rand.NewPCG(seed, 0x6b696c6c))
	acts := 0
	for _, l := range lives {
		acts += len(l.steps)
	}
	names := random.Perm(len(stepNames))
	list := make([]death, kills)
	for i := range list {
		// An act comes with some seven steps, sends included.
		share := max(10, 7*acts/(kills+1))
		list[i] = death{after: share/3 + random.IntN(share), at: stepNames[names[i%len(names)]]}
	}
	for i, at := range random.Perm(kills)[:kills/2] {
		list[at].restart, list[at].midst = true, i%2 == 0
	}
	return list
}

// enough demands that the lives were what they are meant to be: of every act
// some, and measures held and withdrawn.
func (s *scene) enough(t *testing.T, lives int) {
	t.Helper()
	for what, sql := range map[string]string{
		"kinds of acts":            `SELECT count(DISTINCT kind) FROM event WHERE act_key IS NOT NULL`,
		"directives":               `SELECT count(*) FROM directive`,
		"directives of a listing":  `SELECT coalesce(min(n), 0) FROM (SELECT count(*) AS n FROM directive GROUP BY ground_id) x`,
		"acknowledged withdrawals": `SELECT count(*) FROM amendment WHERE kind = 'withdraw' AND step = 'acknowledged'`,
		"cancelled withdrawals":    `SELECT count(*) FROM amendment WHERE kind = 'withdraw' AND step = 'cancelled'`,
		"directives in force":      `SELECT count(*) FROM directive d JOIN ground g ON g.id = d.ground_id WHERE g.state = 'in-force'`,
		"attempts":                 `SELECT count(*) FROM attempt`,
		"inbox items":              `SELECT count(*) FROM inbox_item`,
		"reports":                  `SELECT count(*) FROM report`,
	} {
		got := s.count(t, sql)
		t.Logf("%s: %d", what, got)
		if lives >= 300 && got == 0 {
			t.Errorf("no %s", what)
		}
	}
}
