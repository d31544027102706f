package ground

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Turn is one move under way: the case as it is locked, and what the move is going
// to write.
type Turn[C any] struct {
	Case C
	Head
	Move *Move
	Act  enforcement.Act
	// Today is the day of the act; the event's own day may lie before it, and clocks
	// start on it.
	Today day.Day
	// Next is where the move leads.
	Next  State
	Event record.Event
	// DoneOn is when the clocks stopped by it were done: today.
	DoneOn day.Day
	// Since is the day from which the clocks of the move run; none: from the event's own.
	Since day.Day
	// Term is the last day of the term after the move: Until, unless it changes it.
	Term day.Day
	// Then is done after the move has been carried out, in its transaction; nil: nothing.
	Then func(ctx context.Context, tx *pg.Tx) error

	life *Life[C]
	// standing is how the directives of the case stand, where the move changes them and it
	// was asked.
	standing directive.Standing
	asked    bool
	given    Given
	// file are the papers of the case, papers those that the move names, by field, and owed
	// what it did not wait for.
	file    []paper.Paper
	papers  map[string]paper.Paper
	owed    []paper.Purpose
	periods map[string]calendar.Period
	spared  []string
	columns []string
	values  []any
	done    bool
	logged  bool // its event is written
}

// Set gives columns of the case's row their values: names and values in turn.
func (t *Turn[C]) Set(pairs ...any) {
	for i := 0; i+1 < len(pairs); i += 2 {
		t.columns = append(t.columns, pairs[i].(string)) //nolint:errcheck // names are constants of the callers
		value := pairs[i+1]
		if list, ok := value.([]string); ok {
			value = pg.Array(list)
		}
		t.values = append(t.values, value)
	}
}

// From is the day from which a time counts that a claimed day begins: that day, where the
// field names a paper that proves it; else the later of it and today, on which it is
// recorded here. Nobody's time runs out before it is known.
func (t *Turn[C]) From(claimed day.Day, field string) day.Day {
	if _, proved := t.papers[field]; proved {
		return claimed
	}
	return max(claimed, t.Today)
}

// Spare leaves out clocks and tasks of the row, by kind, that the case does not know.
func (t *Turn[C]) Spare(kinds ...string) { t.spared = append(t.spared, kinds...) }

// Within gives a clock its length, where the list type of the case sets it.
func (t *Turn[C]) Within(kind string, p calendar.Period) {
	if t.periods == nil {
		t.periods = map[string]calendar.Period{}
	}
	t.periods[kind] = p
}

// Said is a text of the request in the form in which it is kept.
func (t *Turn[C]) Said(field string) string {
	text, _ := t.given[field].(string)
	return text
}

// Seal seals a text, in the form in which texts are kept, under the envelope of the case's
// subject; nothing seals as nothing.
func (t *Turn[C]) Seal(field, text string) ([]byte, error) {
	words := enforcement.Say(text)
	if words == "" {
		return nil, nil
	}
	return t.life.Grounds.Record.SealUnder(t.Subject, t.Envelope, field, []byte(words))
}

// NewTurn begins a move of a case that is locked; [Life.Do] makes it whole.
func (l *Life[C]) NewTurn(act enforcement.Act, row *Move, found C) *Turn[C] {
	t := &Turn[C]{Case: found, Head: l.Head(&found), Move: row, Act: act, Today: l.Grounds.Record.Today(act.At), life: l}
	t.Term, t.DoneOn = t.Until, t.Today
	t.Event = record.Event{Kind: row.Event, Subject: t.Subject, Ground: t.ID, Day: t.Today}
	if !row.Source.Ours && !row.Source.ByList {
		t.Event.LegalBasis = row.Source.Text
	}
	return t
}

