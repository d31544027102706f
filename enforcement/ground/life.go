package ground

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/hold"
	"concordat/enforcement/paper"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Head is what cases of every kind have in common.
type Head struct {
	ID, Subject enforcement.ID
	Owner       enforcement.OrganisationID
	State       State
	Version     int
	// Kind is what its directives rest on; empty: a listing.
	Kind        memoranda.GroundKind
	ListType    string
	SubjectKind memoranda.SubjectKind
	// OtherConduct is true of a court's listing that rests on conduct 2 to 6 alone.
	OtherConduct bool
	// Serves is the region that the owner serves, Region the subject's, as the owner says it
	// of this case; empty: not known.
	Serves, Region string
	// Until is the last day of its term; none: until its reason ends.
	Until        day.Day
	SuspendedFor string
	Rules        Rules
	DraftedBy    string
	// ProposedBy proposed its decision last; empty: nobody yet, or the kind has no such step.
	ProposedBy string
	// NoticedBy gave the subject notice of the reviews that are open.
	NoticedBy []string
	// SuspendedBy suspended it last, or recorded what did; empty: not known.
	SuspendedBy string
	// Envelope is the subject's, wrapped.
	Envelope []byte
}

// Life is one kind of case over the record: its table of moves, and where its rows
// stand. What a kind has of its own beyond that are facts and checks.
type Life[C any] struct {
	*Table

	// Fetch reads cases with the row as l ([Fetching]); Lock names what is locked with a
	// case.
	Fetch Fetch[C]
	Lock  string
	Head  func(*C) Head
	// May refuses what the case itself rules out, beyond its state and before anything is
	// said of it; those who are offered a move have passed it.
	May map[MoveName]func(c *C, today day.Day) error
	// Beside asks what stands beside a case and refuses a move of it, likewise.
	Beside map[MoveName]func(db bun.IDB, id enforcement.ID) Question[C]
	// Proved refuses a move of a case whose proofs are not in its file, likewise.
	Proved map[MoveName]func(c *C, file []paper.Paper) error
	// Lacks are all the papers of the file that a move waits for, whoever may make it.
	Lacks map[MoveName]func(c *C, file []paper.Paper) []Lack
	// Last is the last day on which a move is possible, where the case sets one.
	Last map[MoveName]func(c *C) day.Day

	Grounds *Grounds
}

// Change names a case and the version its caller has seen; 0 is any.
type Change struct {
	Ground  enforcement.ID
	Version int
	// Unseen is the refusal of whoever does not say, or not properly, which version was
	// seen; what lifts is made all the same.
	Unseen error
	// Into, a *[]C of the kind's cases, gets the case as the move left it, where the move was
	// made now and not found done.
	Into any
}

// unseen refuses what burdens from whoever does not say which version was seen.
func (t *Table) unseen(c Change, moves ...MoveName) error {
	if slices.ContainsFunc(moves, func(name MoveName) bool { return t.Lifts(t.Move(name)) }) {
		return nil
	}
	return c.Unseen
}

// fresh refuses what burdens from whoever saw another version.
func (t *Table) fresh(c Change, m *Move, h Head) error {
	if err := t.unseen(c, m.Name); err != nil {
		return err
	}
	if c.Version != 0 && c.Version != h.Version && !t.Lifts(m) {
		return enforcement.Refuse("version.stale")
	}
	return nil
}

// Read returns one case of the actor's own organisation; another's is not found.
// Overseers read every one. What is asked beside it is for who may read the case.
func (l *Life[C]) Read(ctx context.Context, act enforcement.Act, id enforcement.ID, beside ...pg.Ask) (c C, err error) {
	if err := act.Check(append([]enforcement.Role{enforcement.Overseer, enforcement.System}, l.People...)...); err != nil {
		return c, err
	}
	found, err := l.fetch(ctx, l.Grounds.Record.DB, byID(id), beside...)
	if err != nil {
		return c, fmt.Errorf("read %s %s: %w", l.Slug, id, err)
	}
	return l.seen(act, found)
}

// seen is the one case that was found, for who may see it.
func (l *Life[C]) seen(act enforcement.Act, found []C) (c C, err error) {
	if len(found) == 0 {
		return c, enforcement.Refuse("not-found")
	}
	if act.Actor.Role != enforcement.Overseer {
		if err := act.OfOwner(l.Head(&found[0]).Owner); err != nil {
			return c, err
		}
	}
	return found[0], nil
}

func (l *Life[C]) fetch(ctx context.Context, db pg.Asker, narrow Narrow, beside ...pg.Ask) (list []C, err error) {
	err = db.Together(ctx, append([]pg.Ask{l.Fetch(db, narrow, &list)}, beside...)...)
	return list, err
}

