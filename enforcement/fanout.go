package enforcement

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"go.opentelemetry.io/otel/attribute"

	"concordat/internal/pg"
)

// Batch is how many grounds one transaction publishes at most.
const Batch = 1000

// Lane is one of the two ways messages go out: liftings in express, burdens in bulk.
type Lane string

// The lanes; each has its own River queue of the same name.
const (
	Express Lane = "express"
	Bulk    Lane = "bulk"
)

// WakeUp is the argument of the one kind of delivery job: there is something for
// this organisation in this lane. It says no more, so it may come twice or late.
type WakeUp struct {
	Organisation OrganisationID `json:"organisation"`
	Lane         Lane           `json:"lane"`
}

// Kind names the job in River.
func (WakeUp) Kind() string { return "wake-up" }

// wake inserts the wake-ups last in the transaction, in order of organisation.
func (r *Register) wake(ctx context.Context, p pgx.Tx, wakes []WakeUp) error {
	if len(wakes) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, 0, len(wakes))
	for _, w := range wakes {
		params = append(params, river.InsertManyParams{Args: w, InsertOpts: &river.InsertOpts{Queue: string(w.Lane), MaxAttempts: 2}})
	}
	if _, err := r.jobs.InsertManyFastTx(ctx, p, params); err != nil {
		return fmt.Errorf("insert %d wake-ups: %w", len(params), err)
	}
	return nil
}

// Wake inserts one wake-up in a transaction of its own.
func (r *Register) Wake(ctx context.Context, w WakeUp) error {
	_, err := r.jobs.Insert(ctx, w, &river.InsertOpts{Queue: string(w.Lane), MaxAttempts: 2})
	if err != nil {
		return fmt.Errorf("insert a wake-up: %w", err)
	}
	return nil
}

// PutInForce fans grounds out: for each, one directive to each organisation that
// the plan of its list type, subject kind and territory names, one event, and
// one wake-up per organisation and transaction. Up to 1,000 grounds commit
// together. The grounds must be decided and pending; one that is not is refused
// and its batch is not written.
func (r *Register) PutInForce(ctx context.Context, act Act, grounds []ID) error {
	if err := act.check(System); err != nil {
		return err
	}
	for batch := range slices.Chunk(grounds, Batch) {
		err := r.db.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
			return r.putInForce(ctx, tx, act, EventInForce, batch)
		})
		if refused := asRefusal(err); refused != nil {
			// Asked again under its key, the act finds its grounds in force.
			done := act
			if len(batch) > 1 && act.Key != "" {
				done.Key = act.Key + "/" + batch[0].String()
			}
			if _, err := r.overtaken(ctx, done, refused); err != nil {
				return err
			}
		}
	}
	return nil
}

// origin is where grounds came from that were in force elsewhere before: the
// import, and the hash of the court's statement. The zero origin is here.
type origin struct {
	refersTo ID
	document []byte
}

// inForceNow writes that grounds are in force under a plan.
const inForceNow = `UPDATE ground SET state = 'in-force', plan_id = $2, in_force_on = $3::date WHERE id = ANY($1)`

func (r *Register) putInForce(ctx context.Context, tx *pg.Tx, act Act, kind EventKind, grounds []ID) error {
	return r.putInForceFrom(ctx, tx, act, kind, grounds, origin{})
}

// putInForceFrom is the one place where directives come into being.
func (r *Register) putInForceFrom(ctx context.Context, tx *pg.Tx, act Act, kind EventKind, grounds []ID, from origin) error {
	var known []Organisation
	err := tx.Pgx(func(t pgx.Tx) (err error) {
		known, err = organisations(ctx, t)
		return err
	})
	if err != nil {
		return err
	}
	groups, err := r.groupByPlan(ctx, tx, act, grounds)
	if err != nil {
		return err
	}
	touched := map[OrganisationID]bool{}
	for _, key := range slices.SortedFunc(maps.Keys(groups), func(a, b planKey) int {
		return slices.Compare([]string{a.listType, string(a.subject), a.territory, a.region, string(a.ground)}, []string{b.listType, string(b.subject), b.territory, b.region, string(b.ground)})
	}) {
		p, err := r.planFor(ctx, tx, key, known)
		if err != nil {
			return err
		}
		list := groups[key]
		ids := make([]ID, len(list))
		for i, g := range list {
			ids[i] = g.id
		}
		err = tx.Pgx(func(t pgx.Tx) error {
			if _, err := t.Exec(ctx, inForceNow, ids, p.id, key.on); err != nil {
				return fmt.Errorf("put %d grounds in force: %w", len(ids), err)
			}
			return r.fanOut(ctx, t, fanOut{act: act, kind: kind, from: from, plan: p, key: key, grounds: list, single: len(grounds) == 1})
		})
		if err != nil {
			return err
		}
		for _, line := range p.lines {
			touched[line.organisation] = true
		}
	}
	wakes := make([]WakeUp, 0, len(touched))
	for _, id := range slices.Sorted(maps.Keys(touched)) {
		wakes = append(wakes, WakeUp{id, Bulk})
	}
	return tx.Pgx(func(t pgx.Tx) error { return r.wake(ctx, t, wakes) })
}

