package enforcement

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// The acts of grounds of every kind in the log.
const (
	EventInForce     EventKind = "ground-in-force"
	EventGroundEnded EventKind = "ground-ended"
	EventSuspended   EventKind = "listing-suspended"
	EventResumed     EventKind = "listing-resumed"
)

// The reasons to suspend a case at every recipient.
const (
	CourtStay        = "court-stay"
	WrongPersonClaim = "wrong-person" // the brake
	// SuspendedRestored is the reason of a suspension of what a restored record may have
	// lost the end of. The owner resumes it with reasons, or enters the lost end.
	SuspendedRestored = "restored"
)

// TaskRestored is the owner's task to say what became of such a ground.
const TaskRestored = "restored"

// retentionMonths is how long an ended record is kept before it is due for
// shredding. The law names no number: the shortest that serves archive and
// remedies is kept (PIPL Art. 19; docs/open-questions.md).
const retentionMonths = 12

// grounded is what an effect looks at of a case.
type grounded struct {
	effect Effect
	ground ID
	// until was the last day of its term, term is it now.
	until, term day.Day
	suspended   bool
}

// carry brings the effect of a move to the ground and to its directives; the
// versions it wrote are noted on the move's event.
func (r *Register) carry(ctx context.Context, tx *pg.Tx, act Act, e *event, g grounded) error {
	one := []ID{g.ground}
	if g.term != g.until {
		if err := updateGround(ctx, tx, g.ground, `valid_until = $2::date`, g.term); err != nil {
			return err
		}
	}
	switch g.effect {
	case EffectSuspends:
		if err := moveGround(ctx, tx, g.ground, "suspended"); err != nil {
			return err
		}
		return r.appendVersions(ctx, tx, e, Suspend, one, g.term)
	case EffectResumes:
		if err := moveGround(ctx, tx, g.ground, "in-force"); err != nil {
			return err
		}
		return r.appendVersions(ctx, tx, e, Resume, one, g.term)
	case EffectAmends:
		if g.suspended { // a resumed one carries the new data
			return nil
		}
		return r.appendVersions(ctx, tx, e, Amend, one, g.term)
	case EffectEnds:
		if _, err := closeTasks(ctx, tx, g.ground, anyTask, "ended", r.Today(act.At)); err != nil {
			return err
		}
		return r.endGrounds(ctx, tx, act, e, one)
	case EffectGivesUp:
		if err := endGrounds(ctx, tx, one, r.Today(act.At)); err != nil {
			return err
		}
		_, err := closeTasks(ctx, tx, g.ground, anyTask, "ended", r.Today(act.At))
		return err
	case EffectNone, EffectInForce:
	}
	return nil
}

// endGrounds ends grounds and queues every withdrawal of theirs, which are noted on
// the event.
func (r *Register) endGrounds(ctx context.Context, tx *pg.Tx, act Act, e *event, grounds []ID) error {
	today := r.Today(act.At)
	if err := endGrounds(ctx, tx, grounds, today); err != nil {
		return err
	}
	if err := r.appendVersions(ctx, tx, e, Withdraw, grounds, 0); err != nil {
		return err
	}
	return tx.Pgx(func(p pgx.Tx) error { return r.startLiftClocks(ctx, p, e.Directives, today) })
}

// EndGround ends one ground that has no life of its own here (the others end by
// decisions of theirs): its withdrawals are queued in the same transaction. Only its
// owner and the system may. Ending an ended ground changes nothing.
func (r *Register) EndGround(ctx context.Context, act Act, id ID, basis string) error {
	if err := act.check(Judge, President, System); err != nil {
		return err
	}
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		e := &event{Kind: EventGroundEnded, Ground: id, Day: r.Today(act.At), LegalBasis: basis}
		var owner OrganisationID
		var ended bool
		err := tx.Pgx(func(p pgx.Tx) error {
			return p.QueryRow(ctx, `SELECT subject_id, organisation_id, state = 'ended' FROM ground WHERE id = $1 AND case_state IS NULL FOR NO KEY UPDATE`, id).
				Scan(&e.Subject, &owner, &ended)
		})
		if err != nil {
			return nil, notFound(err, "lock a ground")
		}
		if err := act.ofOwner(owner); err != nil || ended {
			return nil, err
		}
		return e, r.endGrounds(ctx, tx, act, e, []ID{id})
	})
	return err
}

func endGrounds(ctx context.Context, tx *pg.Tx, ids []ID, on day.Day) error {
	return tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE ground SET state = 'ended', ended_on = $2::date WHERE id = ANY ($1) AND state <> 'ended'`, ids, on)
		if err != nil {
			return fmt.Errorf("end %d grounds: %w", len(ids), err)
		}
		return nil
	})
}

func moveGround(ctx context.Context, tx *pg.Tx, id ID, state string) error {
	return updateGround(ctx, tx, id, `state = $2::text::ground_state`, state)
}

// updateGround changes columns of a ground that has not ended.
func updateGround(ctx context.Context, tx *pg.Tx, id ID, columns string, args ...any) error {
	return tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE ground SET `+columns+` WHERE id = $1 AND state <> 'ended'`, append([]any{id}, args...)...)
		if err != nil {
			return fmt.Errorf("update ground %s: %w", id, err)
		}
		return nil
	})
}

// newGround is a ground as it is entered.
type newGround struct {
	id, subject, executionCase ID
	kind                       memoranda.GroundKind
	listType, reference        string
	owner                      OrganisationID
	decidedOn, until           day.Day
}

// enterGround enters a ground that is not in force yet.
func enterGround(ctx context.Context, tx *pg.Tx, g newGround) error {
	return tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `INSERT INTO ground (id, kind, list_type, subject_id, organisation_id, case_id, reference, decided_on, valid_until)
			VALUES ($1, $2::text::ground_kind, $3, $4, $5, $6, $7, $8::date, $9::date)`,
			g.id, string(g.kind), g.listType, g.subject, g.owner, g.executionCase, g.reference, g.decidedOn, g.until)
		if err != nil {
			return fmt.Errorf("enter ground %s: %w", g.id, err)
		}
		return nil
	})
}
