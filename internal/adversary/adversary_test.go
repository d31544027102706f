package adversary_test

import (
	"flag"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var stepsFlag = flag.Int("adversary.steps", defaultSteps, "steps that are taken")

// A tale has so many steps, rests among them.
const shortest, longest = 30, 90

// inOneWorld is how many tales share a database: the audit reads all events of a world
// after every tale.
const inOneWorld = 12

// tales draws tales that begin with a publication. Rests come first among the names, so
// that what is made smaller becomes them.
func tales() *rapid.Generator[tale] {
	var names []string
	for _, x := range dos {
		names = append(names, slices.Repeat([]string{x.name}, x.weight)...)
	}
	one := rapid.Custom(func(t *rapid.T) step {
		return step{rapid.SampledFrom(names).Draw(t, "do"), rapid.IntRange(0, 9).Draw(t, "a"), rapid.IntRange(0, 1<<12-1).Draw(t, "b")}
	})
	return rapid.Custom(func(t *rapid.T) tale {
		return append(tale{{"publish", 0, 0}}, rapid.SliceOfN(one, shortest, longest).Draw(t, "steps")...)
	})
}

// TestAdversary tells tales until enough steps are taken; see the package's words.
func TestAdversary(t *testing.T) {
	must(t, flag.Set("rapid.checks", "1000000"))  // the property counts steps itself
	must(t, flag.Set("rapid.nofailfile", "true")) // the seed says as much
	t.Parallel()
	var w *world
	taken, told, found := 0, 0, false
	sum := map[string]int{}
	begun := time.Now()
	rapid.Check(t, func(r *rapid.T) {
		if taken >= *stepsFlag && !t.Failed() {
			return
		}
		if w == nil || told%inOneWorld == 0 {
			w = newWorld(t)
		}
		steps := tales().Draw(r, "tale")
		taken, told = taken+len(steps), told+1
		err := w.tell(steps)
		for what, n := range w.done {
			sum[what] += n
		}
		clear(w.done)
		if err != nil {
			if !found { // should it not fail again, this is all there is
				t.Logf("failed first: %#v\n%v", steps, err)
			}
			w, found = nil, true // what it left is no place for another tale
			r.Fatal(err)
		}
	})
	t.Logf("%d steps in %d tales, %.0f s: %v", taken, told, time.Since(begun).Seconds(), sum)
	for _, what := range []string{"publication", "suspended", "resumed", "deletion", "revocation", "early-deletion", "answer", "report", "open the inbox", "look", "carried"} {
		if sum[what] == 0 && taken >= 1000 {
			t.Errorf("in %d steps nothing was done of this: %s", taken, what)
		}
	}
}