// groupByPlan locks the grounds and sorts them by the plan they fall under.
func (r *Register) groupByPlan(ctx context.Context, tx *pg.Tx, act Act, grounds []ID) (map[planKey][]inForce, error) {
	groups := map[planKey][]inForce{}
	n := 0
	err := tx.Pgx(func(t pgx.Tx) error {
		rows, err := t.Query(ctx, `SELECT g.id, g.subject_id, g.valid_until, g.kind::text, g.list_type, s.kind::text, o.serves, coalesce(s.region, '') FROM ground g
			JOIN subject s ON s.id = g.subject_id JOIN organisation o ON o.id = g.organisation_id
			WHERE g.id = ANY($1) AND g.state = 'pending' AND g.decided_on IS NOT NULL ORDER BY g.id FOR NO KEY UPDATE OF g`, grounds)
		if err != nil {
			return err
		}
		var g inForce
		key := planKey{on: r.Today(act.At)}
		_, err = pgx.ForEachRow(rows, []any{&g.id, &g.subject, &g.until, &key.ground, &key.listType, &key.subject, &key.territory, &key.region}, func() error {
			groups[key] = append(groups[key], g)
			n++
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("lock %d grounds: %w", len(grounds), err)
	}
	if n != len(grounds) {
		return nil, refuse("state.forbidden", "state", "pending")
	}
	return groups, nil
}

// The directives of each ground stand in the plan's order, so that an event
// needs their ids only.
const insertFanOutEvents = `INSERT INTO event (id, kind, at, recorded_at, actor, role, organisation_id, act_key, subject_id, ground_id, plan_id, day, legal_basis, until, directives, refers_to, document_hash)
  SELECT ($3::uuid[])[u.n], $4, $5, $6, $7, $8, nullif($9, 0), CASE WHEN $10 = '' THEN NULL WHEN $15::boolean THEN $10 ELSE $10 || '/' || g.id END, g.subject_id, g.id, $11, $12::date, $13, g.valid_until,
    ($2::uuid[])[(u.n - 1) * $14 + 1 : u.n * $14], $16::uuid, $17::bytea
  FROM unnest($1::uuid[]) WITH ORDINALITY AS u (id, n) JOIN ground g ON g.id = u.id ORDER BY u.n`

// fanOut is what goes out at once: grounds that came into force under one plan.
type fanOut struct {
	act     Act
	kind    EventKind
	from    origin
	plan    plan
	key     planKey
	grounds []inForce
	// single says that the act is about one ground: its event carries the act's own
	// key, those of several the key and their ground.
	single bool
}

// fanOut writes the directives and events of grounds. That they are in force was
// written by who has the grounds.
func (r *Register) fanOut(ctx context.Context, t pgx.Tx, f fanOut) (err error) {
	ctx, end := under(ctx, "fan-out", attribute.String("concordat.act", string(f.kind)),
		attribute.Int("concordat.grounds", len(f.grounds)), attribute.Int("concordat.directives", len(f.grounds)*len(f.plan.lines)))
	defer end(&err)
	grounds := make([]ID, len(f.grounds))
	for i, g := range f.grounds {
		grounds[i] = g.id
	}
	width := len(f.plan.lines)
	ids := newIDs(len(grounds) * width)
	if width > 0 {
		if err := copyDirectives(ctx, t, f.plan, string(f.key.ground), f.grounds, ids, Queued); err != nil {
			return fmt.Errorf("fan out %d grounds: %w", len(grounds), err)
		}
	}
	_, err = t.Exec(ctx, insertFanOutEvents, grounds, ids, newIDs(len(grounds)), f.kind, f.act.At.UTC(), r.machine(), f.act.Actor.ID, f.act.Actor.Role, int32(f.act.Actor.Organisation),
		f.act.Key, f.plan.id, f.key.on, r.listBasis(f.key.listType, f.key.on), width, f.single, f.from.refersTo, f.from.document)
	if err != nil {
		return fmt.Errorf("log the fan-out of %d grounds: %w", len(grounds), err)
	}
	return nil
}