// Foresee tells what a case would reach if it were published on the act's day, what
// it would not and why, and which bodies nobody stands for.
func (l *Life[C]) Foresee(ctx context.Context, act enforcement.Act, id enforcement.ID) ([]plan.Line, []memoranda.Exclusion, []plan.Gap, error) {
	c, err := l.Read(ctx, act, id)
	if err != nil {
		return nil, nil, nil, err
	}
	h := l.Head(&c)
	return l.Grounds.Plans.Foresee(ctx, plan.Key{Ground: cmp.Or(h.Kind, memoranda.OnListing), ListType: h.ListType, Subject: h.SubjectKind, Territory: h.Serves, Region: h.Region, OtherConduct: h.OtherConduct, On: l.Grounds.Record.Today(act.At)})
}

// LockOne reads a case for change within the transaction, whoever's it is;
// sql.ErrNoRows if there is none.
func (l *Life[C]) LockOne(ctx context.Context, tx *pg.Tx, id enforcement.ID) (c C, err error) {
	list, err := l.LockWhere(ctx, tx, byID(id))
	if err == nil && len(list) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return c, fmt.Errorf("lock %s %s: %w", l.Slug, id, err)
	}
	return list[0], nil
}

// LockWhere locks the cases that narrow picks.
func (l *Life[C]) LockWhere(ctx context.Context, tx *pg.Tx, narrow Narrow) ([]C, error) {
	return l.fetch(ctx, tx, l.locked(narrow))
}

// LockOwn is [Life.LockOne] for the owner's people.
func (l *Life[C]) LockOwn(ctx context.Context, tx *pg.Tx, act enforcement.Act, id enforcement.ID) (one C, err error) {
	found, err := l.LockWhere(ctx, tx, byID(id))
	if err != nil {
		return one, fmt.Errorf("lock %s %s: %w", l.Slug, id, err)
	}
	return l.own(act, found)
}

// own is the one case that was locked, for the owner's people.
func (l *Life[C]) own(act enforcement.Act, found []C) (one C, err error) {
	if len(found) == 0 {
		return one, enforcement.Refuse("not-found")
	}
	return found[0], act.OfOwner(l.Head(&found[0]).Owner)
}

// Do makes one move of one case, in one transaction with its event: who may, what
// is needed, the state and what the case itself rules out are asked by the table;
// fn checks the rest and says what is written; then the row, the clocks and the
// directives follow as the table says. Of several moves behind one door the state
// picks. What a move puts in force no hold and no doubt may stop, and the event is
// that of its directives.
func (l *Life[C]) Do(ctx context.Context, act enforcement.Act, c Change, given Given, fn func(ctx context.Context, tx *pg.Tx, t *Turn[C]) error, moves ...MoveName) error {
	if err := l.unseen(c, moves...); err != nil {
		return err
	}
	for _, name := range moves {
		l.Move(name).said(given)
	}
	first := l.Move(moves[0])
	if err := first.mayAct(act); err != nil {
		return err
	}
	if len(moves) == 1 {
		var err error
		if act, err = l.asked(ctx, act, first, given); err != nil {
			return err
		}
	}
	var found found[C]
	_, err := l.Grounds.Record.PerformKeyed(ctx, act, func(ctx context.Context, tx *pg.Tx, act enforcement.Act) (*record.Event, error) {
		t, err := l.take(act, c, given, moves, &found)
		if err != nil {
			return nil, err
		}
		if err := t.takePapers(tx, given); err != nil {
			return nil, err
		}
		if err := fn(ctx, tx, t); err != nil {
			return nil, err
		}
		if into, ok := c.Into.(*[]C); ok {
			tx.Last(l.Fetch(tx, byID(c.Ground), into))
		}
		if t.logged {
			return nil, nil
		}
		if t.Move.Effect != EffectInForce {
			if t.Then == nil {
				return &t.Event, t.Carry(ctx, tx)
			}
			if err := t.CarryFirst(ctx, tx); err != nil {
				return nil, err
			}
			return nil, t.Then(ctx, tx)
		}
		if err := t.putInForce(ctx, tx); err != nil {
			return nil, err
		}
		return nil, t.Carry(ctx, tx)
	}, func(tx *pg.Tx) []pg.Ask { return l.asks(tx, c.Ground, moves, &found) })
	return err
}

