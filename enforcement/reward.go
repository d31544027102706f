package enforcement

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Reward is a subject's entry on a list that rewards, as the list's owner sees it.
type Reward struct {
	ID       ID             `json:"id"`
	ListType string         `json:"list_type"`
	Owner    OrganisationID `json:"owner"`
	Subject  ID             `json:"subject"`
	State    RewardState    `json:"state"`
	Version  int            `json:"version"`
	// Reference is the number of the evaluation or of the decision.
	Reference string  `json:"reference"`
	DecidedOn day.Day `json:"decided_on"`
	Year      int     `json:"year,omitempty"`
	// ValidFrom and ValidUntil are the first and the last day; no last day where
	// the list type has no term.
	ValidFrom  day.Day   `json:"valid_from"`
	ValidUntil day.Day   `json:"valid_until,omitzero"`
	GrantedOn  day.Day   `json:"granted_on,omitzero"`
	EndedOn    day.Day   `json:"ended_on,omitzero"`
	EndKind    RewardEnd `json:"end_kind,omitempty"`
	EndBasis   string    `json:"end_basis,omitempty"`
	// Restores and RestoredBy lead from a reward that a revoked listing had ended
	// to the one that took its place, and back.
	Restores   ID `json:"restores,omitzero"`
	RestoredBy ID `json:"restored_by,omitzero"`
	// Suspended says that a restored record put it in doubt at every recipient.
	Suspended bool `json:"suspended,omitempty"`
	// Note is what the owner added; only the owner's own people see it.
	Note string `json:"note,omitempty"`

	envelope, sealedNote []byte
}

const selectReward = `SELECT w.id, w.list_type, w.owner_id, w.subject_id, w.state::text, w.version, w.reference, w.decided_on, coalesce(w.year, 0),
    w.valid_from, w.valid_until, w.granted_on, w.ended_on, coalesce(w.end_kind, ''), coalesce(w.end_basis, ''), w.restores,
    (SELECT n.id FROM reward n WHERE n.restores = w.id), g.state = 'suspended', w.note, s.envelope
  FROM reward w JOIN ground g ON g.id = w.id JOIN subject s ON s.id = w.subject_id`

func scanReward(row pgx.CollectableRow) (Reward, error) {
	var w Reward
	err := row.Scan(&w.ID, &w.ListType, &w.Owner, &w.Subject, &w.State, &w.Version, &w.Reference, &w.DecidedOn, &w.Year,
		&w.ValidFrom, &w.ValidUntil, &w.GrantedOn, &w.EndedOn, &w.EndKind, &w.EndBasis, &w.Restores,
		&w.RestoredBy, &w.Suspended, &w.sealedNote, &w.envelope)
	return w, err
}

// Reward returns one reward of the actor's organisation, an overseer any.
func (r *Register) Reward(ctx context.Context, act Act, id ID) (Reward, error) {
	if err := act.check(DepartmentClerk, DepartmentReviewer, Overseer, System); err != nil {
		return Reward{}, err
	}
	rows, err := r.db.Pool.Query(ctx, selectReward+` WHERE w.id = $1`, id)
	if err != nil {
		return Reward{}, fmt.Errorf("read reward %s: %w", id, err)
	}
	w, err := pgx.CollectExactlyOneRow(rows, scanReward)
	if errors.Is(err, pgx.ErrNoRows) {
		return Reward{}, refuse("not-found")
	}
	if err != nil {
		return Reward{}, fmt.Errorf("read reward %s: %w", id, err)
	}
	if act.Actor.Role == Overseer {
		return w, nil
	}
	if err := act.ofOwner(w.Owner); err != nil {
		return Reward{}, err
	}
	if w.sealedNote != nil && w.envelope != nil {
		note, err := r.openFor(w.Subject, w.envelope, w.sealedNote, sealedRewardNote)
		if err != nil {
			return Reward{}, err
		}
		w.Note = string(note)
	}
	return w, nil
}

