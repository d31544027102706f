package replan

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/internal/pg"
	"concordat/memoranda"
)

// memory is what earlier looks of this process found: under which plans live grounds
// had been put in force and stood on the day's plan, and for which reason. A plan is
// asked again when its reason is another, so a quiet day costs one reason for each
// question, however many plans stand. A process that starts anew asks them all.
//
// It holds for one text and one number of plan_switch rows, which are only ever added.
// Either says more: all is forgotten.
type memory struct {
	mu       sync.Mutex
	text     *plan.Text
	switches int64
	same     map[int32]sameFor // by the plan the grounds were put in force under
}

// sameFor is a question without its day and regions, and the reason of its answer.
type sameFor struct {
	question plan.Key
	reason   reason
}

// reason is a hash of all that the day's answer to a question depends on besides the
// text and what a plan's own row says, neither of which changes.
type reason [sha256.Size]byte

// answer is what a text says on a day, and why.
type answer struct {
	resolution memoranda.Resolution
	editions   []int32
	// readable: this programme reads every edition of the list type that stands.
	readable bool
	reason   reason
}

// look is one look at the plans, on one day, under the text that is held.
type look struct {
	text          *plan.Text
	editions      plan.EditionsOfDay
	organisations []party.Organisation
	// cast are, of each body, those who play it on the day.
	cast    map[string][]*party.Organisation
	answers map[plan.Key]answer
}

func (r *Replanner) newLook(ctx context.Context, tx *pg.Tx, text *plan.Text, organisations []party.Organisation, act enforcement.Act) (*look, error) {
	on := r.Record.Today(act.At)
	l := &look{text: text, organisations: organisations, cast: map[string][]*party.Organisation{}, answers: map[plan.Key]answer{}}
	var err error
	if l.editions, err = plan.ReadEditionsOfDay(ctx, tx, text, on); err != nil {
		return nil, err
	}
	for i := range l.organisations {
		o := &l.organisations[i]
		for _, part := range o.Bodies {
			if o.PlaysOn(part.Body, on) && !slices.Contains(l.cast[part.Body], o) {
				l.cast[part.Body] = append(l.cast[part.Body], o)
			}
		}
	}
	return l, nil
}

// ask answers a question of the day. There are many plans of few questions: each is
// answered once.
func (l *look) ask(question plan.Key) (answer, error) {
	if a, asked := l.answers[question]; asked {
		return a, nil
	}
	var a answer
	var err error
	if a.resolution, err = l.text.Resolve(question); err != nil {
		return a, err
	}
	a.editions, err = l.editions.Of(question.ListType, a.resolution.Editions)
	if _, person := errors.AsType[*enforcement.Refusal](err); err != nil && !person {
		return a, err
	}
	a.readable = err == nil
	slices.Sort(a.editions)
	a.reason = l.reason(a)
	l.answers[question] = a
	return a, nil
}

// reason hashes the editions, what is included of them, and of every body that is to
// act those who play it: all that the calendar and other processes can change. Each
// part says how long it is, so that no two reasons are written alike.
func (l *look) reason(a answer) (sum reason) {
	h := sha256.New()
	number := func(n int) { _ = binary.Write(h, binary.BigEndian, int64(n)) } // a hash takes every write
	text := func(s string) {
		number(len(s))
		_, _ = io.WriteString(h, s)
	}
	number(len(a.editions))
	for _, id := range a.editions {
		number(int(id))
	}
	number(len(a.resolution.Included))
	for _, in := range a.resolution.Included {
		text(in.Memorandum)
		text(in.Measure.Slug)
		text(string(in.Territory))
		text(fmt.Sprint(in.Inform))
		number(len(in.Bodies))
		for _, body := range in.Bodies {
			text(body)
			number(len(l.cast[body]))
			for _, o := range l.cast[body] {
				number(int(o.ID))
				text(string(o.Kind))
				text(o.Serves)
			}
		}
	}
	h.Sum(sum[:0])
	return sum
}

