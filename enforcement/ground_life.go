package enforcement

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Head is what cases of every kind have in common.
type Head struct {
	ID, Subject ID
	Owner       OrganisationID
	State       State
	Version     int
	ListType    string
	SubjectKind memoranda.SubjectKind
	// Serves is the region that the owner serves, Region the subject's; empty: not known.
	Serves, Region string
	// Until is the last day of its term; none: until its reason ends.
	Until        day.Day
	SuspendedFor string
	DraftedBy    string
	// Envelope is the subject's, wrapped.
	Envelope []byte
}

// Life is one kind of case over the record: its table of moves, and where its rows
// stand. What a kind has of its own beyond that are facts and checks.
type Life[C any] struct {
	*Table

	// Enum is the enumeration of its states; Select reads cases with the row as l, Scan
	// one of them. Lock names what is locked with a case.
	Enum, Select, Lock string
	Scan               func(pgx.CollectableRow) (C, error)
	Head               func(*C) Head
	// May refuses what the case itself rules out, beyond its state and before anything is
	// said of it; those who are offered a move have passed it.
	May map[MoveName]func(c *C, today day.Day) error
	// Bars refuses what facts beside the case rule out, likewise.
	Bars map[MoveName]func(ctx context.Context, tx *pg.Tx, c *C, today day.Day) error
	// Last is the last day on which a move is possible, where the case sets one.
	Last map[MoveName]func(c *C) day.Day

	Register *Register
}

// Change names a case and the version its caller has seen; 0 is any.
type Change struct {
	Ground  ID
	Version int
}

// Read returns one case of the actor's own organisation; another's is not found.
// Overseers read every one.
func (l *Life[C]) Read(ctx context.Context, act Act, id ID) (c C, err error) {
	if err := act.check(append([]Role{Overseer, System}, l.People...)...); err != nil {
		return c, err
	}
	rows, err := l.Register.db.Pool.Query(ctx, l.Select+` WHERE l.id = $1`, id)
	if err != nil {
		return c, fmt.Errorf("read %s %s: %w", l.Slug, id, err)
	}
	found, err := pgx.CollectExactlyOneRow(rows, l.Scan)
	if err != nil {
		return c, notFound(err, "read "+l.Slug+" "+id.String())
	}
	if act.Actor.Role != Overseer {
		if err := act.ofOwner(l.Head(&found).Owner); err != nil {
			return c, err
		}
	}
	return found, nil
}

// Wanted picks cases for a list: those after an id, of a state and a list type;
// empty ones are any.
type Wanted struct {
	State    State
	ListType string
	After    ID
	Limit    int
}

// List lists the cases of the actor's organisation, an overseer's all, by id.
func (l *Life[C]) List(ctx context.Context, act Act, w Wanted) ([]C, error) {
	if err := act.check(append([]Role{Overseer, System}, l.People...)...); err != nil {
		return nil, err
	}
	owner := act.Actor.Organisation
	if act.Actor.Role == Overseer || act.Actor.Role == System {
		owner = 0
	}
	rows, err := l.Register.db.Pool.Query(ctx, l.Select+` WHERE ($1 = 0 OR `+l.OwnerColumn+` = $1) AND ($2 = '' OR l.state::text = $2)
		AND ($3 = '' OR `+l.ListColumn+` = $3) AND l.id > $4 ORDER BY l.id LIMIT $5`, int32(owner), string(w.State), w.ListType, [16]byte(w.After), w.Limit)
	if err != nil {
		return nil, fmt.Errorf("list cases of kind %s: %w", l.Slug, err)
	}
	return pgx.CollectRows(rows, l.Scan)
}

// Foresee tells what a case would reach if it were published on the act's day, what
// it would not and why, and which bodies nobody stands for.
func (l *Life[C]) Foresee(ctx context.Context, act Act, id ID) ([]PlanLine, []memoranda.Exclusion, []Gap, error) {
	c, err := l.Read(ctx, act, id)
	if err != nil {
		return nil, nil, nil, err
	}
	h := l.Head(&c)
	return l.Register.foresee(ctx, planKey{memoranda.OnListing, h.ListType, h.SubjectKind, h.Serves, h.Region, l.Register.Today(act.At)})
}

// lock reads a case for change within the transaction, whoever's it is;
// pgx.ErrNoRows if there is none.
func (l *Life[C]) lock(ctx context.Context, tx *pg.Tx, id ID) (c C, err error) {
	list, err := l.lockWhere(ctx, tx, `l.id = $1`, id)
	if err == nil && len(list) == 0 {
		err = pgx.ErrNoRows
	}
	if err != nil {
		return c, fmt.Errorf("lock %s %s: %w", l.Slug, id, err)
	}
	return list[0], nil
}

