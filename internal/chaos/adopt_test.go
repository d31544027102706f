package chaos_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/replan"
	"concordat/internal/calendar"
	"concordat/memoranda"
	"concordat/notify"
)

const (
	adopted = "judgment-debtor-141"
	// stepReplan follows each transaction of a replanning.
	stepReplan = "replan"
	// added is the slug of the measure that the adopted edition brings.
	added = "made-for-chaos"
)

// adoptedFrom is the first day of the adopted edition: in the midst of the script,
// so that listings are published on both.
var adoptedFrom = firstDay.AddDays(8)

// nextEdition is the memorandum's text without every third of its measures, and
// with one more: a copy of the first that stays.
func nextEdition(t *testing.T, c *memoranda.Catalogue) (text []byte, repealed []string) {
	t.Helper()
	var present *memoranda.Memorandum
	for i := range c.Memoranda {
		if m := &c.Memoranda[i]; m.Slug == adopted && m.From <= firstDay {
			present = m
		}
	}
	if present == nil {
		t.Fatalf("no edition of %s", adopted)
	}
	const begins = "\n  - slug: "
	head, rest, _ := strings.Cut(string(present.Source()), begins)
	blocks := strings.Split(rest, begins)
	if len(blocks) != len(present.Measures) {
		t.Fatalf("%d blocks of %d measures", len(blocks), len(present.Measures))
	}
	var out strings.Builder
	for line := range strings.Lines(head) {
		switch {
		case strings.HasPrefix(line, "  edition:"):
			line = "  edition: \"chaos\"\n"
		case strings.HasPrefix(line, "  from:"):
			line = "  from: " + adoptedFrom.String() + "\n"
		case strings.HasPrefix(line, "  counted:"):
			continue
		}
		out.WriteString(line)
	}
	for n, block := range blocks {
		slug, words, _ := strings.Cut(block, "\n")
		if n%3 == 1 {
			repealed = append(repealed, adopted+"/"+slug)
			continue
		}
		out.WriteString(begins + block)
		if n == 0 {
			out.WriteString(begins + added + "\n" + words)
		}
	}
	return []byte(out.String()), repealed
}

// attest enters a statement, marked as made for demonstration, that covers the next
// edition.
func (s *scene) attest(t *testing.T, text []byte) {
	t.Helper()
	c := s.register.Plans.Catalogue()
	next, m, err := memoranda.Next(c, "chaos.yaml", text)
	must(t, err)
	of := memoranda.Attestation{
		Who: memoranda.Attester{Name: "演示核定", Role: "仅供演示"}, When: firstDay, Source: "made", Memorandum: m.Slug, Edition: m.Edition, Demonstration: true,
	}
	for i := range m.Measures {
		if one := &m.Measures[i]; one.Evidence != memoranda.Unverified {
			of.Measures = append(of.Measures, one.Slug)
		}
	}
	of.Hash = next.AttestedHash(of)
	attests := operatorAct("chaos/attest")
	attests.Actor.Role = enforcement.Lawyer
	_, err = s.register.Plans.Attest(t.Context(), attests, of, next)
	must(t, err)
}

// operatorAct is how an edition is adopted: on the day of delivery.
func operatorAct(key string) enforcement.Act {
	return enforcement.Act{At: calendar.Start(delivery).Add(10 * time.Hour), Key: key, Actor: enforcement.Actor{ID: "adopts", Role: enforcement.Operator}}
}

// adopt is the adopting process: it switches the edition, and has directives follow
// again and again, as the daily round does.
func (w *worker) adopt(ctx context.Context) error {
	text, err := os.ReadFile(w.order.Adopt)
	if err != nil {
		return err
	}
	if _, err := w.register.Plans.SwitchEdition(ctx, operatorAct("chaos/adopt"), "chaos.yaml", text); err != nil && ctx.Err() == nil {
		return err
	}
	for ctx.Err() == nil {
		act := operatorAct("")
		if _, err := w.register.Replanner.ResumeAdoptions(ctx, act, func(replan.Progress) { w.line.step(stepReplan) }); err != nil && ctx.Err() == nil {
			return err
		}
		time.Sleep(retryIn) // the others go on publishing
	}
	return nil
}

