package ground

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/docket"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	pgbinary "concordat/internal/pg/binary"
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
	one := []enforcement.ID{g.ground}
	if g.term != g.until {
		if err := updateGround(ctx, tx, g.ground, `valid_until = $2::date`, g.term); err != nil {
			return err
		}
	}
	switch g.effect {
	case EffectSuspends:
		if err := SetState(ctx, tx, g.ground, "suspended"); err != nil {
			return err
		}
		return r.Directives.Append(ctx, tx, e, directive.Suspend, one, g.term)
	case EffectResumes:
		if err := SetState(ctx, tx, g.ground, "in-force"); err != nil {
			return err
		}
		return r.Directives.Append(ctx, tx, e, directive.Resume, one, g.term)
	case EffectAmends:
		if g.suspended { // a resumed one carries the new data
			return nil
		}
		return r.Directives.Append(ctx, tx, e, directive.Amend, one, g.term)
	case EffectEnds:
		if _, err := docket.CloseTasks(ctx, tx, g.ground, docket.AnyTask, "ended", r.Record.Today(act.At)); err != nil {
			return err
		}
		return r.EndAll(ctx, tx, act, e, one)
	case EffectGivesUp:
		if err := endGrounds(ctx, tx, one, r.Record.Today(act.At)); err != nil {
			return err
		}
		_, err := docket.CloseTasks(ctx, tx, g.ground, docket.AnyTask, "ended", r.Record.Today(act.At))
		return err
	case EffectNone, EffectInForce:
	}
	return nil
}

func endGrounds(ctx context.Context, tx *pg.Tx, ids []enforcement.ID, on day.Day) error {
	return tx.Lend(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE ground SET state = 'ended', ended_on = $2::date WHERE id = ANY ($1) AND state <> 'ended'`, ids, on)
		if err != nil {
			return fmt.Errorf("end %d grounds: %w", len(ids), err)
		}
		return nil
	})
}

// updateGround changes columns of a ground that has not ended.
func updateGround(ctx context.Context, tx *pg.Tx, id enforcement.ID, columns string, args ...any) error {
	return tx.Lend(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE ground SET `+columns+` WHERE id = $1 AND state <> 'ended'`, append([]any{id}, args...)...)
		if err != nil {
			return fmt.Errorf("update ground %s: %w", id, err)
		}
		return nil
	})
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
func EnterGround(ctx context.Context, tx *pg.Tx, g NewGround) error {
	return tx.Lend(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `INSERT INTO ground (id, kind, list_type, subject_id, organisation_id, case_id, reference, decided_on, valid_until)
			VALUES ($1, $2::text::ground_kind, $3, $4, $5, $6, $7, $8::date, $9::date)`,
			g.ID, string(g.Kind), g.ListType, g.Subject, g.Owner, g.ExecutionCase, g.Reference, g.DecidedOn, g.Until)
		if err != nil {
			return fmt.Errorf("enter ground %s: %w", g.ID, err)
		}
		return nil
	})
}

// Copy enters grounds that are not in force yet by one COPY.
func (r *Grounds) Copy(ctx context.Context, t pgx.Tx, list []NewGround) error {
	c := pgbinary.NewCopier(9, `COPY ground (id, kind, list_type, subject_id, organisation_id, case_id, reference, decided_on, valid_until) FROM STDIN (FORMAT binary)`)
	for i := range list {
		g := &list[i]
		c.Row()
		c.ID(g.ID)
		c.Text(string(g.Kind))
		c.Text(g.ListType)
		c.ID(g.Subject)
		c.Int4(int32(g.Owner))
		c.ID(g.ExecutionCase)
		c.Text(g.Reference)
		c.Day(g.DecidedOn)
		c.Day(g.Until)
	}
	return c.Send(ctx, t)
}