// Rewards lists the rewards of the actor's organisation, by id from after on; an
// overseer all. list and state may be empty for any.
func (r *Register) Rewards(ctx context.Context, act Act, list string, state RewardState, after ID, limit int) ([]Reward, error) {
	if err := act.check(DepartmentClerk, DepartmentReviewer, Overseer, System); err != nil {
		return nil, err
	}
	owner := act.Actor.Organisation
	if act.Actor.Role == Overseer || act.Actor.Role == System {
		owner = 0
	}
	rows, err := r.db.Pool.Query(ctx, selectReward+` WHERE ($1 = 0 OR w.owner_id = $1) AND ($2 = '' OR w.list_type = $2) AND ($3 = '' OR w.state::text = $3)
		AND w.id > $4 ORDER BY w.id LIMIT $5`, int32(owner), list, string(state), [16]byte(after), limit)
	if err != nil {
		return nil, fmt.Errorf("list rewards: %w", err)
	}
	return pgx.CollectRows(rows, scanReward)
}

// ofOwner demands that a list owner's own people act on its entries; the system
// may act for every owner.
func (a Act) ofOwner(owner OrganisationID) error { return a.ofCourt(owner) }

// lockReward reads a reward for change within the transaction; pgx.ErrNoRows if
// there is none.
func lockReward(ctx context.Context, tx *pg.Tx, id ID) (w Reward, err error) {
	err = tx.Pgx(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, selectReward+` WHERE w.id = $1 FOR NO KEY UPDATE OF w, g`, id)
		if err != nil {
			return err
		}
		w, err = pgx.CollectExactlyOneRow(rows, scanReward)
		return err
	})
	if err != nil {
		return w, fmt.Errorf("lock reward %s: %w", id, err)
	}
	return w, nil
}

// RewardChange names a reward and the version its caller has seen; 0 is any.
type RewardChange struct {
	Reward  ID
	Version int
}

// changeReward runs one move of one reward, as change does of a listing.
func (r *Register) changeReward(ctx context.Context, act Act, c RewardChange, move RewardMove,
	fn func(ctx context.Context, tx *pg.Tx, w Reward, next RewardState) (*event, error),
) error {
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		w, err := lockReward(ctx, tx, c.Reward)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, refuse("not-found")
		}
		if err != nil {
			return nil, err
		}
		if err := act.ofOwner(w.Owner); err != nil {
			return nil, err
		}
		if c.Version != 0 && c.Version != w.Version {
			return nil, refuse("version.stale")
		}
		next, err := w.State.After(move)
		if err != nil {
			return nil, err
		}
		e, err := fn(ctx, tx, w, next)
		if err != nil || e == nil {
			return nil, err
		}
		e.Subject, e.Ground = w.Subject, w.ID
		if e.Day.IsZero() {
			e.Day = r.Today(act.At)
		}
		return e, nil
	})
	return err
}

// setReward updates columns of a reward on the condition that nobody else moved
// it. columns is SQL whose arguments begin at $4.
func setReward(ctx context.Context, tx *pg.Tx, w Reward, next RewardState, columns string, args ...any) error {
	return moveRow(ctx, tx, "reward", "reward_state", w.ID, w.Version, string(next), columns, args...)
}

// The fields of rewards and reviews that are sealed under the subject's envelope.
const (
	sealedRewardNote    = "reward-note"
	sealedRewardEnd     = "reward-end-reasons"
	sealedRewardAnswer  = "reward-answer"
	sealedRewardReasons = "reward-reasons"
)

// sealReward seals a text under the envelope of a reward's subject; nothing
// seals as nothing.
func (r *Register) sealReward(w Reward, field, plain string) ([]byte, error) {
	if plain == "" {
		return nil, nil
	}
	if w.envelope == nil {
		return nil, refuse("subject.shredded")
	}
	envelope, err := r.vault.OpenEnvelope(w.Subject, w.envelope)
	if err != nil {
		return nil, fmt.Errorf("open the envelope of subject %s: %w", w.Subject, err)
	}
	sealed, err := envelope.Seal([]byte(plain), field)
	if err != nil {
		return nil, fmt.Errorf("seal %s of reward %s: %w", field, w.ID, err)
	}
	return sealed, nil
}

// rewardList returns a list type that rewards, or nil.
func (r *Register) rewardList(slug string) *memoranda.ListType {
	if t := r.Catalogue().ListType(slug); t != nil && t.Kind == memoranda.Reward {
		return t
	}
	return nil
}

// cited is a citation as text, or nothing where its basis is not in force on a day.
func (r *Register) cited(c memoranda.Citation, on day.Day) string {
	if b := r.Catalogue().Basis(c.Basis); b == nil || !citable(b, on) {
		return ""
	}
	return r.cite(c)
}