// An edition is adopted while listings are published, ended and delivered; the
// adopting process is killed at its commits and between them, again and again, and
// so is the worker. At the end no directive keeps a repealed measure in the record
// or at any recipient, the measure that the edition brings has arrived, and the
// events tell it all.
func TestAdoptionUnderKill(t *testing.T) {
	t.Parallel()
	const lives = 120
	seed := rand.Uint64N(1_000_000)
	if *seedFlag != 0 {
		seed = *seedFlag
	}
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0x61646f7074))
	s := newScene(t, seed)
	text, repealed := nextEdition(t, s.register.Plans.Catalogue())
	s.attest(t, text)
	file := filepath.Join(t.TempDir(), "chaos.yaml")
	must(t, os.WriteFile(file, text, 0o600))

	first := s.start(t, s.order(seed, lives, nil))
	go first.attend(&death{after: 2500, at: notify.StepAfterAttempt})
	for s.burdened() < 40 {
		select {
		case <-first.ended:
			t.Fatal("the worker died before it had sent anything")
		case <-time.After(time.Millisecond):
		}
	}
	adopting := s.order(seed, lives, nil)
	adopting.Adopt = file
	for n, at := range []string{stepBeforeCommit, stepAfterCommit, stepReplan, stepBeforeCommit, stepReplan} {
		p := s.start(t, adopting)
		p.attend(&death{after: 1 + n + random.IntN(6), at: at})
	}
	adopter := s.start(t, adopting)
	go adopter.attend(nil)
	<-first.ended
	second := s.start(t, s.order(seed, lives, s.finished(script(seed, lives))))
	go second.attend(nil)
	s.nothingDue(t, second, patience)
	must(t, adopter.input.Close())
	<-adopter.ended

	done, err := s.register.Replanner.ResumeAdoptions(t.Context(), operatorAct(""), nil)
	must(t, err)
	s.settle(t, second)
	if f := s.check(t); !f.none() {
		t.Errorf("%v", f)
	}
	s.repealedEverywhere(t, repealed)
	t.Logf("at the end %+v followed; %d versions by change of plan", done, s.count(t, `SELECT count(*) FROM amendment WHERE plan_id IS NOT NULL`))
	for what, sql := range map[string]string{
		"adoptions that are complete":            `SELECT count(*) FROM adoption WHERE completed_at IS NOT NULL`,
		"versions that followed and arrived":     `SELECT count(*) FROM amendment WHERE plan_id IS NOT NULL AND step = 'acknowledged'`,
		"directives made under the old edition":  `SELECT count(*) FROM directive d JOIN plan_switch s ON s.from_plan = d.plan_id`,
		"directives published on the new one":    `SELECT count(*) FROM directive d JOIN ground g ON g.id = d.ground_id AND g.plan_id = d.plan_id JOIN plan_switch s ON s.to_plan = g.plan_id`,
		"directives that carry what was brought": `SELECT count(*) FROM amendment a JOIN measure m ON m.id = ANY (a.measures) WHERE m.slug = '` + added + `'`,
	} {
		if s.count(t, sql) == 0 {
			t.Errorf("no %s: the test shows little", what)
		}
	}
}

// repealedEverywhere demands that nobody holds or shall hold what was repealed, and
// that what the edition brought is held.
func (s *scene) repealedEverywhere(t *testing.T, repealed []string) {
	t.Helper()
	brought := 0
	for _, d := range s.departments {
		for id, entry := range d.Ledger.Snapshot() {
			for _, m := range entry.Measures {
				if slices.Contains(repealed, m) {
					t.Errorf("department %d holds %s of directive %s in version %d", d.org, m, id, entry.Version)
				}
				if m == adopted+"/"+added {
					brought++
				}
			}
		}
		for id, w := range s.wanted(t, d.org) {
			for _, m := range w.measures {
				if slices.Contains(repealed, m) {
					t.Errorf("directive %s of department %d is to carry %s in version %d", id, d.org, m, w.version)
				}
			}
		}
	}
	if brought == 0 {
		t.Error(fmt.Errorf("nobody holds %s", added))
	}
}
