package hold

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// The acts of holds in the log.
const (
	eventHoldPlaced record.EventKind = "hold-placed"
	eventHoldEnded  record.EventKind = "hold-ended"
)

// Scope is what a hold stops.
type Scope string

// The scopes. A court's hold stops what its grounds would burden with, an
// organisation's what would be sent to it, a memorandum's what rests on it.
const (
	Everything   Scope = "everything"
	Court        Scope = "court"
	Organisation Scope = "organisation"
	Memorandum   Scope = "memorandum"
)

// Cause is why a hold stands.
type Cause string

// The causes. One of Restore ends only when every organisation is reconciled.
const (
	operator Cause = "operator"
	Restore  Cause = "restore"
)

// maxHoldReason bounds the reason of a hold, in bytes.
const maxHoldReason = 2000

// NewHold is a hold to place.
type NewHold struct {
	Scope Scope
	// Organisation is the court or organisation of the scopes that name one.
	Organisation enforcement.OrganisationID
	// Memorandum is the slug of the scope that names one.
	Memorandum string
	// Cause is operator where it is left empty.
	Cause Cause
	// Reason is for everybody to read: never anything about a person.
	Reason string
}

// Hold stops everything that burdens within its scope; liftings go on.
type Hold struct {
	ID           enforcement.ID             `json:"id"`
	Scope        Scope                      `json:"scope"`
	Organisation enforcement.OrganisationID `json:"organisation,omitempty"`
	Memorandum   string                     `json:"memorandum,omitempty"`
	Cause        Cause                      `json:"cause"`
	Reason       string                     `json:"reason"`
	PlacedBy     string                     `json:"placed_by"`
	PlacedAt     time.Time                  `json:"placed_at"`
	EndedBy      string                     `json:"ended_by,omitempty"`
	EndedAt      time.Time                  `json:"ended_at,omitzero"`
	EndReason    string                     `json:"end_reason,omitempty"`
}

// row is a hold as it is kept.
type row struct {
	bun.BaseModel `bun:"table:hold,alias:h"`

	ID           enforcement.ID             `bun:"id,pk"`
	Scope        Scope                      `bun:"scope"`
	Organisation enforcement.OrganisationID `bun:"organisation_id,nullzero"`
	Memorandum   string                     `bun:"memorandum,nullzero"`
	Cause        Cause                      `bun:"cause"`
	Reason       string                     `bun:"reason"`
	PlacedBy     string                     `bun:"placed_by"`
	PlacedAt     time.Time                  `bun:"placed_at"`
	EndedBy      string                     `bun:"ended_by,nullzero"`
	EndedAt      time.Time                  `bun:"ended_at,nullzero"`
	EndReason    string                     `bun:"end_reason,nullzero"`
}

// ErrStopped says that an attempt names something that a hold stops: nothing was
// written, and what is due must be read again.
var ErrStopped = errors.New("a hold stops what the attempt names")

// The gate of holds is one advisory lock: an attempt passes with it shared, a
// hold is placed with it alone. So when a hold is in the record, every attempt
// that did not see it is there too, and can be waited for.
const (
	EnterGate = `SELECT pg_advisory_xact_lock_shared` + record.HoldGate
	closeGate = `SELECT pg_advisory_xact_lock` + record.HoldGate
)

// AnyHold costs next to nothing and keeps the question of scope from being asked
// of each row while nothing is held and nothing is unconfirmed: of the least confirmed
// ground the index knows at once, where "is there any" would read them all to find none.
const AnyHold = `(SELECT EXISTS (SELECT FROM hold WHERE ended_at IS NULL) OR record_epoch() > coalesce((
    SELECT min(r.confirmed) FROM ground r WHERE r.kind <> 'reward' AND r.state <> 'ended' AND r.decided_on IS NOT NULL), 32767))`

// Of ids and versions u (id, v), stoppedAmong keeps what a hold stops; StoppedNamed asks
// it of an attempt's.
const (
	stoppedAmong = ` JOIN directive d ON d.id = u.id LEFT JOIN amendment a ON a.directive_id = u.id AND a.version = u.v
  WHERE coalesce(a.burdens, u.v = 1) AND directive_held(d.organisation_id, d.ground_id, d.plan_id)`
	StoppedNamed = `SELECT FROM unnest($10::uuid[], $11::smallint[]) u (id, v)` + stoppedAmong
)

