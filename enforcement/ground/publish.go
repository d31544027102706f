package ground

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/hold"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// round publishes locked cases of one list type, or says of each why not.
type round[C any] func(ctx context.Context, tx *pg.Tx, act enforcement.Act, cases []C) ([]NotMoved, error)

// PublishDue is the [Page] that publishes cases which are due by themselves, a condition
// of the day ?0. Each list type is a transaction of its own: a list that cannot be
// published holds up no other.
func (l *Life[C]) PublishDue(due string, publish round[C]) Page {
	return func(ctx context.Context, act enforcement.Act, after enforcement.ID, limit int) (last enforcement.ID, published int, refused []NotMoved, err error) {
		if err := act.Check(enforcement.System); err != nil {
			return last, 0, nil, err
		}
		var ids []enforcement.ID
		var types []string
		err = l.waiting(due, l.Grounds.Record.Today(act.At), after, limit).Column("l.id").ColumnExpr(l.ListColumn).Scan(ctx, &ids, &types)
		if err != nil {
			return enforcement.ID{}, 0, nil, fmt.Errorf("look for cases to publish: %w", err)
		}
		byType, order := map[string][]enforcement.ID{}, []string{}
		for i, listType := range types {
			if byType[listType] == nil {
				order = append(order, listType)
			}
			byType[listType] = append(byType[listType], ids[i])
			last = ids[i]
		}
		for _, listType := range order {
			n, no, err := l.publishType(ctx, act, byType[listType], publish)
			if err != nil {
				return last, published, refused, err
			}
			published += n
			refused = append(refused, no...)
		}
		return last, published, refused, nil
	}
}

// ServedDue are cases served whose grace, if there is one, is over on the day ?0.
const ServedDue = `l.state IN ('served', 'grace') AND l.served_on <= ?0 AND (l.grace_until IS NULL OR l.grace_until < ?0)`

// OnItsDay refuses to put in force what was not served, or whose service or grace is not over.
func OnItsDay(served, grace, today day.Day) error {
	switch {
	case served.IsZero():
		return enforcement.Refuse("service.missing")
	case served > today:
		return enforcement.Refuse("service.not-yet", "on", served.String())
	case !grace.IsZero() && today <= grace:
		return enforcement.Refuse("grace.running", "until", grace.String())
	}
	return nil
}

// publishType publishes those of one list type that still wait.
func (l *Life[C]) publishType(ctx context.Context, act enforcement.Act, ids []enforcement.ID, publish round[C]) (published int, refused []NotMoved, err error) {
	ctx, end := record.Span(ctx, "act")
	defer end(&err)
	err = l.Grounds.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var list []C
		err := tx.Together(ctx, l.toBurden(tx, func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("l.id IN (?) AND l.state IN (?)", bun.List(ids), bun.List(l.Move(MovePublish).From)).OrderExpr("l.id")
		}, &list)...)
		if err != nil || len(list) == 0 {
			return err
		}
		refused, err = publish(ctx, tx, act, list)
		published = len(list) - len(refused)
		return err
	})
	if because, ok := errors.AsType[*enforcement.Refusal](enforcement.AsRefusal(err)); ok { // all of them, as where an edition cannot be read
		refused = refused[:0]
		for _, id := range ids {
			refused = append(refused, NotMoved{id, because})
		}
		return 0, refused, nil
	}
	return published, refused, err
}

// GoOut publishes those of the cases that pass: may is the kind's own check of one,
// then what it does with those that are out, before their directives are written.
func (l *Life[C]) GoOut(ctx context.Context, tx *pg.Tx, act enforcement.Act, cases []C, may func(*C) error, then func(ids []enforcement.ID) error) ([]NotMoved, error) {
	pass, refused, err := l.Passing(ctx, tx, cases, may)
	if err != nil || len(pass) == 0 {
		return refused, err
	}
	row, today := l.Move(MovePublish), l.Grounds.Record.Today(act.At)
	tx.Later(tx.NewUpdate().Table(l.Rows).Set("state = ?", row.To).Set("version = version + 1").Set("published_on = ?", today).Where("id IN (?)", bun.List(pass)), "publish %d cases", len(pass))
	if slices.Contains(row.Stops, Every) {
		docket.StopClocks(tx, pass, today)
	}
	if err := then(pass); err != nil {
		return nil, err
	}
	return refused, l.Grounds.PutInForceIn(ctx, tx, act, row.Event, pass)
}

// Passing sorts cases into those that may go out on the day and those that may not:
// each by its own check, and none that a restoration put in doubt or that a hold
// stops; none at all by a wrong clock.
func (l *Life[C]) Passing(ctx context.Context, tx *pg.Tx, cases []C, may func(*C) error) (pass []enforcement.ID, refused []NotMoved, err error) {
	ids := make([]enforcement.ID, 0, len(cases))
	for i := range cases {
		ids = append(ids, l.Head(&cases[i]).ID)
	}
	l.Grounds.Record.SameClock(tx)
	hold.Enter(tx)
	var s stopping
	asks, files := s.asks(tx, ids), map[enforcement.ID]*[]paper.Paper{}
	for i := range cases { // what is entered now has the papers of its steps by the schema
		if h := l.Head(&cases[i]); h.Rules == RulesBefore {
			file := new([]paper.Paper)
			asks, files[h.ID] = append(asks, paper.Find(tx, h.ID, file)), file
		}
	}
	if err := tx.Together(ctx, asks...); err != nil {
		return nil, nil, fmt.Errorf("look what stops %d cases: %w", len(ids), err)
	}
	for i := range cases {
		h := l.Head(&cases[i])
		err := may(&cases[i])
		if file := files[h.ID]; err == nil && file != nil {
			err = l.proved(&cases[i], l.Move(MovePublish), *file)
		}
		if err == nil {
			err = s.refuse(h)
		}
		var because *enforcement.Refusal
		switch {
		case err == nil:
			pass = append(pass, h.ID)
		case errors.As(err, &because):
			refused = append(refused, NotMoved{h.ID, because})
		default:
			return nil, nil, err
		}
	}
	return pass, refused, nil
}

// stopping is what stands beside cases and stops their publication: doubts that a
// restoration left, and holds on their owners.
type stopping struct {
	doubtful, unconfirmed []enforcement.ID
	stopped               []enforcement.OrganisationID
}

func (s *stopping) asks(db bun.IDB, ids []enforcement.ID) []pg.Ask {
	return []pg.Ask{pg.All(hold.Owners(db), &s.stopped), pg.All(docket.Waiting(db, TaskRestored, ids), &s.doubtful), pg.All(Unconfirmed(db, ids), &s.unconfirmed)}
}

func (s *stopping) doubts(h Head) bool {
	return slices.Contains(s.doubtful, h.ID) || slices.Contains(s.unconfirmed, h.ID)
}

func (s *stopping) refuse(h Head) error {
	switch {
	case s.doubts(h):
		return enforcement.Refuse("listing.restored")
	case hold.Stops(s.stopped, h.Owner):
		return enforcement.Refuse("hold.standing")
	}
	return nil
}
