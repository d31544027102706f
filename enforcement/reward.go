package enforcement

import (
	"context"

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
	State    State          `json:"state"`
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
	subjectKind          memoranda.SubjectKind
}

const selectReward = `SELECT l.id, l.list_type, l.owner_id, l.subject_id, l.state::text, l.version, l.reference, l.decided_on, coalesce(l.year, 0),
    l.valid_from, l.valid_until, l.granted_on, l.ended_on, coalesce(l.end_kind, ''), coalesce(l.end_basis, ''), l.restores,
    (SELECT n.id FROM reward n WHERE n.restores = l.id), g.state = 'suspended', l.note, s.envelope, s.kind::text
  FROM reward l JOIN ground g ON g.id = l.id JOIN subject s ON s.id = l.subject_id`

func scanReward(row pgx.CollectableRow) (Reward, error) {
	var w Reward
	err := row.Scan(&w.ID, &w.ListType, &w.Owner, &w.Subject, &w.State, &w.Version, &w.Reference, &w.DecidedOn, &w.Year,
		&w.ValidFrom, &w.ValidUntil, &w.GrantedOn, &w.EndedOn, &w.EndKind, &w.EndBasis, &w.Restores,
		&w.RestoredBy, &w.Suspended, &w.sealedNote, &w.envelope, &w.subjectKind)
	return w, err
}

// rewardLife is the life of rewards over the record.
func rewardLife(r *Register) Life[Reward] {
	return Life[Reward]{
		Table: RewardTable(), Register: r, Enum: "reward_state", Select: selectReward, Scan: scanReward, Lock: "l, g", Head: (*Reward).head,
		May: map[MoveName]func(*Reward, day.Day) error{
			MoveExpire: func(w *Reward, today day.Day) error { return overOn(w.ValidUntil, today) },
			MoveConfirm: func(w *Reward, _ day.Day) error {
				if !w.Suspended {
					return refuse("reward.suspension")
				}
				return nil
			},
		},
		Bars: map[MoveName]func(context.Context, *pg.Tx, *Reward, day.Day) error{
			MoveNotice:      byReviews(func(_ Reward, list []openReview, _ day.Day) error { return unnoticed(list) }),
			MoveAnswer:      byReviews(func(_ Reward, list []openReview, _ day.Day) error { return unanswered(list) }),
			MoveEndReviewed: byReviews(r.heard),
		},
	}
}

func (w *Reward) head() Head {
	h := Head{
		ID: w.ID, Subject: w.Subject, Owner: w.Owner, State: w.State, Version: w.Version, ListType: w.ListType, SubjectKind: w.subjectKind, Until: w.ValidUntil, Envelope: w.envelope,
	}
	if w.Suspended {
		h.SuspendedFor = SuspendedRestored
	}
	return h
}

// Reward returns one reward of the actor's organisation, an overseer any; the note
// only the owner's own people see.
func (r *Register) Reward(ctx context.Context, act Act, id ID) (Reward, error) {
	w, err := r.rewards.Read(ctx, act, id)
	if err != nil || act.Actor.Role == Overseer || w.sealedNote == nil || w.envelope == nil {
		return w, err
	}
	note, err := r.openFor(w.Subject, w.envelope, w.sealedNote, sealedRewardNote)
	if err != nil {
		return Reward{}, err
	}
	w.Note = string(note)
	return w, nil
}

// Rewards lists the rewards of the actor's organisation, an overseer's all.
func (r *Register) Rewards(ctx context.Context, act Act, w Wanted) ([]Reward, error) {
	return r.rewards.List(ctx, act, w)
}

// RewardMoves tells of every move of a reward whether the actor can make it now.
func (r *Register) RewardMoves(ctx context.Context, act Act, id ID) (int, []Offer, error) {
	return r.rewards.Moves(ctx, act, id)
}

// The fields of rewards and reviews that are sealed under the subject's envelope.
const (
	sealedRewardNote    = "reward-note"
	sealedRewardEnd     = "reward-end-reasons"
	sealedRewardAnswer  = "reward-answer"
	sealedRewardReasons = "reward-reasons"
)

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
