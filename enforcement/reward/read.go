package reward

import (
	"context"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Reward is a subject's entry on a list that rewards, as the list's owner sees it.
type Reward struct {
	ID       enforcement.ID             `json:"id"`
	ListType string                     `json:"list_type"`
	Owner    enforcement.OrganisationID `json:"owner"`
	Subject  enforcement.ID             `json:"subject"`
	State    ground.State               `json:"state"`
	Version  int                        `json:"version"`
	// Reference is the number of the evaluation or of the decision.
	Reference string  `json:"reference"`
	DecidedOn day.Day `json:"decided_on"`
	Year      int     `json:"year,omitempty"`
	// ValidFrom and ValidUntil are the first and the last day; no last day where
	// the list type has no term.
	ValidFrom  day.Day `json:"valid_from"`
	ValidUntil day.Day `json:"valid_until,omitzero"`
	GrantedOn  day.Day `json:"granted_on,omitzero"`
	EndedOn    day.Day `json:"ended_on,omitzero"`
	EndKind    End     `json:"end_kind,omitempty"`
	EndBasis   string  `json:"end_basis,omitempty"`
	// Restores and RestoredBy lead from a reward that a revoked listing had ended
	// to the one that took its place, and back.
	Restores   enforcement.ID `json:"restores,omitzero"`
	RestoredBy enforcement.ID `json:"restored_by,omitzero"`
	// Suspended says that a restored record put it in doubt at every recipient.
	Suspended bool `json:"suspended,omitempty"`
	// Note is what the owner added; only the owner's own people see it.
	Note string `json:"note,omitempty"`
	// BeforePapers: it was entered before papers, or taken over; what it says of its steps no
	// paper proves.
	BeforePapers bool `json:"before_papers,omitempty"`

	decisionPaper        enforcement.ID
	rules                ground.Rules
	enteredBy            string
	noticedBy            []string // of the reviews that are open
	envelope, sealedNote []byte
	open                 []review // where a move asks for them
	subjectKind          memoranda.SubjectKind
}

// NewLife is the life of rewards over the record.
func NewLife(r *Rewards) ground.Life[Reward] {
	return ground.Life[Reward]{
		Table: Table(), Grounds: r.Grounds, Fetch: ground.Fetching(beside, (*row).reward), Lock: "l, g", Head: (*Reward).head,
		May: map[ground.MoveName]func(*Reward, day.Day) error{
			ground.MoveExpire: func(w *Reward, today day.Day) error { return ground.OverOn(w.ValidUntil, today) },
			ground.MoveConfirm: func(w *Reward, _ day.Day) error {
				if !w.Suspended {
					return enforcement.Refuse("reward.suspension")
				}
				return nil
			},
		},
		Beside: map[ground.MoveName]func(bun.IDB, enforcement.ID) ground.Question[Reward]{
			moveNotice:      byReviews(unnoticed),
			moveAnswer:      byReviews(unanswered),
			moveKeep:        byReviews(func(*Reward, day.Day) error { return nil }),
			moveEndReviewed: byReviews(r.heard),
		},
	}
}

func (w *Reward) head() ground.Head {
	h := ground.Head{
		ID: w.ID, Subject: w.Subject, Owner: w.Owner, State: w.State, Version: w.Version, ListType: w.ListType, SubjectKind: w.subjectKind, Until: w.ValidUntil, Rules: w.rules, DraftedBy: w.enteredBy, NoticedBy: w.noticedBy, Envelope: w.envelope,
	}
	if w.Suspended {
		h.SuspendedFor = ground.SuspendedRestored
	}
	return h
}

// Get returns one reward of the actor's organisation, an overseer any; the note
// only the owner's own people see, and what is asked beside it only who may read it.
func (r *Rewards) Get(ctx context.Context, act enforcement.Act, id enforcement.ID, beside ...pg.Ask) (Reward, error) {
	w, err := r.Life.Read(ctx, act, id, beside...)
	if err != nil || act.Actor.Role == enforcement.Overseer || w.sealedNote == nil || w.envelope == nil {
		return w, err
	}
	note, err := r.Record.OpenFor(w.Subject, w.envelope, w.sealedNote, sealedRewardNote)
	if err != nil {
		return Reward{}, err
	}
	w.Note = string(note)
	return w, nil
}

// List lists the rewards of the actor's organisation, an overseer's all.
func (r *Rewards) List(ctx context.Context, act enforcement.Act, w ground.Wanted) ([]Reward, error) {
	return r.Life.List(ctx, act, w)
}

// Moves tells of every move of a reward whether the actor can make it now.
func (r *Rewards) Moves(ctx context.Context, act enforcement.Act, id enforcement.ID) (int, []ground.Offer, error) {
	return r.Life.Moves(ctx, act, id)
}

// The fields of rewards and reviews that are sealed under the subject's envelope.
const (
	sealedRewardNote    = "reward-note"
	sealedRewardEnd     = "reward-end-reasons"
	sealedRewardAnswer  = "reward-answer"
	sealedRewardReasons = "reward-reasons"
)

// rewardList returns a list type that rewards, or nil.
func (r *Rewards) rewardList(slug string) *memoranda.ListType {
	if t := r.Plans.Catalogue().ListType(slug); t != nil && t.Kind == memoranda.Reward {
		return t
	}
	return nil
}
