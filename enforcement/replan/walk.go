// pgx: grounds are walked in chunks of thousands.

package replan

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
	"go.opentelemetry.io/otel/attribute"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/hold"
	"concordat/enforcement/plan"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// mostFollowing is how many directives one transaction of a replanning looks at.
const mostFollowing = 20_000

// walkedGround is a live ground on its way from a plan to another.
type walkedGround struct {
	directive.InForce
	suspended, unconfirmed bool
}

// heldAt names an organisation's place under a ground, by the ground's place in a chunk.
type heldAt struct {
	ground       int
	organisation enforcement.OrganisationID
}

// chunk is the work of one transaction on one change of plan.
type chunk struct {
	r     *Replanner
	act   enforcement.Act
	s     *switching
	pass  int
	epoch int16

	grounds []walkedGround
	list    []followed
	// present are the directives that are not withdrawn.
	present map[heldAt]bool
	// doubted are where an organisation doubts whose identity it is.
	doubted map[heldAt]bool

	lines     []directive.Version
	event     replanEvent
	done      Progress
	withdrawn map[enforcement.OrganisationID]enforcement.ID // of each, one of its withdrawals that go out
	wakes     map[directive.WakeUp]bool
}

func newChunk(r *Replanner, act enforcement.Act, s *switching, pass int) *chunk {
	return &chunk{
		r: r, act: act, s: s, pass: pass,
		present: map[heldAt]bool{}, doubted: map[heldAt]bool{}, withdrawn: map[enforcement.OrganisationID]enforcement.ID{}, wakes: map[directive.WakeUp]bool{},
	}
}

// follow lets up to a chunk of grounds follow a change, in one of its passes, and
// reports whether the pass has more.
func (r *Replanner) follow(ctx context.Context, act enforcement.Act, s *switching, pass int) (done Progress, more bool, err error) {
	ctx, end := record.Span(ctx, "replan", attribute.Int("concordat.plan", int(s.to)))
	defer end(&err)
	err = r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		done, more = Progress{}, false
		c := newChunk(r, act, s, pass)
		var err error
		if more, err = c.run(ctx, tx); err != nil {
			return fmt.Errorf("let grounds follow from plan %d to %d: %w", s.from, s.to, err)
		}
		done = c.done
		return nil
	})
	return done, more, enforcement.AsRefusal(err)
}

// run is one transaction. Its locks come in the order of all acts: grounds,
// directives by id, jobs.
func (c *chunk) run(ctx context.Context, tx *pg.Tx) (more bool, err error) {
	at, stands, err := c.lockSwitch(ctx, tx)
	if err != nil || !stands {
		return false, err
	}
	if _, err := tx.Pgx().Exec(ctx, byIndex); err != nil {
		return false, err
	}
	if at, err = c.take(ctx, tx, at); err != nil {
		return false, err
	}
	if len(c.grounds) == 0 {
		c.passOver(tx)
		return false, nil
	}
	if err := c.versions(ctx, tx); err != nil {
		return false, err
	}
	return true, c.close(ctx, tx, at)
}

// versions reads how the chunk's directives stand and writes those that follow.
func (c *chunk) versions(ctx context.Context, tx *pg.Tx) error {
	if err := c.read(ctx, tx); err != nil {
		return err
	}
	if err := c.amend(ctx, tx); err != nil {
		return err
	}
	if c.pass == passAdding {
		return c.join(ctx, tx)
	}
	return nil
}

// one is the pass of a change of one ground, of which no switch tells.
func (c *chunk) one(ctx context.Context, tx *pg.Tx) error {
	if err := c.versions(ctx, tx); err != nil {
		return err
	}
	if err := c.logged(ctx, tx); err != nil {
		return err
	}
	return c.wake(ctx, tx)
}

// reached is how far a pass is: a plan that grounds were put in force under, and
// the last of them.
type reached struct {
	plan   int32
	ground enforcement.ID
}

