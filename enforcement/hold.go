package enforcement

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
)

// The acts of holds in the log.
const (
	EventHoldPlaced EventKind = "hold-placed"
	EventHoldEnded  EventKind = "hold-ended"
)

// HoldScope is what a hold stops.
type HoldScope string

// The scopes. A court's hold stops what its grounds would burden with, an
// organisation's what would be sent to it, a memorandum's what rests on it.
const (
	HoldEverything   HoldScope = "everything"
	HoldCourt        HoldScope = "court"
	HoldOrganisation HoldScope = "organisation"
	HoldMemorandum   HoldScope = "memorandum"
)

// HoldCause is why a hold stands.
type HoldCause string

// The causes. One of HoldRestore ends only when every organisation is reconciled.
const (
	HoldOperator HoldCause = "operator"
	HoldRestore  HoldCause = "restore"
)

// maxHoldReason bounds the reason of a hold, in bytes.
const maxHoldReason = 2000

// NewHold is a hold to place.
type NewHold struct {
	Scope HoldScope
	// Organisation is the court or organisation of the scopes that name one.
	Organisation OrganisationID
	// Memorandum is the slug of the scope that names one.
	Memorandum string
	// Cause is HoldOperator where it is left empty.
	Cause HoldCause
	// Reason is for everybody to read: never anything about a person.
	Reason string
}

// Hold stops everything that burdens within its scope; liftings go on.
type Hold struct {
	ID           ID             `json:"id"`
	Scope        HoldScope      `json:"scope"`
	Organisation OrganisationID `json:"organisation,omitempty"`
	Memorandum   string         `json:"memorandum,omitempty"`
	Cause        HoldCause      `json:"cause"`
	Reason       string         `json:"reason"`
	PlacedBy     string         `json:"placed_by"`
	PlacedAt     time.Time      `json:"placed_at"`
	EndedBy      string         `json:"ended_by,omitempty"`
	EndedAt      time.Time      `json:"ended_at,omitzero"`
	EndReason    string         `json:"end_reason,omitempty"`
}

// ErrHeld says that an attempt names something that a hold stops: nothing was
// written, and what is due must be read again.
var ErrHeld = errors.New("a hold stops what the attempt names")

// The gate of holds is one advisory lock: an attempt passes with it shared, a
// hold is placed with it alone. So when a hold is in the record, every attempt
// that did not see it is there too, and can be waited for.
const (
	enterGate = `SELECT pg_advisory_xact_lock_shared(1129270856, 0)`
	closeGate = `SELECT pg_advisory_xact_lock(1129270856, 0)`
)

// anyHold costs next to nothing and keeps the question of scope from being asked
// of each row while nothing is held.
const anyHold = `(SELECT EXISTS (SELECT FROM hold WHERE ended_at IS NULL))`

// Of ids and versions u (id, v), heldAmong keeps what a hold stops; heldNamed asks
// it of an attempt's.
const (
	heldAmong = ` JOIN directive d ON d.id = u.id LEFT JOIN amendment a ON a.directive_id = u.id AND a.version = u.v
  WHERE coalesce(a.burdens, u.v = 1) AND directive_held(d.organisation_id, d.ground_id, d.plan_id)`
	heldNamed = `SELECT FROM unnest($10::uuid[], $11::smallint[]) u (id, v)` + heldAmong
)