// StopsAny reports whether a hold stops any of these versions of directives.
func (r *Holds) StopsAny(ctx context.Context, ids []enforcement.ID, versions []int16) (bool, error) {
	var held bool
	err := r.Record.DB.NewRaw(`SELECT EXISTS (SELECT FROM unnest(?::uuid[], ?::smallint[]) u (id, v)`+stoppedAmong+`)`, pg.Array(ids), pg.Array(versions)).
		Scan(ctx, &held)
	if err != nil {
		return false, fmt.Errorf("look for holds on %d versions: %w", len(ids), err)
	}
	return held, nil
}

// Place stops everything that burdens within the scope. When it returns, no
// attempt that burdens can be opened by any process any more; notify.Quiesce
// waits for those that were open already. A president may hold the grounds of
// the own court, an operator anything.
func (r *Holds) Place(ctx context.Context, act enforcement.Act, n NewHold) (enforcement.ID, error) {
	if err := act.Check(enforcement.Operator, enforcement.President, enforcement.System); err != nil {
		return enforcement.ID{}, err
	}
	if act.Actor.Role == enforcement.President && (n.Scope != Court || n.Organisation != act.Actor.Organisation) {
		return enforcement.ID{}, enforcement.Refuse("role.forbidden", "role", string(enforcement.President))
	}
	if n.Cause == "" {
		n.Cause = operator
	}
	if n.Reason = enforcement.Say(n.Reason).String(); !enforcement.Words(n.Reason).Fits(maxHoldReason) {
		return enforcement.ID{}, enforcement.Refuse("hold.reason", "max", strconv.Itoa(maxHoldReason))
	}
	if err := enforcement.Public("reason", n.Reason); err != nil {
		return enforcement.ID{}, err
	}
	id := enforcement.NewID()
	d, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		if err := r.PlaceIn(ctx, tx, act, id, n); err != nil {
			return nil, err
		}
		return &record.Event{Kind: eventHoldPlaced, RefersTo: id, Reason: string(n.Scope)}, nil
	})
	return d.RefersTo, err
}

// PlaceIn is [Holds.Place] within the caller's transaction.
func (r *Holds) PlaceIn(ctx context.Context, tx *pg.Tx, act enforcement.Act, id enforcement.ID, n NewHold) error {
	var known bool
	err := tx.NewRaw(`SELECT CASE ?0 WHEN 'everything' THEN true WHEN 'memorandum' THEN EXISTS (SELECT FROM edition WHERE memorandum = ?2)
		ELSE EXISTS (SELECT FROM organisation WHERE id = ?1 AND (kind = 'court') = (?0 = 'court')) END`, n.Scope, pg.Number(n.Organisation), n.Memorandum).Scan(ctx, &known)
	if err != nil {
		return fmt.Errorf("look for what is to be held: %w", err)
	}
	if !known {
		return enforcement.Refuse("hold.scope")
	}
	tx.Later(tx.NewRaw(closeGate), "close the gate of holds")
	tx.Later(tx.NewInsert().Model(&row{
		ID: id, Scope: n.Scope, Organisation: n.Organisation, Memorandum: n.Memorandum, Cause: n.Cause, Reason: n.Reason, PlacedBy: act.Actor.ID, PlacedAt: act.At.UTC(),
	}), "place hold %s", id)
	return nil
}

// End lets what burdens go out again. Somebody else than who placed the hold
// must end it.
func (r *Holds) End(ctx context.Context, act enforcement.Act, id enforcement.ID, reason string) error {
	if err := act.Check(enforcement.Operator, enforcement.President); err != nil {
		return err
	}
	if reason = enforcement.Say(reason).String(); !enforcement.Words(reason).Fits(maxHoldReason) || !enforcement.Words(reason).Says(1) {
		return enforcement.Refuse("hold.reason", "max", strconv.Itoa(maxHoldReason))
	}
	if err := enforcement.Public("reason", reason); err != nil {
		return err
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		var h row
		if err := tx.NewSelect().Model(&h).Column("scope", "organisation_id", "cause").Where("id = ?", id).For("UPDATE").Scan(ctx); err != nil {
			return nil, enforcement.NotFound(err, "read a hold")
		}
		if act.Actor.Role == enforcement.President && (h.Scope != Court || h.Organisation != act.Actor.Organisation) {
			return nil, enforcement.Refuse("role.forbidden", "role", string(enforcement.President))
		}
		if h.Cause == Restore {
			if err := mayEndRestoreHold(ctx, tx); err != nil {
				return nil, err
			}
		}
		end := tx.NewUpdate().Model((*row)(nil)).Set("ended_by = ?, ended_at = ?, end_reason = ?", act.Actor.ID, act.At.UTC(), reason)
		tx.LaterOne(end.Where("id = ? AND ended_at IS NULL", id), enforcement.Refuse("hold.ended"), "end hold %s", id)
		return &record.Event{Kind: eventHoldEnded, RefersTo: id}, nil
	})
	return err
}

