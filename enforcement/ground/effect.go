package ground

import (
	"context"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// The acts of grounds of every kind in the log. Their names are older than the other
// kinds, and the log keeps them.
const (
	EventInForce     record.EventKind = "ground-in-force"
	EventGroundEnded record.EventKind = "ground-ended"
	EventSuspended   record.EventKind = "listing-suspended"
	EventResumed     record.EventKind = "listing-resumed"
	EventReaffirmed  record.EventKind = "listing-reaffirmed"
)

// grounded is what an effect looks at of a case.
type grounded struct {
	effect Effect
	ground enforcement.ID
	// until was the last day of its term, term is it now.
	until, term day.Day
	suspended   bool
	standing    directive.Standing
}

// changes reports whether an effect writes versions of directives that there are.
func (e Effect) changes() bool {
	return e == EffectAmends || e == EffectSuspends || e == EffectResumes || e == EffectEnds
}

// burdens reports whether an effect puts something in force, anew or again.
func (e Effect) burdens() bool { return e == EffectInForce || e == EffectResumes }

func lockGround(tx *pg.Tx, id enforcement.ID) pg.Ask {
	return pg.Just(tx.NewSelect().Model((*row)(nil)).ColumnExpr("1").Where("id = ?", id).For("NO KEY UPDATE"))
}

// carry brings the effect of a move to the directives and to the ground; the
// versions it wrote are noted on the move's event. Wake-ups come first: what is queued
// after them travels with the COMMIT.
func (r *Grounds) carry(ctx context.Context, tx *pg.Tx, act enforcement.Act, e *record.Event, g grounded) error {
	one, today := []enforcement.ID{g.ground}, r.Record.Today(act.At)
	kind, state, until := directive.VersionKind(""), "", g.term
	switch g.effect {
	case EffectSuspends:
		kind, state = directive.Suspend, "suspended"
	case EffectResumes:
		kind, state = directive.Resume, "in-force"
	case EffectAmends:
		if !g.suspended { // a resumed one carries the new data
			kind = directive.Amend
		}
	case EffectEnds:
		kind, until = directive.Withdraw, 0
	case EffectGivesUp, EffectNone, EffectInForce:
	}
	if kind != "" {
		if err := r.Directives.Append(ctx, tx, e, kind, g.standing, until); err != nil {
			return err
		}
	}
	if g.effect == EffectEnds {
		r.Directives.StartLiftClocks(tx, e.Directives, today)
	}
	if g.effect == EffectEnds || g.effect == EffectGivesUp {
		endGrounds(tx, one, today)
		docket.CloseEvery(tx, g.ground, today)
		directive.CloseDoubts(tx, g.ground, "ended", today)
	}
	if state != "" {
		SetState(tx, g.ground, state)
	}
	if g.term != g.until {
		updateGround(tx, g.ground, "valid_until = ?", g.term)
	}
	return nil
}

func endGrounds(tx *pg.Tx, ids []enforcement.ID, on day.Day) {
	tx.Later(tx.NewUpdate().Model((*row)(nil)).Set("state = 'ended', ended_on = ?", on).Where("id IN (?)", bun.List(ids)).Where("state <> 'ended'"), "end %d grounds", len(ids))
}

// updateGround changes columns of a ground that has not ended.
func updateGround(tx *pg.Tx, id enforcement.ID, columns string, values ...any) {
	tx.Later(tx.NewUpdate().Model((*row)(nil)).Set(columns, values...).Where("id = ?", id).Where("state <> 'ended'"), "update ground %s", id)
}

// row is a ground as it is kept.
type row struct {
	bun.BaseModel `bun:"table:ground"`

	ID            enforcement.ID             `bun:"id,pk"`
	Kind          memoranda.GroundKind       `bun:"kind"`
	ListType      string                     `bun:"list_type"`
	Subject       enforcement.ID             `bun:"subject_id"`
	Owner         enforcement.OrganisationID `bun:"organisation_id"`
	ExecutionCase enforcement.ID             `bun:"case_id"`
	Reference     string                     `bun:"reference"`
	DecidedOn     day.Day                    `bun:"decided_on"`
	Until         day.Day                    `bun:"valid_until"`
}

// NewGround is a ground as it is entered.
type NewGround struct {
	ID, Subject, ExecutionCase enforcement.ID
	Kind                       memoranda.GroundKind
	ListType, Reference        string
	Owner                      enforcement.OrganisationID
	DecidedOn, Until           day.Day
}

// EnterGround enters a ground that is not in force yet.
func EnterGround(tx *pg.Tx, g NewGround) {
	tx.Later(tx.NewInsert().Model(&row{
		ID: g.ID, Kind: g.Kind, ListType: g.ListType, Subject: g.Subject, Owner: g.Owner, ExecutionCase: g.ExecutionCase, Reference: g.Reference, DecidedOn: g.DecidedOn, Until: g.Until,
	}), "enter ground %s", g.ID)
}
