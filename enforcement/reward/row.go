package reward

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// row is a reward as it is kept, with what is read beside it: of its subject, its ground
// and the reward that took its place.
type row struct {
	bun.BaseModel `bun:"table:reward,alias:l"`

	ID            enforcement.ID             `bun:"id,pk"`
	ListType      string                     `bun:"list_type"`
	Owner         enforcement.OrganisationID `bun:"owner_id"`
	Subject       enforcement.ID             `bun:"subject_id"`
	State         ground.State               `bun:"state"`
	Version       int                        `bun:"version"`
	Reference     string                     `bun:"reference"`
	DecidedOn     day.Day                    `bun:"decided_on"`
	Year          int                        `bun:"year,nullzero"`
	ValidFrom     day.Day                    `bun:"valid_from"`
	ValidUntil    day.Day                    `bun:"valid_until"`
	GrantedOn     day.Day                    `bun:"granted_on"`
	EndedOn       day.Day                    `bun:"ended_on"`
	EndKind       End                        `bun:"end_kind"`
	EndBasis      string                     `bun:"end_basis"`
	Restores      enforcement.ID             `bun:"restores"`
	Note          []byte                     `bun:"note"`
	EnteredBy     string                     `bun:"entered_by"`
	DecisionPaper enforcement.ID             `bun:"decision_paper"`
	Rules         ground.Rules               `bun:"rules"`

	RestoredBy  enforcement.ID        `bun:"restored_by,scanonly"`
	Suspended   bool                  `bun:"suspended,scanonly"`
	NoticedBy   []string              `bun:"noticed_by,array,scanonly"`
	Wrapped     []byte                `bun:"envelope,scanonly"`
	SubjectKind memoranda.SubjectKind `bun:"subject_kind,scanonly"`
}

// drafted are the columns of a draft.
var drafted = []string{"id", "list_type", "owner_id", "subject_id", "state", "reference", "decided_on", "year", "valid_from", "valid_until", "note", "entered_by", "restores", "decision_paper", "rules"}

// beside joins what is read beside the row.
func beside(q *bun.SelectQuery) *bun.SelectQuery {
	const noticed = "ARRAY(SELECT noticed_by FROM reward_review v WHERE v.reward_id = l.id AND v.outcome IS NULL AND noticed_by <> '')"
	return q.Join("JOIN ground AS g ON g.id = l.id").Join("JOIN subject AS s ON s.id = l.subject_id").
		ColumnExpr("(SELECT n.id FROM reward n WHERE n.restores = l.id) AS restored_by, g.state = 'suspended' AS suspended").
		ColumnExpr(noticed + " AS noticed_by").
		ColumnExpr("s.envelope, s.kind AS subject_kind")
}

func (r *row) reward() Reward {
	return Reward{
		ID: r.ID, ListType: r.ListType, Owner: r.Owner, Subject: r.Subject, State: r.State, Version: r.Version, Reference: r.Reference, DecidedOn: r.DecidedOn, Year: r.Year,
		ValidFrom: r.ValidFrom, ValidUntil: r.ValidUntil, GrantedOn: r.GrantedOn, EndedOn: r.EndedOn, EndKind: r.EndKind, EndBasis: r.EndBasis, Restores: r.Restores,
		RestoredBy: r.RestoredBy, Suspended: r.Suspended, sealedNote: r.Note, envelope: r.Wrapped, decisionPaper: r.DecisionPaper, rules: r.Rules, enteredBy: r.EnteredBy, noticedBy: r.NoticedBy, BeforePapers: r.Rules == ground.RulesBefore, subjectKind: r.SubjectKind,
	}
}

// review is the review of a reward because of a listing, as it is kept, with whether
// that listing is suspended and on which list it stands.
type review struct {
	bun.BaseModel `bun:"table:reward_review,alias:v"`

	ID          enforcement.ID `bun:"id,pk"`
	Reward      enforcement.ID `bun:"reward_id"`
	Listing     enforcement.ID `bun:"listing_id"`
	OpenedOn    day.Day        `bun:"opened_on"`
	NoticedOn   day.Day        `bun:"noticed_on"`
	AnswerUntil day.Day        `bun:"answer_until"`
	AnsweredOn  day.Day        `bun:"answered_on"`
	Answer      []byte         `bun:"answer"`
	Outcome     string         `bun:"outcome,nullzero"`
	DecidedOn   day.Day        `bun:"decided_on"`
	DecidedBy   string         `bun:"decided_by,nullzero"`
	Reasons     []byte         `bun:"reasons"`
	Basis       string         `bun:"basis,nullzero"`

	Stayed   bool   `bun:"stayed,scanonly"`
	ListType string `bun:"list_type,scanonly"`
}

// reviews asks for the reviews of a reward, oldest first.
func reviews(db bun.IDB, reward enforcement.ID) *bun.SelectQuery {
	return db.NewSelect().Model((*review)(nil)).ColumnExpr("?TableColumns").ColumnExpr("l.state = 'suspended' AS stayed, l.list_type").
		Join("JOIN ground AS l ON l.id = v.listing_id").Where("v.reward_id = ?", reward).OrderExpr("v.id")
}

func idsOf(list []review) []enforcement.ID {
	ids := make([]enforcement.ID, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	return ids
}

// openReviews reads the open reviews of a locked reward.
func openReviews(ctx context.Context, tx *pg.Tx, reward enforcement.ID) (list []review, err error) {
	if err := reviews(tx, reward).Where("v.outcome IS NULL").Scan(ctx, &list); err != nil {
		return nil, fmt.Errorf("read the open reviews of reward %s: %w", reward, err)
	}
	return list, nil
}

// closing is how reviews are closed.
type closing struct {
	outcome, by, basis string
	reasons            []byte // sealed
	on                 day.Day
	paper              enforcement.ID // none for what is closed without effect
}

// closeReviews closes reviews with their outcome.
func closeReviews(tx *pg.Tx, list []review, c closing) {
	if len(list) == 0 {
		return
	}
	tx.Later(change(tx, list).Set("outcome = ?, decided_on = ?, decided_by = ?", c.outcome, c.on, c.by).Set("reasons = ?, basis = ?, decision_paper = ?", c.reasons, bun.NullZero(c.basis), c.paper), "close %d reviews", len(list))
}

func change(tx *pg.Tx, list []review) *bun.UpdateQuery {
	return tx.NewUpdate().Model((*review)(nil)).Where("id IN (?)", bun.List(idsOf(list)))
}