// AnyHeld reports whether a hold stops any of these versions of directives.
func (r *Register) AnyHeld(ctx context.Context, ids []ID, versions []int16) (bool, error) {
	var held bool
	err := r.db.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM unnest($1::uuid[], $2::smallint[]) u (id, v)`+heldAmong+`)`, ids, versions).Scan(&held)
	if err != nil {
		return false, fmt.Errorf("look for holds on %d versions: %w", len(ids), err)
	}
	return held, nil
}

// PlaceHold stops everything that burdens within the scope. When it returns, no
// attempt that burdens can be opened by any process any more; notify.Quiesce
// waits for those that were open already. A president may hold the grounds of
// the own court, an operator anything.
func (r *Register) PlaceHold(ctx context.Context, act Act, n NewHold) (ID, error) {
	if err := act.check(Operator, President, System); err != nil {
		return ID{}, err
	}
	if act.Actor.Role == President && (n.Scope != HoldCourt || n.Organisation != act.Actor.Organisation) {
		return ID{}, refuse("role.forbidden", "role", string(President))
	}
	if n.Cause == "" {
		n.Cause = HoldOperator
	}
	if n.Reason = strings.TrimSpace(n.Reason); n.Reason == "" || len(n.Reason) > maxHoldReason {
		return ID{}, refuse("hold.reason", "max", strconv.Itoa(maxHoldReason))
	}
	id := NewID()
	d, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		if err := r.placeHold(ctx, tx, act, id, n); err != nil {
			return nil, err
		}
		return &event{Kind: EventHoldPlaced, RefersTo: id, Reason: string(n.Scope)}, nil
	})
	return d.refersTo, err
}

func (r *Register) placeHold(ctx context.Context, tx *pg.Tx, act Act, id ID, n NewHold) error {
	return tx.Pgx(func(p pgx.Tx) error {
		var known bool
		err := p.QueryRow(ctx, `SELECT CASE $1 WHEN 'everything' THEN true WHEN 'memorandum' THEN EXISTS (SELECT FROM edition WHERE memorandum = $3)
			ELSE EXISTS (SELECT FROM organisation WHERE id = $2 AND (kind = 'court') = ($1 = 'court')) END`, string(n.Scope), int32(n.Organisation), n.Memorandum).Scan(&known)
		if err != nil {
			return fmt.Errorf("look for what is to be held: %w", err)
		}
		if !known {
			return refuse("hold.scope")
		}
		if _, err := p.Exec(ctx, closeGate); err != nil {
			return fmt.Errorf("close the gate: %w", err)
		}
		_, err = p.Exec(ctx, `INSERT INTO hold (id, scope, organisation_id, memorandum, cause, reason, placed_by, placed_at)
			VALUES ($1, $2::text::hold_scope, nullif($3, 0), nullif($4, ''), $5, $6, $7, $8)`,
			id, string(n.Scope), int32(n.Organisation), n.Memorandum, string(n.Cause), n.Reason, act.Actor.ID, act.At.UTC())
		if err != nil {
			return fmt.Errorf("place hold %s: %w", id, err)
		}
		return nil
	})
}

// EndHold lets what burdens go out again. Somebody else than who placed the hold
// must end it.
func (r *Register) EndHold(ctx context.Context, act Act, id ID, reason string) error {
	if err := act.check(Operator, President); err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > maxHoldReason {
		return refuse("hold.reason", "max", strconv.Itoa(maxHoldReason))
	}
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		return &event{Kind: EventHoldEnded, RefersTo: id}, tx.Pgx(func(p pgx.Tx) error {
			var h Hold
			err := p.QueryRow(ctx, `SELECT scope::text, coalesce(organisation_id, 0), cause FROM hold WHERE id = $1 FOR UPDATE`, id).
				Scan(&h.Scope, &h.Organisation, &h.Cause)
			if err != nil {
				return notFound(err, "read a hold")
			}
			if act.Actor.Role == President && (h.Scope != HoldCourt || h.Organisation != act.Actor.Organisation) {
				return refuse("role.forbidden", "role", string(President))
			}
			if h.Cause == HoldRestore {
				if err := mayEndRestoreHold(ctx, p); err != nil {
					return err
				}
			}
			tag, err := p.Exec(ctx, `UPDATE hold SET ended_by = $2, ended_at = $3, end_reason = $4 WHERE id = $1 AND ended_at IS NULL`, id, act.Actor.ID, act.At.UTC(), reason)
			if err != nil {
				return fmt.Errorf("end hold %s: %w", id, err)
			}
			if tag.RowsAffected() == 0 {
				return refuse("hold.ended")
			}
			return nil
		})
	})
	return err
}

const selectHolds = `SELECT id, scope::text, coalesce(organisation_id, 0), coalesce(memorandum, ''), cause, reason, placed_by, placed_at,
  coalesce(ended_by, ''), coalesce(ended_at, '0001-01-01Z'), coalesce(end_reason, '') FROM hold h`

// Holds lists the holds that stand, oldest first; with ended also those that
// ended, newest first, up to 200.
func (r *Register) Holds(ctx context.Context, ended bool) ([]Hold, error) {
	if ended {
		return r.holds(ctx, selectHolds+` ORDER BY ended_at IS NOT NULL, placed_at DESC LIMIT 200`)
	}
	return r.holds(ctx, selectHolds+` WHERE ended_at IS NULL ORDER BY placed_at`)
}

// HoldsOn lists the standing holds that stop anything of one ground.
func (r *Register) HoldsOn(ctx context.Context, ground ID) ([]Hold, error) {
	return r.holds(ctx, selectHolds+` WHERE ended_at IS NULL AND EXISTS (SELECT FROM ground g WHERE g.id = $1 AND CASE h.scope WHEN 'everything' THEN true WHEN 'court' THEN h.organisation_id = g.organisation_id
			WHEN 'memorandum' THEN EXISTS (SELECT FROM plan_line l JOIN measure m ON m.id = ANY (l.measures) WHERE l.plan_id IN (g.plan_id, plan_now(g.plan_id)) AND m.memorandum = h.memorandum)
			ELSE EXISTS (SELECT FROM plan_line l WHERE l.plan_id IN (g.plan_id, plan_now(g.plan_id)) AND l.organisation_id = h.organisation_id) END) ORDER BY placed_at`, ground)
}

func (r *Register) holds(ctx context.Context, sql string, args ...any) ([]Hold, error) {
	rows, err := r.db.Pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("list holds: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Hold, error) {
		var h Hold
		err := row.Scan(&h.ID, &h.Scope, &h.Organisation, &h.Memorandum, &h.Cause, &h.Reason, &h.PlacedBy, &h.PlacedAt, &h.EndedBy, &h.EndedAt, &h.EndReason)
		return h, err
	})
}

// ownersStopped says of which courts nothing may be published. It passes the gate:
// a hold placed meanwhile waits for the publication.
func ownersStopped(ctx context.Context, p pgx.Tx) (held func(OrganisationID) bool, err error) {
	if _, err := p.Exec(ctx, enterGate); err != nil {
		return nil, fmt.Errorf("pass the gate of holds: %w", err)
	}
	return ownersToldStopped(ctx, p)
}

// ownersToldStopped is ownersStopped for who only tells of it: it does not wait at the gate.
func ownersToldStopped(ctx context.Context, p pgx.Tx) (held func(OrganisationID) bool, err error) {
	rows, err := p.Query(ctx, `SELECT coalesce(organisation_id, 0) FROM hold WHERE ended_at IS NULL AND scope IN ('everything', 'court')`)
	if err != nil {
		return nil, fmt.Errorf("look for holds: %w", err)
	}
	courts, err := pgx.CollectRows(rows, pgx.RowTo[OrganisationID])
	if err != nil {
		return nil, fmt.Errorf("look for holds: %w", err)
	}
	return func(court OrganisationID) bool {
		for _, held := range courts {
			if held == 0 || held == court {
				return true
			}
		}
		return false
	}, nil
}