// holds asks for holds, each a [Hold].
func holds(db bun.IDB) *bun.SelectQuery {
	return db.NewSelect().Model((*row)(nil)).Column("id", "scope", "memorandum", "cause", "reason", "placed_by", "placed_at", "ended_by", "ended_at", "end_reason").
		ColumnExpr("h.organisation_id AS organisation")
}

// List lists the holds that stand, oldest first; with ended also those that
// ended, newest first, up to 200.
func (r *Holds) List(ctx context.Context, ended bool) (list []Hold, err error) {
	q := holds(r.Record.DB)
	if ended {
		q.OrderExpr("ended_at IS NOT NULL, placed_at DESC").Limit(200)
	} else {
		q.Where("ended_at IS NULL").Order("placed_at")
	}
	if err := q.Scan(ctx, &list); err != nil {
		return nil, fmt.Errorf("list holds: %w", err)
	}
	return list, nil
}

// over is true of a ground g that a hold h stops anything of.
const over = `CASE h.scope WHEN 'everything' THEN true WHEN 'court' THEN h.organisation_id = g.organisation_id
  WHEN 'memorandum' THEN EXISTS (SELECT FROM plan_line l JOIN measure m ON m.id = ANY (l.measures)
    WHERE l.plan_id IN (g.plan_id, plan_now(g.plan_id)) AND m.memorandum = h.memorandum)
  ELSE EXISTS (SELECT FROM plan_line l WHERE l.plan_id IN (g.plan_id, plan_now(g.plan_id)) AND l.organisation_id = h.organisation_id) END`

// Over asks for the standing holds that stop anything of one ground or of several, which
// may be a query; each is a [Hold].
func Over(db bun.IDB, grounds any) *bun.SelectQuery {
	return holds(db).Join("JOIN ground AS g ON "+over).Where("h.ended_at IS NULL AND g.id IN (?)", grounds).Order("h.placed_at")
}

// On lists the standing holds that stop anything of one ground.
func (r *Holds) On(ctx context.Context, ground enforcement.ID) (list []Hold, err error) {
	if err := Over(r.Record.DB, ground).Scan(ctx, &list); err != nil {
		return nil, fmt.Errorf("list the holds over ground %s: %w", ground, err)
	}
	return list, nil
}

// Enter passes the gate: a hold placed meanwhile waits for the transaction.
func Enter(tx *pg.Tx) { tx.Later(tx.NewRaw(EnterGate), "pass the gate of holds") }

// Owners asks of which owners nothing may be published; 0 is every one ([Stops]). Who
// publishes passes the gate before ([Enter]).
func Owners(db bun.IDB) *bun.SelectQuery {
	return db.NewSelect().Table("hold").ColumnExpr("coalesce(organisation_id, 0)").Where("ended_at IS NULL AND scope IN ('everything', 'court')")
}

// Stops reports whether the answer to [Owners] names one.
func Stops(held []enforcement.OrganisationID, owner enforcement.OrganisationID) bool {
	return slices.Contains(held, 0) || slices.Contains(held, owner)
}

// RefuseStopped passes the gate, and refuses what would be published of an owner while
// a hold stands over it.
func RefuseStopped(ctx context.Context, tx *pg.Tx, owner enforcement.OrganisationID) error {
	Enter(tx)
	var held []enforcement.OrganisationID
	if err := Owners(tx).Scan(ctx, &held); err != nil {
		return fmt.Errorf("look for holds: %w", err)
	}
	if Stops(held, owner) {
		return enforcement.Refuse("hold.standing")
	}
	return nil
}
