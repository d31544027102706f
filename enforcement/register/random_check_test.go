package register_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/ground"
	"concordat/memoranda/day"
)

// quiesce brings everything to rest: open attempts are recovered, all that is
// due is sent and acknowledged, the inbox is opened, and at last every message
// of the life arrives once more, the newest first. Then it checks.
func (l *life) quiesce() error {
	if err := l.crash(step{}); err != nil {
		return err
	}
	for pass := 0; ; pass++ {
		lanes, err := l.Directives.Lanes(l.t.Context(), l.Day())
		if err != nil {
			return err
		}
		if len(lanes) == 0 {
			break
		}
		if pass == 10 {
			return fmt.Errorf("something is always due: %v", lanes)
		}
		for _, lane := range lanes {
			m, err := l.due(lane, 1000)
			if err != nil || m == nil {
				return fmt.Errorf("lane %v is due and has nothing: %w", lane, err)
			}
			if err := l.attempt(m); err != nil {
				return err
			}
			m.open, m.delivered = false, true
			l.ledgers[lane.Organisation].apply(m.items...)
			if err := l.Directives.Settle(l.t.Context(), l.System(), m.attempt, all(len(m.attempt.Directives), directive.Acknowledged)); err != nil {
				return err
			}
		}
	}
	for _, m := range slices.Backward(l.messages) {
		l.ledgers[m.lane.Organisation].apply(m.items...)
		for _, i := range m.placed {
			a := []directive.Answer{{Directive: m.attempt.Directives[i], Version: m.attempt.Versions[i], Step: directive.Delivered}}
			if err := l.Directives.Answer(l.t.Context(), officer(l.Bundle, m.lane.Organisation), a); err != nil {
				return err
			}
		}
		m.placed = nil
	}
	return l.check()
}

// check compares the model, the record and the receivers, and asks what must
// hold over everything.
func (l *life) check() error {
	var wrong []error
	ids := make([]enforcement.ID, 0, len(l.grounds))
	model := map[enforcement.ID]*modelled{}
	for _, g := range l.grounds {
		ids, model[g.id] = append(ids, g.id), g
		if !g.listing {
			continue
		}
		now := state(l.t, l.Bundle, g.id)
		if now.State != g.state || (now.SuspendedFor != "") != g.suspended || now.Until() != g.until {
			wrong = append(wrong, fmt.Errorf("listing %s is %s (suspended %q) until %q, the model says %s (%v) until %q",
				g.id, now.State, now.SuspendedFor, now.Until(), g.state, g.suspended, g.until))
		}
	}
	reached := map[enforcement.ID]int{}
	for _, r := range recordOf(l.t, l.Bundle, ids...) {
		g := model[r.ground]
		reached[g.id]++
		var want []int16
		var until day.Day
		if g.live() && !g.suspended {
			want, until = r.first, g.until
		}
		if len(r.set) != len(want) || r.due {
			wrong = append(wrong, fmt.Errorf("directive %s is at version %d (%s %s, due %v) with %v, the model says %v", r.id, r.version, r.kind, r.step, r.due, r.set, want))
		}
		if err := l.ledgers[r.organisation].holds(r, want, until); err != nil {
			wrong = append(wrong, err)
		}
		if r.step == directive.Queued || r.step == directive.Left {
			wrong = append(wrong, fmt.Errorf("directive %s rests at version %d, %s %s", r.id, r.version, r.kind, r.step))
		}
	}
	for _, g := range l.grounds {
		if published := g.live() || (listingTable.IsEnded(g.state) && g.state != ground.Abandoned); published != (reached[g.id] > 0) {
			wrong = append(wrong, fmt.Errorf("ground %s is %s and has %d directives", g.id, g.state, reached[g.id]))
		}
	}
	return errors.Join(append(wrong, l.global())...)
}