// lockWhere locks the cases of which a condition is true, by id.
func (l *Life[C]) lockWhere(ctx context.Context, tx *pg.Tx, condition string, args ...any) (list []C, err error) {
	err = tx.Pgx(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, l.Select+` WHERE `+condition+` FOR NO KEY UPDATE OF `+l.Lock, args...)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, l.Scan)
		return err
	})
	return list, err
}

// lockOwn is lock for the owner's people, who may have seen a version of it.
func (l *Life[C]) lockOwn(ctx context.Context, tx *pg.Tx, act Act, c Change) (C, error) {
	found, err := l.lock(ctx, tx, c.Ground)
	if errors.Is(err, pgx.ErrNoRows) {
		err = refuse("not-found")
	}
	if err != nil {
		return found, err
	}
	h := l.Head(&found)
	if err := act.ofOwner(h.Owner); err != nil {
		return found, err
	}
	if c.Version != 0 && c.Version != h.Version {
		return found, refuse("version.stale")
	}
	return found, nil
}

// Turn is one move under way: the case as it is locked, and what the move is going
// to write.
type Turn[C any] struct {
	Case C
	Head
	Move *Move
	Act  Act
	// Today is the day of the act; the event's own day may lie before it, and clocks
	// start on it.
	Today day.Day
	// Next is where the move leads.
	Next  State
	Event event
	// DoneOn is when the clocks stopped by it were done: today.
	DoneOn day.Day
	// Until is the new last day, for a move that changes it.
	Term day.Day

	life    *Life[C]
	periods map[string]calendar.Period
	columns []string
	values  []any
	done    bool
}

// Set gives columns of the case's row their values: names and values in turn.
func (t *Turn[C]) Set(pairs ...any) {
	for i := 0; i+1 < len(pairs); i += 2 {
		t.columns = append(t.columns, pairs[i].(string)) //nolint:errcheck // names are constants of the callers
		t.values = append(t.values, pairs[i+1])
	}
}

// Within gives a clock its length, where the list type of the case sets it.
func (t *Turn[C]) Within(kind string, p calendar.Period) {
	if t.periods == nil {
		t.periods = map[string]calendar.Period{}
	}
	t.periods[kind] = p
}

// Seal seals a text under the envelope of the case's subject; nothing seals as
// nothing.
func (t *Turn[C]) Seal(field, text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	return t.life.Register.sealUnder(t.Subject, t.Envelope, field, []byte(text))
}

// Do makes one move of one case, in one transaction with its event: who may, what
// is needed, the state and what the case itself rules out are asked by the table;
// fn checks the rest and says what is written; then the row, the clocks and the
// directives follow as the table says. Of several moves behind one door the state
// picks. What a move puts in force no hold and no doubt may stop, and the event is
// that of its directives.
func (l *Life[C]) Do(ctx context.Context, act Act, c Change, given Given, fn func(ctx context.Context, tx *pg.Tx, t *Turn[C]) error, moves ...MoveName) error {
	first := l.Move(moves[0])
	if err := first.mayAct(act); err != nil {
		return err
	}
	if len(moves) == 1 {
		if err := first.asked(act, given); err != nil {
			return err
		}
	}
	one := func(ctx context.Context, tx *pg.Tx, act Act) (*event, error) {
		found, err := l.lockOwn(ctx, tx, act, c)
		if err != nil {
			return nil, err
		}
		t := l.turn(act, l.pick(l.Head(&found).State, moves), found)
		if t.Next, err = t.Move.Answer(act, given, t.Head); err != nil {
			return nil, err
		}
		if err := l.may(&found, t.Move, act); err != nil {
			return nil, err
		}
		if err := fn(ctx, tx, t); err != nil {
			return nil, err
		}
		if t.Move.Effect == EffectInForce {
			if err := t.putInForce(ctx, tx); err != nil {
				return nil, err
			}
		}
		return &t.Event, t.Carry(ctx, tx)
	}
	if first.Effect == EffectInForce {
		return l.Register.performs(ctx, act, func(ctx context.Context, tx *pg.Tx, act Act) error {
			_, err := one(ctx, tx, act)
			return err
		})
	}
	_, err := l.Register.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) { return one(ctx, tx, act) })
	return err
}

