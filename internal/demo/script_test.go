package demo

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"concordat/internal/calendar"
	"concordat/internal/identifier"
	"concordat/memoranda"
)

func plan(t *testing.T, n int, seed uint64) *script {
	t.Helper()
	days, err := calendar.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	s, err := write(n, seed, days)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Whatever the seed: every fate is there, enough is published, every task lies in
// the year on a day that somebody works, and no listing is acted on before it is
// drafted or after it has ended.
func TestScript(t *testing.T) {
	t.Parallel()
	ends := []verb{verbDelete, verbDeleteEarly, verbRevoke, verbRefuseApplication, verbAbandonExcluded, verbAbandonPerformed, verbDraftMinor}
	for seed := range uint64(40) {
		for _, n := range []int{MinListings, 60, 1000} {
			s := plan(t, n, seed)
			if len(s.lives) != n || len(s.planned) != len(shares)+1 {
				t.Errorf("seed %d: %d lives of %d fates, want %d of %d", seed, len(s.lives), len(s.planned), n, len(shares)+1)
			}
			if n == 1000 && s.willPublish() < 950 {
				t.Errorf("seed %d: %d of 1,000 are to be published", seed, s.willPublish())
			}
			history := map[*life][]verb{}
			for on := firstDay; on <= lastDay; on = on.AddDays(1) {
				for _, task := range s.days[on] {
					if working, loaded := s.calendar.IsWorkingDay(on); (!working && task.verb != verbSearch) || !loaded {
						t.Errorf("seed %d: %s of listing %d on %s, a day off", seed, task.verb, task.life.n, on)
					}
					history[task.life] = append(history[task.life], task.verb)
				}
				delete(s.days, on)
			}
			if len(s.days) > 0 {
				t.Errorf("seed %d: tasks outside of the year: %v", seed, s.days)
			}
			for _, l := range s.lives {
				done := history[l]
				if done[0] != verbDraft && done[0] != verbDraftMinor {
					t.Errorf("seed %d: listing %d begins with %v", seed, l.n, done)
				}
				if at := slices.IndexFunc(done, func(v verb) bool { return slices.Contains(ends, v) }); at >= 0 && at != len(done)-1 {
					t.Errorf("seed %d: listing %d goes on after its end: %v", seed, l.n, done)
				}
			}
		}
	}
}

func TestScriptRepeats(t *testing.T) {
	t.Parallel()
	texts := func(s *script) (list []string) {
		for on := firstDay; on <= lastDay; on = on.AddDays(1) {
			for _, task := range s.days[on] {
				list = append(list, on.String()+" "+string(task.life.fate)+" "+string(task.verb))
			}
		}
		return list
	}
	one := texts(plan(t, 200, 3))
	if diff := cmp.Diff(one, texts(plan(t, 200, 3))); diff != "" {
		t.Errorf("the same seed gives another year:\n%s", diff)
	}
	if slices.Equal(one, texts(plan(t, 200, 4))) {
		t.Error("another seed gives the same year")
	}
}

func TestScriptTooSmall(t *testing.T) {
	t.Parallel()
	days, err := calendar.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := write(MinListings-1, 1, days); err == nil {
		t.Error("a year without room for every fate was planned")
	}
}

// Made people have valid numbers of their own and names that say so.
func TestIdentities(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	kinds := map[memoranda.SubjectKind]int{}
	for n := range 5000 {
		who := identity(n, 1)
		number, err := identifier.Parse(who.NumberKind, who.State, who.Number)
		if err != nil {
			t.Fatalf("%d: %+v: %v", n, who, err)
		}
		if other, taken := seen[number.Number]; taken {
			t.Errorf("%d and %d have the same number", n, other)
		}
		seen[number.Number] = n
		kinds[who.Kind]++
		if !strings.Contains(who.Name, "演示") {
			t.Errorf("%d: the name %s does not say that it is made", n, who.Name)
		}
		if birth, ok := number.Birth(); who.Kind == memoranda.NaturalPerson && !calendar.Adult(max(birth, who.Birth), firstDay) {
			t.Errorf("%d is no adult: %s %v", n, birth, ok)
		}
		if child := minor(n, 1); child.Number == who.Number {
			t.Errorf("%d: the minor has the number of an adult", n)
		}
	}
	if len(kinds) != 4 {
		t.Errorf("kinds %v, want all four", kinds)
	}
}

// The clock stands, goes forward only, and runs on when it is let.
func TestClock(t *testing.T) {
	t.Parallel()
	real := machine()
	c := NewClock(func() time.Time { return real })
	c.set(morning(lastDay))
	c.set(morning(firstDay))
	real = real.Add(time.Hour)
	if got := c.Now(); !got.Equal(morning(lastDay)) {
		t.Errorf("the clock shows %s", got)
	}
	c.Run()
	real = real.Add(time.Minute)
	c.Run()
	real = real.Add(time.Minute)
	if got := c.Now(); !got.Equal(morning(lastDay).Add(2 * time.Minute)) {
		t.Errorf("the running clock shows %s", got)
	}
}