// lockSwitch holds the change, so that of two processes one waits for the other.
// stands is false where the pass is over or the change was overtaken.
func (c *chunk) lockSwitch(ctx context.Context, tx *pg.Tx) (at reached, stands bool, err error) {
	err = tx.NewSelect().Model((*row)(nil)).ColumnExpr("coalesce(reached_plan, 0), reached, done_at IS NULL AND pass = ?", pg.Number(c.pass)).Where("from_plan = ?", pg.Number(c.s.from)).
		For("NO KEY UPDATE").Scan(ctx, &at.plan, &at.ground, &stands)
	if err != nil {
		return at, false, fmt.Errorf("hold the change: %w", err)
	}
	return at, stands, nil
}

// passOver ends the pass; after the last one all have followed.
func (c *chunk) passOver(tx *pg.Tx) {
	over := c.ofSwitch(tx).Set("reached_plan = NULL, reached = NULL").Set("done_at = CASE WHEN pass = ? THEN ?::timestamptz END", passAdding, c.act.At.UTC()).Set("pass = ?", passAdding)
	tx.Later(over, "end the pass")
}

func (c *chunk) ofSwitch(tx *pg.Tx) *bun.UpdateQuery {
	return tx.NewUpdate().Model((*row)(nil)).Where("from_plan = ?", pg.Number(c.s.from))
}

// Two parts of a chunk are small beside the tables, which a hash join would read
// through for each, and the planner cannot know.
const byIndex = `SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off`

// The index is walked in its own order (see directive.fromDirective). An end or a suspension
// under way is waited for, and who ended meanwhile is left out.
const selectWalked = `SELECT id, subject_id, valid_until, state = 'suspended', unconfirmed(ground) FROM ground
  WHERE state IN ('in-force', 'suspended') AND (plan_id, id) > ($1, $2) AND plan_id <= $1 ORDER BY plan_id, id LIMIT $3 FOR SHARE`

// take locks the next live grounds, and returns how far they reach. None are left
// where there is nobody whom the pass concerns.
func (c *chunk) take(ctx context.Context, tx *pg.Tx, at reached) (reached, error) {
	concerned := len(c.s.concerned[c.pass])
	if concerned == 0 {
		return at, nil
	}
	for _, birth := range c.s.births {
		if birth < at.plan {
			continue
		}
		if birth > at.plan {
			at = reached{plan: birth}
		}
		rows, err := tx.Pgx().Query(ctx, selectWalked, birth, [16]byte(at.ground), max(mostFollowing/concerned, 1))
		if err != nil {
			return at, fmt.Errorf("lock grounds: %w", err)
		}
		c.grounds, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (g walkedGround, err error) {
			err = row.Scan(&g.ID, &g.Subject, &g.Until, &g.suspended, &g.unconfirmed)
			return g, err
		})
		if err != nil {
			return at, fmt.Errorf("lock grounds: %w", err)
		}
		if n := len(c.grounds); n > 0 {
			at.ground = c.grounds[n-1].ID
			return at, nil
		}
	}
	return at, nil
}

const selectFollowed = `SELECT d.id, u.n::integer, d.organisation_id, d.step::text, d.due, d.valid_until, d.measures
  FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY u (subject, ground, n)
  JOIN directive d ON d.subject_id = u.subject AND d.ground_id = u.ground
  WHERE d.organisation_id = ANY ($3) ORDER BY d.id FOR NO KEY UPDATE OF d`

const selectVersions = `SELECT directive_id, version, kind::text, step::text, due, valid_until, measures FROM amendment
  WHERE directive_id = ANY ($1) ORDER BY directive_id, version`

// What open attempts name of the directives: it may have left.
const selectNamed = `SELECT u.id, u.version
  FROM attempt t JOIN event e ON e.id = t.event_id, unnest(e.directives, e.versions) u (id, version)
  WHERE t.settled_at IS NULL AND t.organisation_id = ANY ($2) AND u.id = ANY ($1)`

