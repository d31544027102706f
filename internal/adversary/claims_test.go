package adversary_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A claim is one thing that somebody tries: what, and numbers that choose who, with what
// and how it is spoilt.
type claim struct {
	Do            string
	A, B, C, How  int
	Spoilt, Whose int
}

type claims []claim

// GoString is what rapid prints.
func (s claims) GoString() string {
	var text strings.Builder
	text.WriteString("claims{")
	for _, x := range s {
		fmt.Fprintf(&text, "{%q, %d, %d, %d, %d, %d, %d}, ", x.Do, x.A, x.B, x.C, x.How, x.Spoilt, x.Whose)
	}
	return strings.TrimSuffix(text.String(), ", ") + "}"
}

// claimed are the claims, and how often each is drawn.
var claimed = []struct {
	name   string
	weight int
	do     func(*office, claim) error
}{
	{"wait", 1, func(*office, claim) error { return nil }},
	{"go-on", 30, (*office).goOn},
	{"draft", 6, (*office).draft},
	{"subject", 4, (*office).enterSubject},
	{"case", 2, (*office).enterCase},
	{"any-door", 6, (*office).anyDoor},
	{"advance", 9, (*office).advance},
	{"correct", 3, (*office).correct},
	{"bar", 2, (*office).bar},
	{"brake", 2, (*office).brake},
	{"resume", 2, (*office).giveBack},
	{"end", 2, (*office).endOne},
}

func (o *office) do(c claim) error {
	for _, x := range claimed {
		if x.name == c.Do {
			return x.do(o, c)
		}
	}
	return fmt.Errorf("nobody knows how to %s", c.Do)
}

func manyClaims() *rapid.Generator[claims] {
	var names []string
	for _, x := range claimed {
		names = append(names, slices.Repeat([]string{x.name}, x.weight)...)
	}
	n := func(t *rapid.T, most int, label string) int { return rapid.IntRange(0, most).Draw(t, label) }
	one := rapid.Custom(func(t *rapid.T) claim {
		return claim{rapid.SampledFrom(names).Draw(t, "do"), n(t, 99, "a"), n(t, 99, "b"), n(t, 99, "c"), n(t, 99, "how"), n(t, 9, "spoilt"), n(t, 99, "whose")}
	})
	return rapid.Custom(func(t *rapid.T) claims {
		return append(claims{{Do: "draft"}}, rapid.SliceOfN(one, 60, 160).Draw(t, "claims")...)
	})
}

// TestClaims makes claims until enough are made; see the package's words.
func TestClaims(t *testing.T) {
	must(t, flag.Set("rapid.checks", "1000000"))  // the property counts steps itself
	must(t, flag.Set("rapid.nofailfile", "true")) // the seed says as much
	t.Parallel()
	made, sum, begun := 0, map[string]int{}, time.Now()
	var o *office
	told := 0
	rapid.Check(t, func(r *rapid.T) {
		if made >= *stepsFlag && !t.Failed() {
			return
		}
		if o == nil || told%inOneWorld == 0 {
			o = newOffice(t, told/inOneWorld%2 == 0)
		}
		list := manyClaims().Draw(r, "claims")
		made, told = made+len(list), told+1
		err := o.hear(list)
		for what, n := range o.done {
			sum[what] += n
		}
		clear(o.done)
		if err != nil {
			o = nil // what it left is no place for others
			r.Fatal(err)
		}
	})
	t.Logf("%d claims in %d tales, %.0f s: %v", made, told, time.Since(begun).Seconds(), sum)
	for _, what := range []string{"warning", "proposal", "signature", "service", "publication", "notice", "decision", "in force", "corrected", "barred"} {
		if sum[what] == 0 && made >= 1000 {
			t.Errorf("in %d claims nothing was done of this: %s", made, what)
		}
	}
}