// holdsAlways are queries over everything that yield the number of rows that
// must not be, by the number of their invariant.
var holdsAlways = map[string]string{
	"4: a term by its grounds":                    `SELECT count(*) FROM listing WHERE published_on IS NOT NULL AND (conducts = '{1}') <> (term_until IS NULL)`,
	"9: a directive of what was not published":    `SELECT count(*) FROM directive d JOIN listing l ON l.id = d.ground_id WHERE l.published_on IS NULL`,
	"28: a measure that is not in the plan":       `SELECT count(*) FROM directive d WHERE NOT EXISTS (SELECT FROM plan_line p WHERE p.plan_id = d.plan_id AND p.organisation_id = d.organisation_id AND p.measures = d.measures)`,
	"32: not one withdrawal of what left":         `SELECT count(*) FROM directive d JOIN ground g ON g.id = d.ground_id WHERE g.state = 'ended' AND (SELECT count(*) FROM amendment a WHERE a.directive_id = d.id AND a.kind = 'withdraw' AND (a.step <> 'cancelled' OR d.step = 'cancelled')) <> 1`,
	"34: sent after its end, or due":              `SELECT count(*) FROM amendment a JOIN amendment w ON w.directive_id = a.directive_id AND w.kind = 'withdraw' WHERE a.version > w.version OR (a.version < w.version AND a.due)`,
	"35: a directive without a ground in force":   `SELECT count(*) FROM directive d JOIN ground g ON g.id = d.ground_id WHERE g.state IN ('ended', 'pending') AND NOT EXISTS (SELECT FROM amendment a WHERE a.directive_id = d.id AND a.kind = 'withdraw')`,
	"46: ended and no day of retention":           `SELECT count(*) FROM listing WHERE published_on IS NOT NULL AND ended_on IS NOT NULL AND retain_until IS NULL`,
	"49: an event that names nobody":              `SELECT count(*) FROM event WHERE actor = '' OR role = ''`,
	"of two due versions of a directive one is":   `SELECT count(*) FROM (SELECT directive_id FROM (SELECT id AS directive_id FROM directive WHERE due UNION ALL SELECT directive_id FROM amendment WHERE due) x GROUP BY 1 HAVING count(*) > 1) y`,
	"a wake-up or an attempt for what nobody has": `SELECT count(*) FROM attempt WHERE settled_at IS NULL`,
}

func (l *life) global() error {
	var wrong []error
	for what, sql := range holdsAlways {
		if n := l.Count(sql); n != 0 {
			wrong = append(wrong, fmt.Errorf("%d rows: %s", n, what))
		}
	}
	audit, err := l.Auditor.Directives(l.t.Context(), nil)
	for _, f := range audit.Findings {
		wrong = append(wrong, fmt.Errorf("audit: %s", f))
	}
	return errors.Join(append(wrong, err)...)
}

// stories draws the steps of a life.
func stories() *rapid.Generator[[]step] {
	names := make([]string, 0, len(dos))
	for _, name := range []string{ // the order decides what a shrunk life looks like
		"publish", "publish-term", "order", "grace", "send", "send-more", "deliver", "settle", "end", "end-other", "suspend", "resume",
		"extend", "correct", "read-due", "overtake", "crash", "deliver-again", "settle-more", "answer", "look", "answer-unsent", "advance",
	} {
		if dos[name] != nil {
			names = append(names, name)
		}
	}
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{rapid.SampledFrom(names).Draw(t, "do"), rapid.IntRange(0, 11).Draw(t, "a"), rapid.IntRange(0, 1<<24-1).Draw(t, "b")}
	}), 1, 40)
}

// inOneWorld is how many lives share a database before the next is made: the
// audit reads all events of a world after every life.
const inOneWorld = 40

// Random lives: whatever is done, sent, lost, repeated, delayed or crashed, at
// rest the receivers hold what the record says, the record says what the acts
// amount to, and the events alone tell the same.
func TestRandomLives(t *testing.T) {
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == "rapid.checks" })
	if !set {
		must(t, flag.Set("rapid.checks", lives))
	}
	t.Parallel()
	var w *world
	rapid.Check(t, func(r *rapid.T) {
		if w == nil || w.led == inOneWorld {
			w = newWorld(t)
		}
		if err := w.lead(stories().Draw(r, "life")); err != nil {
			w = nil // what it left is no place for another life
			r.Fatal(err)
		}
	})
}

// fewTimes lets a property be tried fewLives times, for [TestRandomLives] sets rapid's own
// count for the package. What failed is tried again, so that it can be made smaller.
func fewTimes(t *testing.T, property func(*rapid.T)) func(*rapid.T) {
	tried := 0
	return func(r *rapid.T) {
		if tried++; tried <= fewLives || t.Failed() {
			property(r)
		}
	}
}

// A check that finds nothing shows nothing: a withdrawal that is lost and yet
// recorded as acknowledged is found in every life in which it happens.
func TestDroppedWithdrawalIsFound(t *testing.T) {
	t.Parallel()
	script := []step{{"publish", 0, 0}, {"publish-term", 1, 0}, {"send", 0, 4}, {"deliver", 0, 0}, {"settle", 0, 1<<24 - 1}, {"end", 0, 1}, {"end", 0, 0}}
	tales := [][]step{script}
	for seed := range 8 {
		tales = append(tales, stories().Example(seed))
	}
	found := 0
	for _, tale := range tales {
		w := newWorld(t)
		must(t, w.lead(tale))
		dropped := enforcement.ID{}
		w.swallow = func(i directive.Item) bool {
			if i.Kind == directive.Withdraw && dropped.IsZero() {
				dropped = i.Directive
			}
			return i.Directive == dropped && i.Kind == directive.Withdraw
		}
		err := w.lead(tale)
		if (err != nil) != !dropped.IsZero() {
			t.Errorf("the withdrawal of %q was dropped, and the check says %v", dropped, err)
		}
		if err != nil {
			found++
		}
	}
	if found < 3 {
		t.Errorf("only %d lives dropped a withdrawal: the test shows little", found)
	}
}
