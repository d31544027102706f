// pgx: attempts are opened and settled a thousand directives at a time, by prepared statements.

package directive

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"go.opentelemetry.io/otel/attribute"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/hold"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// The acts of sending in the log.
const (
	EventAttempt    record.EventKind = "attempt"
	EventSettlement record.EventKind = "settlement"
)

// Attempt is one send, committed before it leaves: from then on all its items
// count as having left.
type Attempt struct {
	ID           enforcement.ID
	Event        enforcement.ID
	Organisation enforcement.OrganisationID
	Lane         Lane
	Directives   []enforcement.ID
	Versions     []int16
}

// An attempt stands beside its event ([record.Record.LogBeside]), and neither is
// written if a hold stops anything the attempt names.
const (
	attemptFree   = `NOT (` + hold.AnyHold + ` AND EXISTS (` + hold.StoppedNamed + `))`
	insertAttempt = `INSERT INTO attempt (id, organisation_id, lane, channel, event_id, body_hash, opened_at)
    SELECT $12, $7::integer, $13::text::lane, $8, $1, $9, $4 FROM free`
)

// Open commits the row of a send; no transaction is open when the caller
// sends. [hold.ErrStopped]: a hold was placed since the items were read.
func (r *Directives) Open(ctx context.Context, act enforcement.Act, w WakeUp, channel string, items []Item, bodyHash []byte) (_ Attempt, err error) {
	ctx, end := record.Span(ctx, "attempt", attribute.Int("concordat.directives", len(items)))
	defer end(&err)
	a := Attempt{ID: enforcement.NewID(), Event: enforcement.NewID(), Organisation: w.Organisation, Lane: w.Lane, Directives: make([]enforcement.ID, len(items)), Versions: make([]int16, len(items))}
	for n, i := range items {
		a.Directives[n], a.Versions[n] = i.Directive, i.Version
	}
	// One trip and one transaction of two statements: the second sees every hold
	// that was placed before the gate was passed.
	b := &pgx.Batch{}
	b.Queue(hold.EnterGate)
	e := record.Event{ID: a.Event, Kind: EventAttempt, Reason: channel, DocumentHash: bodyHash, Directives: a.Directives, Versions: a.Versions}
	act.Actor.Organisation = w.Organisation // whom the event is about
	sql, args := r.Record.LogBeside(act, e, attemptFree, insertAttempt, a.ID, string(w.Lane))
	b.Queue(sql, args...).
		Exec(func(written pgconn.CommandTag) error {
			if written.RowsAffected() == 0 {
				return hold.ErrStopped
			}
			return nil
		})
	if err := r.Record.DB.Pool.SendBatch(ctx, b).Close(); err != nil {
		return a, fmt.Errorf("open an attempt at organisation %d: %w", w.Organisation, err)
	}
	return a, nil
}

// Result is what became of one item of an attempt. Step is Left (in doubt),
// Delivered or Acknowledged. Placed says that a Left item waits in an inbox and
// is not to be sent again.
type Result struct {
	Step    Step
	Placed  bool
	Reports []Report
}

// Drop takes the reports away, which cannot be recorded. The acknowledgement beside them
// stands, but not that of a lifting of which anything is said to be kept.
func (r *Result) Drop(lane Lane) {
	r.unfit(lane)
	r.Reports = nil
}

// unfit is told that a report cannot be recorded: who keeps something on no basis that can
// be looked up has not withdrawn it, so the withdrawal stays open.
func (r *Result) unfit(lane Lane) {
	keeps := func(p Report) bool { return p.Outcome == kept }
	if lane == Express && r.Step == Acknowledged && slices.ContainsFunc(r.Reports, keeps) {
		r.Step = Delivered
	}
}

// Settle closes an attempt: it records the results of the versions that are
// still current, and queues the newest version of every directive that was
// cancelled or changed while the attempt was open. results stand in the order of
// the attempt's items; one that does not stand is moved back ([Result.Drop]). Settling
// twice changes nothing.
func (r *Directives) Settle(ctx context.Context, act enforcement.Act, a Attempt, results []Result) (err error) {
	ctx, end := record.Span(ctx, "settle", attribute.String("concordat.attempt", a.ID.String()), attribute.Int("concordat.directives", len(results)))
	defer end(&err)
	if len(results) != len(a.Directives) {
		return fmt.Errorf("settle attempt %s: %d results for %d items", a.ID, len(results), len(a.Directives))
	}
	err = r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		tag, err := tx.Pgx().Exec(ctx, `UPDATE attempt SET settled_at = $2 WHERE id = $1 AND settled_at IS NULL`, a.ID, r.Record.Machine())
		if err != nil {
			return fmt.Errorf("close it: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
		if err := lockLater(ctx, tx, a, results); err != nil {
			return err
		}
		reports, err := r.weighed(ctx, tx, act, a, results, func(i int, because error) error {
			results[i].unfit(a.Lane)
			docket.Report(tx, incidentUnfit, a.Organisation, a.Directives[i], because.Error(), r.Record.Machine())
			return nil
		})
		if err != nil {
			return err
		}
		e := record.Event{ID: enforcement.NewID(), Kind: EventSettlement, RefersTo: a.Event, Outcomes: make([]int16, len(results))}
		for i, result := range results {
			e.Outcomes[i] = StepNumber(result.Step)
			if result.Placed {
				e.Outcomes[i] = Placed
			}
		}
		wakes, err := r.record(ctx, tx, act, &e, a, results)
		if err != nil {
			return err
		}
		if err := r.writeReports(ctx, tx, act, a.Organisation, reports); err != nil {
			return err
		}
		if err := r.Record.LogIn(ctx, tx, act, &e); err != nil {
			return err
		}
		return r.WakeIn(ctx, tx, wakes)
	})
	if err != nil {
		return enforcement.AsRefusal(fmt.Errorf("settle attempt %s: %w", a.ID, err))
	}
	return nil
}

