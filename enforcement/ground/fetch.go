package ground

import (
	"slices"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Narrow says which of the cases a query is about, in which order and how many.
type Narrow = func(q *bun.SelectQuery) *bun.SelectQuery

// Fetch asks for cases of a kind.
type Fetch[C any] func(db bun.IDB, narrow Narrow, into *[]C) pg.Ask

// Fetching is the [Fetch] of a kind with rows R: beside joins what is read beside the
// row, and made makes a case of it.
func Fetching[R, C any](beside Narrow, made func(*R) C) Fetch[C] {
	return func(db bun.IDB, narrow Narrow, into *[]C) pg.Ask {
		return pg.Made(db.NewSelect().Model((*R)(nil)).ColumnExpr("?TableColumns").Apply(beside, narrow), made, into)
	}
}

func byID(id enforcement.ID) Narrow {
	return func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("l.id = ?", id) }
}

// locked locks the cases that narrow picks.
func (l *Life[C]) locked(narrow Narrow) Narrow {
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		return narrow(q).For("NO KEY UPDATE OF ?", bun.Safe(l.Lock))
	}
}

// toBurden locks the cases that narrow picks and who their subjects are, and then reads them, for
// what puts them in force, anew or again: of an identity that is being corrected a statement
// which waited for a case would read what was before. What lifts waits for no correction.
func (l *Life[C]) toBurden(tx *pg.Tx, narrow Narrow, into *[]C) []pg.Ask {
	both := tx.NewSelect().TableExpr("? AS l", bun.Ident(l.Rows)).Join("JOIN ground AS g ON g.id = l.id").
		Join("JOIN subject AS s ON s.id = g.subject_id").ColumnExpr("1")
	return []pg.Ask{pg.Just(narrow(both).For("NO KEY UPDATE OF l FOR SHARE OF s")), l.Fetch(tx, l.locked(narrow), into)}
}

// Question is what is asked beside a case before a move of it, and what the answers
// refuse. It travels with the question for the case itself.
type Question[C any] struct {
	Asks   []pg.Ask
	Refuse func(c *C, today day.Day) error
}

// question joins what the kind asks before a move with what is asked of every kind: a
// restoration that put the case in doubt (or none, where a doubt is to be dispelled),
// a hold. What is unconfirmed after a restoration is not given back either, but by who
// dispels the doubt.
func (l *Life[C]) question(db bun.IDB, id enforcement.ID, m *Move) (q Question[C]) {
	if own := l.Beside[m.Name]; own != nil {
		q = own(db, id)
	}
	confirms, resumes := m.confirms(), m.Effect == EffectResumes && !l.Favours
	if !confirms && !resumes && m.Effect != EffectInForce {
		return q
	}
	s, own := &stopping{}, q.Refuse
	q.Asks = append(q.Asks, s.asks(db, []enforcement.ID{id})...)
	q.Refuse = func(c *C, today day.Day) error {
		if own != nil {
			if err := own(c, today); err != nil {
				return err
			}
		}
		h := l.Head(c)
		switch {
		case resumes && slices.Contains(s.unconfirmed, h.ID) && h.SuspendedFor != SuspendedRestored:
			return enforcement.Refuse("listing.restored")
		case resumes:
			return nil
		case !confirms:
			return s.refuse(h)
		case !s.doubts(h):
			return enforcement.Refuse("listing.suspension")
		case h.SuspendedFor == SuspendedRestored:
			return enforcement.Refuse("confirmation.doubted")
		}
		return nil
	}
	return q
}