// read locks the directives of the organisations that the pass concerns, and then,
// for whoever was waited for may have written, reads how each stands.
func (c *chunk) read(ctx context.Context, tx *pg.Tx) error {
	subjects, grounds := make([]enforcement.ID, len(c.grounds)), make([]enforcement.ID, len(c.grounds))
	for i, g := range c.grounds {
		subjects[i], grounds[i] = g.Subject, g.ID
	}
	orgs := c.s.concerned[c.pass]
	readings, err := lockFollowed(ctx, tx.Pgx(), subjects, grounds, orgs)
	if err != nil {
		return fmt.Errorf("lock directives: %w", err)
	}
	ids := make([]enforcement.ID, len(readings))
	for i := range readings {
		ids[i] = readings[i].id
	}
	var unknown bool
	if err := tx.Pgx().QueryRow(ctx, `SELECT coalesce(max(epoch), 0::smallint), `+hold.Restoring+` FROM restoration`).Scan(&c.epoch, &unknown); err != nil {
		return fmt.Errorf("count restorations: %w", err)
	}
	if err := c.readDoubts(ctx, tx); err != nil {
		return err
	}
	named, err := namedByAttempts(ctx, tx.Pgx(), ids, orgs)
	if err != nil {
		return err
	}
	later, err := readVersions(ctx, tx.Pgx(), ids)
	if err != nil {
		return err
	}
	c.list = make([]followed, 0, len(readings))
	for i := range readings {
		one := &readings[i]
		f := one.stands(later[one.id], named, unknown)
		if f.kind == directive.Withdraw {
			continue
		}
		c.present[heldAt{one.ground, one.organisation}] = true
		f.suspended, f.unconfirmed = c.suspended(one.ground, one.organisation), c.grounds[one.ground].unconfirmed
		if f.version < hold.MaxVersion-1 { // the recipient would take no more
			c.list = append(c.list, f)
		}
	}
	return nil
}

// amend writes the later versions.
func (c *chunk) amend(ctx context.Context, tx *pg.Tx) error {
	var pending []enforcement.ID
	for i := range c.list {
		f := &c.list[i]
		versions := f.toward(c.s.target[f.organisation])
		if len(versions) == 0 {
			continue
		}
		if f.pending {
			pending = append(pending, f.id)
		}
		c.count(f, versions)
		version := f.version
		for _, v := range versions {
			version = hold.Following(version, c.epoch)
			c.lines = append(c.lines, f.next(version, v))
			c.event.amended(f, version, v, c.s)
			if v.step == directive.Queued {
				c.wakes[directive.WakeUp{Organisation: f.organisation, Lane: v.lane}] = true
			}
			if v.kind == directive.Withdraw && v.step == directive.Queued {
				c.withdrawn[f.organisation] = f.id
			}
		}
	}
	if len(c.lines) == 0 {
		return nil
	}
	if len(pending) > 0 {
		directive.ReplacePending(tx, pending)
	}
	return c.r.Directives.CopyVersions(ctx, tx, c.s.to, c.lines)
}

func (c *chunk) count(f *followed, versions []told) {
	switch {
	case versions[0].kind == directive.Withdraw:
		c.done.Withdrawn++
	case !plan.Within(f.carried, c.s.target[f.organisation]):
		c.done.Shrunk++
	default:
		c.done.Grown++
	}
}