// asked is [Move.asked]; what lifts is taken by the later of the act's day and that of
// the database's clock, so that a clock that lags refuses nobody what happened today.
func (l *Life[C]) asked(ctx context.Context, act enforcement.Act, m *Move, given Given) (enforcement.Act, error) {
	refused := m.asked(act, given)
	if refused == nil || !l.Lifts(m) {
		return act, refused
	}
	ahead, err := l.Grounds.Record.Ahead(ctx)
	if err != nil || ahead <= record.MaxSkew {
		return act, refused
	}
	late := act
	late.At = late.At.Add(ahead)
	if m.asked(late, given) != nil {
		return act, refused
	}
	return late, nil
}

// found is what a move finds: the case and the papers of its file, how its directives stand
// if it changes them, and what may refuse each of the moves behind its door.
type found[C any] struct {
	cases    []C
	file     []paper.Paper
	standing directive.Standing
	refuse   map[MoveName]func(*C, day.Day) error
}

// asks locks a case, its ground and its directives, in this order, and asks what stands
// beside the case.
func (l *Life[C]) asks(tx *pg.Tx, id enforcement.ID, moves []MoveName, f *found[C]) []pg.Ask {
	*f = found[C]{refuse: map[MoveName]func(*C, day.Day) error{}}
	asks := []pg.Ask{l.Fetch(tx, l.locked(byID(id)), &f.cases)}
	if !l.Favours && slices.ContainsFunc(moves, func(name MoveName) bool { return l.Move(name).Effect.burdens() }) {
		asks = l.toBurden(tx, byID(id), &f.cases)
	}
	if slices.ContainsFunc(moves, func(name MoveName) bool { return l.Move(name).Effect.changes() }) {
		asks = append(append(asks, lockGround(tx, id)), f.standing.Ask(tx, id)...)
	}
	if slices.ContainsFunc(moves, l.looksInFile) {
		asks = append(asks, paper.Find(tx, id, &f.file))
	}
	for _, name := range moves {
		m := l.Move(name)
		if l.ByClock(m) {
			l.Grounds.Record.SameClock(tx)
		}
		if m.Effect == EffectInForce {
			hold.Enter(tx)
		}
		q := l.question(tx, id, m)
		asks, f.refuse[name] = append(asks, q.Asks...), q.Refuse
	}
	return asks
}

// take takes up the move that the state picks: who asks, what is given, the state, the
// case itself and what stands beside it are weighed, in this order.
func (l *Life[C]) take(act enforcement.Act, c Change, given Given, moves []MoveName, f *found[C]) (*Turn[C], error) {
	one, err := l.own(act, f.cases)
	if err != nil {
		return nil, err
	}
	h := l.Head(&one)
	move := l.pick(h.State, moves)
	if err := l.fresh(c, move, h); err != nil {
		return nil, err
	}
	t := l.NewTurn(act, move, one)
	t.standing, t.asked, t.file, t.given = f.standing, true, f.file, given
	if t.Next, err = t.Move.Answer(act, given, t.Head); err != nil {
		return nil, err
	}
	if err := l.may(&t.Case, t.Move, act); err != nil {
		return nil, err
	}
	if err := l.proved(&t.Case, t.Move, t.file); err != nil {
		return nil, err
	}
	if beside := f.refuse[t.Move.Name]; beside != nil {
		return t, beside(&t.Case, t.Today)
	}
	return t, nil
}

// looksInFile reports whether the papers of a case's file are asked for with a move.
func (l *Life[C]) looksInFile(name MoveName) bool {
	return len(l.Move(name).Papers) > 0 || l.Proved[name] != nil
}

// proved refuses a move whose proofs are not in the file: what its kind says, and in every
// kind to give back what is suspended for want of its papers before they are there.
func (l *Life[C]) proved(c *C, m *Move, file []paper.Paper) error {
	if h := l.Head(c); m.Name == MoveResume && h.SuspendedFor == PapersDue {
		if err := StepsProved(h.Rules, file, l.Steps); err != nil {
			return err
		}
	}
	if proved := l.Proved[m.Name]; proved != nil {
		return proved(c, file)
	}
	return nil
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
func (l *Life[C]) offered(c *C, m *Move, act enforcement.Act) (State, error) {
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

// may refuses what the case itself rules out: what its kind says, and in every kind
// to suspend what is suspended and to resume what is not.
func (l *Life[C]) may(c *C, m *Move, act enforcement.Act) error {
	if may := l.May[m.Name]; may != nil {
		if err := may(c, l.Grounds.Record.Today(act.At)); err != nil {
			return err
		}
	}
	suspended := l.Head(c).SuspendedFor != ""
	switch {
	case m.Effect == EffectSuspends && suspended:
		return enforcement.Refuse("listing.suspended")
	case m.Effect == EffectResumes && !suspended:
		return enforcement.Refuse("listing.suspension")
	}
	return nil
}