func (l *Life[C]) turn(act Act, row *Move, found C) *Turn[C] {
	t := &Turn[C]{Case: found, Head: l.Head(&found), Move: row, Act: act, Today: l.Register.Today(act.At), life: l}
	t.Term, t.DoneOn = t.Until, t.Today
	t.Event = event{Kind: row.Event, Subject: t.Subject, Ground: t.ID, Day: t.Today}
	if !row.Source.Ours && !row.Source.ByList {
		t.Event.LegalBasis = row.Source.Text
	}
	return t
}

// pick returns the first of the moves that the state allows, or the first.
func (l *Life[C]) pick(s State, moves []MoveName) *Move {
	for _, name := range moves {
		if m := l.Move(name); slices.Contains(m.From, s) || slices.Contains(m.Stays, s) {
			return m
		}
	}
	return l.Move(moves[0])
}

// offered is the one place that says whether somebody may make a move of a case
// now, and where it leads. What the move says itself is not asked yet.
func (l *Life[C]) offered(c *C, m *Move, act Act) (State, error) {
	h := l.Head(c)
	if err := m.mayAct(act); err != nil {
		return h.State, err
	}
	next, err := m.stands(act, h)
	if err != nil {
		return next, err
	}
	return next, l.may(c, m, act)
}

// may refuses what the case itself rules out.
func (l *Life[C]) may(c *C, m *Move, act Act) error {
	if may := l.May[m.Name]; may != nil {
		return may(c, l.Register.Today(act.At))
	}
	return nil
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
	if err := t.write(ctx, tx); err != nil {
		return err
	}
	if err := t.clocks(ctx, tx); err != nil {
		return err
	}
	return t.life.Register.carry(ctx, tx, t.Act, &t.Event, grounded{t.Move.Effect, t.ID, t.Until, t.Term, t.SuspendedFor != ""})
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
		t.Set("suspended_for", t.Event.Reason, "suspended_on", t.Today)
	}
	if suspends && (effect == EffectResumes || effect == EffectEnds) {
		t.Set("suspended_for", nil, "suspended_on", nil)
	}
}

// putInForce makes the directives of the case, unless a restoration put it in doubt
// or a hold stops it. Their event is the move's own.
func (t *Turn[C]) putInForce(ctx context.Context, tx *pg.Tx) error {
	_, refused, err := t.life.passing(ctx, tx, []C{t.Case}, func(*C) error { return nil })
	if err == nil && len(refused) > 0 {
		return refused[0].Because
	}
	if err != nil {
		return err
	}
	return t.life.Register.putInForceFrom(ctx, tx, t.Act, t.Event.Kind, []ID{t.ID}, origin{t.Event.RefersTo, t.Event.DocumentHash})
}

// Decide says of the ground what was decided today: the number of the decision, and
// the last day of its term.
func (t *Turn[C]) Decide(ctx context.Context, tx *pg.Tx, number string, until day.Day) error {
	return updateGround(ctx, tx, t.ID, `reference = $2, decided_on = $3::date, valid_until = $4::date`, number, t.Today, until)
}

// write moves the row, on the condition that nobody else moved it.
func (t *Turn[C]) write(ctx context.Context, tx *pg.Tx) error {
	var b strings.Builder
	b.WriteString(`UPDATE ` + t.life.Rows + ` SET state = $3::text::` + t.life.Enum + `, version = version + 1`)
	for i, column := range t.columns {
		b.WriteString(`, ` + column + ` = $` + strconv.Itoa(i+4))
	}
	b.WriteString(` WHERE id = $1 AND version = $2`)
	return tx.Pgx(func(p pgx.Tx) error {
		tag, err := p.Exec(ctx, b.String(), append([]any{t.ID, t.Version, string(t.Next)}, t.values...)...)
		if err != nil {
			return fmt.Errorf("%s of %s %s: %w", t.Move.Name, t.life.Slug, t.ID, err)
		}
		if tag.RowsAffected() != 1 {
			return refuse("version.stale")
		}
		return nil
	})
}

// clocks stops and starts what the table says.
func (t *Turn[C]) clocks(ctx context.Context, tx *pg.Tx) error {
	for _, d := range t.Move.Starts {
		period := d.Period
		if own, ok := t.periods[d.Kind]; ok {
			period = own
		}
		if err := t.life.Register.startClock(ctx, tx, t.Owner, t.ID, t.Event.Day, Deadline{d.Kind, period}); err != nil {
			return err
		}
	}
	if slices.Contains(t.Move.Stops, Every) {
		return stopClocks(ctx, tx, []ID{t.ID}, t.DoneOn)
	}
	return stopClock(ctx, tx, t.ID, t.Move.Stops, t.DoneOn)
}