// Carry writes the row, the clocks and the directives of the move, once; a move that
// goes on after them calls it itself. What is put in force with others, as by a round
// of publication, gets its directives there.
func (t *Turn[C]) Carry(ctx context.Context, tx *pg.Tx) error {
	if t.done {
		return nil
	}
	t.done = true
	t.common()
	if t.Move.Effect.changes() && !t.asked { // a move within another act
		asks := append([]pg.Ask{lockGround(tx, t.ID)}, t.standing.Ask(tx, t.ID)...)
		if err := tx.Together(ctx, asks...); err != nil {
			return fmt.Errorf("lock the directives of %s %s: %w", t.life.Slug, t.ID, err)
		}
	}
	err := t.life.Grounds.carry(ctx, tx, t.Act, &t.Event, grounded{t.Move.Effect, t.ID, t.Until, t.Term, t.SuspendedFor != "", t.standing})
	t.write(tx)
	t.clocks(tx)
	for _, kind := range t.Move.Opens {
		if slices.Contains(t.spared, kind) {
			continue
		}
		docket.OpenTasks(tx, []enforcement.ID{t.ID}, kind, t.Today)
	}
	t.owe(tx)
	return err
}

// CarryFirst is [Turn.Carry] for a move after which others follow in the same act: its
// event stands before theirs.
func (t *Turn[C]) CarryFirst(ctx context.Context, tx *pg.Tx) error {
	err := t.Carry(ctx, tx)
	t.Event.Key, t.logged = t.Act.Key, true
	t.life.Grounds.Record.Log(ctx, tx, t.Act, t.Event)
	return err
}

// CarryWithin is [Turn.Carry] for a move within another act, which has an event of its
// own.
func (t *Turn[C]) CarryWithin(ctx context.Context, tx *pg.Tx) error {
	err := t.Carry(ctx, tx)
	t.life.Grounds.Record.Log(ctx, tx, t.Act, t.Event)
	return err
}

// common sets the columns that the effect of a move sets for every kind.
func (t *Turn[C]) common() {
	effect, suspends := t.Move.Effect, t.life.Suspends
	if effect == EffectEnds || effect == EffectGivesUp {
		t.Set("ended_on", t.Today)
	}
	if effect == EffectEnds {
		t.Set("retain_until", t.Today.AddMonths(retentionMonths))
	}
	if suspends && effect == EffectSuspends {
		t.Set("suspended_for", t.Event.Reason, "suspended_on", t.Today, "suspended_by", t.Act.Actor.ID, "resumed_by", nil)
	}
	if suspends && (effect == EffectResumes || effect == EffectEnds) {
		t.Set("suspended_for", nil, "suspended_on", nil)
	}
}

// putInForce makes the directives of the case. Their event is the move's own.
func (t *Turn[C]) putInForce(ctx context.Context, tx *pg.Tx) error {
	return t.life.Grounds.PutInForceFrom(ctx, tx, t.Act, t.Event.Kind, []enforcement.ID{t.ID}, directive.Origin{RefersTo: t.Event.RefersTo, Document: t.Event.DocumentHash})
}

// Decide says of the ground what was decided today: the number of the decision, and
// the last day of its term.
func (t *Turn[C]) Decide(tx *pg.Tx, number string, until day.Day) {
	updateGround(tx, t.ID, "reference = ?, decided_on = ?, valid_until = ?", number, t.Today, until)
}

// write moves the row, which is locked.
func (t *Turn[C]) write(tx *pg.Tx) {
	q := tx.NewUpdate().Table(t.life.Rows).Set("state = ?", t.Next).Set("version = version + 1").Where("id = ?", t.ID)
	for i, column := range t.columns {
		q = q.Set("? = ?", bun.Ident(column), t.values[i])
	}
	tx.Later(q, "%s of %s %s", t.Move.Name, t.life.Slug, t.ID)
}

// clocks stops and starts what the table says.
func (t *Turn[C]) clocks(tx *pg.Tx) {
	for _, d := range t.Move.Starts {
		if slices.Contains(t.spared, d.Kind) {
			continue
		}
		if own, ok := t.periods[d.Kind]; ok {
			d.Period = own
		}
		d.Event = string(t.Event.Kind)
		from := t.Event.Day
		if !t.Since.IsZero() {
			from = t.Since
		}
		t.life.Grounds.Docket.StartClock(tx, t.Owner, t.ID, from, d)
	}
	if slices.Contains(t.Move.Stops, Every) {
		docket.StopClocks(tx, []enforcement.ID{t.ID}, t.DoneOn)
	} else {
		docket.StopClock(tx, t.ID, t.Move.Stops, t.DoneOn)
	}
}
