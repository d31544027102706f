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
)

// grounded is what an effect looks at of a case.
type grounded struct {
	effect Effect
	ground enforcement.ID
	// until was the last day of its term, term is it now.
	until, term day.Day
	suspended   bool
}

// carry brings the effect of a move to the ground and to its directives; the
// versions it wrote are noted on the move's event.
func (r *Grounds) carry(ctx context.Context, tx *pg.Tx, act enforcement.Act, e *record.Event, g grounded) error {
	one, today := []enforcement.ID{g.ground}, r.Record.Today(act.At)
	if g.term != g.until {
		updateGround(tx, g.ground, "valid_until = ?", g.term)
	}
	switch g.effect {
	case EffectSuspends:
		SetState(tx, g.ground, "suspended")
		return r.Directives.Append(ctx, tx, e, directive.Suspend, one, g.term)
	case EffectResumes:
		SetState(tx, g.ground, "in-force")
		return r.Directives.Append(ctx, tx, e, directive.Resume, one, g.term)
	case EffectAmends:
		if g.suspended { // a resumed one carries the new data
			return nil
		}
		return r.Directives.Append(ctx, tx, e, directive.Amend, one, g.term)
	case EffectEnds:
		docket.CloseEvery(tx, g.ground, today)
		return r.EndAll(ctx, tx, act, e, one)
	case EffectGivesUp:
		endGrounds(tx, one, today)
		docket.CloseEvery(tx, g.ground, today)
	case EffectNone, EffectInForce:
	}
	return nil
}

func endGrounds(tx *pg.Tx, ids []enforcement.ID, on day.Day) {
	tx.Later(tx.NewUpdate().Model((*row)(nil)).Set("state = 'ended', ended_on = ?", on).Where("id IN (?)", bun.In(ids)).Where("state <> 'ended'"), "end %d grounds", len(ids))
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