// join makes the directives of organisations that had nothing to share with their
// new set. That of a suspended ground, or of one that the organisation doubts, is made and
// suspended at once, and its recipient hears of it when it is given back.
func (c *chunk) join(ctx context.Context, tx *pg.Tx) error {
	kinds, err := kindsOf(ctx, tx, c.s.births)
	if err != nil {
		return err
	}
	for _, line := range c.s.lines {
		if !c.s.joins[line.Organisation] {
			continue
		}
		of := plan.Plan{ID: c.s.to, Shares: []plan.Share{line}}
		var free, suspended []directive.InForce
		for i, g := range c.grounds {
			switch {
			case c.present[heldAt{i, line.Organisation}]:
			case c.suspended(i, line.Organisation):
				suspended = append(suspended, g.InForce)
			default:
				free = append(free, g.InForce)
			}
		}
		if err := c.make(ctx, tx, of, kinds, free, directive.Queued); err != nil {
			return err
		}
		if err := c.make(ctx, tx, of, kinds, suspended, directive.Cancelled); err != nil {
			return err
		}
		if len(free) > 0 {
			c.wakes[directive.WakeUp{Organisation: line.Organisation, Lane: directive.Bulk}] = true
		}
	}
	return nil
}

// make is [directive.Directives.Copy] for one line of the plan.
func (c *chunk) make(ctx context.Context, tx *pg.Tx, of plan.Plan, kind string, grounds []directive.InForce, step directive.Step) error {
	if len(grounds) == 0 {
		return nil
	}
	ids := enforcement.NewIDs(len(grounds))
	if err := c.r.Directives.Copy(ctx, tx, of, kind, grounds, ids, step); err != nil {
		return err
	}
	c.done.Added += int64(len(ids))
	lines := make([]directive.Version, 0, len(ids))
	for i, id := range ids {
		c.event.made(id, grounds[i], step, c.s.place[of.Shares[0].Organisation])
		if step == directive.Cancelled {
			f := &followed{id: id, organisation: of.Shares[0].Organisation, until: grounds[i].Until}
			v := told{directive.Suspend, []int16{}, directive.Express, false, directive.Cancelled}
			version := hold.Following(1, c.epoch)
			lines = append(lines, f.next(version, v))
			c.event.amended(f, version, v, c.s)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return c.r.Directives.CopyVersions(ctx, tx, c.s.to, lines)
}

// kindsOf is the kind of the grounds put in force under plans: one, for plans of
// several kinds do not follow one another.
func kindsOf(ctx context.Context, tx *pg.Tx, births []int32) (kind string, err error) {
	err = tx.Pgx().QueryRow(ctx, `SELECT kind::text FROM ground WHERE plan_id = ANY ($1) AND state IN ('in-force', 'suspended') LIMIT 1`, births).Scan(&kind)
	if err != nil {
		return "", fmt.Errorf("read the kind of the grounds: %w", err)
	}
	return kind, nil
}

// close writes what was done: the event, the clocks, how far the change is, and
// last the wake-ups.
func (c *chunk) close(ctx context.Context, tx *pg.Tx, at reached) error {
	c.done.Grounds = int64(len(c.grounds))
	if err := c.logged(ctx, tx); err != nil {
		return err
	}
	far := c.ofSwitch(tx).Set("reached_plan = ?, reached = ?", pg.Number(at.plan), at.ground).Set("grounds = grounds + ?", pg.Number(c.done.Grounds)).Set("withdrawn = withdrawn + ?", pg.Number(c.done.Withdrawn)).
		Set("shrunk = shrunk + ?", pg.Number(c.done.Shrunk)).Set("grown = grown + ?", pg.Number(c.done.Grown)).Set("added = added + ?", pg.Number(c.done.Added))
	tx.Later(far, "write how far it is")
	return c.wake(ctx, tx)
}

// logged writes the event, and starts the clocks of what is lifted.
func (c *chunk) logged(ctx context.Context, tx *pg.Tx) error {
	if err := c.event.log(ctx, tx, c); err != nil {
		return err
	}
	if len(c.withdrawn) > 0 {
		c.r.Directives.StartLiftClocks(tx, slices.Collect(maps.Values(c.withdrawn)), c.r.Record.Today(c.act.At))
	}
	return nil
}

func (c *chunk) wake(ctx context.Context, tx *pg.Tx) error {
	return c.r.Directives.WakeIn(ctx, tx, slices.SortedFunc(maps.Keys(c.wakes), directive.CompareWakeUps))
}