// same reports whether the day's plan has the lines and editions of a plan, and for
// which reason.
func (l *look) same(one standingPlan, lines []plan.Share) (sameFor, bool, error) {
	question := one.key
	question.Territory, question.Region = "", ""
	a, err := l.ask(question)
	if err != nil || !a.readable || !slices.Equal(a.editions, one.editions) {
		return sameFor{}, false, err
	}
	return sameFor{question, a.reason}, slices.EqualFunc(l.text.Assign(a.resolution, one.key, l.organisations).Shares, lines, plan.Share.Equal), nil
}

// outdated lists the plans that live grounds stand on and that are not the day's,
// each with the day's. stuck is why for some there is none: an edition that this
// programme cannot read. Nobody else enters a switch meanwhile: [oneReplanning].
func (r *Replanner) outdated(ctx context.Context, tx *pg.Tx, act enforcement.Act) (stands, days []int32, stuck, err error) {
	r.memory.mu.Lock()
	defer r.memory.mu.Unlock()
	text, organisations, err := r.Plans.HoldText(ctx, tx)
	if err != nil {
		return nil, nil, nil, err
	}
	l, err := r.newLook(ctx, tx, text, organisations, act)
	if err != nil {
		return nil, nil, nil, err
	}
	list, lines, err := r.toAsk(ctx, tx, l, act)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, one := range list {
		why, unchanged, err := l.same(one, lines[one.id])
		if err != nil {
			return nil, nil, nil, err
		}
		if unchanged { // as nearly all are on nearly all days
			r.memory.keep(one, why)
			continue
		}
		now, err := r.planOfDay(ctx, tx, text, one, l.organisations)
		if _, person := errors.AsType[*enforcement.Refusal](err); person {
			stuck = err
			continue
		}
		if err != nil {
			return nil, nil, nil, err
		}
		if now.ID != one.id {
			stands, days = append(stands, one.id), append(days, now.ID)
		}
	}
	return stands, days, stuck, nil
}

// toAsk are the plans that live grounds stand on and of which nothing is remembered
// for the reason of the day, with their lines.
func (r *Replanner) toAsk(ctx context.Context, tx *pg.Tx, l *look, act enforcement.Act) ([]standingPlan, map[int32][]plan.Share, error) {
	var switches int64
	if err := tx.Pgx().QueryRow(ctx, `SELECT count(*) FROM plan_switch`).Scan(&switches); err != nil {
		return nil, nil, fmt.Errorf("count the changes of plan: %w", err)
	}
	on := r.Record.Today(act.At)
	same, err := r.memory.recall(l, switches, func(question plan.Key) (answer, error) {
		question.On = on
		return l.ask(question)
	})
	if err != nil {
		return nil, nil, err
	}
	list, err := standingPlans(ctx, tx, on, same)
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	ids := make([]int32, len(list))
	for i := range list {
		ids[i] = list[i].id
	}
	lines, err := readLines(ctx, tx, ids)
	return list, lines, err
}

// recall returns the plans of which the day's answer is still the same.
func (m *memory) recall(l *look, switches int64, ask func(plan.Key) (answer, error)) ([]int32, error) {
	if m.text != l.text || m.switches != switches {
		m.text, m.switches, m.same = l.text, switches, map[int32]sameFor{}
	}
	same := make([]int32, 0, len(m.same))
	for birth, before := range m.same {
		a, err := ask(before.question)
		if err != nil {
			return nil, err
		}
		if a.readable && a.reason == before.reason {
			same = append(same, birth)
		}
	}
	return same, nil
}

// keep remembers why a plan is the day's. Of an older release's plan the question is
// not certain: it is asked every time.
func (m *memory) keep(one standingPlan, why sameFor) {
	if one.old {
		return
	}
	why.question.On = 0
	for _, birth := range one.births {
		m.same[birth] = why
	}
}