// record writes results onto versions, of which the caller holds the locks ([lockLater]). The
// quick way serves the usual case: all versions are still current. If any is not, what is
// newer is looked at.
func (r *Directives) record(ctx context.Context, tx *pg.Tx, act enforcement.Act, e *record.Event, a Attempt, results []Result) ([]WakeUp, error) {
	current, err := updateSteps(ctx, tx, a, results)
	if err != nil {
		return nil, err
	}
	if current < len(results) {
		return r.catchUp(ctx, tx, act, e, a, results)
	}
	return nil, nil
}

// lockLater locks the directives of which later versions are named; moving a
// first version locks its row by itself. What a doubt changes is locked with them.
func lockLater(ctx context.Context, tx *pg.Tx, a Attempt, results []Result) error {
	var ids []enforcement.ID
	for i, id := range a.Directives {
		if a.Versions[i] > 1 {
			ids = append(ids, id)
		}
	}
	if doubted, err := lockDoubted(ctx, tx, a, results, ids); err != nil || doubted || len(ids) == 0 {
		return err
	}
	if _, err := tx.Pgx().Exec(ctx, lockDirectives, ids); err != nil {
		return fmt.Errorf("lock %d directives: %w", len(ids), err)
	}
	return nil
}

// updateSteps moves what is due forward and returns how many versions were. A later
// version may have been answered before it left for certain: it does not fall back.
func updateSteps(ctx context.Context, tx *pg.Tx, a Attempt, results []Result) (int, error) {
	type set struct {
		ids      []enforcement.ID
		versions []int16
	}
	type target struct {
		step  Step
		due   bool
		first bool
	}
	sets := map[target]*set{}
	for i, result := range results {
		t := target{result.Step, result.Step == Left && !result.Placed, a.Versions[i] == 1}
		s := sets[t]
		if s == nil {
			s = &set{ids: make([]enforcement.ID, 0, len(results)-i), versions: make([]int16, 0, len(results)-i)}
			sets[t] = s
		}
		s.ids, s.versions = append(s.ids, a.Directives[i]), append(s.versions, a.Versions[i])
	}
	total := 0
	for _, t := range slices.SortedFunc(maps.Keys(sets), func(x, y target) int {
		return slices.Compare([]int{int(StepNumber(x.step)), boolInt(x.due), boolInt(x.first)}, []int{int(StepNumber(y.step)), boolInt(y.due), boolInt(y.first)})
	}) {
		s := sets[t]
		var n int64
		if t.first {
			tag, err := tx.Pgx().Exec(ctx, `UPDATE directive SET step = $2::text::step, due = $3 WHERE id = ANY($1) AND due AND organisation_id = $4`, s.ids, string(t.step), t.due, a.Organisation)
			if err != nil {
				return 0, fmt.Errorf("record %s of %d directives: %w", t.step, len(s.ids), err)
			}
			n = tag.RowsAffected()
		} else {
			tag, err := tx.Pgx().Exec(ctx, `UPDATE amendment SET step = greatest(step, $3::text::step), due = $4
				FROM unnest($1::uuid[], $2::smallint[]) u (id, v)
				WHERE directive_id = u.id AND version = u.v AND due AND organisation_id = $5`, s.ids, s.versions, string(t.step), t.due, a.Organisation)
			if err != nil {
				return 0, fmt.Errorf("record %s of %d later versions: %w", t.step, len(s.ids), err)
			}
			if n = tag.RowsAffected(); int(n) < len(s.ids) {
				tag, err := tx.Pgx().Exec(ctx, `UPDATE orphan SET step = greatest(step, $3::text::step), due = $4
					FROM unnest($1::uuid[], $2::smallint[]) u (id, v)
					WHERE directive_id = u.id AND version = u.v AND due AND organisation_id = $5`, s.ids, s.versions, string(t.step), t.due, a.Organisation)
				if err != nil {
					return 0, fmt.Errorf("record %s of %d orphans: %w", t.step, len(s.ids), err)
				}
				n += tag.RowsAffected()
			}
		}
		total += int(n)
	}
	return total, nil
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// catchUp serves versions that were cancelled, replaced or answered elsewhere
// while the attempt was open. They did leave, so their step becomes the truth;
// and a newer version that was written as "nothing left" must go out after all.
func (r *Directives) catchUp(ctx context.Context, tx *pg.Tx, act enforcement.Act, e *record.Event, a Attempt, results []Result) ([]WakeUp, error) {
	if err := advance(ctx, tx, a, results, false); err != nil {
		return nil, err
	}
	queued, wakes, err := r.queueNewer(ctx, tx, act, a)
	for _, k := range queued {
		e.Directives, e.Versions = append(e.Directives, k.Directive), append(e.Versions, k.Version)
	}
	return wakes, err
}

// queueNewer queues the newest version of every directive of which an older one
// left after all, where it was written as cancelled because nothing had. The
// recipient's time to acknowledge a withdrawal begins only now.
func (r *Directives) queueNewer(ctx context.Context, tx *pg.Tx, act enforcement.Act, a Attempt) ([]VersionKey, []WakeUp, error) {
	rows, err := tx.Pgx().Query(ctx, `UPDATE amendment n SET step = 'queued', due = true FROM unnest($1::uuid[], $2::smallint[]) u (id, v)
		WHERE n.directive_id = u.id AND n.version > u.v AND n.step = 'cancelled'
			AND n.version = (SELECT max(version) FROM amendment m WHERE m.directive_id = u.id)
		RETURNING n.directive_id, n.version, n.organisation_id, n.lane::text`, a.Directives, a.Versions)
	if err != nil {
		return nil, nil, fmt.Errorf("queue what is newer: %w", err)
	}
	touched := map[WakeUp]bool{}
	var queued []VersionKey
	var k VersionKey
	var w WakeUp
	_, err = pgx.ForEachRow(rows, []any{&k.Directive, &k.Version, &w.Organisation, &w.Lane}, func() error {
		queued = append(queued, k)
		touched[w] = true
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("queue what is newer: %w", err)
	}
	if len(queued) > 0 {
		ids := make([]enforcement.ID, len(queued))
		for i, k := range queued {
			ids[i] = k.Directive
		}
		r.StartLiftClocks(tx, ids, r.Record.Today(act.At))
	}
	return queued, slices.SortedFunc(maps.Keys(touched), CompareWakeUps), nil
}

// LeftOpen counts the attempts that were opened before an instant and never settled, by
// organisation/lane.
func (r *Directives) LeftOpen(ctx context.Context, before time.Time) (map[string]int, error) {
	rows, err := r.Record.DB.Pool.Query(ctx, `SELECT o.slug || '/' || a.lane, count(*)
		FROM attempt a JOIN organisation o ON o.id = a.organisation_id
		WHERE a.settled_at IS NULL AND a.opened_at < $1 GROUP BY 1`, before)
	if err != nil {
		return nil, fmt.Errorf("look for attempts left open: %w", err)
	}
	open := map[string]int{}
	var lane string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&lane, &n}, func() error {
		open[lane] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for attempts left open: %w", err)
	}
	return open, nil
}

const selectOpenAttempts = `SELECT t.id, t.event_id, e.directives, e.versions FROM attempt t JOIN event e ON e.id = t.event_id
  WHERE t.organisation_id = $1 AND t.lane = $2::text::lane AND t.settled_at IS NULL ORDER BY t.id`

func readAttempts(rows pgx.Rows, w WakeUp) ([]Attempt, error) {
	open, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Attempt, error) {
		a := Attempt{Organisation: w.Organisation, Lane: w.Lane}
		err := row.Scan(&a.ID, &a.Event, &a.Directives, &a.Versions)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("look for open attempts: %w", err)
	}
	return open, nil
}

// Recover settles the attempts of a lane that a crash left open: everything they
// name is in doubt. The caller must hold the lane.
func (r *Directives) Recover(ctx context.Context, act enforcement.Act, w WakeUp) (int, error) {
	rows, err := r.Record.DB.Pool.Query(ctx, selectOpenAttempts, w.Organisation, string(w.Lane))
	if err != nil {
		return 0, fmt.Errorf("look for open attempts: %w", err)
	}
	open, err := readAttempts(rows, w)
	if err != nil {
		return 0, err
	}
	return len(open), r.RecoverThese(ctx, act, open)
}

// RecoverThese is [Directives.Recover] of attempts that were read ([Directives.Look]).
func (r *Directives) RecoverThese(ctx context.Context, act enforcement.Act, open []Attempt) error {
	var errs []error
	for _, a := range open {
		results := make([]Result, len(a.Directives))
		for i := range results {
			results[i].Step = Left
		}
		errs = append(errs, r.Settle(ctx, act, a, results))
	}
	return errors.Join(errs...)
}
