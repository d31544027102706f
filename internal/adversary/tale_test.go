package adversary_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/party"
	"concordat/memoranda/day"
)

// step is one step of a tale: what is done, and two numbers that choose with what. A step
// that has nothing to work on does nothing.
type step struct {
	Do   string
	A, B int
}

// tale is a list of steps. It is printed without its rests.
type tale []step

// GoString is what rapid prints.
func (s tale) GoString() string {
	var text strings.Builder
	text.WriteString("tale{")
	for _, x := range s {
		if x.Do != rest {
			fmt.Fprintf(&text, "{%q, %d, %d}, ", x.Do, x.A, x.B)
		}
	}
	return strings.TrimSuffix(text.String(), ", ") + "}"
}

const rest = "rest"

// dos are the steps, what they do, and how often each is drawn.
var dos = []struct {
	name   string
	weight int
	do     func(*telling, step) error
}{
	// In this order: what is drawn is seldom far down.
	{rest, 1, func(*telling, step) error { return nil }},
	{"publish", 4, (*telling).publish},
	{"behave", 6, (*telling).behave},
	{"wait", 4, (*telling).wait},
	{"end", 4, (*telling).end},
	{"answer", 5, (*telling).answer},
	{"report", 5, (*telling).report},
	{"answer-held", 4, (*telling).answerHeld},
	{"suspend", 3, (*telling).suspend},
	{"resume", 4, (*telling).resume},
	{"open", 3, (*telling).open},
	{"look", 2, (*telling).look},
	{"repeat", 2, (*telling).repeat},
	{"restart", 1, (*telling).restart},
	{"advance", 2, (*telling).advance},
	{"answer-other", 2, (*telling).answerOther},
	{"correct", 1, (*telling).correct},
	{"extend", 1, (*telling).extend},
	{"forge", 1, (*telling).forge},
	{"replay", 2, (*telling).replay},
}

// do takes a step.
func (t *telling) do(s step) error {
	for _, x := range dos {
		if x.name == s.Do {
			return x.do(t, s)
		}
	}
	return fmt.Errorf("nobody knows how to %s", s.Do)
}

// telling is a tale being told, with its model of what ought to be.
type telling struct {
	*world
	subjects []subject
	listings []*modelled
}

type subject struct {
	id       string
	identity party.Identity
}

// modelled is what the model believes of a listing: what courts were answered.
type modelled struct {
	id        string
	subject   *subject
	gives     map[enforcement.OrganisationID][]string // slugs of measures that were foreseen, by who is to carry them
	fixed     bool
	until     day.Day
	extended  bool
	suspended bool
	ended     bool
	// endedAt is when the answer to the end was there.
	endedAt time.Time
}

func (m *modelled) end() { m.ended, m.suspended, m.endedAt = true, false, machine() }

// tell tells a tale to its end: when all are honest again everything must be right, and
// again when all that it listed is ended.
func (w *world) tell(steps tale) error {
	w.AdvanceTo(enforcetest.Start)
	t := &telling{world: w}
	for n, s := range steps {
		if err := t.do(s); err != nil {
			return fmt.Errorf("step %d, %s: %w", n, s.Do, err)
		}
	}
	if err := t.rest(); err != nil {
		return err
	}
	for _, m := range t.listings {
		if err := t.endOne(m, 0); err != nil {
			return fmt.Errorf("end what is left: %w", err)
		}
	}
	if err := t.rest(); err != nil {
		return fmt.Errorf("after the end of everything: %w", err)
	}
	return nil
}

// pick chooses among the listings for which is says true; nil if there is none.
func (t *telling) pick(n int, is func(*modelled) bool) *modelled {
	var list []*modelled
	for _, m := range t.listings {
		if is(m) {
			list = append(list, m)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[n%len(list)]
}

// wait lets the workers work for a moment.
func (t *telling) wait(s step) error {
	for end := time.Now().Add(time.Duration(20+s.B%5*40) * time.Millisecond); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if lanes, err := t.Directives.Lanes(t.t.Context(), t.Day()); err != nil || len(lanes) == 0 {
			return err
		}
	}
	return nil
}

// restart breaks the worker off, whatever it is sending, and starts another.
func (t *telling) restart(step) error {
	err := t.worker.end(t.t.Context())
	t.start()
	return err
}

// advance moves the day on; the daily round does what is due, ends terms among it.
func (t *telling) advance(s step) error {
	t.Advance([]int{1, 3, 40, 400, 800}[s.A%5])
	_, _, refused, err := t.Daily(t.t.Context(), t.System(), nil)
	if err != nil || len(refused) > 0 {
		return fmt.Errorf("the daily round refused %v: %w", refused, err)
	}
	for _, m := range t.listings {
		if m.fixed && !m.ended && m.until < t.Day() {
			m.end()
			t.done["expired"]++
		}
	}
	return nil
}

// known are the newest directives that a department's ledger has: as many as a tale gives it.
func (t *telling) known(d *department) []uuid.UUID {
	ids := slices.Collect(maps.Keys(d.ledger.Snapshot()))
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }) // by when they were made
	return ids[max(0, len(ids)-mostListings):]
}
