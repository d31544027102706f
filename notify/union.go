// pgx: a message's liftings ask once what else carries, by a prepared statement.

package notify

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/notify/wire"
)

// still is another directive of the same recipient about the same person that carries
// measures while one is lifted.
type still struct {
	directive enforcement.ID
	measures  []int16
}

// Of liftings $1, what else the recipient was told of the same person and has not been
// told to lift. A restriction is named only where nothing speaks against it: its newest
// version left, its ground is in force and its plan stands, its term runs on day $2, and
// no hold stops it, as one does on everything while a restored record is not compared.
// What is left out is no loss, for the receiver's own union decides.
const selectStill = `SELECT x.id, o.id, o.measures FROM directive x CROSS JOIN LATERAL (
    SELECT d.id, coalesce(a.measures, d.measures) AS measures FROM directive d
      CROSS JOIN LATERAL (SELECT plan_id FROM ground WHERE id = d.ground_id AND state = 'in-force' AND kind <> 'reward' LIMIT 1) g
      LEFT JOIN LATERAL (SELECT version, step, measures, valid_until
        FROM amendment WHERE directive_id = d.id ORDER BY version DESC LIMIT 1) a ON true
    WHERE d.subject_id = x.subject_id AND d.organisation_id = x.organisation_id AND d.id <> x.id
      AND coalesce(a.step, d.step) IN ('left', 'delivered', 'acknowledged') AND cardinality(coalesce(a.measures, d.measures)) > 0
      AND coalesce(CASE WHEN a.version IS NULL THEN d.valid_until ELSE a.valid_until END, 'infinity') >= $2::date
      AND NOT EXISTS (SELECT FROM plan_switch s WHERE s.from_plan = g.plan_id)
      AND NOT directive_held(d.organisation_id, d.ground_id, d.plan_id)
    ORDER BY d.id LIMIT 100) o
  WHERE x.id = ANY ($1) AND x.ground_kind <> 'reward' ORDER BY x.id, o.id`

// unionPatience bounds the question: a lifting waits for no help.
const unionPatience = 2 * time.Second

// carrying finds what else carries beside the liftings of a message. Where it cannot be
// found the message leaves without it.
func (p *pass) carrying(ctx context.Context, items []directive.Item) map[enforcement.ID][]still {
	if p.of.Lane != directive.Express {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, unionPatience)
	defer cancel()
	ids, _ := keys(items)
	rows, err := p.d.c.DB.Pool.Query(ctx, selectStill, ids, p.d.c.Register.Record.Today(p.d.c.Legal()))
	if err != nil {
		return nil
	}
	found := map[enforcement.ID][]still{}
	var lifted enforcement.ID
	var other still
	_, err = pgx.ForEachRow(rows, []any{&lifted, &other.directive, &other.measures}, func() error {
		found[lifted] = append(found[lifted], other)
		other.measures = nil
		return nil
	})
	if err != nil {
		return nil
	}
	return found
}

// naming are the items and what else carries, as items, for whoever explains measures.
func naming(items []directive.Item, others map[enforcement.ID][]still) []directive.Item {
	if len(others) == 0 {
		return items
	}
	all := slices.Clip(items)
	for _, list := range others {
		for _, o := range list {
			all = append(all, directive.Item{Directive: o.directive, Measures: o.measures})
		}
	}
	return all
}

// still writes what else carries.
func (l legend) still(buf []byte, others []still) []byte {
	if len(others) == 0 {
		return buf
	}
	buf = append(buf, `,"still":[`...)
	for i, o := range others {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = append(wire.AppendID(append(buf, `{"directive":"`...), o.directive), `","measures":[`...)
		for n, m := range o.measures {
			if n > 0 {
				buf = append(buf, ',')
			}
			buf = append(buf, l.names[m]...)
		}
		buf = append(buf, `]}`...)
	}
	return append(buf, ']')
}
